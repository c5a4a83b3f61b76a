# SPDX-License-Identifier: MIT
"""Makes recordings/ anew, from recorded facts that this project does not carry:

    PYTHONPATH=scripts python -m tests.support.make_recordings FACTS [--only NAME]... [--to FOLDER]

The real aws, az and gcloud are run with RECORD against the test servers, which serve the facts at full scale,
with the prices of every region. az is the one of `make .venv-azure/ready`. Afterwards
`make cloud-config cloud-update REPLAY=recordings FORCE=1` renders the committed menus from them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import cloud_providers
from cloudlib.calls import recording, tapes
from tests.support.contract import Contract, contract_of
from tests.support.tree import ROOT, copy_tree, make_tree

#: What the facts are, by provider: it becomes part of what the menus say of their source.
SOURCES = {
    "aws": "EC2 types, offerings and zones of 2026-05, prices of us-east-1 of 2026-07, of other regions of "
    "2025-04 where known and 2024-08 else, image names of 2025-12 to 2026-09",
    "azure": "VM sizes of 2026-08, where offered of 2026-03 to 2026-08, locations of 2026-04, prices of "
    "2026-05 to 2026-08, image names of 2025-12 to 2026-09",
    "gce": "types and zones of 2026-08, prices of 2026-07 as sums of parts, images of 2025-12 to 2026-08",
    "lambdalabs": "types and prices of 2026-05, regions of 2026-07, image families as documented in 2026-08",
}


def main(argv: list[str]) -> int:
    """Make the recordings that are asked for, and a manifest of all that are there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("facts", type=Path, help="folder of the recorded facts")
    parser.add_argument("--only", action="append", choices=cloud_providers.PROVIDER_NAMES)
    parser.add_argument("--to", type=Path, default=ROOT / "recordings")
    options = parser.parse_args(argv)
    options.to.mkdir(exist_ok=True)
    path = options.to / tapes.MANIFEST
    entries: dict[str, Any] = json.loads(path.read_bytes())["recordings"] if path.exists() else {}
    for name in options.only or cloud_providers.PROVIDER_NAMES:
        entries[name] = _record(name, contract_of(name), options.facts, options.to)
        tapes.write_manifest(options.to, dict(sorted(entries.items())))
        print(f"{name}: {entries[name]['bytes'] / 1e6:.2f} MB, {entries[name]['tools']}", flush=True)
    return 0


def _record(name: str, contract: Contract, facts: Path, to: Path) -> dict[str, Any]:
    assert contract.recorded is not None
    with tempfile.TemporaryDirectory(prefix="recording-") as made:
        folder = Path(made)
        (folder / "template").mkdir()
        copy_tree(folder / "template")
        tree = make_tree(folder / "template", folder)
        with contract.recorded(facts, lifetime=3600, max_requests=100_000) as server:
            env = (contract.real or contract.prepare)(tree, server)
            settings = {
                "CLOUD_CALL_TIMEOUT": "600",
                "RECORD": str(folder / "rec"),
            }
            settings["CLOUD_SOURCE_NOTE"] = SOURCES[name]
            words = (sys.executable, "scripts/generate_cloud_configs.py", "--provider", name)
            done = tree.start(*words, **{**env, **settings})
            print(*done.communicate())
            assert done.returncode == 0 and server.errors == []
        whole = recording.read(folder / "rec" / f"{name}{recording.ENDING}", name=name)
    return tapes.add(
        to, whole.header, recording.pack(whole.header, [whole.answer(call) for call in sorted(whole.lines)])
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
