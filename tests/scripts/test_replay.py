# SPDX-License-Identifier: MIT
"""RECORD and REPLAY as a person uses them, the same for every provider."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

import cloud_providers
from cloudlib.calls import tapes
from cloudlib.calls.recording import Recording
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Provenance
from cloudlib.provider import Request
from cloudlib.publish import tier
from tests.servers import aws_wire, azure_server
from tests.servers.http_base import Fault, HttpServer
from tests.servers.lambda_data import small
from tests.servers.lambda_server import LambdaServer, json_reply, to
from tests.support.contract import Contract, contract_of
from tests.support.costly import mostly_slow
from tests.support.once import made_once, session_folder
from tests.support.tree import ROOT, Tree, make_tree

NAMES = cloud_providers.PROVIDER_NAMES
GENERATE = "scripts/generate_cloud_configs.py"


@dataclass
class Recorded:
    """A provider that was recorded in a tree, and the menus that came of it."""

    name: str
    tree: Tree
    contract: Contract
    texts: dict[str, str]
    whole: str = ""  # the catalog

    @property
    def file(self) -> Path:
        return self.tree.root / "rec" / f"{self.name}.jsonl.gz"

    def replay(self, *, check: bool = True, **env: str) -> tuple[int, str]:
        """`make cloud-config-NAME REPLAY=rec FORCE=1` with no CLI, no credentials, and no setting at all.

        The recording is of a smaller cloud than that of the committed catalog.
        """
        words = (sys.executable, GENERATE, "--provider", self.name)
        done = self.tree.run(*words, check=check, **{"REPLAY": "rec", "FORCE": "1", **env})
        assert self.tree.vendor_calls() == [] and "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    def generated(self) -> dict[str, str]:
        return texts(self.tree, self.name)

    def provenance(self) -> Provenance:
        folder = tier.folder(self.tree.root, self.name)
        return catalogfile.load_file(folder / f"{catalogfile.NAME}.generated").provenance

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in gzip.decompress(self.file.read_bytes()).splitlines()]


def texts(tree: Tree, name: str) -> dict[str, str]:
    """The generated menus; of the catalog only what depends on the records."""
    found = tier.read_tier(tree.root, name, tier.GENERATED)
    path = tier.folder(tree.root, name) / f"{catalogfile.NAME}.generated"
    found[catalogfile.NAME] = catalogfile.digest(catalogfile.load_file(path))
    return found


def record(tree: Tree, name: str, server: HttpServer, **env: str) -> str:
    contract = contract_of(name)
    env = {**contract.prepare(tree, server), **contract.settings, "RECORD": "rec", **env}
    done = tree.run(sys.executable, GENERATE, "--provider", name, check=False, **env)
    for fake in (tree.home.parent / "bin").iterdir():  # from now on a vendor's command must not be called
        fake.write_text('#!/bin/sh\necho "$0 $*" >>"$CALLED"\nexit 97\n', encoding="utf-8")
    return done.stdout + done.stderr


@pytest.fixture(params=mostly_slow(reversed(NAMES)))
def recorded(
    request: pytest.FixtureRequest, tree: Tree, template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Recorded:
    """A tree with a recorded run, which was made in another one; its server is closed."""

    def make(folder: Path) -> None:
        other = make_tree(template, folder)
        with contract.small() as server:
            said = record(other, request.param, server)
        assert "recorded: rec/" in said and "FAILED" not in said, said
        whole = tier.read_tier(other.root, request.param, tier.GENERATED)[catalogfile.NAME]
        made = {"texts": texts(other, request.param), "whole": whole}
        (folder / "menus.json").write_text(json.dumps(made), encoding="utf-8")

    contract = contract_of(request.param)
    made = made_once(session_folder(tmp_path_factory) / f"recorded-{request.param}", make)
    shutil.copytree(made / "tree" / "rec", tree.root / "rec")
    menus = json.loads((made / "menus.json").read_bytes())
    return Recorded(request.param, tree, contract, **menus)


def test_a_replay_gives_the_same_menus_and_says_so(recorded: Recorded) -> None:
    _, said = recorded.replay()
    assert f"replayed from rec/{recorded.name}.jsonl.gz" in said and " now" not in said
    assert recorded.generated() == recorded.texts
    header = recorded.lines()[0]
    provenance = recorded.provenance()
    assert provenance.fetched_at == header["recorded_at"]
    assert provenance.source.startswith(f"recording: rec/{recorded.name}.jsonl.gz of 20")
    manifest = json.loads((recorded.file.parent / "manifest.json").read_bytes())
    entry = manifest["recordings"][recorded.name]
    assert entry["sha256"] in provenance.source and entry["tools"] == provenance.tools
    # One file is enough, and settings of the machine that it comes to play no part.
    recorded.tree.python(GENERATE, "--clean", "--provider", recorded.name)
    (recorded.tree.home / ".azure").mkdir()
    (recorded.tree.home / ".azure" / "config").write_text("[defaults]\nlocation = westus\n", encoding="utf-8")
    recorded.replay(
        REPLAY=str(recorded.file), AWS_REGION="eu-west-1", LAMBDALABS_API_BASE="http://127.0.0.1:1/",
        CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDBILLING="http://127.0.0.1:1/",
    )  # fmt: skip
    assert recorded.generated() == recorded.texts


def test_a_recording_of_less_than_the_menus_needs_force(recorded: Recorded) -> None:
    before = recorded.tree.menu_state()
    code, said = recorded.replay(check=False, FORCE="")
    assert code == 1 and "the answer lacks " in said and recorded.tree.menu_state() == before, said
    assert f"next: FORCE=1 replays rec/{recorded.name}.jsonl.gz as it is, though it offers less" in said


def test_a_question_of_a_cli_is_answered_too(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLAY", str(recorded.file))
    monkeypatch.setenv("PATH", "")
    provider = cloud_providers.load(recorded.name)
    listed = provider.list_regions(Request(log=tapes.call_log(recorded.name)))
    known = catalogfile.load(recorded.whole, where="x")
    names = {r.name for r in listed.regions}
    assert names and names <= {r.name for r in known.regions}


def test_a_recording_holds_no_secret_and_no_id(recorded: Recorded) -> None:
    whole = gzip.decompress(recorded.file.read_bytes()).decode()
    owned = (*recorded.contract.secrets, azure_server.SUBSCRIPTION, azure_server.TENANT, aws_wire.ACCOUNT)
    assert [value for value in owned if value in whole] == []
    assert str(recorded.tree.home) not in whole


def test_a_recording_that_cannot_be_used_changes_nothing(recorded: Recorded) -> None:
    before = recorded.tree.menu_state()
    data = recorded.file.read_bytes()
    recorded.file.write_bytes(data[: len(data) // 2])
    for replay, words in (("rec", "its sha256 is"), (str(recorded.file), "is cut off")):
        code, said = recorded.replay(check=False, REPLAY=replay)
        assert code == 1 and words in said and "menus and marker" in said and "next:" in said
    recorded.file.unlink()
    recorded.file.symlink_to(recorded.tree.home / "elsewhere")
    code, said = recorded.replay(check=False)
    assert code == 1 and "points outside the folder" in said
    assert recorded.tree.menu_state() == before


def test_a_call_that_was_not_recorded_is_named(recorded: Recorded) -> None:
    before = recorded.tree.menu_state()
    lines = gzip.decompress(recorded.file.read_bytes()).splitlines(keepends=True)
    gone = json.loads(lines.pop())["call"]
    head = {**json.loads(lines[0]), "calls": len(lines) - 1}
    recorded.file.write_bytes(gzip.compress(json.dumps(head).encode() + b"\n" + b"".join(lines[1:])))
    code, said = recorded.replay(check=False, REPLAY=str(recorded.file))
    assert code == 1 and f"no answer to `{gone[:60]}" in said.replace("\n", " "), said
    assert f"make cloud-config-{recorded.name} RECORD=" in said
    assert recorded.tree.menu_state() == before


@pytest.mark.parametrize("name", mostly_slow(reversed(NAMES)))
@pytest.mark.parametrize("fault", ["error reply", "cut off"])
def test_a_fault_is_replayed_as_it_was(tree: Tree, name: str, fault: str) -> None:
    """A run that fails is recorded too, and its replay says the same: a bug report is one file."""
    contract = contract_of(name)
    before = tree.menu_state()
    with contract.small() as server:
        server.inject(contract.faults[fault]())
        live = record(tree, name, server)
    assert f"recorded: rec/{name}.jsonl.gz" in live, live
    made = Recorded(name, tree, contract, {})
    code, said = made.replay(check=False)
    assert code == 1 and errors(said) == errors(live) != []
    assert tree.menu_state() == before


def errors(said: str) -> list[str]:
    """What a run says of its failure, without figures that a vendor's CLI makes up anew."""
    return [line for line in said.splitlines() if "error:" in line or "next:" in line or "unchanged:" in line]


