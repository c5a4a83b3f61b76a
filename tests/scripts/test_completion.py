# SPDX-License-Identifier: MIT
"""scripts/completion.bash is what the parsers say, and bash completes by it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

import make_completion


def test_the_file_is_up_to_date() -> None:
    assert make_completion.COMPLETION.read_text(encoding="utf-8") == make_completion.text(), (
        "run scripts/make_completion.py"
    )


def complete(*words: str) -> list[str]:
    """What bash offers for the last of these words."""
    program = words[0].rpartition("/")[2]
    assert program in {path.name for path in make_completion.programs()}
    script = (
        f"source {make_completion.COMPLETION}\n"
        f"COMP_WORDS=({' '.join(map(repr, words))}); COMP_CWORD={len(words) - 1}\n"
        '_cloud_kconfig; printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    argv = ["bash", "--norc", "-c", script]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("aws-cli", "ch"), ["cheapest"]),
        (("scripts/aws-cli", "instance-types", "l"), ["list"]),
        (("scripts/gce-cli", "cheapest", "--min-v"), ["--min-vcpus"]),
        (("azure-cli", "--offline", "cheapest", "--arch", "a"), ["arm64"]),
        (("lambda-cli", "cap"), ["capacity"]),
        (("cloud-search", "--provider", "la"), ["lambdalabs"]),
        (("cloud-search", "--arch", "arm64", "--sort", "price-per-v"), ["price-per-vcpu"]),
        (("cloud-search", "--nv"), ["--nvme", "--nvme-size"]),
        (("cloud-search", "--nothing"), []),
    ],
)
def test_bash_completes(words: tuple[str, ...], expected: list[str]) -> None:
    assert complete(*words) == expected
