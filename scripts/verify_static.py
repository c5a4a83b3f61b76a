#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make verify-static`: the committed menus are what recordings/ gives, byte for byte.

    verify_static.py            replay, render, compare; 1 where a file differs
    verify_static.py --write    replay, render, and write the committed menus

Both ask nobody. What stands in a tree plays no part: no figure is carried forward from it.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import gc
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cloud_providers
from cloudlib.calls.run import CallLog
from cloudlib.calls.tapes import Tapes
from cloudlib.catalog import everybody
from cloudlib.catalog import file as catalogfile
from cloudlib.errors import some
from cloudlib.provider import Provider, Request
from cloudlib.publish import refresh, staged, tier
from cloudlib.settings import ROOT
from cloudlib.show import command

RECORDINGS = "recordings"
_SHOWN = 10  # names of files that differ


def main(argv: Sequence[str]) -> int:
    """Returns the exit code."""
    parser = command.Parser(prog="verify_static.py", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the committed menus")
    options = parser.parse_args(argv)
    gc.disable()  # as cloud-config does
    with tier.lock(ROOT):
        tier.recover(ROOT)
        providers = [cloud_providers.load(name) for name in cloud_providers.PROVIDER_NAMES]
        take = _write if options.write else _compare
        return max([take(provider, _replayed(provider)) for provider in providers])


def _replayed(provider: Provider) -> dict[str, str]:
    """The texts of the static tier, as the recording gives them."""
    log = CallLog(tape=Tapes(replay=ROOT / RECORDINGS).tape(provider.NAME))
    with tempfile.TemporaryDirectory(prefix="verify-static-") as nothing_known:
        fetched = refresh.fetch(provider, Path(nothing_known), Request(log=log))
    catalog = everybody.for_everybody(fetched.catalog, None)  # as a promotion does
    return refresh.render(provider, catalog, tier.STATIC)


def _compare(provider: Provider, texts: dict[str, str]) -> int:
    name = provider.NAME
    committed = tier.read_tier(ROOT, name, tier.STATIC)
    odd = sorted(file for file in committed | texts if committed.get(file) != texts.get(file))
    about = catalogfile.load(committed[catalogfile.NAME], where=catalogfile.NAME)
    live = about.provenance.source == "live"  # a recording says another source
    edited = refresh.edited(provider, ROOT, tier.STATIC, about) if odd and live else []
    if odd and live and not edited:
        asked = f"live of {about.provenance.fetched_at[:10]}"
        print(f"{name}: the committed files come from {asked}, not from a recording: nothing to compare with")
        return 0
    if odd and live:
        print(f"{name}: not what the committed catalog renders to: {some(edited, _SHOWN)}")
        print(f"  next: git checkout terraform/{name}, or make cloud-update-{name}")
        return 1
    if not odd:
        print(f"{name}: {len(texts)} committed files match {RECORDINGS}/")
        return 0
    print(f"{name}: {len(odd)} of {len(committed)} committed files differ from {RECORDINGS}/:")
    print(f"  {some(odd, _SHOWN)}")
    print("  next: make static-from-recordings, and look at git diff")
    return 1


def _write(provider: Provider, texts: dict[str, str]) -> int:
    name = provider.NAME
    staged.check(ROOT, name, tier.STATIC, texts, refresh.defconfigs(ROOT, provider))
    changed = tier.publish(ROOT, name, tier.STATIC, texts, mark=tier.marker(ROOT, name).exists())
    print(f"{name}: {len(texts)} files, {changed} changed")
    return 0


if __name__ == "__main__":
    command.start("verify-static", main)
