# SPDX-License-Identifier: MIT
"""Fetches from the committed recording, process by process, with and without kept zones."""

from __future__ import annotations

import json
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import aws_api
from cloudlib.calls import debug, run
from cloudlib.calls.answers import Answer
from cloudlib.calls.recording import Recorder, Recording, read
from cloudlib.calls.run import CallLog
from cloudlib.catalog.records import Catalog
from cloudlib.provider import Request
from cloudlib.settings import CACHE
from providers.aws import zone_cache
from tests.support.tree import ROOT

ZONES, OFFERINGS = "aws ec2 describe-availability-zones", "aws ec2 describe-instance-type-offerings"
REGIONS = 30
COLD, WITH_CACHE = 77, 47
CREDENTIALS = b'{"AccessKeyId": "planted-key", "SecretAccessKey": "planted-secret"}'


class Vendor:
    """`aws`, answering as recorded, and how often each of its commands was started."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self.started: Counter[str] = Counter()
        self.change: Callable[[str, bytes], bytes] = lambda call, out: out
        self.keys: set[str] = set()

    def answer(
        self,
        call: str,
        argv: Sequence[str],
        log: CallLog,
        timeout: float,
        env: Mapping[str, str],
        *,
        asks: bool = False,
    ) -> Answer:
        """In place of the process."""
        log.take(call)
        self.started[call.partition(" --")[0]] += 1
        if asks:
            return Answer(call, out=CREDENTIALS)
        if "configure" in argv:
            return Answer(call, out=b"us-east-1\n")
        if "--version" not in argv:
            self.keys.add(env.get("AWS_ACCESS_KEY_ID", ""))
        answer = self._recording.answer(call)
        return replace(answer, out=self.change(call, answer.out))

    def fetch(
        self, folder: Path, *, every_region: bool = False, tape: Recorder | Recording | None = None
    ) -> Catalog:
        """The catalog, or that of one region; `started` then has the processes of this fetch alone."""
        self.started.clear()
        regions = () if every_region else ("us-east-1",)
        request = Request(log=CallLog(tape=tape), cache=folder, regions=regions, images=every_region)
        return aws_api.fetch(request)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return read(ROOT / "recordings" / "aws.jsonl.gz", name="aws.jsonl.gz")


@pytest.fixture
def vendor(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setattr(debug, "_KEPT_OUT", set())
    vendor = Vendor(recording)
    monkeypatch.setattr(run, "_answer", vendor.answer)
    yield vendor


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".cloud-cache"


def kept(folder: Path) -> Any:
    """The file as JSON."""
    return json.loads((folder / "aws-zones.json").read_text())


@pytest.mark.slow
def test_the_budgets(vendor: Vendor, folder: Path) -> None:
    cold = vendor.fetch(folder, every_region=True)
    assert vendor.started.total() == COLD + 1 and vendor.started[ZONES] == REGIONS
    assert vendor.started["aws configure export-credentials"] == 1 and vendor.keys == {"planted-key"}
    again = vendor.fetch(folder, every_region=True)
    assert vendor.started.total() == WITH_CACHE + 1 and vendor.started[ZONES] == 0
    assert (again.regions, again.zones) == (cold.regions, cold.zones)
    assert again.instance_types == cold.instance_types and again.images == cold.images
    before = kept(folder)
    assert len(before["regions"]) == REGIONS
    vendor.fetch(folder)
    assert vendor.started[ZONES] == 0 and kept(folder) == before, "a narrow question takes nothing away"


@pytest.mark.slow
def test_the_budget_has_room_for_the_prices_of_every_region(
    vendor: Vendor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the profile names the region: the types that only other regions have come last."""
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.setenv("CLOUD_PRICE_REGIONS", "all")
    catalog = vendor.fetch(folder, every_region=True)
    assert vendor.started.total() == COLD + 2 + REGIONS - 1
    assert not [notice for notice in catalog.provenance.notices if "no region described" in notice]


