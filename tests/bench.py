# SPDX-License-Identifier: MIT
"""`make bench`: measures the budgets that docs/design.md lists. Prints a table, judges nothing.

What cannot be measured here says why. Test servers run in this process, on 127.0.0.1, and add the stated
latency to each reply; vendors' commands are the real ones where the tests have them.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import cloud_providers
from cloudlib.catalog import file as catalogfile
from cloudlib.publish import tier
from tests.servers.http_base import HttpServer
from tests.support.contract import Contract, contract_of
from tests.support.terminal import Terminal
from tests.support.tree import ROOT, Tree, copy_tree, make_tree

DEFCONFIG = "aws-large"
SAMPLE = 5  # families that are asked for one by one


@dataclass
class Row:
    """One line of the table; `notes` stand below it."""

    what: str
    budget: str
    measured: str
    notes: list[str] = field(default_factory=list)


@dataclass
class Run:
    """What one command took. CPU seconds are those of its processes, the test server's not included."""

    seconds: float
    cpu: float
    output: str


def main() -> int:
    """Every measurement, in turn; a failing one does not end the others."""
    measurements = (
        *(aws_fetch, all_providers, replayed),
        *(defconfig, menuconfig, status_and_diff, larger_catalogs),
    )
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        template = Path(folder) / "template"
        template.mkdir()
        copy_tree(template)
        for number, measure in enumerate(measurements):
            place = Path(folder) / str(number)
            place.mkdir()
            try:
                for row in measure(make_tree(template, place)):
                    _print(row)
            except (Exception, pytest.skip.Exception) as error:
                why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
                _print(Row(measure.__name__.replace("_", " "), "", "not measured", [why]))
    return 0


