# SPDX-License-Identifier: MIT
"""Querying Azure: `az` gives a token, then Azure Resource Manager answers GETs that carry it.

Starting az costs half a CPU second, so it is started for the token and for its version alone. Besides, az
answers some refusals (409) by registering a resource provider, which is a write; here a refusal is reported.
https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
"""

from __future__ import annotations

import configparser
import os
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from cloudlib.calls.classify import Meaning, certificates_and_proxies, classified, error_words, unreachable
from cloudlib.calls.debug import command_line
from cloudlib.calls.left_out import SEE_CALLS
from cloudlib.calls.retry import retried
from cloudlib.calls.run import CallLog, run_json
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    CallFailed,
    CloudError,
    NoCredentials,
    NotFound,
    NotSetUp,
    ServiceFailed,
    Throttled,
    TimedOut,
)
from cloudlib.settings import call_timeout
from providers.azure import ENVIRONMENT
from providers.azure.parse import name_of

if TYPE_CHECKING:
    from cloudlib.calls.rest import Rest  # imports requests, which `azure-cli --offline` has to do without

SETUP_HINT = (
    "run `az login` and `az account set --subscription NAME`;\n`az account get-access-token` must answer"
)
_INSTALL_HINT = (
    f"install the Azure CLI: https://learn.microsoft.com/cli/azure/install-azure-cli\nthen {SETUP_HINT}"
)
BASE = "https://management.azure.com"

_ACCOUNT_HINT = "az account list; az account set --subscription NAME"
_FIRST_LOCATION = "eastus"
_TIMEOUT = 90.0
_TRACEBACK = "Traceback (most recent call last)"

_ENV = {
    "AZURE_CORE_COLLECT_TELEMETRY": "0",  # else each start of az starts another process to report it
    "AZURE_CORE_NO_COLOR": "1",
    "AZURE_CORE_ONLY_SHOW_ERRORS": "1",
    "AZURE_CORE_SURVEY_MESSAGE": "0",
    "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",
}

#: Searched in what az says.
_AZ = (
    *certificates_and_proxies("REQUESTS_CA_BUNDLE=/path/to/its/ca.pem"),
    Meaning(
        r"No subscriptions? (?:were )?found|doesn't exist in cloud|Subscription '.{0,99}' not found|"
        r"Multiple subscriptions with the name",
        NoCredentials,
        "no usable subscription for Azure",
        _ACCOUNT_HINT,
    ),
    Meaning(
        r"No managed identity endpoint|Identity not found|No access was configured for the managed identity",
        NoCredentials,
        "this machine has no managed identity for az to use",
        SETUP_HINT,
    ),
    # https://learn.microsoft.com/entra/identity-platform/reference-error-codes
    Meaning(r"AADSTS(?:50196|90055)\b", Throttled, hint="wait a few minutes and run the command again"),
    Meaning(
        r"AADSTS(?:90024|90033|90036)\b",
        ServiceFailed,
        hint="try again later; https://azure.status.microsoft lists outages",
    ),
    Meaning(
        r"az login|AADSTS\d+|CredentialUnavailable|ClientAuthenticationError|MSAL (?:token )?cache|"
        r"invalid_grant|Decryption failed|az account clear|"
        r"(?i:interaction.?required|re-?authenticat|interactive authentication)",
        NoCredentials,
        "no valid Azure credentials",
        SETUP_HINT,
    ),
    Meaning(
        r"Connection aborted|Connection reset|RemoteDisconnected|IncompleteRead",
        ServiceFailed,
        hint="try again later; https://azure.status.microsoft lists outages",
    ),
    Meaning(
        r"[Tt]imed out|Timeout",
        TimedOut,
        hint="check the network; CLOUD_CALL_TIMEOUT=SECONDS allows more time",
    ),
    Meaning(
        r"^None, None$|MSI|managed identity|Managed Identity|token endpoint|IDENTITY_ENDPOINT",
        CallFailed,
        "az got no token from its identity endpoint",
        "`az account get-access-token` must answer; check the network",
    ),
    unreachable(),
)
#: Searched in `STATUS CODE`: the status of HTTP and the code in Resource Manager's error.
_ARM = (
    Meaning(
        r" (?:MissingSubscriptionRegistration|SubscriptionNotRegistered)$",
        AccessDenied,
        "the subscription is not registered for Microsoft.Compute",
        "this project changes nothing in a subscription; its owner can run\n"
        "az provider register --namespace Microsoft.Compute",
    ),
    Meaning(
        r" (?:ReadOnlyDisabledSubscription|DisabledSubscription|SubscriptionDisabled)$",
        NotSetUp,
        "the subscription is disabled",
        "its owner may enable it: https://learn.microsoft.com/azure/cost-management-billing/manage/"
        "subscription-disabled\nor use another one: az account set --subscription NAME",
    ),
    Meaning(
        r" (?:SubscriptionNotFound|InvalidSubscription(?:Id)?)$",
        NoCredentials,
        "no usable subscription for Azure",
        _ACCOUNT_HINT,
    ),
    Meaning(
        r"^401 | (?:(?:Expired|Invalid)AuthenticationToken\w*|AuthenticationFailed)$",
        NoCredentials,
        "no valid Azure credentials",
        "run the command again: az renews an expired token; if that does not help, `az login`",
    ),
    Meaning(
        r"^403 | AuthorizationFailed$",
        AccessDenied,
        hint="docs/administrators.md names the role that the query needs",
    ),
    Meaning(r"^404 | \w*NotFound$", NotFound, hint=SEE_CALLS),
    Meaning(
        r"^429 | (?:TooManyRequests|RequestsThrottled)$",
        Throttled,
        hint="wait a few minutes and run the command again",
    ),
    Meaning(
        r"^(?:408|5\d\d) ",
        ServiceFailed,
        hint="try again later; https://azure.status.microsoft lists outages",
    ),
)


