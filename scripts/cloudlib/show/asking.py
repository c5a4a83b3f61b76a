# SPDX-License-Identifier: MIT
"""The options of a question, and the question that they make."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from cloudlib.catalog.area import AREAS
from cloudlib.catalog.category import CATEGORIES
from cloudlib.catalog.records import ARCHITECTURES
from cloudlib.search.machine import BOOT_MODES
from cloudlib.search.question import ANY, ANY_GPU, Question, Range

_T = TypeVar("_T")


def whole(text: str) -> int:
    """A whole number, 0 or more."""
    return _number(text, int, lambda number: number >= 0, "a whole number")


def positive(text: str) -> int:
    """A whole number above 0."""
    return _number(text, int, lambda number: number > 0, "a whole number above 0")


def amount(text: str) -> float:
    """A number, 0 or more."""
    return _number(text, float, lambda number: 0 <= number < math.inf, "a number")


def usd(text: str) -> Decimal:
    """An amount of USD."""
    return _number(text, Decimal, lambda usd: usd.is_finite() and usd > 0, "an amount of USD above 0")


def _number(text: str, read: Callable[[str], _T], valid: Callable[[_T], bool], what: str) -> _T:
    try:
        number = read(text)
        if valid(number):
            return number
    except (ValueError, InvalidOperation):
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not {what}")


def span(text: str) -> Range:
    """A range: `8..16`, `8..`, `..16`, or one number, which is just that."""
    try:
        asked = Range.read(text)
    except InvalidOperation:
        asked = ANY
    known = [bound for bound in (asked.low, asked.high) if bound is not None]
    if not known or not all(b.is_finite() and b >= 0 for b in known) or known != sorted(known):
        raise argparse.ArgumentTypeError(f"{text!r} is not a range: 8..16, 8.., ..16 or 8")
    return asked


def model(text: str) -> tuple[str, Range]:
    """A GPU and how many of it: `h100`, `h100:8`, `l4:1..4`; `any` is any."""
    name, colon, number = text.partition(":")
    if not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not a GPU: h100, h100:8, any")
    return name.strip().casefold(), span(number) if colon else ANY


def category(text: str) -> str:
    """A category by any part of its name that only one of them has."""
    wanted = text.replace("-", " ").casefold()
    fits = [name for name in CATEGORIES if name.casefold() == wanted]
    fits = fits or [name for name in CATEGORIES if wanted in name.casefold()]
    if len(fits) != 1:
        listed = ", ".join(name.lower().replace(" ", "-") for name in CATEGORIES)
        raise argparse.ArgumentTypeError(f"{text!r} is not one category; there are {listed}")
    return fits[0]


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of a question over all providers."""
    place = parser.add_argument_group("where")
    place.add_argument(
        "--region", action="append", default=[], metavar="R", help="a name, city, or pattern: eu-*"
    )
    place.add_argument("--in", dest="areas", action="append", default=[], choices=sorted(AREAS),
                       metavar="AREA", help=f"a part of the world: {', '.join(sorted(AREAS))}")  # fmt: skip
    needs = parser.add_argument_group("what (RANGE is 8..16, 8.., ..16 or 8)")
    needs.add_argument("--arch", choices=ARCHITECTURES, default="", help="the architecture that it boots")
    needs.add_argument("--vcpus", type=span, default=ANY, metavar="RANGE", help="vCPUs")
    needs.add_argument("--memory", type=span, default=ANY, metavar="RANGE", help="GiB of memory")
    needs.add_argument("--gpu", type=model, default=("", ANY), metavar="MODEL[:RANGE]",
                       help="a GPU or accelerator, and how many: h100, h100:8, any")  # fmt: skip
    needs.add_argument("--gpu-memory", type=span, default=ANY, metavar="RANGE", help="GiB of one GPU")
    needs.add_argument("--nvme", type=span, default=ANY, metavar="RANGE", help="local NVMe SSDs")
    needs.add_argument("--nvme-size", type=span, default=ANY, metavar="RANGE", help="GB of local NVMe in all")
    needs.add_argument("--kvm", action="store_true", help="can run KVM guests")
    needs.add_argument("--bare-metal", action="store_true", help="no hypervisor below")
    needs.add_argument("--boot", choices=BOOT_MODES, default="", help="a boot mode that it has")
    needs.add_argument("--category", type=category, action="append", default=[], metavar="C",
                       help="general-purpose, compute, memory, storage, gpu ...")  # fmt: skip
    needs.add_argument("--family", action="append", default=[], metavar="F", help="of this family")
    needs.add_argument("--current", action="store_true", help="no previous generations")
    needs.add_argument("--max-price", type=usd, metavar="USD", help="at most USD per hour")
    needs.add_argument("--image", default="", metavar="NAME", help="boots this image: debian-13, ubuntu")


def question(options: argparse.Namespace) -> Question:
    """The question that the options of `add` ask."""
    gpu, gpus = options.gpu
    return Question(
        providers=tuple(options.provider),
        regions=tuple(options.region),
        areas=tuple(options.areas),
        families=tuple(options.family),
        categories=tuple(options.category),
        arch=options.arch,
        vcpus=options.vcpus,
        memory=options.memory,
        gpu=gpu,
        gpus=gpus,
        gpu_memory=options.gpu_memory,
        nvme=options.nvme,
        nvme_gb=options.nvme_size,
        kvm=options.kvm,
        bare_metal=options.bare_metal,
        boot=options.boot,
        current=options.current,
        max_price=options.max_price,
        image=options.image.casefold(),
        sort=options.sort,
        said=_said(options),
    )


def _said(options: argparse.Namespace) -> dict[str, str]:
    """What this command calls a condition that is part of another option."""
    gpu, gpus = options.gpu
    if not gpus:
        return {"gpu": f"--gpu {gpu}"} if gpu == ANY_GPU else {}
    return {"gpus": f"--gpu {gpu}:{gpus}", "gpu": f"--gpu {gpu}"}
