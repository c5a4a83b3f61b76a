# SPDX-License-Identifier: MIT
"""bringup and destroy with the real terraform and the real modules, on providers without a cloud."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from cloud_providers import PROVIDER_NAMES
from tests.servers.lambda_server import KEY, LambdaServer
from tests.support import terraform_stub
from tests.support.bringup import REAL_ENV
from tests.support.terraform import MODULES, REAL_TERRAFORM, write_key_pair
from tests.support.tree import ROOT, Tree

pytestmark = REAL_TERRAFORM

#: The account for terraform's providers, as a person would set it.
ACCOUNT = {
    "LAMBDA_API_KEY": KEY,
    "ARM_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000000",
    "GOOGLE_PROJECT": "a-project",
}


@pytest.fixture(scope="module")
def stubs() -> Iterator[dict[str, str]]:
    with terraform_stub.providers(list(MODULES.values())) as env, LambdaServer(lifetime=600) as server:
        yield {**env, **REAL_ENV, **ACCOUNT, "LAMBDALABS_API_BASE": server.base}


@pytest.mark.parametrize("provider", PROVIDER_NAMES)
def test_up_and_down(tree: Tree, stubs: dict[str, str], provider: str) -> None:
    """Two nodes of a defconfig: created, in the ssh configuration, unchanged by a second run, destroyed."""
    names = sorted(p.name for p in (ROOT / "defconfigs").glob(f"{provider}-*") if "smart" not in p.name)
    tree.make(f"defconfig-{names[0]}")
    config = re.sub(r"(NODE_COUNT)=1", r"\1=2", tree.read(".config"))
    tree.write(".config", config.replace("127.0.0.1/32", "203.0.113.7/32"))
    keys = tree.home / ".ssh"
    write_key_pair(keys)

    done = tree.make("bringup", **stubs)
    hosts = [line.split()[-1] for line in done.stdout.splitlines() if line.startswith("  ssh -F ")]
    assert [h.rpartition("-")[0] for h in hosts] == ["kdevops-1", "kdevops-2"], done.stdout + done.stderr
    assert KEY not in done.stdout + done.stderr + tree.read(f"terraform/{provider}/terraform.tfstate")
    ssh = tree.read(f"terraform/{provider}/ssh_config")
    outputs = json.loads(tree.read(f"terraform/{provider}/terraform.tfstate"))["outputs"]
    for node in outputs["nodes"]["value"].values():
        assert f"HostName {node['public_ip'] or node['private_ip']}\n" in ssh

    assert "No changes." in tree.make("bringup", **stubs).stdout
    assert tree.make("mrproper", check=False).returncode != 0
    tree.make("destroy", "YES=1", **stubs)
    assert not (tree.root / f"terraform/{provider}/ssh_config").exists()
    tree.make("mrproper")


def test_down_without_the_key_file(tree: Tree, stubs: dict[str, str]) -> None:
    """terraform's look at what is there evaluates the whole module; machines go all the same."""
    tree.configure("aws-small")
    tree.write(".config", tree.read(".config").replace("127.0.0.1/32", "203.0.113.7/32"))
    key = tree.home / ".ssh" / "kdevops_terraform.pub"
    write_key_pair(key.parent)
    tree.make("bringup", **stubs)
    key.unlink()
    done = tree.make("destroy", "YES=1", check=False, **stubs)
    assert done.returncode != 0 and "make destroy REFRESH=0 needs neither the key file" in done.stderr
    assert "Destroy complete!" in tree.make("destroy", "YES=1", "REFRESH=0", **stubs).stdout
    tree.make("mrproper")
