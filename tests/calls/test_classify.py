# SPDX-License-Identifier: MIT
"""Vendors' words and the errors that they mean."""

from __future__ import annotations

import pytest

from cloudlib.calls.classify import Meaning, classified, error_words
from cloudlib.errors import AccessDenied, CallFailed, Throttled

TABLE = (
    Meaning(r"\(Throttl\w+\)", Throttled, hint="wait"),
    Meaning("Throttl|Denied", AccessDenied, "the vendor refuses", "ask"),
    Meaning("Denied", CallFailed),
)


def test_the_first_row_that_fits_is_taken() -> None:
    error = classified(TABLE, "first line\n(Throttling) and Denied", call="`vendor list` failed", said="slow")
    assert type(error) is Throttled and (error.what, error.hint) == ("`vendor list` failed: slow", "wait")
    error = classified(TABLE, "Denied", call="`vendor list` failed")
    assert type(error) is AccessDenied and (error.what, error.hint) == ("the vendor refuses: Denied", "ask")
    assert classified(TABLE, "something else", call="x") is None


def test_without_a_call_the_vendor_speaks_for_itself() -> None:
    error = classified((Meaning("no", CallFailed),), "no right")
    assert error is not None and error.what == "no right"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"code": "Odd", "message": "two\n lines"}}, ("Odd", "two lines")),
        ({"error": {"code": 403}}, ("403", "")),
        ({"error": {"code": None}}, ("", "")),
        ({"error": "text"}, ("", "")),
        ([], ("", "")),
        (None, ("", "")),
    ],
)
def test_error_bodies_of_any_shape(body: object, words: tuple[str, str]) -> None:
    assert error_words(body, "code", "message") == words
