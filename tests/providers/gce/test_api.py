# SPDX-License-Identifier: MIT
"""The Compute Engine provider against a loopback Google Cloud: what it fetches, and what it makes of faults.

What depends on gcloud runs twice: with the tests' own, and with the real one under `make test-gce`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

import gce_api
from cloudlib.calls import retry
from cloudlib.calls.run import CallLog
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog import merge
from cloudlib.catalog.records import Catalog, Gpu, InstanceType, LocalDisks
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    BudgetExceeded,
    CatalogError,
    CliMissing,
    CloudError,
    NoCredentials,
    NotSetUp,
    ServiceFailed,
    ShortAnswer,
    Throttled,
    TimedOut,
    UsageError,
)
from cloudlib.menus import render as menus
from cloudlib.provider import Request
from providers.gce import fetch as gce_fetch
from tests.servers import gce_faults as faults
from tests.servers.gce_data import MachineType, sku
from tests.servers.gce_server import TOKEN, GceServer, error, json_reply
from tests.servers.gce_small import small
from tests.servers.http_base import Fault
from tests.support.costly import mostly_slow
from tests.support.gce import environment, install

IOWA, BELGIUM, TURIN = "us-central1", "europe-west1", "europe-west12"
PROCESSES = 8  # for 13 zones


#: For what is not gcloud's doing: the real one would only take its time.
fake_alone = pytest.mark.parametrize("cloud", ["fake"], indirect=True)


@dataclass
class Cloud:
    """A server, the starts of gcloud that were written down, and a time limit that a good call keeps."""

    server: GceServer
    log: Path
    limit: str

    def starts(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.real_gce)])
def cloud(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Cloud]:
    """The small cloud, with no pauses between tries."""
    monkeypatch.setattr(retry, "_FIRST_WAIT", 0.0)
    log = install(tmp_path / "bin", real=request.param == "real")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    with GceServer() as server:
        for name, value in environment(server, tmp_path).items():
            monkeypatch.setenv(name, value)
        yield Cloud(server, log, "6" if request.param == "real" else "1.5")
        assert server.errors == []


def fetch(**wishes: object) -> tuple[Catalog, Request]:
    request = Request(log=CallLog(), **wishes)  # type: ignore[arg-type]
    return gce_api.fetch(request), request


def failure(kind: type[CloudError]) -> CloudError:
    with pytest.raises(CloudError) as caught:
        fetch()
    assert type(caught.value) is kind, caught.value.what
    assert caught.value.hint and TOKEN not in caught.value.what + caught.value.hint
    return caught.value


def without_prices() -> str:
    """Why a fetch got no prices, while all types are there and the known prices stay."""
    second, _ = fetch()
    assert len(second.instance_types) == 21 and all(k.prices == {} for k in second.instance_types)
    (part,) = second.provenance.not_reached
    assert part == f"prices of {IOWA}"
    return second.provenance.not_reached[part]


def by_name(catalog: Catalog) -> dict[str, InstanceType]:
    return {k.name: k for k in catalog.instance_types}


# --- what is fetched ---


def test_a_fetch(cloud: Cloud) -> None:
    catalog, request = fetch()
    assert [r.name for r in catalog.regions] == ["asia-east1", BELGIUM, TURIN, IOWA]
    assert {r.name: r.long_name for r in catalog.regions}[TURIN] == "Turin"
    assert catalog.default_region == IOWA and len(catalog.zones) == 13
    kinds = by_name(catalog)
    assert len(kinds) == 21 and "m2-ultramem2x-96" not in kinds, "obsolete"
    gpu = kinds["a2-highgpu-1g"]
    assert gpu.gpus == (Gpu("NVIDIA A100", 1, 40 * 1024),) and gpu.category == "GPU"
    assert gpu.zones == ("us-central1-a", "us-central1-c") and gpu.regions == (IOWA,)
    assert kinds["c3-standard-4-lssd"].local_disks == (LocalDisks(1, 403, nvme=True, media="ssd"),), "375 GiB"
    assert kinds["z3-highmem-8-highlssd"].local_disks == (LocalDisks(1, 3221, nvme=True, media="ssd"),), (
        "3,000 GiB"
    )
    assert kinds["c4a-standard-4"].architectures == ("arm64",)
    assert kinds["c3-highcpu-192-metal"].bare_metal and kinds["c3-highcpu-192-metal"].kvm
    assert kinds["ct5lp-hightpu-4t"].accelerators == (Gpu("ct5lp", 4),)
    assert not kinds["n1-megamem-96"].current_generation and kinds["n4-standard-2"].current_generation
    assert not kinds["n1-standard-1"].current_generation, "the first generation"
    assert kinds["e2-micro"].family == "e2" and kinds["e2-micro"].category == "Burstable"
    assert kinds["n1-standard-1"].zones[0] == "asia-east1-a" and len(kinds["n1-standard-1"].zones) == 13
    assert catalog.provenance.tools["gcloud"] >= "5" and catalog.provenance.not_reached == {}
    assert request.log.calls == catalog.provenance.calls


@fake_alone
def test_prices_are_sums_of_their_parts(cloud: Cloud) -> None:
    kinds = by_name(fetch()[0])
    known = {n: k.prices[IOWA].usd_per_hour for n, k in kinds.items() if k.prices}
    assert known["n2-standard-4"] == Decimal("0.194236"), "4 x 0.031611 + 16 x 0.004237"
    assert known["a2-highgpu-1g"] == Decimal("3.673385") and known["f1-micro"] == Decimal("0.0076")
    assert known["e2-micro"] == Decimal("0.008376"), "a quarter of a core"
    assert known["c3-standard-4-lssd"] == Decimal("0.242704"), "with 375 x 0.08 / 730"
    assert {"n1-megamem-96", "ct5lp-hightpu-4t", "a3-highgpu-8g"}.isdisjoint(known), "not known"
    assert all(set(k.prices) <= {IOWA} for k in kinds.values())


@fake_alone
def test_prices_of_other_regions_on_demand(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PRICE_REGIONS", "all")
    kinds = by_name(fetch()[0])
    assert set(kinds["n2-standard-4"].prices) == {IOWA, BELGIUM}
    assert set(kinds["e2-standard-4"].prices) == {IOWA, TURIN}, "two prices of a core in Taiwan: not known"
    assert set(kinds["n4-standard-2"].prices) == {IOWA, BELGIUM}, "a price of 0 in Turin is none"
    assert kinds["a3-highgpu-8g"].prices[BELGIUM].usd_per_hour > 78
    monkeypatch.setenv("CLOUD_PRICE_REGIONS", "mars")
    with pytest.raises(UsageError, match="mars"):
        fetch()


def test_few_processes_and_every_one_guarded(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller's own settings must not make a list shorter, or ask a question."""
    monkeypatch.setenv("CLOUDSDK_COMPUTE_ALLOW_PARTIAL_ERROR", "true")
    monkeypatch.setenv("CLOUDSDK_CORE_SHOULD_PROMPT_TO_ENABLE_API", "true")
    _, request = fetch()
    starts = cloud.starts()
    assert len(starts) == PROCESSES and request.log.calls == PROCESSES + 1
    assert all(s.endswith("partial=false prompts=1 enable=false") for s in starts)
    assert TOKEN not in "\n".join(starts)
    assert sum("machine-types" in s for s in starts) == 1 and cloud.server.count("machineTypes") == 13
    assert all(r.method == "GET" or r.path.startswith(("/token", "/batch")) for r in cloud.server.requests)


