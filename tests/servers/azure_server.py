# SPDX-License-Identifier: MIT
"""A loopback Azure: a proxy that ends TLS, for the real `az`, for the fake one, and for our own requests.

    with AzureServer(small()) as server:
        run(["az", "account", "list-locations"], env=server.env(folder))
        assert server.count("/subscriptions") == 1

It answers as management.azure.com, prices.azure.com and the identity endpoint. From the repository's root:
python3 -m tests.servers.azure_server [--facts DIR] [--latency S] [--lifetime S] prints what to export.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shlex
import tempfile
import threading
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.servers.azure_data import AzureData, ImageSku, small
from tests.servers.azure_recorded import recorded
from tests.servers.http_base import HttpServer
from tests.servers.http_wire import Reply, Request
from tests.servers.tls import authority

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
TENANT = "99999999-8888-7777-6666-555555555555"
TOKEN = "testing.token.value-0123456789"
ARM, PRICES = "management.azure.com", "prices.azure.com"
HOSTS = (ARM, PRICES, "login.microsoftonline.com")

_SUBSCRIPTION_PATH = f"/subscriptions/{SUBSCRIPTION}"
_COMPUTE = f"{_SUBSCRIPTION_PATH}/providers/Microsoft.Compute"
_IMAGES = re.compile(
    rf"{re.escape(_COMPUTE)}/locations/(?P<location>\w+)/publishers/(?P<publisher>[\w-]+)/artifacttypes/vmimage/offers"
    r"(?:/(?P<offer>[\w-]+)/skus(?:/(?P<sku>[\w.-]+)/versions)?)?\Z"
)


class AzureServer(HttpServer):
    """Azure with the given data. `page` is how many rows a list of sizes has, 0 for all; prices have 1,000.

    See HttpServer for latency, lifetime, faults and the log.
    """

    def __init__(
        self, data: AzureData | None = None, *, page: int = 0, price_page: int = 1000, **options: Any
    ) -> None:
        super().__init__(**options)
        self.page, self.price_page = page, price_page
        self._folder = tempfile.TemporaryDirectory(prefix="azure-server-")
        self.tls, self.ca = authority(Path(self._folder.name), HOSTS)
        self._kept: dict[tuple[str, str], Reply] = {}
        self._kept_lock = threading.Lock()
        self.data = small() if data is None else data

    def close(self) -> None:
        super().close()
        self._folder.cleanup()

    def use(self, data: AzureData) -> None:
        """Serve other data from now on."""
        with self._kept_lock:
            self._kept.clear()
            self.data = data

    def count(self, path: str = "", query: str = "", method: str = "") -> int:
        """How many requests were made to paths that hold `path`."""
        return sum(
            path in r.path and query in unquote(r.query) and method in ("", r.method) for r in self.requests
        )

    def env(self, folder: Path, version: str = "") -> dict[str, str]:
        """What has to be set for az to talk to this server and to nobody else; `folder` becomes its home.

        `version` is that of the az in use: given, az does not look for a newer one.
        """
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "azureProfile.json").write_text(json.dumps(_PROFILE), encoding="utf-8")
        if version:
            future = {"versions": {"azure-cli": {"local": version}, "core": {"local": version}}}
            check = {**future, "update_time": "2999-01-01 00:00:00.000000"}
            (folder / "versionCheck.json").write_text(json.dumps(check), encoding="utf-8")
        proxies = ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy")
        return {
            **dict.fromkeys(proxies, self.url),
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
            "REQUESTS_CA_BUNDLE": str(self.ca),
            "AZURE_CONFIG_DIR": str(folder),
            "IDENTITY_ENDPOINT": f"{self.url}/msi/token",
            "IDENTITY_HEADER": "testing",
            "AZURE_POD_IDENTITY_AUTHORITY_HOST": self.url,
            "AZURE_CORE_COLLECT_TELEMETRY": "0",
        }

    def reply(self, request: Request) -> Reply:
        """The answer to any request, an error of Resource Manager included."""
        if request.path == "/msi/token":
            return json_reply(200, _token())
        if request.method != "GET":
            return error(405, "MethodNotAllowed", "this server is only read")
        if request.path.startswith("/api/retail/prices"):
            return self._cached(request, self._prices)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(401, "InvalidAuthenticationToken", "The access token is invalid.")
        return self._cached(request, self._arm)

    def _cached(self, request: Request, answer: Any) -> Reply:
        key = (request.path, request.query)
        with self._kept_lock:
            reply = self._kept.get(key)
        if reply is None:
            made: Reply = answer(request)
            with self._kept_lock:
                reply = self._kept.setdefault(key, made)
        return reply

    def _arm(self, request: Request) -> Reply:
        path, params = request.path, request.params
        if not path.startswith(_SUBSCRIPTION_PATH):
            return error(404, "SubscriptionNotFound", "The subscription could not be found.")
        if path == f"{_SUBSCRIPTION_PATH}/locations":
            return json_reply(200, {"value": list(self.data.locations)})
        if path == f"{_COMPUTE}/skus":
            where = re.fullmatch(r"location eq '(\w+)'", params.get("$filter", ""))
            if where is None:
                return error(400, "BadRequest", "this server wants a location filter")
            return json_reply(
                200, self._page(request, self.data.skus(where[1]), self.page, "value", "nextLink")
            )
        images = _IMAGES.match(path)
        if images:
            return self._images(images, params)
        return error(404, "ResourceNotFound", f"there is no {path} here")

    def _page(self, request: Request, rows: list[Any], size: int, items: str, link: str) -> Any:
        """One page, and where the next one is."""
        start = int(request.params.get("$skip", "0"))
        size = size or len(rows) or 1
        host = PRICES if items == "Items" else ARM
        query = re.sub(r"&?(?:\$|%24)skip=\d+", "", request.query)
        following = f"https://{host}{request.path}?{query}&$skip={start + size}"
        more = start + size < len(rows)
        last = {link: ""} if items == "Items" else {}
        return {items: rows[start : start + size], **({link: following} if more else last)}

    def _prices(self, request: Request) -> Reply:
        asked = request.params.get("$filter", "")
        where = re.search(r"armRegionName eq '(\w+)'", asked)
        rows = list(self.data.prices.get(where[1] if where else "", ()))
        if products := re.findall(r"productName eq '([^']+)'", asked):
            rows = [row for row in rows if row["productName"] in products]
        return json_reply(200, self._page(request, rows, self.price_page, "Items", "NextPageLink"))

    def _images(self, asked: re.Match[str], params: dict[str, str]) -> Reply:
        skus = [i for i in self.data.images if i.publisher == asked["publisher"]]
        if asked["offer"] is None:
            return self._names(skus, lambda i: i.offer)
        skus = [i for i in skus if i.offer == asked["offer"]]
        if asked["sku"] is None:
            return self._names(skus, lambda i: i.sku)
        skus = [i for i in skus if i.sku == asked["sku"]]
        rows = [_version(i, "properties" in params.get("$expand", "")) for i in skus if i.versions]
        return json_reply(200, rows) if skus else error(404, "NotFound", "Artifact: VMImage was not found.")

    def _names(self, skus: list[ImageSku], name: Any) -> Reply:
        names = dict.fromkeys(name(i) for i in skus)
        found = [{"location": "eastus", "name": n} for n in names]
        return json_reply(200, found) if found else error(404, "NotFound", "Artifact was not found.")


def _version(sku: ImageSku, expanded: bool) -> dict[str, Any]:
    about: dict[str, Any] = {
        "architecture": sku.architecture,
        "imageDeprecationStatus": {"imageState": sku.state},
    }
    if sku.generation:
        about["hyperVGeneration"] = sku.generation
    if sku.features:
        about["features"] = [{"name": name, "value": value} for name, value in sku.features.items()]
    if sku.plan:
        about["plan"] = sku.plan
    return {"location": "eastus", "name": "2026.11.1", **({"properties": about} if expanded else {})}


def _token() -> dict[str, str]:
    resource = "https://management.core.windows.net/"
    return {
        "access_token": TOKEN,
        "expires_on": "4102444800",
        "expires_in": "86399",
        "resource": resource,
        "token_type": "Bearer",
        "client_id": "00000000-0000-0000-0000-000000000001",
    }


_PROFILE = {
    "installationId": "00000000-0000-0000-0000-000000000002",
    "subscriptions": [
        {
            "id": SUBSCRIPTION,
            "name": "Tests",
            "state": "Enabled",
            "user": {
                "name": "systemAssignedIdentity",
                "type": "servicePrincipal",
                "assignedIdentityInfo": "MSI",
            },
            "isDefault": True,
            "tenantId": TENANT,
            "environmentName": "AzureCloud",
            "homeTenantId": TENANT,
            "managedByTenants": [],
        }
    ],
}


def json_reply(status: int, body: Any, *headers: tuple[str, str]) -> Reply:
    """A reply with a JSON body."""
    kind = ("Content-Type", "application/json; charset=utf-8")
    return Reply(status, json.dumps(body).encode(), (kind, *headers))


def error(status: int, code: str, message: str, *headers: tuple[str, str]) -> Reply:
    """An error of Resource Manager."""
    return json_reply(status, {"error": {"code": code, "message": message}}, *headers)


def main(argv: list[str] | None = None) -> int:
    """Serve until the lifetime ends or the process is interrupted; prints lines for a shell to evaluate."""
    parser = argparse.ArgumentParser(description="Serve a loopback Azure for the real az.")
    parser.add_argument("--facts", type=Path, help="folder of the recorded facts (default: a small Azure)")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds added to each reply")
    parser.add_argument("--lifetime", type=float, default=600.0, help="seconds until it ends by itself")
    parser.add_argument(
        "--az-version", default="", help="that of the az in use, so that it looks for no newer"
    )
    options = parser.parse_args(argv)
    data = recorded(options.facts) if options.facts else small()
    with (
        tempfile.TemporaryDirectory(prefix="azure-config-") as folder,
        AzureServer(data, latency=options.latency, lifetime=options.lifetime) as server,
    ):
        for name, value in server.env(Path(folder), options.az_version).items():
            print(f"export {name}={shlex.quote(value)}")
        print("# ready", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
