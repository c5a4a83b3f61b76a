# SPDX-License-Identifier: MIT
"""Signs of machines beside a state that is missing, empty or behind: each counts; what is known is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudlib.errors import CloudError
from cloudlib.terraform import journal, snapshot, state

NODE = 'aws_instance.node["k-1"]'
LINE = json.dumps({"address": NODE, "id": "i-1"}) + "\n"


def text(*ids: str) -> str:
    rows = [{"index_key": f"k-{n}", "attributes": {"id": given}} for n, given in enumerate(ids, 1)]
    return json.dumps(
        {"resources": [{"mode": "managed", "type": "aws_instance", "name": "node", "instances": rows}]}
    )


SIGNS = {
    "applied.tfvars.json": '{"node_names": ["k-1"]}',
    "ssh_config": "Host k-1\n\tHostName 192.0.2.1\n",
    "terraform.tfstate.backup": text("i-1"),
    ".terraform.tfstate.lock.info": "{}",
    journal.NAME: LINE,
}


@pytest.mark.parametrize("left", [None, "", " \n"], ids=["missing", "empty", "blank"])
@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_beside_a_lost_state(tmp_path: Path, sign: str, left: str | None) -> None:
    if left is not None:
        (tmp_path / state.NAME).write_text(left, encoding="utf-8")
    assert state.held(tmp_path) == []
    (tmp_path / sign).write_text(SIGNS[sign], encoding="utf-8")
    with pytest.raises(state.StateLost, match="machines may be running") as caught:
        state.held(tmp_path)
    assert sign in caught.value.what and "every machine" in caught.value.unchanged
    assert "once you know that nothing runs" in caught.value.hint
    if sign != ".terraform.tfstate.lock.info":
        assert "k-1" in caught.value.what, "known by name"
    if sign in ("terraform.tfstate.backup", journal.NAME):
        assert f"{NODE}  i-1" in caught.value.what and "RECOVER=1" in caught.value.hint
    assert (tmp_path / sign).exists()


def test_a_whole_state_that_is_empty_is_believed(tmp_path: Path) -> None:
    """terraform itself wrote that it destroyed everything; a backup and an ssh_config are left of that."""
    (tmp_path / state.NAME).write_text('{"resources": []}', encoding="utf-8")
    for sign in set(SIGNS) - {journal.NAME}:
        (tmp_path / sign).write_text(SIGNS[sign], encoding="utf-8")
    assert state.held(tmp_path) == []
    (tmp_path / journal.NAME).write_text(LINE, encoding="utf-8")
    with pytest.raises(state.StateLost, match="lacks 1 resource that terraform made"):
        state.held(tmp_path)


def test_nothing_was_made_yet(tmp_path: Path) -> None:
    """The journal is there before terraform starts: killed before the first resource, nothing is up."""
    for name in ("applied.tfvars.json", ".terraform.tfstate.lock.info"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    (tmp_path / journal.NAME).touch()
    assert state.held(tmp_path) == []


def test_a_state_that_is_behind(tmp_path: Path) -> None:
    """terraform was killed before it wrote its state, or an old state was put back."""
    (tmp_path / state.NAME).write_text(text("i-1"), encoding="utf-8")
    second = LINE.replace("k-1", "k-2").replace("i-1", "i-2")
    (tmp_path / journal.NAME).write_text(LINE + second, encoding="utf-8")
    with pytest.raises(state.StateLost) as caught:
        state.held(tmp_path)
    assert [resource.id for resource in caught.value.missing] == ["i-2"]


def test_a_creation_that_was_cut_off(tmp_path: Path) -> None:
    """Where the state holds something, bringup asks; where it is empty, nobody may say that nothing is up."""
    (tmp_path / journal.NAME).write_text(json.dumps({"address": NODE, "creation": "cut off"}) + "\n")
    (tmp_path / state.NAME).write_text(text("i-7"), encoding="utf-8")
    assert state.held(tmp_path) == [NODE]
    assert state.look(tmp_path).unfinished == (NODE,)
    (tmp_path / state.NAME).write_text(text(), encoding="utf-8")
    with pytest.raises(state.StateLost, match="stopped while it created 1 resource, which may exist"):
        state.held(tmp_path)


def test_a_creation_that_failed(tmp_path: Path) -> None:
    """A state knows what the vendor left of it; without one it may exist."""
    (tmp_path / state.NAME).write_text(text("i-7"), encoding="utf-8")
    line = json.dumps({"address": NODE.replace("k-1", "k-2"), "creation": "failed"}) + "\n"
    (tmp_path / journal.NAME).write_text(line, encoding="utf-8")
    assert state.held(tmp_path) == [NODE]
    (tmp_path / state.NAME).unlink()
    (tmp_path / state.SSH_CONFIG).touch()
    with pytest.raises(state.StateLost) as caught:
        state.held(tmp_path)
    assert 'aws_instance.node["k-2"]  (id not known)' in caught.value.what


def test_what_could_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "errored.tfstate").write_text(text("i-1"), encoding="utf-8")
    with pytest.raises(CloudError, match=r"errored\.tfstate lists machines") as caught:
        state.held(tmp_path)
    assert f"{NODE}  i-1" in caught.value.what


def test_many_machines(tmp_path: Path) -> None:
    lines = [json.dumps({"address": f"aws_vpc.v[{n}]", "id": f"v-{n}"}) + "\n" for n in range(50)]
    (tmp_path / journal.NAME).write_text("".join(lines) + LINE, encoding="utf-8")
    with pytest.raises(state.StateLost) as caught:
        state.held(tmp_path)
    told = caught.value.what.splitlines()
    assert told[1].strip() == f"{NODE}  i-1", "machines come first"
    assert len(told) == 22 and told[-1].strip() == "and 31 more, in journal.jsonl"


@pytest.mark.parametrize(
    "attributes, public, private",
    [
        ({"public_ip": "192.0.2.1", "private_ip": "10.0.0.1"}, "192.0.2.1", "10.0.0.1"),
        ({"public_ip_address": "192.0.2.1", "private_ip_address": "10.0.0.1"}, "192.0.2.1", "10.0.0.1"),
        (
            {"network_interface": [{"network_ip": "10.0.0.1", "access_config": [{"nat_ip": "192.0.2.1"}]}]},
            "192.0.2.1",
            "10.0.0.1",
        ),
        ({"ip": "192.0.2.1"}, "192.0.2.1", ""),
        ({"public_ip": "", "ip": None}, "", ""),
        (None, "", ""),
    ],
)
def test_addresses_of_machines(attributes: object, public: str, private: str) -> None:
    """Of the four providers, each with its own names."""
    block = {"mode": "managed", "type": "google_compute_instance", "name": "node"}
    rows = [{"index_key": "k-1", "attributes": attributes}]
    found = snapshot.read(json.dumps({"resources": [{**block, "instances": rows}]}))
    (machine,) = found.machines
    assert (machine.name, machine.public_ip, machine.private_ip) == ("k-1", public, private)
