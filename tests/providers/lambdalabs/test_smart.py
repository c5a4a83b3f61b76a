# SPDX-License-Identifier: MIT
"""Smart selection: what `lambda-cli` answers, and what `make` writes where the API has to decide."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cloudlib.calls.shape import Reader
from cloudlib.errors import UsageError
from cloudlib.provider import Resolved
from providers.lambdalabs import smart
from tests.servers import lambda_server
from tests.servers.lambda_data import LambdaData, running, small
from tests.servers.lambda_server import KEY, LambdaServer
from tests.support.costly import mostly_slow
from tests.support.tree import Tree

T = "TERRAFORM_LAMBDALABS"
NOTE = re.compile(r"# resolved \d{4}-\d\d-\d\d \d\d:\d\d UTC: (.*)")


def with_capacity(**capacity: tuple[str, ...]) -> LambdaData:
    return replace(small(), capacity=capacity)


def answer(data: LambdaData) -> Reader:
    return Reader({"data": data.offers()}, vendor="lambdalabs", answer="instance-types")


def cheapest(data: LambdaData, **more: Any) -> list[str]:
    return [o.itype.name for o in smart.cheapest(smart.offers(answer(data)), **more)]


# --- which one ---


def test_the_cheapest_is_one_with_capacity() -> None:
    """cpu_4x_general and gpu_1x_a6000 cost less, and cannot be started."""
    assert cheapest(small()) == ["gpu_1x_a10"]
    assert cheapest(small(), architecture="arm64") == ["gpu_1x_gh200"]
    both = with_capacity(cpu_4x_general=("us-west-1",), gpu_8x_v100=("us-south-2",))
    assert cheapest(both) == ["cpu_4x_general"] and cheapest(both, gpu=True) == ["gpu_8x_v100"]


def test_types_of_one_price_are_all_the_cheapest() -> None:
    data = with_capacity(gpu_1x_a10=("us-east-1",), gpu_8x_v100=("us-south-2",))
    v100 = {**data.types["gpu_8x_v100"], "price_cents_per_hour": 129}
    assert cheapest(replace(data, types={**data.types, "gpu_8x_v100": v100})) == ["gpu_1x_a10", "gpu_8x_v100"]


def test_a_type_without_a_price_is_not_the_cheapest() -> None:
    data = with_capacity(gpu_1x_a10=("us-east-1",), gpu_8x_v100=("us-south-2",))
    free = {**data.types["gpu_1x_a10"], "price_cents_per_hour": 0}
    data = replace(data, types={**data.types, "gpu_1x_a10": free})
    assert cheapest(data) == ["gpu_8x_v100"]
    assert smart.named(smart.offers(answer(data)), "gpu_1x_a10").price == "", "it can be had by name"


def test_nothing_has_capacity() -> None:
    with pytest.raises(smart.NoCapacity, match="no type of Lambda has capacity in any region now"):
        cheapest(with_capacity())
    with pytest.raises(smart.NoCapacity, match="no arm64 GPU type"):
        cheapest(with_capacity(gpu_1x_a10=("us-east-1",)), architecture="arm64", gpu=True)


def test_a_type_by_name() -> None:
    found = smart.offers(answer(small()))
    offer = smart.named(found, "gpu_1x_a10")
    assert offer.regions == ("us-east-1", "us-west-1") and offer.usd == Decimal("1.29")
    with pytest.raises(smart.NoCapacity, match="gpu_1x_a6000 has no capacity in any region now"):
        smart.named(found, "gpu_1x_a6000")
    with pytest.raises(UsageError, match="no type 'gpu_1x_a11'") as told:
        smart.named(found, "gpu_1x_a11")
    assert "nearest: gpu_1x_a10" in told.value.hint


# --- when make asks: a machine does not move without need ---

INFER = {
    "terraform_lambdalabs_region_smart_infer": True,
    "terraform_lambdalabs_region": "us-west-1",
    "terraform_lambdalabs_instance_type": "gpu_1x_a10",
    "target_arch": "x86_64",
}
CHEAPEST = {
    "terraform_lambdalabs_region_smart_cheapest": True,
    "terraform_lambdalabs_smart_gpu": True,
    "terraform_lambdalabs_region": "us-east-1",
    "terraform_lambdalabs_instance_type": "gpu_8x_h100_sxm5",
    "target_arch": "x86_64",
}


def decided(made: Resolved) -> tuple[Any, Any]:
    values = made.values
    return values["terraform_lambdalabs_instance_type"], values["terraform_lambdalabs_region"]


def test_the_region_chosen_in_the_menu_comes_first() -> None:
    assert decided(smart.resolved(answer(small()), INFER, {})) == ("gpu_1x_a10", "us-west-1")
    east = {**INFER, "terraform_lambdalabs_region": "europe-central-1"}
    assert decided(smart.resolved(answer(small()), east, {})) == ("gpu_1x_a10", "us-east-1")


def test_an_earlier_answer_stays_while_it_holds() -> None:
    one = with_capacity(gpu_1x_a10=("us-west-1",))
    first = smart.resolved(answer(one), CHEAPEST, {})
    assert decided(first) == ("gpu_1x_a10", "us-west-1")
    both = with_capacity(gpu_1x_a10=("us-east-1", "us-west-1"))
    assert decided(smart.resolved(answer(both), CHEAPEST, {})) == ("gpu_1x_a10", "us-east-1")
    assert decided(smart.resolved(answer(both), CHEAPEST, first.values)) == ("gpu_1x_a10", "us-west-1")
    elsewhere = {**CHEAPEST, "terraform_lambdalabs_region": "us-south-2"}
    other = smart.resolved(answer(both), elsewhere, first.values)
    assert decided(other) == ("gpu_1x_a10", "us-east-1"), "another question has another answer"
    gone = with_capacity(gpu_8x_v100=("us-south-2",))
    assert decided(smart.resolved(answer(gone), CHEAPEST, first.values)) == ("gpu_8x_v100", "us-south-2")


# --- lambda-cli ---


@pytest.fixture
def server() -> Iterator[LambdaServer]:
    with LambdaServer() as running:
        yield running
        assert running.errors == []


def ask(tree: Tree, server: LambdaServer, *words: str) -> tuple[int, str, str]:
    env = {"LAMBDALABS_API_BASE": server.base, "LAMBDA_API_KEY": KEY}
    done = tree.python("scripts/lambda-cli", *words, check=False, **env)
    assert KEY not in done.stdout + done.stderr and "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_smart_answers_with_data_on_stdout(tree: Tree, server: LambdaServer) -> None:
    code, said, _ = ask(tree, server, "smart", "--cheapest")
    assert (code, said) == (0, "gpu_1x_a10  us-east-1  $1.29/h\n") and server.count() == 1
    code, said, _ = ask(tree, server, "--output", "json", "smart", "--region-for", "gpu_8x_v100")
    assert code == 0 and json.loads(said) == {
        "instance_type": "gpu_8x_v100", "usd_per_hour": 6.32, "price": "$6.32/h", "region": "us-south-2",
        "regions": ["us-south-2"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "told"),
    mostly_slow(
        [
            (("smart", "--region-for", "gpu_1x_a6000"), 1, "gpu_1x_a6000 has no capacity in any region now"),
            (("smart", "--region-for", "gpu_1x_a11"), 2, "nearest: gpu_1x_a10"),
            (("smart", "--region-for", "gpu_1x_a10", "--gpu"), 2, "--gpu narrows --cheapest"),
            (("smart",), 2, "--region-for is required"),
            (("--offline", "smart", "--cheapest"), 2, "only the API knows what has capacity"),
            (("--offline", "capacity"), 2, "only the API knows what has capacity"),
        ],
        2,
    ),
)
def test_smart_has_no_answer(
    tree: Tree, server: LambdaServer, words: tuple[str, ...], code: int, told: str
) -> None:
    got, said, err = ask(tree, server, *words)
    assert (got, said) == (code, "") and told in err
    assert server.count() == 0 or "--offline" not in words


def test_capacity(tree: Tree, server: LambdaServer) -> None:
    code, said, err = ask(tree, server, "--output", "json", "capacity", "--region", "us-east-1")
    assert code == 0 and "4 more types have no capacity now" in err
    assert [(r["instance_type"], r["regions"]) for r in json.loads(said)] == [
        ("gpu_1x_a10", ["us-east-1"]),
        ("gpu_1x_gh200", ["us-east-1"]),
    ]
    code, said, err = ask(tree, server, "capacity", "--region", "mars-1")
    assert (code, said) == (1, "") and "next: nearest regions with capacity: " in err and "us-east-1" in err
    server.data = with_capacity()
    code, said, err = ask(tree, server, "capacity")
    assert (code, said) == (1, "") and "no type has capacity in any region now" in err


# --- make ---


def made(tree: Tree, server: LambdaServer, *, check: bool = True, **env: str) -> str:
    """`make`, and what it says."""
    settings = {"LAMBDALABS_API_BASE": server.base, "LAMBDA_API_KEY": KEY, **env}
    done = tree.make(check=check, **settings)
    assert KEY not in done.stdout + done.stderr and "Traceback" not in done.stderr
    return done.stdout + done.stderr


def variables(tree: Tree) -> tuple[str, str, str]:
    """What the note says, and the type and region that terraform gets."""
    text = tree.read("extra_vars.yaml")
    note = NOTE.search(text)
    values = json.loads(tree.read("terraform/lambdalabs/terraform.tfvars.json"))
    itype, region = values["lambdalabs_instance_type"], values["lambdalabs_region"]
    assert f"terraform_lambdalabs_instance_type: {itype}\n" in text and KEY not in text
    assert f"terraform_lambdalabs_region: {region}\n" in text
    return note[1] if note else "", itype, region


def test_make_resolves_the_cheapest_with_a_dated_note(tree: Tree, server: LambdaServer) -> None:
    tree.make("defconfig-lambdalabs-smart", LAMBDALABS_API_BASE=server.base, LAMBDA_API_KEY=KEY)
    assert server.count() == 0, "parsing asks nobody"
    assert "wrote extra_vars.yaml" in made(tree, server) and server.count() == 1
    note = "gpu_1x_a10 in us-east-1, cheapest with capacity $1.29/h"
    assert variables(tree) == (note, "gpu_1x_a10", "us-east-1")
    before = tree.read("extra_vars.yaml")
    assert "wrote" not in made(tree, server) and tree.read("extra_vars.yaml") == before
    server.data = with_capacity(gpu_1x_gh200=("us-east-1",), gpu_8x_v100=("us-south-2",))
    made(tree, server)
    assert variables(tree)[1:] == ("gpu_8x_v100", "us-south-2"), "the cheapest that boots x86_64"


def test_make_infers_the_region_of_the_chosen_type(tree: Tree, server: LambdaServer) -> None:
    lines = (f"{T}=y", f"{T}_REGION_SMART_INFER=y", f"{T}_INSTANCE_TYPE_GPU_8X_H100_SXM5=y")
    tree.write(".config", "".join(f"CONFIG_{line}\n" for line in lines))
    tree.make("olddefconfig")
    assert tree.config()[f"{T}_REGION"] == "us-east-1", "which has none of it"
    made(tree, server)
    note = "gpu_8x_h100_sxm5 in us-south-2, with capacity $31.92/h"
    assert variables(tree) == (note, "gpu_8x_h100_sxm5", "us-south-2")


def test_make_takes_a_manual_choice_as_it_is(tree: Tree, server: LambdaServer) -> None:
    tree.configure("lambdalabs-gpu-8x-h100")
    assert tree.config()[f"{T}_REGION_MANUAL"] == "y"
    server.data = with_capacity()
    made(tree, server)
    assert variables(tree) == ("", "gpu_8x_h100_sxm5", "us-west-1") and server.count() == 0


@pytest.mark.parametrize(
    ("setup", "env", "told"),
    mostly_slow(
        [
            (lambda s: s.inject(lambda_server.denied()), {}, "Your account is inactive."),
            (lambda s: s.inject(lambda_server.web_page()), {}, "not whole JSON"),
            (lambda s: setattr(s, "data", with_capacity()), {}, "no x86_64 GPU type of Lambda has capacity"),
            (lambda s: None, {"LAMBDA_API_KEY": ""}, "no Lambda API key"),
        ]
    ),
    ids=["403", "a web page", "no capacity", "no key"],
)
def test_make_without_an_answer_changes_nothing(
    tree: Tree, server: LambdaServer, setup: Any, env: dict[str, str], told: str
) -> None:
    tree.configure("lambdalabs-smart")
    made(tree, server)
    before = variables(tree)
    setup(server)
    said = made(tree, server, check=False, **env)
    assert told in said and "unchanged: extra_vars.yaml" in said and "next: " in said
    assert variables(tree) == before


# --- machines that are up ---


def up_in(*places: tuple[str, str]) -> Any:
    return lambda: set(places)


def asked(**values: Any) -> dict[str, Any]:
    common = {
        "target_arch": "x86_64",
        f"{T}_REGION".lower(): "us-east-1",
        f"{T}_INSTANCE_TYPE".lower(): "gpu_1x_a10",
    }
    return {**common, **{f"{T}_{name}".lower(): value for name, value in values.items()}}


def before(itype: str, region: str) -> dict[str, Any]:
    return asked(INSTANCE_TYPE=itype, REGION=region, REGION_PREFERRED="us-east-1")


@pytest.mark.parametrize(
    ("question", "itype"),
    [
        ({"REGION_SMART_INFER": True}, "gpu_1x_a10"),
        ({"REGION_SMART_INFER": True, "INSTANCE_TYPE": "H100_OR_LESS"}, "gpu_1x_a6000"),
        ({"REGION_SMART_CHEAPEST": True, "SMART_GPU": True}, "gpu_8x_h100_sxm5"),
    ],
)
@pytest.mark.parametrize("capacity", [{}, {"gpu_1x_a10": ("us-east-1",), "gpu_8x_v100": ("us-east-1",)}])
def test_a_machine_that_is_up_stays_where_it_is(
    question: dict[str, Any], itype: str, capacity: dict[str, tuple[str, ...]]
) -> None:
    """It took the last capacity of its type, or something better came free since."""
    types, place = answer(with_capacity(**capacity)), (itype, "us-south-2")
    made = smart.resolved(types, asked(**question), before(*place), up_in(place)).values
    assert (made[f"{T}_INSTANCE_TYPE".lower()], made[f"{T}_REGION".lower()]) == place


@pytest.mark.parametrize(
    ("question", "itype"),
    [
        ({"REGION_SMART_INFER": True, "INSTANCE_TYPE": "gpu_8x_v100"}, "gpu_1x_a10"),
        ({"REGION_SMART_INFER": True, "INSTANCE_TYPE": "H100_OR_LESS"}, "gpu_8x_v100"),
        ({"REGION_SMART_CHEAPEST": True, "SMART_GPU": True}, "cpu_4x_general"),
        ({"REGION_SMART_CHEAPEST": True}, "gpu_1x_gh200"),
    ],
)
def test_another_question_has_another_answer(question: dict[str, Any], itype: str) -> None:
    types = answer(with_capacity(gpu_1x_a10=("us-west-1",), gpu_8x_v100=("us-west-1",)))
    place = (itype, "us-south-2")
    made = smart.resolved(types, asked(**question), before(*place), up_in(place)).values
    assert made[f"{T}_REGION".lower()] == "us-west-1"


def test_where_nothing_is_up_there_is_no_capacity() -> None:
    with pytest.raises(smart.NoCapacity):
        smart.resolved(
            answer(with_capacity()), asked(REGION_SMART_INFER=True), before("gpu_1x_a10", "us-south-2")
        )


def test_make_asks_where_the_machines_are_up(tree: Tree, server: LambdaServer) -> None:
    tree.configure("lambdalabs-smart")
    made(tree, server)
    assert variables(tree)[1:] == ("gpu_1x_a10", "us-east-1")
    server.data = replace(with_capacity(), instances=(running("kdevops-1", "1b"),))
    made(tree, server)
    assert variables(tree)[1:] == ("gpu_1x_a10", "us-east-1")
    server.data = replace(server.data, instances=(running("other", "1b"),))
    assert "has capacity in any region now" in made(tree, server, check=False)
