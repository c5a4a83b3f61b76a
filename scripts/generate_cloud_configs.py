#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The administrator's commands: query providers, promote what was generated, clean.

    generate_cloud_configs.py [--provider NAME]...            cloud-config
    generate_cloud_configs.py --update [--provider NAME]...   cloud-update
    generate_cloud_configs.py --clean [--provider NAME]...    clean-cloud-config

Without --provider it is for all providers; one that is not set up is then skipped, with its reason.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import argparse
import gc
import signal
import sys
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from types import FrameType
from typing import NoReturn

import cloud_providers
from cloudlib.calls import tapes
from cloudlib.calls.progress import FAILED, SKIPPED, Progress
from cloudlib.calls.run import CallLog
from cloudlib.calls.tapes import Tapes
from cloudlib.errors import CallFailed, CloudError, Interrupted, NotSetUp, printable, report
from cloudlib.provider import Provider, Request
from cloudlib.publish import git, refresh, tier
from cloudlib.publish.rewrite import rewrite
from cloudlib.settings import (
    CACHE,
    ROOT,
    answer_limit,
    call_timeout,
    debugging,
    flag,
    job_count,
    source_note,
)
from cloudlib.show import command, summary
from cloudlib.show import diff as difftext
from cloudlib.show.progress_rows import shown_on
from cloudlib.show.summary import Outcome

_NOTHING_CHANGED = "every menu file and marker"