def test_zones_go_in_batches(cloud: Cloud) -> None:
    data = small()
    zones = {f"us-central1-x{n}": "UP" for n in range(40)}
    kinds = (replace(k, zones=(*k.zones, *zones)) for k in data.types if k.name == "n2-standard-4")
    cloud.server.use(replace(data.with_types(*kinds), zones={**data.zones, **zones}))
    kind = by_name(fetch()[0])["n2-standard-4"]
    batches = [start.split("--zones=")[1].split()[0] for start in cloud.starts() if "--zones=" in start]
    assert sorted(batch.count(",") + 1 for batch in batches) == [26, 27] and len(kind.zones) == 53
    assert sorted(",".join(batches).split(",")) == sorted({*data.zones, *zones})


def test_more_types_than_a_page_holds(cloud: Cloud) -> None:
    many = [MachineType(f"n9-standard-{n}", n, 4096 * n, ("us-central1-a",)) for n in range(1, 1101)]
    cloud.server.use(small().with_types(*many))
    assert len(fetch()[0].instance_types) == 21 + 1100
    assert cloud.server.count("machineTypes", "us-central1-a") == 3


@pytest.mark.slow
@fake_alone
def test_the_same_answer_gives_the_same_bytes(cloud: Cloud) -> None:
    first, second = fetch()[0], fetch()[0]
    assert catalogfile.digest(first) == catalogfile.digest(second)
    texts = [menus.render(c, gce_api.MENU_NAMES, "x", "static") for c in (first, second)]
    assert {n for n in texts[0] if texts[0][n] != texts[1][n]} <= {catalogfile.NAME}


