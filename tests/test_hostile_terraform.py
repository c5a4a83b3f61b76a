# SPDX-License-Identifier: MIT
"""What terraform says, and what a state holds, with anything in it: none of it runs, or steers a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from cloudlib.errors import BadReply
from cloudlib.terraform import ssh_config as sshconfig
from tests.support.bringup import CONFIG, Fake, fake_terraform
from tests.support.costly import mostly_slow
from tests.support.shapes import HOSTILE
from tests.support.terraform import write_key_pair
from tests.support.tree import Tree
from tests.test_hostile_files import told

STATE = "terraform/aws/terraform.tfstate"
LONG = "x" * 1_000_000
#: What ssh would take for more than an address, or for another one.
ADDRESSES = (
    "fe80::1%h\n\tProxyCommand touch PWNED\n\t#", LONG, "fe80::1%eth0", "192.0.2.1\n", "127.1", "0x7f.1",
    "-oProxyCommand=touch PWNED", "example.org", "\u0661\u0662.0.2.1", "\x1b]0;owned\x07", "\ud800", *HOSTILE,
)  # fmt: skip
_ODD = [text for text in HOSTILE if not re.fullmatch(r"[A-Za-z0-9.-]{1,200}", text)]
NAMES = (
    "a\nHost *\n\tProxyCommand touch PWNED", LONG, "*", "!a", "a b", "-oProxyCommand=touch PWNED", "\x1b[2J",
    *_ODD,
)  # fmt: skip
SHAPES = [[], 7, {"nodes": 7}, {"nodes": {"value": 7}, "ssh_user": {"value": "u"}}, {"x": {"value": 1}}]
NODE = {"public_ip": "192.0.2.1", "private_ip": "10.0.0.1"}


@pytest.fixture
def fake(tree: Tree) -> Fake:
    """A tree that is ready for bringup, with the recording terraform."""
    made = fake_terraform(tree)
    tree.write(".config", CONFIG)
    (tree.home / ".ssh").mkdir()
    write_key_pair(tree.home / ".ssh")
    return made


def run(fake: Fake, *words: str, **env: str) -> tuple[int, str]:
    """Run a script; returns its exit code and all that it said, which is fit for a terminal and short."""
    done = fake.tree.python(*words, check=False, **env)
    said = done.stdout + done.stderr
    assert not [*told(done.returncode, said)] and len(said.splitlines()) < 200
    assert not [*fake.tree.root.parent.rglob("PWNED")]
    return done.returncode, said


def usual(nodes: Mapping[str, Any], user: str = "kdevops") -> dict[str, Any]:
    return {"nodes": {"value": nodes}, "ssh_user": {"value": user}}


def bad_addresses(texts: Sequence[str]) -> Iterator[dict[str, Any]]:
    for text in texts:
        yield usual({"a": {**NODE, "public_ip": text}})
        yield usual({"a": {"public_ip": "", "private_ip": text}})


def bad_names(texts: Sequence[str]) -> Iterator[dict[str, Any]]:
    for text in texts:
        yield usual({text: NODE})
        yield usual({"a": NODE}, user=text)


def test_what_an_ssh_configuration_cannot_hold() -> None:
    for odd in (*bad_addresses(ADDRESSES), *bad_names(NAMES)):
        with pytest.raises(BadReply) as caught:
            sshconfig.nodes({name: output["value"] for name, output in odd.items()})
        assert len(caught.value.what) < 300


@pytest.mark.parametrize(
    "odd",
    mostly_slow(
        [[*bad_addresses(ADDRESSES[:1])], [*bad_addresses(ADDRESSES[1:2])], [*bad_names(NAMES[:2])], SHAPES]
    ),
    ids=["address", "long address", "name", "shape"],
)
def test_outputs_that_are_more_than_names_and_addresses(fake: Fake, odd: Sequence[Any]) -> None:
    """The ssh configuration stays as it was, and bringup says that the nodes are up."""
    bringup = ("scripts/cloud_terraform.py", "bringup")
    assert run(fake, *bringup)[0] == 0
    before = fake.tree.read("terraform/aws/ssh_config")
    for reply in odd:
        fake.order(outputs=reply or [0])  # for nothing the recording terraform answers as usual
        code, said = run(fake, *bringup)
        assert code == 1 and "the machines, which are up" in said
        assert fake.tree.read("terraform/aws/ssh_config") == before


def test_a_thousand_nodes(fake: Fake) -> None:
    """Each is in the file; a terminal gets the first of them, and their number."""
    fake.order(outputs=usual({f"k-{n}": NODE for n in range(1, 1001)}))
    code, said = run(fake, "scripts/cloud_terraform.py", "bringup")
    assert code == 0 and "  and 900 more in terraform/aws/ssh_config\n" in said
    assert fake.tree.read("terraform/aws/ssh_config").count("\nHost k-") == 1000


def state(*resources: Mapping[str, Any]) -> str:
    usual = {"mode": "managed", "type": "aws_instance", "name": "node", "instances": [{}]}
    return json.dumps({"version": 4, "resources": [{**usual, **odd} for odd in resources]})


#: What a state may say of its resources; each is a state that holds something.
STATES = {
    "names": state(*({"name": text} for text in HOSTILE)),
    "types": state(*({"type": text} for text in HOSTILE)),
    "modules": state(*({"module": text} for text in HOSTILE)),
    "keys": state(*({"instances": [{"index_key": text} for text in (*HOSTILE, LONG, [LONG], {LONG: 1})]},)),
    "long": state(*({"name": LONG} for _ in range(20))),
    "many": state({"instances": [{"index_key": n} for n in range(100_000)]}),
    "escapes first": state({"name": "\x1b]0;owned\x07\x1b[2J\n\rx", "module": "\u202e\x9b31m"}),
}
#: Each command that reads a state, and its exit code where the state of AWS holds something.
READS = {
    "plan": (0, "scripts/cloud_terraform.py", "plan"),
    "bringup": (0, "scripts/cloud_terraform.py", "bringup"),
    "mrproper": (1, "scripts/clean_terraform.py", "mrproper"),
    "destroy unasked": (1, "scripts/cloud_terraform.py", "destroy"),
    "destroy": (0, "scripts/cloud_terraform.py", "destroy"),
}


@pytest.mark.parametrize("what", mostly_slow(["escapes first", *STATES]))
def test_resources_of_any_name(fake: Fake, what: str) -> None:
    """They are counted and named, printably, and nothing is removed unasked."""
    for command, (expected, *words) in READS.items():
        fake.tree.write(STATE, STATES[what])
        fake.tree.write("terraform/aws/applied.tfvars.json", json.dumps({"aws_region": "\x1b[2J" + LONG}))
        code, said = run(fake, *words, **({"YES": "1"} if command == "destroy" else {}))
        if command in ("plan", "bringup"):
            assert code == 1 and "\\u001b[2J" in said and " but .config has us-east-1" in said, said[:500]
        else:
            assert code == expected, said[:500]
        if command != "destroy":
            assert fake.tree.read(STATE) == STATES[what]


def test_changes_of_any_name(fake: Fake) -> None:
    """What a plan destroys is asked about by name."""
    fake.order(lost=["\x1b]0;owned\x07", LONG, *HOSTILE])
    code, said = run(fake, "scripts/cloud_terraform.py", "bringup")
    assert code == 1 and f"{len(HOSTILE) + 2} resources: \\u001b]0" in said
    assert f"and {len(HOSTILE) - 4} more" in said and "apply" not in fake.commands()