@pytest.mark.slow
def test_what_is_not_in_the_folder_is_skipped(tree: Tree) -> None:
    name = NAMES[-1]
    with contract_of(name).small() as server:
        record(tree, name, server)
    done = tree.python(GENERATE, REPLAY="rec")
    others = [n for n in NAMES if n != name]
    assert others and all(f"rec has no recording of {n}" in done.stdout + done.stderr for n in others)
    assert tree.python(GENERATE, "--provider", others[0], check=False, REPLAY="rec").returncode == 3


def test_record_overwrites_nothing(tree: Tree) -> None:
    kept = tree.write("rec/mine", "precious")
    before = tree.menu_state()
    done = tree.python(GENERATE, check=False, RECORD="rec")
    assert done.returncode == 2 and "exists already" in done.stderr and "unchanged: rec" in done.stderr
    assert [p.name for p in kept.parent.iterdir()] == ["mine"] and tree.menu_state() == before
    assert tree.vendor_calls() == []


@pytest.mark.slow
def test_a_full_disk_costs_the_recording_and_no_menu(tree: Tree) -> None:
    """No file may grow beyond 192 KiB, which a recording of an answer with a long unknown part would."""
    padded = {"data": small().offers(), "padding": random.Random(1).randbytes(200_000).hex()}
    with LambdaServer(small()) as server:
        env = contract_of("lambdalabs").prepare(tree, server)
        server.inject(Fault(to("instance-types"), reply=json_reply(200, padded)))
        make = f"make PYTHON={sys.executable} cloud-config-lambdalabs RECORD=rec"
        done = tree.run("sh", "-c", f"ulimit -f 384; exec {make}", check=False, **env)
        assert done.returncode != 0 and "lambdalabs  published" in done.stdout, done.stdout + done.stderr
        layout = (
            "error: the recording rec/lambdalabs.jsonl.gz cannot be written: File too large\n  unchanged: "
        )
        assert layout in done.stderr and "next: make room" in done.stderr and "Traceback" not in done.stderr
        assert not (tree.root / "rec").exists() and "recorded:" not in done.stdout
        assert tier.marker(tree.root, "lambdalabs").exists()
        assert "recorded: rec/" in tree.make("cloud-config-lambdalabs", "RECORD=rec", **env).stdout
    tree.make("cloud-config-lambdalabs", "REPLAY=rec", FORCE="1")


