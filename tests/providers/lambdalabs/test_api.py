# SPDX-License-Identifier: MIT
"""The Lambda Labs provider against a loopback API: what it fetches, and what it makes of faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import lambdalabs_api
from cloudlib.calls.run import CallLog
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog, Region
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    CallFailed,
    CatalogError,
    CloudError,
    NoCredentials,
    ServiceFailed,
    ShortAnswer,
    Throttled,
    TimedOut,
    layout,
)
from cloudlib.provider import Request
from cloudlib.show import cli
from providers.lambdalabs import calls as lambdalabs_calls
from providers.lambdalabs import commands as lambdalabs_commands
from tests.servers import lambda_server
from tests.servers.http_base import Fault
from tests.servers.lambda_data import LambdaData, small
from tests.servers.lambda_server import KEY, LambdaServer
from tests.support.tree import Tree

WRONG = "secret_wrong_0123456789abcdef.WrongKeyWrongKey"


_PAUSE = CallLog.pause


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[LambdaServer]:
    """The small Lambda, its key in the environment, and no waiting between requests and retries."""
    monkeypatch.setattr(CallLog, "pause", lambda self, seconds: None)
    monkeypatch.setattr(lambdalabs_calls, "SPACING", 0.0)
    monkeypatch.setenv("HOME", str(tmp_path))
    with LambdaServer() as running:
        monkeypatch.setenv("LAMBDALABS_API_BASE", running.base)
        monkeypatch.setenv("LAMBDA_API_KEY", KEY)
        yield running
        assert running.errors == []


def fetch(known: Catalog | None = None) -> tuple[Catalog, Request]:
    request = Request(log=CallLog(), known=known)
    return lambdalabs_api.fetch(request), request


def failure(kind: type[CloudError]) -> CloudError:
    with pytest.raises(kind) as caught:
        fetch()
    told = caught.value.what + caught.value.hint
    assert KEY not in told and WRONG not in told
    return caught.value


# --- what is fetched ---


def test_a_fetch(server: LambdaServer) -> None:
    catalog, request = fetch()
    assert len(catalog.instance_types) == 6 and len(catalog.images) == 9
    assert [r.name for r in catalog.regions] == ["europe-central-1", "us-east-1", "us-south-2", "us-west-1"]
    assert catalog.default_region == "us-east-1"
    assert request.log.calls == 3 == len(server.requests)
    assert all(set(k.regions) == {r.name for r in catalog.regions} for k in catalog.instance_types)
    gh200 = next(k for k in catalog.instance_types if k.name == "gpu_1x_gh200")
    assert gh200.architectures == ("arm64",)
    assert request.remarks == [
        "capacity now (number of regions): gpu_1x_a10 (2), gpu_1x_gh200 (1), gpu_8x_h100_sxm5 (1), "
        "gpu_8x_v100 (1); 2 types have none"
    ]


def test_requests_are_a_second_apart(server: LambdaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambdalabs_calls, "SPACING", 0.4)
    monkeypatch.setattr(CallLog, "pause", _PAUSE)
    fetch()
    times = [request.time for request in server.requests]
    assert all(later - earlier >= 0.39 for earlier, later in zip(times, times[1:]))  # noqa: RUF007


def test_capacity_changes_no_record(server: LambdaServer) -> None:
    first, _ = fetch()
    server.data = replace(small(), capacity={})
    second, request = fetch(first)
    assert catalogfile.digest(first) == catalogfile.digest(second)
    assert first.provenance.notices == second.provenance.notices == ()
    assert "none; 6 types have none" in request.remarks[-1]


def test_an_api_that_lists_no_regions(server: LambdaServer) -> None:
    """Regions are then those of images and capacity, and those the tree knew."""
    first, _ = fetch()
    full = small()
    few = tuple(i for i in full.images if i["region"]["name"] == "us-west-1")
    server.data = replace(full, lists_regions=False, images=few, capacity={"gpu_1x_a10": ("us-south-2",)})
    alone, _ = fetch()
    assert [r.name for r in alone.regions] == ["us-south-2", "us-west-1"]
    assert alone.default_region == "us-south-2"
    second, request = fetch(first)
    assert catalogfile.digest(first) == catalogfile.digest(second)
    assert "kept from before: europe-central-1, us-east-1" in request.remarks[0]


def test_a_region_that_nobody_names_any_more_is_forgotten(server: LambdaServer) -> None:
    """One answer named it by mistake: it goes after 20 refreshes; one that is named again starts anew."""
    first, _ = fetch()
    slip = Region("typo-1")
    known = replace(first, regions=(*first.regions, slip))
    for refreshes in range(1, 21):
        known, _ = fetch(known)
        assert slip in known.regions and known.provenance.unanswered == {"typo-1": refreshes}
        assert all("typo-1" in itype.regions for itype in known.instance_types)
    last, request = fetch(known)
    assert last.regions == first.regions and last.provenance.unanswered == {}
    assert "not named in this answer, forgotten: typo-1" in request.remarks


def test_nothing_names_a_region(server: LambdaServer) -> None:
    server.data = replace(small(), lists_regions=False, images=(), capacity={})
    assert "no region" in failure(CatalogError).what


def test_a_type_that_is_gone_is_gone(server: LambdaServer) -> None:
    first, _ = fetch()
    full = small()
    server.data = replace(full, types={n: k for n, k in full.types.items() if n != "gpu_8x_v100"})
    second, _ = fetch(first)
    assert len(second.instance_types) == 5


def test_regions_alone(server: LambdaServer) -> None:
    listed = lambdalabs_api.list_regions(Request(log=CallLog()))
    assert len(listed.regions) == 4 and listed.zones == () and server.count() == 1
    server.data = replace(small(), lists_regions=False)
    assert lambdalabs_api.list_regions(Request(log=CallLog())) == listed


def test_images_alone(server: LambdaServer) -> None:
    assert len(lambdalabs_api.list_images(Request(log=CallLog()))) == 9
    assert server.count() == server.count("images") == 1


# --- faults ---


def test_a_wrong_key(server: LambdaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMBDA_API_KEY", WRONG)
    error = failure(NoCredentials)
    assert error.exit_code == 3 and "API key was invalid" in error.what
    assert error.hint.startswith("Check your API key") and lambdalabs_api.SETUP_HINT in error.hint
    assert server.count() == 1


def test_an_account_that_may_not(server: LambdaServer) -> None:
    server.inject(lambda_server.denied())
    error = failure(AccessDenied)
    assert "Your account is inactive. (HTTP 403, global/account-inactive)" in error.what
    assert error.hint == "Make sure you have a card."


def test_a_wrong_key_with_another_status(server: LambdaServer) -> None:
    reply = lambda_server.error(403, "global/invalid-api-key", "API key was invalid.")
    server.inject(Fault(lambda_server.to(""), reply=reply, times=None))
    assert failure(NoCredentials).exit_code == 3


def test_throttled_once_and_broken_once(server: LambdaServer) -> None:
    server.inject(lambda_server.throttled("instance-types"), lambda_server.broken("images"))
    catalog, request = fetch()
    assert request.log.calls == 5 == catalog.provenance.calls


def test_throttled_for_ever(server: LambdaServer) -> None:
    server.inject(lambda_server.throttled(times=None))
    assert "Too many requests." in failure(Throttled).what


@pytest.mark.parametrize("status", [500, 502, 503])
def test_broken_for_ever(server: LambdaServer, status: int) -> None:
    server.inject(lambda_server.broken("images", times=None, status=status))
    assert f"Something failed. (HTTP {status}" in failure(CallFailed).what


def test_a_broken_list_of_regions_is_not_one_that_is_missing(server: LambdaServer) -> None:
    server.inject(lambda_server.broken("regions", times=None))
    failure(CallFailed)


@pytest.mark.parametrize("what", ["instance-types", "images", "regions"])
def test_a_web_page(server: LambdaServer, what: str) -> None:
    server.inject(lambda_server.web_page(what))
    assert "an HTML page" in failure(BadReply).what


@pytest.mark.parametrize("what", ["instance-types", "images", "regions"])
def test_a_cut_off_reply(server: LambdaServer, what: str) -> None:
    server.inject(lambda_server.cut_off(what))
    assert "cut off" in failure(ServiceFailed).what


def test_a_connection_that_hangs(server: LambdaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_CALL_TIMEOUT", "0.3")
    server.inject(lambda_server.hangs("images"))
    failure(TimedOut)


def test_an_error_that_comes_as_a_success(server: LambdaServer) -> None:
    reply = lambda_server.error(200, "global/unknown", "We are sorry.")
    server.inject(Fault(lambda_server.to("instance-types"), reply=reply, times=None))
    assert "We are sorry." in failure(CallFailed).what


def test_an_answer_without_data(server: LambdaServer) -> None:
    reply = lambda_server.json_reply(200, {"types": {}})
    server.inject(Fault(lambda_server.to("instance-types"), reply=reply, times=None))
    assert "the answer to instance-types has no data" in failure(BadReply).what


def test_no_types_at_all(server: LambdaServer) -> None:
    server.data = replace(small(), types={})
    assert failure(ShortAnswer).what == "lambdalabs: the answer has no instance types"


@pytest.mark.parametrize("status", [200, 401, 403, 500])
def test_an_error_that_repeats_the_key(
    server: LambdaServer, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("DEBUG", "1")
    home_key(monkeypatch)
    reply = lambda_server.error(status, f"code/{KEY}", f"no\nsuch key: {KEY}", f"use another than {KEY}")
    server.inject(Fault(lambda_server.to(""), reply=reply, times=None))
    assert "no such key: [redacted]" in failure(CallFailed if status != 401 else NoCredentials).what
    told = capfd.readouterr()
    assert KEY not in told.out + told.err and "GET http" in told.err


def home_key(monkeypatch: pytest.MonkeyPatch, mode: int = 0o600) -> None:
    """The key in its file alone, where no variable of the environment gives it away."""
    monkeypatch.delenv("LAMBDA_API_KEY")
    path = Path("~/.lambdalabs/credentials").expanduser()
    path.parent.mkdir()
    path.write_text(f"[default]\nlambdalabs_api_key = {KEY}\n", encoding="utf-8")
    path.chmod(mode)


def test_a_key_file_that_others_can_read(
    server: LambdaServer, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home_key(monkeypatch, 0o644)
    catalog, request = fetch()
    assert "chmod 600" in capfd.readouterr().err
    assert request.remarks[0].startswith("notice: ~/.lambdalabs/credentials is open to other users")
    assert catalog.provenance.notices == ()


# --- the whole way ---


def generate(tree: Tree, server: LambdaServer | None, **env: str) -> tuple[int, str]:
    # FORCE=1: the committed catalog knows a larger Lambda than the server is.
    more = {"LAMBDALABS_API_BASE": server.base, "LAMBDA_API_KEY": KEY, "FORCE": "1"} if server else {}
    done = tree.make("cloud-config-lambdalabs", check=False, **{**more, **env})
    assert KEY not in done.stdout + done.stderr and "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_menus_of_an_administrator(tree: Tree) -> None:
    with LambdaServer() as server:
        code, told = generate(tree, server)
        assert code == 0 and "lambdalabs: capacity now" in told
        assert server.count() == 3
    catalog = tree.read("terraform/lambdalabs/kconfigs/catalog.json.generated")
    assert "capacity" not in catalog and KEY not in catalog
    assert (tree.root / ".lambdalabs_cloud_config_generated").exists()
    tree.make("defconfig-lambdalabs-gpu-1x-a10")
    assert tree.config()["TERRAFORM_LAMBDALABS_INSTANCE_TYPE"] == "gpu_1x_a10"
    assert tree.config()["TERRAFORM_LAMBDALABS_USE_DYNAMIC_CONFIG"] == "y"
    assert tree.vendor_calls() == []


def test_no_key_changes_nothing(tree: Tree) -> None:
    before = tree.menu_state()
    code, told = generate(tree, None)
    assert code != 0 and "no Lambda API key" in told and "https://cloud.lambda.ai/api-keys" in told
    done = tree.python("scripts/generate_cloud_configs.py", "--provider", "lambdalabs", check=False)
    assert done.returncode == 3 and tree.menu_state() == before


@pytest.mark.slow
def test_a_fault_changes_nothing(tree: Tree) -> None:
    with LambdaServer() as server:
        assert generate(tree, server)[0] == 0
        before = tree.menu_state()
        server.inject(lambda_server.web_page("images"))
        code, told = generate(tree, server)
    assert code != 0 and "FAILED" in told and tree.menu_state() == before


def test_the_data_are_what_the_tests_say() -> None:
    assert isinstance(small(), LambdaData) and "gpu_1x_a6000" not in small().capacity


def test_no_word_of_the_api_steers_the_terminal(
    server: LambdaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its error message, and the name of a type in the list of what can be started."""
    attack = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"
    reply = lambda_server.error(403, "global/account-inactive", attack, attack)
    server.inject(Fault(lambda_server.to(""), reply=reply, times=None))
    with pytest.raises(CloudError) as caught:
        cli.main(lambdalabs_api, ["regions", "list"], program="lambda-cli")
    said = "\n".join(layout(caught.value))
    assert "owned" in said and not {"\x1b", "\x07", "\x9b", "\u202e"} & {*said}
    server.clear_faults()
    offers = server.data.offers()
    renamed = {"data": {**offers, attack: next(iter(offers.values()))}}
    server.inject(
        Fault(lambda_server.to("instance-types"), reply=lambda_server.json_reply(200, renamed), times=None)
    )
    words = ["capacity"]
    assert cli.main(lambdalabs_api, words, program="lambda-cli", extend=lambdalabs_commands.add) == 0
    said = "".join(capsys.readouterr())
    assert "gpu_1x_a10" in said and not {"\x1b", "\x07", "\x9b", "\u202e"} & {*said}
