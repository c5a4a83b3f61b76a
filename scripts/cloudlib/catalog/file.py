# SPDX-License-Identifier: MIT
"""The catalog as a file: JSON with one sorted record a line, so that a git diff is a change list."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from cloudlib.catalog import decode, limits
from cloudlib.catalog import rates as rates_of
from cloudlib.catalog.records import Catalog, Image, InstanceType, Price, Provenance, Region, Zone
from cloudlib.errors import CatalogError

_T = TypeVar("_T")

#: The name without the tier's ending.
NAME = "catalog.json"
_FORMAT = 2
_RESTORE = "restore it with `git checkout`, or fetch it again with `make cloud-config`"
#: All regions where a type is offered, in place of their names.
_EVERYWHERE = "*"
#: Before a zone's name that does not begin with its region's.
_WHOLE = "="
#: In place of zones that are not known.
_UNKNOWN = "?"
#: JSON text to {source: {USD: regions}}.
_BY_SOURCE = decode.mapped(decode.mapped(decode.text))
_SECTIONS = ("regions", "zones", "instance_types", "images", "rates")


def dump(catalog: Catalog) -> str:
    """The text of a catalog file. Everything but the provenance depends on the records alone."""
    sections = {section: list(_lines(catalog, section)) for section in _SECTIONS}
    digest = _hash(catalog.default_region, chain.from_iterable(sections.values()))
    head = {
        "format": _FORMAT,
        "provider": catalog.provider,
        "default_region": catalog.default_region,
        "provenance": {**_plain(catalog.provenance), "digest": digest},
    }
    parts = [f'"{key}": {_json(value)}' for key, value in head.items()]
    for section, lines in sections.items():
        if section == "rates" and not lines:
            continue  # a catalog may have none
        joined = ",\n".join(lines)
        parts.append(f'"{section}": [\n{joined}\n]' if lines else f'"{section}": []')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def load(text: str, *, where: str) -> Catalog:
    """The catalog of a file. CatalogError, which names `where` and has a hint, when it is damaged:
    not JSON, a field of another type, records that contradict each other or do not match the digest.
    """
    with _told(where):
        data = _json_of(text)
        catalog = _catalog(data)
    _check_digest(text, data, where)
    return catalog


def load_rows(text: str, *, where: str) -> Mapping[str, Any]:
    """The JSON of a catalog file, for those who need little of it; CatalogError as of `load`, but for what is
    in the records: `regions`, `images`, `instance_type` and `prices` read that.
    """
    with _told(where):
        data: dict[str, Any] = _json_of(text)
        _check_digest(text, data, where)
    return data


def reading(where: str, one: Callable[[Any], _T], data: Any) -> _T:
    """`one(data)`; what is wrong with the data becomes a CatalogError."""
    with _told(where):
        return one(data)


@contextmanager
def _told(where: str) -> Iterator[None]:
    try:
        yield
    except RecursionError:
        raise CatalogError(f"{where}: not a catalog file: nested too deep", hint=_RESTORE) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise CatalogError(f"{where}: not a catalog file: {what}", hint=_RESTORE) from error
    except CatalogError as error:
        what = error.what if error.what.startswith(where) else f"{where}: {error.what}"
        raise CatalogError(what, hint=_RESTORE) from error


def _json_of(text: str) -> Any:
    data = json.loads(text)
    if data["format"] != _FORMAT:
        raise ValueError(f"format {data['format']!r}, this version reads {_FORMAT}")
    return data


def _check_digest(text: str, data: Any, where: str) -> None:
    whole = len(_record_lines(text)) == sum(len(data.get(section, ())) for section in _SECTIONS)
    if not whole or data["provenance"].get("digest") != text_digest(text, data["default_region"]):
        raise CatalogError(
            f"{where}: the records do not match the digest: the file was edited by hand, or is damaged",
            hint=_RESTORE,
        )


def load_file(path: Path) -> Catalog:
    """The catalog of a path, as `load` gives it; CatalogError also where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CatalogError(f"{path}: {error.strerror}", hint="`make cloud-config` writes one") from error
    except UnicodeDecodeError as error:
        raise CatalogError(f"{path}: not a catalog file: {error}", hint=_RESTORE) from error
    return load(text, where=str(path))


