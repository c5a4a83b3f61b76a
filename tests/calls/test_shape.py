# SPDX-License-Identifier: MIT
"""Answers of every wrong shape end in a BadReply that names the vendor and the field."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlib.calls.shape import Reader
from cloudlib.errors import BadReply


def read(value: object, **options: bool) -> Reader:
    return Reader(value, vendor="aws", answer="describe-regions", **options)


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(BadReply) as caught:
        call()
    assert caught.value.hint
    return caught.value.what.removeprefix("aws: the answer to describe-regions ")


def test_missing_empty_and_wrong_are_told_apart() -> None:
    rows = [{"RegionName": "a"}, {}, {"RegionName": ""}, {"RegionName": 1}, {"RegionName": None}]
    first, *others = read({"Regions": rows}).rows("Regions")
    assert first.text("RegionName") == "a"
    assert [refusal(lambda row=row: row.text("RegionName")) for row in others] == [  # type: ignore[misc]
        "has no Regions[1].RegionName",
        "has an empty Regions[2].RegionName",
        "has 1 for Regions[3].RegionName, not a text",
        "has null for Regions[4].RegionName, not a text",
    ]


def test_lists() -> None:
    answer = read({"none": [], "object": {}, "mixed": [{}, 1]})
    assert answer.rows("none") == answer.maybe_rows("gone") == []
    assert refusal(lambda: answer.rows("gone")) == "has no gone"
    assert refusal(lambda: answer.rows("none", empty=False)) == "has an empty none"
    assert refusal(lambda: answer.maybe_rows("object")) == "has an object for object, not a list"
    assert refusal(lambda: answer.rows("mixed")) == "has 1 for mixed[1], not an object"
    assert refusal(lambda: read("<html>").rows()) == "is '<html>', not a list"
    assert refusal(lambda: read([]).rows(empty=False)) == "is empty"
    assert refusal(lambda: read([]).text("x")) == "is a list, not an object"
    (row,) = read([{"name": "x"}]).rows()
    assert refusal(lambda: row.text("gone")) == "has no [0].gone"


def test_objects() -> None:
    answer = read({"types": {"a": {"n": 1}, "b": []}, "none": {}})
    assert answer.maybe_at("gone").maybe_at("below").maybe_text("name", "?") == "?"
    assert refusal(lambda: answer.at("gone")) == "has no gone"
    assert refusal(lambda: answer.maybe_at("types").at("b")) == "has a list for types.b, not an object"
    (_, good), (_, bad) = answer.entries("types")
    assert good.whole("n") == 1 and refusal(lambda: bad.whole("n")) == "has a list for types.b, not an object"
    assert list(answer.maybe_entries("gone")) == list(answer.entries("none")) == []
    assert [name for name, _ in read({"x": {}}).entries()] == ["x"]


def test_null_may_be_as_good_as_missing() -> None:
    value = {"zones": None, "name": None, "rows": [{"n": None}]}
    lenient = read(value, null_is_missing=True)
    assert lenient.maybe_rows("zones") == [] and lenient.maybe_text("name") == ""
    assert lenient.rows("rows")[0].maybe_whole("n") is None, "within rows too"
    assert refusal(lambda: lenient.text("name")) == "has no name"
    assert refusal(lambda: read(value).maybe_text("name")) == "has null for name, not a text"


def test_json_within_a_text() -> None:
    answer = read({"PriceList": ['{"a": {"b": "c"}}', {"a": {"b": "d"}}, '{"a": ', "[]", 3]})
    good, same, *bad = answer.items("PriceList")
    assert [entry.decoded().at("a").text("b") for entry in (good, same)] == ["c", "d"]
    assert refusal(lambda: good.decoded().at("a").text("gone")) == "has no PriceList[0].a.gone"
    assert refusal(bad[0].decoded) == "has '{\"a\": ' for PriceList[2], not JSON"
    assert refusal(bad[1].decoded) == "has a list for PriceList[3], not an object"
    assert refusal(bad[2].decoded) == "has 3 for PriceList[4], not an object"


def test_numbers() -> None:
    answer = read(
        {"n": 8, "zero": 0, "usd": "0.0960000000", "float": 0.125, "small": 1e-05, "hundred": "100"}
    )
    assert (answer.whole("n"), answer.whole("zero"), answer.maybe_whole("gone")) == (8, 0, None)
    assert answer.decimal("usd") == Decimal("0.096") and str(answer.decimal("usd")) == "0.096"
    assert answer.decimal("float") == Decimal("0.125") and answer.decimal("small") == Decimal("0.00001")
    assert answer.maybe_decimal("gone") is None and str(answer.decimal("zero")) == "0"


@pytest.mark.parametrize("value", ["8", 8.0, True, -1, [], {}, "", None])
def test_what_is_no_whole_number(value: object) -> None:
    assert "n" in refusal(lambda: read({"n": value}).whole("n"))


@pytest.mark.parametrize(
    "value",
    ["NaN", "inf", float("nan"), float("inf"), "1_000", "٣", " 4 ", "1,5", "", "9" * 40, "1e400", True, []],
)
def test_what_is_no_number(value: object) -> None:
    assert "n" in refusal(lambda: read({"n": value}).decimal("n"))


def test_flags_and_texts() -> None:
    answer = read({"yes": True, "word": "yes", "names": ["a", "b"], "odd": ["a", 1], "blank": [""]})
    assert answer.flag("yes", False) and answer.flag("gone", True) and answer.has("yes")
    assert not answer.has("gone") and answer.texts("names") == ["a", "b"] and answer.texts("gone") == []
    assert refusal(lambda: answer.flag("word", False)) == "has 'yes' for word, not true or false"
    assert refusal(lambda: answer.texts("odd")) == "has 1 for odd[1], not a text"
    assert refusal(lambda: answer.texts("blank")) == "has an empty blank[0]"


def test_a_message_is_one_short_line_of_plain_characters() -> None:
    said = refusal(lambda: read({"n": "\n\x1b[31m\u202e" + "x" * 1000}).whole("n"))
    assert said.isascii() and said.isprintable() and len(said) < 80


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(json_values, st.sampled_from("abc"))
def test_nothing_but_a_bad_reply(value: Any, key: str) -> None:
    """Whatever an answer holds, no other exception comes out of reading it."""
    reader = read(value)
    for call in (
        reader.at, reader.maybe_at, reader.rows, reader.maybe_rows, reader.items, reader.texts, reader.text,
        reader.maybe_text, reader.whole, reader.maybe_whole, reader.decimal, reader.maybe_decimal, reader.has,
        lambda k: list(reader.entries(k)), lambda k: list(reader.maybe_entries(k)),
        lambda k: reader.flag(k, True), lambda _: reader.rows(), lambda _: reader.decoded(),
    ):  # fmt: skip
        try:
            call(key)
        except BadReply as error:
            assert error.what.startswith("aws: the answer to describe-regions ")
