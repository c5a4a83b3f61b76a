# SPDX-License-Identifier: MIT
"""One `make cloud-config` over every registered provider: side by side, and each for itself."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import pexpect
import pytest

import cloud_providers
from cloudlib.publish import tier
from tests.servers import aws_faults, azure_faults, gce_faults
from tests.servers.http_base import Fault, HttpServer, Matcher, matching
from tests.servers.http_wire import Reply, Request
from tests.support.contract import contract_of
from tests.support.costly import mostly_slow
from tests.support.tree import Tree

NAMES = cloud_providers.PROVIDER_NAMES
RUN = "scripts/generate_cloud_configs.py"


@dataclass
class All:
    """A tree in front of a small server for each provider."""

    tree: Tree
    servers: dict[str, HttpServer]
    env: dict[str, str]

    def run(self, *words: str, **env: str) -> tuple[int, str]:
        """(exit code, all that it said)."""
        done = self.tree.python(RUN, *words, check=False, **{**self.env, **env})
        said = done.stdout + done.stderr
        assert "Traceback" not in said
        return done.returncode, said

    def published(self) -> set[str]:
        return {name for name in NAMES if tier.marker(self.tree.root, name).exists()}

    def fails(self, name: str) -> None:
        self.servers[name].inject(contract_of(name).faults["error reply"]())


@pytest.fixture
def every(tree: Tree) -> Iterator[All]:
    env: dict[str, str] = {}
    with ExitStack() as stack:
        servers = {name: stack.enter_context(contract_of(name).small()) for name in NAMES}
        for name, server in servers.items():
            env |= {**contract_of(name).prepare(tree, server), **contract_of(name).settings}
        yield All(tree, servers, env)


def results(said: str) -> dict[str, str]:
    """The summary's first two columns."""
    rows = [line.split() for line in said.splitlines()]
    return {row[0]: row[1] for row in rows if len(row) > 1 and row[0] in NAMES and row[1].isalpha()}


def files_of(menus: dict[str, str], name: str) -> dict[str, str]:
    return {path: text for path, text in menus.items() if f"/{name}/" in path or f".{name}_" in path}


@pytest.mark.slow
def test_all_of_them_at_once(every: All) -> None:
    """No server answers before all have been asked; and each has its row in the summary."""
    met = threading.Barrier(len(NAMES))
    for server in every.servers.values():
        server.inject(Fault(_waits_at(met), times=None))
    code, said = every.run()
    assert not met.broken, "one was asked only after another had been answered"
    assert code == 0 and results(said) == dict.fromkeys(NAMES, "published"), said
    assert every.published() == set(NAMES)


def _waits_at(met: threading.Barrier) -> Matcher:
    """Matches nothing, but holds a server's first request back."""
    waited = False

    def matches(request: Request) -> bool:
        nonlocal waited
        if not waited:
            waited = True
            with suppress(threading.BrokenBarrierError):
                met.wait(timeout=120)
        return False

    return matches


@pytest.mark.slow
def test_failures_and_absences_beside_successes(every: All) -> None:
    """One that is not set up, one that fails; what is good is published, the others keep what they had."""
    every.fails("gce")
    before = every.tree.menu_state()
    code, said = every.run(**contract_of("azure").without_credentials)
    wanted = {**dict.fromkeys(NAMES, "published"), "azure": "skipped", "gce": "FAILED"}
    assert code == 1 and results(said) == wanted, said
    assert every.published() == {*NAMES} - {"azure", "gce"}
    for name in ("azure", "gce"):
        kept = f"the {name} menus and marker"
        layout = rf"(?m)^{name}: {wanted[name].lower()}: .*\n  unchanged: {kept}\n  next: "
        assert re.search(layout, said), said
        assert files_of(every.tree.menu_state(), name) == files_of(before, name) != {}
    hint = cloud_providers.load("azure").SETUP_HINT.splitlines()[0]
    assert f"  next: {hint}" in said
    said = every.run("--update")[1]
    assert set(results(said)) == every.published(), "only what was generated is looked at"


@pytest.mark.slow
def test_who_is_not_set_up_is_no_failure(every: All) -> None:
    """Unless that is everybody."""
    missing = {**contract_of("aws").without_credentials, **contract_of("azure").without_credentials}
    missing |= contract_of("gce").without_credentials
    code, said = every.run(**missing)
    assert code == 0 and results(said) == {**dict.fromkeys(NAMES, "skipped"), "lambdalabs": "published"}, said
    every.tree.python(RUN, "--clean")
    before = every.tree.menu_state()
    code, said = every.run(**missing, **contract_of("lambdalabs").without_credentials)
    assert code == 3 and results(said) == dict.fromkeys(NAMES, "skipped"), said
    assert every.tree.menu_state() == before


@pytest.mark.slow
def test_a_terminal_shows_a_row_for_each(every: All) -> None:
    env = {**every.tree.env, **every.env, "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    child = pexpect.spawn(
        sys.executable, [RUN], cwd=str(every.tree.root), env=env, dimensions=(60, 200), encoding="utf-8",
        timeout=300,
    )  # fmt: skip
    said = str(child.read())
    child.close()
    assert child.exitstatus == 0
    for name in NAMES:
        assert f"{name:<11} " in said and "✓" in said


#: For each provider, the login's end while the fetch is under way.
ENDS = {
    "aws": lambda: aws_faults.expired("DescribeInstanceTypes"),
    "azure": lambda: azure_faults.expired(azure_faults.SKUS),
    "gce": lambda: Fault(gce_faults.to("machineTypes"), reply=_UNAUTHENTICATED, times=None),
    "lambdalabs": lambda: Fault(matching(path="/api/v1/images"), reply=_UNAUTHENTICATED, times=None),
}
_UNAUTHENTICATED = Reply(
    401,
    b'{"error": {"code": 401, "message": "Request had invalid authentication credentials.", "errors": []}}',
    (("Content-Type", "application/json"),),
)


