# SPDX-License-Identifier: MIT
"""Which package may import which: only from the rows above its own, never a circle, and no command at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.tree import ROOT

SCRIPTS = ROOT / "scripts"

#: The packages from the ground up. Within a package everything may be imported that makes no circle.
ROWS = (
    "bootstrap",
    "cloudlib.errors",
    "cloudlib.settings",
    "cloudlib.catalog",
    "cloudlib.search",
    "cloudlib.calls cloudlib.menus",
    "cloudlib.terraform cloudlib.provider cloudlib.report",
    "cloudlib.publish",
    "cloudlib.config",
    "cloudlib.show",
    "cloudlib.machines",
    "providers",
    "api",
    "cloud_providers",
    "command",
)
ROW = {package: number for number, row in enumerate(ROWS) for package in row.split()}


def files() -> dict[str, Path]:
    """{module name: path} of every Python file in scripts/, the commands without an ending included."""
    modules = {}
    for path in sorted(SCRIPTS.rglob("*")):
        start = path.read_bytes()[:40] if path.is_file() else b""
        if path.suffix == ".py" or start.startswith(b"#!/usr/bin/env python3"):
            parts = path.relative_to(SCRIPTS).with_suffix("").parts
            modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


FILES = files()


def package(module: str) -> str:
    """The package of ROWS that a module belongs to: at the top stand the faces of providers, and commands."""
    top, *rest = module.split(".")
    if top == "cloudlib":
        return ".".join([top, *rest[:1]])
    if top == "providers" or module in ("cloud_providers", "bootstrap"):
        return top
    return "api" if module.endswith("_api") else "command"


@cache
def imports(path: Path) -> tuple[str, ...]:
    """The project's modules that a file imports, wherever in it the import stands."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in FILES)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in names if name in FILES)
            if node.module in FILES and not all(name in FILES for name in names):
                yield node.module


def test_every_package_has_a_row_and_every_row_a_package() -> None:
    assert {package(name) for name in FILES} - {"cloudlib"} == set(ROW)


@pytest.mark.parametrize("name", FILES)
def test_imports_go_up_the_rows(name: str) -> None:
    here = package(name)
    for target in imports(FILES[name]):
        there = package(target)
        inside = here == there and here not in ("command", "api")
        assert inside or ROW[there] < ROW[here], f"{name} ({here}) imports {target} ({there})"


def test_no_circle() -> None:
    graph = {name: set(imports(path)) - {name} for name, path in FILES.items()}
    done: set[str] = set()
    while len(done) < len(graph):
        ready = {name for name, needs in graph.items() if name not in done and needs <= done}
        assert ready, f"these import each other: {sorted(set(graph) - done)}"
        done |= ready


def test_a_provider_knows_no_other() -> None:
    names = {path.name for path in (SCRIPTS / "providers").iterdir() if (path / "__init__.py").exists()}
    assert len(names) > 1
    for module, path in FILES.items():
        mine = {name for name in names if module.startswith((f"providers.{name}.", f"{name}_api"))}
        for target in imports(path) if mine else ():
            theirs = {name for name in names if target.startswith((f"providers.{name}.", f"{name}_api"))}
            assert theirs <= mine, f"{module} imports {target}"


#: The standard library's and requests' ways out, and the modules that may use them.
WAYS_OUT = {
    "subprocess": {
        *("cloudlib.calls.run", "cloudlib.calls.pipes", "cloudlib.calls.watch"),
        *("cloudlib.publish.staged", "make_venv"),
    },
    "requests": {"cloudlib.calls.rest", "cloudlib.calls.no_answer", "cloudlib.calls.state_lock"},
    **{name: set() for name in ("socket", "urllib.request", "http.client", "boto3", "multiprocessing")},
}


def test_processes_and_connections_start_in_calls_alone() -> None:
    """Beside those, publish.staged starts this Python on a copy of the tree, and make_venv starts pip."""
    for name, path in FILES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for module in set(names) & set(WAYS_OUT):
                assert name in WAYS_OUT[module], f"{name} imports {module}"
