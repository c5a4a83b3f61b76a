# SPDX-License-Identifier: MIT
"""The machines of a subscription that this project made, by the tag that terraform/azure/main.tf sets."""

from __future__ import annotations

import re

from cloudlib.calls.run import CallLog
from cloudlib.calls.shape import Reader
from cloudlib.catalog import limits
from cloudlib.provider import Tagged
from cloudlib.terraform.age import moment
from providers.azure.calls import ResourceManager, login
from providers.azure.pages import pages
from providers.azure.parse import name_of

_MACHINES = "/providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01"
#: /subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/virtualMachines/V
_ID = limits.Form("the id of a machine", re.compile(r"/subscriptions/[A-Za-z0-9._()/-]{1,500}"))


def find(prefix: str, missed: dict[str, str]) -> list[Tagged]:
    """Machines that are deallocated too, as their disks cost.

    https://learn.microsoft.com/rest/api/compute/virtual-machines/list-all
    """
    arm = ResourceManager(login(log := CallLog("azure")), log)
    read = pages(arm.base + _MACHINES, arm.get, "machines", items="value", link="nextLink")
    rows = [row for page in read for row in page]
    return [_tagged(row) for row in rows if row.maybe_at("tags").maybe_text("managed-by") == "cloud-kconfig"]


def _tagged(row: Reader) -> Tagged:
    about, identity = row.maybe_at("properties"), row.name("id", _ID)
    return Tagged(
        id=identity,
        name=row.name("name"),
        instance_type=about.maybe_at("hardwareProfile").maybe_text("vmSize"),
        region=name_of(row.maybe_text("location")),
        since=moment(about.maybe_text("timeCreated")),
        end=f"az vm delete --yes --ids '{identity}'",
    )