@pytest.mark.slow
def test_a_login_that_ends_during_the_run(every: All) -> None:
    """It was set up, so it is no provider to pass over, and the run has failed."""
    for name in NAMES:
        every.servers[name].inject(ENDS[name]())
    before = every.tree.menu_state()
    code, said = every.run()
    assert code == 1 and results(said) == dict.fromkeys(NAMES, "FAILED"), said
    assert said.count("the login ended during the run: ") >= len(NAMES)
    assert every.tree.menu_state() == before


# --- bugs of ours ---

_BREAKS_FETCH = '\n\ndef fetch(request):\n    raise KeyError("eastus2")\n'
_BREAKS_PUBLISH = """
_rest = {name}


def {name}(provider, *args, **more):
    if provider.NAME == "gce":
        raise TypeError("odd")
    return _rest(provider, *args, **more)
"""


@pytest.mark.slow
@pytest.mark.parametrize("where", mostly_slow(["fetch", "render", "publish"]))
def test_a_bug_in_one_provider(every: All, where: str) -> None:
    """It is reported as one; the other providers are published, and its own files stay as they were."""
    if where == "fetch":
        path, code, what = "scripts/gce_api.py", _BREAKS_FETCH, "KeyError: 'eastus2'"
    else:
        path, code = "scripts/cloudlib/publish/refresh.py", _BREAKS_PUBLISH.format(name=where)
        what = "TypeError: odd"
    every.tree.write(path, every.tree.read(path) + code)
    before = files_of(every.tree.menu_state(), "gce")
    ended, said = every.run()
    assert ended == 1 and results(said) == {**dict.fromkeys(NAMES, "published"), "gce": "FAILED"}, said
    assert f"a bug in gce, please report: {what}" in said and "DEBUG=1" in said
    assert every.published() == {*NAMES} - {"gce"}
    assert files_of(every.tree.menu_state(), "gce") == before != {}
    done = every.tree.python(RUN, "--provider", "gce", check=False, **{**every.env, "DEBUG": "1"})
    assert done.returncode == 1 and "Traceback" in done.stderr


@pytest.mark.slow
def test_a_bug_in_a_promotion(every: All) -> None:
    every.run()
    path = "scripts/cloudlib/publish/refresh.py"
    every.tree.write(path, every.tree.read(path) + _BREAKS_PUBLISH.format(name="promote"))
    ended, said = every.run("--update", FORCE="1")
    assert ended == 1 and results(said)["gce"] == "REFUSED" and "a bug in gce" in said
    assert {*results(said).values()} == {"REFUSED", "promoted"}


_CTRL_C_WHILE_FILES_MOVE = """
import signal as _signal
_moves = _apply


def _apply(*args):
    _signal.raise_signal(_signal.SIGINT)
    _moves(*args)
"""


@pytest.mark.slow
def test_what_ctrl_c_lets_finish_is_reported(every: All) -> None:
    """The set is moved as a whole, then the run ends; the summary and the recording know of it."""
    path = "scripts/cloudlib/publish/tier.py"
    every.tree.write(path, every.tree.read(path) + _CTRL_C_WHILE_FILES_MOVE)
    code, said = every.run("--provider", "lambdalabs", RECORD="rec")
    assert code == 130 and results(said) == {"lambdalabs": "published"}, said
    assert "recorded: rec/lambdalabs.jsonl.gz" in said and "error: interrupted\n" in said
    assert every.published() == {"lambdalabs"}
    code, said = every.run("--update", "--provider", "lambdalabs", FORCE="1")
    assert code == 130 and "error: interrupted\n  unchanged: what is not reported above\n" in said


@pytest.mark.slow
def test_each_is_published_the_moment_it_is_complete(every: All) -> None:
    """The first provider of the registry answers only after the last one's marker is there."""
    first, last = NAMES[0], NAMES[-1]
    marker = tier.marker(every.tree.root, last)
    waited: list[bool] = []  # an entry for each of the calls that came meanwhile

    def matches(request: Request) -> bool:
        if not waited:
            deadline = time.monotonic() + 300
            while not marker.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            waited.append(marker.exists())
        return False

    every.servers[first].inject(Fault(matches, times=None))
    code, said = every.run()
    assert code == 0 and waited and all(waited), said


@pytest.mark.slow
def test_a_provider_named_twice_is_asked_once(every: All) -> None:
    code, said = every.run("--provider", "lambdalabs", "--provider", "lambdalabs")
    assert code == 0 and said.count("published") == 1
    once = len(every.servers["lambdalabs"].requests)
    every.run("--provider", "lambdalabs")
    assert len(every.servers["lambdalabs"].requests) == 2 * once


def test_without_kconfiglib(every: All) -> None:
    """Known before a vendor is asked, and never blamed on a defconfig."""
    name = "scripts/lambda-cli"
    hides = every.tree.home / "hides"
    hides.mkdir()
    (hides / "sitecustomize.py").write_text(
        "import sys\nsys.path[:] = [p for p in sys.path if 'site-packages' not in p]\n", encoding="utf-8"
    )
    done = every.tree.python(name, "generate-kconfig", check=False, **{**every.env, "PYTHONPATH": str(hides)})
    assert done.returncode == 3 and "lacks kconfiglib" in done.stderr, done.stderr
    assert "apt install python3-kconfiglib\n" in done.stderr and "defconfig" not in done.stderr
    assert len(every.servers["lambdalabs"].requests) == 0
