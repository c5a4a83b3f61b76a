# SPDX-License-Identifier: MIT
"""Settings of a fetch that mean the same for every provider: whose prices, and where an API is."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from urllib.parse import urlsplit

from cloudlib.errors import UsageError


def price_regions(home: str, asked: Sequence[str]) -> tuple[str, ...]:
    """The regions whose prices are wanted, the default region first.

    CLOUD_PRICE_REGIONS: unset for the default region, `all`, or names with commas between.
    """
    wish = os.environ.get("CLOUD_PRICE_REGIONS", "").strip()
    if wish == "all":
        return tuple(asked)
    names = [name.strip() for name in wish.split(",") if name.strip()]
    unknown = [name for name in names if name not in asked]
    if unknown:
        raise UsageError(
            f"CLOUD_PRICE_REGIONS names regions that are not asked: {', '.join(unknown)}",
            hint=f"all, or some of: {', '.join(asked)}",
        )
    return tuple(dict.fromkeys((home, *names)))


def base_url(variable: str, default: str) -> str:
    """The address in an environment variable, or the default, with a slash at its end.

    UsageError where credentials sent there could be read on the way.
    """
    base = os.environ.get(variable, "") or default
    parts = urlsplit(base)
    if not parts.hostname or parts.scheme not in ("https", "http") or "@" in parts.netloc or parts.query:
        raise UsageError(f"{variable} is no plain https address", hint=f"for example {default}")
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise UsageError(
            f"{variable}: the credentials would go to {parts.hostname} unencrypted", hint="use https://"
        )
    return base.rstrip("/") + "/"


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
