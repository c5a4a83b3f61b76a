# SPDX-License-Identifier: MIT
"""A gcloud for tests: the commands that this project uses, with the words and exit codes of the real one.

It reads the same variables and asks the same server, zone after zone instead of in a batch. With partial
errors allowed it does what the real one does by default: it warns, and ends in exit 0 with a shorter list.
Tests start it some hundred times, so it imports little: http.client or typing would double its time.
"""

from __future__ import annotations

import csv
import json
import os
import re
import socket
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

_IMAGE_PROJECTS = (
    *("centos-cloud", "cos-cloud", "debian-cloud", "fedora-coreos-cloud", "opensuse-cloud"),
    *("oracle-linux-cloud", "rhel-cloud", "rhel-sap-cloud", "rocky-linux-cloud", "suse-cloud"),
    *("suse-sap-cloud", "ubuntu-os-cloud", "ubuntu-os-pro-cloud", "windows-cloud"),
)
_LISTS = {"machine-types": "machineTypes", "accelerator-types": "acceleratorTypes"}
_AGAIN = "\nPlease run:\n\n  $ gcloud auth login\n\nto obtain new credentials.\n"
_NO_ACCOUNT = "You do not currently have an active account selected." + _AGAIN
_NO_PROJECT = """The required property [project] is not currently set.
It can be set on a per-command basis by re-running your command with the [--project] flag.
"""


class RemoteDisconnected(ConnectionResetError):
    """The server hung up instead of an answer; gcloud shows an error of this name."""


class Failed(Exception):
    """One request that did not succeed; its message."""


def main(words: list[str]) -> int:
    """Run one command; returns the exit code."""
    flags = dict(w[2:].partition("=")[::2] for w in words if w.startswith("--"))
    names = [w for w in words if not w.startswith("--")]
    command = ".".join(["gcloud", *names])
    if names == ["info"]:
        return _info()
    if not os.environ.get("CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE"):
        _die(command, _NO_ACCOUNT)
    if names == ["auth", "print-access-token"]:
        print(_token(command))
        return 0
    if not os.environ.get("CLOUDSDK_CORE_PROJECT"):
        _die(command, _NO_PROJECT)
    assert names[0] == "compute" and names[-1] == "list", words
    columns = re.fullmatch(r"csv\[no-heading,no-transforms\]\((.*)\)", flags["format"])
    assert columns is not None, flags
    return _list(command, names[1], flags, columns[1].split(","))


def _list(command: str, what: str, flags: dict[str, str], columns: list[str]) -> int:
    token = _token(command)
    out = csv.writer(sys.stdout, lineterminator="\n")
    failures = []
    for path in _paths(what, flags):
        try:
            for row in _rows(path, token):
                if _shown(what, flags, row):
                    out.writerow(_cell(row, column.split(".")) for column in columns)
        except Failed as failure:
            failures.append(str(failure))
    text = "Some requests did not succeed:\n" + "\n".join(f" - {f}" for f in failures)
    if failures and os.environ.get("CLOUDSDK_COMPUTE_ALLOW_PARTIAL_ERROR") == "false":
        _die(command, text)
    if failures:
        print(f"WARNING: {text}", file=sys.stderr)
    return 0


def _paths(what: str, flags: dict[str, str]) -> list[str]:
    project = os.environ["CLOUDSDK_CORE_PROJECT"]
    if what == "images":
        standard = () if "no-standard-images" in flags else _IMAGE_PROJECTS
        return [f"{p}/global/images" for p in (flags.get("project", project), *standard)]
    name = _LISTS.get(what, what)
    if "zones" in flags:
        return [f"{project}/zones/{z}/{name}" for z in flags["zones"].split(",")]
    return [f"{project}/aggregated/{name}" if what in _LISTS else f"{project}/{name}"]


def _rows(path: str, token: str) -> Iterator[dict[str, Any]]:
    """The rows of every page, for ever if the pages have no end."""
    page = ""
    while True:
        answer = _get(path + "?maxResults=500" + (f"&pageToken={page}" if page else ""), token)
        items = answer.get("items", [])
        for scope in items.values() if isinstance(items, dict) else ({"items": items},):
            for rows in scope.values():
                yield from rows
        page = answer.get("nextPageToken", "")
        if not page:
            return


def _get(path: str, token: str) -> dict[str, Any]:
    url = f"{os.environ['CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE']}projects/{path}"
    try:
        status, answer = _ask("GET", url, {"Authorization": f"Bearer {token}"})
    except (OSError, ValueError) as error:  # the real one did not foresee these
        print(f"ERROR: gcloud crashed ({type(error).__name__}): {error}\n", file=sys.stderr)
        sys.exit(1)
    if status != 200:
        raise Failed(answer["error"]["message"])
    return answer


def _ask(method: str, url: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, Any]:
    where, _, path = url.removeprefix("http://").partition("/")
    host, _, port = where.partition(":")
    every = {"Host": where, "Connection": "close", "Content-Length": len(body), **headers}
    lines = (f"{method} /{path} HTTP/1.1", *(f"{name}: {value}" for name, value in every.items()), "", "")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall("\r\n".join(lines).encode() + body)
        answer = b""
        while more := connection.recv(1 << 20):
            answer += more
    if not answer:
        raise RemoteDisconnected("Remote end closed connection without response")
    head, _, rest = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(rest)


def _shown(what: str, flags: dict[str, str], row: dict[str, Any]) -> bool:
    """The default filters: none of machine types when zones are named."""
    state = row.get("deprecated", {}).get("state", "")
    if what == "images":
        return state in ("", "ACTIVE")
    return "zones" in flags or state != "OBSOLETE"


def _cell(value: Any, keys: list[str]) -> str:
    """`a.b` and `a[].b` of a resource, untransformed."""
    if not keys or value is None:
        return "" if value is None else str(value)
    if keys[0].endswith("[]"):
        return ";".join(_cell(item, keys[1:]) for item in value.get(keys[0][:-2], []))
    return _cell(value.get(keys[0]), keys[1:])


def _token(command: str) -> str:
    start = "There was a problem refreshing"
    if command == "gcloud.auth.print-access-token" and os.environ.get("FAKE_GCLOUD_REVOKED"):
        _die(command, f"{start} auth tokens for account tester: ('invalid_grant: revoked', {{}}){_AGAIN}")
    try:
        status, answer = _ask("POST", os.environ["CLOUDSDK_AUTH_TOKEN_HOST"], {}, b"grant_type=jwt")
    except (OSError, ValueError) as error:
        start = "" if command.startswith("gcloud.auth") else f"{start} your current auth tokens: "
        _die(command, f"{start}('Connection aborted.', {error!r}){_AGAIN}")
    if status != 200:
        said = f"('{answer['error']}: {answer['error_description']}', {answer})"
        _die(command, f"{start} auth tokens for account tester: {said}{_AGAIN}")
    return str(answer["access_token"])


def _info() -> int:
    names = ("region", "zone")
    compute = {n: {"value": v} for n in names if (v := os.environ.get(f"CLOUDSDK_COMPUTE_{n.upper()}"))}
    print(json.dumps({"basic": {"version": "528.0.0"}, "config": {"properties": {"compute": compute}}}))
    return 0


def _die(command: str, text: str) -> NoReturn:
    print(f"ERROR: ({command}) {text}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
