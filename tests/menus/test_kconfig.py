# SPDX-License-Identifier: MIT
"""The Kconfig writer: literals, wrapping, golden files, and any text through Kconfiglib and back."""

from __future__ import annotations

import os
import re
from pathlib import Path

import kconfiglib
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cloudlib.errors import CatalogError, SymbolCollision
from cloudlib.menus import kconfig
from cloudlib.menus import render as menus
from cloudlib.menus.kconfig import (
    Choice,
    Comment,
    Config,
    Default,
    If,
    Source,
    all_of,
    any_of,
    display,
    none_of,
    quote,
    write,
)
from cloudlib.menus.names import MenuNames
from cloudlib.menus.symbols import SymbolTable, symbol
from tests.support import catalogs
from tests.support.kconf import parse, parse_menus

GOLDEN = Path(__file__).parents[1] / "golden"
AWKWARD = [
    'a"b',
    "a\\",
    '\\"',
    "$(shell,touch owned)",
    "$HOME",
    "${x}",
    "# no comment",
    "'",
    "=y",
    "ü 漢",
    "a\tb",
    "a\nb",
    "",
]
any_text = st.one_of(
    st.sampled_from(AWKWARD), st.text(max_size=60), st.text(alphabet="\"\\$()# '{}a", max_size=20)
)


def one(node: kconfig.Node) -> list[str]:
    """The lines of one node."""
    return write([node], header="").splitlines()[2:]


@pytest.mark.parametrize(
    ("text", "literal"), [("a", '"a"'), ('a"b', r'"a\"b"'), ("a\\", r'"a\\"'), ("$0.5/h $", '"$0.5/h $"')]
)
def test_quote(text: str, literal: str) -> None:
    assert quote(text) == literal


@pytest.mark.parametrize("text", ["$(shell,id)", "$HOME", "${HOME}", "a\nb", "a\tb", "\x00", "\u2028"])
def test_quote_refuses_what_no_literal_can_hold(text: str) -> None:
    with pytest.raises(CatalogError, match="cannot be written as a Kconfig string"):
        quote(text)


def test_display_makes_prose_fit() -> None:
    assert display(" Intel\u00a0Xeon\n$(shell,id) $HOME $1\t") == "Intel Xeon $ (shell,id) $ HOME $1"


def test_expressions() -> None:
    assert any_of(["A", "B"]) == "A || B"
    assert none_of(["A", "B"]) == "!A && !B"
    assert all_of("A", "", "B || C") == "A && (B || C)"
    assert all_of("", "A || B") == "A || B"


def test_attributes_stand_in_order() -> None:
    node = Config(
        "A", type="string", prompt="Ask", defaults=(Default("v", "B"), Default(symbol="C")),
        depends=("D", ""), help="First.\n\nSecond.",
    )  # fmt: skip
    assert one(node) == [
        "config A", '\tstring "Ask"', '\tdefault "v" if B', "\tdefault C", "\tdepends on D",
        "\thelp", "\t  First.", "", "\t  Second.",
    ]  # fmt: skip


def test_every_kind_of_node_is_written() -> None:
    nodes = [
        Comment("Text", ("A",)),
        If("A", (Source("some/file"),)),
        Choice("P", (Config("B", prompt="b"),)),
    ]
    text = write(nodes, header="One\n\nTwo")
    assert text.startswith(
        '# SPDX-License-Identifier: MIT\n# One\n#\n# Two\n\ncomment "Text"\n\tdepends on A\n'
    )
    assert '\nif A\n\nsource "some/file"\n\nendif\n' in text
    assert text.endswith('choice\n\tprompt "P"\n\nconfig B\n\tbool "b"\n\nendchoice\n')


@pytest.mark.parametrize("name", ["a", "1A", "A-B", "A B", "", "Ä"])
def test_a_name_that_is_no_symbol_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a Kconfig symbol"):
        one(Config(name))


def test_long_expressions_are_continued_and_read_back(tmp_path: Path) -> None:
    names = [f"SOME_LONG_SYMBOL_NAME_{n}" for n in range(20)]
    node = Config("RESULT", prompt="result", depends=(any_of(names),))
    assert max(map(len, one(node))) <= 110 and sum(line.endswith("\\") for line in one(node)) > 2
    kconf = parse(tmp_path, write([*(Config(n, prompt=n) for n in names), node], header=""))
    parts = kconfiglib.split_expr(kconf.syms["RESULT"].direct_dep, kconfiglib.OR)
    assert [part.name for part in parts] == names


