# SPDX-License-Identifier: MIT
"""The commands that the four CLIs share, offline: options, forms of output, and how they end."""

from __future__ import annotations

import argparse
import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

import cloud_providers
from cloudlib.catalog.records import Catalog, Image
from cloudlib.errors import AccessDenied, NoCredentials
from cloudlib.provider import RegionList, Request
from cloudlib.publish import refresh
from cloudlib.show import cli, command
from tests.support.catalogs import (
    FAMILIES,
    FAR,
    FLAT,
    HOME,
    IMAGES,
    ITYPES,
    REGIONS,
    ZONES,
    catalog,
    image,
    itype,
    planted,
)
from tests.support.costly import mostly_slow
from tests.support.tree import ROOT, Tree

NAMES = cloud_providers.PROVIDER_NAMES
ATTACK = "\x1b]0;owned\x07\x9b2J\u202e"


class Demo:
    """A provider that answers a live question with the demo catalog, in an order of its own."""

    NAME, TITLE, SETUP_HINT, MENU_NAMES = "demo", "Demo", "", FAMILIES
    asked: tuple[str, ...] = ()
    answer = catalog()

    def fetch(self, request: Request) -> Catalog:
        self.asked = tuple(request.regions)
        return self.answer

    def list_regions(self, request: Request) -> RegionList:
        return RegionList(self.answer.regions, self.answer.zones, {"east-9": "timed out"}, ("no zones",))

    def list_images(self, request: Request) -> tuple[Image, ...]:
        return tuple(reversed(self.answer.images))


@pytest.fixture
def demo(mocker: MockerFixture) -> Demo:
    """The demo provider, whose committed catalog is the demo catalog too."""
    provider = Demo()
    mocker.patch.object(refresh, "last_known", lambda root, name: provider.answer)
    return provider


