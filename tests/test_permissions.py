# SPDX-License-Identifier: MIT
"""The policies in the docs against the calls that are made, as the recordings and the tables have them."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.support.tree import ROOT

QUERY, BRINGUP = ROOT / "docs" / "administrators.md", ROOT / "docs" / "permissions.md"
#: Calls of the vendors' commands that stay on this machine, or ask for a token.
_OF_THE_COMMAND = re.compile(r"aws --version|az (account|version)|gcloud (auth|info)")


def calls(provider: str) -> Iterator[str]:
    """What a fetch of everything asks a cloud."""
    with gzip.open(ROOT / "recordings" / f"{provider}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            call = json.loads(line).get("call", "")
            if call and not _OF_THE_COMMAND.match(call):
                yield call


def policies(page: str) -> Iterator[Any]:
    """The indented JSON objects of a page, each of which has to be whole."""
    for match in re.finditer(r"^    \{\n(?:    .*\n)+?    \}$", page, re.MULTILINE):
        yield json.loads(match[0])


def camel(words: str) -> str:
    """`describe-images` -> `DescribeImages`."""
    return "".join(word.capitalize() for word in words.split("-"))


def test_the_query_of_aws() -> None:
    policy, _ = policies(QUERY.read_text("utf-8"))
    made = {f"{call.split()[1]}:{camel(call.split()[2])}" for call in calls("aws")}
    assert {*policy["Statement"][0]["Action"]} == made and len(made) > 5


def test_the_query_of_azure() -> None:
    _, role = policies(QUERY.read_text("utf-8"))
    made = set()
    for call in calls("azure"):
        url = urlsplit(call.removeprefix("GET "))
        if url.hostname == "management.azure.com":
            resources = "/Microsoft.Resources/subscriptions/"
            path = re.sub(r"/subscriptions/[^/]+/(?!providers/)", resources, url.path)
            path = re.sub(r".*/providers/", "/", path)
            path = re.sub(r"/(locations|publishers|artifacttypes|offers|skus)/[^/]+", r"/\1", path)
            made.add(f"{path[1:]}/read".lower())
    assert {action.lower() for action in role["Actions"]} == made and len(made) > 3


def test_the_query_of_gce() -> None:
    told = set(re.findall(r"`compute\.(\w+)\.list`", QUERY.read_text("utf-8")))
    asked = {call.split()[2] for call in calls("gce") if call.startswith("gcloud compute ")}
    made = {camel(name)[0].lower() + camel(name)[1:] for name in asked}
    assert made == told | {"images"}, "public images need no right of the project"


def test_the_tables_and_the_policies_of_bringup_say_the_same() -> None:
    page = BRINGUP.read_text("utf-8")
    policy, role = policies(page)
    aws = page.partition("## AWS")[2].partition("## Azure")[0]
    listed = set(re.findall(r"`([A-Z]\w+)`", "".join(re.findall(r"^\|.*", aws, re.MULTILINE))))
    granted: set[str] = set()
    for statement in policy["Statement"]:
        actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        granted |= {action.removeprefix("ec2:") for action in actions if action.startswith("ec2:")}
    rules = {f"{verb}SecurityGroup{way}" for verb in ("Authorize", "Revoke") for way in ("Ingress", "Egress")}
    assert granted - {"Describe*"} == listed | rules
    created = {action for action in granted if action.startswith(("Create", "Import", "Run"))}
    (tags,) = (s for s in policy["Statement"] if s["Sid"] == "TagWhatIsMade")
    made = {*tags["Condition"]["StringEquals"]["ec2:CreateAction"]}
    assert created - {"CreateTags", "CreateRoute"} <= made, "what is made is tagged, or nothing may change it"
    assert len({*role["Actions"]}) == len(role["Actions"])
    for kind in ("Compute", "Network"):
        assert any(a.startswith(f"Microsoft.{kind}/locations/operations/") for a in role["Actions"])
