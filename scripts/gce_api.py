# SPDX-License-Identifier: MIT
"""Google Compute Engine: asks `gcloud` what it offers, and the billing catalogue what that costs.

One fetch starts gcloud 7 times and once for each 44 zones, and reads about ten pages of SKUs. It needs the
role compute.viewer; prices need the Cloud Billing API enabled in the project, and are done without, with a
notice, where it is not. Nothing is ever enabled or changed.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cloudlib.calls.parallel import Pool
from cloudlib.calls.retry import retried
from cloudlib.calls.run import CallLog, run_bytes, run_json
from cloudlib.catalog.records import Catalog, Image
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    CallFailed,
    CliMissing,
    CloudError,
    NoCredentials,
    NotSetUp,
    ServiceFailed,
    Throttled,
    TimedOut,
)
from cloudlib.menus.names import ImageNames, MenuNames, Results
from cloudlib.provider import RegionList, Request
from cloudlib.settings import call_timeout
from providers.gce.fetch import Fetch, Settings
from providers.gce.prices import PriceBook

NAME = "gce"
TITLE = "GCE"
SETUP_HINT = (
    "install the Google Cloud CLI (https://cloud.google.com/sdk/docs/install), then run `gcloud auth login`\n"
    "and `gcloud config set project PROJECT`; `gcloud compute regions list` must answer"
)
MENU_NAMES = MenuNames(
    provider=NAME,
    title=TITLE,
    switch="TERRAFORM_GCE",
    region_prefix="TERRAFORM_GCE_REGION_",
    zone_prefix="TERRAFORM_GCE_ZONE_",
    zones_gate=True,
    family_prefix="TERRAFORM_GCE_MACHINE_FAMILY_",
    type_prefix="TERRAFORM_GCE_MACHINE_",
    type_noun="machine type",
    types_folder="machine-types",
    results=Results("TERRAFORM_GCE_REGION", "TERRAFORM_GCE_MACHINE_TYPE", "TERRAFORM_GCE_ZONE"),
    images=ImageNames(
        prefix="TERRAFORM_GCE_",
        distro_prefix="TERRAFORM_GCE_DISTRO_",
        release_prefix="TERRAFORM_GCE_IMAGE_",
        coordinates={"IMAGE_PROJECT": "debian-cloud", "IMAGE_FAMILY": "debian-12"},
    ),
    states_kvm=False,
)

_TIMEOUT = 120.0

#: What has to hold for an answer to be whole, and for gcloud to ask and change nothing. It wins over what the
#: caller's environment says. Without the first a refused zone ends in exit 0 and a shorter list.
_ENV = {
    "CLOUDSDK_COMPUTE_ALLOW_PARTIAL_ERROR": "false",
    "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
    "CLOUDSDK_CORE_SHOULD_PROMPT_TO_ENABLE_API": "false",
    "CLOUDSDK_SURVEY_DISABLE_PROMPTS": "true",
    "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true",
    "CLOUDSDK_CORE_DISABLE_FILE_LOGGING": "true",  # halves the CPU time of a start, and no list is kept
}

_NETWORK = (
    r"Connection aborted|Connection refused|Max retries exceeded|Failed to resolve|Unable to find the server"
)
_MEANINGS: tuple[tuple[str, type[CloudError], str], ...] = (
    (r"timed out", TimedOut, "CLOUD_CALL_TIMEOUT=SECONDS allows more time; check the network"),
    (_NETWORK, ServiceFailed, "check the network, then run the command again"),
    (
        r"required property \[project\]",
        NotSetUp,
        "run `gcloud config set project PROJECT`, or set CLOUDSDK_CORE_PROJECT",
    ),
    (
        r"has not been used in project|API .*is (?:disabled|not enabled)|SERVICE_DISABLED",
        NotSetUp,
        "nothing was enabled; if you want it: `gcloud services enable compute.googleapis.com`",
    ),
    (
        r"active account|refreshing (?:your current )?auth tokens|invalid_grant|[Rr]eauthentication|"
        r"invalid authentication credentials",
        NoCredentials,
        SETUP_HINT,
    ),
    (
        r"[Qq]uota exceeded|rateLimitExceeded|Rate Limit Exceeded|Too Many Requests|RESOURCE_EXHAUSTED",
        Throttled,
        "wait a few minutes and run the command again",
    ),
    (
        r"permission for|PERMISSION_DENIED|does not have permission|Permission .* denied|forbidden",
        AccessDenied,
        "docs/cloud-configuration.md names the role that the query needs",
    ),
    (
        r"currently unavailable|[Bb]ackend ?[Ee]rror|[Ii]nternal (?:server )?error|Server Error|Bad Gateway|"
        r"UNREACHABLE|UNAVAILABLE",
        ServiceFailed,
        "run the command again later",
    ),
    (r"was not found", CallFailed, "`gcloud config get project` tells which project is asked"),
    (r"gcloud crashed", BadReply, "run the command again; DEBUG=1 shows every call"),
)


def run_gcloud(words: Sequence[str], columns: Sequence[str], *, log: CallLog) -> list[list[str]]:
    """Run a `gcloud … list` and return its rows, with the named columns as text, "" for what a row lacks.

    gcloud writes a csv in a third of the CPU time of a JSON; columns come untransformed, memoryMb in MiB.
    Throttling and passing faults are tried again. Raises CliMissing, NoCredentials, NotSetUp, AccessDenied,
    Throttled, ServiceFailed, TimedOut, BadReply or CallFailed; a list that is not whole is never returned.
    """
    form = f"--format=csv[no-heading,no-transforms]({','.join(columns)})"
    text = _run_text(("gcloud", *words, form), log)
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    if any(len(row) != len(columns) for row in rows):
        raise BadReply(f"`gcloud {' '.join(words[:3])}` wrote rows without all their columns", hint=_AGAIN)
    return rows


_AGAIN = "run the command again; DEBUG=1 shows every call"


def _run_text(argv: Sequence[str], log: CallLog) -> str:
    def once() -> bytes:
        return run_bytes(argv, log=log, timeout=call_timeout(_TIMEOUT), env=_ENV, classify=_classify)

    try:
        return retried(once, log).decode("utf-8", "replace")
    except CliMissing as error:
        raise CliMissing(error.what, hint=SETUP_HINT) from None


def _classify(argv: Sequence[str], code: int, stderr: str) -> CloudError | None:
    """gcloud tells no status, so its words have to do."""
    said = _said(stderr)
    for pattern, kind, hint in _MEANINGS:
        if re.search(pattern, said):
            return kind(f"`{' '.join(argv[:4])}` failed: {said}", hint=hint)
    return None


def _said(stderr: str) -> str:
    """The message behind `ERROR: (gcloud.compute.regions.list) `, and the ` - ` lines of failed requests."""
    lines = stderr.splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith("ERROR:")), 0)
    words = [re.sub(r"ERROR: (\([\w.-]+\) )?", "", lines[start])] if lines else []
    words += [line.strip(" -") for line in lines[start + 1 :] if line.startswith(" - ")]
    return " ".join(" ".join(words).split())[:400]


def _settings(log: CallLog) -> Settings:
    """Version, and the region of the configuration; that of its zone where no region is set."""
    argv = ("gcloud", "info", "--format=json(basic.version,config.properties.compute)")
    try:
        answer = run_json(argv, log=log, timeout=call_timeout(_TIMEOUT), env=_ENV, classify=_classify)
        compute = (answer["config"]["properties"] or {}).get("compute") or {}
        zone, region = ((compute.get(key) or {}).get("value") or "" for key in ("zone", "region"))
        return Settings(str(answer["basic"]["version"]), region or zone.rpartition("-")[0])
    except CliMissing as error:
        raise CliMissing(error.what, hint=SETUP_HINT) from None
    except (AttributeError, LookupError, TypeError) as error:
        raise BadReply("`gcloud info` does not tell its version and settings", hint=_AGAIN) from error


def _price_book(log: CallLog) -> PriceBook:
    """The billing catalogue, read with a token of gcloud's that is kept nowhere."""
    from providers.gce.billing import price_book  # requests costs 0.1 s to import: only where it is needed

    token = _run_text(("gcloud", "auth", "print-access-token"), log).strip()
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise NoCredentials("gcloud gives no access token of the usual form", hint=SETUP_HINT)
    return price_book(token, log)


