# SPDX-License-Identifier: MIT
"""The `az` command: how it is called, what its failures mean, and the token that it gives.

Everything else is asked by requests of our own, with that token: azure_arm.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from cloudlib.calls.retry import retried
from cloudlib.calls.run import CallLog, call_timeout, command_line, run_json
from cloudlib.errors import (
    BadReply,
    CallFailed,
    CliMissing,
    CloudError,
    NoCredentials,
    ServiceFailed,
    TimedOut,
)

SETUP_HINT = (
    "install the Azure CLI (https://learn.microsoft.com/cli/azure/install-azure-cli), then run `az login`\n"
    "and `az account set --subscription NAME`; `az account get-access-token` must answer"
)
ACCOUNT_HINT = "az account list; az account set --subscription NAME"

_TIMEOUT = 90.0

_ENV = {
    "AZURE_CORE_COLLECT_TELEMETRY": "0",  # else each start of az starts another process to report it
    "AZURE_CORE_NO_COLOR": "1",
    "AZURE_CORE_ONLY_SHOW_ERRORS": "1",
    "AZURE_CORE_SURVEY_MESSAGE": "0",
    "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",
}


def az_json(words: Sequence[str], log: CallLog) -> Any:
    """Run `az WORDS --output json`, again where the network or the service failed for a moment.

    Raises CliMissing, NoCredentials, ServiceFailed, TimedOut, BadReply or CallFailed.
    """
    argv = ["az", *words, "--output", "json"]
    env = {key: value for key, value in _ENV.items() if key not in os.environ}

    def call() -> Any:
        return run_json(argv, log=log, timeout=call_timeout(_TIMEOUT), env=env, classify=_classify)

    try:
        return retried(call, log)
    except CliMissing as error:
        raise CliMissing(error.what, hint=SETUP_HINT) from None


def token(log: CallLog) -> tuple[str, str]:
    """The id of the subscription that az is set to, and a token for Azure Resource Manager: one process.

    az renews a token that is about to expire, so it is good for five minutes at least:
    https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
    """
    answer = az_json(["account", "get-access-token"], log)
    try:
        return str(answer["subscription"]), str(answer["accessToken"])
    except (KeyError, TypeError):
        raise BadReply("az answered without a subscription and a token", hint=SETUP_HINT) from None


#: Pattern over the words of az; the error it means; how to say so; what to do. The first that fits is taken.
_MEANINGS: tuple[tuple[str, type[CloudError], str, str], ...] = (
    (
        r"No subscriptions? (?:were )?found|doesn't exist in cloud",
        NoCredentials,
        "az has no usable subscription",
        ACCOUNT_HINT,
    ),
    (r"az login|AADSTS\d+|CredentialUnavailable", NoCredentials, "az has no valid credentials", SETUP_HINT),
    (
        r"Connection aborted|Connection reset|RemoteDisconnected|IncompleteRead",
        ServiceFailed,
        "",
        "try again later; https://azure.status.microsoft tells of outages",
    ),
    (r"[Tt]imed out|Timeout", TimedOut, "", "check the network; CLOUD_CALL_TIMEOUT=SECONDS allows more time"),
    (
        r"^None, None$|MSI|managed identity|Managed Identity|token endpoint|IDENTITY_ENDPOINT",
        CallFailed,
        "az got no token from its identity endpoint",
        "`az account get-access-token` must answer; check the network",
    ),
    (
        r"Max retries exceeded|Failed to establish|ProxyError|NameResolution|SSLError|CERTIFICATE",
        CallFailed,
        "",
        "check the network, HTTPS_PROXY and REQUESTS_CA_BUNDLE",
    ),
)


def _classify(argv: Sequence[str], code: int, stderr: str) -> CloudError | None:
    shown = command_line(argv)
    words = _last_words(stderr)
    for pattern, kind, meaning, hint in _MEANINGS:
        if re.search(pattern, words):
            what = f"{meaning}: {_short(words)}" if meaning else f"`{shown}` failed: {_short(words)}"
            return kind(what, hint=hint)
    how = f"was killed by signal {-code}" if code < 0 else f"failed with exit code {code}"
    return CallFailed(f"`{shown}` {how}: {_short(words)}", hint="DEBUG=1 shows every call")


def _last_words(stderr: str) -> str:
    """The words that matter: az's error, or the exception of a traceback."""
    text = stderr.strip()
    if "Traceback (most recent call last)" in text:
        raised = re.findall(r"^(?:[\w.]*(?:Error|Exception|Timeout)\w*): (.+)$", text, re.MULTILINE)
        if raised:
            return str(raised[-1])
    said = re.findall(r"^ERROR: (.+)$", text, re.MULTILINE)
    return " ".join(said) or (text.splitlines()[-1] if text else "it printed no message")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:300]} …"
