# SPDX-License-Identifier: MIT
"""The report as HTML: one file that loads nothing, and runs no script but its own.

The policy of the page (Content-Security-Policy, https://www.w3.org/TR/CSP3/) names each script and style
sheet by its hash. Texts of vendors stand in a block of JSON and in escaped text, which no browser runs.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from cloudlib.report.data import Section, payload

HERE = Path(__file__).resolve().parent
#: Libraries that others wrote: see VERSIONS, and scripts/page_libraries.py, which fetches them.
VENDOR = HERE / "vendor"
VERSIONS = VENDOR / "versions.json"
_SCRIPTS = (VENDOR / "tabulator.min.js", VENDOR / "chart.umd.min.js", HERE / "page.js")
_STYLES = (VENDOR / "tabulator.min.css", HERE / "page.css")


def render(sections: Sequence[Section]) -> str:
    """The text of the page."""
    return template("report.html.j2").render(
        sections=sections,
        data=json_block(payload(sections)),
        libraries=json.loads(VERSIONS.read_text(encoding="utf-8")),
        **inline(_SCRIPTS, _STYLES),
    )


def template(name: str) -> jinja2.Template:
    """A template of this folder; it escapes what it is given, and a name it is not given is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def inline(scripts: Sequence[Path], styles: Sequence[Path]) -> dict[str, Any]:
    """What a template needs to carry these files: `scripts`, `styles`, and the `policy` that allows them."""
    texts = {
        name: [_text(path) for path in paths] for name, paths in (("script", scripts), ("style", styles))
    }
    allowed = {name: " ".join(map(_hash, parts)) or "'none'" for name, parts in texts.items()}
    policy = (
        f"default-src 'none'; script-src {allowed['script']}; style-src {allowed['style']}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return {
        "policy": policy,
        "scripts": [Markup(text) for text in texts["script"]],
        "styles": [Markup(text) for text in texts["style"]],
    }


def json_block(value: Any) -> Markup:
    """JSON that can stand in a <script> element: it has no character that HTML looks for."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _text(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if "</script" in text.lower() or "</style" in text.lower():
        raise ValueError(f"{path} would end its element")
    return f"\n{text}"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
