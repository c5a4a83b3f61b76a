# SPDX-License-Identifier: MIT
"""What the real aws CLI said before, remembered by the test server for tests/fakes/aws.py.

An answer is kept under the words of the call, the settings that decide what is asked, and the server's data.
A session begins with the answers in tests/fakes/aws-said.json.gz, and asks the real aws what is not there:

    SAID_UPDATE=1 make test     begins with none, and writes the file from what was asked
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.servers.http_wire import Request

PATH = "/remembered"
SAID = Path(__file__).resolve().parent.parent / "fakes" / "aws-said.json.gz"
#: The parts of the server's data that decide the answer to a call; all of them where it is not here.
_USED = {
    "get-caller-identity": "regions",
    "describe-regions": "regions",
    "describe-availability-zones": "regions zones",
    "describe-instance-types": "regions zones types offerings",
    "describe-instance-type-offerings": "regions zones types offerings",
    "describe-images": "regions images fees",
    "get-products": "regions types prices rates fees",
}
#: Beside an answer: the call that it answers.
_ASKED = ".asked"
#: Settings of how, not of what, is asked; where the server is plays no part either.
_ANY = {"AWS_ENDPOINT_URL", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE"}
#: With these the real CLI reads more than its environment.
_NEVER = {"AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"}


@dataclass(frozen=True)
class Said:
    """A call of the CLI, what it printed, and the name under which that is kept."""

    key: str
    settings: dict[str, str]
    words: list[str]
    output: str


def said() -> tuple[str, list[Said]]:
    """(the version of the CLI, what it said), as committed."""
    data: dict[str, Any] = json.loads(gzip.decompress(SAID.read_bytes()))
    return data["version"], [Said(**entry) for entry in data["said"]]


def begin(folder: Path) -> None:
    """Fill a session's folder with the committed answers."""
    if not os.environ.get("SAID_UPDATE"):
        for entry in said()[1]:
            (folder / entry.key).write_text(entry.output, encoding="utf-8")


def finish(folder: Path) -> None:
    """Commit a session's answers, where that is asked for."""
    if os.environ.get("SAID_UPDATE") and folder.is_dir():
        entries = [
            {"key": path.stem, **json.loads(path.read_bytes()), "output": answer.read_text(encoding="utf-8")}
            for path in sorted(folder.glob(f"*{_ASKED}"))
            if (answer := path.with_suffix("")).exists()
        ]
        data = {"version": version("awscli"), "said": entries}
        SAID.write_bytes(gzip.compress(json.dumps(data, indent=0).encode(), mtime=0))


def note(path: Path, request: Request) -> None:
    """Note which call will be answered at `path`."""
    settings, words = json.loads(request.body)
    decisive = {name: value for name, value in settings.items() if name not in _ANY}
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps({"settings": decisive, "words": words}), encoding="utf-8")
    part.rename(path.with_suffix(_ASKED))


def kept_at(folder: Path, request: Request, parts: Mapping[str, str]) -> tuple[Path, Request] | None:
    """Where the answer to a call of the CLI is kept, and the call as it would reach the server.

    `parts` is {part of the server's data: its digest}. None for a call whose answer depends on more than
    this test server.
    """
    settings, words = json.loads(request.body)
    if len(words) < 2 or _NEVER & settings.keys() or not settings.get("AWS_ACCESS_KEY_ID"):
        return None
    decisive = sorted((name, value) for name, value in settings.items() if name not in _ANY)
    used = [parts[name] for name in _USED.get(words[1], " ".join(sorted(parts))).split()]
    key = hashlib.sha256(json.dumps([words, decisive, used]).encode()).hexdigest()
    return folder / key, _on_the_wire(words, settings.get("AWS_REGION", "us-east-1"), request.time)


def _on_the_wire(words: list[str], region: str, time: float) -> Request:
    """What aws_wire.call_of has to see of a call: its service, region and action."""
    if "--region" in words:
        region = words[words.index("--region") + 1]
    action = "".join(part.title() for part in words[1].split("-"))
    credential = f"Credential=TESTING/20300101/{region}/{words[0]}/aws4_request"
    return Request("POST", "/", "", f"Action={action}", {"authorization": credential}, time)
