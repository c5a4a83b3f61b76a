# SPDX-License-Identifier: MIT
"""The command front that the four CLIs share. stdout is data, stderr is talk."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from cloudlib.calls.run import CallLog
from cloudlib.catalog.records import ARCHITECTURES, Catalog, Gpu, InstanceType
from cloudlib.catalog.text import device, dollars, gib
from cloudlib.errors import CatalogError, CloudError, Interrupted, UsageError, report
from cloudlib.provider import Provider, RegionList, Request
from cloudlib.publish import refresh, tier
from cloudlib.show.progress_rows import shown_on

ROOT = Path(__file__).resolve().parents[3]


def main(
    provider: Provider, argv: Sequence[str], *, program: str, extend: Callable[[Any], None] | None = None
) -> int:
    """Run one command for one provider; returns the exit code.

    `extend` gets argparse's subparsers, to add commands that only this provider has.
    """
    options = _parser(provider, program, extend).parse_args(argv)
    try:
        run: Callable[[Provider, argparse.Namespace], None] = options.run
        run(provider, options)
        return 0
    except BrokenPipeError:  # the reader, `head` say, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except CloudError as error:
        report(error, sys.stderr, who=program)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return Interrupted.exit_code


def _parser(
    provider: Provider, program: str, extend: Callable[[Any], None] | None
) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=program, description=f"Ask {provider.TITLE} what it offers.")
    parser.add_argument("--output", choices=("json", "text"), default="text", help="form of the data (text)")
    parser.add_argument(
        "--offline",
        action="store_true",
        help="answer from the menus' catalogue in this tree, without a vendor call",
    )
    nouns = parser.add_subparsers(required=True, metavar="COMMAND")

    regions = nouns.add_parser("regions", help="regions and zones").add_subparsers(required=True)
    listing = regions.add_parser("list", help="list regions")
    listing.add_argument("--include-zones", action="store_true", help="with their zones")
    listing.set_defaults(run=_regions)

    types = nouns.add_parser("instance-types", help="what can be started").add_subparsers(required=True)
    listing = types.add_parser("list", help="list types")
    _narrowing(listing)
    listing.set_defaults(run=_types)

    images = nouns.add_parser("images", help="operating system images").add_subparsers(required=True)
    images.add_parser("list", help="list image streams").set_defaults(run=_images)

    cheapest = nouns.add_parser("cheapest", help="the types that meet needs, cheapest first")
    _narrowing(cheapest)
    cheapest.add_argument("--min-vcpus", type=int, default=0, metavar="N", help="at least N vCPUs")
    cheapest.add_argument(
        "--min-memory-gib", type=float, default=0, metavar="N", help="at least N GiB of memory"
    )
    cheapest.add_argument("--arch", choices=ARCHITECTURES, help="for this architecture")
    cheapest.add_argument("--gpu", action="store_true", help="with a GPU")
    cheapest.add_argument("--nvme", action="store_true", help="with local NVMe disks")
    cheapest.add_argument("--kvm", action="store_true", help="able to run KVM guests")
    cheapest.add_argument("--max-price", metavar="USD", help="at most USD per hour")
    cheapest.add_argument("--count", type=int, default=10, metavar="N", help="show N (10)")
    cheapest.set_defaults(run=_cheapest)

    generate = nouns.add_parser("generate-kconfig", help="fetch everything and write the generated menus")
    generate.set_defaults(run=_generate)
    if extend is not None:
        extend(nouns)
    return parser


def _narrowing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--family", metavar="F", help="of this family only")
    parser.add_argument(
        "--region", metavar="R", type=str.lower, help="offered in this region, with its prices"
    )


def _regions(provider: Provider, options: argparse.Namespace) -> None:
    if options.offline:
        catalog = _published(provider)
        listed = RegionList(catalog.regions, catalog.zones)
    else:
        known = refresh.last_known(ROOT, provider.NAME)
        listed = provider.list_regions(Request(log=CallLog(), known=known))
        _tell_gaps(provider.NAME, listed.not_reached, listed.notices)
    rows: list[dict[str, Any]] = []
    for region in listed.regions:
        row: dict[str, Any] = {
            "name": region.name,
            "long_name": region.long_name,
            "available": region.available,
        }
        if options.include_zones:
            row["zones"] = [
                {"name": z.name, "zone_id": z.zone_id} for z in listed.zones if z.region == region.name
            ]
        rows.append(row)
    show_rows(options, rows, lambda r: (r["name"], r["long_name"], _where(r), _zone_names(r)))


def _where(row: dict[str, Any]) -> str:
    return "" if row["available"] else "not available to this account"


def _zone_names(row: dict[str, Any]) -> str:
    return " ".join(z["name"] for z in row.get("zones", ()))


def _types(provider: Provider, options: argparse.Namespace) -> None:
    catalog = _catalog(provider, options)
    region = options.region or catalog.default_region
    _print_types(options, _narrowed(catalog, options), region)


def _cheapest(provider: Provider, options: argparse.Namespace) -> None:
    """Only types with a known price in the region can be compared; how many have none is said."""
    limit = _usd(options.max_price)
    catalog = _catalog(provider, options)
    region = options.region or catalog.default_region
    fits = [k for k in _narrowed(catalog, options, region) if _fits(k, options)]
    priced = [(p.usd_per_hour, k) for k in fits if (p := k.price_in(region))]
    if len(priced) < len(fits):
        print(f"{len(fits) - len(priced)} more types fit, at prices that are not known", file=sys.stderr)
    if limit is not None:
        priced = [(usd, k) for usd, k in priced if usd <= limit]
    if not priced:
        raise CatalogError(
            f"no type with a known price in {region} meets these needs",
            hint=_unpriced(provider, options, catalog, region) or "ask for less, or elsewhere",
        )
    priced.sort(key=lambda pair: (pair[0], pair[1].name))
    _print_types(options, [kind for _, kind in priced[: options.count]], region)


def _unpriced(provider: Provider, options: argparse.Namespace, catalog: Catalog, region: str) -> str:
    """How to get prices of a region of which the catalogue has none; "" where it has some."""
    if not options.offline or any(kind.price_in(region) for kind in catalog.instance_types):
        return ""
    return (
        f"this tree's catalogue has no prices of {region}: ask without --offline, or\n"
        f"make cloud-config-{provider.NAME} CLOUD_PRICE_REGIONS={region}"
    )


def _usd(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise UsageError(f"--max-price {text!r} is not an amount of USD") from None


def _fits(kind: InstanceType, options: argparse.Namespace) -> bool:
    return (
        kind.vcpus >= options.min_vcpus
        and kind.memory_mib >= options.min_memory_gib * 1024
        and bool(kind.linux_architectures)
        and (options.arch is None or options.arch in kind.architectures)
        and (not options.gpu or bool(kind.gpus))
        and (not options.nvme or any(d.nvme for d in kind.local_disks))
        and (not options.kvm or kind.kvm)
    )


def _images(provider: Provider, options: argparse.Namespace) -> None:
    found = _published(provider).images if options.offline else provider.list_images(Request(log=CallLog()))
    rows = [
        {
            "distro": i.distro,
            "title": i.title,
            "architecture": i.architecture,
            "purpose": i.purpose,
            **i.coordinates,
        }
        for i in found
    ]
    show_rows(options, rows, lambda r: tuple(str(r[key]) for key in r if key not in ("distro", "purpose")))


def _generate(provider: Provider, options: argparse.Namespace) -> None:
    if options.offline:
        raise UsageError("generate-kconfig asks the provider", hint="leave out --offline")
    with tier.lock(ROOT):
        tier.recover(ROOT)
        with shown_on(sys.stderr) as progress:
            fetched = refresh.fetch(provider, ROOT, Request(log=CallLog(), progress=progress))
        changed = refresh.publish(provider, ROOT, fetched)
    print(
        f"{provider.NAME}: {len(fetched.texts)} files published, {changed} of them changed", file=sys.stderr
    )
    _tell_catalog_gaps(fetched.catalog)
    for remark in fetched.remarks:
        print(f"{provider.NAME}: {remark}", file=sys.stderr)


def _catalog(provider: Provider, options: argparse.Namespace) -> Catalog:
    """The records to answer from. A named region narrows a live fetch to that region."""
    if options.offline:
        return _published(provider)
    region = getattr(options, "region", None)
    known = refresh.last_known(ROOT, provider.NAME)
    wanted = (region,) if region else ()
    with shown_on(sys.stderr, quiet=True) as progress:
        request = Request(log=CallLog(), progress=progress, regions=wanted, known=known, images=False)
        catalog = provider.fetch(request)
    _tell_catalog_gaps(catalog)
    return catalog


def _tell_catalog_gaps(catalog: Catalog) -> None:
    _tell_gaps(catalog.provider, catalog.provenance.not_reached, catalog.provenance.notices)


def _tell_gaps(name: str, not_reached: Mapping[str, str], notices: Sequence[str]) -> None:
    """What a live answer lacks, on stderr, so that nobody takes an incomplete list for a whole one."""
    for region, why in not_reached.items():
        print(f"{name}: not reached: {region} ({why})", file=sys.stderr)
    for notice in notices:
        print(f"{name}: notice: {notice}", file=sys.stderr)


def _published(provider: Provider) -> Catalog:
    catalog = refresh.last_known(ROOT, provider.NAME)
    if catalog is None:
        raise CatalogError(
            f"this tree has no catalogue of {provider.TITLE}", hint=f"make cloud-config-{provider.NAME}"
        )
    return catalog


def _narrowed(catalog: Catalog, options: argparse.Namespace, region: str | None = None) -> list[InstanceType]:
    """The types of --family and --region; naming one that does not exist is an error, not an empty list."""
    families = catalog.families()
    region = options.region or region
    if region and region not in {r.name for r in catalog.regions}:
        raise UsageError(f"there is no region {region!r}", hint="`regions list` names them")
    if options.family and options.family not in families:
        near = difflib.get_close_matches(options.family, families, n=5, cutoff=0.3)
        raise UsageError(
            f"there is no family {options.family!r}", hint="nearest: " + (", ".join(near) or "none")
        )
    kinds = families[options.family] if options.family else tuple(k for of in families.values() for k in of)
    return [k for k in kinds if not region or region in k.regions]


def _print_types(options: argparse.Namespace, kinds: Iterable[InstanceType], region: str) -> None:
    show_rows(options, [_type_row(k, region) for k in kinds], _type_columns)


def _type_row(kind: InstanceType, region: str) -> dict[str, Any]:
    price = kind.price_in(region)
    return {
        "name": kind.name,
        "family": kind.family,
        "category": kind.category,
        "vcpus": kind.vcpus,
        "memory_mib": kind.memory_mib,
        "architectures": list(kind.architectures),
        "gpus": [_device_row(g) for g in kind.gpus],
        "accelerators": [_device_row(g) for g in kind.accelerators],
        "local_disks": [{"count": d.count, "size_gb": d.size_gb, "nvme": d.nvme} for d in kind.local_disks],
        "network": kind.network,
        "bare_metal": kind.bare_metal,
        "kvm": kind.kvm,
        "current_generation": kind.current_generation,
        "regions": list(kind.regions),
        "zones": list(kind.zones),
        "usd_per_hour": float(price.usd_per_hour) if price else None,
        "price_region": region,
    }


def _device_row(gpu: Gpu) -> dict[str, Any]:
    return {"name": gpu.name, "count": gpu.count, "memory_mib": gpu.memory_mib, "fraction": gpu.fraction}


def _type_columns(row: dict[str, Any]) -> tuple[str, ...]:
    usd = row["usd_per_hour"]
    return (
        row["name"],
        f"{row['vcpus']} vCPU",
        f"{gib(row['memory_mib'])} GiB",
        "+".join(row["architectures"]),
        "  ".join(device(Gpu(**g)) for g in (*row["gpus"], *row["accelerators"])),
        "  ".join(f"{d['count']} x {d['size_gb']} GB" for d in row["local_disks"]),
        f"{dollars(Decimal(str(usd)))}/h" if usd is not None else "",
    )


def show_rows(
    options: argparse.Namespace,
    rows: Sequence[dict[str, Any]],
    columns: Callable[[dict[str, Any]], tuple[str, ...]],
) -> None:
    """Rows as JSON, or their columns as a table."""
    if options.output == "json":
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    table = [columns(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*table)]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