def default_location() -> str:
    """AZURE_DEFAULTS_LOCATION, `az config set defaults.location`, eastus: the order of the Azure CLI."""
    configured = os.environ.get("AZURE_DEFAULTS_LOCATION", "")
    if not configured:
        folder = os.environ.get("AZURE_CONFIG_DIR") or Path.home() / ".azure"
        settings = configparser.ConfigParser(interpolation=None)
        try:
            settings.read(Path(folder) / "config", encoding="utf-8")
            configured = settings.get("defaults", "location", fallback="")
        except (configparser.Error, UnicodeDecodeError):
            configured = ""  # az itself will say what is wrong with the file
    return name_of(configured) or _FIRST_LOCATION


# --- az ---


def az_json(arguments: Sequence[str], log: CallLog) -> object:
    """Run `az ARGUMENTS --output json`, again where the network or the service failed for a moment.

    Raises CliMissing, NoCredentials, ServiceFailed, TimedOut, BadReply or CallFailed.
    """
    argv = ["az", *arguments, "--output", "json"]
    env = {key: value for key, value in _ENV.items() if key not in os.environ}

    def call() -> object:
        limit = call_timeout(_TIMEOUT)
        return run_json(
            argv, log=log, timeout=limit, own=ENVIRONMENT, env=env, classify=_az_error, hint=_INSTALL_HINT
        )

    return retried(call, log)


def az_version(log: CallLog) -> str:
    """The version of az, "" where it does not say."""
    answer = az_json(["version"], log)
    return str(answer.get("azure-cli") or "") if isinstance(answer, dict) else ""


@dataclass(frozen=True, slots=True)
class Login:
    """The id of the subscription that az is set to, and a token for Resource Manager."""

    subscription: str
    token: str = field(repr=False)


def login(log: CallLog) -> Login:
    """Get a token from az: one process. Raises the errors of `az_json`.

    az renews a token that is about to expire, so it is good for five minutes at least:
    https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
    """
    answer = az_json(["account", "get-access-token"], log)
    parts = [answer.get(key) if isinstance(answer, dict) else None for key in ("subscription", "accessToken")]
    subscription, token = (part if isinstance(part, str) else "" for part in parts)
    if not re.fullmatch(r"[\w-]+", subscription):
        raise BadReply("`az account get-access-token` names no subscription", hint=SETUP_HINT)
    if not re.fullmatch(r"[\x21-\x7e]+", token):  # else requests refuses the header, and shows it
        raise BadReply(
            "`az account get-access-token` printed no usable token: it must be one line of ASCII characters",
            hint=SETUP_HINT,
        )
    return Login(subscription, token)


