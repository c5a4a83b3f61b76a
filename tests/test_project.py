# SPDX-License-Identifier: MIT
"""What holds for the project as a whole: licenses, help, docs, dialect, no trace of one machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import cloud_providers
from cloudlib.catalog import file as catalogfile
from cloudlib.publish import refresh, tier
from tests.support.kconf import parse_tree
from tests.support.sweep import defined_twice
from tests.support.tree import ROOT, Tree

#: Files in which no comment can stand, or whose text is not ours to change.
#: terraform writes its lock file anew, without a comment of ours.
_NO_COMMENT = {"LICENSE", ".terraform.lock.hcl"}
_NO_COMMENT_ENDINGS = (".json", ".csv", ".txt", ".in", ".static", ".md")
_TOP = {
    *(".ci", ".editorconfig", ".github", ".gitignore", "CONTRIBUTING.md", "Kconfig", "LICENSE", "Makefile"),
    *("README.md", "SECURITY.md", "defconfigs", "docs", "pyproject.toml", "requirements-dev.txt"),
    *(
        "recordings",
        "requirements-azure.in",
        "requirements-azure.txt",
        "requirements-dev.in",
        "requirements.in",
        "requirements.txt",
        "scripts",
        "terraform",
        "tests",
    ),
}


def tracked() -> list[Path]:
    """The files of the project: those git knows, or without git all that is not generated."""
    git = shutil.which("git")
    listed = subprocess.run(
        [git or "git", "ls-files", "-z"], check=False, cwd=ROOT, capture_output=True, text=True
    ) if git else None  # fmt: skip
    if listed is not None and listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [p for top in _TOP for p in _below(ROOT / top)]


def _below(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        found = (p for p in path.rglob("*") if "__pycache__" not in p.parts and p.suffix != ".generated")
        yield from (p for p in found if p.is_file())


def relative(paths: list[Path]) -> list[str]:
    return sorted(str(p.relative_to(ROOT)) for p in paths)


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


FILES = [p for p in tracked() if p.suffix != ".gz"]
KCONFIGS = [p for p in FILES if p.name.startswith("Kconfig") and "golden" not in p.parts]
MAKEFILES = [p for p in FILES if p.name == "Makefile" or p.suffix == ".Makefile"]


def targets() -> set[str]:
    """What `.PHONY` lists, as make itself expands it."""
    done = subprocess.run(
        ["make", "-pRrq", "PYTHON=python3", ":"], check=False, cwd=ROOT, capture_output=True, text=True
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith(".PHONY:")]
    return set(line.split()[1:])


def test_the_project_is_seen() -> None:
    assert len(FILES) > 50 and len(KCONFIGS) > 10 and len(MAKEFILES) == 5 and len(targets()) > 20


def test_nothing_lies_about() -> None:
    """Only what belongs to the project is in it; products of other tools are not."""
    assert sorted({p.relative_to(ROOT).parts[0] for p in FILES} - _TOP) == []


def test_every_file_names_its_license() -> None:
    def named(path: Path) -> bool:
        return any("SPDX-License-Identifier: MIT" in line for line in text(path).splitlines()[:2])

    need = [
        p for p in FILES
        if p.name not in _NO_COMMENT and not p.name.endswith(_NO_COMMENT_ENDINGS)
        and p.name != ".gitignore" and not {"defconfigs", "golden", "vendor"} & set(p.parts)
    ]  # fmt: skip
    assert relative([p for p in need if not named(p)]) == []


def test_commands_can_be_executed() -> None:
    commands = [p for p in FILES if text(p).startswith("#!")]
    assert {"aws-cli", "cloud-tier"} <= {p.name for p in commands}
    assert relative([p for p in commands if not p.stat().st_mode & 0o100]) == []


@pytest.mark.parametrize("shell", ["sh", "dash"])
def test_shell_scripts_are_plain(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    scripts = [p for p in FILES if text(p).startswith("#!/bin/sh")]
    assert [p.name for p in scripts] == ["cloud-tier", "defconfig-list"]
    for path in scripts:
        subprocess.run([shell, "-n", str(path)], check=True)
        assert not re.search(r"\[\[|\blocal\b|\bfunction\b|\$'|<<<", text(path)), "not of POSIX"


def test_no_paths_of_one_machine() -> None:
    """Nothing that exists on one person's machine alone. Written so that it does not find itself."""
    places = ("/ho" + "me/", "/ro" + "ot/", "/wo" + "rk/", "/Us" + "ers/", "/mn" + "t/")
    found = [
        f"{p.relative_to(ROOT)}: {place}" for p in FILES for place in places
        if place in text(p) and re.search(rf"(?<![\w.~:/}})-]){place}", text(p)) and p != Path(__file__)
    ]  # fmt: skip
    assert found == []


