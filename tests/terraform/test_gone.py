# SPDX-License-Identifier: MIT
"""A machine of Lambda Labs that was ended in the console: its provider fails, and there is a way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cloudlib.terraform import state
from tests.servers.lambda_data import running
from tests.servers.lambda_server import KEY, LambdaServer
from tests.support import terraform_stub
from tests.support.bringup import REAL_ENV
from tests.support.terraform import MODULES, REAL_TERRAFORM, write_key_pair
from tests.support.terraform_cloud import Cloud
from tests.support.tree import Tree

pytestmark = REAL_TERRAFORM

ADDRESS = 'lambdalabs_instance.node["kdevops-1"]'


class Lambda(LambdaServer):
    """The API of an account that has the machines of a cloud behind a stub provider."""

    cloud = Cloud()

    def _data(self, what: str) -> Any:
        if what != "instances":
            return super()._data(what)
        return [running(name, given) for given, name in self.cloud.machines().items()]


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def env(tree: Tree, cloud: Cloud) -> Iterator[dict[str, str]]:
    """Two machines are up, and one of them was ended."""
    write_key_pair(tree.home / ".ssh")
    tree.write(".config", "CONFIG_TERRAFORM_LAMBDALABS=y\nCONFIG_TERRAFORM_NODE_COUNT=2\n")
    with terraform_stub.providers([MODULES["lambdalabs"]], cloud) as found, Lambda(lifetime=600) as server:
        server.cloud = cloud
        env = {**found, **REAL_ENV, "YES": "1", "LAMBDA_API_KEY": KEY, "LAMBDALABS_API_BASE": server.base}
        tree.make("bringup", "FORCE=1", **env)
        (given,) = [given for given, name in cloud.machines().items() if name == "kdevops-1"]
        del cloud.things["lambdalabs_instance", given]
        yield env


@pytest.mark.parametrize("target", ["bringup", "cloud-plan", "destroy"])
def test_the_error_has_the_way_back(tree: Tree, env: dict[str, str], target: str) -> None:
    done = tree.make(target, "FORCE=1", check=False, **env)
    assert done.returncode != 0 and "Specified instance does not exist" in done.stderr
    again = "destroy" if target == "destroy" else "bringup"
    assert f"next: {ADDRESS}  " in done.stderr and "is in the state, but not in the account" in done.stderr
    assert f"make {again} CLOUD_PROVIDER=lambdalabs RECOVER=1 takes that out of the state" in done.stderr
    assert f"terraform -chdir=terraform/lambdalabs state rm '{ADDRESS}'" in done.stderr
    assert "kdevops-2" not in done.stderr.partition("next: ")[2], "that one is there"


def test_recover_takes_it_out(tree: Tree, cloud: Cloud, env: dict[str, str]) -> None:
    done = tree.make("bringup", "FORCE=1", "RECOVER=1", **env)
    assert f"[1/1] {ADDRESS}  " in done.stdout and ": no longer there\n" in done.stdout
    assert sorted(cloud.machines().values()) == ["kdevops-1", "kdevops-2"], "it was made again"
    assert "No changes" in tree.make("bringup", **env).stdout
    assert "Destroy complete!" in tree.make("destroy", **env).stdout and cloud.machines() == {}


def test_destroy_ends_the_other_one(tree: Tree, cloud: Cloud, env: dict[str, str]) -> None:
    tree.make("destroy", "RECOVER=1", **env)
    assert cloud.machines() == {} and state.look(tree.root / "terraform/lambdalabs").held == ()


def test_after_a_state_rm_by_hand(tree: Tree, cloud: Cloud, env: dict[str, str]) -> None:
    """The journal still has it, so that a guard speaks up; it cannot be imported either."""
    tree.run("terraform", "-chdir=terraform/lambdalabs", "state", "rm", ADDRESS, **env)
    done = tree.make("destroy", check=False, **env)
    assert done.returncode != 0 and "lacks 1 resource that terraform made" in done.stderr
    tree.make("destroy", "RECOVER=1", **env)
    assert cloud.machines() == {}


def test_nothing_is_forgotten_without_a_yes(tree: Tree, cloud: Cloud, env: dict[str, str]) -> None:
    """With the key of another account every machine looks as if it were gone."""
    cloud.things.clear()
    names = ("terraform.tfstate", "journal.jsonl")
    before = [tree.read(f"terraform/lambdalabs/{name}") for name in names]
    for target in ("bringup", "destroy"):
        done = tree.make(target, "FORCE=1", "RECOVER=1", check=False, **{**env, "YES": "0"})
        assert done.returncode != 0 and "cannot ask: Forget them?" in done.stderr
        assert f"{ADDRESS}  " in done.stdout and "another account" in done.stdout
    assert [tree.read(f"terraform/lambdalabs/{name}") for name in names] == before


def test_an_account_that_cannot_be_asked(tree: Tree, env: dict[str, str]) -> None:
    """Nothing is taken for gone."""
    bad = {**env, "LAMBDA_API_KEY": "wrong", "RECOVER": "1"}
    before = tree.read("terraform/lambdalabs/terraform.tfstate")
    assert tree.make("destroy", check=False, **bad).returncode != 0
    assert tree.read("terraform/lambdalabs/terraform.tfstate") == before
