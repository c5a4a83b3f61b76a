# SPDX-License-Identifier: MIT
"""Recorded answers without what identifies the account: ids, names, addresses, keys.

The same value becomes the same placeholder everywhere, in the call's own words too, so that a replayed run
asks for what was recorded. What a parser reads (owners of public images, names, figures) stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cloudlib.calls.answers import Answer, decoded, encoded

_ACCOUNT, _GUID, _EMAIL = "0000{:08d}", "00000000-0000-0000-0000-{:012d}", "user-{}@example.com"
_ARN = "arn:aws:iam::000000000000:user/name-{}"
_TOKEN, _KEY, _NAME, _PROJECT, _ADDRESS = "token-{}", "key-{}", "name-{}", "project-{}", "address-{}"
_PLACEHOLDER = re.compile(
    r"(?:token|key|name|project|address)-\d+|0000\d{8}|0{8}(?:-0000){3}-\d{12}|"
    r"user-\d+(?:@|%40)example\.com|arn:aws:iam::0{12}:user/name-\d+"
)


class _Shape(NamedTuple):
    """A value known by its form. `signs`: without any of these in it a text need not be searched."""

    placeholder: str
    pattern: re.Pattern[str]
    signs: tuple[str, ...] = ()


_ANY_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
_AWS_PREFIXES = ("AKIA", "ASIA", "AROA", "AIDA", "AGPA", "AIPA", "ANPA", "ANVA", "ABIA", "ACCA")
#: Google's own projects of images end in -cloud; all other projects belong to users.
_ANY_PROJECT = re.compile(r"(?<=\bprojects/)(?:[a-z][a-z0-9-]{4,28}[a-z0-9]|\d{6,})(?<!-cloud)(?![\w-])")

#: Taken out of everything.
_SHAPES = (
    _Shape(
        _TOKEN,
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
        ),
        ("PRIVATE KEY",),
    ),
    _Shape(_TOKEN, re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)*"), ("eyJ",)),
    _Shape(_TOKEN, re.compile(r"\bya29\.[\w.-]{8,}"), ("ya29.",)),
    _Shape(_TOKEN, re.compile(r"\b1//[\w-]{20,}"), ("1//",)),
    _Shape(_TOKEN, re.compile(r"\bAIza[\w-]{30,}"), ("AIza",)),
    _Shape(_TOKEN, re.compile(r"\bsecret_[\w-]+\.\w+"), ("secret_",)),  # a key of Lambda's
    _Shape(_TOKEN, re.compile(r"(?<=earer )[A-Za-z0-9+/=._~-]{8,}"), ("earer ",)),
    _Shape(_TOKEN, re.compile(r"(?<=://)[^/\s:@\"']+:[^/\s@\"']+(?=@)"), ("@",)),  # user:password@host
    _Shape(_ARN, re.compile(r"\barn:aws[\w-]*:[\w-]*:[\w-]*:\d{12}:[\w+=,.@:/*-]+"), ("arn:aws",)),
    _Shape(_KEY, re.compile(rf"\b(?:{'|'.join(_AWS_PREFIXES)})[A-Z0-9]{{12,}}\b"), _AWS_PREFIXES),
    _Shape(
        _EMAIL, re.compile(r"[A-Za-z0-9._+-]{1,64}(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), ("@", "%40")
    ),
    # One that stands alone: at the end of an image's name it is part of the name, unless it was learned.
    _Shape(_GUID, re.compile(rf"(?<![\w-]){_ANY_GUID}(?![\w-])")),
)
#: Taken out of the words of failures besides, from which no parser takes figures.
_SHAPES_IN_WORDS = (
    _Shape(_GUID, re.compile(_ANY_GUID)),
    _Shape(_ACCOUNT, re.compile(r"(?<![\w.])\d{12}(?!\w)")),
    _Shape(_NAME, re.compile(r"(?<=[/]home/)[\w.-]+|(?<=[/]Users/)[\w.-]+|(?<=\\Users\\)[\w.-]+")),
    _Shape(_PROJECT, re.compile(r"(?i:(?<=project [\[`'\"])|(?<=project: )|(?<=project=))[\w:.-]{4,}")),
    _Shape(_ADDRESS, re.compile(r"(?<![\d.])(?!127\.)(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")),
    _Shape(_TOKEN, re.compile(r"(?<![\w+=-])(?=[\w+=-]*\d)(?=[\w+=-]*[A-Za-z])[\w+=-]{40,}")),  # encoded
)
_LOOPBACK_PORT = re.compile(r"(?<=//127\.0\.0\.1):\d+")

_SECRET_KEYS = (
    *("accesstoken", "access_token", "refreshtoken", "refresh_token", "id_token", "sessiontoken"),
    *("secretaccesskey", "accesskeyid", "apikey", "api_key", "private_key", "secret", "password"),
    *("clientsecret", "client_secret"),
)
_SECRET_ENTRY = re.compile(
    rf'"(?:{"|".join(_SECRET_KEYS)})\\?"\s*:\s*\\?"((?:[^"\\]|\\[^"])+)', re.IGNORECASE
)
#: Values learned in one place, then removed everywhere: placeholder, pattern, signs.
_LEARNED = (
    _Shape(_ACCOUNT, re.compile(r'"(?i:account|accountid)"\s*:\s*"(\d{12})"'), ("ccount",)),
    _Shape(_ACCOUNT, re.compile(r"\barn:aws[\w-]*:[\w-]*:[\w-]*:(\d{12}):"), ("arn:aws",)),
    _Shape(_GUID, re.compile(rf"/subscriptions/({_ANY_GUID})"), ("/subscriptions/",)),
    _Shape(
        _GUID, re.compile(rf'"(?i:subscription|tenant)\w*"\s*:\s*"({_ANY_GUID})"'), ("ubscription", "enant")
    ),
    _Shape(_PROJECT, re.compile(rf"({_ANY_PROJECT.pattern})"), ("projects/",)),
)
#: The same for names of people, which are taken out of the words of failures alone: "debian" may be one.
_LEARNED_NAMES = (
    _Shape(_NAME, re.compile(r"\barn:aws[\w-]*:[\w-]*:[\w-]*:\d{12}:[\w-]+[/:]([\w+=,.@/-]+)"), ("arn:aws",)),
    _Shape(_NAME, re.compile(r'"(?i:username|userid|user_name|upn)"\s*:\s*"([^"\\]{3,})"'), ("ser",)),
)


@dataclass(frozen=True)
class Known:
    """What a run knows of itself: `secrets` go wherever they stand, `names` out of words of failures."""

    secrets: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


def scrub(
    answers: Sequence[Answer], settings: Mapping[str, str], known: Known
) -> tuple[list[Answer], dict[str, str]]:
    """The same answers and settings without what identifies the account. Pure; the order decides numbers."""
    scrubber = _Scrubber()
    for text in sorted(known.secrets):
        scrubber.learn(_TOKEN, [text])
    for text in sorted(known.names):
        scrubber.learn_names([text])
    for answer in answers:
        scrubber.learn_from(answer)
    clean = [
        replace(
            answer,
            call=scrubber.data(answer.call),
            out=encoded((scrubber.data if answer.good else scrubber.words)(decoded(answer.out))),
            err=scrubber.words(answer.err),
            hint=scrubber.words(answer.hint),
        )
        for answer in answers
    ]
    return clean, {name: scrubber.data(value) for name, value in settings.items()}


@dataclass
class _Scrubber:
    """Learns values by where they stand, then replaces these, and others by their form."""

    exact: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    _made: dict[tuple[str, str], str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def learn(self, placeholder: str, texts: Iterable[str]) -> None:
        """From now on these are taken out everywhere."""
        for text in texts:
            if len(text) >= 4 and not _PLACEHOLDER.fullmatch(text):
                self.exact.setdefault(text, placeholder)

    def learn_names(self, texts: Iterable[str]) -> None:
        """From now on these, and their parts between slashes, are taken out of words of failures."""
        for text in texts:
            for part in text.split("/"):
                if len(part) >= 3 and not _PLACEHOLDER.fullmatch(part):
                    self.names.setdefault(part, _NAME)

    def learn_from(self, answer: Answer) -> None:
        """Learn what an answer reveals about its owner."""
        out = decoded(answer.out)
        if answer.good and answer.call.startswith("gcloud auth print-access-token"):
            self.learn(_TOKEN, out.split())
        for text in (answer.call, out, answer.err, answer.hint):
            lower = text.lower()
            if any(key in lower for key in _SECRET_KEYS):
                self.learn(_TOKEN, _SECRET_ENTRY.findall(text))
            for shape in _LEARNED:
                if _may_hold(text, shape.signs):
                    self.learn(shape.placeholder, shape.pattern.findall(text))
            for shape in _LEARNED_NAMES:
                if _may_hold(text, shape.signs):
                    self.learn_names(shape.pattern.findall(text))

    def data(self, text: str) -> str:
        """Text that a parser reads."""
        return self._by_shape(self._by_value(text, self.exact), _SHAPES)

    def words(self, text: str) -> str:
        """Text that people read."""
        text = self._by_value(text, self.exact)
        text = self._by_shape(text, _SHAPES)
        return self._by_shape(self._by_value(text, self.names), _SHAPES_IN_WORDS)

    def _by_value(self, text: str, learned: Mapping[str, str]) -> str:
        present = sorted(
            (value for value in learned if value in text), key=lambda value: (-len(value), value)
        )
        if not present:
            return text
        pattern = rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, present))})(?![A-Za-z0-9])"
        return re.sub(pattern, lambda match: self._placeholder(learned[match[0]], match[0]), text)

    def _by_shape(self, text: str, shapes: Sequence[_Shape]) -> str:
        for shape in shapes:
            if _may_hold(text, shape.signs):
                text = shape.pattern.sub(self._replacement(shape.placeholder), text)
        return _LOOPBACK_PORT.sub("", text) if "//127.0.0.1:" in text else text

    def _replacement(self, placeholder: str) -> Callable[[re.Match[str]], str]:
        return lambda match: self._placeholder(placeholder, match[0])

    def _placeholder(self, form: str, text: str) -> str:
        if _PLACEHOLDER.fullmatch(text):
            return text
        made = self._made.get((form, text))
        if made is None:
            self._counts[form] = self._counts.get(form, 0) + 1
            made = self._made[form, text] = form.format(self._counts[form])
        return made


def _may_hold(text: str, signs: Sequence[str]) -> bool:
    return not signs or any(sign in text for sign in signs)
