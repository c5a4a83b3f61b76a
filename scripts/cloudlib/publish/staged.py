# SPDX-License-Identifier: MIT
"""Try a new set of menus in a copy of the tree, before anything is replaced."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import bootstrap
from cloudlib.errors import CatalogError, NotSetUp, PublishError
from cloudlib.publish import tier
from cloudlib.settings import ROOT

_PREFIX = "cloud-check-"
_LEFT_AFTER = 86_400.0  # seconds; a check takes less than a minute
_TOOLS = ROOT / "scripts" / "kconfig_tools.py"


def check(
    root: Path, provider: str, of_tier: str, texts: Mapping[str, str], defconfigs: Sequence[Path] = ()
) -> None:
    """Parse the tree with these texts in place of the tier's; CatalogError lists every problem.

    `defconfigs` have to take effect in it. The copy is made of links, so it costs one file a text.
    """
    _remove_leftovers()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as made:
        copy = Path(made)
        _link_tree(root, copy, provider)
        base = tier.folder(copy, provider)
        for name, text in texts.items():
            path = base / f"{name}.{of_tier}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        if of_tier == tier.GENERATED:
            tier.marker(copy, provider).touch()
        require()
        problems = _problems(copy, [p.relative_to(root) for p in defconfigs])
    if problems:
        listed = "\n".join(f"  {line}" for line in problems[:20])
        raise CatalogError(
            f"{provider}: the new menus do not work:\n{listed}",
            unchanged=f"every {of_tier} file",
            hint="change a defconfig that names a retired machine; anything else is a bug, please report",
        )


def _remove_leftovers() -> None:
    """Remove copies that a killed run left behind: ours, folders and no links, and a day old."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # another run removes it too
            about = path.lstat()
            old = time.time() - about.st_mtime > _LEFT_AFTER
            if stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and old:
                shutil.rmtree(path, ignore_errors=True)


def require() -> None:
    """NotSetUp where this Python cannot try menus at all: better known before a vendor is asked."""
    if "kconfiglib" in bootstrap.missing_modules():
        raise NotSetUp(
            f"{sys.executable} lacks kconfiglib",
            unchanged="every menu file and marker",
            hint=bootstrap.how_to_get(["kconfiglib"]),
        )


def _problems(copy: Path, defconfigs: Sequence[Path]) -> list[str]:
    env = {k: v for k, v in os.environ.items() if k not in ("CLOUD_TIER", "KCONFIG_CONFIG", "srctree")}
    argv = [sys.executable, str(_TOOLS), "check", "--root", str(copy), *map(str, defconfigs)]
    done = subprocess.run(
        argv, check=False, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300
    )
    findings = [line for line in done.stdout.splitlines() if line.strip()]
    if (done.returncode, bool(findings)) not in ((0, False), (1, True)):
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["it printed nothing"]
        raise PublishError(
            f"the new menus could not be checked: the check ended with code {done.returncode}: {said[-1]}",
            unchanged="every menu file and marker",
            hint=f"{' '.join(argv[:3])} shows the whole message",
        )
    return findings


def _link_tree(root: Path, copy: Path, provider: str) -> None:
    """Links to everything but the provider's tier files, its marker, and the user's configuration."""
    leave = {".config", ".git", tier.marker(root, provider).name, "terraform"}
    _link_each(root, copy, leave)
    _link_each(root / "terraform", copy / "terraform", {provider})
    _link_each(root / "terraform" / provider, copy / "terraform" / provider, {"kconfigs"})
    ours = tier.folder(root, provider)
    theirs = tier.folder(copy, provider)
    theirs.mkdir(parents=True, exist_ok=True)
    for path in sorted(ours.glob("*")):
        if path.is_file() and path.suffix not in (f".{t}" for t in tier.TIERS):
            (theirs / path.name).symlink_to(path)


def _link_each(source: Path, target: Path, leave: set[str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.glob("*")) + sorted(source.glob(".*_cloud_config_generated")):
        if path.name not in leave and not (target / path.name).exists():
            (target / path.name).symlink_to(path)
