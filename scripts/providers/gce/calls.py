# SPDX-License-Identifier: MIT
"""Querying Google: the `gcloud` command, the billing catalog over HTTPS, and what their errors mean.

No gcloud command lists SKUs, so a token comes from gcloud and the pages of the billing catalog over HTTPS.
Both are asked for with the account that gcloud uses. Nothing is ever enabled or changed.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from cloudlib.calls.classify import Meaning, classified, error_words
from cloudlib.calls.left_out import SEE_CALLS
from cloudlib.calls.retry import retried
from cloudlib.calls.run import CallLog, run_bytes, run_json
from cloudlib.calls.shape import Reader
from cloudlib.catalog import limits
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    CallFailed,
    CloudError,
    NoCredentials,
    NotSetUp,
    Throttled,
    TimedOut,
)
from cloudlib.settings import base_url, call_timeout
from providers.gce import ENVIRONMENT, meanings
from providers.gce.prices import PriceBook

NAME = "gce"
SETUP_HINT = meanings.SETUP_HINT

_TIMEOUT = 120.0  # seconds
_FIRST_REGION = "us-central1"  # used where the configuration of gcloud names none

#: Settings that make an answer complete, and gcloud ask no question and change nothing. They override the
#: caller's environment and configuration. Without the first, a refused zone ends in exit 0 and a shorter
#: list; with the opposite of the next three, every list is empty, an error has no message, or one in JSON:
#: https://cloud.google.com/sdk/gcloud/reference/config/set
_PARTIAL = "CLOUDSDK_COMPUTE_ALLOW_PARTIAL_ERROR"
_ENV = {
    _PARTIAL: "false",
    "CLOUDSDK_CORE_USER_OUTPUT_ENABLED": "true",
    "CLOUDSDK_CORE_VERBOSITY": "warning",
    "CLOUDSDK_CORE_SHOW_STRUCTURED_LOGS": "never",
    "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
    "CLOUDSDK_CORE_SHOULD_PROMPT_TO_ENABLE_API": "false",
    "CLOUDSDK_SURVEY_DISABLE_PROMPTS": "true",
    "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true",
    "CLOUDSDK_CORE_DISABLE_FILE_LOGGING": "true",  # halves the CPU time of a start
}

#: gcloud reports no status, so its messages are matched.
_BILLING_MEANINGS = (
    Meaning(r"\A403 .", AccessDenied, hint="docs/administrators.md names the API that prices need"),
)
#: The variable by which gcloud itself is told where this API is.
_BILLING_BASE = "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDBILLING"
_SKUS = "v1/services/6F81-5844-456A/skus"  # Compute Engine
_LONGEST_TOKEN = 8192  # it is a part of a URL

#: An answer is bounded as a whole, and cells are cut: one that is long is not to cost the rows around it.
csv.field_size_limit(2**31 - 1)
_MOST_PAGES = 20  # of 5,000 SKUs; there are about ten

#: Where terraform's google provider looks for the project, in its order:
#: https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/provider_reference
_PROJECT_VARIABLES = ("GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT")


@dataclass(frozen=True)
class Settings:
    """gcloud's version, and the region of its configuration, or us-central1 where it has none."""

    version: str
    region: str


def run_gcloud(
    command: Sequence[str], columns: Sequence[str], log: CallLog, *, partly: bool = False
) -> list[list[str]]:
    """Run a `gcloud … list` and return its rows, with the named columns as text, "" for what a row lacks.
    A cell is cut at limits.TEXT characters, which no name or list of Google's has.

    gcloud writes a csv in a third of the CPU time of a JSON; columns come untransformed, memoryMb in MiB.
    Throttling and passing faults are tried again. Raises CliMissing, NoCredentials, NotSetUp, AccessDenied,
    Throttled, ServiceFailed, TimedOut, BadReply or CallFailed; a list that is not whole is never returned,
    but with `partly`: then the zones that failed are missing.
    """
    form = f"--format=csv[no-heading,no-transforms]({','.join(columns)})"
    text = _run_text(("gcloud", *command, form), log, {_PARTIAL: "true"} if partly else {})
    if text and not text.endswith("\n"):
        raise BadReply(f"`gcloud {' '.join(command[:3])}` ended within a row", hint=SEE_CALLS)
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", " "))  # gcloud quotes no carriage return
    try:
        rows = [[cell[: limits.TEXT] for cell in row] for row in csv.reader(lines) if row]
    except csv.Error as error:
        raise BadReply(f"`gcloud {' '.join(command[:3])}` wrote no csv: {error}", hint=SEE_CALLS) from error
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise BadReply(
                f"`gcloud {' '.join(command[:3])}` wrote {len(row)} columns in row {number}, "
                f"not the {len(columns)} it was asked for",
                hint=SEE_CALLS,
            )
    return rows


def run_gcloud_by_zone(
    command: Sequence[str], zones: Sequence[str], columns: Sequence[str], log: CallLog
) -> tuple[list[list[str]], CallFailed | None]:
    """The rows of all zones, and None; or those of the zones that answered, and why others did not.

    gcloud does not say which zones failed, so it is let go on without them, and those that then have rows are
    asked again: a zone that failed at its second page has some too.
    """

    def ask(names: Sequence[str], *, partly: bool = False) -> list[list[str]]:
        return run_gcloud((*command, f"--zones={','.join(names)}"), columns, log, partly=partly)

    try:
        return ask(zones), None
    except CallFailed as error:
        if isinstance(error, (BadReply, Throttled, TimedOut)):  # which more calls would only repeat
            return [], error
        try:
            some = {row[columns.index("zone")].rpartition("/")[2] for row in ask(zones, partly=True)}
            rest = [zone for zone in zones if zone in some]
            return ask(rest) if 0 < len(rest) < len(zones) else [], error
        except CallFailed:
            return [], error


