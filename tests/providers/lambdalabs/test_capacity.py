# SPDX-License-Identifier: MIT
"""What has no capacity is not started, a tier takes the best that has some, and no machine is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import kconfiglib
import pytest

import lambdalabs_api
from cloudlib.catalog import file as catalogfile
from cloudlib.publish import tier
from providers.lambdalabs import smart
from tests.providers.lambdalabs.test_smart import answer, ask, with_capacity
from tests.servers import lambda_server
from tests.servers.http_base import Fault
from tests.servers.lambda_data import LambdaData, instance_type, running, small
from tests.servers.lambda_server import KEY, LambdaServer, json_reply
from tests.support.bringup import Fake, fake_terraform
from tests.support.terraform import write_key_pair
from tests.support.tree import ROOT, Tree

T = "TERRAFORM_LAMBDALABS"


@pytest.fixture
def server() -> Iterator[LambdaServer]:
    with LambdaServer(lifetime=120) as server:
        yield server
        assert server.errors == []


def offering(**capacity: tuple[str, ...]) -> LambdaData:
    """The small Lambda, with the types of the tiers that it lacks, and this capacity."""
    data = with_capacity(**capacity)
    more = {
        name: instance_type(name, name, model, 26, 200, 1, 329)
        for name, model in {
            "gpu_1x_h100_pcie": "H100 (80 GB PCIe)",
            "gpu_1x_a100_sxm4": "A100 (40 GB SXM4)",
            "gpu_1x_b200_sxm6": "B200 (180 GB SXM6)",
        }.items()
    }
    return replace(data, types={**data.types, **more})


def best(tier: str, data: LambdaData, architecture: str = "") -> str:
    return smart.best(smart.offers(answer(data)), tier, architecture=architecture).itype.name


# --- tiers ---


def test_a_tier_takes_the_best_up_to_its_ceiling() -> None:
    data = offering(
        gpu_1x_a10=("us-east-1",), gpu_1x_a100_sxm4=("us-west-1",), gpu_1x_h100_pcie=("us-west-1",),
        gpu_1x_gh200=("us-east-1",), gpu_1x_b200_sxm6=("us-east-1",), gpu_8x_h100_sxm5=("us-east-1",),
    )  # fmt: skip
    assert best("GH200_OR_LESS", data) == "gpu_1x_gh200"
    assert best("GH200_OR_LESS", data, "x86_64") == "gpu_1x_h100_pcie", "GH200 is arm64"
    assert best("H100_OR_LESS", data) == "gpu_1x_h100_pcie"
    assert best("A100_OR_LESS", data) == "gpu_1x_a100_sxm4"
    assert best("A6000_OR_LESS", data) == "gpu_1x_a10"
    assert best("8X_B200_OR_LESS", data) == best("8X_H100_OR_LESS", data) == "gpu_8x_h100_sxm5"
    with pytest.raises(smart.NoCapacity, match="no type of 8X_A100_OR_LESS has capacity") as told:
        best("8X_A100_OR_LESS", data)
    assert "GPUs with capacity: gpu_1x_a10, " in told.value.hint


def test_every_tier_names_types_that_lambda_has() -> None:
    path = tier.folder(ROOT, "lambdalabs") / f"{catalogfile.NAME}.{tier.STATIC}"
    known = {itype.name for itype in catalogfile.load_file(path).instance_types}
    assert {name for types in smart.TIERS.values() for name in types} <= known


def test_the_menu_has_the_same_tiers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    kconf = kconfiglib.Kconfig("terraform/lambdalabs/kconfigs/Kconfig.smart", warn=False)
    results = {value.str_value: condition for value, condition in kconf.syms[f"{T}_INSTANCE_TYPE"].defaults}
    assert list(results) == list(smart.TIERS)
    assert [c.name for c in results.values()] == [f"{T}_INSTANCE_TYPE_{tier}" for tier in smart.TIERS]


def test_make_resolves_a_tier(tree: Tree, server: LambdaServer) -> None:
    tree.write("defconfigs/tier", f"# A tier.\nCONFIG_{T}=y\nCONFIG_{T}_INSTANCE_TYPE_H100_OR_LESS=y\n")
    said = tree.make("defconfig-tier").stderr
    assert f"needs {T}_REGION_SMART_INFER=y" in said and "no machine is named" not in said
    server.data = offering(gpu_1x_a10=("us-east-1",), gpu_1x_a100_sxm4=("us-west-1",))
    tree.make(LAMBDALABS_API_BASE=server.base, LAMBDA_API_KEY=KEY)
    values = json.loads(tree.read("terraform/lambdalabs/terraform.tfvars.json"))
    assert values["lambdalabs_instance_type"] == "gpu_1x_a100_sxm4"
    assert values["lambdalabs_region"] == "us-west-1"
    assert "the best of H100_OR_LESS with capacity $3.29/h" in tree.read("extra_vars.yaml")


# --- a machine that cannot be started ---


def cannot(data: LambdaData, name: str, region: str) -> tuple[str, tuple[str, ...]]:
    problem = smart.without_capacity(answer(data), name, region)
    return (problem.what, problem.nearest) if problem else ("", ())


def test_where_there_is_capacity() -> None:
    assert cannot(small(), "gpu_1x_a10", "us-west-1") == ("", ())
    told = ("gpu_1x_a10 has no capacity in us-south-2 now", ("us-east-1", "us-west-1"))
    assert cannot(small(), "gpu_1x_a10", "us-south-2") == told
    what, nearest = cannot(small(), "gpu_1x_a6000", "us-east-1")
    assert what == "gpu_1x_a6000 has no capacity in any region now"
    assert nearest == ("gpu_1x_a10 $1.29/h", "gpu_1x_gh200 $2.29/h")


@pytest.mark.slow
def test_cloud_check_refuses_it(tree: Tree, server: LambdaServer) -> None:
    tree.configure("lambdalabs-gpu-1x-a10")
    env = {"LAMBDALABS_API_BASE": server.base, "LAMBDA_API_KEY": KEY, "LIVE": "1", "FORCE": "1"}
    assert "can be launched (live answer of Lambda Labs)" in tree.make("cloud-check", **env).stdout
    server.data = with_capacity(gpu_1x_a10=("us-south-2",))
    done = tree.make("cloud-check", check=False, **env)
    assert done.returncode and "cannot be launched (live answer" in done.stdout
    assert "error: gpu_1x_a10 has no capacity in us-east-1 now; nearest: us-south-2" in done.stdout


@pytest.fixture
def fake(tree: Tree) -> Fake:
    """A tree with the recording terraform, a machine of Lambda's, and a key pair."""
    made = fake_terraform(tree)
    tree.make("defconfig-lambdalabs-gpu-1x-a10")
    keys = tree.home / ".ssh"
    write_key_pair(keys)
    return made


