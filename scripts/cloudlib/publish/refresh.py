# SPDX-License-Identifier: MIT
"""From one provider's answer to its published menus, and from generated menus to committed ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from cloudlib.catalog import everybody, guard, limits, merge, uneven
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.diff import CatalogDiff, difference
from cloudlib.catalog.records import Catalog
from cloudlib.errors import CatalogError, CloudError, PublishError, ShortAnswer
from cloudlib.menus import render as menus
from cloudlib.provider import Provider, Request
from cloudlib.publish import staged, tier
from cloudlib.settings import source_note


@dataclass(frozen=True)
class Fetched:
    """A complete answer, rendered and not yet published. `calls` counts vendor processes and requests."""

    catalog: Catalog
    texts: dict[str, str]
    seconds: float
    calls: int
    remarks: tuple[str, ...] = ()


_REPLAY_SHORT = (
    "FORCE=1 replays {recording} as it is, though it offers less than this tree's menus\n"
    "docs/recordings.md says when that is right"
)


def fetch(provider: Provider, root: Path, request: Request) -> Fetched:
    """Ask the vendor and render; touches no file of the tree. NotSetUp without what publishing needs."""
    staged.require()
    started = time.monotonic()
    known = last_known(root, provider.NAME)
    recording = request.log.replayed
    try:
        catalog = provider.fetch(replace(request, known=known))
    except ShortAnswer as error:
        if recording:
            error.hint = _REPLAY_SHORT.format(recording=recording.name)
        raise
    catalog = _sourced(merge.carry_forward(_with_doubts(catalog), known), request)
    texts = render(provider, catalog, tier.GENERATED)
    seconds = time.monotonic() - started
    replayed = (f"replayed from {recording.name}; no vendor was asked",) if recording else ()
    return Fetched(catalog, texts, seconds, request.log.calls, (*replayed, *request.remarks))


def _with_doubts(catalog: Catalog) -> Catalog:
    """The catalog with a notice of each figure that contradicts others of its family."""
    about = catalog.provenance
    doubts = (limits.line(text, limits.NOTICE) for text in uneven.notices(catalog.instance_types))
    return catalog.with_provenance(replace(about, notices=(*about.notices, *doubts)))


def _sourced(catalog: Catalog, request: Request) -> Catalog:
    """The catalog with its true source: a recording and its date, or what CLOUD_SOURCE_NOTE says."""
    recording = request.log.replayed
    source = recording.provenance if recording else source_note()
    if not source:
        return catalog
    date = recording.header.recorded_at if recording else catalog.provenance.fetched_at
    return catalog.with_provenance(replace(catalog.provenance, source=source, fetched_at=date))


def render(provider: Provider, catalog: Catalog, which: str) -> dict[str, str]:
    """The texts of one tier of a provider, GENERATED or STATIC: {file name without ending: text}."""
    folder = tier.KCONFIGS.format(provider=provider.NAME)
    return menus.render(catalog, provider.MENU_NAMES, folder, which)


def publish(
    provider: Provider, root: Path, fetched: Fetched, note: Callable[[int], None] = lambda changed: None
) -> int:
    """Check the new menus in a copy of the tree, then put them in place; returns how many files changed.

    `note` is called with that number too, and before a Ctrl-C that came meanwhile takes effect: what has been
    published is known to be.
    """
    staged.check(root, provider.NAME, tier.GENERATED, fetched.texts)
    with tier.signals_deferred():
        changed = tier.publish(root, provider.NAME, tier.GENERATED, fetched.texts, mark=True)
        note(changed)
    return changed


def last_known(root: Path, name: str) -> Catalog | None:
    """The newest catalog of the tree: the generated one, else the static one, else None."""
    for which in (tier.GENERATED, tier.STATIC):
        path = tier.catalog_path(root, name, which)
        if path.is_file():
            try:
                return catalogfile.load_file(path)
            except CatalogError:
                continue  # of another version, or damaged; the fetch replaces it
    return None


@dataclass(frozen=True)
class Promoted:
    """A catalog that became the committed one; `diff` is against the one before it, None for the first.

    `news` is False where nothing but dates differed, and the committed files were left as they were. `lost`
    are the lines on defconfigs that FORCE=1 overrode.
    """

    catalog: Catalog
    changed: int
    diff: CatalogDiff | None
    news: bool = True
    lost: tuple[str, ...] = ()


def promote(provider: Provider, root: Path, *, force: bool) -> Promoted:
    """Generated -> static: all of a provider's files, or none.

    The static files are rendered from the generated catalog, with what is closed to this account alone as it
    was last known; no generated text is copied. Refused where
    nothing was generated, where the generated files are not those of their catalog, where `doubts` has a
    reason (`force` overrides, and the catalog then says so), where an image is of an unknown publisher,
    where the tree would not parse, or a shipped defconfig would lose a setting.
    """
    name = provider.NAME
    if not tier.marker(root, name).exists():
        raise CloudError(
            f"{name}: there are no generated menus to promote",
            unchanged="the static files",
            hint=f"make cloud-config-{name}",
        )
    try:
        catalog = generated_catalog(provider, root)
    except CloudError as error:
        error.unchanged = "the static files"
        raise
    old = _committed(root, name, force=force)
    catalog = everybody.for_everybody(catalog, old)
    diff = difference(old, catalog) if old is not None else None
    catalog = _believed(provider, diff, old, catalog, force=force)
    texts = render(provider, catalog, tier.STATIC)
    if old is not None and _only_dates_differ(old, catalog, texts, tier.read_tier(root, name, tier.STATIC)):
        return Promoted(old, 0, diff, news=False)
    lost = _lost_defconfigs(provider, root, texts, force=force)
    if lost:
        forced = (*catalog.provenance.forced, *lost)
        catalog = catalog.with_provenance(replace(catalog.provenance, forced=forced))
        texts = render(provider, catalog, tier.STATIC)
    changed = tier.publish(root, name, tier.STATIC, texts, mark=True)
    return Promoted(catalog, changed, diff, lost=lost)


def _lost_defconfigs(
    provider: Provider, root: Path, texts: Mapping[str, str], *, force: bool
) -> tuple[str, ...]:
    """Try the menus. CatalogError where they do not work; with `force` what defconfigs lose is returned."""
    name = provider.NAME
    try:
        staged.check(root, name, tier.STATIC, texts, defconfigs(root, provider))
    except CatalogError as error:
        if not force:
            error.hint += f"\nmake cloud-update-{name} FORCE=1 promotes in spite of a defconfig"
            raise
        staged.check(root, name, tier.STATIC, texts)  # the menus themselves have to work
        return tuple(line.strip() for line in error.what.splitlines()[1:])
    return ()


def doubts(provider: Provider, diff: CatalogDiff | None, old: Catalog | None, new: Catalog) -> list[str]:
    """Reasons not to promote `new` over `old`; `diff` is their difference."""
    now = datetime.now(timezone.utc)
    return guard.doubts(diff, old, new, canaries=provider.CANARIES, now=now)


def _believed(
    provider: Provider, diff: CatalogDiff | None, old: Catalog | None, new: Catalog, *, force: bool
) -> Catalog:
    """The new catalog, with the doubts that `force` overrode in its provenance; else CatalogError."""
    name = provider.NAME
    never, reasons = guard.strangers(new, provider.PUBLISHERS), doubts(provider, diff, old, new)
    hint = f"make cloud-diff-{name} shows everything; if it is right: make cloud-update-{name} FORCE=1"
    if never:
        hint = f"make cloud-config-{name}; the publishers are pinned in scripts/providers/{name}/images.py"
    if never or (reasons and not force):
        raise CatalogError(
            "\n  ".join((f"{name}: the generated catalog is not plausible:", *never, *reasons)),
            unchanged="the static files",
            hint=hint,
        )
    return new.with_provenance(replace(new.provenance, forced=tuple(reasons)))


def _only_dates_differ(
    old: Catalog, new: Catalog, texts: Mapping[str, str], committed: Mapping[str, str]
) -> bool:
    """Whether a promotion would say nothing new: the same records, menus and gaps, from the same source."""

    def text(catalog: Catalog) -> str:
        about = catalog.provenance
        undated = replace(about, fetched_at="", tools={}, calls=0, forced=(), known_since={})
        return catalogfile.dump(catalog.with_provenance(undated))

    files = {*texts, *committed} - {catalogfile.NAME}
    return all(texts.get(f) == committed.get(f) for f in files) and text(old) == text(new)


def generated_catalog(provider: Provider, root: Path) -> Catalog:
    """The generated catalog, when its digest fits and the files beside it are those it renders to.

    Anything else was not written by `publish`: a file that somebody put there, a link, a record edited by
    hand. PublishError and CatalogError refuse it, as promotion would make a committed file of it.
    """
    name = provider.NAME
    files = tier.tier_files(root, name, tier.GENERATED)
    try:
        tier.read_tier(root, name, tier.GENERATED)  # refuses a file that is not text
        path = tier.catalog_path(root, name, tier.GENERATED)
        catalog = catalogfile.load_file(path)
        expected = set(render(provider, catalog, tier.GENERATED))
        odd = [f"{file}.{tier.GENERATED} is a link" for file in files if files[file].is_symlink()]
        odd += [f"{file}.{tier.GENERATED} does not belong there" for file in files if file not in expected]
        odd += [f"{file}.{tier.GENERATED} is missing" for file in sorted(expected - set(files))]
        if odd:
            raise PublishError(f"{name}: not the menus that were generated: {'; '.join(odd)}")
    except CloudError as error:
        error.hint = f"make cloud-config-{name}"
        raise
    return catalog


def edited(provider: Provider, root: Path, which: str, catalog: Catalog) -> list[str]:
    """The files of a tier that are not what its catalog renders to.

    Somebody edited them, or another version of this project wrote them. Raises PublishError.
    """
    there, expected = tier.read_tier(root, provider.NAME, which), render(provider, catalog, which)
    base = tier.folder(root, provider.NAME).relative_to(root)
    odd = sorted(f for f in there | expected if there.get(f) != expected.get(f))
    return [f"{base}/{file}.{which}" for file in odd]


def _committed(root: Path, name: str, *, force: bool) -> Catalog | None:
    """The committed catalog, or None where there is none; a damaged one counts as none with `force`."""
    path = tier.catalog_path(root, name, tier.STATIC)
    if not path.is_file():
        return None
    try:
        return catalogfile.load_file(path)
    except CatalogError:
        if force:
            return None
        raise


def defconfigs(root: Path, provider: Provider) -> Sequence[Path]:
    """The shipped defconfigs that choose this provider."""
    choice = f"CONFIG_{provider.MENU_NAMES.switch}=y"
    files = sorted(p for p in (root / "defconfigs").glob("*") if p.is_file())
    return [p for p in files if choice in p.read_text(encoding="utf-8").split()]
