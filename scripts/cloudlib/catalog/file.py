# SPDX-License-Identifier: MIT
"""The catalogue as a file: JSON with one sorted record a line, so that a git diff is a change list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from cloudlib.catalog.records import (
    Catalog,
    Gpu,
    Image,
    InstanceType,
    LocalDisks,
    Price,
    Provenance,
    Region,
    Zone,
    region_of,
)
from cloudlib.errors import CatalogError

#: The name without the tier's ending.
NAME = "catalog.json"
_FORMAT = 1
_RESTORE = "restore it with `git checkout`, or fetch anew with `make cloud-config`"
_EVERYWHERE = "*"
_SECTIONS = ("regions", "zones", "instance_types", "images")


def dump(catalog: Catalog) -> str:
    """The text of a catalogue file. Everything but the provenance depends on the records alone."""
    head = {"format": _FORMAT, "provider": catalog.provider, "default_region": catalog.default_region}
    parts = [f'"{key}": {_json(value)}' for key, value in head.items()]
    parts.append(f'"provenance": {_json({**_plain(catalog.provenance), "digest": digest(catalog)})}')
    for section in _SECTIONS:
        lines = ",\n".join(_json(_plain(record)) for record in getattr(catalog, section))
        parts.append(f'"{section}": [\n{lines}\n]' if lines else f'"{section}": []')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def load(text: str, *, where: str, verify: bool = False) -> Catalog:
    """The catalogue of a file; CatalogError, naming `where`, when it is not one of ours.

    `verify` also holds the records against the digest that was written with them.
    """
    try:
        data = json.loads(text)
        if data["format"] != _FORMAT:
            raise CatalogError(f"{where}: written in format {data['format']}, this version reads {_FORMAT}")
        provenance = {k: v for k, v in data["provenance"].items() if k != "digest"}
        provenance["notices"] = tuple(provenance.get("notices", ()))
        catalog = Catalog.build(
            provider=data["provider"],
            default_region=data["default_region"],
            regions=(Region(**r) for r in data["regions"]),
            zones=(Zone(**z) for z in data["zones"]),
            instance_types=(_instance_type(t) for t in data["instance_types"]),
            images=(_image(i) for i in data["images"]),
            provenance=Provenance(**provenance),
        )
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise CatalogError(
            f"{where}: not a catalogue file ({type(error).__name__}: {error})",
            hint=_RESTORE,
        ) from error
    if verify and data["provenance"].get("digest") != digest(catalog):
        raise CatalogError(f"{where}: its records are not those that its digest was made of", hint=_RESTORE)
    return catalog


def load_file(path: Path, *, verify: bool = False) -> Catalog:
    """The catalogue of a path, as `load` gives it; CatalogError also where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CatalogError(f"{path}: {error.strerror}", hint="`make cloud-config` writes one") from error
    except UnicodeDecodeError as error:
        raise CatalogError(f"{path}: not a catalogue file ({error})", hint=_RESTORE) from error
    return load(text, where=str(path), verify=verify)


def digest(catalog: Catalog) -> str:
    """SHA-256 of the records, without their provenance: equal answers have equal digests."""
    state = hashlib.sha256(catalog.default_region.encode())
    for section in _SECTIONS:
        for record in getattr(catalog, section):
            state.update(_json(_plain(record)).encode() + b"\n")
    return state.hexdigest()


def _instance_type(data: Mapping[str, Any]) -> InstanceType:
    offered = data.get("offered", {})
    return InstanceType(
        **{
            **{key: value for key, value in data.items() if key != "offered"},
            "architectures": tuple(data.get("architectures", ())),
            "gpus": tuple(Gpu(**g) for g in data.get("gpus", ())),
            "accelerators": tuple(Gpu(**g) for g in data.get("accelerators", ())),
            "local_disks": tuple(LocalDisks(**d) for d in data.get("local_disks", ())),
            "boot_modes": tuple(data.get("boot_modes", ())),
            "regions": tuple(offered),
            "zones": tuple(region + end for region, ends in offered.items() for end in ends.split()),
            "prices": _load_prices(data.get("prices", {}), tuple(offered)),
        }
    )


def _image(data: Mapping[str, Any]) -> Image:
    """A stream; one that has no release ("openSUSE Leap") is written without."""
    return Image(**{"release": "", **data, "boot_modes": tuple(data.get("boot_modes", ()))})


def _plain(record: Any) -> Any:
    """Records to JSON values; fields that say nothing (None, "", empty) are left out."""
    if isinstance(record, Price):
        return [format(record.usd_per_hour, "f"), record.source]
    if hasattr(record, "__dataclass_fields__"):
        if isinstance(record, InstanceType):
            plain = _fields(record, leave=("regions", "zones", "prices"))
            prices = _prices(record)
            return {**plain, "offered": _offered(record), **({"prices": prices} if prices else {})}
        return _fields(record)
    if isinstance(record, Mapping):
        return {key: _plain(record[key]) for key in sorted(record)}
    if isinstance(record, Iterable) and not isinstance(record, str):
        return [_plain(item) for item in record]
    return record


def _fields(record: Any, *, leave: Sequence[str] = ()) -> dict[str, Any]:
    chosen = [f for f in fields(record) if f.name not in leave]
    pairs = ((f.name, _plain(getattr(record, f.name)), f.default) for f in chosen)
    return {k: v for k, v, default in pairs if v != default and v not in (None, "", [], {})}


def _prices(kind: InstanceType) -> Any:
    """{region: [USD, source]}, or {"*": [USD, source]} for one price in all of its several regions."""
    same = len(kind.prices) > 1 and len(set(kind.prices.values())) == 1
    if same and set(kind.prices) == set(kind.regions):
        return {_EVERYWHERE: _plain(next(iter(kind.prices.values())))}
    return _plain(kind.prices)


def _load_prices(data: Mapping[str, Any], regions: Sequence[str]) -> dict[str, Price]:
    prices = {r: Price(Decimal(p[0]), p[1]) for r, p in data.items()}
    if _EVERYWHERE in prices:
        return dict.fromkeys(regions, prices[_EVERYWHERE])
    return prices


def _offered(kind: InstanceType) -> dict[str, str]:
    """{"us-east-1": "a b d"}: the ends of the zone names, which begin with their region's."""
    ends: dict[str, list[str]] = {region: [] for region in kind.regions}
    for zone in kind.zones:
        region = region_of(zone, kind.regions)
        if not region:
            raise CatalogError(f"{kind.name}: the zone {zone} is in none of its regions")
        ends[region].append(zone[len(region) :])
    return {region: " ".join(found) for region, found in ends.items()}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
