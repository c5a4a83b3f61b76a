# SPDX-License-Identifier: MIT
"""`make cloud-shop`: three lines to type into, and a table of machines that narrows with every letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from prompt_toolkit import Application
from prompt_toolkit.data_structures import Point
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import HSplit, Layout, Window
from prompt_toolkit.layout.controls import FormattedTextControl, UIContent, UIControl
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style
from prompt_toolkit.widgets import TextArea

from cloudlib.errors import UsageError, printable
from cloudlib.search import phrase
from cloudlib.search.answer import Answer, Row, answer
from cloudlib.search.machine import Machine
from cloudlib.search.question import Question
from cloudlib.search.where import where
from cloudlib.show import search_rows

_HEAD = (
    "Find a machine. Each word narrows:  8..16 vcpus   64.. gib   arm64   8 x h100",
    "nvme   kvm   metal   current   debian-13   or a part of a name: m7i",
)
_KEYS = "Tab: next line   Up, Down: choose   Enter: write .config   Ctrl-C: leave"
_STYLE = Style.from_dict({"head": "bold", "chosen": "reverse", "problem": "bold"})


@dataclass
class Shop:
    """What was typed, and what it finds. `chosen` is the number of a row of `told`."""

    machines: Sequence[Machine]
    told: Answer = field(default_factory=lambda: Answer(()))
    asked: Question = field(default_factory=Question)
    problem: str = ""
    chosen: int = 0

    def ask(self, need: str, place: str, price: str) -> None:
        """Answer what the three lines say; where that means nothing, the rows stay as they are."""
        try:
            said = phrase.read(need, place, price, self.machines)
            narrowed = said.narrow(self.machines)
            markets = list({m.market.provider: m.market for m in self.machines}.values())
            told = answer(said.asked, narrowed, where(said.asked, markets))
        except UsageError as error:
            self.problem = error.what
            return
        self.told, self.asked, self.problem, self.chosen = told, said.asked, "", 0

    def move(self, rows: int) -> None:
        """Choose another row, as many further."""
        self.chosen = max(0, min(self.chosen + rows, len(self.told.rows) - 1))

    @property
    def row(self) -> Row | None:
        """The row that Enter takes."""
        return self.told.rows[self.chosen] if self.told.rows else None

    def status(self) -> str:
        """One line on the answer."""
        if self.problem:
            return self.problem
        rows = self.told.rows
        if not rows:
            nothing = self.told.nothing
            return "no machine" + (
                f": without {nothing.costly} there are {nothing.without}" if nothing else ""
            )
        unknown = self.told.unpriced
        noun = "machine" if len(rows) == 1 else "machines"
        return f"{len(rows):,} {noun}" + (f"; the price of {unknown:,} is not known, last" if unknown else "")


class _Table(UIControl):
    """The rows around the chosen one, in columns that fit."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def create_content(self, width: int, height: int) -> UIContent:
        shop = self.shop
        first = max(0, min(shop.chosen - height // 2, len(shop.told.rows) - (height - 1)))
        shown = shop.told.rows[first : first + height - 1]
        lines = search_rows.lines(shown, width) if shown else []
        styled = [("class:head", line) if number == 0 else ("", line) for number, line in enumerate(lines)]
        chosen = shop.chosen - first + 1
        if 0 < chosen < len(styled):
            styled[chosen] = ("class:chosen", f"{styled[chosen][1]:<{width}}")
        return UIContent(
            get_line=lambda number: [styled[number]],
            line_count=len(styled),
            cursor_position=Point(0, 0),
            show_cursor=False,
        )


def choose(machines: Sequence[Machine], *, color: bool = True) -> tuple[Row, Question] | None:
    """Let a person choose; None when they leave without. Needs a terminal on stdin and stdout."""
    shop = Shop(machines)
    need, place, price = (
        TextArea(multiline=False, prompt=f"{name:<23}", height=1)
        for name in ("Need:", "Place (europe, oslo):", "USD per hour, at most:")
    )
    fields = (need, place, price)

    def typed(_: object) -> None:
        shop.ask(need.text, place.text, price.text)

    for area in fields:
        area.buffer.on_text_changed += typed
    typed(None)
    window = Window(_Table(shop), always_hide_cursor=True)
    layout = HSplit(
        [
            Window(FormattedTextControl("\n".join(_HEAD)), height=len(_HEAD)),
            *fields,
            Window(FormattedTextControl(lambda: [("class:problem", printable(shop.status()))]), height=1),
            window,
            Window(FormattedTextControl(_KEYS), height=1),
        ]
    )
    application: Application[tuple[Row, Question] | None] = Application(
        layout=Layout(layout, focused_element=need),
        key_bindings=_keys(shop, window, fields),
        style=_STYLE,
        full_screen=True,
        color_depth=None if color else ColorDepth.DEPTH_1_BIT,
    )
    return application.run()


def _keys(shop: Shop, window: Window, fields: Sequence[TextArea]) -> KeyBindings:
    keys = KeyBindings()

    def page() -> int:
        return max(1, (window.render_info.window_height if window.render_info else 10) - 2)

    def focus(event: KeyPressEvent, step: int) -> None:
        areas = [area.window for area in fields]
        current = event.app.layout.current_window
        event.app.layout.focus(
            areas[(areas.index(current) + step) % len(areas)] if current in areas else areas[0]
        )

    for name, rows in (("up", -1), ("down", 1)):
        keys.add(name)(lambda event, rows=rows: shop.move(rows))
    keys.add("pageup")(lambda event: shop.move(-page()))
    keys.add("pagedown")(lambda event: shop.move(page()))
    keys.add("tab")(lambda event: focus(event, 1))
    keys.add("s-tab")(lambda event: focus(event, -1))
    keys.add("c-c")(lambda event: event.app.exit(exception=KeyboardInterrupt))
    keys.add("c-d")(lambda event: event.app.exit())

    @keys.add("enter", filter=Condition(lambda: shop.row is not None))
    def _(event: KeyPressEvent) -> None:
        event.app.exit(result=(shop.row, shop.asked))

    return keys
