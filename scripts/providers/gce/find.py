# SPDX-License-Identifier: MIT
"""The instances of a project that this suite made, by the label that terraform/gce/main.tf sets."""

from __future__ import annotations

from cloudlib.calls.run import CallLog
from cloudlib.catalog import limits
from cloudlib.errors import BadReply
from cloudlib.provider import Tagged
from cloudlib.terraform.age import moment
from providers.gce import calls

_COMMAND = ("compute", "instances", "list", "--filter=labels.managed-by=cloud-kconfig")
_COLUMNS = ("name", "zone", "machineType", "creationTimestamp", "selfLink")


def find(prefix: str, missed: dict[str, str]) -> list[Tagged]:
    """One call for all zones. https://cloud.google.com/compute/docs/reference/rest/v1/instances"""
    return [_tagged(row) for row in calls.run_gcloud(_COMMAND, _COLUMNS, CallLog(calls.NAME))]


def _tagged(row: list[str]) -> Tagged:
    name, zone, machine_type, since, link = row
    zone, machine_type = (url.rpartition("/")[2] for url in (zone, machine_type))
    for text in (name, zone, machine_type):
        if not limits.NAME.fits(text):
            raise BadReply(f"gce: {limits.shown(text)} is not {limits.NAME}")
    return Tagged(
        id=f"projects/{link.partition('/projects/')[2]}",
        name=name,
        instance_type=machine_type,
        region=zone.rpartition("-")[0],
        since=moment(since),
        end=f"gcloud compute instances delete {name} --zone {zone}",
    )
