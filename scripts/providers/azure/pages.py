# SPDX-License-Identifier: MIT
"""Lists that come in pages: ARM's `value` and `nextLink`, the price API's `Items` and `NextPageLink`.

A next page is asked only of the origin that the first one came from: the requests carry credentials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from cloudlib.errors import BadReply

_MOST_PAGES = 300  # prices of one location take 60 at 100 rows a page
_HINT = "try again; DEBUG=1 shows every call"


def pages(
    first: str, get: Callable[[str], Any], *, items: str, link: str
) -> Iterator[list[Mapping[str, Any]]]:
    """The rows of each page. `get` turns an absolute URL into parsed JSON.

    Raises BadReply for an answer of another shape, for a link that leads to another host or back to a page
    that was read, and for a list without end.
    """
    seen: set[str] = set()
    url = first
    while url:
        where = urlsplit(url).path
        if _origin(url) != _origin(first):
            raise BadReply(
                f"{where}: the next page is said to be at {urlsplit(url).netloc!r}, not at "
                f"{urlsplit(first).netloc!r}; it was not asked for",
                hint="a proxy may rewrite answers; nothing was sent to that host",
            )
        if url in seen or len(seen) == _MOST_PAGES:
            raise BadReply(f"{where}: the list of pages has no end ({len(seen)} were read)", hint=_HINT)
        seen.add(url)
        answer = get(url)
        yield rows(answer, items, where)
        following = answer.get(link)
        url = following if isinstance(following, str) else ""


def rows(answer: Any, items: str, where: str) -> list[Mapping[str, Any]]:
    """The list of objects under `items`, or BadReply."""
    found = answer.get(items) if isinstance(answer, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise BadReply(f"{where}: the answer has no list {items!r} of objects", hint=_HINT)
    return found


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return (parts.scheme, (parts.hostname or "").lower(), parts.port or 443)
