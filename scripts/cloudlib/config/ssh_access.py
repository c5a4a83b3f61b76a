# SPDX-License-Identifier: MIT
"""Who may reach SSH on the nodes: the one policy, for cloud-check and for bringup."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from cloudlib.config.finding import NOTE, WARNING, Finding

#: The default of TERRAFORM_SSH_ALLOWED_CIDR: no machine but the node itself.
NOBODY = "127.0.0.1/32"
UNREACHABLE = f"no one can reach the nodes by SSH: TERRAFORM_SSH_ALLOWED_CIDR is still {NOBODY}"
FIX = (
    "make local CIDR=ADDRESS/32 with your own address, or TERRAFORM_SSH_ALLOWED_FROM_ANYWHERE=y for everyone"
)
_NO_FIREWALL = (
    "terraform sets no firewall here; the account's firewall decides who can reach SSH, see docs/terraform.md"
)
#: Ranges with fewer bits in their prefix are larger than any one network's: they count as the whole internet.
_WIDE = 8


def findings(cidr: str) -> Iterable[Finding]:
    """Of the range in TERRAFORM_SSH_ALLOWED_CIDR, which config.checks has checked.

    "" is a provider whose firewall terraform does not set.
    """
    if not cidr:
        yield Finding(NOTE, _NO_FIREWALL)
        return
    bits = ipaddress.IPv4Network(cidr).prefixlen
    if cidr == NOBODY:
        yield Finding(WARNING, UNREACHABLE, fix=FIX)
    elif bits < _WIDE:
        wide = f" ({cidr} amounts to that)" if bits else ""
        yield Finding(WARNING, f"the whole internet can reach SSH on the nodes{wide}")
