# SPDX-License-Identifier: MIT
"""The Azure provider against a loopback Azure, through the fake az: what it fetches, and what of faults."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import requests
from pytest_mock import MockerFixture

import azure_api
from cloudlib.calls import rest, retry
from cloudlib.calls.run import CallLog
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog import merge
from cloudlib.catalog.rates import GLOBAL
from cloudlib.catalog.records import Catalog
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    BudgetExceeded,
    CallFailed,
    CatalogError,
    CliMissing,
    CloudError,
    NoCredentials,
    NotFound,
    NotSetUp,
    ServiceFailed,
    Throttled,
    TimedOut,
    UsageError,
)
from cloudlib.provider import Request
from providers.azure import calls as azure_calls
from tests.servers import azure_faults as faults
from tests.servers.azure_data import Row, offers, size, small
from tests.servers.azure_server import TOKEN, AzureServer, error
from tests.servers.http_base import Fault
from tests.support.azure import FAKE, put_az
from tests.support.costly import mostly_slow
from tests.support.tree import ROOT

SIZES = "/providers/Microsoft.Compute/skus?api-version=2021-07-01&$filter=location eq 'eastus'"
LOCATIONS = ["eastus", "eastus2", "westeurope", "westus", "eastus2euap"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[AzureServer]:
    """The small Azure, the fake az first on PATH, and no waiting between tries."""
    monkeypatch.setattr(retry, "_FIRST_WAIT", 0.0)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    put_az(tmp_path, tmp_path / "calls", FAKE)
    with AzureServer() as running:
        for name, value in running.env(tmp_path / "azure").items():
            monkeypatch.setenv(name, value)
        yield running
        assert running.errors == []
        assert {r.method for r in running.requests} <= {"GET", "CONNECT"}, "nothing is ever written"


@pytest.fixture
def calls(server: AzureServer, tmp_path: Path) -> Callable[[], list[str]]:
    """The argument lists of the processes so far."""
    return lambda: (tmp_path / "calls").read_text(encoding="utf-8").splitlines()


def fetch(*regions: str, known: Catalog | None = None) -> Catalog:
    log = CallLog()
    made = azure_api.fetch(Request(log=log, regions=regions, known=known))
    assert log.budget is not None and log.calls <= log.budget
    return made


def failure(kind: type[CloudError]) -> CloudError:
    with pytest.raises(CloudError) as caught:
        fetch()
    told = caught.value
    assert type(told) is kind or (kind is CallFailed and isinstance(told, kind)), told
    assert told.hint, "an error says what comes next"
    assert TOKEN not in told.what + told.hint
    return told


# --- what is fetched ---


def test_a_fetch(server: AzureServer, calls: Callable[[], list[str]]) -> None:
    made = fetch()
    types = {t.name: t for t in made.instance_types}
    assert [r.name for r in made.regions] == ["eastus", "eastus2", "eastus2euap", "westeurope", "westus"]
    assert made.default_region == "eastus" and len(made.zones) == 8
    assert types["Standard_D4s_v5"].zones == (
        "eastus-1", "eastus-2", "eastus-3", "eastus2-1", "eastus2-2", "eastus2-3", "westeurope-1",
        "westeurope-2",
    )  # fmt: skip
    assert types["Standard_D4s_v5"].family == "Dsv5"
    assert types["Standard_D4ps_v5"].architectures == ("arm64",)
    assert list(types["Standard_D4s_v5"].prices) == ["eastus"]
    assert made.provenance.tools == {"azure-cli": "2.91.0"}
    assert {(r.part, *r.machines): str(r.usd) for r in made.rates if r.region == GLOBAL} == {
        ("rhel", "2-2"): "0.0288",
        ("sles-standard", "1-2"): "0.065",
    }
    assert made.provenance.notices == (
        "left out, without vCPU, memory or architecture figures: Standard_Odd",
        "2 offers of sizes are closed to this subscription",
        "1 price rows of 0 were left out",
        "no price, as Azure states several: Standard_L8s_v3",
    )


def test_what_a_subscription_may_not_start_is_not_offered(server: AzureServer) -> None:
    made = fetch()
    types = {t.name: t for t in made.instance_types}
    assert made.provenance.closed == {
        "eastus": "Standard_L8s_v3 Standard_NV6ads_A10_v5",
        "eastus-1": "Standard_NC4as_T4_v3",
        "eastus-3": "Standard_NC4as_T4_v3",
    }
    assert types["Standard_NV6ads_A10_v5"].regions == ("westus",)
    assert types["Standard_NC4as_T4_v3"].zones == ("eastus-2",)
    assert "eastus" not in types["Standard_L8s_v3"].regions


def test_two_processes_and_a_request_a_location(server: AzureServer, calls: Callable[[], list[str]]) -> None:
    """The server filters: a location's sizes are asked for, not all of them sixty times."""
    fetch()
    assert sorted(calls()) == ["account get-access-token --output json", "version --output json"]
    assert [server.count(faults.SKUS, faults.at(name)) for name in LOCATIONS] == [1] * len(LOCATIONS)


