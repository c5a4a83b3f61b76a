# SPDX-License-Identifier: MIT
"""What the error messages of `gcloud` mean."""

from __future__ import annotations

from cloudlib.calls.classify import Meaning, certificates_and_proxies, unreachable
from cloudlib.calls.left_out import SEE_CALLS
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    CallFailed,
    NoCredentials,
    NotSetUp,
    ServiceFailed,
    Throttled,
    TimedOut,
)

SETUP_HINT = (
    "run `gcloud auth login` and `gcloud config set project PROJECT`;\n"
    "`gcloud compute regions list` must answer"
)
INSTALL_HINT = f"install the Google Cloud CLI: https://cloud.google.com/sdk/docs/install\nthen {SETUP_HINT}"

MEANINGS = (
    *certificates_and_proxies("gcloud config set core/custom_ca_certs_file /path/to/its/ca.pem"),
    Meaning("timed out", TimedOut, hint="CLOUD_CALL_TIMEOUT=SECONDS allows more time; check the network"),
    unreachable(),
    Meaning(
        r"required property \[project\]|must be set to a valid project ID|Unknown project id",
        NotSetUp,
        hint="run `gcloud config set project PROJECT`, or set CLOUDSDK_CORE_PROJECT",
    ),
    Meaning(
        r"has not been used in project|API .*is (?:disabled|not enabled)|API \[\S+\] not enabled|"
        r"SERVICE_DISABLED",
        NotSetUp,
        hint="nothing was enabled; if you want it: `gcloud services enable compute.googleapis.com`",
    ),
    Meaning(
        r"BILLING_DISABLED|requires billing to be enabled|"
        r"[Bb]illing (?:is |account .{0,60})(?:disabled|not enabled|closed|not found|not in good standing)|"
        r"[Bb]illing must be enabled",
        NotSetUp,
        "the project has no billing account, which Compute Engine asks for",
        "`gcloud billing projects link PROJECT --billing-account=ID` gives it one,\n"
        "or use a project that has one: `gcloud config set project PROJECT`",
    ),
    Meaning(
        r"CONSUMER_SUSPENDED|has been suspended|[Pp]roject .{0,60}suspended",
        NotSetUp,
        "Google has suspended the project",
        "its owner can appeal in the console; `gcloud config set project PROJECT` uses another one",
    ),
    Meaning(
        r"CONSUMER_INVALID|denied on resource project|[Pp]roject '?[\w:.-]+'? (?:not found|has been deleted)|"
        r"[Pp]roject .{0,60}(?:not found or deleted|deleted|scheduled for deletion)|Failed to find project|"
        r"resource 'projects/[\w:.-]+' was not found",
        NotSetUp,
        "the project does not exist, or this account may not use it",
        "`gcloud projects list` lists the account's projects; `gcloud config set project PROJECT` uses one",
    ),
    Meaning(
        r"USER_PROJECT_DENIED|required permission to use project",
        AccessDenied,
        "this account may not use the project for its calls",
        "it needs the role roles/serviceusage.serviceUsageConsumer,\n"
        "or another quota project: `gcloud config set billing/quota_project PROJECT`",
    ),
    Meaning(
        r"SCOPE_INSUFFICIENT|insufficient authentication scopes",
        NoCredentials,
        "gcloud's credentials are not meant for Compute Engine",
        "on a virtual machine: `gcloud auth login`, or stop it and give it the scope cloud-platform",
    ),
    Meaning(
        r"Context[ -]Aware Access",
        NoCredentials,
        "gcloud gets no token on this machine",
        "ask the organization's administrator to permit it in Context-Aware Access",
    ),
    # Refused calls name "the active account" too.
    Meaning(
        r"active account selected|does not have any valid credentials|"
        r"refreshing (?:your current )?auth tokens|invalid_grant|invalid_rapt|rapt_required|(?i:reauth)|"
        r"(?i:(?:invalid|missing required) (?:authentication )?credentials?\b|"
        r"credentials (?:were not found|are invalid|have expired|could not be))|"
        r"impersonated credentials|subject token|Error code invalid_\w+|serviceAccounts\.getAccessToken|"
        r"Failed to load credential file|Unable to read file|File \S+ was not found|ACCESS_TOKEN_EXPIRED|"
        r"gcloud auth (?:application-default )?login",
        NoCredentials,
        hint=SETUP_HINT,
    ),
    Meaning(
        r"vpcServiceControls|prohibited by organization's policy",
        AccessDenied,
        "VPC Service Controls of the organization refuse the call",
        "ask the organization's administrator for access from this network",
    ),
    Meaning(
        r"[Qq]uota exceeded|rateLimitExceeded|Rate Limit Exceeded|Too Many Requests|RESOURCE_EXHAUSTED",
        Throttled,
        hint="wait a few minutes and run the command again",
    ),
    Meaning(
        r"permission for|PERMISSION_DENIED|does not have permission|Permission .* denied|forbidden",
        AccessDenied,
        hint="docs/administrators.md names the role that the query needs",
    ),
    Meaning(
        r"currently unavailable|[Bb]ackend ?[Ee]rror|[Ii]nternal (?:server )?error|Server Error|Bad Gateway|"
        r"HTTPError 5\d\d|UNREACHABLE|UNAVAILABLE|DEADLINE_EXCEEDED|Deadline expired",
        ServiceFailed,
        hint="run the command again later",
    ),
    Meaning("was not found", CallFailed, hint="`gcloud config get project` prints the project in use"),
    Meaning("gcloud failed to load", NotSetUp, "this gcloud cannot be started", "install it again"),
    Meaning("gcloud crashed", BadReply, hint=SEE_CALLS),
)

#: `STATUS message` of the billing catalog; other statuses mean what they mean everywhere.
