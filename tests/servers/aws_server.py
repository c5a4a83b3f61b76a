# SPDX-License-Identifier: MIT
"""A loopback AWS that the real `aws` CLI talks to through AWS_ENDPOINT_URL.

    with AwsServer(small()) as server:
        run(["aws", "ec2", "describe-regions"], env={"AWS_ENDPOINT_URL": server.url, ...})
        assert server.calls("ec2", "DescribeRegions") == 1

It serves sts GetCallerIdentity, ec2 DescribeRegions, DescribeAvailabilityZones, DescribeInstanceTypes,
DescribeInstanceTypeOfferings and DescribeImages, and pricing GetProducts. Faults are in aws_faults.

From the repository's root: python3 -m tests.servers.aws_server [--facts DIR] [--latency S] [--lifetime S]
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import socket
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from tests.servers import aws_memory, aws_moto
from tests.servers.aws_data import AwsData, recorded, small
from tests.servers.aws_ec2 import Ec2
from tests.servers.aws_pricing import Pricing
from tests.servers.aws_wire import (
    ACCOUNT,
    REQUEST_ID,
    STS_XMLNS,
    AwsError,
    Call,
    call_of,
    error_reply,
    xml_reply,
)
from tests.servers.http_base import HttpServer
from tests.servers.http_wire import Reply, Request

FORWARDED = frozenset({"GetCallerIdentity", "DescribeInstanceTypes", "DescribeInstanceTypeOfferings"})
"""The actions that go to moto when a moto_url is given."""

_KEPT_BYTES = 64 << 20


def _stable(value: Any) -> str:
    """repr, but for the order of sets, which differs from process to process."""
    if isinstance(value, frozenset):
        return repr(sorted(value))
    if isinstance(value, Mapping):
        return repr(sorted((repr(key), _stable(item)) for key, item in value.items()))
    if isinstance(value, tuple):
        return repr([_stable(item) for item in value])
    return _stable(vars(value)) if is_dataclass(value) else repr(value)


class AwsServer(HttpServer):
    """AWS with the given data. See HttpServer for latency, lifetime, max_requests, faults and the log."""

    kept_headers = (*HttpServer.kept_headers, "x-amz-target", "x-amz-date", "x-amz-security-token")

    def __init__(
        self,
        data: AwsData | None = None,
        *,
        moto_url: str | None = None,
        latency: float = 0.0,
        lifetime: float = 600.0,
        max_requests: int = 20_000,
    ) -> None:
        super().__init__(latency=latency, lifetime=lifetime, max_requests=max_requests)
        self._moto_url = moto_url
        self._kept: dict[tuple[str, str, str, str], Reply] = {}
        self._kept_size = 0
        self._kept_lock = threading.Lock()
        self.memory: Path | None = None
        self.use(small() if data is None else data)

    def use(self, data: AwsData) -> None:
        """Serve other data from now on."""
        with self._kept_lock:
            self._forget()
            self._data, self._ec2, self._pricing = data, Ec2(data), Pricing(data)
            self._digests: dict[str, str] = {}

    def calls(self, service: str | None = None, action: str | None = None, region: str | None = None) -> int:
        """How many calls were made so far, failed ones included; None stands for any."""
        wanted = (service, action, region)
        return sum(
            count
            for key, count in self.call_counts().items()
            if all(want is None or want == have for want, have in zip(wanted, key, strict=True))
        )

    def call_counts(self) -> Counter[tuple[str, str, str]]:
        """{(service, action, region): calls so far}."""
        made = (call_of(request) for request in self.requests)
        return Counter((call.service, call.action, call.region) for call in made)

    def reply(self, request: Request) -> Reply:
        """The answer to any AWS request, an AWS error included."""
        call = call_of(request)
        key = (call.service, call.region, call.action, request.body)
        with self._kept_lock:
            reply, data = self._kept.get(key), self._data
        if reply is None:
            try:
                reply = self._answer(call)
            except AwsError as error:
                reply = error_reply(call.service, error)
            self._keep(key, reply, data)
        return reply

    def _respond(self, request: Request, connection: socket.socket) -> bool:
        if request.path != aws_memory.PATH:
            return super()._respond(request, connection)
        connection.sendall(self._remembered(request).wire)
        return False

    def _remembered(self, request: Request) -> Reply:
        """What the real CLI said to a call: 200 with it, 404 with where to keep it, 409 to ask it again."""
        kept = aws_memory.kept_at(self.memory, request, self._data_digests()) if self.memory else None
        if kept is None or self._moto_url or self.faulty(kept[1]):
            return Reply(409)
        path, call = kept
        if not path.exists():
            aws_memory.note(path, request)
            return Reply(404, str(path).encode())
        return Reply(200, path.read_bytes()) if self._log_request(call) else Reply(409)

    def _data_digests(self) -> dict[str, str]:
        """{part of the data: its digest}."""
        with self._kept_lock:
            if not self._digests:
                parts = {name: _stable(part) for name, part in vars(self._data).items()}
                self._digests = {n: hashlib.sha256(text.encode()).hexdigest() for n, text in parts.items()}
            return self._digests

    def _answer(self, call: Call) -> Reply:
        if not call.service:
            raise AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
        self._check_region(call)
        if self._moto_url and call.action in FORWARDED:
            return aws_moto.forward(self._moto_url, call.request)
        if call.service == "ec2":
            return self._ec2.answer(call)
        if call.service == "pricing":
            return self._pricing.answer(call)
        if call.service == "sts" and call.action == "GetCallerIdentity":
            return _caller_identity()
        raise AwsError("InvalidAction", f"no service {call.service} with action {call.action} here")

    def _check_region(self, call: Call) -> None:
        """The account's keys are not known in a region that it has not opted in to."""
        region = self._data.region(call.region)
        if call.service == "pricing" or not self._data.regions or (region and region.usable):
            return
        if call.service == "sts":
            message = "The security token included in the request is invalid"
            raise AwsError("InvalidClientTokenId", message, 403)
        message = "AWS was not able to validate the provided access credentials"
        raise AwsError("AuthFailure", message, 401)

    def _keep(self, key: tuple[str, str, str, str], reply: Reply, data: AwsData) -> None:
        with self._kept_lock:
            if data is not self._data:
                return
            if self._kept_size + len(reply.body) > _KEPT_BYTES:
                self._forget()
            self._kept[key] = reply
            self._kept_size += len(reply.body)

    def _forget(self) -> None:
        self._kept.clear()
        self._kept_size = 0


def _caller_identity() -> Reply:
    return xml_reply(
        f'<GetCallerIdentityResponse xmlns="{STS_XMLNS}"><GetCallerIdentityResult>'
        f"<Arn>arn:aws:iam::{ACCOUNT}:user/tester</Arn><UserId>AIDAEXAMPLEUSER</UserId>"
        f"<Account>{ACCOUNT}</Account></GetCallerIdentityResult>"
        f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    )


def main(argv: list[str] | None = None) -> int:
    """Serve until the lifetime ends or the process is interrupted; the URL is the first line of stdout."""
    parser = argparse.ArgumentParser(description="Serve a loopback AWS for the real aws CLI.")
    parser.add_argument("--facts", type=Path, help="folder of the recorded facts (default: a small AWS)")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds added to each reply")
    parser.add_argument("--lifetime", type=float, default=600.0, help="seconds until it ends by itself")
    options = parser.parse_args(argv)
    data = recorded(options.facts) if options.facts else small()
    with AwsServer(data, latency=options.latency, lifetime=options.lifetime) as server:
        print(server.url, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
