# SPDX-License-Identifier: MIT
"""What the real aws CLI said in this session, remembered by the test server for tests/fakes/aws.py.

An answer is kept under the words of the call, the settings that decide what is asked, and the server's data.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tests.servers.http_wire import Request

PATH = "/remembered"
#: Settings of how, not of what, is asked; where the server is plays no part either.
_ANY = {"AWS_ENDPOINT_URL", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE"}
#: With these the real CLI reads more than its environment.
_NEVER = {"AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"}


def kept_at(folder: Path, request: Request, data: str) -> tuple[Path, Request] | None:
    """Where the answer to a call of the CLI is kept, and the call as it would reach the server.

    None for a call whose answer depends on more than this test server.
    """
    settings, words = json.loads(request.body)
    if len(words) < 2 or _NEVER & settings.keys() or not settings.get("AWS_ACCESS_KEY_ID"):
        return None
    decisive = sorted((name, value) for name, value in settings.items() if name not in _ANY)
    key = hashlib.sha256(json.dumps([words, decisive, data]).encode()).hexdigest()
    return folder / key, _on_the_wire(words, settings.get("AWS_REGION", "us-east-1"), request.time)


def _on_the_wire(words: list[str], region: str, time: float) -> Request:
    """What aws_wire.call_of has to see of a call: its service, region and action."""
    if "--region" in words:
        region = words[words.index("--region") + 1]
    action = "".join(part.title() for part in words[1].split("-"))
    credential = f"Credential=TESTING/20300101/{region}/{words[0]}/aws4_request"
    return Request("POST", "/", "", f"Action={action}", {"authorization": credential}, time)