def digest(catalog: Catalog) -> str:
    """SHA-256 of the records, without their provenance: equal answers have equal digests."""
    return _hash(catalog.default_region, chain.from_iterable(_lines(catalog, s) for s in _SECTIONS))


def text_digest(text: str, default_region: str) -> str:
    """The digest that belongs into a catalog file of this text.

    It is taken of the lines as they are written: to make them again from the records would take longer
    than all the rest of reading.
    """
    return _hash(default_region, _record_lines(text))


def _record_lines(text: str) -> list[str]:
    return [line.removesuffix(",") for line in text.split("\n") if line.startswith('{"')]


def _hash(default_region: str, records: Iterable[str]) -> str:
    state = hashlib.sha256(default_region.encode())
    for line in records:
        state.update(line.encode() + b"\n")
    return state.hexdigest()


# --- from text ---


def _catalog(data: Mapping[str, Any]) -> Catalog:
    def section(name: str, one: decode.Decoder) -> tuple[Any, ...]:
        found: tuple[Any, ...] = decode.named(
            name, decode.listed(lambda item: _named_record(one, item)), data[name]
        )
        return found

    return Catalog.build(
        provider=decode.named("provider", decode.text, data["provider"]),
        default_region=decode.named("default_region", decode.text, data["default_region"]),
        regions=section("regions", region),
        zones=section("zones", lambda item: decode.record(Zone, item)),
        instance_types=section("instance_types", instance_type),
        images=section("images", image),
        provenance=decode.named("provenance", provenance, data["provenance"]),
        rates=chain.from_iterable(
            decode.named("rates", decode.listed(rates_of.of_line), data.get("rates", []))
        ),
    )


def _named_record(one: decode.Decoder, item: Any) -> Any:
    """A record; an error of it begins with the record's name."""
    try:
        return one(item)
    except ValueError as error:
        name = item.get("name") or item.get("title") if isinstance(item, dict) else None
        raise ValueError(f"{name}: {error}" if name else str(error)) from None


def provenance(data: Any) -> Provenance:
    """The provenance block of the JSON; its digest is no part of the record."""
    return decode.record(Provenance, {k: v for k, v in data.items() if k != "digest"})


def region(data: Any) -> Region:
    """A region of the JSON, as all of these: ValueError or CatalogError for what cannot be one."""
    return decode.record(Region, data)


def instance_type(data: Any) -> InstanceType:
    """An instance type of the JSON."""
    if not isinstance(data, dict):
        return decode.record(InstanceType, data)
    offered = decode.named("offered", decode.mapped(decode.text), data.get("offered", {}))
    regions = tuple(offered)
    made = {
        "regions": regions,
        "zones": _zones(offered),
        "zones_unknown": tuple([region for region in offered if offered[region] == _UNKNOWN]),
        "prices": decode.named("prices", lambda prices: _by_region(prices, regions), data.get("prices", {})),
    }
    rest = {key: value for key, value in data.items() if key not in ("offered", "prices")}
    return decode.record(InstanceType, {"architectures": [], **rest}, made)


def image(data: Any) -> Image:
    """A stream of the JSON; one that has no release ("openSUSE Leap") is written without."""
    return decode.record(Image, data if not isinstance(data, dict) else {"release": "", **data})


def prices(data: Mapping[str, Any]) -> Mapping[str, Price]:
    """{region: price} of an instance type of the JSON."""
    return _by_region(data.get("prices", {}), tuple(data.get("offered", ())))


def amounts(data: Mapping[str, Any]) -> Mapping[str, Decimal]:
    """{region: USD per hour} of an instance type of the JSON: `prices` without a record for each."""
    known: dict[str, Decimal] = {}
    for by_amount in data.get("prices", {}).values():
        for usd, names in by_amount.items():
            amount = limits.decimal(usd)
            if amount is None or not limits.USD_PER_HOUR.fits(amount):
                raise ValueError(f"{limits.shown(usd)} is not a price")
            known.update(dict.fromkeys(data["offered"] if names == _EVERYWHERE else names.split(), amount))
    return known