def _az_error(argv: Sequence[str], code: int, stderr: str) -> CloudError:
    """What az's error means. Where that alone does not tell, the way out that az prints below it may."""
    said = _said(stderr)
    call = f"`{command_line(argv)}`"
    how = f"was killed by signal {-code}" if code < 0 else f"failed with exit code {code}"
    log_in = () if _TRACEBACK in stderr else (row for row in _AZ if row.error is NoCredentials)
    for table, text in ((_AZ, said), (log_in, stderr)):
        if known := classified(table, text, call=f"{call} failed", said=_short(said)):
            return known
    return CallFailed(f"{call} {how}: {_short(said)}", hint=SEE_CALLS)


def _said(stderr: str) -> str:
    """az's error, or the exception of a traceback; everything but warnings where there is neither."""
    text = stderr.strip()
    if _TRACEBACK in text:
        raised = re.findall(r"^(?:[\w.]*(?:Error|Exception|Timeout)\w{0,40}): (.+)$", text, re.MULTILINE)
        if raised:
            return str(raised[-1])
    errors = re.findall(r"^ERROR: (.+)$", text, re.MULTILINE)
    others = [line for line in text.splitlines() if not line.startswith("WARNING: ")]
    return " ".join(errors or others) or "it printed no message"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:300]} …"


# --- Resource Manager ---


class ResourceManager:
    """GETs to Azure Resource Manager, for one subscription. Safe to share between threads.

    The token stays in memory and goes to Resource Manager alone. `base` is the URL of the subscription.
    """

    def __init__(self, login: Login, log: CallLog) -> None:
        self.base = f"{BASE}/subscriptions/{login.subscription}"
        self._log = log
        self._auth = {"Authorization": f"Bearer {login.token}"}
        self._mine = threading.local()
        self._accepted = False  # has Resource Manager taken the token?

    def get(self, url: str) -> object:
        """The JSON at a URL of Resource Manager.

        Raises the errors of Rest.get, with the words of Resource Manager; CallFailed where the token was good
        before, so that a run which loses its login half way has failed and is not a provider left out.
        """
        if not url.startswith(f"{BASE}/"):
            raise BadReply(f"az's token is not sent to {urlsplit(url).netloc!r}", hint=SEE_CALLS)
        try:
            answer: object = self._rest().get(url, shown=_shown(url))
        except NoCredentials as error:
            if not self._accepted:
                raise
            raise CallFailed(f"the login ended during the run: {error.what}", hint=error.hint) from error
        self._accepted = True
        return answer

    def _rest(self) -> Rest:
        """The session of this thread: its connection is kept, as TLS handshakes cost CPU time."""
        rest: Rest | None = getattr(self._mine, "rest", None)
        if rest is None:
            from cloudlib.calls.rest import Rest

            rest = self._mine.rest = Rest(log=self._log, auth=self._auth, classify=_arm_error)
        return rest


def _arm_error(shown: str, status: int, body: object) -> CloudError:
    """{"error": {"code", "message"}} and an HTTP status -> the error that they mean."""
    from cloudlib.calls.rest import kind_of

    code, message = error_words(body, "code", "message")
    said = ": ".join(filter(None, (f"HTTP {status}", code, message[:300])))
    known = classified(_ARM, f"{status} {code}", call=shown, said=said)
    return known or kind_of(status)(f"{shown}: {said}", hint=SEE_CALLS)


def _shown(url: str) -> str:
    """A URL as a person wants to see it: `…/Microsoft.Compute/skus, location eq 'eastus'`."""
    parts = urlsplit(url)
    path = re.sub(r"\A.*/(?:providers|subscriptions/[^/]*)/", "…/", parts.path)
    return ", ".join([path, *parse_qs(parts.query).get("$filter", ())])
