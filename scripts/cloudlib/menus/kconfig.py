# SPDX-License-Identifier: MIT
"""Kconfig nodes, and the only place that writes Kconfig text.

The dialect is what both Kconfiglib and the Linux kernel's C parser accept
(https://docs.kernel.org/kbuild/kconfig-language.html): no `osource`, no `rsource`, no `output yaml`.
Attributes stand in Buildroot's order: type and prompt, default, depends on, help.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cloudlib.errors import CatalogError

_SYMBOL = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_WIDTH = 100
#: Lines of one expression, about: Kconfiglib copies what it has of one for each line that it appends.
_LINES = 256
#: Terms of one chain: Kconfiglib descends once for each term, and Python ends that at about a thousand.
_CHAIN = 256
#: What parsers expand even inside quotes: macros, and Kconfiglib environment variables too.
_EXPANDED = re.compile(r"\$(?=[A-Za-z_({])")


@dataclass(frozen=True, slots=True)
class Default:
    """A default: a literal value, or with `symbol` the value of that symbol; `condition` is an expression."""

    value: str = ""
    condition: str = ""
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """One symbol. `prompt` "" means that the user is not asked."""

    name: str
    type: str = "bool"
    prompt: str = ""
    defaults: tuple[Default, ...] = ()
    depends: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A heading inside a menu or a choice."""

    text: str
    depends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Exactly one of its `Config` items is y. `defaults` name members."""

    prompt: str
    items: tuple[Config | Comment, ...]
    defaults: tuple[Default, ...] = ()
    depends: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class If:
    """Everything inside depends on the condition."""

    condition: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Another file, by its path from the top of the tree."""

    path: str


Node: TypeAlias = Config | Choice | Comment | If | Source


def any_of(terms: Iterable[str]) -> str:
    """`A || B`; `(A || …) || (B || …)` for more than _CHAIN terms."""
    return _chain(" || ", terms)


def none_of(terms: Iterable[str]) -> str:
    """`!A && !B`, with parentheses as in `any_of`."""
    return _chain(" && ", (f"!{term}" for term in terms))


def _chain(operator: str, terms: Iterable[str]) -> str:
    """The terms joined, in nested groups where there are too many for one chain."""
    links = list(terms)
    while len(links) > _CHAIN:
        groups = (links[i : i + _CHAIN] for i in range(0, len(links), _CHAIN))
        links = [f"({operator.join(group)})" for group in groups]
    return operator.join(links)


def all_of(*terms: str) -> str:
    """`A && (B || C)`, leaving out empty terms."""
    real = [term for term in terms if term]
    if len(real) == 1:
        return real[0]
    return " && ".join(f"({term})" if "||" in term else term for term in real)


def switch(name: str, terms: Sequence[str]) -> Config:
    """A symbol without a prompt that is y where one of these terms holds."""
    return Config(name, defaults=(Default("y", any_of(terms)),) if terms else ())


def quote(text: str) -> str:
    """A Kconfig string literal; CatalogError for text that cannot be one in both parsers.

    `$(` is expanded as a macro even inside quotes, Kconfiglib expands `$HOME` too, and a literal cannot span
    lines.
    """
    if _EXPANDED.search(text) or not text.isprintable():
        raise CatalogError(f"{text!r} cannot be written as a Kconfig string")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def display(text: str) -> str:
    """Vendor text for a prompt: one line, printable, nothing that Kconfig would expand."""
    printable = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return _EXPANDED.sub("$ ", printable.strip())


def write(nodes: Sequence[Node], *, header: str) -> str:
    """Nodes -> the text of one file. The same nodes give the same bytes."""
    lines = ["# SPDX-License-Identifier: MIT"]
    lines += [f"# {line}".rstrip() for line in header.splitlines()]
    for node in nodes:
        lines += ["", *_node(node)]
    return "\n".join(lines) + "\n"


def _node(node: Node) -> Iterator[str]:
    if isinstance(node, Config):
        yield from _config(node)
    elif isinstance(node, Choice):
        yield from _choice(node)
    elif isinstance(node, Comment):
        yield f"comment {quote(display(node.text))}"
        yield from _depends(node.depends)
    elif isinstance(node, Source):
        yield f"source {quote(node.path)}"
    else:
        yield from _wrapped("if ", node.condition)
        for item in node.items:
            yield ""
            yield from _node(item)
        yield ""
        yield "endif"


def _config(node: Config) -> Iterator[str]:
    if not _SYMBOL.match(node.name):
        raise ValueError(f"{node.name!r} is not a Kconfig symbol")
    yield f"config {node.name}"
    yield f"\t{node.type}" + (f" {quote(display(node.prompt))}" if node.prompt else "")
    for default in node.defaults:
        value = default.symbol or (quote(default.value) if node.type == "string" else default.value)
        yield from _conditional(f"\tdefault {value}", default.condition)
    yield from _depends(node.depends)
    yield from _help(node.help)


def _choice(node: Choice) -> Iterator[str]:
    yield "choice"
    yield f"\tprompt {quote(display(node.prompt))}"
    for default in node.defaults:
        yield from _conditional(f"\tdefault {default.symbol}", default.condition)
    yield from _depends(node.depends)
    yield from _help(node.help)
    for item in node.items:
        yield ""
        yield from _node(item)
    yield ""
    yield "endchoice"


def _conditional(start: str, condition: str) -> Iterator[str]:
    yield from _wrapped(start + (" if " if condition else ""), condition)


def _depends(conditions: Iterable[str]) -> Iterator[str]:
    for condition in conditions:
        if condition:
            yield from _wrapped("\tdepends on ", condition)


def _wrapped(start: str, expression: str) -> Iterator[str]:
    """One logical line, continued with a backslash beyond _WIDTH columns, or more in a very long one."""
    width = max(_WIDTH, len(expression) // _LINES)
    line = start
    for word in expression.split(" ") if expression else []:
        if len(line) + len(word) > width and line.strip() != start.strip():
            yield line.rstrip() + " \\"
            line = "\t\t"
        line += word + " "
    yield line.rstrip()


def _help(text: str) -> Iterator[str]:
    if not display(text):
        return
    yield "\thelp"
    for paragraph in text.split("\n"):
        safe = display(paragraph)
        for line in _lines_of(safe):
            yield f"\t  {line}".rstrip()


def _lines_of(paragraph: str) -> list[str]:
    """The paragraph in lines of 78 columns; most need no breaking, which takes longer than all else here."""
    if len(paragraph) <= 78:
        return [paragraph]
    return textwrap.wrap(paragraph, 78, break_long_words=False, break_on_hyphens=False)