def test_no_credentials() -> None:
    """Keys have a known shape; the ones in tests are too short or say that they are made up."""
    shape = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY")
    found = [p for p in FILES for m in shape.findall(text(p)) if not re.search("EXAMPLE|ABCDEF|BEGIN \\[", m)]
    assert relative(found) == []


def test_the_dialect_is_that_of_the_kernel() -> None:
    foreign = re.compile(r"^\s*(osource|rsource|orsource|output yaml)\b", re.MULTILINE)
    ours = [p for p in KCONFIGS if p.suffix != ".kdevops"]  # which only kdevops's parser reads
    assert relative([p for p in ours if foreign.search(text(p))]) == []


def test_the_tree_parses_without_a_warning(tree: Tree) -> None:
    kconf = parse_tree(tree.root)
    assert len(kconf.unique_defined_syms) > 500
    assert defined_twice(kconf) == [], "a second definition is a second line in the menu"


@pytest.mark.parametrize("path", sorted(ROOT.glob("terraform/*/kconfigs")), ids=lambda p: p.parent.name)
def test_static_files_fit_together(path: Path) -> None:
    """A committed tier names no generated file, and no file of it is left over."""
    texts = tier.read_tier(ROOT, path.parent.name, tier.STATIC)
    sourced = [m for t in texts.values() for m in re.findall(r'^source "(.*)"$', t, re.MULTILINE)]
    assert [s for s in sourced if not (ROOT / s).is_file() or not s.endswith(".static")] == []
    hand_written = {"Kconfig.compute", "Kconfig.location", "Kconfig.images", "Kconfig.gpu-amis"}
    names = {str(path.relative_to(ROOT) / name) + ".static" for name in set(texts) - hand_written}
    assert names - set(sourced) == {f"{path.relative_to(ROOT)}/{catalogfile.NAME}.static"}


@pytest.mark.parametrize("name", cloud_providers.PROVIDER_NAMES)
def test_static_files_are_what_the_code_makes_of_their_catalog(name: str) -> None:
    """Nobody edited one by hand, and a change of the menus' code came with its menus.

    GOLDEN_UPDATE=1 writes them anew.
    """
    catalog = catalogfile.load_file(tier.folder(ROOT, name) / f"{catalogfile.NAME}.{tier.STATIC}")
    made = refresh.render(cloud_providers.load(name), catalog, tier.STATIC)
    if os.environ.get("GOLDEN_UPDATE"):
        with tier.lock(ROOT):
            tier.publish(ROOT, name, tier.STATIC, made, mark=False)
    texts = tier.read_tier(ROOT, name, tier.STATIC)
    assert [file for file in made | texts if made.get(file) != texts.get(file)] == []


PINNED = re.compile(r"([A-Za-z0-9][\w.-]*)==(\S+)(?: ;[^\\]*)?(.*)")


def pins(path: Path) -> dict[str, str]:
    """The releases that a requirements file names, by the package's name in the index's spelling."""
    matches = [PINNED.match(line) for line in text(path).splitlines()]
    return {re.sub(r"[-_.]+", "-", m[1]).lower(): m[2] for m in matches if m}


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements*.txt")), ids=lambda p: p.name)
def test_what_is_installed_is_pinned_with_hashes(path: Path) -> None:
    """By exact release, each with its hashes, and holding what the .in file asks for."""
    entries = text(path).replace("\\\n", " ").splitlines()
    entries = [entry for entry in entries if not entry.startswith("#")]
    assert len(entries) == len(pins(path)) > 5
    bare = [e for e in entries if not re.search(r"(\s+--hash=sha256:[0-9a-f]{64})+\s*$", e)]
    assert bare == []
    asked = pins(path.with_suffix(".in"))
    assert asked and {n: v for n, v in pins(path).items() if n in asked} == asked
    ours = pins(ROOT / "requirements.txt")
    if path.name == "requirements-dev.txt":
        assert {n: v for n, v in pins(path).items() if n in ours} == ours


def test_every_dependency_s_license_is_listed() -> None:
    listed = set(re.findall(r"^\| ([a-z0-9-]+) \| \S", text(ROOT / "docs/dependencies.md"), re.MULTILINE))
    pinned = {name for path in ROOT.glob("requirements*.txt") for name in pins(path)}
    assert (
        sorted(pinned - listed) == []
        and sorted(listed - pinned - {"package", "program", "library", "terraform"}) == []
    )


def test_the_rights_name_every_resource() -> None:
    """docs/permissions.md follows from the modules: what they make, it grants."""
    page = text(ROOT / "docs/permissions.md")
    made = {
        name
        for p in ROOT.glob("terraform/*/main.tf")
        for name in re.findall(r'^resource "(\w+)"', text(p), re.M)
    }
    assert len(made) > 20 and sorted(n for n in made - {"terraform_data"} if f"`{n}`" not in page) == []


