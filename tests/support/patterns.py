# SPDX-License-Identifier: MIT
"""Every regular expression of scripts/, and texts that a slow one takes forever over.

    python -m tests.support.patterns    runs each on its texts, and prints the CPU seconds of each

Patterns are seen where `re` is called: as the source has them, or, where it calls with a name, as they are
while a module is imported and from the tables below.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

try:  # the parser of `re`, which has no types
    from re import _constants as codes
    from re import _parser as parser
except ImportError:  # Python 3.10
    import sre_constants as codes  # type: ignore[no-redef]
    import sre_parse as parser  # type: ignore[no-redef]

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "scripts"
LENGTH = 20_000
METHODS = ("match", "fullmatch", "search", "sub", "split", "findall", "finditer")
#: What is repeated for every pattern, besides what it is made of.
_ANY = (
    "a",
    " ",
    "1",
    "_",
    "-",
    ".",
    "/",
    "A1",
    "a ",
    "1 ",
    "a-",
    "a.",
    "((",
    "\n",
    "x\n",
    "running in ",
    "é",
)


@dataclass(frozen=True, order=True)
class Use:
    """A pattern, and the function of `re` that it is used with; `where` is the file and the line."""

    where: str
    pattern: str
    method: str
    flags: int = 0

    def run(self, text: str) -> None:
        """Use it on a text."""
        compiled = re.compile(self.pattern, self.flags)
        if self.method == "sub":
            compiled.sub("", text)
        elif self.method == "finditer":
            list(compiled.finditer(text))
        else:
            getattr(compiled, self.method)(text)


def texts(pattern: str) -> Iterator[str]:
    """Long texts that make a careless pattern try again and again: parts of it repeated, and no right end."""
    heads, atoms = {"", "A", "a 1"}, {*_ANY}
    _walk(parser.parse(pattern), "", heads, atoms)
    for atom in sorted(atoms):
        many = (atom * (LENGTH // len(atom) + 1))[:LENGTH]
        for head in sorted(heads):
            yield f"{head}{many}\0"


def _walk(parsed: Any, before: str, heads: set[str], atoms: set[str]) -> str:
    """Collect what a pattern repeats, and short texts that fit what comes before; returns one that fits."""
    for code, value in parsed:
        if code is codes.LITERAL:
            before += chr(value)
        elif code is codes.IN or code is codes.NOT_LITERAL or code is codes.ANY:
            before += _member(code, value)
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            least, _, inner = value
            heads.add(before)
            once = _walk(inner, "", set(), atoms)
            if once:
                atoms.add(once)
            before += once * max(least, 1) if least < 100 else once
        elif code is codes.SUBPATTERN:
            before = _walk(value[3], before, heads, atoms)
        elif code is codes.BRANCH:
            before = [_walk(branch, before, heads, atoms) for branch in value[1]].pop()
    heads.add(before)
    if before:
        atoms.add(before)
    return before


def _member(code: Any, value: Any) -> str:
    fits = re.compile(parser_class(code, value))
    return next((c for c in "a1 A-_.é:\n" if fits.fullmatch(c)), "a")


def parser_class(code: Any, value: Any) -> str:
    """A class of characters as a pattern again."""
    if code is codes.ANY:
        return "."
    if code is codes.NOT_LITERAL:
        return f"[^{re.escape(chr(value))}]"
    text = ""
    for kind, item in value:
        if kind is codes.NEGATE:
            text += "^"
        elif kind is codes.LITERAL:
            text += re.escape(chr(item))
        elif kind is codes.RANGE:
            text += f"{re.escape(chr(item[0]))}-{re.escape(chr(item[1]))}"
        else:
            text += _CLASSES[item]
    return f"[{text}]"


_CLASSES = {
    codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_NOT_DIGIT: r"\D", codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_NOT_SPACE: r"\S", codes.CATEGORY_WORD: r"\w", codes.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


def _module(name: str) -> Any:
    return importlib.import_module(name)


def _modules() -> Iterator[Any]:
    """Every module of the packages; commands at the top are read, not imported."""
    for folder in ("cloudlib", "providers"):
        for path in sorted((SCRIPTS / folder).rglob("*.py")):
            name = ".".join(path.relative_to(SCRIPTS).with_suffix("").parts).removesuffix(".__init__")
            yield _module(name)


def _held(kind: str) -> Iterator[Any]:
    """Every object of a class of that name in the tables of any module, or in a row of them."""
    for module in _modules():
        for value in vars(module).values():
            for item in value if isinstance(value, (tuple, list)) else (value,):
                for one in (item, getattr(item, "rule", None)):
                    if type(one).__name__ == kind:
                        yield one


def _meanings() -> list[Any]:
    return list(_held("Meaning"))


def _image_rules() -> list[Any]:
    return list(_held("Rule"))


def _aliases() -> list[str]:
    module = _module("cloudlib.config.aliases")
    return [
        *module.WITHOUT_EFFECT,
        *(p for p, _ in (*module.RENAMED, *module.ELSEWHERE, *module.UNSUPPORTED)),
    ]


def _rows(name: str) -> list[str]:
    return [p for table in ("_ACCELERATORS", "_BY_SERIES") for p, _ in getattr(_module(name), table)]


#: Tables of patterns that `re` is called with by a name: file -> (the table, the function it is used with).
TABLES: dict[str, Callable[[], Sequence[str]]] = {
    "cloudlib/calls/classify.py": lambda: [row.pattern for row in _meanings()],
    "cloudlib/catalog/image_rules.py": lambda: [
        pattern for rule in _image_rules() for pattern in rule.patterns
    ],
    "cloudlib/config/checks.py": lambda: [p for p, _ in _module("cloudlib.config.checks").PATTERNS.values()],
    "cloudlib/config/aliases.py": _aliases,
    "providers/azure/names.py": lambda: _rows("providers.azure.names"),
    "providers/gce/disks.py": lambda: [_module("providers.gce.disks").SIZE],
    "providers/gce/prices.py": lambda: [p for _, p in _module("providers.gce.prices")._PARTS.values()],
    "providers/gce/usage.py": lambda: [*_module("providers.gce.usage")._SOLD],
    "providers/gce/volumes.py": lambda: [_module("providers.gce.volumes").NO_NESTING],
    "cloudlib/calls/scrub.py": lambda: [],  # made of escaped names
}


def uses() -> list[Use]:
    """Every pattern of scripts/ and how it is used. AssertionError for a call whose pattern is not known."""
    made: dict[int, re.Pattern[str]] = {}
    every: set[Use] = set()
    methods = _methods()
    for path in sorted(SCRIPTS.rglob("*.py")):
        where = str(path.relative_to(SCRIPTS))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not _is_re(node):
                continue
            assert isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            method, line = node.func.attr, f"{where}:{node.lineno}"
            if method == "compile":
                continue
            pattern = node.args[0]
            if isinstance(pattern, ast.Constant):
                every.add(Use(line, str(pattern.value), method, _flags(node)))
            elif isinstance(pattern, ast.JoinedStr):
                text = "".join(str(p.value) if isinstance(p, ast.Constant) else "x" for p in pattern.values)
                every.add(Use(line, text, method, _flags(node)))
            else:
                assert where in TABLES, f"{line}: say in TABLES which patterns these are"
                every.update(Use(line, text, method, _flags(node)) for text in TABLES[where]())
    for module in _modules():
        where = str(Path(module.__file__).relative_to(SCRIPTS))
        for name, value in vars(module).items():
            for one in _compiled(value):
                if id(one) in made or isinstance(one.pattern, bytes):
                    continue
                made[id(one)] = one
                for method in (
                    methods.get(name, {"search"}) if one is value else {_OF_TABLES.get(where, "search")}
                ):
                    every.add(Use(f"{where}:{name}", one.pattern, method, one.flags))
    return sorted(every)


#: How the patterns within the objects of a file are used, where not by `search`.
_OF_TABLES = {"cloudlib/catalog/limits.py": "fullmatch"}


def _compiled(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _compiled(item)
    elif isinstance(value, dict):
        yield from _compiled([*value.values()])
    elif isinstance(getattr(value, "pattern", None), re.Pattern):
        yield value.pattern


def _is_re(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in (*METHODS, "compile")
    )


def _flags(node: ast.Call) -> int:
    names = [
        n.attr
        for word in (*node.args, *(k.value for k in node.keywords))
        for n in ast.walk(word)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "re"
    ]
    flags = re.NOFLAG if hasattr(re, "NOFLAG") else re.RegexFlag(0)
    for name in names:
        flags |= getattr(re, name)
    return int(flags)


def _methods() -> dict[str, set[str]]:
    """The functions that each name of a pattern is used with, in any file: `_GPU.match(text)`."""
    named: dict[str, set[str]] = {}
    for path in sorted(SCRIPTS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                owner = node.value
                name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                named.setdefault(name, set()).add(node.attr)
    return named


def main(every: Sequence[Use]) -> None:
    """A line before each pattern, so that it is known which one never ends, and its CPU seconds after it."""
    for use in every:
        print(f"{use.where}: {use.method} {use.pattern!a}", end="\t", flush=True)
        start = time.process_time()
        for text in texts(use.pattern):
            use.run(text)
        print(f"{time.process_time() - start:.2f}", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(SCRIPTS))
    main([Use("given", word, "search") for word in sys.argv[1:]] or uses())
