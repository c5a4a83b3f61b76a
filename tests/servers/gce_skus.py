# SPDX-License-Identifier: MIT
"""SKUs that add up to recorded prices of whole machines.

Prices of machine types are recorded, those of their parts are not. In each region the parts are the solution
of a linear system: one equation a machine, one unknown a part (a series' core, its GiB of memory, a GPU, a
GiB of local SSD). Where machines of a series differ enough the solution is the only one; where all have the
same memory a core, or one kind of GPU, only the sum is determined and the parts are the nearest to usual
ones. Parts of machines whose price is not reproduced are left out: their prices stay unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.servers.gce_data import Json, rates, sku

Part = tuple[str, str]  # ("core", "n2"), ("gpu", "nvidia-l4"), ("ssd", "")
Bill = Mapping[Part, float]

_HOURS = 730
_NAMES = {
    "c2": "Compute optimized",
    "c2d": "C2D AMD Instance",
    "c4a": "C4A Arm Instance",
    "m1": "Memory-optimized Instance",
    "m2": "Memory Optimized Upgrade Premium for Memory-optimized Instance",
    "m3": "M3 Memory-optimized Instance",
    "m4-ultramem-224": "M4Ultramem224 Instance",
    "n1": "N1 Predefined Instance",
    "n2d": "N2D AMD Instance",
    "t2a": "T2A Arm Instance",
    "t2d": "T2D AMD Instance",
}
_GPUS = {
    "nvidia-tesla-a100": "Nvidia Tesla A100 GPU",
    "nvidia-a100-80gb": "Nvidia Tesla A100 80GB GPU",
    "nvidia-h100-80gb": "Nvidia H100 80GB GPU",
    "nvidia-h100-mega-80gb": "Nvidia H100 80GB Mega GPU",
    "nvidia-l4": "Nvidia L4 GPU",
    "nvidia-rtx-pro-6000": "RTX 6000 96GB",
}
_FLAT = {
    "f1-micro": ("Micro Instance with burstable CPU", "F1Micro"),
    "g1-small": ("Small Instance with 1 VCPU", "G1Small"),
}
_SHARE = {"e2-micro": 0.25, "e2-small": 0.5, "e2-medium": 1.0}
_OWN_SSD = ("c4", "c4a", "c4d", "h4d")
#: What a part costs usually, USD an hour.
_USUAL = {"core": 0.03, "ram": 0.004, "gpu": 3.0, "ssd": 0.0001, "flat": 0.02}


@dataclass(frozen=True)
class Machine:
    """A machine type as it is billed, and its recorded price."""

    name: str
    vcpus: int
    gib: float
    gpu: str
    gpus: float
    ssd_gib: int
    usd: float

    def bill(self) -> Bill:
        """How much of which part it has."""
        if self.name in _FLAT:
            return {("flat", self.name): 1.0}
        series = self.name.partition("-")[0]
        of = self.name if self.name in _NAMES else series
        return {
            ("core", of): _SHARE.get(self.name, self.vcpus),
            ("ram", of): self.gib,
            **({("gpu", self.gpu): self.gpus} if self.gpu else {}),
            **({("ssd", series if series in _OWN_SSD else ""): self.ssd_gib} if self.ssd_gib else {}),
        }


def solve(machines: Sequence[Machine]) -> dict[Part, float]:
    """The parts' prices, those that a machine's price contradicts left out."""
    bills = [m.bill() for m in machines]
    exact = _nearest(bills, [m.usd for m in machines])
    for digits in (6, 7, 8, 9):  # prices are short decimals: the shortest that fit
        found = {p: _rounded(p, v, digits) for p, v in exact.items()}
        wrong = [m for m, bill in zip(machines, bills) if abs(_sum(bill, found) - m.usd) > 1.5e-6]
        if not wrong:
            break
    bad = {p for m in wrong if abs(_sum(m.bill(), found) - m.usd) > 2e-5 for p in m.bill()}
    return {p: v for p, v in found.items() if p not in bad and v > 0}


def skus(place: str, region: str, prices: Mapping[Part, float]) -> Iterator[Json]:
    """The SKUs of one region."""
    for (kind, of), usd in sorted(prices.items()):
        if kind == "core":
            ram = prices.get(("ram", of))
            if ram is not None:
                group = "N1Standard" if of == "n1" else ""
                name = _NAMES.get(of, f"{of.upper()} Instance")
                yield from rates(name, place, (region,), f"{usd:.9f}", f"{ram:.9f}", group)
        elif kind == "gpu":
            yield sku(f"{_GPUS[of]} running in {place}", (region,), f"{usd:.9f}", "GPU")
        elif kind == "ssd":
            text = (
                f"{of.upper()} Instance Local SSD running in {place}"
                if of
                else f"SSD backed Local Storage in {place}"
            )
            family = "Compute" if of else "Storage"
            yield sku(text, (region,), f"{usd * _HOURS:.9f}", "LocalSSD", family=family, unit="GiBy.mo")
        elif kind == "flat":
            text, group = _FLAT[of]
            yield sku(f"{text} running in {place}", (region,), f"{usd:.9f}", group)


def split_premium(prices: dict[Part, float]) -> None:
    """M2 is billed as M1 and a premium. Where no M1 is sold its share is taken to be the usual 88 percent."""
    for kind in ("core", "ram"):
        whole, base = prices.get((kind, "m2")), prices.get((kind, "m1"))
        if whole is not None:
            base = base if base is not None else round(whole * 0.88, 6)
            prices[kind, "m1"], prices[kind, "m2"] = base, whole - base


def _nearest(bills: Sequence[Bill], prices: Sequence[float]) -> dict[Part, float]:
    """The least squares solution that is nearest to the usual prices, by a few proximal steps."""
    parts = sorted({p for bill in bills for p in bill})
    number = {p: i for i, p in enumerate(parts)}
    scale = [_USUAL[kind] for kind, _ in parts]
    rows = [[(number[p], q * scale[number[p]]) for p, q in bill.items()] for bill in bills]
    normal = [[0.0] * len(parts) for _ in parts]
    for row in rows:
        for i, a in row:
            for j, b in row:
                normal[i][j] += a * b
    right = [0.0] * len(parts)
    for row, usd in zip(rows, prices):
        for i, a in row:
            right[i] += a * usd
    loose = 1e-6
    for i in range(len(parts)):
        normal[i][i] += loose
    solution = [1.0] * len(parts)
    for _ in range(40):
        solution = _solved(normal, [r + loose * x for r, x in zip(right, solution)])
    return {p: solution[i] * scale[i] for p, i in number.items()}


def _solved(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """Gauss, with pivots."""
    rows = [[*row, value] for row, value in zip(matrix, right)]
    size = len(rows)
    for i in range(size):
        pivot = max(range(i, size), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(i + 1, size):
            factor = rows[k][i] / rows[i][i]
            if factor:
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i])]
    found = [0.0] * size
    for i in reversed(range(size)):
        found[i] = (rows[i][size] - sum(rows[i][j] * found[j] for j in range(i + 1, size))) / rows[i][i]
    return found


def _rounded(part: Part, usd: float, digits: int) -> float:
    """Rounded as its SKU has it: local SSD by the month."""
    return round(usd * _HOURS, digits) / _HOURS if part[0] == "ssd" else round(usd, digits)


def _sum(bill: Bill, prices: Mapping[Part, float]) -> float:
    return sum(quantity * prices[part] for part, quantity in bill.items())