@pytest.mark.slow
def test_the_budget_has_room_for_the_fees_of_every_region_that_is_named(
    vendor: Vendor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usable = [r.name for r in vendor.fetch(folder, every_region=True).regions if r.available]
    monkeypatch.setenv("CLOUD_PRICE_REGIONS", ",".join(usable))
    vendor.fetch(folder, every_region=True)
    assert vendor.started.total() == WITH_CACHE + 1 + 3 * (REGIONS - 1)


def test_it_is_private_and_says_whose_it_is_by_a_digest(vendor: Vendor, folder: Path) -> None:
    vendor.fetch(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert f"{CACHE.name}/" in (ROOT / ".gitignore").read_text().splitlines()
    assert "000000000001" not in file.read_text() and "planted" not in file.read_text()


@pytest.mark.slow
def test_a_region_whose_offerings_name_other_zones_is_asked_anew(vendor: Vendor, folder: Path) -> None:
    vendor.fetch(folder)
    since, cold = kept(folder)["since"], vendor.started.total()
    vendor.change = lambda call, out: out.replace(b"us-east-1f", b"us-east-1z")
    names = [zone.name for zone in vendor.fetch(folder).zones]
    assert "us-east-1z" in names and "us-east-1f" not in names
    assert vendor.started[ZONES] == 1 and vendor.started.total() == cold
    vendor.fetch(folder)
    assert vendor.started[ZONES] == 0 and vendor.started.total() == cold - 1
    assert kept(folder)["since"] == since, "the 90 days of the others do not begin again"


def another_account(file: dict[str, Any]) -> None:
    file["account"] = "0" * 64


def too_old(file: dict[str, Any]) -> None:
    file["since"] = (datetime.now(timezone.utc) - timedelta(days=91)).isoformat()


def from_the_future(file: dict[str, Any]) -> None:
    file["since"] = (datetime.now(timezone.utc) + timedelta(days=1)).isoformat()


def no_time_zone(file: dict[str, Any]) -> None:
    file["since"] = "2026-01-01T00:00:00"


def another_version(file: dict[str, Any]) -> None:
    file["format"] = 2


def a_damaged_answer(file: dict[str, Any]) -> None:
    file["regions"]["eu-west-1"]["answer"]["AvailabilityZones"][0]["ZoneName"] = 5


def no_regions(file: dict[str, Any]) -> None:
    del file["regions"]


ABSENT = {
    another_account: "another account's",
    too_old: "they are of",
    from_the_future: "they are of",
    no_time_zone: "no time zone",
    another_version: "another version",
    a_damaged_answer: "not a text",
    no_regions: "has no regions",
}


@pytest.fixture
def whole(folder: Path) -> None:
    """A cache of one region that was written by keep()."""
    cache = zone_cache.load(folder, "123")
    row = {"ZoneName": "eu-west-1a", "ZoneId": "euw1-az1"}
    cache.keep(
        {"eu-west-1": zone_cache.Reader({"AvailabilityZones": [row]})},
        {"eu-west-1": {"m5.large": ["eu-west-1a"]}},
    )
    assert set(zone_cache.load(folder, "123").regions) == {"eu-west-1"}


@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("damage", ABSENT)
def test_what_cannot_be_used_counts_as_absent(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    damage: Callable[[dict[str, Any]], None],
) -> None:
    monkeypatch.setenv("DEBUG", "1")
    file = kept(folder)
    damage(file)
    (folder / "aws-zones.json").write_text(json.dumps(file))
    assert zone_cache.load(folder, "123").regions == {}
    assert ABSENT[damage] in capsys.readouterr().err


@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_what_is_no_cache_counts_as_absent(folder: Path, data: bytes) -> None:
    (folder / "aws-zones.json").write_bytes(data)
    assert zone_cache.load(folder, "123").regions == {}


def test_one_of_another_account_is_replaced(
    whole: zone_cache.ZoneCache, vendor: Vendor, folder: Path
) -> None:
    before = kept(folder)["account"]
    vendor.fetch(folder)
    assert vendor.started[ZONES] == 1 and kept(folder)["account"] != before
    vendor.fetch(folder)
    assert vendor.started[ZONES] == 0


def test_where_it_cannot_be_written_the_fetch_goes_on(
    vendor: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEBUG", "1")
    (tmp_path / "file").write_text("")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "link").symlink_to("theirs")
    whole = zone_cache.load(tmp_path / "link", "123")
    whole.keep({"r": zone_cache.Reader({"AvailabilityZones": []})}, {"r": {"m5.large": ["ra"]}})
    assert "could not be cached" in capsys.readouterr().err and list((tmp_path / "theirs").iterdir()) == []
    assert vendor.fetch(tmp_path / "file").zones
    assert "could not be cached" in capsys.readouterr().err


@pytest.mark.slow
def test_recorded_and_replayed_runs_do_not_use_it(vendor: Vendor, recording: Recording, folder: Path) -> None:
    vendor.fetch(folder, tape=Recorder("aws"))
    vendor.fetch(folder, tape=recording)
    assert not folder.exists()
    vendor.fetch(folder)
    before = (folder / "aws-zones.json").read_bytes()
    vendor.fetch(folder, tape=Recorder("aws"))
    assert vendor.started[ZONES] == 1, "a recording has every answer"
    assert (folder / "aws-zones.json").read_bytes() == before