def settings(log: CallLog) -> Settings:
    """The version, and the region of the configuration; that of its zone where no region is set.

    https://cloud.google.com/sdk/gcloud/reference/info
    """
    argv = ("gcloud", "info", "--format=json(basic.version,config.properties.compute)")
    answer = Reader(
        run_json(
            argv,
            log=log,
            timeout=call_timeout(_TIMEOUT),
            own=ENVIRONMENT,
            env=_ENV,
            classify=_classify,
            hint=meanings.INSTALL_HINT,
        ),
        vendor=NAME,
        answer="`gcloud info`",
        null_is_missing=True,
    )
    compute = answer.at("config").maybe_at("properties").maybe_at("compute")
    zone, region = (compute.maybe_at(key).maybe_text("value") for key in ("zone", "region"))
    return Settings(answer.at("basic").text("version"), region or zone.rpartition("-")[0] or _FIRST_REGION)


def price_book(log: CallLog) -> PriceBook:
    """All prices of parts of machines: every page of Compute Engine's SKUs, taken into a price book.

    Raises AccessDenied where the API is not enabled or not allowed; else the errors of Rest.get, and BadReply
    for pages without an end. The token is kept nowhere.

    https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list
    """
    from cloudlib.calls.rest import Rest  # requests costs 0.1 s to import: only where it is needed

    token = _run_text(("gcloud", "auth", "print-access-token"), log).strip()
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise NoCredentials("gcloud printed something that is not an access token", hint=SETUP_HINT)
    rest = Rest(log=log, auth={"Authorization": f"Bearer {token}"}, classify=_billing_meaning)
    name, address = _BILLING_BASE, "https://cloudbilling.googleapis.com/"
    url = log.setting(name, lambda: base_url(name, address)) + _SKUS
    book = PriceBook()
    page, seen = "", set[str]()
    while page not in seen and len(seen) < _MOST_PAGES:
        seen.add(page)
        answer = Reader(
            rest.get(url, {"pageSize": "5000", **({"pageToken": page} if page else {})}),
            vendor=NAME,
            answer="services.skus.list",
            null_is_missing=True,
        )
        if answer.has("skus"):
            book.add(answer.items("skus"), log.left_out)
        page = answer.maybe_text("nextPageToken", most=_LONGEST_TOKEN)
        if not page:
            return book
    raise BadReply(f"the billing catalog does not end after {len(seen)} pages", hint=SEE_CALLS)


def terraform_environment() -> Mapping[str, str]:
    """GOOGLE_PROJECT: what the environment says under any of its names, or gcloud's own configuration."""
    if any(os.environ.get(name) for name in _PROJECT_VARIABLES):
        return {}
    try:
        project = _run_text(("gcloud", "config", "get-value", "project"), CallLog()).strip()
    except NotSetUp as error:
        error.hint += "\nor set GOOGLE_PROJECT, and GOOGLE_APPLICATION_CREDENTIALS"
        raise
    if not project or project == "(unset)":
        hint = "`gcloud config set project PROJECT`, or set GOOGLE_PROJECT"
        raise NotSetUp("no Google Cloud project is set", hint=hint)
    return {"GOOGLE_PROJECT": project}


def _run_text(argv: Sequence[str], log: CallLog, env: Mapping[str, str] = MappingProxyType({})) -> str:
    def once() -> bytes:
        return run_bytes(
            argv,
            log=log,
            timeout=call_timeout(_TIMEOUT),
            own=ENVIRONMENT,
            env={**_ENV, **env},
            classify=_classify,
            hint=meanings.INSTALL_HINT,
        )

    return retried(once, log).decode("utf-8", "replace")


def _classify(argv: Sequence[str], code: int, stderr: str) -> CloudError | None:
    """What gcloud's error means. The way out, and Google's reason for a refusal, stand in lines around it."""
    text = " ".join(line for line in stderr.splitlines() if not line.startswith("WARNING: "))
    call = f"`{' '.join(argv[:4])}` failed"
    return classified(meanings.MEANINGS, text, call=call, said=_message(stderr))


def _message(stderr: str) -> str:
    """The text behind `ERROR: (gcloud.compute.regions.list) `, and the ` - ` lines of failed requests."""
    lines = stderr.splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith("ERROR:")), 0)
    parts = [re.sub(r"ERROR: (\([\w.-]+\) )?", "", lines[start])] if lines else []
    parts += [line.strip(" -") for line in lines[start + 1 :] if line.startswith(" - ")]
    return " ".join(" ".join(parts).split())[:400]


def _billing_meaning(_: str, status: int, body: object) -> CloudError | None:
    """The error of a refusal, with the first sentence of Google's message."""
    (message,) = error_words(body, "message")
    return classified(_BILLING_MEANINGS, f"{status} {message}", said=message.partition(". ")[0].rstrip("."))
