# SPDX-License-Identifier: MIT
"""The `az` command: how it is called, what its failures mean, and the retries that `az rest` lacks.

Only GET requests are made. `az rest` sends its request as it is, so az's habit of registering a resource
provider after a 409, which is a write, cannot happen here:
https://learn.microsoft.com/cli/azure/use-azure-cli-rest-command
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cloudlib.errors import (
    AccessDenied,
    BadReply,
    CallFailed,
    CliMissing,
    CloudError,
    NoCredentials,
    ServiceFailed,
    Throttled,
    TimedOut,
)
from cloudlib.retry import retried
from cloudlib.run import CallLog, call_timeout, command_line, run_bytes, run_json

SETUP_HINT = (
    "install the Azure CLI (https://learn.microsoft.com/cli/azure/install-azure-cli), then run `az login`\n"
    "and `az account set --subscription NAME`; `az account get-access-token` must answer"
)
ARM = "https://management.azure.com"

_TIMEOUT = 90.0

_ENV = {
    "AZURE_CORE_COLLECT_TELEMETRY": "0",  # else each start of az starts another process to report it
    "AZURE_CORE_NO_COLOR": "1",
    "AZURE_CORE_ONLY_SHOW_ERRORS": "1",
    "AZURE_CORE_SURVEY_MESSAGE": "0",
    "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",
}


class NotFound(CallFailed):
    """There is no such thing: HTTP 404."""


def az_json(words: Sequence[str], log: CallLog) -> Any:
    """Run `az WORDS --output json`; the errors are those of `get`."""
    argv = ["az", *words, "--output", "json"]
    try:
        return run_json(argv, log=log, timeout=call_timeout(_TIMEOUT), env=_env(), classify=_classify)
    except CliMissing as error:
        raise CliMissing(error.what, hint=SETUP_HINT) from None


def get(url: str, log: CallLog) -> Any:
    """The JSON at a URL of Azure Resource Manager, through `az rest`, in which {subscriptionId} is filled in.

    429, 5xx and broken connections are tried again. Raises CliMissing, NoCredentials, AccessDenied, NotFound,
    Throttled, ServiceFailed, TimedOut, BadReply or CallFailed.
    """
    return retried(lambda: _get_once(url, log), log)


def _get_once(url: str, log: CallLog) -> Any:
    with tempfile.TemporaryDirectory(prefix="az-") as folder:
        path = Path(folder) / "answer.json"
        argv = ["az", "rest", "--method", "get", "--url", url, "--output-file", str(path)]
        try:
            run_bytes(argv, log=log, timeout=call_timeout(_TIMEOUT), env=_env(), classify=_classify)
        except CliMissing as error:
            raise CliMissing(error.what, hint=SETUP_HINT) from None
        try:
            data = path.read_bytes()
            return json.loads(data)
        except (OSError, ValueError) as error:
            start = data[:60].decode("utf-8", "replace") if isinstance(error, ValueError) else ""
            raise BadReply(
                f"`{_shown(argv)}` did not answer with whole JSON"
                + (f"; it begins {start!r}" if start else ""),
                hint="try again; a proxy may stand between; DEBUG=1 shows every call",
            ) from error


def _env() -> dict[str, str]:
    return {key: value for key, value in _ENV.items() if key not in os.environ}


_REGISTER = (
    "this project changes nothing in a subscription; its owner can run\n"
    "az provider register --namespace Microsoft.Compute"
)
_ACCOUNT = "az account list; az account set --subscription NAME"
#: Pattern over the HTTP reason, error code and words of az; the error it means; how to say so; what to do.
#: The first that fits is taken.
_MEANINGS: tuple[tuple[str, type[CloudError], str, str], ...] = (
    (
        r"MissingSubscriptionRegistration|SubscriptionNotRegistered",
        AccessDenied,
        "the subscription is not registered for Microsoft.Compute",
        _REGISTER,
    ),
    (
        r"No subscription found|SubscriptionNotFound|InvalidSubscriptionId|InvalidSubscription\b|"
        r"doesn't exist in cloud|No subscriptions? (?:were )?found",
        NoCredentials,
        "az has no usable subscription",
        _ACCOUNT,
    ),
    (
        r"az login|AADSTS\d+|^Unauthorized\b|(?:Expired|Invalid)AuthenticationToken|AuthenticationFailed\b|"
        r"CredentialUnavailable",
        NoCredentials,
        "az has no valid credentials",
        SETUP_HINT,
    ),
    (
        r"^Forbidden\b|AuthorizationFailed|does not have authorization",
        AccessDenied,
        "",
        "docs/cloud-configuration.md names the role that the query needs",
    ),
    (r"^Not Found\b|ResourceNotFound|NotFound\b", NotFound, "", "DEBUG=1 shows every call"),
    (
        r"^Too Many Requests\b|TooManyRequests|RequestsThrottled|RequestLimit",
        Throttled,
        "",
        "wait a few minutes and run the command again",
    ),
    (
        r"^(?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out|Server Error)\b|"
        r"IncompleteRead|Connection aborted|Connection reset|RemoteDisconnected",
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
    words = _last_words(stderr)
    for pattern, kind, meaning, hint in _MEANINGS:
        if re.search(pattern, words):
            what = f"{meaning}: {_short(words)}" if meaning else f"`{_shown(argv)}` failed: {_short(words)}"
            return kind(what, hint=hint)
    how = f"was killed by signal {-code}" if code < 0 else f"failed with exit code {code}"
    return CallFailed(f"`{_shown(argv)}` {how}: {_short(words)}", hint="DEBUG=1 shows every call")


def _last_words(stderr: str) -> str:
    """The words that matter: `REASON: CODE: MESSAGE` of an HTTP error, the exception of a traceback."""
    text = stderr.strip()
    http = re.search(r"ERROR: ([A-Z][A-Za-z -]*)\((.*)\)\s*\Z", text, re.DOTALL)
    if http:
        return f"{http[1]}: {_body(http[2])}"
    if "Traceback (most recent call last)" in text:
        raised = re.findall(r"^(?:[\w.]*(?:Error|Exception|Timeout)\w*): (.+)$", text, re.MULTILINE)
        if raised:
            return str(raised[-1])
    said = re.findall(r"^ERROR: (.+)$", text, re.MULTILINE)
    return " ".join(said) or (text.splitlines()[-1] if text else "it printed no message")


def _body(text: str) -> str:
    """The code and message of ARM's error object; the start of anything else."""
    try:
        error = json.loads(text)["error"]
        return f"{error['code']}: {error['message']}"
    except (ValueError, KeyError, TypeError):
        return re.sub(r"<[^>]*>", " ", text)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:300]} …"


def _shown(argv: Sequence[str]) -> str:
    """The command as a person wants to see it: `az rest …/Microsoft.Compute/skus location eq 'eastus'`."""
    if argv[1] != "rest":
        return command_line(argv)
    url = argv[argv.index("--url") + 1]
    path = re.sub(r"\?api-version=[^&]*&?(?:\$filter=)?", " ", url)
    return command_line(["az", "rest", re.sub(r".*/(?:providers|subscriptions/[^/]*)/", "…/", path).rstrip()])