def bringup(fake: Fake, server: LambdaServer, **env: str) -> tuple[int, str]:
    account = {"LAMBDALABS_API_BASE": server.base, "LAMBDA_API_KEY": KEY}
    done = fake.tree.make("bringup", check=False, **{**account, **env})
    assert KEY not in done.stdout + done.stderr and "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_bringup_refuses_it_before_terraform_starts(fake: Fake, server: LambdaServer) -> None:
    server.data = with_capacity(gpu_1x_a10=("us-south-2",))
    code, said = bringup(fake, server)
    assert code and "gpu_1x_a10 has no capacity in us-east-1 now; nearest: us-south-2" in said
    assert "terraform was not started" in said and fake.commands() == []
    code, said = bringup(fake, server, FORCE="1")
    assert code == 0 and "warning: gpu_1x_a10 has no capacity" in said and "apply" in fake.commands()
    assert bringup(fake, server)[0] == 0, "the machine that is up may be the last one that there was"


# --- a machine that terraform did not record ---


def test_a_failed_apply_names_the_machines_that_it_lost(fake: Fake, server: LambdaServer) -> None:
    ours = [running("other", "0a"), running("kdevops-1", "1b"), running("kdevops-2", "2c", "terminated")]
    server.data = replace(server.data, instances=tuple(ours))
    server.inject(Fault(lambda_server.to("instances"), reply=json_reply(200, {"data": ours[:1]}), times=1))
    fake.order(fails={"apply": 1})
    code, said = bringup(fake, server)
    assert code and "warning: a machine runs that terraform did not record" in said
    assert "  kdevops-1  1b  192.0.2.7  $1.29/h\n" in said and '{"instance_ids": ["1b"]}' in said
    assert "0a" not in said and "2c" not in said


