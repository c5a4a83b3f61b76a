#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make cloud-diff`: what `make cloud-update` would change, before it does.

    cloud_diff.py [--provider NAME]... [--format text|markdown|json|html]

Compares the generated catalog with the committed one, and loads every shipped defconfig with the menus of
both. Offline. Without --provider: every provider that has generated menus. `make cloud-diff FORMAT=html`
writes cloud-diff.html, a page to attach to a review; the other formats go to stdout.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

import cloud_providers
from cloudlib.catalog import diff as catalogdiff
from cloudlib.catalog import everybody, guard, merge
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog
from cloudlib.config import effects, requested
from cloudlib.errors import CloudError, report
from cloudlib.provider import Provider
from cloudlib.publish import refresh, rewrite, tier
from cloudlib.settings import ROOT, shown
from cloudlib.show import command, diff_formats
from cloudlib.show import diff as difftext
from cloudlib.show.diff_formats import Difference
from cloudlib.show.figures import figures


def main(argv: Sequence[str]) -> int:
    """Returns the exit code: 0 also when nothing differs. All providers are reported, whatever one has."""
    parser = command.Parser(prog="cloud_diff.py", description=__doc__)
    parser.add_argument("--provider", action="append", metavar="NAME", help="one provider; can be repeated")
    parser.add_argument(
        "--format", choices=tuple(FORMATS), default=os.environ.get("FORMAT") or "text", help="default: text"
    )
    options = parser.parse_args(argv)
    if options.format not in FORMATS:  # argparse does not check a default
        parser.error(f"FORMAT={options.format}: choose from {', '.join(FORMATS)}")
    tier.recover_if_idle(ROOT)
    code, made = 0, []
    for provider in _ready(options.provider):
        try:
            made.append(_difference(provider))
        except CloudError as error:
            report(error, sys.stderr, who="cloud-diff")
            code = error.exit_code
    if options.format != "html":
        sys.stdout.write(FORMATS[options.format](made))
    elif made:
        rewrite.rewrite(PAGE, FORMATS["html"](made))
        print(f"wrote {shown(PAGE)}")
    return code


PAGE = ROOT / "cloud-diff.html"
FORMATS: Mapping[str, Callable[[Sequence[Difference]], str]] = {
    "text": diff_formats.text,
    "markdown": diff_formats.markdown,
    "json": diff_formats.to_json,
    "html": diff_formats.html,
}


def _ready(names: Sequence[str] | None) -> list[Provider]:
    if names:
        return [cloud_providers.load(name) for name in names]
    generated = [name for name in cloud_providers.PROVIDER_NAMES if tier.marker(ROOT, name).exists()]
    if not generated:
        raise CloudError("nothing was generated to compare", hint="make cloud-config")
    return [cloud_providers.load(name) for name in generated]


def _difference(provider: Provider) -> Difference:
    name = provider.NAME
    if not tier.marker(ROOT, name).exists():
        raise CloudError(f"{name}: nothing was generated to compare", hint=f"make cloud-config-{name}")
    generated = refresh.generated_catalog(provider, ROOT)
    if not tier.catalog_path(ROOT, name, tier.STATIC).exists():
        raise CloudError(
            f"{name}: there is no committed catalog to compare with",
            hint=f"git checkout terraform/{name}, or make cloud-update-{name} if there never was one",
        )
    old = _committed(name)
    new = everybody.for_everybody(generated, old)
    diff = catalogdiff.difference(old, new)
    files = _menu_files(provider, new)
    return Difference(
        provider=name,
        changes=diff,
        silent=merge.silent(new),
        committed=_origin(old),
        generated=_origin(new),
        remarks=merge.unreached(new),
        refusals=guard.strangers(new, provider.PUBLISHERS) + refresh.doubts(provider, diff, old, new),
        sections=difftext.sections(diff, old, new),
        defconfigs=list(_effects(provider, old, new)) if diff or files else [],
        files=files,
    )


def _committed(name: str) -> Catalog:
    try:
        return catalogfile.load_file(tier.catalog_path(ROOT, name, tier.STATIC))
    except CloudError as error:
        error.hint = f"git checkout terraform/{name}"
        raise


def _origin(catalog: Catalog) -> str:
    fetched = catalog.provenance.fetched_at[:10]
    counts = figures(catalog)
    when = f"of {fetched}" if fetched else "undated"
    return f"{counts.types} types, {counts.families} families, {when}, {catalog.provenance.source}"


def _menu_files(provider: Provider, catalog: Catalog) -> int:
    """How many files a promotion would write or remove, besides the catalog."""
    new = refresh.render(provider, catalog, tier.STATIC)
    old = tier.read_tier(ROOT, provider.NAME, tier.STATIC)
    return sum(new.get(file) != old.get(file) for file in {*new, *old} - {catalogfile.NAME})


def _effects(provider: Provider, old: Catalog, new: Catalog) -> Iterator[str]:
    """What changes for the shipped defconfigs: settings lost, other results, another price."""
    committed, generated = (effects.parsed(cloud_providers, which) for which in tier.TIERS)
    for path in refresh.defconfigs(ROOT, provider):
        before, after = (effects.results(tree, path, provider) for tree in (committed, generated))
        lost = requested.load(generated, path).dropped
        if lost:
            yield from (f"{path.name}: cloud-update will refuse: {item}" for item in lost)
            continue
        yield from (
            f"{path.name}: {symbol} {before[symbol] or 'unset'} -> {after[symbol] or 'unset'}"
            for symbol in before
            if before[symbol] != after[symbol]
        )
        yield from effects.repriced(path.name, after, provider, old, new)


if __name__ == "__main__":
    command.start("cloud-diff", main)