def _by_region(data: Any, regions: Sequence[str]) -> dict[str, Price]:
    """{region: its price}; see `_prices`. One Price is shared by all regions where it is the same."""
    known: dict[str, Price] = {}
    count = 0
    for source, amounts in _BY_SOURCE(data).items():
        for usd, names in amounts.items():
            amount = limits.decimal(usd)
            if amount is None:
                raise ValueError(f"{limits.shown(usd)} is not a price")
            where = regions if names == _EVERYWHERE else names.split()
            known.update(dict.fromkeys(map(sys.intern, where), Price(amount, sys.intern(source))))
            count += len(where)
    if count != len(known):
        raise ValueError("a region has two prices")
    return known


def _zones(offered: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the zones; see `_offered`."""
    known = ((region, ends) for region, ends in offered.items() if ends != _UNKNOWN)
    ends = [(region, end) for region, ends in known for end in ends.split()]
    return tuple([sys.intern(end[1:] if end[0] == _WHOLE else region + end) for region, end in ends])


# --- to text ---


def _lines(catalog: Catalog, section: str) -> Iterator[str]:
    """The records of a section, one JSON text each; rates of one part share a line."""
    if section == "rates":
        yield from map(_json, rates_of.by_price(catalog.rates))
        return
    for record in getattr(catalog, section):
        plain = _plain(record)
        if isinstance(record, InstanceType):
            prices = _prices(record)
            plain["offered"] = _offered(record, catalog.zone_regions)
            plain.update({"prices": prices} if prices else {})
        yield _json(plain)


def _plain(record: Any) -> Any:
    """Records to JSON values; fields that say nothing (None, "", empty) are left out."""
    if hasattr(record, "__dataclass_fields__"):
        # Where a type is offered, and for what, is written in a shorter form: see _lines.
        leave = ("regions", "zones", "zones_unknown", "prices") if isinstance(record, InstanceType) else ()
        chosen = [f for f in fields(record) if f.name not in leave]
        pairs = ((f.name, _plain(getattr(record, f.name)), f.default) for f in chosen)
        return {k: v for k, v, default in pairs if v != default and v not in (None, "", [], {})}
    if isinstance(record, Mapping):
        return {key: _plain(record[key]) for key in sorted(record)}
    if isinstance(record, Iterable) and not isinstance(record, str):
        return [_plain(item) for item in record]
    return record


def _prices(itype: InstanceType) -> dict[str, dict[str, str]]:
    """{source: {USD: "the regions where that is the price"}}, cheapest first; "*" for all of its regions."""
    regions: dict[Price, list[str]] = {}
    for region in sorted(itype.prices):
        regions.setdefault(itype.prices[region], []).append(region)
    everywhere = sorted(itype.regions)
    by_source: dict[str, dict[str, str]] = {}
    for price in sorted(regions, key=lambda price: (price.source, price.usd_per_hour)):
        names = regions[price]
        amounts = by_source.setdefault(price.source, {})
        amounts[format(price.usd_per_hour, "f")] = _EVERYWHERE if names == everywhere else " ".join(names)
    return by_source


def _offered(itype: InstanceType, zone_regions: Mapping[str, str]) -> dict[str, str]:
    """{"us-east-1": "a b d"}: the regions, and of each zone what follows its region's name.

    A zone whose name does not begin with its region's is written whole, after a "=". A region whose zones are
    not known has "?".
    """
    ends: dict[str, list[str]] = {region: [] for region in itype.regions}
    ends.update((region, [_UNKNOWN]) for region in itype.zones_unknown)
    for zone in itype.zones:
        region = zone_regions[zone]
        end = zone.removeprefix(region)
        ends[region].append(end if end and end != zone else _WHOLE + zone)
    return {region: " ".join(zones) for region, zones in ends.items()}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