def test_ctrl_c_keeps_the_recordings_of_those_that_had_ended(tree: Tree) -> None:
    """One provider has published when another, which never answers, is interrupted."""
    done, hangs = NAMES[-2:]
    with contract_of(done).small() as one, contract_of(hangs).small() as other:
        other.inject(contract_of(hangs).faults["hang"]())
        env: dict[str, str] = {}
        for name, server in ((done, one), (hangs, other)):
            env |= {**contract_of(name).prepare(tree, server), **contract_of(name).settings}
        words = ("--provider", done, "--provider", hangs)
        run = tree.start(sys.executable, GENERATE, *words, **env, RECORD="rec", CLOUD_CALL_TIMEOUT="600")
        try:
            end = time.monotonic() + 120
            while not (tier.marker(tree.root, done).exists() and other.requests) and run.poll() is None:
                assert time.monotonic() < end, "it did not come to that"
                time.sleep(0.05)
            run.send_signal(signal.SIGINT)
            out, err = run.communicate(timeout=300)
        finally:
            run.kill()  # nothing to kill where it ended as it should
    assert run.returncode == 130 and "error: interrupted\n" in err and "Traceback" not in err
    assert f"not recorded: {hangs}, whose run was interrupted\n" in out and f"recorded: rec/{done}." in out
    assert {path.name for path in (tree.root / "rec").iterdir()} == {f"{done}.jsonl.gz", "manifest.json"}
    said = tree.python(GENERATE, REPLAY="rec", FORCE="1").stdout
    assert f"rec has no recording of {hangs}" in said


