# SPDX-License-Identifier: MIT
"""Can a type boot an image? The one rule, for menus and for checks. Pure.

A boot mode is a word of the vendor: `uefi`, or V2 for a generation of Azure. What follows a `+` is what a
type needs besides: `V2+NVMe` boots from an NVMe controller.
"""

from __future__ import annotations

from collections.abc import Iterable

from cloudlib.catalog.records import Image, InstanceType


def plain_modes(modes: Iterable[str]) -> list[str]:
    """The modes without a `+`: a type that has all of them boots an image that does not state its own."""
    return [mode for mode in modes if "+" not in mode]


def stated(images: Iterable[Image]) -> set[str]:
    """All modes that images state."""
    return {mode for image in images for mode in image.boot_modes}


def boots(image: Image, itype: InstanceType, modes: Iterable[str]) -> bool:
    """Can the type boot the image? `modes` are those that the images of the catalog state.

    An image that states no mode, among others that do, needs a type that boots any plain one.
    """
    if image.boot_modes:
        return bool({*image.boot_modes} & {*itype.boot_modes})
    return {*itype.boot_modes}.issuperset(plain_modes(modes))
