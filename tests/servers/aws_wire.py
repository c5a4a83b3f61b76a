# SPDX-License-Identifier: MIT
"""How AWS requests and replies look on the wire: signatures, query forms, XML, errors, filters, pages.

EC2 and STS speak the query protocol (a POST form in, XML out), Pricing speaks JSON 1.1 with an
X-Amz-Target header. The service and the region of a call stand in the credential scope of its
SigV4 signature, which is all that is read of it: any credentials will do.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeVar
from urllib.parse import unquote_plus
from xml.sax.saxutils import escape

from tests.servers.http_wire import Reply, Request

ACCOUNT = "123456789012"
REQUEST_ID = "00000000-0000-4000-8000-000000000000"
XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
EC2_XMLNS = "http://ec2.amazonaws.com/doc/2016-11-15/"
STS_XMLNS = "https://sts.amazonaws.com/doc/2011-06-15/"

_T = TypeVar("_T")
_SCOPE = re.compile(r"Credential=[^/]*/[^/]*/([^/]*)/([^/]*)/aws4_request")
_ACTION = re.compile(r"(?:^|&)Action=([^&]*)")
_XML_NAMES = {"EbsCards": "ebsCardSet", "Workloads": "workloadSet"}


class AwsError(Exception):
    """An error answer: its code as AWS spells it, its message and the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


@dataclass(frozen=True)
class Call:
    """One AWS API call; service and region are "" when the request is not signed."""

    service: str
    region: str
    action: str
    request: Request

    @cached_property
    def form(self) -> dict[str, str]:
        """The parameters of a query-protocol call."""
        return self.request.form

    @cached_property
    def document(self) -> dict[str, Any]:
        """The parameters of a JSON-protocol call."""
        document = json.loads(self.request.body or "{}")
        if not isinstance(document, dict):
            raise AwsError("SerializationException", "the body is not a JSON object")
        return document


def call_of(request: Request) -> Call:
    """Which service, region and action a request is for."""
    scope = _SCOPE.search(request.headers.get("authorization", ""))
    region, service = scope.groups() if scope else ("", "")
    target = request.headers.get("x-amz-target", "")
    if target:
        return Call(service, region, target.rpartition(".")[2], request)
    action = _ACTION.search(request.body)
    return Call(service, region, unquote_plus(action.group(1)) if action else "", request)


def xml_reply(text: str, status: int = 200) -> Reply:
    """A query-protocol reply."""
    headers = (("Content-Type", "text/xml;charset=UTF-8"), ("x-amzn-RequestId", REQUEST_ID))
    return Reply(status, (XML_HEAD + text).encode(), headers)


def json_reply(document: Mapping[str, Any], status: int = 200) -> Reply:
    """A JSON 1.1 reply."""
    headers = (("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", REQUEST_ID))
    return Reply(status, json.dumps(document, separators=(",", ":")).encode(), headers)


def error_reply(service: str, error: AwsError) -> Reply:
    """An error in the form of the service that was asked."""
    if service == "pricing":
        return json_reply({"__type": error.code, "Message": error.message}, error.status)
    inner = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    if service == "sts":
        text = (
            f'<ErrorResponse xmlns="{STS_XMLNS}"><Error><Type>Sender</Type>{inner}</Error>'
            f"<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
        )
    else:
        text = (
            f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{REQUEST_ID}</RequestID></Response>"
        )
    return xml_reply(text, error.status)


def ec2_reply(action: str, set_name: str, items: Iterable[str], token: str | None = None) -> Reply:
    """An EC2 answer holding one list of items already in XML, and the token of the next page if any."""
    tail = f"<nextToken>{token}</nextToken>" if token else ""
    return xml_reply(
        f'<{action}Response xmlns="{EC2_XMLNS}"><requestId>{REQUEST_ID}</requestId>'
        f"<{set_name}>{''.join(items)}</{set_name}>{tail}</{action}Response>"
    )


def xml_fields(fields: Mapping[str, Any]) -> str:
    """A structure's members as XML, from the CLI's names (InstanceType) to the wire's (instanceType)."""
    return "".join(
        xml_element(_XML_NAMES.get(name, name[0].lower() + name[1:]), value) for name, value in fields.items()
    )


def xml_element(name: str, value: Any) -> str:
    """One element; a list becomes <item>s, a boolean true or false, None nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, Mapping):
        text = xml_fields(value)
    elif isinstance(value, (list, tuple)):
        text = "".join(xml_element("item", entry) for entry in value)
    else:
        text = escape(str(value))
    return f"<{name}>{text}</{name}>"


def members(form: Mapping[str, str], name: str) -> list[str]:
    """The values of NAME.1, NAME.2, ... in order."""
    found: list[str] = []
    while (key := f"{name}.{len(found) + 1}") in form:
        found.append(form[key])
    return found


def filters(form: Mapping[str, str]) -> dict[str, list[str]]:
    """EC2's Filter.N.Name / Filter.N.Value.M as {name: [accepted patterns]}."""
    found: dict[str, list[str]] = {}
    number = 1
    while (name := form.get(f"Filter.{number}.Name")) is not None:
        found[name] = members(form, f"Filter.{number}.Value")
        number += 1
    return found


def passes(wanted: Mapping[str, Sequence[str]], known: Mapping[str, str | Sequence[str]]) -> bool:
    """Whether an item with these filterable values passes all filters; a filter EC2 has not is an error."""
    for name, patterns in wanted.items():
        if name not in known:
            raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
        values = known[name]
        values = [values] if isinstance(values, str) else values
        if not any(wildcard(pattern).fullmatch(value) for pattern in patterns for value in values):
            return False
    return True


@lru_cache(maxsize=1000)
def wildcard(pattern: str) -> re.Pattern[str]:
    """An EC2 filter value: * is any text, ? any one character, a backslash takes the next one literally."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    special = {"*": ".*", "?": "."}
    escaped = (special.get(part) or re.escape(part[1:] if len(part) == 2 else part) for part in parts)
    return re.compile("".join(escaped), re.DOTALL)


def page(
    items: Sequence[_T], token: str | None, size: int, error: str = "InvalidNextToken"
) -> tuple[Sequence[_T], str | None]:
    """The page that a token asks for (None: the first), and the token of the page after it."""
    start = _offset(token, error) if token else 0
    end = start + size
    following = base64.urlsafe_b64encode(f"offset:{end}".encode()).decode() if end < len(items) else None
    return items[start:end], following


def page_size(asked: object, default: int, largest: int, smallest: int = 1) -> int:
    """MaxResults as asked for, or the default."""
    if asked is None:
        return default
    if not str(asked).isdigit() or not smallest <= int(str(asked)) <= largest:
        raise AwsError("InvalidParameterValue", f"MaxResults must be between {smallest} and {largest}")
    return int(str(asked))


def _offset(token: str, error: str) -> int:
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
        if word == "offset":
            return int(number)
    except ValueError:
        pass
    raise AwsError(error, "The token is not one of this server's")
