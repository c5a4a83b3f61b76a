# SPDX-License-Identifier: MIT
"""From az to published menus, against a server of the tests; `make test-azure` runs the real az too."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import azure_api
from cloudlib import provider
from cloudlib.calls import retry
from cloudlib.calls.run import CallLog
from cloudlib.catalog import file as catalogfile
from cloudlib.errors import CloudError, NoCredentials
from providers.azure import calls as azure_calls
from tests.servers import azure_faults as faults
from tests.servers.azure_recorded import committed
from tests.servers.azure_server import SUBSCRIPTION, TENANT, TOKEN, AzureServer, json_reply
from tests.servers.http_base import Fault, Reply, Request
from tests.support.azure import FAKE, Azure, make_azure, put_az, real_az, real_version
from tests.support.costly import mostly_slow
from tests.support.kconf import choose, parse_menus, value, visible
from tests.support.tree import ROOT, Tree

CATALOG = "terraform/azure/kconfigs/catalog.json.generated"
LOCATIONS = 5
AZ = [pytest.param(False, id="fake"), pytest.param(True, id="real", marks=pytest.mark.real_azure)]
T = "TERRAFORM_AZURE"


@pytest.fixture
def server() -> Iterator[AzureServer]:
    with AzureServer() as running:
        yield running
        assert running.errors == []
        assert {r.method for r in running.requests} <= {"GET", "CONNECT"}, "nothing is ever written"


@pytest.fixture
def azure(tree: Tree, server: AzureServer, request: pytest.FixtureRequest) -> Azure:
    """A tree with the committed static menus, in front of a small Azure."""
    return make_azure(tree, server, real=getattr(request, "param", False))


@pytest.mark.parametrize("azure", AZ, indirect=True)
def test_a_complete_fetch_is_published_and_costs_few_processes(azure: Azure) -> None:
    _, said = azure.config()
    assert "published" in said
    assert sorted(azure.calls()) == ["account get-access-token --output json", "version --output json"]
    assert azure.server.count(query="location eq") == LOCATIONS
    catalog = json.loads(azure.tree.read(CATALOG))
    types = {t["name"]: t for t in catalog["instance_types"]}
    assert types["Standard_D4s_v5"]["prices"]["Azure Retail Prices"]["0.192"] == "eastus"
    assert types["Standard_D4s_v5"]["offered"]["eastus2"] == "-1 -2 -3"
    assert types["Standard_NC4as_T4_v3"]["offered"] == {"eastus": "-2"}
    assert (azure.tree.root / ".azure_cloud_config_generated").exists()
    first = {name: text for name, text in azure.tree.menu_state().items() if "catalog.json" not in name}
    azure.config()
    assert {n: t for n, t in azure.tree.menu_state().items() if "catalog.json" not in n} == first
    assert TOKEN not in said + "".join(azure.calls()) + azure.tree.read(CATALOG)


UNTOUCHED: list[tuple[str, Callable[[], Fault], int, str]] = [
    ("expired", faults.expired, 3, "no valid Azure credentials"),
    ("not registered", faults.not_registered, 1, "az provider register"),
    ("denied", faults.denied, 1, "names the role"),
    ("a web page", faults.web_page, 1, "whole JSON"),
    ("a page elsewhere", lambda: faults.links_to("https://evil.example/x"), 1, "nothing was sent"),
    ("identity endpoint fails", lambda: faults.broken(faults.TOKEN), 1, "no token"),
]


@pytest.mark.parametrize("azure", AZ, indirect=True)
@pytest.mark.parametrize(
    ("fault", "code", "words"), mostly_slow([u[1:] for u in UNTOUCHED]), ids=[u[0] for u in UNTOUCHED]
)
def test_a_fault_that_ends_the_fetch_leaves_every_file(
    azure: Azure, fault: Callable[[], Fault], code: int, words: str
) -> None:
    before = azure.tree.menu_state()
    azure.server.inject(fault())
    got, said = azure.config(check=False)
    assert (got, words in said) == (code, True), said
    assert "next:" in said and "unchanged:" in said and "published" not in said
    assert azure.tree.menu_state() == before and azure.calls()
    assert TOKEN not in said


@pytest.mark.slow
def test_a_location_that_fails_keeps_its_last_known_data(azure: Azure) -> None:
    azure.config()
    before = json.loads(azure.tree.read(CATALOG))
    azure.server.inject(faults.missing(faults.SKUS, faults.at("eastus2")))
    _, said = azure.config()
    assert "not reached: eastus2" in said and "last known data are kept" in said
    after = json.loads(azure.tree.read(CATALOG))
    assert after["instance_types"] == before["instance_types"] and after["zones"] == before["zones"]


def test_without_az_nothing_happens(azure: Azure) -> None:
    before = azure.tree.menu_state()
    (azure.tree.home.parent / "bin" / "az").unlink()
    code, said = azure.config(check=False)
    assert code == 3 and "install the Azure CLI" in said
    assert azure.tree.menu_state() == before


@pytest.mark.slow
def test_the_cli_answers_with_data_on_stdout(azure: Azure) -> None:
    def ask(*words: str, check: bool = True) -> tuple[int, str, str]:
        done = azure.tree.python("scripts/azure-cli", "--output", "json", *words, check=check, **azure.env)
        assert TOKEN not in done.stdout + done.stderr
        return done.returncode, done.stdout, done.stderr

    rows = json.loads(ask("cheapest", "--region", "EastUS2", "--arch", "arm64")[1])
    assert [(r["name"], r["architectures"], r["price_region"]) for r in rows] == [
        ("Standard_D4ps_v5", ["arm64"], "eastus2")
    ]
    east = json.loads(ask("regions", "list", "--include-zones")[1])[0]
    assert (east["name"], [z["name"] for z in east["zones"]]) == (
        "eastus",
        ["eastus-1", "eastus-2", "eastus-3"],
    )
    images = json.loads(ask("images", "list")[1])
    assert {"publisher", "offer", "sku"} <= set(images[0]) and len({i["distro"] for i in images}) == 8
    code, out, told = ask("instance-types", "list", "--region", "mars", check=False)
    assert code == 2 and out == "" and "one of: eastus, " in told


# --- the menus ---


def test_sizes_follow_the_architecture_and_images_the_size(
    azure: Azure, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    azure.config()
    catalog = catalogfile.load_file(azure.tree.root / CATALOG)
    kconf = parse_menus(tmp_path / "menus", catalog, azure_api.MENU_NAMES)
    assert "DPSV5" not in visible(kconf, f"{T}_VM_FAMILY_")
    sku = f"{T}_IMAGE_SKU"
    assert "DV3" not in visible(kconf, f"{T}_VM_FAMILY_"), "a previous generation"
    choose(kconf, f"{T}_PREVIOUS_GENERATION")
    for family, debian in (("DV3", "12"), ("DSV5", "12-gen2")):
        choose(kconf, f"{T}_VM_FAMILY_{family}")
        kconf.syms[f"{T}_IMAGE_DEBIAN_12"].set_value("y")
        assert value(kconf, sku) == debian, family
    assert "ROCKY" in visible(kconf, f"{T}_DISTRO_"), "Dsv5 boots both generations"
    choose(kconf, f"{T}_REGION_EASTUS2", f"{T}_CATEGORY_STORAGE_OPTIMIZED", f"{T}_VM_FAMILY_LSV3")
    assert "ROCKY" not in visible(kconf, f"{T}_DISTRO_"), "Lsv3 boots one of them, and Rocky tells none"
    choose(kconf, "TARGET_ARCH_ARM64", f"{T}_CATEGORY_GENERAL_PURPOSE")
    assert visible(kconf, f"{T}_VM_FAMILY_") == ["DPSV5"]
    assert value(kconf, sku) == "12-arm64"
    assert visible(kconf, f"{T}_DISTRO_") == ["DEBIAN", "REDHAT", "SUSE", "UBUNTU", "CUSTOM"]


@pytest.mark.parametrize("region", ["EASTUS", "WESTUS"])
def test_a_zone_is_told_only_when_one_is_chosen(tree: Tree, region: str) -> None:
    tree.write(".config", f"CONFIG_{T}=y\nCONFIG_{T}_REGION_{region}=y\n")
    tree.make("olddefconfig")
    tree.make()
    assert "terraform_azure_zone" not in tree.read("extra_vars.yaml")
    if region == "EASTUS":
        tree.write(".config", f"CONFIG_{T}=y\nCONFIG_{T}_ZONE_EASTUS_3=y\n")
        tree.make("olddefconfig")
        tree.make()
        assert "terraform_azure_zone: '3'" in tree.read("extra_vars.yaml")


# --- the real az ---


@pytest.mark.real_azure
def test_the_fake_says_what_the_real_one_says(
    server: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Else the tests with the fake would prove nothing."""
    monkeypatch.setattr(retry, "TRIES", 1)
    said: dict[str, list[tuple[str, str]]] = {}

    def fails(name: str) -> None:
        with pytest.raises(CloudError) as caught:
            azure_calls.login(CallLog())
        said.setdefault(name, []).append((type(caught.value).__name__, caught.value.what))

    for name, az in (("real", real_az()), ("fake", FAKE)):
        folder = tmp_path / name
        folder.mkdir()
        put_az(folder, folder / "log", az)
        env = server.env(folder / "config", real_version())
        for key, text in {**env, "PATH": f"{folder}:{os.environ['PATH']}"}.items():
            monkeypatch.setenv(key, text)
        assert azure_calls.login(CallLog()) == azure_calls.Login(SUBSCRIPTION, TOKEN)
        for fault in (faults.broken(faults.TOKEN), faults.resets(faults.TOKEN)):
            server.clear_faults()
            server.inject(fault)
            fails(name)
        server.clear_faults()
        profile = folder / "config" / "azureProfile.json"
        subscriptions = json.loads(profile.read_text(encoding="utf-8"))["subscriptions"]
        for state, kept in (
            ("no-subscription", [{**s, "isDefault": False} for s in subscriptions]),
            ("not-logged-in", []),
        ):
            profile.write_text(json.dumps({"subscriptions": kept}), encoding="utf-8")
            monkeypatch.setenv("FAKE_AZ_STATE", state)
            fails(name)
        monkeypatch.delenv("FAKE_AZ_STATE")
    assert said["fake"] == said["real"]


