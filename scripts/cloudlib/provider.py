# SPDX-License-Identifier: MIT
"""What a provider module must offer. A provider is a plain module with these public names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cloudlib import catalogfile
from cloudlib.errors import CatalogError
from cloudlib.progress import Progress, Silent
from cloudlib.records import Catalog, Image, Region, Zone
from cloudlib.run import CallLog
from cloudlib.vocabulary import Vocabulary


@dataclass(frozen=True)
class Request:
    """What to fetch, and with what.

    `regions` () means every region; a named region narrows the fetch to it, and `images` False leaves
    the images out, for quick questions.
    `log` counts and bounds the vendor calls; `progress` shows them.
    """

    log: CallLog
    progress: Progress = field(default_factory=Silent)
    regions: Sequence[str] = ()
    images: bool = True


class Provider(Protocol):
    """The public names of a provider module, the same in each."""

    NAME: str
    TITLE: str
    SETUP_HINT: str
    VOCABULARY: Vocabulary

    def fetch(self, request: Request) -> Catalog:
        """Ask the vendor. Raises a CloudError; never returns a catalogue that is known to be partial."""

    def list_regions(self, request: Request) -> tuple[tuple[Region, ...], tuple[Zone, ...]]:
        """Regions and zones alone, for `regions list`."""

    def list_images(self, request: Request) -> tuple[Image, ...]:
        """Images alone, for `images list`."""


#: Folder of the built-in catalogues: small, real, and rendered by the same code as live data.
BUILTIN = Path(__file__).resolve().parent.parent / "builtin"


def builtin_catalog(name: str) -> Catalog:
    """The built-in catalogue of a provider, for a tree that has no menus at all."""
    path = BUILTIN / f"{name}-catalog.json"
    catalog = catalogfile.load_file(path)
    if catalog.provider != name:
        raise CatalogError(f"{path}: is the catalogue of {catalog.provider}, not of {name}")
    return catalog