def fetch(request: Request) -> Catalog:
    """Everything Compute Engine offers, or with `request.regions` what it offers there."""
    with Pool(request.log) as pool:
        return _job(request, pool).run()


def list_regions(request: Request) -> RegionList:
    """Regions and zones: three calls. Where a region is, only a whole fetch tells: so as it was known."""
    known = {r.name: r.long_name for r in request.known.regions} if request.known else {}
    with Pool(request.log) as pool:
        job = _job(request, pool)
        job.locate()
    regions = tuple(replace(r, long_name=known.get(r.name, "")) for r in job.regions)
    return RegionList(regions, job.zones)


def list_images(request: Request) -> tuple[Image, ...]:
    """The image streams alone: two calls."""
    with Pool(request.log) as pool:
        return _job(request, pool).images()


#: Where terraform's google provider looks for the project, in its order:
#: https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/provider_reference
_PROJECT_VARIABLES = ("GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT")


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
        raise NotSetUp("no project of Google Cloud is chosen", hint=hint)
    return {"GOOGLE_PROJECT": project}


def _job(request: Request, pool: Pool) -> Fetch:
    log = request.log
    return Fetch(
        request,
        pool,
        ask=lambda words, columns: run_gcloud(words, columns, log=log),
        settings=lambda: _settings(log),
        book=lambda: _price_book(log),
    )
