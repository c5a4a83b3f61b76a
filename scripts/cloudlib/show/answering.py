# SPDX-License-Identifier: MIT
"""What a CLI answers from: the vendor, or this tree's catalog where nobody can be asked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import TypeVar

from cloudlib.calls import tapes
from cloudlib.catalog.records import Catalog
from cloudlib.errors import CatalogError, NotSetUp, UsageError, printable
from cloudlib.provider import Provider, Request
from cloudlib.publish import refresh
from cloudlib.search import machine
from cloudlib.search.machine import Place
from cloudlib.search.question import Question
from cloudlib.search.where import is_named, where
from cloudlib.settings import ROOT, recording
from cloudlib.show.progress_rows import shown_on

_T = TypeVar("_T")


def catalog(provider: Provider, options: argparse.Namespace, region: str) -> tuple[Catalog, frozenset[str]]:
    """The catalog to answer from, and the regions in it that a text means, none for "".

    Named regions narrow a live fetch to them. One that the tree's catalog knows by another name, `East US`
    for eastus, is asked for by the vendor's. UsageError for one that there is not.
    """

    def live() -> Catalog:
        known = refresh.last_known(ROOT, provider.NAME)
        with shown_on(sys.stderr, quiet=True) as progress:
            request = Request(
                log=tapes.call_log(provider.NAME),
                progress=progress,
                regions=_vendors_names(known, region),
                known=known,
                images=False,
            )
            made = provider.fetch(request)
        missing = gaps(made.provenance.not_reached, made.provenance.notices)
        tell(provider, [*missing, *request.remarks])
        return made

    made = answer(provider, options, live, lambda published: published)
    return made, regions(made, region)


def regions(known: Catalog, text: str) -> frozenset[str]:
    """The regions of a catalog that a name, a city, or a pattern means; none for "".

    One that cannot be used is meant by a whole name of it alone.
    """
    if not text:
        return frozenset()
    for region in known.regions:
        if not region.available and is_named(Place(region.name, region.long_name, ""), text):
            return frozenset({region.name})
    return where(Question(regions=(text,)), [machine.market(known)])[known.provider]


def answer(
    provider: Provider,
    options: argparse.Namespace,
    live: Callable[[], _T],
    published: Callable[[Catalog], _T],
) -> _T:
    """The provider's answer, or that of this tree's catalog: with --offline, and where nobody can be asked.

    --live insists on the provider, and so does REPLAY on its recording: NotSetUp. `options.about` is set to
    where the answer is from.
    """
    today = datetime.now(timezone.utc).date().isoformat()
    options.about = {"provider": provider.NAME, "source": "live", "date": today}
    if not options.offline:
        try:
            return live()
        except NotSetUp as error:
            if options.live or recording()[1] or refresh.last_known(ROOT, provider.NAME) is None:
                raise
            said = error.what
    known = _published(provider)
    date = known.provenance.fetched_at[:10]
    options.about |= {"source": known.provenance.source, "date": date or None}
    if not options.offline:
        options.offline = True  # for the hints of an error
        tell(
            provider,
            [said, f"answered from this tree's catalog of {date or 'an unknown date'}; --live insists"],
        )
    return published(known)


def _published(provider: Provider) -> Catalog:
    known = refresh.last_known(ROOT, provider.NAME)
    if known is None:
        raise CatalogError(
            f"this tree has no {provider.TITLE} catalog", hint=f"make cloud-config-{provider.NAME}"
        )
    return known


def _vendors_names(known: Catalog | None, text: str) -> tuple[str, ...]:
    """The names to ask for; one that the tree does not know may be new, and the vendor decides."""
    if not text:
        return ()
    try:
        return tuple(sorted(regions(known, text))) if known else (text.lower(),)
    except UsageError:
        return (text.lower(),)


def gaps(not_reached: Mapping[str, str], notices: Sequence[str]) -> list[str]:
    """What a live answer lacks, so that an incomplete list does not pass for a complete one."""
    missing = [f"not reached: {region} ({why})" for region, why in not_reached.items()]
    return [*missing, *(f"notice: {notice}" for notice in notices)]


def tell(provider: Provider, remarks: Sequence[str]) -> None:
    """Remarks of a provider on stderr."""
    for remark in remarks:
        print(printable(f"{provider.NAME}: {remark}"), file=sys.stderr)