def test_a_region_of_its_configuration(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDSDK_COMPUTE_ZONE", "europe-west1-b")
    assert fetch()[0].default_region == BELGIUM
    monkeypatch.setenv("CLOUDSDK_COMPUTE_REGION", TURIN)
    assert fetch()[0].default_region == TURIN
    monkeypatch.setenv("CLOUDSDK_COMPUTE_REGION", "europe-west99")
    with pytest.raises(UsageError, match="europe-west99"):
        fetch()


@fake_alone
def test_one_region_alone(cloud: Cloud) -> None:
    catalog, _ = fetch(regions=(TURIN,), images=False)
    assert {r for k in catalog.instance_types for r in k.regions} == {TURIN}
    assert cloud.server.count("machineTypes") == 3 and cloud.server.count("images") == 0
    with pytest.raises(UsageError, match="mars"):
        fetch(regions=("mars",))


@pytest.mark.slow
@fake_alone
def test_a_region_that_is_asked_for_when_the_configured_one_is_down(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = small()
    cloud.server.use(replace(data, regions={**data.regions, TURIN: "DOWN"}))
    monkeypatch.setenv("CLOUDSDK_COMPUTE_REGION", TURIN)
    assert fetch(regions=(IOWA,), images=False)[0].default_region == IOWA
    with pytest.raises(UsageError, match=f"'{TURIN}' is not a usable region"):
        fetch()
    with pytest.raises(UsageError, match=f"'{TURIN}' is not a usable region"):
        fetch(regions=(IOWA, TURIN))


@fake_alone
def test_a_spent_budget_ends_the_fetch(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says nothing about prices, so there is no catalog without prices."""
    monkeypatch.setattr(gce_fetch, "_SPARE_CALLS", -3)
    monkeypatch.setenv("CLOUD_JOBS", "1")
    assert "the budget of" in failure(BudgetExceeded).what


@fake_alone
def test_a_zone_that_is_down_is_told_with_the_regions(cloud: Cloud) -> None:
    data = small()
    cloud.server.use(replace(data, zones={**data.zones, "us-central1-a": "DOWN"}))
    listed = gce_api.list_regions(Request(log=CallLog()))
    assert listed.notices == ("zones that are down were left out: us-central1-a",)
    assert len(listed.zones) == 12 and listed.not_reached == {}


def test_regions_alone_and_images_alone(cloud: Cloud) -> None:
    listed = gce_api.list_regions(Request(log=CallLog()))
    regions, zones = listed.regions, listed.zones
    assert len(regions) == 4 and len(zones) == 13 and len(cloud.starts()) == 3
    streams = gce_api.list_images(Request(log=CallLog()))
    assert len(cloud.starts()) == 5 and {i.distro for i in streams} >= {"debian", "fedora", "almalinux"}
    debian = [i for i in streams if i.distro == "debian"]
    assert sorted((i.title, i.architecture) for i in debian) == [
        ("Debian 12", "arm64"), ("Debian 12", "x86_64"), ("Debian 13", "arm64"), ("Debian 13", "x86_64"),
    ]  # fmt: skip
    assert {"IMAGE_PROJECT": "debian-cloud", "IMAGE_FAMILY": "debian-12-arm64"} in [
        i.coordinates for i in debian
    ]
    assert not any("/tests-project/global/images" in r.path + r.body for r in cloud.server.requests)
    assert not any("minimal" in str(i.coordinates) or "sap" in str(i.coordinates) for i in streams)


# --- odd answers ---


def test_a_zone_that_is_down(cloud: Cloud) -> None:
    data = small()
    cloud.server.use(replace(data, zones={**data.zones, "us-central1-a": "DOWN"}))
    catalog, _ = fetch()
    assert "zones that are down were left out: us-central1-a" in catalog.provenance.notices
    kinds = by_name(catalog)
    assert kinds["a2-highgpu-1g"].zones == ("us-central1-c",) and "ct5lp-hightpu-4t" not in kinds
    assert cloud.server.count("machineTypes", "us-central1-a") == 0


@fake_alone
def test_a_region_that_is_down(cloud: Cloud) -> None:
    data = small()
    cloud.server.use(replace(data, regions={**data.regions, TURIN: "DOWN"}))
    turin = next(r for r in fetch()[0].regions if r.name == TURIN)
    assert not turin.available and turin.why_not == "its status is DOWN"


@fake_alone
def test_types_without_figures(cloud: Cloud) -> None:
    odd = MachineType("n9-standard-1", 0, 4096, ("us-central1-a",))
    cloud.server.use(small().with_types(odd, replace(odd, name="n9-standard-2", guest_cpus=2, memory_mb=0)))
    catalog, _ = fetch()
    told = "left out, without vCPU or memory figures: n9-standard-1, n9-standard-2"
    assert told in catalog.provenance.notices and "n9-standard-1" not in by_name(catalog)


@fake_alone
def test_a_gpu_machine_whose_gpus_are_not_told_has_no_price(cloud: Cloud) -> None:
    """Its cores and memory alone would be a price far too low."""
    cloud.server.use(small().with_types(replace(small().type("a2-highgpu-1g"), accelerator="")))
    kind = by_name(fetch()[0])["a2-highgpu-1g"]
    assert kind.prices == {} and kind.category == "GPU" and kind.gpus == ()


@fake_alone
def test_a_series_launched_tomorrow(cloud: Cloud) -> None:
    """With its SKUs and accelerators, and no line of code."""
    kind = MachineType("g9-standard-8", 8, 32768, ("us-central1-b",), accelerator="nvidia-x9", accelerators=1)
    data = small().with_types(kind).with_skus(
        sku("G9 Instance Core running in Iowa", (IOWA,), "0.03"),
        sku("G9 Instance Ram running in Iowa", (IOWA,), "0.003", "RAM", unit="GiBy.h"),
        sku("Nvidia X9 GPU running in Iowa", (IOWA,), "1.5", "GPU"),
    )  # fmt: skip
    cloud.server.use(replace(data, accelerators={**data.accelerators, "nvidia-x9": "NVIDIA X9 96GB"}))
    new = by_name(fetch()[0])["g9-standard-8"]
    assert new.gpus == (Gpu("NVIDIA X9", 1, 96 * 1024),) and new.category == "GPU"
    assert new.prices[IOWA].usd_per_hour == Decimal("1.836")


# --- faults ---


@fake_alone
def test_no_gcloud(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert "https://cloud.google.com/sdk/docs/install" in failure(CliMissing).hint


def test_no_account(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE")
    told = failure(NoCredentials)
    assert "active account" in told.what and "gcloud auth login" in told.hint and told.exit_code == 3
    assert cloud.server.requests == []


def test_an_expired_login(cloud: Cloud) -> None:
    cloud.server.inject(faults.expired())
    assert "invalid_grant" in failure(NoCredentials).what


def test_no_project(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUDSDK_CORE_PROJECT")
    told = failure(NotSetUp)
    assert "gcloud config set project" in told.hint and told.exit_code == 3


def test_an_api_that_is_not_enabled_stays_so(cloud: Cloud) -> None:
    cloud.server.inject(faults.not_enabled("regions"), faults.not_enabled("zones"))
    told = failure(NotSetUp)
    assert "nothing was enabled" in told.hint and "has not been used in project" in told.what
    assert not any("serviceusage" in r.path or r.path.endswith(":enable") for r in cloud.server.requests)


def test_a_project_that_is_gone(cloud: Cloud) -> None:
    cloud.server.inject(faults.no_such_project("regions"))
    assert "gcloud projects list" in failure(NotSetUp).hint


@pytest.mark.parametrize("what", mostly_slow(["regions", "machineTypes", "acceleratorTypes", "images"]))
def test_a_list_that_is_denied(cloud: Cloud, what: str) -> None:
    cloud.server.inject(faults.denied(what))
    assert "permission" in failure(AccessDenied).what


@pytest.mark.parametrize("fault", mostly_slow([faults.denied, faults.broken]))
def test_one_zone_that_fails_keeps_what_was_known(cloud: Cloud, fault: Callable[..., Fault]) -> None:
    first, _ = fetch()
    cloud.server.inject(fault("machineTypes", "europe-west1-c"))
    second, _ = fetch()
    assert list(second.provenance.not_reached) == ["europe-west1-c"]
    assert {z for k in second.instance_types for z in k.zones} >= {"europe-west1-b", "europe-west12-a"}
    assert not any("europe-west1-c" in k.zones for k in second.instance_types)
    assert catalogfile.digest(merge.carry_forward(second, first)) == catalogfile.digest(first)


@pytest.mark.slow
@fake_alone
def test_every_zone_of_a_region_that_fails_is_the_region(cloud: Cloud) -> None:
    cloud.server.inject(*(faults.denied("machineTypes", f"{TURIN}-{end}") for end in "abc"))
    assert list(fetch()[0].provenance.not_reached) == [TURIN]
    cloud.server.inject(*(faults.denied("machineTypes", z) for z in small().zones if z.startswith(IOWA)))
    assert "permission" in failure(AccessDenied).what


def test_throttled_and_broken_for_a_moment(cloud: Cloud) -> None:
    cloud.server.inject(
        faults.throttled("regions"), faults.throttled("machineTypes", "us-central1-b", times=2),
        faults.broken("acceleratorTypes", times=1), faults.throttled("skus", retry_after="1"),
    )  # fmt: skip
    catalog, request = fetch()
    assert len(catalog.instance_types) == 21 and len(cloud.starts()) == PROCESSES + 4
    assert request.log.calls == len(cloud.starts()) + 2


def test_throttled_for_ever(cloud: Cloud) -> None:
    cloud.server.inject(faults.throttled("machineTypes", "us-central1-b", times=None))
    assert "Quota exceeded" in failure(Throttled).what
    assert sum("machine-types" in s for s in cloud.starts()) == retry.TRIES


@pytest.mark.slow
def test_broken_in_the_middle_of_paging(cloud: Cloud) -> None:
    many = [MachineType(f"n9-standard-{n}", n, 4096 * n, ("us-central1-a",)) for n in range(1, 601)]
    cloud.server.use(small().with_types(*many))
    cloud.server.inject(faults.broken("machineTypes", "us-central1-a", page=True, times=1))
    assert len(fetch()[0].instance_types) == 621, "the second try brought all"
    cloud.server.inject(faults.broken("machineTypes", "us-central1-a", page=True))
    assert "unavailable" in failure(ServiceFailed).what, "half of a zone is not taken for the whole"


def test_a_token_end_point_that_is_down(cloud: Cloud) -> None:
    cloud.server.inject(faults.token_down())
    assert "Connection" in failure(ServiceFailed).what


@pytest.mark.slow
def test_pages_without_an_end_are_ended(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_CALL_TIMEOUT", cloud.limit)
    cloud.server.inject(faults.looping("regions"))
    started = time.monotonic()
    failure(TimedOut)
    assert time.monotonic() - started < 300


def test_a_hang(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_CALL_TIMEOUT", cloud.limit)
    cloud.server.inject(faults.hangs("zones"))
    assert "CLOUD_CALL_TIMEOUT" in failure(TimedOut).hint


@pytest.mark.parametrize("fault", [faults.web_page, faults.cut_off])
def test_no_json(cloud: Cloud, fault: Callable[[str], Fault]) -> None:
    cloud.server.inject(fault("regions"))
    failure(BadReply)


@fake_alone
def test_no_types_at_all(cloud: Cloud) -> None:
    cloud.server.inject(faults.empty("machineTypes"))
    assert "4 of 13 zones failed" in failure(ShortAnswer).what
    cloud.server.inject(faults.empty("acceleratorTypes"))
    assert failure(ShortAnswer).what == "gce: the answer has no accelerator types"


@fake_alone
def test_no_images_at_all(cloud: Cloud) -> None:
    cloud.server.use(replace(small(), images=()))
    assert "no image" in failure(CatalogError).what


# --- the billing catalog ---


@pytest.mark.parametrize(
    "fault",
    [faults.denied("skus"), faults.not_enabled("skus", "cloudbilling.googleapis.com")],
    ids=["403", "off"],
)
def test_without_the_billing_catalog_there_are_no_prices(cloud: Cloud, fault: Fault) -> None:
    cloud.server.inject(fault)
    catalog, _ = fetch()
    assert all(k.prices == {} for k in catalog.instance_types) and len(catalog.instance_types) == 21
    assert list(catalog.provenance.not_reached) == [f"prices of {IOWA}"]


@fake_alone
def test_a_refusal_that_repeats_the_token(cloud: Cloud) -> None:
    reply = error(403, f"no\nright for {TOKEN}. Ask somebody.", "forbidden")
    cloud.server.inject(Fault(faults.to("skus"), reply=reply, times=None))
    assert fetch()[0].provenance.not_reached == {f"prices of {IOWA}": "no right for [redacted]"}


@fake_alone
def test_a_billing_catalog_of_several_pages(cloud: Cloud) -> None:
    filler = [sku(f"Network Egress {n}", (IOWA,), "0.1", "Egress", family="Network") for n in range(11_000)]
    cloud.server.use(replace(small(), skus=(*filler, *small().skus)))
    assert by_name(fetch()[0])["n2-standard-4"].prices
    assert cloud.server.count("skus") == 3


@fake_alone
def test_billing_pages_without_an_end(cloud: Cloud) -> None:
    cloud.server.inject(faults.looping("skus"))
    assert "does not end" in without_prices() and cloud.server.count("skus") <= 3


@fake_alone
@pytest.mark.parametrize("fault", mostly_slow([faults.web_page, faults.cut_off, faults.empty, faults.broken]))
def test_a_billing_catalog_that_is_none(cloud: Cloud, fault: Callable[[str], Fault]) -> None:
    cloud.server.inject(fault("skus"))
    without_prices()


@fake_alone
def test_a_login_that_is_refused_for_prices_alone(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """gcloud has a token for the lists and gets no new one: they are whole, and the login is told."""
    monkeypatch.setenv("FAKE_GCLOUD_REVOKED", "1")
    assert "invalid_grant" in without_prices()


@fake_alone
@pytest.mark.parametrize(
    ("body", "words"),
    mostly_slow(
        [
            ([], "is a list, not an object"),
            ({"skus": {}}, "has an object for skus, not a list"),
            ({"skus": [3]}, "has 3 for skus[0], not an object"),
            ({"skus": [{"category": "Compute"}]}, "has 'Compute' for skus[0].category"),
            ({"skus": [], "nextPageToken": 7}, "has 7 for nextPageToken, not a text"),
        ]
    ),
)
def test_a_billing_catalog_of_another_shape(cloud: Cloud, body: object, words: str) -> None:
    reply = json_reply(200, body)
    cloud.server.inject(Fault(faults.to("skus"), reply=reply, times=None))
    assert without_prices().startswith(f"gce: the answer to services.skus.list {words}")


@fake_alone
def test_billing_throttled_for_ever(cloud: Cloud) -> None:
    cloud.server.inject(faults.throttled("skus", times=None))
    without_prices()


@fake_alone
def test_a_token_goes_nowhere_in_the_clear(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDBILLING", "http://prices.example.com/")
    assert "unencrypted" in failure(UsageError).what


def test_debugging_shows_calls_and_no_token(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEBUG", "1")
    fetch()
    told = capfd.readouterr()
    assert TOKEN not in told.out + told.err and "gcloud auth print-access-token" in told.err
    assert not any(TOKEN in path.read_text(errors="replace") for path in cloud.log.parent.glob("*.log"))