def main(argv: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(argv)
    gc.disable()  # answers are trees, which need no collector; it would take a sixth of the time
    signal.signal(signal.SIGTERM, _terminate)
    who = "clean-cloud-config" if options.clean else "cloud-update" if options.update else "cloud-config"
    try:
        names = dict.fromkeys(options.provider or cloud_providers.PROVIDER_NAMES)
        providers = [cloud_providers.load(name) for name in names]
        with tier.lock(ROOT):
            tier.recover(ROOT)
            if options.clean:
                return _clean(providers)
            act = _update if options.update else _generate
            code = act(providers, named=bool(options.provider))
        if options.update:
            _draft()
        return code
    except CloudError as error:
        report(error, sys.stderr, who=who)
        return error.exit_code
    except KeyboardInterrupt:
        report(Interrupted("interrupted", unchanged="what is not reported above"), sys.stderr, who=who)
        return Interrupted.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = command.Parser(description=__doc__)
    parser.add_argument("--provider", action="append", metavar="NAME", help="one provider; can be repeated")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--update", action="store_true", help="promote generated files to static ones")
    action.add_argument("--clean", action="store_true", help="remove generated files and markers")
    return parser


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _generate(providers: Sequence[Provider], *, named: bool) -> int:
    """All providers are queried in parallel; each is published as soon as it is complete."""
    job_count(), answer_limit(), call_timeout(1)  # wrong ones are refused once, before anyone is asked
    recordings = tapes.from_environment()
    logs = {p.NAME: CallLog(p.NAME) for p in providers}
    outcomes: list[Outcome] = []
    executor = ThreadPoolExecutor(max_workers=len(providers))
    try:
        with shown_on(sys.stdout) as progress:
            tasks = {executor.submit(_fetch, p, recordings, logs[p.NAME], progress): p for p in providers}
            for task in as_completed(tasks):
                _publish(tasks[task], task.result(), outcomes)
    finally:  # after Ctrl-C: end the vendor processes, wait for none, report what was published before
        outcomes.sort(key=lambda outcome: [p.NAME for p in providers].index(outcome.provider))
        for log in logs.values():
            log.stop()
        executor.shutdown(wait=False, cancel_futures=True)
        summary.show(outcomes, sys.stdout)
        tools = {o.provider: o.catalog.provenance.tools for o in outcomes if o.catalog}
        ended = {outcome.provider for outcome in outcomes}
        for line in recordings.finish(source_note(), tools, ended=ended):
            print(line)
    return _exit_code(outcomes, named=named)


def _fetch(
    provider: Provider, recordings: Tapes, log: CallLog, progress: Progress
) -> refresh.Fetched | CloudError:
    try:
        log.tape = recordings.tape(provider.NAME)
        return refresh.fetch(provider, ROOT, Request(log=log, progress=progress, cache=CACHE))
    except Exception as caught:  # a bug in one provider must not lose the others' answers
        error = _foreseen(provider, caught)
        if isinstance(error, NotSetUp) and log.accepted:  # so it is set up, and not skipped
            error = CallFailed(f"the login ended during the run: {error.what}", hint=error.hint)
        progress.end(provider.NAME, SKIPPED if isinstance(error, NotSetUp) else FAILED, error.what)
        return error


def _publish(provider: Provider, fetched: refresh.Fetched | CloudError, outcomes: list[Outcome]) -> None:
    """Publish an answer, and add the outcome to those of the run."""
    name = provider.NAME
    try:
        if isinstance(fetched, CloudError):
            raise fetched
        done = Outcome(
            name,
            "published",
            True,
            fetched.catalog,
            seconds=fetched.seconds,
            calls=fetched.calls,
            remarks=fetched.remarks,
        )
        refresh.publish(
            provider, ROOT, fetched, lambda changed: outcomes.append(replace(done, changed=changed))
        )
    except Exception as caught:
        error = _foreseen(provider, caught)
        error.unchanged = error.unchanged or f"the {name} menus and marker"
        result = "skipped" if isinstance(error, NotSetUp) else "FAILED"
        outcomes.append(Outcome(name, result, False, error=error))


def _foreseen(provider: Provider, caught: Exception) -> CloudError:
    """A CloudError as it is; any other exception is a bug of ours, whose traceback DEBUG=1 shows."""
    if isinstance(caught, CloudError):
        return caught
    if debugging():
        traceback.print_exception(caught)
    message = " ".join(str(caught).split()) or "without a message"
    return CloudError(
        f"a bug in {provider.NAME}, please report: {type(caught).__name__}: {message}",
        hint=f"DEBUG=1 make cloud-config-{provider.NAME} shows where; report it with what that prints",
    )


def _exit_code(outcomes: Sequence[Outcome], *, named: bool) -> int:
    """0 when every provider that is set up succeeded; a named one that is not set up is 3."""
    errors = [outcome.error for outcome in outcomes if outcome.error]
    real = [error for error in errors if not isinstance(error, NotSetUp)]
    if real:
        return max(error.exit_code for error in real)
    if errors and (named or len(errors) == len(outcomes)):
        return NotSetUp.exit_code
    return 0


def _update(providers: Sequence[Provider], *, named: bool) -> int:
    ready = [p for p in providers if named or tier.marker(ROOT, p.NAME).exists()]
    if not ready:
        raise CloudError(
            "there are no generated menus to promote",
            unchanged=_NOTHING_CHANGED,
            hint="make cloud-config",
        )
    outcomes: list[Outcome] = []
    try:
        for provider in ready:
            try:
                done = refresh.promote(provider, ROOT, force=flag("FORCE"))
                outcomes.append(_promoted(provider.NAME, done))
            except Exception as caught:
                error = _foreseen(provider, caught)
                outcomes.append(Outcome(provider.NAME, "REFUSED", False, error=error))
    finally:  # also what was promoted before Ctrl-C
        summary.show(outcomes, sys.stdout)
    return _exit_code(outcomes, named=named)


def _promoted(name: str, done: refresh.Promoted) -> Outcome:
    if not done.news:
        since = done.catalog.provenance.fetched_at[:10]
        same = f"nothing has changed since {since}: the committed files stay as they are"
        return Outcome(name, "unchanged", True, done.catalog, remarks=(same,))
    news = [difftext.headline(done.diff)] if done.diff else []
    news += [f"promoted in spite of a defconfig: {line}" for line in done.lost]
    return Outcome(name, "promoted", True, done.catalog, changed=done.changed, remarks=tuple(news))


def _draft() -> None:
    """Write the message of the commit that comes next, and say how to make it.

    A tree without git is not a failure: the menus are promoted.
    """
    from cloudlib.show import draft

    path = ROOT / git.MESSAGE
    try:
        drafted = draft.draft(cloud_providers, ROOT)
        if drafted is None:
            path.unlink(missing_ok=True)
            return
        rewrite(path, drafted.text)
    except CloudError as error:
        print(printable(f"no commit message was drafted: {error.what}"))
        return
    add = " ".join(f"'{git.pathspec(name)}'" for name in drafted.providers)
    print(f"next: make cloud-commit, which does this:\n  git add {add}\n  git commit -F {git.MESSAGE}")


def _clean(providers: Sequence[Provider]) -> int:
    for provider in providers:
        removed = tier.clean(ROOT, provider.NAME)
        print(f"{provider.NAME}: removed {removed} generated files and the marker; static menus are in use")
    return 0


if __name__ == "__main__":
    command.start("cloud-config", main)
