# SPDX-License-Identifier: MIT
"""Azure Blob Storage behind a proxy on loopback, as much of it as terraform's azurerm backend uses.

    HTTPS_PROXY={url} SSL_CERT_FILE={ca} ARM_ACCESS_KEY={any Base64}

The lock of a state is an endless lease of its blob, and its owner is in the blob's metadata. Signatures are
not checked. https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from tests.servers.http_base import HttpServer
from tests.servers.http_wire import Reply, Request
from tests.servers.tls import authority

_META = "x-ms-meta-terraformlockid"


@dataclass
class Blob:
    """`lease` is the ID of whoever has it, "" for nobody; `lock` the metadata that terraform writes."""

    content: bytes = b""
    lease: str = ""
    lock: str = ""


class BlobServer(HttpServer):
    """The storage account `account`. `blobs` are those of all containers, by path; `ca` signed for it."""

    kept_headers = ("authorization", "x-ms-lease-action", "x-ms-lease-id", "x-ms-proposed-lease-id", _META)

    def __init__(self, account: str, folder: Path) -> None:
        super().__init__()
        self.tls, self.ca = authority(folder, [f"{account}.blob.core.windows.net"])
        self.blobs: dict[str, Blob] = {}

    def lock(self, path: str, info: bytes) -> None:
        """Somebody has the lock of a state that is empty so far."""
        self.blobs[path] = Blob(lease="somebody's", lock=base64.b64encode(info).decode())

    def reply(self, request: Request) -> Reply:
        """The answer to any request."""
        what = request.params.get("comp", "")
        if what == "list":
            blobs = "".join(f"<Blob><Name>{path.split('/', 2)[2]}</Name></Blob>" for path in self.blobs)
            return Reply(200, f"<EnumerationResults><Blobs>{blobs}</Blobs></EnumerationResults>".encode())
        blob = self.blobs.get(request.path)
        if request.method == "PUT":
            return self._put(request, what, blob)
        if blob is None:
            return Reply(404)
        status = "locked" if blob.lease else "unlocked"
        headers = (("x-ms-lease-status", status), ("x-ms-blob-type", "BlockBlob"), (_META, blob.lock))
        return Reply(200, b"" if request.method == "HEAD" else blob.content, headers)

    def _put(self, request: Request, what: str, blob: Blob | None) -> Reply:
        mine = request.headers.get("x-ms-lease-id", "")
        if blob is None:
            blob = self.blobs.setdefault(request.path, Blob())
        elif blob.lease not in ("", mine):
            return Reply(409 if what == "lease" else 412)
        if what == "lease":
            taken = request.headers["x-ms-lease-action"] == "acquire"
            blob.lease = request.headers.get("x-ms-proposed-lease-id", "") if taken else ""
            return Reply(201 if taken else 200, headers=(("x-ms-lease-id", blob.lease),))
        blob.lock = request.headers.get(_META, "")
        if what != "metadata":
            blob.content = request.body.encode()
        return Reply(200 if what == "metadata" else 201)
