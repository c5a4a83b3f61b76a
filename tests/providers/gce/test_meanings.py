# SPDX-License-Identifier: MIT
"""What the messages of `gcloud` mean: logins, projects and the way to Google, each with its way out."""

from __future__ import annotations

import pytest

from cloudlib.errors import AccessDenied, CallFailed, CloudError, NoCredentials, NotSetUp, ServiceFailed
from providers.gce import calls

MESSAGES: list[tuple[str, type[CloudError], str]] = [
    ("This API method requires billing to be enabled. Enable it on project #1.", NotSetUp, "billing"),
    ("The billing account is not in good standing.", NotSetUp, "billing"),
    ("Billing account for project '1' is not found. Billing must be enabled.", NotSetUp, "billing"),
    ("The project property must be set to a valid project ID, not the project name [My Lab]", NotSetUp,
     "set project"),
    ("Some requests did not succeed:\n - Failed to find project my-lab", NotSetUp, "gcloud projects list"),
    ("The resource 'projects/my-lab' was not found", NotSetUp, "gcloud projects list"),
    ("Project 'projects/1' has been scheduled for deletion", NotSetUp, "gcloud projects list"),
    ("PERMISSION_DENIED: Compute Engine API is off.\n- '@type': x\n  reason: SERVICE_DISABLED", NotSetUp,
     "services enable"),
    ("PERMISSION_DENIED: Permission 'a.b' denied on resource. This command is authenticated as me which is "
     "the active account specified by the [core/account] property.", AccessDenied, "role"),
    ("Permission denied on resource project my-lab.", NotSetUp, "gcloud projects list"),
    ("Project 'my-lab' not found or deleted.", NotSetUp, "gcloud projects list"),
    ("Permission denied: Consumer 'project_number:1' has been suspended.", NotSetUp, "appeal"),
    ("Caller does not have required permission to use project my-lab.", AccessDenied, "serviceUsageConsumer"),
    ("Request had insufficient authentication scopes.", NoCredentials, "cloud-platform"),
    ("Reauthentication required. Please run: gcloud auth login", NoCredentials, "gcloud auth login"),
    ("('invalid_grant: reauth related error (invalid_rapt)', {})", NoCredentials, "gcloud auth login"),
    ("There was a problem refreshing your current auth tokens: x", NoCredentials, "gcloud auth login"),
    ("You do not currently have an active account selected.", NoCredentials, "gcloud auth login"),
    ("Odd thing.\nPlease run:\n\n  $ gcloud auth login\n", NoCredentials, "gcloud auth login"),
    ("Some requests did not succeed:\n - Invalid Credentials", NoCredentials, "gcloud auth login"),
    ("Failed to load credential file: [/k.json].  File /k.json was not found.", NoCredentials, "auth login"),
    ("Unable to read file [/t]: [Errno 2] No such file or directory: '/t'", NoCredentials, "auth login"),
    ("('Error code invalid_request: bad audience', '{}')", NoCredentials, "auth login"),
    ("Access was blocked by Context Aware Access. Do this.", NoCredentials, "administrator"),
    ("Your default credentials were not found.", NoCredentials, "gcloud auth login"),
    ("Request is missing required authentication credential.", NoCredentials, "gcloud auth login"),
    ("Unable to acquire impersonated credentials: 403", NoCredentials, "gcloud auth login"),
    ("Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: x", AccessDenied,
     "administrator"),
    ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self signed certificate", CallFailed,
     "custom_ca_certs_file"),
    ("Max retries exceeded (Caused by ProxyError('Cannot connect to proxy.', OSError('x')))", CallFailed,
     "NO_PROXY"),
    ("Tunnel connection failed: 407 Proxy Authentication Required", CallFailed, "NAME:PASSWORD"),
    ("gcloud crashed (OSError): Could not find a suitable TLS CA certificate bundle, invalid path: /x.pem",
     CallFailed, "custom_ca_certs_file"),
    ("gcloud failed to load: No module named 'imp'", NotSetUp, "install"),
    ("gcloud crashed (SSLError): Max retries exceeded (SSLEOFError(8, 'EOF occurred in violation'))",
     CallFailed, "HTTPS_PROXY"),
    ("HTTPError 504: Gateway Timeout", ServiceFailed, "later"),
    ("Some requests did not succeed:\n - Deadline expired before operation could complete.", ServiceFailed,
     "later"),
    ("Unable to find the server at compute.googleapis.com", ServiceFailed, "network"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "hint"), MESSAGES)
def test_messages(text: str, kind: type[CloudError], hint: str) -> None:
    error = calls._classify(["gcloud", "compute", "regions", "list"], 1, f"ERROR: (gcloud.compute) {text}\n")
    assert error is not None and type(error) is kind and hint in error.hint
    assert (error.exit_code == 3) == (kind in (NoCredentials, NotSetUp))


def test_what_stands_before_the_error_may_tell() -> None:
    said = "WARNING: the login ends soon: gcloud auth login\n{}\nERROR: (gcloud.compute) cannot ask here."
    for line, kind in (("Reauthentication required.", NoCredentials), ("", None)):
        error = calls._classify(["gcloud"], 1, said.format(line))
        assert error is None if kind is None else type(error) is kind


@pytest.mark.parametrize(
    "setting", ["CORE_VERBOSITY=none", "CORE_SHOW_STRUCTURED_LOGS=always", "CORE_USER_OUTPUT_ENABLED=false"]
)
def test_settings_that_hide_errors_and_answers_are_overridden(setting: str) -> None:
    """With the last one every list of gcloud is empty, with exit code 0."""
    name, _, value = setting.partition("=")
    assert calls._ENV[f"CLOUDSDK_{name}"] not in ("", value)
