# SPDX-License-Identifier: MIT
"""What scripts of kdevops import from a `lambdalabs_api`, under its names and with its answers.

https://github.com/linux-kdevops/kdevops, scripts/: lambdalabs_select_tier.py, lambdalabs_check_capacity.py.
"""

from __future__ import annotations

from typing import Any

from cloudlib.calls.run import CallLog
from cloudlib.errors import NoCredentials
from cloudlib.provider import Request
from providers.lambdalabs import parse
from providers.lambdalabs.calls import Client, Key, find_key


def get_api_key() -> str:
    """The key of the environment or the credentials file; "" without one, which its callers test."""
    try:
        return find_key().value
    except NoCredentials:
        return ""


def get_instance_types_with_capacity(api_key: str) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The types as the API describes them, and the regions with capacity of each. Raises a CloudError."""
    answer = Client(Key(api_key), Request(log=CallLog("lambdalabs"))).answer("instance-types")
    regions = {name: [region.name for region in there] for name, there in parse.capacity(answer).items()}
    return {name: about.value for name, about in answer.entries("data")}, regions
