# SPDX-License-Identifier: MIT
"""A committed recording with other answers to some calls: a whole fetch without a process or a server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import cloud_providers
from cloudlib.calls.answers import Answer
from cloudlib.calls.recording import Recording
from cloudlib.calls.run import CallLog
from cloudlib.calls.tapes import Tapes
from cloudlib.catalog.records import Catalog
from cloudlib.provider import Request
from tests.support.tree import ROOT

#: Turns what was answered to a call into what is answered now.
Edit = Callable[[str], str | Answer]


def fetch(provider: str, edits: Mapping[str, Edit] | None = None, **wishes: Any) -> Catalog:
    """What a provider's fetch makes of its recording; `edits` are by a part of the calls that they change."""
    tape = Tapes(replay=ROOT / "recordings").tape(provider)
    assert isinstance(tape, Recording)
    lines = dict(tape.lines)
    for part, edit in (edits or {}).items():
        calls = [call for call in lines if part in call]
        assert calls, f"no call has {part}"
        for call in calls:
            old = tape.answer(call)
            new = edit(old.out.decode())
            new = replace(old, out=new.encode()) if isinstance(new, str) else replace(new, call=call)
            lines[call] = json.dumps(new.as_json()).encode()
    log = CallLog(tape=replace(tape, lines=lines))
    return cloud_providers.load(provider).fetch(Request(log=log, **wishes))


def without(key: str, keep: Callable[[int, Any], bool] = lambda number, row: False) -> Edit:
    """The answer with the rows of the list under `key` that `keep` says; by default with none."""

    def edit(text: str) -> str:
        answer = json.loads(text)
        answer[key] = [row for number, row in enumerate(answer[key]) if keep(number, row)]
        return json.dumps(answer)

    return edit