def test_ctrl_c_during_the_only_provider_leaves_no_folder(tree: Tree) -> None:
    name = NAMES[-1]
    with contract_of(name).small() as server:
        server.inject(contract_of(name).faults["hang"]())
        env = {**contract_of(name).prepare(tree, server), "CLOUD_CALL_TIMEOUT": "600"}
        run = tree.start("make", f"PYTHON={sys.executable}", f"cloud-config-{name}", "RECORD=rec", **env)
        try:
            end = time.monotonic() + 120
            while not server.requests and run.poll() is None:
                assert time.monotonic() < end, "it did not ask"
                time.sleep(0.05)
            os.killpg(run.pid, signal.SIGINT)  # as a terminal does
            out, err = run.communicate(timeout=300)
        finally:
            run.kill()
    assert run.returncode != 0 and "error: interrupted\n" in err and "Traceback" not in err
    assert f"not recorded: {name}, whose run was interrupted\n" in out and "nothing was recorded" not in err
    assert not (tree.root / "rec").exists()


@pytest.mark.parametrize(
    ("script", "settings"),
    [(GENERATE, {"RECORD": "new"}), (GENERATE, {"LIVE": "1"}), ("scripts/cloud_check.py", {"LIVE": "1"})],
)
def test_settings_that_exclude_each_other(tree: Tree, script: str, settings: dict[str, str]) -> None:
    done = tree.python(script, check=False, REPLAY=".", **settings)
    assert done.returncode == 2 and "REPLAY" in done.stderr
    assert tree.vendor_calls() == [] and not (tree.root / "new").exists()


def test_git_make_and_python_are_enough(tree: Tree) -> None:
    """Nothing else is on PATH, not even grep: from a replay to a promotion and to variables."""
    alone = tree.home.parent / "alone"
    alone.mkdir()
    for name in ("git", "make"):
        command = shutil.which(name, path=tree.env["PATH"])
        assert command
        (alone / name).symlink_to(command)
    for name in ("manifest.json", "lambdalabs.jsonl.gz"):
        (tree.root / "tapes").mkdir(exist_ok=True)
        shutil.copy(ROOT / "recordings" / name, tree.root / "tapes")
    tree.env["PATH"] = str(alone)
    tree.make("defconfig-lambdalabs-gpu-1x-a10")
    words = ("cloud-config-lambdalabs", "REPLAY=tapes", "cloud-diff-lambdalabs", "cloud-update-lambdalabs")
    said = tree.make(*words, FORCE="1")  # the tree's menus are an excerpt
    assert "lambdalabs: replayed from tapes/" in said.stdout and "not found" not in said.stdout + said.stderr
    assert "not found" not in tree.make("olddefconfig", "all").stderr


@pytest.mark.slow
def test_the_main_job_without_an_account(whole_tree: Tree) -> None:
    """The README's command, on the project's own recordings: the committed menus come out again."""
    tree = whole_tree
    shutil.copytree(ROOT / "recordings", tree.root / "recordings")
    before = tree.menu_state()
    said = tree.make("cloud-config", "REPLAY=recordings", "cloud-diff", "cloud-update").stdout
    assert all(f"{n}: no difference" in said and f"{n}: replayed" in said for n in NAMES), said
    tree.make("clean-cloud-config")
    assert tree.menu_state() == before and tree.vendor_calls() == []
    said = tree.make("cloud-config", "REPLAY=recordings", "CLOUD_PRICE_REGIONS=default", "cloud-diff").stdout
    assert "prices no longer known" in said and "FAILED" not in said


def test_committed_recordings_are_what_their_manifest_says() -> None:
    """And every one is named by the committed menus that were made of it."""
    for name in NAMES:
        tape = tapes.Tapes(replay=ROOT / "recordings").tape(name)
        assert isinstance(tape, Recording)
        committed = catalogfile.load_file(tier.folder(ROOT, name) / f"{catalogfile.NAME}.static").provenance
        assert committed.source == tape.provenance and committed.fetched_at == tape.header.recorded_at
        assert committed.tools == tape.header.tools