def alone(target: str) -> str:
    """`cloud-config` of `cloud-config-aws`: the target that does the same for every provider."""
    return re.sub(rf"-({'|'.join(cloud_providers.PROVIDER_NAMES)})$", "", target)


def inner(target: str) -> bool:
    """The parts of `make help`."""
    return target.endswith("-help")


def test_every_target_is_in_help(tree: Tree) -> None:
    told = tree.make("help").stdout
    listed = {
        word
        for line in told.splitlines()
        if " - " in line
        for word in re.split(r"[ ,]+", line.partition(" - ")[0])
    }
    mistyped = "defconfig"  # it says which names there are
    assert sorted({alone(name) for name in targets() if not inner(name)} - listed) == [mistyped, "help"]
    assert f"- any of these for one: {' '.join(sorted(cloud_providers.PROVIDER_NAMES))}\n" in told


def test_help_reads_like_that_of_the_kernel(tree: Tree) -> None:
    """In 80 columns, a user's targets first, a star at what `make` alone does."""
    lines = tree.make("help").stdout.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    (default,) = [number for number, line in enumerate(lines) if line.startswith("*")]
    assert lines[default].startswith("* all")
    heads = [line.split()[0].rstrip(":") for line in lines if re.match(r"[A-Z].*:$", line)]
    assert heads[:2] == ["Configuration", "Use"] and heads[-3:] == ["Development", "Cleaning", "Variables"]


def test_make_knows_every_provider_of_the_registry() -> None:
    named = {name.removeprefix("cloud-config-") for name in targets() if name.startswith("cloud-config-")}
    assert named == set(cloud_providers.PROVIDER_NAMES)


def test_no_list_of_providers_by_hand() -> None:
    """In the Makefiles, the scripts and the tests; the registry is the one list."""
    name = rf"\b(?:{'|'.join(cloud_providers.PROVIDER_NAMES)})\b"
    listed = re.compile(rf"{name}(?:\W{{1,12}}{name}){{2}}")
    code = [p for p in FILES if p.suffix == ".py" or p in MAKEFILES or p.name == "run"]
    assert relative([p for p in code if listed.search(text(p))]) == []


def test_every_target_is_in_the_docs() -> None:
    told = "\n".join(text(p) for p in FILES if p.suffix == ".md")
    names = {alone(name) for name in targets() if not inner(name)}
    assert sorted(n for n in names if not re.search(rf"(?<![\w-]){re.escape(n)}(?![\w])", told)) == []


def test_every_setting_is_in_help(tree: Tree) -> None:
    """What can be set in the environment or on make's command line is told of."""
    told = tree.make("help").stdout
    lists = re.findall(r"^SETTINGS \S= (.*)", text(ROOT / "scripts/variables.Makefile"), re.MULTILINE)
    names = [name for line in lists for name in line.split()]
    assert len(names) > 20 and sorted(name for name in names if f"{name}=" not in told) == []


def test_every_defconfig_is_listed_and_says_what_it_is(tree: Tree) -> None:
    told = tree.make("help").stdout
    for path in sorted((ROOT / "defconfigs").iterdir()):
        first = text(path).splitlines()[0]
        assert re.fullmatch(r"# \S.{10,}\.", first), f"{path.name} begins with no sentence of what it is"
        assert f"\n  {path.name:<25} - {first.removeprefix('# ')}\n" in told


def test_recipes_are_short() -> None:
    """A recipe is a line or two, what it prints aside, and never sed; what needs more is a script."""
    for path in MAKEFILES:
        assert not re.search(r"\b(sed|awk)\b", text(path)), path.name
        for recipe in re.findall(r"(?:^\t.*\n)+", text(path), re.MULTILINE):
            lines = recipe.splitlines()
            printed = [line for line in lines if re.fullmatch(r"\t(@|\$\(Q\))echo( '.*')?", line)]
            assert len(lines) - len(printed) <= 2, recipe


def test_a_name_typed_to_make_is_no_command(tree: Tree) -> None:
    done = tree.make("defconfig-x;touch one'`touch two`$$(touch three)", check=False)
    assert done.returncode == 2 and "there is no defconfig" in done.stderr
    assert not {"one", "two", "three"} & {path.name for path in tree.root.iterdir()}


def test_modules_are_of_a_size_to_read() -> None:
    long = {
        p.name: n
        for p in FILES
        if p.suffix == ".py" and "tests" not in p.parts and (n := len(text(p).splitlines())) > 330
    }
    assert long == {}