def aws_fetch(tree: Tree) -> Iterator[Row]:
    """Fetches of AWS against one process a family, all with the real aws at 200 ms a reply.

    With the prices of one region: those of another one take a process each.
    """
    contract = contract_of("aws")
    assert contract.full is not None and contract.real is not None
    argv = (sys.executable, "scripts/generate_cloud_configs.py", "--provider", "aws")
    with contract.full(latency=0.2) as server:
        env = {**contract.real(tree, server), "CLOUD_PRICE_REGIONS": "default"}
        loops = [_python_loop()]
        fetches = []
        for _ in range(2):
            served = len(server.requests)
            done = _run(tree, *argv, **env)
            catalog = catalogfile.load_file(tier.folder(tree.root, "aws") / f"{catalogfile.NAME}.generated")
            fetches.append((done, catalog.provenance.calls, len(server.requests) - served))
            loops.append(_python_loop())
        families = sorted(catalog.families())
        chosen = families[:: max(1, len(families) // SAMPLE)][:SAMPLE]
        each = [
            _run(
                tree, "aws", "ec2", "describe-instance-types", "--filters",
                f"Name=instance-type,Values={family}.*", "--output", "json", "--region", "us-east-1", **env,
            ).seconds
            for family in chosen
        ]  # fmt: skip
        loops.append(_python_loop())
    one = statistics.mean(each)
    extrapolated = one * len(families)
    regions = {region for itype in catalog.instance_types for region in itype.regions}
    yield Row(
        "the types of AWS, one process of aws a family",
        "",
        f"{extrapolated:.0f} s",
        [
            f"extrapolated: {one:.2f} s is the mean of {len(each)} families ({', '.join(chosen)}), one after "
            f"the other, times {len(families)}; types alone, of one region; 200 ms a reply",
            f"a fixed loop of Python took {min(loops):.2f} to {max(loops):.2f} s beside them",
        ],
    )
    budgets = {"nothing kept": "15 s, 1/8", "its zones kept": "10 s, 1/11"}
    for (what, budget), (done, processes, requests) in zip(budgets.items(), fetches, strict=True):
        yield Row(
            f"AWS, fetch to published menus, {what}",
            budget,
            f"{done.seconds:.1f} s, 1/{extrapolated / done.seconds:.1f}",
            [
                f"{processes} processes of aws, {requests} requests, {done.cpu:.1f} CPU s; "
                f"{len(regions)} regions, {len(catalog.instance_types)} types, {len(families)} families",
            ],
        )


def _python_loop() -> float:
    """Seconds that the same work takes whatever is measured: how fast this machine is, and how busy."""
    started = time.perf_counter()
    for _ in range(10_000_000):
        pass
    return time.perf_counter() - started


def all_providers(tree: Tree) -> Iterator[Row]:
    """One run over every registered provider at 100 ms a reply."""
    env: dict[str, str] = {}
    notes, servers, sizes = [], dict[str, HttpServer](), dict[str, str]()
    with ExitStack() as stack:
        for name in cloud_providers.PROVIDER_NAMES:
            contract = contract_of(name)
            sizes[name], server = _largest(contract)
            servers[name] = stack.enter_context(server)
            command, settings = _command(contract, tree, servers[name])
            sizes[name] += command
            env |= settings
        done = _run(tree, sys.executable, "scripts/generate_cloud_configs.py", **env)
        for name, server in servers.items():
            path = tier.folder(tree.root, name) / f"{catalogfile.NAME}.generated"
            if not path.exists():
                notes.append(f"{name}: not published")
                continue
            catalog = catalogfile.load_file(path)
            notes.append(
                f"{name}: {len(catalog.instance_types)} types ({sizes[name]}), {catalog.provenance.calls} "
                f"processes or requests of ours, {len(server.requests)} requests served"
            )
    count = len(servers)
    yield Row(
        f"cloud-config, all {count} registered providers, 100 ms a reply",
        "30 s for four",
        f"{done.seconds:.1f} s",
        [*notes, f"{done.cpu:.1f} CPU s"],
    )


def replayed(tree: Tree) -> Iterator[Row]:
    """The same from the project's own recordings: no CLI, no server, all that is left is ours."""
    settings = {"REPLAY": str(ROOT / "recordings")}
    done = _run(tree, sys.executable, "scripts/generate_cloud_configs.py", **settings)
    yield Row("the same from recordings", "6 s", f"{done.seconds:.1f} s", [f"{done.cpu:.1f} CPU s"])


def _largest(contract: Contract) -> tuple[str, HttpServer]:
    """What data there are to serve, and a server of the most."""
    facts = os.environ.get("BENCH_FACTS", "")
    if contract.full is not None:
        return "full data", contract.full(latency=0.1)
    if contract.recorded is not None and facts:
        return "recorded data", contract.recorded(Path(facts), latency=0.1)
    return "small data; BENCH_FACTS=FOLDER of recorded facts gives more", contract.small(latency=0.1)


def _command(contract: Contract, tree: Tree, server: HttpServer) -> tuple[str, dict[str, str]]:
    """Which command answers, where it is not what the vendor ships, and the environment for it."""
    if contract.real is None:
        return "", contract.prepare(tree, server)
    try:
        return f", the real {contract.command}", contract.real(tree, server)
    except pytest.skip.Exception:
        return f", a stand-in for {contract.command}", contract.prepare(tree, server)


def defconfig(tree: Tree) -> Iterator[Row]:
    """`make defconfig-NAME` with a .venv that is made already, as links to this Python's."""
    if sys.prefix == sys.base_prefix:
        raise RuntimeError("this Python is in no venv, so there is none to link to")
    venv = tree.root / ".venv"
    venv.mkdir()
    for path in Path(sys.prefix).iterdir():
        (venv / path.name).symlink_to(path)
    (venv / "ready").unlink(missing_ok=True)
    (venv / "ready").touch()
    runs = [_run(tree, "make", f"defconfig-{DEFCONFIG}") for _ in range(5)]
    files = sum(1 for _ in (tree.root / "terraform").rglob("Kconfig*"))
    yield Row(
        f"make defconfig-{DEFCONFIG}, .venv made, whole tree",
        "0.3 s",
        f"{min(r.seconds for r in runs):.2f} s",
        [
            f"best of {len(runs)}, the slowest {max(r.seconds for r in runs):.2f} s; "
            f"{len(cloud_providers.PROVIDER_NAMES)} providers, {files} Kconfig files"
        ],
    )


def menuconfig(tree: Tree) -> Iterator[Row]:
    """From `make menuconfig` to the first screen, in a pseudo-terminal."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        terminal = Terminal(tree)
        terminal.wait_for("Cloud provider (")
        times.append(time.perf_counter() - started)
        terminal.child.close(force=True)
    yield Row(
        "make menuconfig to the first screen",
        "0.3 s",
        f"{min(times):.2f} s",
        [f"best of {len(times)}, the slowest {max(times):.2f} s"],
    )


def status_and_diff(tree: Tree) -> Iterator[Row]:
    """The offline reports; the generated tier of the diff is AWS's committed one, read back."""
    from tests.support.generated import publish

    publish(tree, provider="aws")
    for words in (("cloud_status.py",), ("cloud_diff.py", "--provider", "aws")):
        runs = [_run(tree, sys.executable, f"scripts/{words[0]}", *words[1:]) for _ in range(3)]
        name = words[0].removesuffix(".py").replace("_", "-")
        yield Row(name, "", f"{min(r.seconds for r in runs):.2f} s", [f"best of {len(runs)}, Python started"])


def larger_catalogs(tree: Tree) -> Iterator[Row]:
    """The AWS catalog, ten times as much, and 101,040 types in two shapes, a process each."""
    one, ten = _scaled(1), _scaled(10)
    yield Row(
        "ten times the catalog: render and parse",
        "12 times",
        f"{(ten['render'] + ten['parse']) / (one['render'] + one['parse']):.1f} times",
        [_steps(one), _steps(ten)],
    )
    yield Row("peak memory of that", "1 GiB", f"{ten['peak_mib']:.0f} MiB")
    shapes = [_scaled(80, shape) for shape in ("families", "sizes")]
    yield Row(
        "eighty times the catalog: every step from build to parse",
        "96 times",
        " and ".join(f"{_seconds(shape) / _seconds(one):.0f}" for shape in shapes) + " times",
        [_steps(shape) for shape in shapes],
    )
    yield Row("peak memory of that", "1 GiB", f"{max(shape['peak_mib'] for shape in shapes):.0f} MiB")


_STEPS = ("build", "merge", "dump", "load", "render", "parse")


def _seconds(taken: dict[str, float]) -> float:
    return sum(taken[step] for step in _STEPS)


def _steps(taken: dict[str, float]) -> str:
    seconds = ", ".join(f"{step} {taken[step]:.2f}" for step in _STEPS)
    return (
        f"{taken['types']:.0f} types in {taken['families']:.0f} families, {taken['symbols']:.0f} symbols, "
        f"CPU s: {seconds}; peak {taken['peak_mib']:.0f} MiB"
    )


def _scaled(factor: int, shape: str = "families") -> dict[str, float]:
    argv = [sys.executable, "-m", "tests.bench_scale", str(factor), shape]
    env = {**os.environ, "PYTHONPATH": "scripts"}
    done = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True, env=env)
    taken: dict[str, float] = json.loads(done.stdout)
    return taken


def _run(tree: Tree, *argv: str, **env: str) -> Run:
    """Run a command in the tree; one that fails is not measured."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = tree.run(*argv, **env)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, cpu, done.stdout)


def _print(row: Row) -> None:
    print(f"{row.what:58}  {row.budget:16}  {row.measured:24}  {os.getloadavg()[0]:.1f}")
    for note in row.notes:
        print(f"    {note}")
    sys.stdout.flush()


if __name__ == "__main__":
    print(f"{'what':58}  {'budget':16}  {'measured':24}  load average")
    print(f"    {os.cpu_count()} cores; at the start the load average was {os.getloadavg()[0]:.1f}")
    sys.exit(main())