def test_a_failed_apply_that_lost_none(fake: Fake, server: LambdaServer) -> None:
    fake.order(fails={"apply": 1})
    code, said = bringup(fake, server)
    assert code and "note: every machine that was started is in terraform/lambdalabs/" in said


def test_an_account_that_cannot_be_asked_is_said(fake: Fake, server: LambdaServer) -> None:
    server.inject(Fault(lambda_server.to("instances"), reply=json_reply(200, {"data": []}), times=1))
    server.inject(lambda_server.denied("instances"))
    fake.order(fails={"apply": 1})
    code, said = bringup(fake, server)
    assert code and "does not list is not known: " in said and "Your account is inactive." in said


def test_one_request_at_a_time(fake: Fake, server: LambdaServer) -> None:
    assert bringup(fake, server, TF_CLI_ARGS_apply="-compact-warnings")[0] == 0
    env = fake.environment()
    assert env["TF_CLI_ARGS_apply"] == "-parallelism=1 -compact-warnings"
    assert env["TF_CLI_ARGS_plan"] == env["TF_CLI_ARGS_destroy"] == "-parallelism=1"


# --- what kdevops asks for ---


def test_check_availability(tree: Tree, server: LambdaServer) -> None:
    words = ("--output", "json", "check-availability")
    code, said, _ = ask(tree, server, *words, "gpu_1x_a10", "us-east-1")
    assert code == 0 and json.loads(said)["available"] is True
    code, said, _ = ask(tree, server, *words, "gpu_1x_a10", "us-south-2")
    no = json.loads(said)
    assert code == 0 and no["available"] is False and no["available_regions"] == ["us-east-1", "us-west-1"]
    assert no["error"] == "gpu_1x_a10 has capacity in us-east-1, us-west-1"
    code, said, _ = ask(tree, server, "check-availability", "gpu_1x_a11", "us-south-2")
    assert (code, said) == (0, "no: gpu_1x_a11 is not offered\n")


def test_smart_select_and_pricing(tree: Tree, server: LambdaServer) -> None:
    code, said, _ = ask(tree, server, "--output", "json", "smart-select", "--mode", "cheapest")
    row = json.loads(said)
    assert code == 0 and (row["instance_type"], row["region"]) == ("gpu_1x_a10", "us-east-1")
    code, said, _ = ask(tree, server, "pricing", "list", "--instance-type", "gpu_1x_a10")
    assert code == 0 and said.splitlines()[1].split() == ["gpu_1x_a10", "$1.29", "$30.96", "$928.80"]
    assert ask(tree, server, "pricing", "list", "--instance-type", "gpu_1x_a11")[0] == 2
    asked = len(server.requests)
    code, said, _ = ask(tree, server, "--offline", "pricing", "list", "--instance-type", "gpu_1x_a10")
    assert code == 0 and said.splitlines()[1].split() == ["gpu_1x_a10", "$1.29", "$30.96", "$928.80"]
    assert ask(tree, server, "--offline", "capacity")[0] == 2 and len(server.requests) == asked
    code, said, _ = ask(tree, server, "smart", "--tier", "8X_H100_OR_LESS")
    assert (code, said) == (0, "gpu_8x_h100_sxm5  us-south-2  $31.92/h\n")


def test_the_names_that_scripts_of_kdevops_import(
    server: LambdaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMBDALABS_API_BASE", server.base)
    monkeypatch.setenv("LAMBDA_API_KEY", KEY)
    assert lambdalabs_api.get_api_key() == KEY
    types, capacity = lambdalabs_api.get_instance_types_with_capacity(KEY)
    assert set(types) == set(capacity) == set(small().types)
    assert capacity["gpu_1x_a10"] == ["us-east-1", "us-west-1"] and capacity["gpu_1x_a6000"] == []
    monkeypatch.delenv("LAMBDA_API_KEY")
    monkeypatch.setenv("HOME", "/nonexistent")
    assert lambdalabs_api.get_api_key() == ""