def test_the_token_is_shown_nowhere(
    server: AzureServer,
    calls: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Not in arguments, not in what DEBUG=1 logs, not where Azure repeats it in an error."""
    monkeypatch.setenv("DEBUG", "1")
    fetch()
    reply = error(403, "AuthorizationFailed", f"Bearer {TOKEN} may not do this, {TOKEN}")
    server.inject(Fault(faults.to(faults.SKUS), reply=reply, times=None))
    assert "may not do this" in failure(AccessDenied).what
    told = capfd.readouterr()
    assert "…/Microsoft.Compute/skus, location eq 'eastus'" in told.err
    assert TOKEN not in told.err + told.out + "".join(calls())


def test_the_token_goes_to_one_host(server: AzureServer) -> None:
    arm = azure_calls.ResourceManager(azure_calls.login(CallLog()), CallLog())
    for url in (
        "https://evil.example/x",
        f"{azure_calls.BASE}.evil.example/x",
        "http://management.azure.com/x",
    ):
        with pytest.raises(BadReply, match="az's token is not sent to"):
            arm.get(url)
    assert all("authorization" not in r.headers for r in server.requests)


def test_connections_are_kept(server: AzureServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A TLS handshake costs more than most of the answers: one for each thread and host at the most."""
    monkeypatch.setenv("CLOUD_JOBS", "4")
    fetch()
    assert server.count(method="GET") > 30 and server.count(method="CONNECT") <= 2 * 4


def test_prices_are_asked_without_the_token(server: AzureServer) -> None:
    fetch()
    asked = [r for r in server.requests if r.path.startswith(faults.PRICES)]
    assert asked and all("authorization" not in r.headers for r in asked)
    hosts = {r.headers.get("host", "") for r in server.requests if "authorization" in r.headers}
    assert {h.partition(":")[0] for h in hosts} == {"management.azure.com"}


def test_the_same_answer_gives_the_same_records(server: AzureServer) -> None:
    assert catalogfile.digest(fetch()) == catalogfile.digest(fetch())


def test_a_zone_that_no_location_lists(server: AzureServer) -> None:
    """Sizes name their zones, and some locations list none to a subscription."""
    server.data = replace(server.data, locations=[
        {k: v for k, v in row.items() if k != "availabilityZoneMappings"} for row in server.data.locations
    ])  # fmt: skip
    made = fetch()
    assert made.zones == () and "eastus2" in made.instance_types[0].regions
    assert {t.zones for t in made.instance_types} == {()}


def test_images_and_generations(server: AzureServer, calls: Callable[[], list[str]]) -> None:
    images = azure_api.list_images(Request(log=CallLog()))
    assert len(calls()) == 1
    found = {(i.title, i.architecture, i.boot_modes): i.coordinates["SKU"] for i in images}
    assert found["Debian 12", "x86_64", ("V1",)] == "12"
    assert found["Debian 12", "x86_64", ("V2", "V2+NVMe")] == "12-gen2"
    assert found["Ubuntu 24.04 LTS", "x86_64", ("V2+CVM",)] == "cvm", "for confidential machines alone"
    assert found["Ubuntu 24.04 LTS", "x86_64", ("V2",)] == "server"
    plans = {i.coordinates["SKU"]: i.coordinates["PLAN"] for i in images}
    assert (plans["9-base"], plans["12-gen2"]) == ("resf/rocky/9", "none")
    assert {i.coordinates["SKU"] for i in images if "trusted-launch" in i.features} == {"12-gen2"}
    assert found["Debian 12", "arm64", ("V2",)] == "12-arm64"
    assert found["Rocky Linux 9", "x86_64", ()] == "9-base"
    assert not any("Debian 11" in i.title for i in images), "withdrawn"
    assert not any("9.9" in i.title for i in images), "no version to start"
    assert (
        next(i for i in images if i.title == "SUSE Linux Enterprise 15 SP6").coordinates["OFFER"]
        == "sles-15-sp6"
    )


def test_a_distribution_that_is_missing_is_noticed(server: AzureServer) -> None:
    server.inject(Fault(lambda r: "/publishers/resf/" in r.path, reply=faults.missing().reply, times=None))
    made = fetch()
    assert not any(i.distro == "rocky" for i in made.images)
    assert "eastus has no image of: rocky" in made.provenance.notices


def test_locations_alone_are_one_process(server: AzureServer, calls: Callable[[], list[str]]) -> None:
    listed = azure_api.list_regions(Request(log=CallLog()))
    assert len(listed.regions) == 5 and len(listed.zones) == 8 and len(calls()) == 1
    assert server.count(method="GET") == 2, "the token and the locations"


def test_one_location_in_any_case(server: AzureServer) -> None:
    made = fetch("WestUS")
    assert made.default_region == "westus"
    assert {r for t in made.instance_types for r in t.regions} == {"westus"}
    assert server.count(query="location eq") == server.count(query=faults.at("westus")) == 1


def test_an_unknown_location(server: AzureServer) -> None:
    with pytest.raises(UsageError, match="'moon' is not a location"):
        fetch("moon")


@pytest.mark.parametrize(
    ("regions", "expected"),
    [
        ("default", ["eastus"]),
        ("", ["eastus", "eastus2"]),
        ("eastus2", ["eastus", "eastus2"]),
        ("all", ["eastus", "eastus2"]),
    ],
)
def test_whose_prices(
    server: AzureServer, monkeypatch: pytest.MonkeyPatch, regions: str, expected: list[str]
) -> None:
    monkeypatch.setenv("CLOUD_PRICE_REGIONS", regions)
    prices = {r for t in fetch().instance_types for r in t.prices}
    assert sorted(prices) == expected


def test_prices_of_a_location_that_is_none(server: AzureServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PRICE_REGIONS", "moon")
    with pytest.raises(UsageError, match="moon"):
        fetch()


def test_the_default_location(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(tmp_path))
    assert azure_calls.default_location() == "eastus"
    (tmp_path / "config").write_text("[defaults]\nlocation = West Europe\n", encoding="utf-8")
    assert azure_calls.default_location() == "westeurope"
    monkeypatch.setenv("AZURE_DEFAULTS_LOCATION", "WestUS2")
    assert azure_calls.default_location() == "westus2"
    monkeypatch.delenv("AZURE_DEFAULTS_LOCATION")
    (tmp_path / "config").write_text("not an ini file", encoding="utf-8")
    assert azure_calls.default_location() == "eastus"


# --- paging and retries ---


def test_pages_of_sizes_and_prices(server: AzureServer) -> None:
    whole = fetch()
    server.page, server.price_page = 3, 2
    server.use(small())
    assert catalogfile.digest(fetch()) == catalogfile.digest(whole)
    assert server.count(faults.SKUS, "'eastus'&$skip=9") == 1
    assert server.count(faults.PRICES, "$skip=14") == 1


def test_an_outage_in_the_middle_of_the_pages(server: AzureServer) -> None:
    whole = fetch()
    server.page = 3
    server.use(small())
    server.inject(faults.broken(faults.SKUS, "$skip=3", times=2))
    server.inject(faults.broken_off(faults.SKUS, "$skip=6", times=1))
    server.inject(faults.broken(faults.OFFERS, times=1), faults.throttled(faults.PRICES))
    assert catalogfile.digest(fetch()) == catalogfile.digest(whole)


def test_throttled_three_times_then_answered(server: AzureServer) -> None:
    server.inject(faults.throttled(faults.SKUS, faults.at("westus"), times=3))
    assert "westus" in {r for t in fetch().instance_types for r in t.regions}
    assert server.count(faults.SKUS, faults.at("westus")) == 4


def test_as_long_as_the_answer_asks_for(server: AzureServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_FIRST_WAIT", 1.0)
    waits: list[float] = []

    class Log(CallLog):
        def pause(self, seconds: float) -> None:
            waits.append(seconds)

    server.inject(faults.throttled(seconds=17), faults.throttled(seconds=1000), faults.broken(times=2))
    arm = azure_calls.ResourceManager(azure_calls.login(CallLog()), Log())
    arm.get(arm.base + SIZES)
    assert [int(w) for w in waits[:1]] == [17] and 30 <= waits[1] <= 31, "but no longer than half a minute"
    assert 4 <= waits[2] <= 5 and 8 <= waits[3] <= 9, "backoff with jitter"


def test_tries_are_bounded_and_so_are_calls(server: AzureServer) -> None:
    server.inject(faults.throttled(times=None))
    failure(Throttled)
    assert server.count(faults.SKUS, faults.at("eastus")) <= 5
    server.clear_faults()
    server.inject(faults.throttled(times=None))
    log = CallLog(budget=2)
    arm = azure_calls.ResourceManager(azure_calls.login(CallLog()), log)
    for kind in (Throttled, BudgetExceeded):
        with pytest.raises(kind):
            arm.get(arm.base + SIZES)
    assert log.calls == 2


# --- faults that end the fetch ---

ENDS: list[tuple[str, Callable[[], Fault], type[CloudError], str]] = [
    ("expired token", faults.expired, NoCredentials, "ExpiredAuthenticationToken"),
    ("token expires meanwhile", lambda: faults.expired(faults.SKUS), CallFailed, "ended during the run"),
    ("subscription gone", faults.no_subscription, NoCredentials, "no usable subscription"),
    ("identity endpoint fails", lambda: faults.broken(faults.TOKEN), CallFailed, "no token"),
    ("identity endpoint is down", lambda: faults.resets(faults.TOKEN), ServiceFailed, "Connection"),
    ("locations denied", lambda: faults.denied(faults.LOCATIONS), AccessDenied, "AuthorizationFailed"),
    ("sizes denied", faults.denied, AccessDenied, "AuthorizationFailed"),
    ("not registered", faults.not_registered, AccessDenied, "not registered for Microsoft.Compute"),
    ("no such thing", faults.missing, NotFound, "ResourceNotFound"),
    ("throttled for ever", lambda: faults.throttled(times=None), Throttled, "TooManyRequests"),
    ("out of order", faults.broken, ServiceFailed, "HTTP 503: ServerBusy: The service is unavailable."),
    ("a web page", faults.web_page, BadReply, "an HTML page"),
    ("half of the JSON", faults.cut_off, BadReply, "no"),
    ("broken off", faults.broken_off, ServiceFailed, "cut off"),
    ("reset", faults.resets, ServiceFailed, "Remote end closed"),
    ("a loop of pages", lambda: faults.links_to(""), BadReply, "no end"),
    ("a page elsewhere", lambda: faults.links_to("https://evil.example/x"), BadReply, "evil.example"),
]


@pytest.mark.parametrize(
    ("fault", "kind", "words"), mostly_slow([e[1:] for e in ENDS], 5), ids=[e[0] for e in ENDS]
)
def test_a_fault_that_ends_the_fetch(
    server: AzureServer, fault: Callable[[], Fault], kind: type[CloudError], words: str
) -> None:
    server.inject(fault())
    assert words in failure(kind).what
    assert not [r for r in server.requests if "evil" in r.path or "evil" in r.headers.get("host", "")]


@pytest.mark.parametrize(
    ("fault", "words"),
    mostly_slow(
        [
            (lambda: faults.links_to("", faults.PRICES), "no end"),
            (lambda: faults.links_to("https://evil.example/x", faults.PRICES), "evil"),
            (lambda: faults.web_page(faults.PRICES), "not whole JSON"),
            (lambda: faults.broken(faults.PRICES), "HTTP 503"),
            (lambda: faults.empty(faults.PRICES), "the answer has no prices"),
        ]
    ),
)
def test_prices_that_fail_cost_the_prices(
    server: AzureServer, fault: Callable[[], Fault], words: str
) -> None:
    """The known ones stay, also of the default location; without any the sizes have none."""
    first = fetch()
    server.inject(fault())
    second = fetch()
    assert list(second.provenance.not_reached) == ["prices of eastus"]
    assert words in second.provenance.not_reached["prices of eastus"]
    assert second.instance_types and not any(t.prices for t in second.instance_types)
    assert catalogfile.digest(merge.carry_forward(second, first)) == catalogfile.digest(first)
    assert not [r for r in server.requests if "evil" in r.path or "evil" in r.headers.get("host", "")]


def test_images_denied_alone(server: AzureServer) -> None:
    server.inject(Fault(lambda r: "/offers" in r.path, reply=faults.denied().reply, times=None))
    assert "publishers" in failure(AccessDenied).what


def test_no_image_anywhere(server: AzureServer) -> None:
    server.inject(Fault(lambda r: "/offers" in r.path, reply=faults.missing().reply, times=None))
    assert "no image" in failure(CatalogError).what


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("not-logged-in", "az login"),
        ("expired", "AADSTS700082"),
        ("no-subscription", "no usable subscription"),
    ],
)
def test_not_logged_in(server: AzureServer, monkeypatch: pytest.MonkeyPatch, state: str, words: str) -> None:
    monkeypatch.setenv("FAKE_AZ_STATE", state)
    told = failure(NoCredentials)
    assert words in told.what and "az " in told.hint and told.exit_code == 3
    assert server.requests == []


@pytest.mark.parametrize(
    "said",
    [
        "Can't find token from MSAL cache.\nTo re-authenticate, please run:\naz login",
        "ERROR: Can't find token from MSAL cache.\nTo re-authenticate, please run:\naz login",
        "WARNING: a new version is there\nERROR: no token\nInteractive login is needed. Run:\naz login",
    ],
)
def test_the_way_out_stands_below_the_error(server: AzureServer, tmp_path: Path, said: str) -> None:
    (tmp_path / "az").write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{said}\nEND\nexit 1\n", encoding="utf-8")
    told = failure(NoCredentials)
    assert told.exit_code == 3 and "no valid Azure credentials" in told.what and "WARNING" not in told.what


@pytest.mark.parametrize(
    ("said", "kind", "hint"),
    [
        (
            "AADSTS50076: you must use multi-factor authentication\nPlease run:\naz login",
            NoCredentials,
            "login",
        ),
        ("AADSTS90033: A transient error has occurred. Try again.", ServiceFailed, "later"),
        ("AADSTS90055: too many requests for this tenant", Throttled, "wait"),
        ("Subscription 'lab' not found. Check the spelling and casing.", NoCredentials, "account set"),
        ("No managed identity endpoint found.", NoCredentials, "az login"),
        ("Decryption failed: [WinError -2146893813]", NoCredentials, "az login"),
        ("Certificate verification failed. This happens behind a proxy.", CallFailed, "REQUESTS_CA_BUNDLE"),
        ("Could not find a suitable TLS CA certificate bundle, invalid path: /x", CallFailed, "path"),
        ("Max retries exceeded (NameResolutionError: Failed to resolve 'x')", ServiceFailed, "network"),
        (
            "Max retries exceeded (Caused by SSLError(SSLEOFError(8, 'EOF')))",
            CallFailed,
            "REQUESTS_CA_BUNDLE",
        ),
        ("Something odd", CallFailed, "DEBUG=1"),
    ],
)
def test_what_az_says(said: str, kind: type[CloudError], hint: str) -> None:
    told = azure_calls._az_error(["az", "account", "get-access-token"], 1, f"WARNING: old\nERROR: {said}\n")
    assert type(told) is kind and hint in told.hint
    assert (told.exit_code == 3) == (kind is NoCredentials)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "ExpiredAuthenticationToken", NoCredentials),
        (401, "", NoCredentials),
        (404, "SubscriptionNotFound", NoCredentials),
        (409, "ReadOnlyDisabledSubscription", NotSetUp),
        (403, "LinkedAuthorizationFailed", AccessDenied),
        (409, "MissingSubscriptionRegistration", AccessDenied),
        (429, "OperationNotAllowed", Throttled),
        (408, "RequestTimeout", ServiceFailed),
        (522, "", ServiceFailed),
        (404, "PublisherNotFound", NotFound),
        (400, "NoRegisteredProviderFound", CallFailed),
    ],
)
def test_what_resource_manager_says(status: int, code: str, kind: type[CloudError]) -> None:
    told = azure_calls._arm_error("GET x", status, {"error": {"code": code, "message": "no"}})
    assert type(told) is kind and told.hint and f"HTTP {status}" in told.what


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"accessToken": f"{TOKEN}\nsecond-line-of-it", "subscription": "x-1"}, "no usable token"),
        ({"accessToken": f"{TOKEN} ", "subscription": "x-1"}, "no usable token"),
        ({"accessToken": "", "subscription": "x-1"}, "no usable token"),
        ({"accessToken": [TOKEN], "subscription": "x-1"}, "no usable token"),
        ({"accessToken": TOKEN, "subscription": f"../{TOKEN}"}, "names no subscription"),
        ({"accessToken": TOKEN}, "names no subscription"),
        ([TOKEN], "names no subscription"),
    ],
)
def test_a_token_of_another_form_is_not_shown(
    server: AzureServer, tmp_path: Path, answer: object, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps(answer)
    (tmp_path / "az").write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\n", encoding="utf-8")
    told = failure(BadReply)
    assert words in told.what and "second-line" not in told.what + told.hint
    shown = capfd.readouterr()
    assert TOKEN not in shown.out + shown.err and TOKEN not in repr(azure_calls.Login("x", TOKEN))
    assert server.requests == []


def test_the_version_of_az_may_be_unknown(server: AzureServer, tmp_path: Path) -> None:
    """It is told in the provenance and decides nothing."""
    script = (tmp_path / "az").read_text(encoding="utf-8")
    fails = '[ "$1" = version ] && { echo "ERROR: no such thing" >&2; exit 1; }'
    (tmp_path / "az").write_text(script.replace("exec ", f"{fails}\nexec "), encoding="utf-8")
    made = fetch()
    assert made.provenance.tools == {} and made.instance_types
    assert any("version of az is not known" in n for n in made.provenance.notices)


def test_no_az(server: AzureServer, tmp_path: Path) -> None:
    (tmp_path / "az").unlink()
    told = failure(CliMissing)
    assert "install the Azure CLI" in told.hint and told.exit_code == 3


def test_an_answer_that_never_comes(server: AzureServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_CALL_TIMEOUT", "1")
    server.inject(faults.hangs(faults.SKUS, faults.at("eastus")))
    assert "no answer within 1 s" in failure(TimedOut).what


# --- faults of one location ---


def test_a_location_whose_time_is_over_is_not_reached(server: AzureServer, mocker: MockerFixture) -> None:
    """As when it hangs, without the wait for the end of the limit."""
    usual = rest.Rest._request

    def request(self: rest.Rest, url: str, ends: float, most: int) -> Any:
        if faults.at("westus") in unquote(url):
            raise requests.Timeout
        return usual(self, url, ends, most)

    mocker.patch.object(rest.Rest, "_request", request)
    made = fetch()
    assert list(made.provenance.not_reached) == ["westus"]
    assert "no answer within" in made.provenance.not_reached["westus"]
    assert {r for t in made.instance_types for r in t.regions} == {"eastus", "eastus2", "westeurope"}


@pytest.mark.parametrize(
    "fault",
    mostly_slow([faults.missing, faults.web_page, faults.broken, faults.links_to]),
    ids=["404", "web page", "503", "elsewhere"],
)
def test_one_location_that_fails_keeps_what_was_known(
    server: AzureServer, fault: Callable[..., Fault]
) -> None:
    first = fetch()
    where = (faults.SKUS, faults.at("eastus2"))
    server.inject(fault("https://evil.example/x", *where) if fault is faults.links_to else fault(*where))
    second = fetch()
    assert list(second.provenance.not_reached) == ["eastus2"]
    assert all("eastus2" not in t.regions for t in second.instance_types)
    merged = merge.carry_forward(second, first)
    assert catalogfile.digest(merged) == catalogfile.digest(first)


def test_a_failure_does_not_wait_for_what_hangs(server: AzureServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_CALL_TIMEOUT", "3600")
    server.inject(
        faults.hangs(faults.SKUS, faults.at("westus")), faults.denied(faults.SKUS, faults.at("eastus"))
    )
    started = time.monotonic()
    failure(AccessDenied)
    assert time.monotonic() - started < 300


def test_many_locations_that_fail_end_the_fetch(server: AzureServer) -> None:
    for name in ("eastus2", "westus"):
        server.inject(faults.missing(faults.SKUS, faults.at(name)))
    assert "2 of 5 regions failed" in failure(NotFound).what


def test_prices_of_another_location_may_be_missing(
    server: AzureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUD_PRICE_REGIONS", "all")
    server.inject(faults.web_page(faults.PRICES, "'westus'"))
    made = fetch()
    assert "not whole JSON" in made.provenance.not_reached["prices of westus"]
    assert "the answer has no prices" in made.provenance.not_reached["prices of westeurope"]
    assert made.instance_types[0].prices


def test_prices_of_a_location_whose_sizes_failed(
    server: AzureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUD_PRICE_REGIONS", "all")
    server.inject(faults.missing(faults.SKUS, faults.at("eastus2")))
    made = fetch()
    assert "eastus2" in made.provenance.not_reached
    assert "prices of eastus2" not in made.provenance.not_reached
    assert {r for t in made.instance_types for r in t.prices} == {"eastus"}


# --- figures that cannot be right ---


def with_sizes(server: AzureServer, *rows: Row, where: str = "eastus") -> None:
    data = small()
    names = [row["name"] for row in rows]
    there = {**data.offered[where], **offers(names, "1")}
    sizes = {**data.sizes, **{row["name"]: row for row in rows}}
    server.use(replace(data, sizes=sizes, offered={**data.offered, where: there}))


def test_accelerators_are_noticed_where_something_is_wrong(server: AzureServer) -> None:
    with_sizes(
        server,
        size("Standard_ND96isr_H100_v5", "standardNDSH100v5Family", 96, 1900, GPUs="12"),
        size("Standard_ND96isr_H200_v5", "standardNDSH200v5Family", 96, 1900, GPUs="4"),
        size("Standard_ND40rs_v2", "standardNDSv2Family", 40, 672, GPUs="4"),
        size("Standard_NC24ads_A100_v4", "StandardNCADSA100v4Family", 24, 220, GPUs="1"),
        size("Standard_NC48ads_A100_v4", "StandardNCADSA100v4Family", 48, 440, GPUs="2"),
        size("Standard_NC96ads_A100_v4", "StandardNCADSA100v4Family", 96, 880, GPUs="8"),
        size("Standard_NC4as_T4_v3", "Standard NCASv3_T4 Family", 4, 28, GPUs="1"),
        size("Standard_NC16as_T4_v3", "Standard NCASv3_T4 Family", 16, 110, GPUs="1"),
        size("Standard_NC64as_T4_v3", "Standard NCASv3_T4 Family", 64, 440, GPUs="4"),
        size("Standard_ND8_Z9_v1", "standardNDZFamily", 8, 64, GPUs="2"),
    )
    notices = fetch().provenance.notices
    odd = (
        "Standard_NC96ads_A100_v4 (8), Standard_ND40rs_v2 (4), "
        "Standard_ND96isr_H100_v5 (12), Standard_ND96isr_H200_v5 (4)"
    )
    assert f"an unusual number of GPUs, as Azure states it: {odd}" in notices
    assert "a GPU whose name is not known: Standard_ND8_Z9_v1" in notices


def test_a_size_that_is_described_in_two_ways_is_noticed(server: AzureServer) -> None:
    data = small()
    more = {"capabilities": size("Standard_D4s_v5", "", 4, 32)["capabilities"]}
    there = {**data.offered["eastus2"]["Standard_D4s_v5"], **more}
    east2 = {**data.offered["eastus2"], "Standard_D4s_v5": there}
    server.use(replace(data, offered={**data.offered, "eastus2": east2}))
    made = fetch()
    assert next(t for t in made.instance_types if t.name == "Standard_D4s_v5").memory_mib == 16 * 1024
    told = "listed again with other figures, of which the first were used: 1 sizes; one of them: "
    assert f"{told}Standard_D4s_v5" in made.provenance.notices


# --- the server by hand ---


def test_the_server_prints_what_to_export() -> None:
    """To try things by hand: its lines are sourced by the shell that runs az."""
    argv = [sys.executable, "-m", "tests.servers.azure_server", "--lifetime", "30"]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = list(iter(process.stdout.readline, "# ready\n"))
        env = dict(line.removeprefix("export ").rstrip().split("=", 1) for line in lines)
        assert urllib.request.urlopen(env["IDENTITY_ENDPOINT"], timeout=300).status == 200
        assert Path(env["REQUESTS_CA_BUNDLE"]).is_file() and Path(env["AZURE_CONFIG_DIR"]).is_dir()
        process.send_signal(signal.SIGINT)
