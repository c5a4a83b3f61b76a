# SPDX-License-Identifier: MIT
"""Lists that come in pages: ARM's `value` and `nextLink`, the price API's `Items` and `NextPageLink`.

A next page is asked only of the origin that the first one came from: the requests carry credentials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from cloudlib.calls.left_out import SEE_CALLS
from cloudlib.calls.shape import Reader
from cloudlib.errors import BadReply

_MOST_PAGES = 300  # prices of one location take 60 at 100 rows a page
_LONGEST_LINK = 8192  # servers take no longer ones


def answer_of(what: str, value: object) -> Reader:
    """A reader of an answer of Azure, which writes null for what is not there."""
    return Reader(value, vendor="azure", answer=what, null_is_missing=True)


def pages(
    first: str, get: Callable[[str], object], what: str, *, items: str, link: str
) -> Iterator[list[Reader]]:
    """The rows of each page of `what`, whatever they are. `get` turns an absolute URL into parsed JSON.

    Raises BadReply for an answer of another shape, for a link that leads to another host or back to a page
    that was read, and for a list without end.
    """
    seen: set[str] = set()
    url = first
    while url:
        if _origin(url) != _origin(first):
            raise BadReply(
                f"azure: the next page of {what} points to {_origin(url)}, not to {_origin(first)}; "
                "it was not followed",
                hint="a proxy may rewrite answers; nothing was sent to that host",
            )
        if url in seen or len(seen) == _MOST_PAGES:
            raise BadReply(f"azure: the pages of {what} have no end ({len(seen)} were read)", hint=SEE_CALLS)
        seen.add(url)
        page = answer_of(what, get(url))
        yield page.items(items)
        url = page.maybe_text(link, most=_LONGEST_LINK)


def _origin(url: str) -> str:
    """`https://management.azure.com:443`; the text itself where it is not a URL."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname}:{parts.port or 443}"
    except ValueError:
        return ascii(url)[:80]
