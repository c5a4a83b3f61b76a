# SPDX-License-Identifier: MIT
"""The committed menus as git has them: what HEAD holds, what differs from it, what is staged."""

from __future__ import annotations

from pathlib import Path

from cloudlib.calls.run import CallLog, run_bytes
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog
from cloudlib.errors import CallFailed, CatalogError, CloudError
from cloudlib.publish import tier

#: Where cloud-update drafts the message of the commit, from the top of the tree. git ignores it.
MESSAGE = ".cloud-commit-msg"


def pathspec(provider: str) -> str:
    """What `git add` takes for a provider's committed menus, those that are gone included."""
    return f"{tier.KCONFIGS.format(provider=provider)}/*.{tier.STATIC}"


def require(root: Path) -> None:
    """CliMissing without git; CloudError where git does not track this tree: an unpacked archive."""
    try:
        _git(root, "ls-files", "--error-unmatch", "Makefile")
    except CallFailed as error:
        raise CloudError(
            f"this tree is not in a git repository ({error.what})", hint="git clone gives one that is"
        ) from error


def differs(root: Path, provider: str) -> bool:
    """Whether a provider's committed menus are not those of HEAD."""
    return bool(_git(root, "status", "--porcelain", "--untracked-files=all", "--", pathspec(provider)))


def head_catalog(root: Path, provider: str) -> Catalog | None:
    """The catalog of the last commit; None where there is none that this version reads."""
    path = f"{tier.KCONFIGS.format(provider=provider)}/{catalogfile.NAME}.{tier.STATIC}"
    try:
        return catalogfile.load(_git(root, "show", f"HEAD:./{path}").decode(), where=f"HEAD:{path}")
    except (CallFailed, CatalogError, UnicodeDecodeError):
        return None


def staged(root: Path, *pathspecs: str) -> list[str]:
    """The files of the whole repository that the next commit would change, or those that these name."""
    names = _git(root, "diff", "--cached", "--name-only", "--no-renames", "-z", "--", *pathspecs)
    return names.decode("utf-8", "surrogateescape").split("\0")[:-1]


def add(root: Path, *pathspecs: str) -> None:
    """Stage additions, changes and removals."""
    _git(root, "add", "--all", "--", *pathspecs)


def _git(root: Path, *words: str) -> bytes:
    return run_bytes(["git", "-C", str(root), *words], log=CallLog(), timeout=60, hint="install git")
