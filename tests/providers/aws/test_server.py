# SPDX-License-Identifier: MIT
"""The loopback AWS test server: its wire formats, its paging, its faults, and the real CLI against it."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import textwrap
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

import pytest

from tests.servers import aws_faults, aws_small
from tests.servers.aws_data import AwsData, family_of, recorded, small
from tests.servers.aws_images import creation_date, images_of, names_for
from tests.servers.aws_moto import moto_server
from tests.servers.aws_server import AwsServer
from tests.servers.aws_wire import wildcard
from tests.servers.http_base import FOREVER, Fault, HttpServer, Reply, Request, matching

AWS = Path(sys.executable).parent / "aws"
LINUX = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "marketoption": "OnDemand",
}
needs_aws = pytest.mark.skipif(not AWS.exists(), reason="no aws CLI beside this Python")


class Echo(HttpServer):
    """Answers with the path."""

    def reply(self, request: Request) -> Reply:
        if request.path == "/bug":
            raise KeyError("bug")
        return Reply(200, request.path.encode(), (("Content-Type", "text/plain"),))


@pytest.fixture
def server() -> Iterator[AwsServer]:
    with AwsServer(small()) as running:
        yield running
        assert running.errors == []


def post(url: str, body: str, service: str, region: str, **headers: str) -> tuple[int, str]:
    """Send a call "signed" for a service and region; (status, text)."""
    scope = f"AWS4-HMAC-SHA256 Credential=AKID/20250101/{region}/{service}/aws4_request, SignedHeaders=host"
    request = urllib.request.Request(url, body.encode(), {"Authorization": scope, **headers})
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def query(server: AwsServer, action: str, region: str = "us-east-1", **params: str) -> ElementTree.Element:
    """An EC2 or STS answer without its namespaces."""
    service = "sts" if action == "GetCallerIdentity" else "ec2"
    text = post(server.url, urlencode({"Action": action, **params}), service, region)[1]
    root = ElementTree.fromstring(text)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def texts(root: ElementTree.Element, tag: str) -> list[str]:
    return [element.text or "" for element in root.iter(tag)]


def products(server: AwsServer, region: str = "us-east-1", **document: Any) -> tuple[int, dict[str, Any]]:
    wanted = document.pop("wanted", {})
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()]
    body = json.dumps({"ServiceCode": "AmazonEC2", "Filters": filters, **document})
    target = {"X-Amz-Target": "AWSPriceListService.GetProducts"}
    status, text = post(server.url, body, "pricing", region, **target)
    return status, json.loads(text)


def usd(entry: str) -> str:
    (term,) = json.loads(entry)["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    assert dimension["unit"] == "Hrs"
    price: str = dimension["pricePerUnit"]["USD"]
    return price


def run_aws(server: AwsServer, home: Path, *args: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """The real CLI, in an environment that leads nowhere but to the server."""
    env = {
        "PATH": os.defpath,
        "HOME": str(home),
        "AWS_ACCESS_KEY_ID": "AKIDTEST",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_ENDPOINT_URL": server.url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_DEFAULT_OUTPUT": "json",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        **extra,
    }
    return subprocess.run(
        [str(AWS), *args],
        check=False,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


# ---- the HTTP base


def test_connections_stay_open_and_requests_are_logged() -> None:
    with Echo() as server:
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=300)
        for path in ("/one?a=b&c=%20", "/two"):
            connection.request("POST", path, b"x=1", {"User-Agent": "test", "X-Other": "dropped"})
            sock = connection.sock
            assert connection.getresponse().read() == path.partition("?")[0].encode()
            assert connection.sock is sock
        connection.close()
        first, second = server.requests
    assert (first.method, first.path, first.params) == ("POST", "/one", {"a": "b", "c": " "})
    assert second.form == {"x": "1"} and second.headers["user-agent"] == "test"
    assert "x-other" not in second.headers and second.time >= first.time


def test_requests_beyond_the_limit_are_refused() -> None:
    with Echo(max_requests=2) as server:
        statuses = [post(server.url, "", "s", "r")[0] for _ in range(3)]
        assert statuses == [200, 200, 503] and server.refused == 1 and len(server.requests) == 2


def test_a_bug_in_a_server_shows() -> None:
    with Echo() as server:
        assert post(server.url + "/bug", "", "s", "r")[0] == 500
        assert isinstance(server.errors[0], KeyError)


def test_faults_apply_in_order_and_so_many_times() -> None:
    with Echo() as server:
        server.inject(
            Fault(matching(path="/a"), Reply(503, b"busy"), times=2),
            Fault(matching(path="/a"), lambda request: Reply(429, request.path.encode())),
        )
        answers = [post(server.url + path, "", "s", "r") for path in ("/a", "/b", "/a", "/a", "/a")]
        assert answers == [(503, "busy"), (200, "/b"), (503, "busy"), (429, "/a"), (200, "/a")]
        server.inject(Fault(matching(), Reply(500), times=None))
        server.clear_faults()
        assert post(server.url, "", "s", "r")[0] == 200


def test_cut_and_reset_replies_break_the_client() -> None:
    with Echo() as server:
        server.inject(Fault(matching(path="/cut"), cut=True), Fault(matching(path="/reset"), reset=True))
        with pytest.raises(http.client.IncompleteRead):
            post(server.url + "/cut", "", "s", "r")
        with pytest.raises(ConnectionResetError):
            try:
                post(server.url + "/reset", "", "s", "r")
            except urllib.error.URLError as error:
                assert isinstance(error.reason, Exception)
                raise error.reason from None


def test_latency_is_added_and_closing_ends_a_hang() -> None:
    with Echo(latency=0.1) as server:
        begin = time.monotonic()
        post(server.url, "", "s", "r")
        assert time.monotonic() - begin >= 0.1
        server.inject(Fault(matching(), delay=FOREVER))
        threading.Timer(0.2, server.close).start()
        with pytest.raises((OSError, http.client.HTTPException)):
            post(server.url, "", "s", "r")
        assert time.monotonic() - begin < 300


def test_a_server_ends_by_itself() -> None:
    server = Echo(lifetime=0.2).start()
    server.wait()
    end = time.monotonic() + 300
    with pytest.raises(OSError):
        while time.monotonic() < end:  # it may still be about to close its socket
            post(server.url, "", "s", "r")


def test_malformed_and_chunked_requests_are_refused() -> None:
    with Echo() as server:
        for headers, status in (({"Transfer-Encoding": "chunked"}, 411), ({"Content-Length": "x"}, 413)):
            connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=300)
            connection.request("POST", "/", headers=headers)
            assert connection.getresponse().status == status
            connection.close()


# ---- STS and EC2


def test_identity_and_unsigned_calls(server: AwsServer) -> None:
    assert texts(query(server, "GetCallerIdentity"), "Account") == ["123456789012"]
    request = urllib.request.Request(server.url, b"Action=DescribeRegions")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=300)
    assert texts(query(server, "GetCallerIdentity", "ap-east-2"), "Code") == ["InvalidClientTokenId"]


def test_regions_not_opted_in_are_listed_on_demand_only(server: AwsServer) -> None:
    usable = texts(query(server, "DescribeRegions"), "regionName")
    assert usable == ["us-east-1", "us-west-2", "eu-central-1", "ap-southeast-4"]
    every = query(server, "DescribeRegions", AllRegions="true")
    states = dict(zip(texts(every, "regionName"), texts(every, "optInStatus"), strict=True))
    assert states["ap-southeast-4"] == "opted-in" and states["ap-east-2"] == "not-opted-in"
    assert states["us-east-1"] == "opt-in-not-required"
    filtered = query(
        server, "DescribeRegions", **{"Filter.1.Name": "region-name", "Filter.1.Value.1": "us-*"}
    )
    assert texts(filtered, "regionName") == ["us-east-1", "us-west-2"]


def test_a_call_into_a_region_not_opted_in_fails(server: AwsServer) -> None:
    status, text = post(server.url, "Action=DescribeInstanceTypes", "ec2", "ap-east-2")
    assert status == 401 and "<Code>AuthFailure</Code>" in text


def test_zones(server: AwsServer) -> None:
    root = query(server, "DescribeAvailabilityZones", "us-west-2")
    assert texts(root, "zoneName") == ["us-west-2a", "us-west-2b", "us-west-2c", "us-west-2d"]
    assert texts(root, "zoneId")[0] == "usw2-az2"
    assert set(texts(root, "groupLongName")) == {"US West (Oregon) 1"}
    assert set(texts(root, "zoneType")) == {"availability-zone"}


def test_instance_types_are_paged_and_true(server: AwsServer) -> None:
    names: list[str] = []
    params = {"MaxResults": "40"}
    while True:
        root = query(server, "DescribeInstanceTypes", **params)
        names += texts(root, "instanceType")
        token = texts(root, "nextToken")
        if not token:
            break
        assert len(texts(root, "instanceType")) == 40
        params["NextToken"] = token[0]
    assert sorted(names) == sorted(small().offered("us-east-1")) and names != sorted(names)
    assert {family_of(name) for name in names}.isdisjoint({"hpc7a", "trn2", "x8aedz"})
    bad = query(server, "DescribeInstanceTypes", NextToken="bogus")
    assert texts(bad, "Code") == ["InvalidNextToken"]


def test_named_instance_types(server: AwsServer) -> None:
    root = query(
        server, "DescribeInstanceTypes", **{"InstanceType.1": "m5.large", "InstanceType.2": "t3.nano"}
    )
    assert sorted(texts(root, "instanceType")) == ["m5.large", "t3.nano"]
    for name in ("zz9.large", "x8aedz.large"):  # unknown; not offered in this region
        bad = query(server, "DescribeInstanceTypes", **{"InstanceType.1": "m5.large", "InstanceType.2": name})
        assert texts(bad, "Code") == ["InvalidInstanceType"] and name in texts(bad, "Message")[0]


@pytest.mark.parametrize("kind", ["region", "availability-zone", "availability-zone-id"])
def test_offerings(server: AwsServer, kind: str) -> None:
    root = query(server, "DescribeInstanceTypeOfferings", "us-west-2", LocationType=kind)
    rows = set(zip(texts(root, "location"), texts(root, "instanceType"), strict=True))
    data = small()
    expected = {
        ({"region": "us-west-2", "availability-zone": zone.name}.get(kind, zone.zone_id), name)
        for zone in data.zones_of("us-west-2")
        for name in data.offerings[zone.name]
    }
    assert rows == expected and set(texts(root, "locationType")) == {kind}


def test_images_filters_and_decoys(server: AwsServer) -> None:
    wanted = {
        "Owner.1": "136693071363",
        "Filter.1.Name": "name",
        "Filter.1.Value.1": "debian-1?-*",
        "Filter.2.Name": "architecture",
        "Filter.2.Value.1": "x86_64",
    }
    names = texts(query(server, "DescribeImages", **wanted), "name")
    assert aws_small.PENDING in names and aws_small.DEPRECATED not in names and len(names) == 4
    available = {**wanted, "Filter.3.Name": "state", "Filter.3.Value.1": "available"}
    root = query(server, "DescribeImages", **available, IncludeDeprecated="true")
    names = texts(root, "name")
    assert aws_small.PENDING not in names and aws_small.DEPRECATED in names
    assert set(texts(root, "imageOwnerId")) == {"136693071363"}
    page = query(server, "DescribeImages", **available, MaxResults="2")
    assert len(texts(page, "name")) == 2 and len(texts(page, "nextToken")) == 1
    bad = query(server, "DescribeImages", **{"Filter.1.Name": "nome", "Filter.1.Value.1": "x"})
    assert texts(bad, "Code") == ["InvalidParameterValue"]


def test_wildcards() -> None:
    assert wildcard("a*c?").fullmatch("a/b[c]cd") and not wildcard("a*").fullmatch("ba")
    assert wildcard(r"a\*").fullmatch("a*") and not wildcard(r"a\*").fullmatch("ab")
    assert wildcard("[ab]").fullmatch("[ab]") and not wildcard("[ab]").fullmatch("a")


# ---- Pricing


def test_prices_with_all_filters(server: AwsServer) -> None:
    status, answer = products(server, wanted={**LINUX, "regionCode": "us-east-1"})
    rows = answer["PriceList"]
    prices = {json.loads(row)["product"]["attributes"]["instanceType"]: usd(row) for row in rows}
    known = {name: price for (region, name), price in small().prices.items() if region == "us-east-1"}
    assert status == 200 and prices["m5.large"] == "0.0960000000" and "NextToken" not in answer
    assert {name: float(price) for name, price in prices.items()} == {k: float(v) for k, v in known.items()}


@pytest.mark.parametrize("forgotten", sorted(LINUX))
def test_a_forgotten_filter_gives_other_prices_too(server: AwsServer, forgotten: str) -> None:
    wanted = {**LINUX, "regionCode": "us-east-1", "instanceType": "p5.48xlarge"}
    del wanted[forgotten]
    server.use(replace_price(small(), "p5.48xlarge", "55.04"))
    rows = products(server, wanted=wanted)[1]["PriceList"]
    assert len({usd(row) for row in rows}) > 1


def replace_price(data: AwsData, name: str, price: str) -> AwsData:
    return AwsData(**{**data.__dict__, "prices": {**data.prices, ("us-east-1", name): price}})


def test_prices_are_paged_and_served_in_few_regions(server: AwsServer) -> None:
    first = products(server, MaxResults=100)[1]
    second = products(server, MaxResults=100, NextToken=first["NextToken"])[1]
    assert len(first["PriceList"]) == 100 and not set(first["PriceList"]) & set(second["PriceList"])
    assert products(server, NextToken="bogus")[1]["__type"] == "InvalidNextTokenException"
    assert products(server, region="us-west-2")[0] == 404


# ---- faults, counts and changed data


def test_aws_faults_speak_each_service(server: AwsServer) -> None:
    def codes() -> list[str]:
        actions = ("DescribeRegions", "GetCallerIdentity")
        found = [code for action in actions for code in texts(query(server, action), "Code")]
        answer = products(server)[1]
        return found + ([answer["__type"]] if "__type" in answer else [])

    cases = {
        aws_faults.throttled_forever(None): ["RequestLimitExceeded", "Throttling", "ThrottlingException"],
        aws_faults.denied(None): ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException"],
        aws_faults.expired(): ["RequestExpired", "ExpiredToken", "ExpiredTokenException"],
        aws_faults.bad_keys(): ["AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException"],
    }
    for fault, expected in cases.items():
        server.inject(fault)
        assert codes() == expected
        server.clear_faults()
    assert codes() == []


def test_a_fault_is_for_one_action_and_region_and_calls_are_counted(server: AwsServer) -> None:
    server.inject(aws_faults.throttled("DescribeInstanceTypes", "us-west-2", times=1))
    assert texts(query(server, "DescribeInstanceTypes"), "Code") == []
    assert texts(query(server, "DescribeRegions", "us-west-2"), "Code") == []
    codes = [texts(query(server, "DescribeInstanceTypes", "us-west-2"), "Code") for _ in range(2)]
    assert codes == [["RequestLimitExceeded"], []]
    assert server.calls("ec2", "DescribeInstanceTypes") == 3
    assert server.calls("ec2", "DescribeInstanceTypes", "us-west-2") == 2
    assert server.calls() == 4 and server.calls("pricing") == 0


def test_cut_off_answers(server: AwsServer) -> None:
    server.inject(aws_faults.cut_off("DescribeInstanceTypes"))
    with pytest.raises(http.client.IncompleteRead):
        query(server, "DescribeInstanceTypes")


def test_changed_data() -> None:
    data = small()
    fewer = data.without_types(0.5)
    assert len(fewer.types) == len(data.types) // 2 and set(fewer.offered("us-east-1")) <= set(fewer.types)
    assert "MemoryInfo" not in data.without_figures("m5.large").types["m5.large"]
    renamed = data.with_type_renamed("m5.large", "m5.big")
    assert renamed.types["m5.big"]["InstanceType"] == "m5.big" and "m5.large" not in renamed.types
    assert renamed.prices["us-east-1", "m5.big"] == "0.096"
    grown = data.with_new_family("zz9")
    assert len(grown.types) == len(data.types) + 9 and "zz9.large" in grown.offered("eu-central-1")
    assert data.with_zero_price("m5.large").prices["us-west-2", "m5.large"] == "0"
    assert not data.empty().types and data.empty().regions
    assert "m5.large" in data.types and "MemoryInfo" in data.types["m5.large"]


def test_small_has_what_tests_rely_on() -> None:
    data = small()
    assert {family_of(name) for name in data.types} == aws_small.FAMILIES
    zones = {zone.name for zone in data.zones}
    assert set(data.offerings) == zones
    assert all(name in data.types for _, name in data.prices)


# ---- image names of the recording


def test_image_patterns_become_names() -> None:
    for pattern in ("debian-12-*", "RHEL-9.*", "CentOS Stream 9 *", "Rocky-9-EC2-Base-9.*.*", "OL9.3-*"):
        names = names_for(pattern)
        assert "x86_64" in names and all(wildcard(pattern).fullmatch(name) for name in names.values())
    assert names_for("almalinux9_7-x86_64-community-vmware-bundle") == {}
    assert creation_date("debian-12-amd64-20250316-2053") == "2025-03-16T00:00:00.000Z"


def test_a_pattern_yields_to_recorded_names() -> None:
    blank = dict.fromkeys(("owner_alias", "architecture", "description", "region", "image_id"), "")
    row = {**blank, "owner_id": "1", "name": "debian-12-*", "name_kind": "pattern"}
    exact = {"name": "debian-12-amd64-20250101-1", "name_kind": "exact", "architecture": "x86_64"}
    ids = [{"region": "us-east-1", "image_id": "ami-1"}, {"region": "eu-west-1", "image_id": "ami-2"}]
    (image,) = images_of([row, *({**row, **exact, **more} for more in ids)])
    assert image.name == exact["name"] and image.ids == {"us-east-1": "ami-1", "eu-west-1": "ami-2"}


def test_recorded_reads_the_facts(tmp_path: Path) -> None:
    tables = {
        "aws_regions.csv": """\
            region,long_name,partition,opt_in
            us-east-1,US East (N. Virginia),aws,opt-in-not-required
            af-south-1,Africa (Cape Town),aws,opt-in-required
            ap-east-2,Asia Pacific (Taipei),aws,opt-in-required
            cn-north-1,China (Beijing),aws-cn,
            """,
        "aws_zones.csv": """\
            region,zone,zone_id,source
            us-east-1,us-east-1a,use1-az6,x
            cn-north-1,cn-north-1a,cnn1-az1,x
            """,
        "aws_prices.csv": """\
            region,instance_type,usd_per_hour,source,as_of
            us-east-1,m5.large,0.096,x,2026-01-01
            cn-north-1,m5.large,9.9,x,2026-01-01
            """,
        "aws_prices_2025_04.csv": """\
            region,instance_type,usd_per_hour,source,as_of
            us-east-1,m5.large,0.095,x,2025-04-01
            """,
        "aws_images.csv": """\
            owner_id,owner_alias,name,name_kind,architecture,description,region,image_id,source
            136693071363,,debian-12-*,pattern,,Debian 12,,,x
            """,
    }
    for name, text in tables.items():
        (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")
    data = recorded(tmp_path)
    states = [(region.name, region.opt_in) for region in data.regions]
    assert states == [
        ("us-east-1", "opt-in-not-required"),
        ("af-south-1", "opted-in"),
        ("ap-east-2", "not-opted-in"),
    ]
    assert len(data.types) > 1000 and "m5.large" in data.offerings["us-east-1a"]
    assert data.prices == {("us-east-1", "m5.large"): "0.095"} and len(data.zones) == 1
    assert [image.architecture for image in data.images] == ["x86_64", "arm64"]


# ---- the real CLI, and moto


@needs_aws
def test_real_aws_pages_instance_types(server: AwsServer, tmp_path: Path) -> None:
    data = small()
    for number in range(10):
        data = data.with_new_family(f"zz{number}")
    server.use(data)
    done = run_aws(server, tmp_path, "ec2", "describe-instance-types")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["InstanceTypes"]
    assert {entry["InstanceType"]: entry for entry in found} == {
        name: data.types[name] for name in data.offered("us-east-1")
    }
    assert server.calls("ec2", "DescribeInstanceTypes") == 2


@needs_aws
def test_real_aws_parses_prices(server: AwsServer, tmp_path: Path) -> None:
    wanted = {**LINUX, "regionCode": "us-west-2", "instanceType": "t3.micro"}
    filters = [f"Type=TERM_MATCH,Field={field},Value={value}" for field, value in wanted.items()]
    args = ["pricing", "get-products", "--service-code", "AmazonEC2", "--filters", *filters]
    done = run_aws(server, tmp_path, *args)
    assert done.returncode == 0, done.stderr
    assert [usd(row) for row in json.loads(done.stdout)["PriceList"]] == ["0.0104000000"]


@needs_aws
def test_real_aws_reports_a_region_not_opted_in(server: AwsServer, tmp_path: Path) -> None:
    done = run_aws(server, tmp_path, "ec2", "describe-instance-types", "--region", "ap-east-2")
    assert done.returncode != 0 and "(AuthFailure)" in done.stderr


@needs_aws
def test_real_aws_gets_through_throttling(server: AwsServer, tmp_path: Path) -> None:
    server.inject(aws_faults.throttled("DescribeRegions", times=3))
    patient = {"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "5"}
    done = run_aws(server, tmp_path, "ec2", "describe-regions", **patient)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["Regions"]) == 4 and server.calls("ec2", "DescribeRegions") == 4


@pytest.mark.slow
def test_moto_answers_what_is_forwarded() -> None:
    pytest.importorskip("flask", reason="moto_server needs flask")
    with moto_server() as url, AwsServer(small(), moto_url=url) as server:
        root = query(server, "DescribeInstanceTypeOfferings", LocationType="region")
        assert len(texts(root, "instanceType")) > len(small().types)
        assert texts(query(server, "DescribeRegions"), "regionName")[0] == "us-east-1"
        assert server.errors == []