class ExpiredLogin(AzureServer):
    """Entra ID, to which a service principal logs in, and which does not let it."""

    def reply(self, request: Request) -> Reply:
        here = f"https://login.microsoftonline.com/{TENANT}"
        if request.path.endswith("/oauth2/v2.0/token"):
            words = "AADSTS700082: The refresh token has expired due to inactivity."
            return json_reply(400, {"error": "invalid_grant", "error_description": words})
        if request.path.endswith("openid-configuration"):
            ends = ("authorize", "token", "devicecode")
            names = ("authorization_endpoint", "token_endpoint", "device_authorization_endpoint")
            urls = {name: f"{here}/oauth2/v2.0/{end}" for name, end in zip(names, ends)}
            return json_reply(200, {**urls, "issuer": f"{here}/v2.0"})
        if request.path.endswith("/discovery/instance"):
            about = f"{here}/v2.0/.well-known/openid-configuration"
            return json_reply(200, {"tenant_discovery_endpoint": about, "metadata": []})
        return super().reply(request)


@pytest.mark.real_azure
def test_a_login_that_has_expired(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the real az says of it."""
    put_az(tmp_path, tmp_path / "log", real_az())
    folder, name = tmp_path / "config", "00000000-0000-0000-0000-0000000000aa"
    with ExpiredLogin() as server:
        env = server.env(folder, real_version())
        for key, text in {**env, "PATH": f"{tmp_path}:{os.environ['PATH']}"}.items():
            monkeypatch.setenv(key, text)
        profile = json.loads((folder / "azureProfile.json").read_text(encoding="utf-8"))
        profile["subscriptions"][0]["user"] = {"name": name, "type": "servicePrincipal"}
        (folder / "azureProfile.json").write_text(json.dumps(profile), encoding="utf-8")
        entry = {"client_id": name, "tenant": TENANT, "client_secret": "made-up"}
        (folder / "service_principal_entries.json").write_text(json.dumps([entry]), encoding="utf-8")
        with pytest.raises(NoCredentials, match="no valid Azure credentials: AADSTS700082"):
            azure_calls.login(CallLog())
        assert server.count("/oauth2/v2.0/token", method="POST") == 1


@pytest.mark.real_azure
def test_the_whole_of_azure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The committed catalog served with 100 ms a reply: processes, memory, and every record the same."""
    path = ROOT / "terraform/azure/kconfigs/catalog.json.static"
    known = catalogfile.load_file(path)
    put_az(tmp_path, tmp_path / "log", real_az())
    with AzureServer(committed(path), latency=0.1) as server:
        env = server.env(tmp_path / "config", real_version())
        for key, text in {**env, "PATH": f"{tmp_path}:{os.environ['PATH']}"}.items():
            monkeypatch.setenv(key, text)
        made = azure_api.fetch(provider.Request(log=CallLog()))
    assert len(made.instance_types) == len(known.instance_types)
    assert {t.name: (t.regions, t.zones) for t in made.instance_types} == {
        t.name: (t.regions, t.zones) for t in known.instance_types
    }
    assert made.images == known.images
    assert len((tmp_path / "log").read_text(encoding="utf-8").splitlines()) == 2
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        assert resource.getrusage(who).ru_maxrss < 700_000, "KiB of the largest process"
