# SPDX-License-Identifier: MIT
"""What can go wrong, each with a hint for the reader and an exit code for the shell.

Everything this project raises on purpose is a `CloudError`. It is caught once, at the top of a
command, and printed by `report`. Exit codes: 1 failed, 2 usage, 3 no vendor CLI or no
credentials, 130 interrupted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TextIO


class CloudError(Exception):
    """A failure that a person has to read.

    `what` says what happened; `hint` names the command or the change that comes next; `unchanged`
    names what did not change.
    """

    exit_code = 1

    def __init__(self, what: str, *, hint: str = "", unchanged: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.unchanged = unchanged


class UsageError(CloudError):
    """The command line, or a setting given through the environment, makes no sense."""

    exit_code = 2


class NotSetUp(CloudError):
    """The provider cannot be asked on this machine: its CLI or the credentials are missing."""

    exit_code = 3


class CliMissing(NotSetUp):
    """The vendor's command is not on PATH."""


class NoCredentials(NotSetUp):
    """No credentials, or ones that have expired or are not valid."""


class CallFailed(CloudError):
    """A vendor command or request ended in an unforeseen error. Base of the ones below.

    `wait` is how many seconds the vendor wants us to wait before the next try, None where it does not say.
    """

    wait: float | None = None


class AccessDenied(CallFailed):
    """The credentials are valid, but do not permit this call."""


class NotFound(CallFailed):
    """The vendor's API has no such thing: HTTP 404."""


class RegionUnavailable(CallFailed):
    """This region does not answer this account (not opted in, or switched off)."""


class Throttled(CallFailed):
    """The vendor still asked us to slow down after the last retry."""


class ServiceFailed(CallFailed):
    """The vendor's service (HTTP 5xx) or the way there failed for a moment: the same call may work later."""


class TimedOut(CallFailed):
    """No answer within the time limit; the process was killed."""


class BadReply(CallFailed):
    """The answer is cut off, or is not of the documented shape."""


class ShortAnswer(BadReply):
    """The answer is whole, and lacks what is known to be there, or what has to be."""

    def about(self, part: str) -> ShortAnswer:
        """The same error, which says what the answer was about."""
        return ShortAnswer(f"{part}: {self.what}", hint=self.hint)


class BudgetExceeded(CloudError):
    """A run wanted more vendor calls than its budget: a bug or a cloud that changed shape.

    Not a CallFailed: it says nothing about the region or the part that happened to be asked for next.
    """


class RecordingError(CloudError):
    """A recording cannot be written, or cannot be replayed."""


class NotRecorded(RecordingError):
    """A replayed run asks for something that the recording has no answer to."""


class CatalogError(CloudError):
    """The records contradict themselves, or are too incomplete to publish."""


class SymbolCollision(CatalogError):
    """Two vendor names would become one Kconfig symbol."""


class PublishError(CloudError):
    """Files could not be written. The earlier ones are still in place."""


class Busy(CloudError):
    """Another run holds the lock of this tree."""


class ConfigRejected(CloudError):
    """A configuration asks for something that the menus do not offer."""


class Interrupted(CloudError):
    """Ctrl-C or SIGTERM."""

    exit_code = 130


def report(error: CloudError, stream: TextIO, *, who: str = "") -> None:
    """Print one error: what happened, what is unchanged, what to do next."""
    print("\n".join(layout(error, who=who)), file=stream)


def layout(error: CloudError, *, who: str = "", label: str = "error") -> list[str]:
    """The lines of an error as every command prints it, fit for a terminal; `who` printed it."""
    prefix = f"{who}: " if who else ""
    lines = message(f"{prefix}{label}: {error.what.removeprefix(prefix)}").split("\n")
    if error.unchanged:
        lines.append(message(f"  unchanged: {error.unchanged}"))
    for number, line in enumerate(message(error.hint).splitlines()):
        lines.append(("  next: " if number == 0 else "        ") + line)
    return lines


#: C0 and C1 controls but the newline, marks that turn the direction of text, line separators, surrogates.
_UNPRINTABLE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)

#: Characters of a line of a message: a setting or a menu line of megabytes is not to bury the rest.
_LONGEST_LINE = 1000
#: Lines of a message: nor are a thousand settings, or what a program printed.
_MOST_LINES = 60
#: Characters of a name in a list of names.
_LONGEST_NAME = 100


def message(text: str) -> str:
    """Text to tell a person: `printable`, and cut where it has too many lines, or a line is too long."""
    lines = text.split("\n")
    more = len(lines) - _MOST_LINES
    lines = [*lines[:_MOST_LINES], f"  and {more} more lines"] if more > 1 else lines
    return printable("\n".join(_cut(line, _LONGEST_LINE) for line in lines))


def some(names: Sequence[str], most: int = 6) -> str:
    """`a, b and 3 more`: names in a message, however many there are and whatever they hold, on one line."""
    more = len(names) - most
    listed = ", ".join(_cut(name, _LONGEST_NAME).replace("\n", "\\n") for name in names[:most])
    return printable(listed) + (f" and {more} more" if more > 0 else "")


def counted(count: int, one: str, many: str = "") -> str:
    """`1 machine`, `2 machines`; `many` is the plural where that is not `one` with an s."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + "…"


def printable(text: str) -> str:
    """Foreign text made safe for a terminal: controls, and what cannot be encoded, become `\\u001b`.

    Vendors' names, descriptions and messages pass through here on the way out, and settings of a .config.
    """
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
