# SPDX-License-Identifier: MIT
"""Who may reach SSH on the nodes: the one policy, for cloud-check and for bringup."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from cloudlib.config.finding import ERROR, NOTE, WARNING, Finding

#: The default of TERRAFORM_SSH_ALLOWED_CIDR: no machine but the node itself.
NOBODY = "127.0.0.1/32"
UNREACHABLE = f"nobody could reach the nodes by SSH: TERRAFORM_SSH_ALLOWED_CIDR is still {NOBODY}"
WAYS_IN = ("your own address as ADDRESS/32", "TERRAFORM_SSH_ALLOWED_FROM_ANYWHERE=y")
_NO_FIREWALL = (
    "terraform sets no firewall here; the account's own says who may reach SSH, see docs/terraform.md"
)
#: Ranges with fewer bits in their prefix are larger than any one network's.
_WIDE = 8


def findings(cidr: str) -> Iterable[Finding]:
    """Of the range in TERRAFORM_SSH_ALLOWED_CIDR; "" is a provider whose firewall terraform does not set.

    terraform and the clouds refuse an address without its /32, and a range with bits behind its prefix.
    """
    if not cidr:
        what = (
            "terraform sets no firewall here; the account's own says who may reach SSH, see docs/terraform.md"
        )
        yield Finding(NOTE, what)
        return
    try:
        interface = ipaddress.IPv4Interface(cidr)
    except ValueError:
        yield Finding(ERROR, f"TERRAFORM_SSH_ALLOWED_CIDR is {cidr!r}, which is not an IPv4 range")
        return
    if cidr == NOBODY:
        yield Finding(WARNING, UNREACHABLE, WAYS_IN)
    elif cidr != str(interface.network):
        near = tuple(dict.fromkeys((f"{interface.ip}/32", str(interface.network))))
        yield Finding(ERROR, f"TERRAFORM_SSH_ALLOWED_CIDR is {cidr!r}, which is not a range", near)
    elif interface.network.prefixlen == 0:
        yield Finding(NOTE, "the whole internet may reach SSH on the nodes")
    elif interface.network.prefixlen < _WIDE:
        yield Finding(NOTE, f"a large part of the internet, {cidr}, may reach SSH on the nodes")
