# SPDX-License-Identifier: MIT
"""The edge: what no record can hold, wherever it comes from."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.shape import Reader
from cloudlib.catalog import limits
from cloudlib.catalog.order import natural
from cloudlib.catalog.records import Gpu, Image, LocalDisks, Price, Provenance, Region, Zone
from cloudlib.errors import BadReply, CatalogError
from tests.support.catalogs import itype
from tests.support.shapes import HOSTILE

#: Texts that are numbers to somebody, or would be good names; none of them is a price.
NUMBERS = ("1" * 5000, "inf", "1e400", "1E+30", "1_000", "99999999")


@pytest.mark.parametrize(
    "name", ["m7i-flex.2xlarge", "Standard_NC288lds_xl_RTXPRO6000BSE_v6", "us-east-1", "a", "0001-com-ubuntu"]
)
def test_names_of_today(name: str) -> None:
    assert limits.NAME.fits(name)


@pytest.mark.parametrize("text", sorted({*HOSTILE} - {*NUMBERS}), ids=lambda text: ascii(text)[:30])
def test_no_name_is_hostile(text: str) -> None:
    for form in (limits.NAME, limits.ZONE):
        assert not form.fits(text) or text == "0.00000000001"


@given(st.text() | st.sampled_from(HOSTILE))
def test_whatever_is_a_name_is_one_harmless_word(text: str) -> None:
    for form in (limits.NAME, limits.ZONE):
        if form.fits(text):
            assert text.isascii() and text.isprintable() and len(text) <= 64
            assert text[0].isalnum() and not set(text) & set(" /\\$`'\"#{}()<>|&;*?=,!%@~")


@given(st.text() | st.sampled_from(HOSTILE), st.integers(1, 300))
def test_prose_is_one_line_that_fits(text: str, most: int) -> None:
    rule = limits.Line(most)
    made = limits.line(text, rule)
    assert rule.fits(made) and limits.line(made, rule) == made


@given(st.text(alphabet="0123456789.eE+-_ n\u0663", max_size=40) | st.sampled_from(HOSTILE))
def test_a_number_is_finite_and_written_in_ascii(text: str) -> None:
    amount = limits.decimal(text)
    assert amount is None or (amount.is_finite() and amount >= 0 and text.isascii())
    assert limits.whole(text) == 0 or int(text) == limits.whole(text)


MADE: dict[str, Callable[[], object]] = {
    "Region": lambda: Region("../x"),
    "long_name": lambda: Region("x", long_name="\x1b[2J"),
    "Zone": lambda: Zone("a b", "x"),
    "zone_id": lambda: Zone("a", "x", zone_id="\u202e"),
    "Gpu": lambda: Gpu("a\nb", 1),
    "count": lambda: Gpu("A", 0),
    "devices": lambda: Gpu("A", 5000),
    "memory": lambda: Gpu("A", 1, -1),
    "disks": lambda: LocalDisks(1, 10**9, nvme=True),
    "family": lambda: itype("x9", family="a/b"),
    "name": lambda: itype("x" * 65),
    "vcpus": lambda: itype("x9", 0),
    "many": lambda: itype("x9", 10**6),
    "no memory": lambda: itype("x9", 2, 0),
    "architecture": lambda: itype("x9", architectures=("$(x)",)),
    "network": lambda: itype("x9", network="n" * 201),
    "title": lambda: Image("a", "1", "a\x07", "arm64", {}),
    "coordinate": lambda: Image("a", "1", "a", "arm64", {"NAME": "{{ x }}"}),
    "option": lambda: Image("a", "1", "a", "arm64", {"NAME": "--x"}),
    "notice": lambda: Provenance("live", notices=("a\nb",)),
    "not reached": lambda: Provenance("live", not_reached={"x": "\x1b"}),
    **{usd: (lambda usd=usd: Price(Decimal(usd), "list")) for usd in (  # type: ignore[misc]
        "0", "-1", "0.00009", "2000.01", "1E+30", "Infinity", "NaN", "sNaN")},
}  # fmt: skip


@pytest.mark.parametrize("what", MADE)
def test_no_such_record_can_be_made(what: str) -> None:
    with pytest.raises(CatalogError) as caught:
        MADE[what]()
    assert caught.value.what.isprintable() and caught.value.what.isascii() and len(caught.value.what) < 300


def test_a_row_that_cannot_be_read_is_left_out_counted_and_said() -> None:
    rows = [{"name": name} for name in ("a", "$(x)", "b", "\x1b", "")]
    left_out = LeftOut()
    answer = Reader({"rows": rows}, vendor="aws", answer="describe-x", left_out=left_out)
    for _ in range(2):
        assert list(answer.each("types", "rows", lambda row: row.name("name"))) == ["a", "b"]
    assert left_out.notices() == (
        "left out, as they could not be read: 3 types; one of them: "
        "aws: the answer to describe-x has '$(x)' for rows[1].name, not a name",
    )


def test_rows_none_of_which_can_be_read_are_a_bad_reply() -> None:
    answer = Reader({"rows": [{"name": "$(x)"}, 7]}, vendor="aws", answer="describe-x")
    with pytest.raises(BadReply, match=r"rows\[0\]\.name, not a name"):
        list(answer.each("types", "rows", lambda row: row.name("name")))
    assert list(answer.each("types", "rows", lambda row: row.name("name"), some=False)) == []


def test_natural_order_of_long_numbers_and_other_scripts() -> None:
    assert natural("a2") < natural("a10") < natural("a" + "9" * 5000)
    assert natural("\u0663") == ((1, 0, "\u0663"),)
