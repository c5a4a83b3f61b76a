# SPDX-License-Identifier: MIT
"""The instances of an account that this project made, by the tag that terraform/aws/main.tf sets."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlib.calls.parallel import Pool
from cloudlib.calls.run import CallLog
from cloudlib.calls.shape import Reader
from cloudlib.catalog import limits
from cloudlib.errors import CallFailed
from cloudlib.provider import Tagged
from cloudlib.terraform.age import moment
from providers.aws import calls
from providers.aws.parse import regions

#: A machine that is stopped still costs its volumes.
_STATES = "pending,running,stopping,stopped"
_COMMAND = (
    *("ec2", "describe-instances", "--filters", "Name=tag:managed-by,Values=cloud-kconfig"),
    f"Name=instance-state-name,Values={_STATES}",
)


def find(prefix: str, missed: dict[str, str]) -> list[Tagged]:
    """Ask every region that the account can use, a call each. Raises what the last one does if all do."""
    log = CallLog(calls.NAME)
    found: list[Tagged] = []
    failed: CallFailed | None = None
    with Pool(log) as pool:
        every = regions(calls.ask(calls.REGIONS, calls.default_region(log), log))
        tasks = {r.name: pool.start(calls.ask, _COMMAND, r.name, log) for r in every if r.available}
        for region, task in tasks.items():
            try:
                found += _instances(task.result(), region)
            except CallFailed as error:
                failed, missed[region] = error, error.what
    if failed and len(missed) == len(tasks):
        raise failed
    return found


def _instances(answer: Reader, region: str) -> Iterator[Tagged]:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html"""
    for reservation in answer.maybe_rows("Reservations"):
        for row in reservation.maybe_rows("Instances"):
            tags = {tag.maybe_text("Key"): tag.maybe_text("Value") for tag in row.maybe_rows("Tags")}
            identity = row.name("InstanceId")
            yield Tagged(
                id=identity,
                name=limits.line(tags.get("Name", "")),
                instance_type=row.name("InstanceType"),
                region=region,
                since=moment(row.maybe_text("LaunchTime")),
                end=f"aws ec2 terminate-instances --region {region} --instance-ids {identity}",
            )
