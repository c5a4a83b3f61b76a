# SPDX-License-Identifier: MIT
"""`make pick` and `make region`: one thing is changed, the rest is kept, and what cannot be is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import cloud_pick
from cloudlib.config import requested
from cloudlib.show import command
from tests.support.tree import ROOT, Tree

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config"


@pytest.fixture
def run(config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Pick with a .config of its own; (exit code, stdout, stderr)."""
    monkeypatch.setenv("CLOUD_TIER", "static")
    monkeypatch.setenv("KCONFIG_CONFIG", str(config))
    monkeypatch.chdir(ROOT)

    def pick(*words: str) -> tuple[int, str, str]:
        code = command.run("pick", lambda: cloud_pick.main(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return pick


def strings(config: Path) -> dict[str, str]:
    return {n: v.strip('"') for n, v in requested.settings(config.read_text(encoding="utf-8")).items()}


def test_nothing_is_said_of_what_cannot_be_written(
    run: Run, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KCONFIG_CONFIG", f"{config}-none/config")
    code, out, err = run("--type=m7i.large")
    assert (code, out) == (1, "") and "none/config cannot be replaced: No such file or directory" in err


def test_a_machine_its_region_and_back(run: Run, config: Path) -> None:
    code, out, _ = run("--type=G6E.xlarge", "--region=Frankfurt", "--image=debian-12")
    now = strings(config)
    assert code == 0 and out.startswith("g6e.xlarge in eu-central-1: 4 vCPU, 32 GiB, 1 x L40S")
    assert now["TERRAFORM_AWS_INSTANCE_TYPE"] == "g6e.xlarge"
    assert now["TERRAFORM_AWS_AV_ZONE"].startswith("eu-central-1") and "debian-12" in now["TERRAFORM_AWS_NS"]

    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("NODE_COUNT=1", "NODE_COUNT=3"), encoding="utf-8")
    code, out, _ = run("--region=us-west-2")
    assert code == 0 and "eu-central-1 -> us-west-2" in out
    now = strings(config)
    assert now["TERRAFORM_NODE_COUNT"] == "3" and now["TERRAFORM_AWS_INSTANCE_TYPE"] == "g6e.xlarge"

    for other in ("m7i.large", "g6e.xlarge"):
        code, out, _ = run(f"--type={other}")
        assert code == 0 and "Instance type category: " in out, (
            "the families of another category are chosen too"
        )

    before = config.read_text(encoding="utf-8")
    code, out, err = run("--region=eu-west-1")
    assert (code, out) == (1, "") and "g6e.xlarge is not offered in eu-west-1" in err
    assert "it is offered in " in err and "make pick TYPE=g5.xlarge REGION=eu-west-1" in err
    assert config.read_text(encoding="utf-8") == before


@pytest.mark.slow
def test_other_clouds_and_wrong_names(run: Run, config: Path) -> None:
    code, _, err = run("--region=eu-west-1")
    assert code == 2 and f"there is no {config} to change" in err and not config.exists()
    assert run("--type=m7i.large")[0] == 0
    code, out, _ = run("--type=n4-standard-8")
    assert code == 0 and "Google" in out and strings(config)["TERRAFORM_GCE_REGION"] == "us-central1"
    before = config.read_text(encoding="utf-8")
    for words, exit_code, told in (
        (("--type=m7i.5xlarge",), 2, "nearest: m7i"),
        (("--type=m7i.large", "--region=Frankfrut"), 2, "nearest: "),
        (("--type=m7i.large", "--image=debain-13"), 2, "nearest: debian-13"),
        ((), 2, "nothing was named"),
        (("--type=m7i.large", "--region=eastus"), 2, "eastus is a region of azure; m7i.large is a machine"),
        (("--type=a3-highgpu-1g",), 1, "it is sold only as spot or flex-start"),
    ):
        code, out, err = run(*words)
        assert (code, out) == (exit_code, "") and told in err, words
        assert config.read_text(encoding="utf-8") == before
    assert "Debian 13 -> Debian 12\n" in run("--image=debian-12")[1], "the machine and its region stay"
    assert strings(config)["TERRAFORM_GCE_MACHINE_TYPE"] == "n4-standard-8"
    assert run("--type=m7g.large")[0] == 0, "arm64 follows from the machine"
    assert strings(config)["TARGET_ARCH_ARM64"] == "y"


@pytest.mark.slow
def test_what_is_typed_to_make_is_no_command(whole_tree: Tree) -> None:
    done = whole_tree.make("pick", "TYPE=x;touch one'`touch two`", check=False)
    assert done.returncode == 2 and "there is no instance type" in done.stderr
    assert not {"one", "two"} & {path.name for path in whole_tree.root.iterdir()}
    assert "nothing was named" in whole_tree.make("pick", check=False, TYPE="m7i.large").stderr
    assert "g6e.xlarge" in whole_tree.make("cloud-search", "ARGS=--gpu l40s:1 --provider aws").stdout
