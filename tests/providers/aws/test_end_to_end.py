# SPDX-License-Identifier: MIT
"""From the aws CLI to published menus, against a server of the tests, with faults on the way."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from cloudlib.catalog import file as catalogfile
from tests.servers import aws_faults as faults
from tests.servers.aws_data import AwsData, small
from tests.servers.aws_moto import moto_server
from tests.servers.aws_server import AwsServer
from tests.servers.http_base import Fault
from tests.support.aws import Aws, make_aws
from tests.support.costly import mostly_slow
from tests.support.tree import Tree, descendants

pytestmark = pytest.mark.real_aws
REGIONS = 4
BUDGET = 3 * REGIONS + 14
CATALOG = "terraform/aws/kconfigs/catalog.json.generated"
STATIC = "terraform/aws/kconfigs/catalog.json.static"


@pytest.fixture
def aws(tree: Tree) -> Iterator[Aws]:
    """A tree with the committed static menus, in front of a small AWS."""
    with AwsServer(small()) as server:
        yield make_aws(tree, server)


def test_a_complete_fetch_is_published_and_costs_few_processes(aws: Aws) -> None:
    _, said = aws.config()
    assert "published" in said
    assert 0 < len(aws.calls()) <= BUDGET
    used = {f"{service}:{action}" for service, action, _ in aws.server.call_counts()}
    (policy,) = re.findall(r'"Action": \[\s+("sts:[^]]+)\]', aws.tree.read("docs/administrators.md"))
    assert used == set(re.findall(r'"(\S+)"', policy)), "the documented policy allows what is used, no more"
    catalog = json.loads(aws.tree.read(CATALOG))
    types = {t["name"]: t for t in catalog["instance_types"]}
    assert {"m7i.large", "g6e.xlarge", "trn2.3xlarge", "x8aedz.large"} <= set(types)  # two not of us-east-1
    assert types["m7i.large"]["prices"]["AWS Price List"]["0.1008"] == "us-east-1 us-west-2"
    assert [r["name"] for r in catalog["regions"] if not r.get("available", True)] == ["ap-east-2"]
    assert (aws.tree.root / ".aws_cloud_config_generated").exists()
    first = {name: text for name, text in aws.tree.menu_state().items() if "catalog.json" not in name}
    aws.config()
    assert {n: t for n, t in aws.tree.menu_state().items() if "catalog.json" not in n} == first
    menu = aws.tree.read("terraform/aws/kconfigs/Kconfig.images.generated")
    assert "debian-12-amd64-*" in menu and "136693071363" in menu


@pytest.mark.slow
def test_prices_of_all_regions_stay_within_the_budget(aws: Aws) -> None:
    aws.config(CLOUD_PRICE_REGIONS="all")
    assert 0 < len(aws.calls()) <= BUDGET
    priced = {
        r for t in catalogfile.load(aws.tree.read(CATALOG), where=CATALOG).instance_types for r in t.prices
    }
    assert {"us-east-1", "us-west-2"} <= priced


@pytest.mark.slow
def test_types_and_offerings_of_a_real_moto_server(tree: Tree) -> None:
    with moto_server() as moto, AwsServer(small(), moto_url=moto) as server:
        aws = make_aws(tree, server)
        _, said = aws.config()
    assert "published" in said
    assert len(json.loads(tree.read(CATALOG))["instance_types"]) > 1000


@pytest.mark.slow
def test_without_the_right_to_offerings_each_region_tells_its_types(aws: Aws) -> None:
    aws.server.inject(faults.denied("DescribeInstanceTypeOfferings"))
    _, said = aws.config()
    assert "DescribeInstanceTypeOfferings is denied" in said
    assert 0 < len(aws.calls()) <= BUDGET
    types = {t["name"]: t for t in json.loads(aws.tree.read(CATALOG))["instance_types"]}
    assert "trn2.3xlarge" in types and types["m7i.large"]["offered"]["us-east-1"] == "?"


@pytest.mark.slow
def test_without_the_right_to_prices_the_known_ones_stay(aws: Aws) -> None:
    aws.server.inject(faults.denied("GetProducts"))
    _, said = aws.config()
    assert "not reached: prices of " in said and "to perform: pricing:GetProducts" in said
    known, now = (
        next(t for t in catalogfile.load(aws.tree.read(f), where=f).instance_types if t.name == "m7i.large")
        for f in (STATIC, CATALOG)
    )
    assert "us-east-1" in now.prices and now.prices.items() <= known.prices.items()
    assert "last known data are kept" in said


@pytest.mark.slow
def test_throttled_three_times_then_answered(aws: Aws) -> None:
    aws.server.inject(faults.throttled("DescribeInstanceTypes", times=3))
    aws.config(AWS_MAX_ATTEMPTS="5")
    assert aws.server.calls("ec2", "DescribeInstanceTypes", "us-east-1") >= 4


@pytest.mark.slow
def test_a_region_that_refuses_keeps_its_last_known_data(aws: Aws) -> None:
    """It is listed as opted in, and answers AuthFailure all the same."""
    aws.server.inject(faults.bad_keys("DescribeAvailabilityZones", "us-west-2"))
    _, said = aws.config()
    assert "not reached: us-west-2" in said and "AuthFailure" in said and "last known data are kept" in said
    catalog = json.loads(aws.tree.read(CATALOG))
    assert {z["name"] for z in catalog["zones"] if z["region"] == "us-west-2"} >= {"us-west-2a", "us-west-2d"}
    assert any("us-west-2" in t["offered"] for t in catalog["instance_types"])


@pytest.mark.slow
def test_a_region_that_hangs_keeps_its_last_known_data(aws: Aws) -> None:
    aws.config()
    aws.server.inject(faults.hangs("DescribeInstanceTypeOfferings", "us-west-2"))
    _, said = aws.config(CLOUD_CALL_TIMEOUT="60")
    assert "not reached: us-west-2" in said and "last known data are kept" in said
    types = {t["name"]: t for t in json.loads(aws.tree.read(CATALOG))["instance_types"]}
    assert "us-west-2" in types["m7i.large"]["offered"]


@pytest.mark.slow
def test_types_that_could_not_be_described_keep_their_figures(aws: Aws) -> None:
    aws.server.inject(faults.broken("DescribeInstanceTypes", "us-west-2"))
    before = {t["name"]: t for t in json.loads(aws.tree.read(STATIC))["instance_types"]}
    _, said = aws.config(AWS_MAX_ATTEMPTS="1")
    assert "described as in the last catalog: x8aedz.12xlarge, " in said
    after = {t["name"]: t for t in json.loads(aws.tree.read(CATALOG))["instance_types"]}
    assert after["x8aedz.large"]["memory_mib"] == before["x8aedz.large"]["memory_mib"]
    assert set(after["x8aedz.large"]["offered"]) == {"us-west-2"} and "prices" not in after["x8aedz.large"]
    assert "trn2.3xlarge" in after


UNTOUCHED: list[tuple[str, Callable[[], Fault], int, str]] = [
    ("no such key", faults.bad_keys, 3, "no valid AWS credentials"),
    ("expired", faults.expired, 3, "no valid AWS credentials"),
    ("throttled for ever", lambda: faults.throttled_forever("DescribeInstanceTypes"), 1, "RequestLimit"),
    ("cut off", lambda: faults.cut_off("DescribeInstanceTypes"), 1, "Connection was closed"),
    ("the default region fails", lambda: faults.broken("DescribeAvailabilityZones", "us-east-1"), 1, "InternalError"),  # noqa: E501
    ("images are denied", lambda: faults.denied("DescribeImages"), 1, "IAM policy"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "code", "words"), mostly_slow([u[1:] for u in UNTOUCHED]), ids=[u[0] for u in UNTOUCHED]
)
def test_a_fault_that_ends_the_fetch_leaves_every_file(
    aws: Aws, fault: Callable[[], Fault], code: int, words: str
) -> None:
    before = aws.tree.menu_state()
    aws.server.inject(fault())
    got, said = aws.config(check=False)
    assert got == code
    assert words in said
    assert "next:" in said and "unchanged:" in said
    assert "published" not in said
    assert aws.tree.menu_state() == before
    assert aws.calls()
    assert "testing-secret-value" not in said


def test_a_default_region_that_is_not_enabled(aws: Aws) -> None:
    code, said = aws.config(check=False, AWS_REGION="ap-east-2")
    assert code == 3 and "the default region, ap-east-2, is not enabled" in said
    code, said = aws.config(check=False, CLOUD_PRICE_REGIONS="moon")
    assert code == 2 and "next: all, default, or some of: ap-southeast-4, eu-central-1" in said


@pytest.mark.slow
def test_no_aws_and_no_credentials(aws: Aws) -> None:
    before = aws.tree.menu_state()
    code, said = aws.config(check=False, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert code == 3 and "aws configure" in said
    (aws.tree.home.parent / "bin" / "aws").unlink()
    code, said = aws.config(check=False)
    assert code == 3 and "not on PATH" in said and "getting-started-install" in said
    assert aws.tree.menu_state() == before


ANSWERS: list[tuple[str, Callable[[AwsData], AwsData], int, str]] = [
    ("nothing at all", lambda d: d.empty(), 1, "FAILED"),
    ("no figures", lambda d: d.without_figures("m5.large"), 0, "without vCPU or memory figures: m5.large"),
    ("a price of 0", lambda d: d.with_zero_price("m5.large"), 0, "price rows of 0 were left out"),
    ("a zone that is down", lambda d: d.with_zone_down("us-east-1b"), 0, "published"),
    ("two names, one symbol", lambda d: d.with_type_renamed("m5.xlarge", "m5.lar-ge").with_type_renamed(
        "m5.2xlarge", "m5.lar_ge"), 1, "would both become the Kconfig symbol"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("change", "code", "words"), [a[1:] for a in ANSWERS], ids=[a[0] for a in ANSWERS])
def test_odd_answers(aws: Aws, change: Callable[[AwsData], AwsData], code: int, words: str) -> None:
    before = aws.tree.menu_state()
    aws.server.use(change(small()))
    got, said = aws.config(check=False)
    assert (got, words in said) == (code, True), said
    assert (aws.tree.menu_state() == before) == (code != 0)


@pytest.mark.slow
def test_a_family_name_never_seen_before_is_known_by_what_it_has(aws: Aws) -> None:
    aws.server.use(small().with_new_family("zz9", like="g6e"))
    aws.config()
    compute = aws.tree.read("terraform/aws/kconfigs/Kconfig.compute.generated")
    gpu = compute[compute.index("config TERRAFORM_AWS_IS_GPU_INSTANCE") :]
    assert "TERRAFORM_AWS_INSTANCE_TYPE_ZZ9" in gpu


@pytest.mark.slow
def test_half_the_types_are_not_promoted_unasked(aws: Aws) -> None:
    aws.config()
    before = {n: t for n, t in aws.tree.menu_state().items() if n.endswith(".static")}
    code, said = aws.config("--update", check=False)
    assert (
        code == 1
        and "instance types are no longer offered" in said
        and "make cloud-update-aws FORCE=1" in said
    )
    assert {n: t for n, t in aws.tree.menu_state().items() if n.endswith(".static")} == before
    code, said = aws.config("--update", FORCE="1")
    assert "promoted" in said
    after = {n: t for n, t in aws.tree.menu_state().items() if n.endswith(".static") and "/aws/" in n}
    assert not any("Kconfig.c5." in name for name in after)
    assert any("Kconfig.g6e." in name for name in after)


@pytest.mark.slow
def test_a_region_that_is_not_opted_in_cannot_be_asked_for(aws: Aws) -> None:
    argv = ("scripts/aws-cli", "instance-types", "list", "--region", "ap-east-2")
    done = aws.tree.python(*argv, check=False, **aws.env)
    assert done.returncode != 0
    assert done.stdout == "" and "error:" in done.stderr


@pytest.mark.slow
def test_ctrl_c_leaves_everything_and_no_process(aws: Aws) -> None:
    before = aws.tree.menu_state()
    aws.server.inject(faults.hangs("DescribeAvailabilityZones"))
    argv = ("scripts/generate_cloud_configs.py", "--provider", "aws")
    import sys

    run = aws.tree.start(sys.executable, *argv, **aws.env)
    deadline = time.monotonic() + 300
    while aws.server.calls("ec2", "DescribeAvailabilityZones") == 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    second = aws.tree.python(*argv, check=False, **aws.env)
    assert second.returncode == 1 and "another run" in second.stderr
    os.kill(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=300)
    assert run.returncode == 130 and "interrupted" in said
    assert aws.tree.menu_state() == before
    assert descendants(aws.server.url) == []


def test_the_cli_answers_with_data_on_stdout(aws: Aws) -> None:
    argv = ("scripts/aws-cli", "--output", "json", "cheapest", "--region", "us-east-1", "--min-vcpus", "4")
    done = aws.tree.python(*argv, **aws.env)
    rows = json.loads(done.stdout)
    prices = [row["usd_per_hour"] for row in rows]
    assert prices == sorted(prices) and all(row["vcpus"] >= 4 for row in rows) and rows
    regions = json.loads(
        aws.tree.python(
            "scripts/aws-cli", "--output", "json", "regions", "list", "--include-zones", **aws.env
        ).stdout
    )
    assert {"name": "us-east-1a", "zone_id": "use1-az6"} in next(
        r["zones"] for r in regions if r["name"] == "us-east-1"
    )


@pytest.mark.slow
def test_the_list_of_regions_says_which_were_not_reached(aws: Aws) -> None:
    """Standard output stays data, and whole but for the zones of that region."""
    argv = ("scripts/aws-cli", "--output", "json", "regions", "list", "--include-zones")
    aws.server.inject(faults.throttled_forever("DescribeAvailabilityZones", "us-west-2"))
    done = aws.tree.python(*argv, **{**aws.env, "AWS_MAX_ATTEMPTS": "1"})
    zones = {r["name"]: r["zones"] for r in json.loads(done.stdout)}
    assert zones["us-east-1"] and zones["us-west-2"] == []
    assert "not reached: us-west-2 (`aws ec2 describe-availability-zones` failed: " in done.stderr
    assert "to reach us-west-2: wait a few minutes" in done.stderr and "us-east-1" not in done.stderr
    aws.server.inject(faults.broken("DescribeAvailabilityZones", "us-east-1"))
    done = aws.tree.python(*argv, check=False, **{**aws.env, "AWS_MAX_ATTEMPTS": "1"})
    assert (done.returncode, done.stdout) == (1, "") and "error:" in done.stderr and "next:" in done.stderr


@pytest.mark.slow
def test_the_cli_says_what_its_answer_lacks(aws: Aws) -> None:
    aws.server.inject(faults.denied("GetProducts"))
    done = aws.tree.python("scripts/aws-cli", "cheapest", "--region", "us-west-2", check=False, **aws.env)
    assert done.returncode == 0 and "$" not in done.stdout and "have no known price" in done.stderr
    assert "aws: not reached: prices of us-west-2 (" in done.stderr and "pricing:GetProducts" in done.stderr


def test_the_cli_offline(aws: Aws) -> None:
    def ask(*words: str) -> tuple[int, str, str]:
        done = aws.tree.python("scripts/aws-cli", "--offline", *words, check=False)
        return done.returncode, done.stdout, done.stderr

    code, rows, said = ask("cheapest", "--gpu", "--max-price", "1")
    assert code == 0 and rows.splitlines() and "vCPU" in rows.splitlines()[0]
    code, rows, said = ask("cheapest", "--region", "eu-west-2")
    assert code == 0 and rows
    code, rows, said = ask("cheapest", "--min-vcpus", "100000")
    assert (code, rows) == (1, "") and "nearest: " in said and "it misses --min-vcpus 100000" in said
    code, rows, said = ask("instance-types", "list", "--family", "m7")
    assert (code, rows) == (2, "") and "nearest: m7i" in said
    before = aws.tree.menu_state()
    code, rows, said = ask("generate-kconfig")
    assert (code, rows) == (2, "") and "--offline" in said
    assert aws.calls() == [] and aws.tree.menu_state() == before


@pytest.mark.slow
def test_a_profile_is_honored(aws: Aws) -> None:
    folder = aws.tree.home / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[profile lab]\nregion = us-west-2\n")
    (folder / "credentials").write_text("[lab]\naws_access_key_id = k\naws_secret_access_key = s\n")
    env = {k: v for k, v in aws.env.items() if not k.startswith(("AWS_ACCESS", "AWS_SECRET", "AWS_REGION"))}
    argv = ("scripts/aws-cli", "--output", "json", "images", "list")
    assert json.loads(aws.tree.python(*argv, **env, AWS_PROFILE="lab").stdout)
    assert aws.server.calls("ec2", "DescribeImages", "us-west-2") == 2