def test_a_chain_of_any_length_is_read(tmp_path: Path) -> None:
    """Kconfiglib descends once for each term of a chain, and Python ends that at a thousand."""
    names = [f"A{n}" for n in range(70_000)]
    results = [
        Config("ANY", defaults=(Default("y", any_of(names)),)),
        Config("NONE", defaults=(Default("y", none_of(names)),)),
    ]
    kconf = parse(
        tmp_path, write([*(Config(n, prompt=n) for n in (names[0], names[-1])), *results], header="")
    )
    assert (kconf.syms["ANY"].str_value, kconf.syms["NONE"].str_value) == ("n", "y")
    kconf.syms[names[-1]].set_value("y")
    assert (kconf.syms["ANY"].str_value, kconf.syms["NONE"].str_value) == ("y", "n")


def test_a_chain_has_groups_only_where_it_is_too_long() -> None:
    names = [f"A{n}" for n in range(257)]
    assert any_of(names[:-1]) == " || ".join(names[:-1])
    assert any_of(names) == f"({' || '.join(names[:-1])}) || (A256)"
    assert none_of(names) == f"(!{' && !'.join(names[:-1])}) && (!A256)"


def test_a_very_long_expression_is_continued_less_often() -> None:
    """Each continuation has the reader copy all that came before it."""
    continued = [
        sum(
            line.endswith("\\")
            for line in one(Config("R", depends=(any_of(f"NAME_{n}" for n in range(count)),)))
        )
        for count in (4_000, 40_000)
    ]
    assert min(continued) > 200 and max(continued) < 300


def test_help_is_wrapped_at_words() -> None:
    lines = one(Config("A", help="word " * 60))
    assert max(map(len, lines)) <= 82 and " ".join(lines).split().count("word") == 60


@settings(max_examples=80, deadline=None)
@given(text=any_text)
@example(text="$(shell,exit 1)")
def test_any_string_default_survives_or_is_refused(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    node = Config("A", type="string", prompt="a", defaults=(Default(text),))
    try:
        written = write([node], header="")
    except CatalogError:
        assert re.search(r"\$[A-Za-z_({]", text) or not text.isprintable()
        return
    kconf = parse(tmp_path_factory.mktemp("q"), written)
    assert kconf.syms["A"].str_value == text
    assert len(kconf.unique_defined_syms) == 1


@settings(max_examples=80, deadline=None)
@given(text=any_text)
def test_any_prompt_and_help_survive_as_displayed(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = Config("A", prompt=f"a{text}b", help=text)
    kconf = parse(tmp_path_factory.mktemp("p"), write([first, Config("B", prompt="after")], header=""))
    assert [s.name for s in kconf.unique_defined_syms] == ["A", "B"]
    node = kconf.syms["A"].nodes[0]
    assert node.prompt[0] == display(f"a{text}b")
    assert (node.help or "").split() == display(text.replace("\n", " ")).split()


@given(name=st.text(max_size=40))
def test_any_name_makes_a_valid_symbol(name: str) -> None:
    one(Config(symbol("PREFIX_", name)))  # raises ValueError for what is not a symbol


@given(
    names=st.lists(st.text(alphabet="aA.-_ 1é", min_size=1, max_size=4), unique=True, min_size=2, max_size=8)
)
def test_two_names_never_share_a_symbol(names: list[str]) -> None:
    table, made = SymbolTable(), {}
    for name in names:
        clash = symbol("P_", name) in made
        try:
            made[table.claim("P_", name)] = name
            assert not clash
        except SymbolCollision as error:
            assert clash and repr(name) in error.what and symbol("P_", name) in error.what


def test_a_name_may_be_claimed_twice() -> None:
    table = SymbolTable()
    assert table.claim("P_", "m7i-flex.large") == table.claim("P_", "m7i-flex.large") == "P_M7I_FLEX_LARGE"


@pytest.mark.parametrize("names", [catalogs.FAMILIES, catalogs.FLAT], ids=lambda w: str(w.provider))
def test_golden_files(names: MenuNames, tmp_path: Path) -> None:
    """GOLDEN_UPDATE=1 writes them anew; read the difference before you commit it."""
    catalog = catalogs.catalog(names=names)
    texts = menus.render(catalog, names, f"terraform/{names.provider}/kconfigs", "generated")
    base = GOLDEN / names.provider
    if os.environ.get("GOLDEN_UPDATE"):
        for name, text in texts.items():
            (base / name).parent.mkdir(parents=True, exist_ok=True)
            (base / name).write_text(text, encoding="utf-8")
    expected = {
        str(p.relative_to(base)): p.read_text(encoding="utf-8") for p in base.rglob("*") if p.is_file()
    }
    assert texts == expected
    parse_menus(tmp_path, catalog, names)
