# SPDX-License-Identifier: MIT
"""A fifth provider, added to a copy of the project by following docs/adding-a-provider.md.

Its own files are in tests/toy. Which other files it touches the guide says, and the copy is held to that.
"""

from __future__ import annotations

import json
import re
import runpy
import shutil
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from cloud_providers import PROVIDER_NAMES
from cloudlib.calls.shape import Reader
from tests.support.kconf import parse_tree
from tests.support.tree import ROOT, Tree, state

TOY = Path(__file__).parent / "toy"
GUIDE = ROOT / "docs" / "adding-a-provider.md"
#: What a copy of the tree needs besides, for the project's own tests to run in it.
MORE = (
    *(
        "tests",
        "recordings",
        ".ci",
        ".gitignore",
        "pyproject.toml",
        "README.md",
        "CONTRIBUTING.md",
        "LICENSE",
    ),
    "SECURITY.md",
    *(path.name for path in ROOT.glob("requirements*") if path.name != "requirements.txt"),
)
#: What commands leave in a tree, and git ignores.
LEFT = re.compile(r"__pycache__|^\.config|^\.cloud|^\.toy_|^extra_vars|\.generated$|\.tfvars\.json$")
KEY = "toy-key-of-the-tests-0123456789"
#: The server in the copy; it ends with the process, or by itself.
SERVE = """
import sys
sys.path[:0] = ["scripts", "."]
from tests.servers.toy_server import ToyServer
with ToyServer() as server:
    print(server.url + "/v1/", flush=True)
    server.wait()
"""
TABLE = """
import sys
sys.path[:0] = ["scripts", "."]
from tests.config.test_exports import markdown
print(markdown(), end="")
"""


def in_guide(heading: str) -> list[str]:
    """The files in the first column of the table below a heading of the guide."""
    section = GUIDE.read_text(encoding="utf-8").partition(f"\n### {heading}\n")[2].partition("\n#")[0]
    names = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    assert names, f"the guide has no table {heading}"
    return [name.replace("NAME", "toy") for name in names]


def files(root: Path) -> dict[str, str]:
    """{file of the project: digest of its contents}."""
    every = state([p for p in root.rglob("*") if not LEFT.search(str(p.relative_to(root)))])
    return {str(Path(name).relative_to(root)): digest for name, digest in every.items()}


def register(text: str) -> str:
    """The registry: what imports the module, and its line."""
    loader = "def _toy() -> Provider:\n    import toy_api\n\n    return toy_api\n\n\n#: Provider name ->"
    return text.replace("#: Provider name ->", loader).replace("\n}\n", '\n    "toy": _toy,\n}\n')


def choose(text: str) -> str:
    """The provider choice: its entry, and its source line."""
    entry = 'config TERRAFORM_TOY\n\tbool "Toy Cloud"\n\nendchoice'
    return text.replace("endchoice", entry).rstrip() + '\nsource "terraform/toy/Kconfig"\n'


def variables(text: str, table: str) -> str:
    """The table of variables with the new ones."""
    old = re.search(r"^\| extra_vars\.yaml \|.*\n(?:\|.*\n)+", text, re.MULTILINE)
    assert old is not None
    return text.replace(old.group(), table)


