# SPDX-License-Identifier: MIT
"""Which file may import which: only from a lower layer, every file listed, no circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"

#: Every Python file of scripts/, from the ground up. A file imports only from layers before its own.
LAYERS = (
    "cloudlib.__init__ cloudlib.errors",
    "cloudlib.locks cloudlib.rewrite cloudlib.exports cloudlib.tfstate",
    "cloudlib.records cloudlib.run cloudlib.symbols cloudlib.kconfig cloudlib.tier cloudlib.vocabulary"
    " cloudlib.requested cloudlib.progress_rows cloudlib.settings cloudlib.table",
    "cloudlib.progress cloudlib.catalogfile cloudlib.guard cloudlib.merge cloudlib.menu_text"
    " cloudlib.staged cloudlib.category cloudlib.retry cloudlib.catalogdiff cloudlib.terraform"
    " cloudlib.sshkeys cloudlib.sshconfig",
    "cloudlib.parallel cloudlib.rest",
    "cloudlib.fetching cloudlib.provider cloudlib.menu_location cloudlib.menu_compute cloudlib.summary"
    " cloudlib.status cloudlib.difftext",
    "cloudlib.menu_images cloudlib.selection cloudlib.variables",
    "cloudlib.volumes cloudlib.cost",
    "cloudlib.menus cloudlib.launch",
    "cloudlib.refresh",
    "cloudlib.cli aws_parse aws_images",
    "aws_fetch",
    "aws_api",
    "lambdalabs_commands",
    "aws-cli cloud_providers",
    "generate_cloud_configs cloud_status",
    "kconfig_tools make_builtin_catalog",
    "write_extra_vars cloud_diff clean_terraform",
    "cloud_check cloud_terraform",
)
#: Providers that have files of their own beside AWS's: they stand in the layers of AWS's.
PEERS = {"azure": "azure", "gce": "gce", "lambdalabs": "lambda"}
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names.split()}


def files() -> dict[str, Path]:
    """{module name: path} of every Python file in scripts/, the commands without an ending included."""
    found = {}
    for path in sorted(SCRIPTS.rglob("*")):
        text = path.read_bytes()[:40] if path.is_file() else b""
        if path.suffix == ".py" or text.startswith(b"#!/usr/bin/env python3"):
            found[".".join(path.relative_to(SCRIPTS).with_suffix("").parts)] = path
    return found


def layer(name: str) -> int | None:
    """The number of a module's layer; a provider's own modules are placed by what they are."""
    if name in LAYER:
        return LAYER[name]
    for prefix, command in PEERS.items():
        if name == f"{command}-cli":
            return LAYER["aws-cli"]
        if name == f"{prefix}_api":
            return LAYER["aws_api"]
        if name == f"{prefix}_fetch":
            return LAYER["aws_fetch"]
        if name.startswith(f"{prefix}_"):
            return LAYER["aws_parse"]
    return None


def imports(path: Path) -> Iterator[str]:
    """The project's modules that a file imports, wherever in it the import stands."""
    known = files()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in names if name in known)
            if node.module in known:
                yield node.module


def test_every_file_has_a_layer() -> None:
    unlisted = [name for name in files() if layer(name) is None]
    assert unlisted == [], "add them to LAYERS"


def test_no_layer_lists_a_file_that_is_gone() -> None:
    assert sorted(set(LAYER) - set(files())) == []


@pytest.mark.parametrize("name", files())
def test_imports_go_down(name: str) -> None:
    here = layer(name)
    peers = [f"{prefix}_" for prefix in (*PEERS, "aws") if name.startswith(f"{prefix}_")]
    for target in imports(files()[name]):
        there = layer(target)
        assert here is not None and there is not None
        own = bool(peers) and target.startswith(peers[0]) and target != name and here == there
        assert there < here or own, f"{name} (layer {here}) imports {target} (layer {there})"


def test_no_circle() -> None:
    graph = {name: set(imports(path)) - {name} for name, path in files().items()}
    done: list[str] = []
    while len(done) < len(graph):
        ready = [name for name, needs in graph.items() if name not in done and needs <= set(done)]
        assert ready, f"these import each other: {sorted(set(graph) - set(done))}"
        done += ready


def test_only_the_doors_start_processes_or_connections() -> None:
    """cloudlib.staged starts this Python on a copy of the tree; nothing else runs a vendor's command."""
    doors = {"subprocess": {"cloudlib.run", "cloudlib.staged"}, "requests": {"cloudlib.rest"}}
    doors |= {
        module: set() for module in ("socket", "urllib.request", "http.client", "boto3", "multiprocessing")
    }
    for name, path in files().items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for module in set(names) & set(doors):
                assert name in doors[module], f"{name} imports {module}"


def test_a_provider_knows_no_other() -> None:
    prefixes = ("aws_", *(f"{prefix}_" for prefix in PEERS))
    for name, path in files().items():
        for mine in (p for p in prefixes if name.startswith(p)):
            strangers = [t for t in imports(path) if t.startswith(prefixes) and not t.startswith(mine)]
            assert strangers == [], name
