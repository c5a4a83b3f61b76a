# SPDX-License-Identifier: MIT
"""cloud-search in this process, over the committed catalogs: forms of output, remarks, and what it picks."""

from __future__ import annotations

import csv
import functools
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cloud_providers
from cloudlib.publish import used
from cloudlib.search import source
from cloudlib.show import command, search
from tests.support.tree import ROOT, Tree

Ask = Callable[..., tuple[int, str, str]]
_loaded = functools.cache(source.load_file)


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run cloud-search on a narrow screen; (exit code, stdout, stderr)."""
    monkeypatch.setenv("CLOUD_TIER", "static")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(source, "load_file", _loaded)

    def run(*words: str) -> tuple[int, str, str]:
        code = command.run("cloud-search", lambda: search.main(cloud_providers, words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--spot",), 2, "no spot prices"),
        (("--vcpus", "16..8"), 2, "'16..8' is not a range: 8..16, 8.., ..16 or 8"),
        (("--vcpus", ".."), 2, "is not a range"),
        (("--memory", "-1"), 2, "is not a range"),
        (("--memory", "nan"), 2, "is not a range"),
        (("--gpu", ":8"), 2, "is not a GPU"),
        (("--category", "optimized"), 2, "is not one category; there are general-purpose"),
        (("--in", "mars"), 2, "invalid choice: 'mars'"),
        (("--region", "Frankfrut"), 2, "nearest: "),
        (("--image", "debain-13"), 2, "nearest: debian-13"),
        (("--like", "m7i.5xlarge"), 2, "nearest: m7i"),
        (("--max-price", "0"), 2, "an amount of USD above 0"),
        (("--pick", "0"), 2, "above 0"),
        (("--pick", "30", "--limit", "3"), 2, "--pick 30: there are 3 rows"),
        (("--defconfig", "../x"), 2, "is not a file name"),
        (("--defconfig", "aws-large"), 2, "defconfigs/aws-large exists"),
        (("--vcpus", "5000.."), 1, "it would do with --vcpus"),
        (("--prov", "aws"), 2, "unrecognized arguments"),
    ],
)
def test_wrong_words_and_no_answers(ask: Ask, words: tuple[str, ...], code: int, told: str) -> None:
    result, out, err = ask(*words)
    assert (result, out) == (code, "") and told in err


def test_a_table_fits_the_screen_and_says_what_it_left_out(ask: Ask) -> None:
    code, out, err = ask("--nvme", "1..", "--gpu", "any", "--limit", "7")
    lines = out.splitlines()
    assert code == 0 and len(lines) == 8 and max(map(len, lines)) <= 80
    assert lines[0].startswith("#") and "GPU" in lines[0] and lines[1].split()[0] == "1"
    assert "too wide for: " in err and "7 of " in err and "--limit 0 shows all" in err


def test_unknown_is_marked_and_counted(ask: Ask) -> None:
    code, out, err = ask("--kvm", "--vcpus", "2", "--limit", "0")
    marked = [line for line in out.splitlines() if line.endswith("  kvm")]
    assert code == 0 and marked and out.splitlines()[1:][-len(marked) :] == marked
    assert f"{len(marked)} may not meet --kvm: azure " in err


def test_nothing_that_is_known_to_fit(ask: Ask) -> None:
    """Types whose price is not known do not hide that the others are too dear."""
    code, out, err = ask("--gpu", "h100:8", "--max-price", "30")
    assert code == 0 and "gpu_8x_h100" not in out
    assert "nearest: lambdalabs gpu_8x_h100_sxm5" in err and "--max-price 31.92" in err


def test_one_form_for_each_reader(ask: Ask) -> None:
    words = ("--arch", "arm64", "--vcpus", "8", "--in", "us", "--limit", "4")
    data: dict[str, Any] = json.loads(ask(*words, "--output", "json")[1])
    assert data["version"] == 1 and set(data["catalogs"]) == set(cloud_providers.PROVIDER_NAMES)
    sheet = list(csv.DictReader(io.StringIO(ask(*words, "--output", "csv")[1])))
    page = ask(*words, "--output", "markdown")[1].splitlines()
    names = [row["name"] for row in data["rows"]]
    assert names == [row["type"] for row in sheet] and len(names) == 4 and len(page) == 6
    assert all(name in line for name, line in zip(names, page[2:]))
    assert all(key == key.lower() for key in data["rows"][0])


def test_json_says_null_for_what_is_not_known(ask: Ask) -> None:
    words = ("--provider", "lambdalabs", "--gpu", "h100:8", "--output", "json")
    (row,) = json.loads(ask(*words)[1])["rows"]
    assert (row["kvm"], row["local_nvme"], row["boot_modes"]) == (None, None, None)
    assert row["local_disks"] == [{"count": 1, "size_gb": 24189, "nvme": None, "media": None}]


def test_like_a_machine(ask: Ask) -> None:
    code, out, _ = ask("--like", "M7I.4xlarge")
    table = out.splitlines()
    assert code == 0 and table[1].split()[2] == "m7i.4xlarge"
    providers = [line.split()[1] for line in table[2:] if line[0].isdigit() and ":" not in line[:3]]
    assert sorted(providers) == sorted(cloud_providers.PROVIDER_NAMES)
    assert any(line.startswith("5: cpu_") and "4 vCPU, not 16" in line for line in table)


def test_a_damaged_catalog_is_left_out_unless_it_was_named(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def catalog(root: Path, provider: str) -> Path:
        return tmp_path / "gone" if provider != "lambdalabs" else real(root, provider)

    real = used.catalog
    monkeypatch.setattr(used, "catalog", catalog)
    code, out, err = ask("--gpu", "h100:8")
    assert code == 0 and "gpu_8x_h100_sxm5" in out and "note: aws is left out: " in err
    code, out, err = ask("--provider", "aws")
    assert (code, out) == (1, "") and "make cloud-config" in err
    monkeypatch.setattr(used, "catalog", lambda root, provider: tmp_path / "gone")
    assert ask()[0] == 1


def test_a_formula_is_text_in_a_spreadsheet(ask: Ask) -> None:
    from cloudlib.show import search_rows

    assert search_rows._inert("=cmd()") == "'=cmd()" and search_rows._inert("a|b") == "a|b"


def test_the_help_fits_the_screen(ask: Ask) -> None:
    code, out, _ = ask("--help")
    assert code == 0 and [line for line in out.splitlines() if len(line) > 80] == []


def test_a_question_imports_no_more_than_it_needs() -> None:
    """Kconfiglib, requests and the providers' modules take longer than the answer."""
    code = (
        "import sys; import cloud_providers; from cloudlib.show import search\n"
        "search.main(cloud_providers, ['--vcpus', '8', '--image', 'debian-13', '--limit', '1'])\n"
        "slow = {'kconfiglib', 'requests', 'yaml', 'rich', 'aws_api', 'subprocess'}\n"
        "assert not slow & set(sys.modules), slow & set(sys.modules)"
    )
    argv = [sys.executable, "-c", code]
    done = subprocess.run(argv, check=False, cwd=ROOT / "scripts", capture_output=True, text=True)
    assert (done.returncode, done.stderr.partition("Traceback")[1]) == (0, ""), done.stderr


@pytest.mark.slow
def test_pick_and_defconfig(whole_tree: Tree) -> None:
    words = ("scripts/cloud-search", "--gpu", "l40s:1", "--region", "Frankfurt", "--image", "debian-13")
    said = whole_tree.python(*words, "--pick", "1").stdout
    assert "g6e.xlarge in eu-central-1: 4 vCPU" in said and "Configuration saved to '.config'" in said
    config = whole_tree.config()
    assert config["TERRAFORM_AWS_INSTANCE_TYPE"] == "g6e.xlarge"
    assert config["TERRAFORM_AWS_REGION"] == "eu-central-1"
    whole_tree.python(*words, "--defconfig", "found")
    text = whole_tree.read("defconfigs/found")
    assert text.startswith("# g6e.xlarge in eu-central-1: 4 vCPU, 32 GiB, 1 x L40S")
    (whole_tree.root / ".config").unlink()
    whole_tree.make("defconfig-found")
    assert whole_tree.config()["TERRAFORM_AWS_INSTANCE_TYPE"] == "g6e.xlarge"
    assert "can be launched" in whole_tree.make("cloud-check", check=False).stdout
