#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make page-libraries`: fetch the JavaScript libraries of the report page, in pinned versions.

    page_libraries.py

Runs `npm pack`, which needs a network, and writes what the page uses of each package to
scripts/cloudlib/report/vendor/, with its license. versions.json there has the version and the SHA-256 of
every file; a test compares them.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import hashlib
import json
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cloudlib.calls.run import CallLog, run_bytes
from cloudlib.errors import CloudError
from cloudlib.report import page
from cloudlib.show import command

#: npm package -> its version, its license, and {file in the package: file here}.
LIBRARIES: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "tabulator-tables": (
        "6.5.3",
        "MIT",
        {
            "dist/js/tabulator.min.js": "tabulator.min.js",
            "dist/css/tabulator.min.css": "tabulator.min.css",
            "LICENSE": "tabulator.LICENSE",
        },
    ),
    "chart.js": (
        "4.6.1",
        "MIT",
        {"dist/chart.umd.min.js": "chart.umd.min.js", "LICENSE.md": "chart.LICENSE"},
    ),
}
_PACK_SECONDS = 300


def main(argv: Sequence[str]) -> int:
    """Returns the exit code."""
    command.Parser(prog="page_libraries.py", description=__doc__).parse_args(argv)
    page.VENDOR.mkdir(exist_ok=True)
    versions = {}
    for name, (version, license_name, files) in LIBRARIES.items():
        with tempfile.TemporaryDirectory() as folder:
            try:
                sums = _take(f"{name}@{version}", files, Path(folder))
            except (tarfile.TarError, KeyError, ValueError) as error:
                raise CloudError(f"the package {name}@{version}: {error}") from error
        versions[name] = {"version": version, "license": license_name, "sha256": sums}
    text = json.dumps(versions, indent=2, sort_keys=True) + "\n"
    page.VERSIONS.write_text(text, encoding="utf-8")
    return 0


def _take(package: str, files: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Copy files out of a package; {file here: its SHA-256}."""
    argv = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), package]
    run_bytes(argv, log=CallLog(), timeout=_PACK_SECONDS)
    (archive,) = folder.glob("*.tgz")
    sums = {}
    with tarfile.open(archive) as tar:
        for inside, name in files.items():
            member = tar.extractfile(f"package/{inside}")
            if member is None:
                raise KeyError(f"{inside} is not a file")
            # The page has no other file to look up its source map in.
            lines = [line for line in member.read().splitlines() if not line.startswith(b"//# sourceMapping")]
            content = b"\n".join(lines).rstrip() + b"\n"
            (page.VENDOR / name).write_bytes(content)
            sums[name] = hashlib.sha256(content).hexdigest()
    return sums


if __name__ == "__main__":
    command.start("page-libraries", main)