@pytest.fixture
def ask(demo: Demo, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run demo-cli; (exit code, stdout, stderr)."""

    def run(*words: str) -> tuple[int, str, str]:
        code = command.run("demo-cli", lambda: cli.main(demo, words, program="demo-cli"))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


Ask = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("cheapest", "--max-price", "nan"), "--max-price: 'nan' is not an amount of USD above 0"),
        (("cheapest", "--max-price", "-1"), "not an amount of USD above 0"),
        (("cheapest", "--max-price", "Infinity"), "not an amount of USD above 0"),
        (("cheapest", "--max-price", "dear"), "not an amount of USD above 0"),
        (("cheapest", "--count", "-1"), "--count: '-1' is not a whole number above 0"),
        (("cheapest", "--count", "0"), "--count: '0' is not a whole number above 0"),
        (("cheapest", "--min-vcpus", "-2"), "--min-vcpus: '-2' is not a whole number"),
        (("cheapest", "--min-memory-gib", "nan"), "--min-memory-gib: 'nan' is not a number"),
        (("cheapest", "--min-memory-gib", "inf"), "--min-memory-gib: 'inf' is not a number"),
        (("cheapest", "--max", "1"), "unrecognized arguments: --max 1"),
        (("--off", "cheapest"), "unrecognized arguments: --off"),
        (("regions",), "the following arguments are required: list"),
        ((), "the following arguments are required: COMMAND"),
        (("--offline", "instance-types", "list", "--family", "M7"), "nearest: m7"),
        (("--offline", "instance-types", "list", "--region", "north-2"), "nearest: north-1"),
        (("--offline", "generate-kconfig"), "leave out --offline"),
    ],
)
def test_wrong_words(ask: Ask, words: tuple[str, ...], told: str) -> None:
    code, out, err = ask(*words)
    assert (code, out) == (2, "") and told in err


@pytest.mark.parametrize("words", [("--offline", "--output", "json", "regions", "list"),
                                   ("regions", "--output=json", "list", "--offline"),
                                   ("regions", "list", "--output", "json", "--offline")])  # fmt: skip
def test_common_options_stand_anywhere(ask: Ask, words: tuple[str, ...]) -> None:
    code, out, err = ask(*words)
    assert (code, err) == (0, "") and [r["name"] for r in json.loads(out)] == [r.name for r in REGIONS]


@pytest.mark.parametrize(
    "words", [("--version",), ("cheapest", "--version"), ("images", "list", "--version")]
)
def test_version(ask: Ask, words: tuple[str, ...]) -> None:
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    code, out, _ = ask(*words)
    assert code == 0 and f'version = "{out.split()[-1]}"' in pyproject


def test_tables_have_a_header(ask: Ask) -> None:
    assert ask("--offline", "cheapest", "--count", "2")[1].splitlines() == [
        "instance type  vCPU  GiB  arch    per hour in north-1",
        "a7.large          2    8  arm64                 $0.08",
        "m5.large          2    8  x86_64               $0.096",
    ]
    head, first, *_ = ask("--offline", "regions", "list", "--include-zones")[1].splitlines()
    assert head.split() == ["region", "description", "usable", "zones"]
    assert first.split() == [HOME, "The", "North", "yes", "north-1a", "north-1b"]
    assert "no: this account has not opted in" in ask("--offline", "regions", "list")[1]


@pytest.mark.parametrize("output", ["json", "text"])
def test_images_are_the_same_live_and_offline(ask: Ask, demo: Demo, output: str) -> None:
    """The order of the vendor and of its words is no matter."""
    turned = image("zeta", "1", "x86_64", coordinates={"SKU": "s", "OFFER": "o"})
    demo.answer = catalog(images=(*IMAGES, turned))
    live, offline = (ask("--output", output, *words, "images", "list") for words in ((), ("--offline",)))
    assert live == offline and live[0] == 0
    if output == "text":
        assert live[1].split()[:6] == ["image", "arch", "purpose", "name", "offer", "sku"]


@pytest.mark.parametrize("text", ["The South", "SOUTH-1", "south-1"])
def test_a_region_is_asked_for_by_the_vendors_name(ask: Ask, demo: Demo, text: str) -> None:
    code, out, _ = ask("--output", "json", "instance-types", "list", "--family", "g6", "--region", text)
    assert code == 0 and demo.asked == ("south-1",)
    assert [(t["name"], t["price_region"]) for t in json.loads(out)] == [("g6.xlarge", "south-1")]


def test_a_region_that_only_the_vendor_knows(ask: Ask, demo: Demo) -> None:
    """It may be new: the vendor decides."""
    assert ask("instance-types", "list", "--region", "Mars-1")[0] == 2 and demo.asked == ("mars-1",)


def test_what_is_not_known_is_null(ask: Ask, demo: Demo) -> None:
    def kvm() -> dict[str, Any]:
        types = json.loads(ask("--offline", "--output", "json", "instance-types", "list")[1])
        return {t["name"]: t["kvm"] for t in types}

    assert kvm()["m7.large"] is False and kvm()["i7.metal"] is True
    demo.MENU_NAMES = FLAT.__class__(**{**{f: getattr(FLAT, f) for f in FLAT.__slots__}, "states_kvm": False})
    assert kvm()["m7.large"] is None and kvm()["i7.metal"] is True
    demo.answer = catalog([k for k in ITYPES if k.current_generation])
    types = json.loads(ask("--offline", "--output", "json", "instance-types", "list")[1])
    assert {t["current_generation"] for t in types} == {None} and types[0]["network"] is None
    demo.answer = catalog([k for k in ITYPES if not k.kvm])
    code, out, err = ask("--offline", "cheapest", "--kvm", "--count", "1")
    assert code == 0 and "a7.large" in out and "6 may not meet --kvm: demo does not say" in err


def test_nothing_found_fails(ask: Ask, demo: Demo) -> None:
    for words in (("cheapest", "--min-vcpus", "1000"), ("cheapest", "--max-price", "0.001")):
        code, out, err = ask("--offline", *words)
        assert (code, out) == (1, "") and "  nearest: " in err and "it would do with " in err
    code, out, err = ask("--offline", "instance-types", "list", "--family", "g6", "--region", HOME)
    assert (code, out) == (1, "") and "next: nearest regions that have it: south-1" in err
    demo.answer = catalog(images=())
    assert ask("--offline", "images", "list")[:2] == (1, "")


def test_needs(ask: Ask) -> None:
    def names(*words: str) -> list[str]:
        types = json.loads(ask("--offline", "--output", "json", "cheapest", *words)[1])
        return [t["name"] for t in types]

    assert names("--max-vcpus", "2") == ["a7.large", "m5.large", "m7.large"]
    assert names("--min-vcpus", "3", "--max-vcpus", "8") == ["m7.xlarge", "m7.2xlarge"]
    assert names("--metal") == names("--nvme") == names("--kvm") == ["i7.metal"]
    assert names("--gpu", "l40s", "--gpus", "1", "--region", "south") == ["g6.xlarge"]
    assert names("--gpu", "--region", FAR) == ["g6.xlarge"]
    assert names("--arch", "arm64", "--region", "*-1") == ["a7.large"], "several regions"


def test_where_a_family_is_offered(ask: Ask) -> None:
    listed = json.loads(ask("--offline", "--output", "json", "regions", "list", "--family", "g6")[1])
    assert [region["name"] for region in listed] == [FAR]
    assert ask("--offline", "regions", "list", "--family", "g7")[0] == 2


def test_everything_of_a_type(ask: Ask) -> None:
    code, out, _ = ask("--offline", "show", "I7.metal")
    facts = {line[:15].strip(): line[15:].strip() for line in out.splitlines() if line.startswith("  ")}
    assert code == 0 and facts["local disks"] == "2 x 3750 GB NVMe" and facts["bare metal"] == "yes"
    assert (facts["KVM guests"], facts["boot"], facts["generation"]) == ("yes", "not known", "current")
    assert [line.split() for line in out.splitlines() if line.startswith("north-1")] == [
        ["north-1", "The", "North", "unknown", "north-1a", "north-1b"]
    ] or "a b" in out
    data = json.loads(ask("--offline", "--output", "json", "show", "m7.large")[1])
    assert (data["version"], data["provider"], data["boot_modes"]) == (1, "demo", ["legacy-bios", "uefi"])
    assert [(r["name"], r["usd_per_hour"]) for r in data["regions"]] == [(HOME, 0.1008), (FAR, None)]
    code, out, err = ask("--offline", "show", "m7.4xlarge")
    assert (code, out) == (2, "") and "nearest: m7." in err
    assert ask("--offline", "show", "mac2.metal")[0] == 0, "also what boots no Linux"


def test_a_json_object_says_where_it_is_from(ask: Ask) -> None:
    for words in (("regions", "list"), ("instance-types", "list"), ("images", "list"), ("cheapest",)):
        data = json.loads(ask("--offline", "--output", "json-object", *words)[1])
        assert (data["version"], data["provider"], data["source"]) == (1, "demo", "by hand") and data[
            "records"
        ]
        assert all(key == key.lower() for key in data["records"][0])
        assert data["records"] == json.loads(ask("--offline", "--output", "json", *words)[1])
    assert json.loads(ask("--output", "json-object", "regions", "list")[1])["source"] == "live"


def test_remarks_on_a_live_list_are_told(ask: Ask) -> None:
    code, _, err = ask("regions", "list")
    assert (code, err) == (0, "demo: not reached: east-9 (timed out)\ndemo: notice: no zones\n")


@pytest.mark.parametrize("output", ["json", "text"])
def test_no_name_of_a_vendor_steers_the_terminal(ask: Ask, demo: Demo, output: str) -> None:
    plain = catalog([itype("m7.large", usd="1")], zones=ZONES, images=[image("debian", "12", "x86_64")])
    demo.answer = planted(
        plain,
        regions=(planted(plain.regions[0], long_name=f"The {ATTACK}North"), *plain.regions[1:]),
        instance_types=(planted(plain.instance_types[0], name=f"m7.{ATTACK}large"),),
        images=(planted(plain.images[0], release=ATTACK, title=f"Debian {ATTACK}"),),
        provenance=planted(plain.provenance, not_reached={"south-1": ATTACK}, notices=(ATTACK,)),
    )
    for words in (("regions", "list"), ("instance-types", "list"), ("cheapest",), ("images", "list")):
        code, out, err = ask("--output", output, *words)
        assert code == 0 and r"\u001b]0;owned\u0007\u009b2J\u202e" in out
        assert not {*ATTACK} & {"\x1b", "\x07", "\x9b", "\u202e"} & {*out, *err}
        if output == "json":
            assert ATTACK in json.dumps(json.loads(out), ensure_ascii=False).replace(
                "\\u001b", "\x1b"
            ).replace("\\u0007", "\x07"), "the data are the same"


def test_no_defconfig_steers_the_terminal_of_make_help(tree: Tree) -> None:
    steering = "\x1b\x07\x7f\x80\x9b\x9f\u061c\u200e\u200f\u2028\u202a\u202e\u2066\u2069"
    tree.write("defconfigs/evil", f"# {steering}An évil Île…{steering}\n")
    os.mkfifo(tree.root / "defconfigs" / "fifo")
    text = tree.make("help").stdout
    assert "- An évil Île…\n" in text and not {*steering} & {*text}


# --- the real commands: how they end ---


def shell(tree: Tree, command: str) -> subprocess.CompletedProcess[str]:
    done = tree.run("sh", "-c", command.replace("PYTHON", sys.executable), check=False)
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr, done.stderr
    return done


COMMANDS = (
    "scripts/aws-cli --offline images list",
    "scripts/aws-cli --help",
    "scripts/cloud_status.py",
    "scripts/cloud_check.py --version",
    "scripts/generate_cloud_configs.py --clean",
)


@pytest.mark.parametrize("module", ["aws_api", "cloudlib.show.cli"])
def test_ctrl_c_while_modules_are_imported(tree: Tree, module: str) -> None:
    tree.write(f"scripts/{module.replace('.', '/')}.py", "raise KeyboardInterrupt\n")
    done = shell(tree, "PYTHON scripts/aws-cli --offline images list")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "aws-cli: interrupted\n")


@pytest.mark.parametrize("command", mostly_slow(COMMANDS))
def test_a_full_disk(tree: Tree, command: str) -> None:
    done = shell(tree, f"PYTHON {command} >/dev/full")
    assert done.returncode == 1 and "error: cannot write to stdout: No space left on device" in done.stderr


@pytest.mark.parametrize("command", mostly_slow(COMMANDS))
def test_a_closed_stdout(tree: Tree, command: str) -> None:
    done = shell(tree, f"PYTHON {command} >&-")
    assert done.returncode == 1 and "error: stdout is closed" in done.stderr


@pytest.mark.parametrize("command", mostly_slow(COMMANDS))
def test_a_closed_stderr(tree: Tree, command: str) -> None:
    done = shell(tree, f"PYTHON {command} 2>&-")
    assert done.returncode == 0 and done.stdout
    wrong = shell(tree, "PYTHON scripts/aws-cli --offline images lis 2>&-")
    assert (wrong.returncode, wrong.stdout) == (2, ""), "nothing of it lands among the data"


@pytest.mark.parametrize("command", mostly_slow(COMMANDS))
def test_a_reader_that_has_enough(tree: Tree, command: str) -> None:
    done = shell(tree, f"{{ PYTHON {command}; echo $? >&2; }} | true")
    assert done.stderr == "0\n"


def leaves(parser: argparse.ArgumentParser, words: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command of a parser, as it is typed, with its own parser."""
    parts = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not parts:
        yield words, parser
    for part in parts:
        for name, below in part.choices.items():
            yield from leaves(below, f"{words} {name}".strip())


@pytest.mark.parametrize("name", NAMES)
def test_every_command_and_option_is_documented(name: str, mocker: MockerFixture) -> None:
    """In docs/reference.md, and with a help text."""
    docs = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    program = next(p.name for p in (ROOT / "scripts").glob("*-cli") if f'load("{name}")' in p.read_text())
    parse = mocker.patch.object(
        argparse.ArgumentParser, "parse_args", autospec=True, side_effect=SystemExit(0)
    )
    mocker.patch.object(sys, "argv", [program])
    mocker.patch.dict(os.environ, {"COLUMNS": "80"})
    mocker.patch("cloudlib.calls.parallel.os._exit")
    runpy.run_path(str(ROOT / "scripts" / program), run_name="__main__")
    every = list(leaves(parse.call_args.args[0]))
    assert len(every) >= 5
    for words, parser in every:
        assert f"`{words}" in docs or f"{program} {words}" in docs, words
        assert [line for line in parser.format_help().splitlines() if len(line) > 80] == []
        for action in parser._actions:
            assert action.help, f"{words} {action.option_strings}"
            options = {*action.option_strings} - {"-h", "--help"}
            assert not options or any(option in docs for option in options), f"{words} {options}"


@pytest.mark.parametrize("name", mostly_slow(reversed(NAMES), 2))  # the large catalogs are the first
def test_every_provider_answers_offline(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each list has an answer, in both forms, and each region is found by both of its names."""
    provider = cloud_providers.load(name)
    for words in (("regions", "list"), ("instance-types", "list"), ("images", "list"), ("cheapest",)):
        assert cli.main(provider, ["--offline", *words], program=name) == 0
        assert len(capsys.readouterr().out.splitlines()) > 5
        assert cli.main(provider, ["--offline", "--output", "json", *words], program=name) == 0
        assert len(json.loads(capsys.readouterr().out)) > 4
    known = refresh.last_known(Path(ROOT), name)
    assert known is not None
    for region in known.regions:
        if region.available and region.long_name and region.name in known.offered_in:
            argv = ["--offline", "instance-types", "list", "--region", region.long_name]
            assert cli.main(provider, argv, program=name) == 0, os.linesep + capsys.readouterr().err
            break


_NOBODY = NoCredentials("no credentials for Demo", hint="log in")
_QUESTIONS = (
    ("regions", "list", "--include-zones"),
    ("instance-types", "list", "--region", HOME),
    ("images", "list"),
    ("cheapest", "--count", "1"),
)


@pytest.fixture
def not_set_up(demo: Demo, mocker: MockerFixture) -> Demo:
    """The demo provider without credentials, and a catalog of a known date."""
    dated = replace(demo.answer.provenance, fetched_at="2026-11-01T12:00:00+00:00")
    mocker.patch.object(demo, "answer", replace(demo.answer, provenance=dated))
    for question in ("fetch", "list_regions", "list_images"):
        mocker.patch.object(demo, question, side_effect=_NOBODY)
    return demo


@pytest.mark.parametrize("words", _QUESTIONS)
def test_without_credentials_the_catalog_answers_and_says_so(
    ask: Ask, not_set_up: Demo, words: tuple[str, ...]
) -> None:
    code, out, err = ask(*words)
    assert (code, out) == ask("--offline", *words)[:2] and code == 0 and out
    assert "demo: no credentials for Demo\n" in err
    assert "answered from this tree's catalog of 2026-11-01; --live insists" in err


@pytest.mark.parametrize("words", _QUESTIONS)
def test_live_insists(ask: Ask, not_set_up: Demo, words: tuple[str, ...]) -> None:
    code, out, err = ask(*words, "--live")
    assert (code, out) == (3, "") and "no credentials for Demo" in err and "log in" in err


def test_live_and_offline_exclude_each_other(ask: Ask) -> None:
    assert ask("--live", "images", "list", "--offline")[0] == 2


def test_a_replayed_question_insists_on_its_recording(
    ask: Ask, not_set_up: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLAY", "recordings")
    assert ask("images", "list", "--output", "json")[0] != 0


def test_without_credentials_and_without_a_catalog(ask: Ask, not_set_up: Demo, mocker: MockerFixture) -> None:
    mocker.patch.object(refresh, "last_known", lambda root, name: None)
    assert ask("regions", "list")[0] == 3


def test_only_a_missing_set_up_is_answered_for(ask: Ask, demo: Demo, mocker: MockerFixture) -> None:
    mocker.patch.object(demo, "list_images", side_effect=AccessDenied("not permitted"))
    assert ask("images", "list")[:2] == (1, "")
