# SPDX-License-Identifier: MIT
"""The chosen place of terraform's state -> backend.tf.json, which terraform reads beside the module.

No credential is in it: terraform's backends take theirs from the environment.
https://developer.hashicorp.com/terraform/language/backend
"""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from cloudlib.errors import ConfigRejected
from cloudlib.provider import Variables
from cloudlib.settings import is_loopback
from cloudlib.terraform.backend import FILE

NAME = FILE


def text(values: Variables, provider: str) -> str:
    """The text of the file; "" for a local state. Raises ConfigRejected for an address that would leak."""
    kind = str(values.get("terraform_backend", "local"))
    if kind == "local":
        return ""
    prefix = str(values["terraform_hosts_prefix"])
    key = f"cloud-kconfig/{prefix}/{provider}"
    body = {
        "s3": _s3,
        "gcs": lambda v, k: {"bucket": v["terraform_backend_bucket"], "prefix": k},
        "azurerm": _azurerm,
        "pg": lambda v, k: {"schema_name": re.sub(r"\W", "_", k)},
        "http": _http,
    }[kind](values, key)
    return json.dumps({"terraform": {"backend": {kind: body}}}, indent=2) + "\n"


def _s3(values: Variables, key: str) -> dict[str, object]:
    body: dict[str, object] = {
        "bucket": values["terraform_backend_bucket"],
        "region": values["terraform_backend_s3_region"],
        "key": f"{key}/terraform.tfstate",
        "encrypt": True,
        "use_lockfile": True,
    }
    if values.get("terraform_backend_s3_compatible"):
        known_by_aws_alone = ("credentials_validation", "region_validation", "requesting_account_id")
        body |= {f"skip_{what}": True for what in (*known_by_aws_alone, "metadata_api_check", "s3_checksum")}
        endpoint = _address(values, "terraform_backend_s3_endpoint")
        body |= {"use_path_style": True, "endpoints": {"s3": endpoint}}
    return body


def _azurerm(values: Variables, key: str) -> dict[str, object]:
    start = "terraform_backend_azurerm"
    return {
        "resource_group_name": values[f"{start}_resource_group"],
        "storage_account_name": values[f"{start}_storage_account"],
        "container_name": values[f"{start}_container"],
        "key": f"{key}/terraform.tfstate",
    }


def _http(values: Variables, key: str) -> dict[str, object]:
    address = f"{_address(values, 'terraform_backend_http_address').rstrip('/')}/{key}"
    return {"address": address, "lock_address": address, "unlock_address": address}


def _address(values: Variables, key: str) -> str:
    """An https address without a password in it, or http on this machine itself."""
    address = str(values[key])
    parts = urlsplit(address)
    plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if not parts.hostname or "@" in parts.netloc or parts.query or not (plain or parts.scheme == "https"):
        raise ConfigRejected(
            f"{key.upper()} must be an https address with no user or password in it",
            unchanged="extra_vars.yaml",
            hint="make menuconfig; credentials come from the environment (docs/terraform.md)",
        )
    return address
