# SPDX-License-Identifier: MIT
"""What the messages of `gcloud` mean: logins, projects and the way to Google, each with its way out."""

from __future__ import annotations

import pytest

from cloudlib.errors import AccessDenied, CallFailed, CloudError, NoCredentials, NotSetUp, ServiceFailed
from providers.gce import calls

MESSAGES: list[tuple[str, type[CloudError], str]] = [
    ("This API method requires billing to be enabled. Enable it on project #1.", NotSetUp, "billing"),
    ("Permission denied on resource project my-lab.", NotSetUp, "gcloud projects list"),
    ("Project 'my-lab' not found or deleted.", NotSetUp, "gcloud projects list"),
    ("Permission denied: Consumer 'project_number:1' has been suspended.", NotSetUp, "appeal"),
    ("Caller does not have required permission to use project my-lab.", AccessDenied, "serviceUsageConsumer"),
    ("Request had insufficient authentication scopes.", NoCredentials, "cloud-platform"),
    ("Reauthentication required. Please run: gcloud auth login", NoCredentials, "gcloud auth login"),
    ("('invalid_grant: reauth related error (invalid_rapt)', {})", NoCredentials, "gcloud auth login"),
    ("There was a problem refreshing your current auth tokens: x", NoCredentials, "gcloud auth login"),
    ("You do not currently have an active account selected.", NoCredentials, "gcloud auth login"),
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
    ("Unable to find the server at compute.googleapis.com", ServiceFailed, "network"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "hint"), MESSAGES)
def test_messages(text: str, kind: type[CloudError], hint: str) -> None:
    error = calls._classify(["gcloud", "compute", "regions", "list"], 1, f"ERROR: (gcloud.compute) {text}\n")
    assert error is not None and type(error) is kind and hint in error.hint
    assert (error.exit_code == 3) == (kind in (NoCredentials, NotSetUp))