def add_toy(tree: Tree) -> None:
    """The steps of the guide in which somebody writes files."""
    shutil.copytree(TOY, tree.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("shared.tf", "network.tf"):
        (tree.root / "terraform" / "toy" / name).symlink_to(f"../{name}")
    for name, change in (("scripts/cloud_providers.py", register), ("terraform/Kconfig.providers", choose)):
        tree.write(name, change(tree.read(name)))
    page = "docs/reference.md"
    tree.write(page, variables(tree.read(page), tree.python("-c", TABLE).stdout))
    page = "docs/administrators.md"
    tree.write(page, tree.read(page) + "\n## Toy\n\nNeeds `TOY_API_KEY`. There is no such cloud.\n")


def fetch_toy(tree: Tree) -> str:
    """The steps in which make does: menus recorded, promoted, and built in; what the first one said."""
    server = tree.start(sys.executable, "-c", SERVE)
    try:
        assert server.stdout is not None
        env = {"TOY_API_BASE": server.stdout.readline().strip(), "TOY_API_KEY": KEY}
        said = tree.make("cloud-config-toy", f"RECORD={tree.home}/new", **env).stdout
    finally:
        server.kill()
        server.communicate()
    keep_recording(tree, tree.home / "new")
    tree.make("cloud-config-toy", "REPLAY=recordings")
    tree.make("cloud-update-toy")
    tree.python("scripts/make_builtin_catalog.py", "toy")
    tree.make("clean-cloud-config-toy")
    return said


def keep_recording(tree: Tree, new: Path) -> None:
    """Move a recording into recordings/, and its entry into the manifest there."""
    shutil.move(new / "toy.jsonl.gz", tree.root / "recordings")
    manifest = json.loads(tree.read("recordings/manifest.json"))
    manifest["recordings"] |= json.loads((new / "manifest.json").read_text(encoding="utf-8"))["recordings"]
    tree.write("recordings/manifest.json", json.dumps(manifest, indent=1) + "\n")


@pytest.fixture
def copy(whole_tree: Tree) -> Tree:
    """The whole project, tests included."""
    for name in MORE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, whole_tree.root / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy2(source, whole_tree.root / name)
    return whole_tree


@pytest.mark.slow
def test_a_fifth_provider(copy: Tree) -> None:
    """From its files to menus and variables; no file is touched but those of the guide."""
    before = files(copy.root)
    add_toy(copy)
    said = fetch_toy(copy)
    assert "toy" in said and "published" in said
    the_guide_lists_what_changed(before, files(copy.root))
    the_menus_have_it(copy)
    a_configuration_of_it_works(copy)
    told = copy.make("help").stdout
    assert f"for one: {' '.join(sorted((*PROVIDER_NAMES, 'toy')))}\n" in told and "\n  toy-small " in told
    assert "phoenix" in copy.python("scripts/toy-cli", "--offline", "regions", "list").stdout
    assert copy.vendor_calls() == []


def the_guide_lists_what_changed(before: dict[str, str], after: dict[str, str]) -> None:
    assert set(before) <= set(after), "nothing is removed"
    assert sorted(n for n in before if before[n] != after[n]) == sorted(in_guide("Existing files"))
    new, patterns = set(after) - set(before), in_guide("New files")
    assert sorted(n for n in new if not any(fnmatch(n, p) for p in patterns)) == []
    assert [p for p in patterns if not any(fnmatch(n, p) for n in new)] == []


def the_menus_have_it(copy: Tree) -> None:
    """Zones by their own names, each with the sizes that it has; a flexible shape as sizes."""
    kconf = parse_tree(copy.root)
    for name in ("TOY", "TOY_REGION_PHOENIX", "TOY_DOMAIN_UOCM_PHX_AD_1", "TOY_SHAPE_FAMILY_VM_FLEX"):
        kconf.syms[f"TERRAFORM_{name}"].set_value("y")
    assert kconf.syms["TERRAFORM_TOY_DOMAIN"].str_value == "Uocm:PHX-AD-1"
    sizes = [n for n in kconf.syms if re.fullmatch(r"TERRAFORM_TOY_SHAPE_VM_FLEX_\d+", n)]
    assert sorted(sizes) == [f"TERRAFORM_TOY_SHAPE_VM_FLEX_{cores}" for cores in (1, 2, 4, 8)]
    for name in ("TOY_CATEGORY_MEMORY_OPTIMIZED", "TOY_SHAPE_FAMILY_VM_DENSE"):
        kconf.syms[f"TERRAFORM_{name}"].set_value("y")
    assert kconf.syms["TERRAFORM_TOY_DOMAIN"].str_value == "Uocm:PHX-AD-2", "the only one that has it"


def a_configuration_of_it_works(copy: Tree) -> None:
    copy.make("defconfig-toy-small")
    said = copy.make().stdout
    assert "cost: 1 x VM.Flex-2 in phoenix = at least $0.086/h" in said
    variables = json.loads(copy.read("terraform/toy/terraform.tfvars.json"))
    wanted = {"toy_region": "phoenix", "toy_domain": "Uocm:PHX-AD-2", "toy_shape": "VM.Flex-2"}
    assert {name: variables[name] for name in wanted} == wanted
    assert "terraform_toy_image: debian-13-x86-*" in copy.read("extra_vars.yaml").replace('"', "")


@pytest.mark.slow
def test_the_projects_own_tests_hold_for_it(copy: Tree) -> None:
    """The contract, the exports, the layers and the terraform module, in the copy."""
    add_toy(copy)
    fetch_toy(copy)
    tests = (
        "tests/providers/test_contract.py",
        "tests/config/test_exports.py",
        "tests/terraform/test_modules.py",
    )
    pytest_in_copy(copy, "-k", "toy", *tests)
    pytest_in_copy(copy, "tests/test_layers.py")
    whole = "help or docs or license or providers or registry or executed or formatted or two_definitions"
    pytest_in_copy(copy, "-k", whole, "tests/test_project.py")
    copy.python("-m", "mypy", "--strict", "scripts")
    assert "toy: 7 committed files match recordings/" in copy.make("verify-static").stdout


def pytest_in_copy(copy: Tree, *words: str) -> None:
    done = copy.python("-m", "pytest", "-q", "-p", "no:cacheprovider", *words, check=False)
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-6000:]


def test_rows_that_cannot_be_read_are_left_out() -> None:
    """As the guide asks: the others are used, and a notice says so."""
    parse = runpy.run_path(str(TOY / "scripts" / "providers" / "toy" / "parse.py"))
    good = {"name": "a", "title": "A\x1b[2J", "domains": ["Uocm:A-1"]}
    answer = Reader([good, {**good, "name": "$(shell,x)"}, 7], vendor="toy", answer="regions")
    (region,), (zone,) = parse["regions"](answer)
    assert (region.name, region.long_name, zone.name) == ("a", "A [2J", "Uocm:A-1")
    shape = {"name": "f", "processor": "x86", "max_cores": 1, "gib_a_core": 4, "usd_a_core": "0.1"}
    rows = [{**shape, "domains": ["Uocm:A-1"]}, {**shape, "processor": "vax", "domains": []}]
    shapes = Reader(rows, vendor="toy", answer="shapes", left_out=answer.left_out)
    assert [t.name for t in parse["instance_types"](shapes, {"Uocm:A-1": "a"})] == ["f-1"]
    image = {"os": "debian", "version": "13", "processor": "x86"}
    images = Reader([image, {**image, "os": ""}], vendor="toy", answer="images", left_out=answer.left_out)
    assert len(parse["images"](images)) == 1
    nouns = [notice.partition("; ")[0].partition(": ")[2] for notice in answer.left_out.notices()]
    assert nouns == ["1 images", "2 regions", "1 shapes"]
