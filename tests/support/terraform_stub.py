# SPDX-License-Identifier: MIT
"""Terraform providers that have a schema and no cloud: the real terraform runs against them, offline.

They speak terraform's plugin protocol, version 6, on 127.0.0.1, and terraform finds them by
TF_REATTACH_PROVIDERS, so `init` downloads nothing
(https://developer.hashicorp.com/terraform/plugin/debugging#starting-a-provider-in-debug-mode).

`validate` holds a module against the schema, and `plan`, `apply`, `import` and `destroy` work: what a real
provider would compute (an id, an address) is unknown in a plan and made up when it is applied. What exists,
what cannot be changed in place, and what is refused: tests.support.terraform_cloud.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import msgpack
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from tfplugin_proto import tfplugin6_5_pb2 as pb
from tfplugin_proto import tfplugin6_5_pb2_grpc as rpc

from tests.support.terraform_cloud import Cloud, replaced

SCHEMAS = Path(__file__).resolve().parent.parent / "terraform" / "schemas"

#: Most providers say that such a thing is gone. `Read` of this one returns the error of the API instead:
#: internal/provider/instance_resource.go of elct9620/terraform-provider-lambdalabs.
FAILS_ON_WHAT_IS_GONE = ("lambdalabs_instance",)
_STATES = {"instance_state": "running", "current_status": "RUNNING"}
_NESTING = {"single": 1, "list": 2, "set": 3, "map": 4}
#: What stands for a value that is not known yet, in the msgpack of a plan.
_UNKNOWN = msgpack.ExtType(0, b"\0")


@contextmanager
def providers(names: Sequence[str], cloud: Cloud | None = None) -> Iterator[dict[str, str]]:
    """Serve the providers of these schema files; yields the environment in which terraform finds them.

    `cloud` is what stands behind them, one of their own where it is None.
    """
    cloud = cloud or Cloud()
    servers, found = [], {}
    try:
        for name in names:
            schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
            server = grpc.server(futures.ThreadPoolExecutor(12))
            rpc.add_ProviderServicer_to_server(_Provider(schema, cloud), server)
            checks = health.HealthServicer()
            checks.set("plugin", health_pb2.HealthCheckResponse.SERVING)
            health_pb2_grpc.add_HealthServicer_to_server(checks, server)
            port = server.add_insecure_port("127.0.0.1:0")
            server.start()
            servers.append(server)
            found[schema["address"]] = {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": os.getpid(),
                "Test": True,  # terraform does not stop what it did not start
                "Addr": {"Network": "tcp", "String": f"127.0.0.1:{port}"},
            }
        yield {"TF_REATTACH_PROVIDERS": json.dumps(found)}
    finally:
        for server in servers:
            server.stop(None).wait()


class _Provider(rpc.ProviderServicer):
    """One provider. A method is named as the protocol names it."""

    def __init__(self, schema: Mapping[str, Any], cloud: Cloud) -> None:
        self._config = schema["config"]
        self._resources = schema["resources"]
        self._data = schema["data"]
        self._cloud = cloud
        for block in self._resources.values():  # older bindings do not say that it is computed
            block["attributes"]["id"] = ["computed optional", "string"]

    def GetProviderSchema(self, request: Any, context: Any) -> Any:
        return pb.GetProviderSchema.Response(
            provider=pb.Schema(block=_block(self._config)),
            resource_schemas={name: pb.Schema(block=_block(b)) for name, b in self._resources.items()},
            data_source_schemas={name: pb.Schema(block=_block(b)) for name, b in self._data.items()},
        )

    def ValidateProviderConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateResourceConfig.Response()

    def ValidateDataResourceConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateDataResourceConfig.Response()

    def ConfigureProvider(self, request: Any, context: Any) -> Any:
        allowed = _value(request.config).get("allowed_account_ids")
        if allowed is None or self._cloud.account in allowed:
            return pb.ConfigureProvider.Response()
        what = f"AWS account ID not allowed: {self._cloud.account}"
        return pb.ConfigureProvider.Response(
            diagnostics=[pb.Diagnostic(severity=pb.Diagnostic.ERROR, summary=what)]
        )

    def StopProvider(self, request: Any, context: Any) -> Any:
        return pb.StopProvider.Response()

    def UpgradeResourceState(self, request: Any, context: Any) -> Any:
        return pb.UpgradeResourceState.Response(upgraded_state=pb.DynamicValue(json=request.raw_state.json))

    def ReadResource(self, request: Any, context: Any) -> Any:
        before = _value(request.current_state)
        now = self._cloud.read(request.type_name, str(before.get("id")))
        if now is None and request.type_name in FAILS_ON_WHAT_IS_GONE:
            return pb.ReadResource.Response(
                new_state=request.current_state, diagnostics=[_not_found(str(before.get("id")))]
            )
        return pb.ReadResource.Response(new_state=_dynamic(now))

    def ImportResourceState(self, request: Any, context: Any) -> Any:
        """Like most providers: the id alone, for `ReadResource` to fill."""
        empty = _empty(self._resources[request.type_name]) | {"id": request.id}
        imported = pb.ImportResourceState.ImportedResource(type_name=request.type_name, state=_dynamic(empty))
        return pb.ImportResourceState.Response(imported_resources=[imported])

    def ReadDataSource(self, request: Any, context: Any) -> Any:
        number = zlib.crc32(request.config.msgpack) % 50_000  # the same whenever it is read
        found = self._computed(request.config, self._data[request.type_name], number)
        return pb.ReadDataSource.Response(state=found)

    def PlanResourceChange(self, request: Any, context: Any) -> Any:
        block, wish = self._resources[request.type_name], _value(request.proposed_new_state)
        planned = wish if wish is None else _fill(wish, block, lambda name, kind: _UNKNOWN)
        before = _value(request.prior_state)
        paths = replaced(request.type_name, before, planned) if before and planned else []
        steps = [[_step(step) for step in path] for path in paths]
        return pb.PlanResourceChange.Response(
            planned_state=_dynamic(planned), requires_replace=[pb.AttributePath(steps=s) for s in steps]
        )

    def ApplyResourceChange(self, request: Any, context: Any) -> Any:
        kind, before, wanted = request.type_name, _value(request.prior_state), _value(request.planned_state)
        if wanted is None:
            self._cloud.end(kind, before)
            return pb.ApplyResourceChange.Response(new_state=request.planned_state)
        refused = self._cloud.refused(kind, before, wanted)
        if refused:
            error = pb.Diagnostic(severity=pb.Diagnostic.ERROR, summary=f"creating {kind}", detail=refused)
            return pb.ApplyResourceChange.Response(new_state=request.prior_state, diagnostics=[error])
        made = self._computed(request.planned_state, self._resources[kind], self._cloud.number())
        self._cloud.keep(kind, _value(made), new=before is None)
        return pb.ApplyResourceChange.Response(new_state=made)

    def _computed(self, dynamic: Any, block: Mapping[str, Any], number: int) -> Any:
        """A value with all that is computed, where nobody gave it; one number for all that is made up."""
        return _dynamic(_fill(_value(dynamic), block, lambda name, kind: self._made_up(name, kind, number)))

    def _made_up(self, name: str, kind: Any, number: int) -> Any:
        if name == "arn" and kind == "string":
            return f"arn:aws:ec2:us-east-1:{self._cloud.account}:thing/{number}"
        return _made_up(name, kind, number)


def _not_found(given: str) -> Any:
    """As that provider words it, for an instance too."""
    detail = f"Could not find Lambdalabs SSH Key ID {given}: Specified instance does not exist."
    summary = "Error Reading Lambdalabs SSH Key"
    return pb.Diagnostic(severity=pb.Diagnostic.ERROR, summary=summary, detail=detail)


def _block(block: Mapping[str, Any]) -> Any:
    return pb.Schema.Block(
        attributes=[
            pb.Schema.Attribute(
                name=name,
                type=json.dumps(kind).encode(),
                required="required" in flags,
                optional="optional" in flags,
                computed="computed" in flags,
            )
            for name, (flags, kind) in sorted(block["attributes"].items())
        ],
        block_types=[
            pb.Schema.NestedBlock(
                type_name=name,
                block=_block(nested),
                nesting=_NESTING[nested["nesting"]],
                min_items=nested["min"],
                max_items=nested["max"],
            )
            for name, nested in sorted(block["blocks"].items())
        ],
    )


def _step(step: str | int) -> Any:
    named = isinstance(step, str)
    return pb.AttributePath.Step(**{"attribute_name" if named else "element_key_int": step})


def _empty(block: Mapping[str, Any]) -> dict[str, Any]:
    """A value of which nothing is known."""
    blocks = {n: None if b["nesting"] == "single" else [] for n, b in block["blocks"].items()}
    return {**dict.fromkeys(block["attributes"]), **blocks}


def _value(dynamic: Any) -> Any:
    if dynamic.msgpack:
        return msgpack.unpackb(dynamic.msgpack, strict_map_key=False)
    return json.loads(dynamic.json)


def _dynamic(value: Any) -> Any:
    return pb.DynamicValue(msgpack=msgpack.packb(value))


def _fill(value: dict[str, Any], block: Mapping[str, Any], give: Callable[[str, Any], Any]) -> dict[str, Any]:
    """A value with what `give` has for each computed attribute that nobody gave."""
    filled = dict(value)
    for name, (flags, kind) in block["attributes"].items():
        if "computed" in flags and (value.get(name) is None or isinstance(value[name], msgpack.ExtType)):
            filled[name] = give(name, kind)
    for name, nested in block["blocks"].items():
        inner = value.get(name)
        if isinstance(inner, list):
            filled[name] = [_fill(item, nested, give) for item in inner]
        elif isinstance(inner, dict):
            filled[name] = _fill(inner, nested, give)
    return filled


def _made_up(name: str, kind: Any, number: int) -> Any:
    """A value of a type; an address where the name asks for one."""
    if kind == "string" and name in ("private_ip", "private_ip_address", "network_ip"):
        return f"10.20.{number // 256}.{number % 256}"
    if kind == "string" and name in ("public_ip", "public_ip_address", "ip_address", "nat_ip", "ip"):
        return f"198.18.{number // 256}.{number % 256}"
    if name in _STATES:
        return _STATES[name]
    if kind in ("string", "number", "bool"):
        return {"string": f"{name}-{number}", "number": number, "bool": False}[kind]
    return {} if kind[0] in ("map", "object") else []
