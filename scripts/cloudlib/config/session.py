# SPDX-License-Identifier: MIT
"""A configuration as a command sees it: the parsed tree, the chosen provider, its values and catalog.

The registry of providers stands above this package, so the commands hand it in.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import kconfiglib

from cloudlib.catalog.records import Catalog
from cloudlib.config import backend, checks, fragments, requested, save, selection, variables
from cloudlib.config.finding import ERROR, WARNING, Finding
from cloudlib.config.selection import Selection
from cloudlib.config.variables import Collected
from cloudlib.errors import CatalogError, CliMissing, CloudError, ConfigRejected, UsageError, message, some
from cloudlib.provider import Provider, Registry, Variables
from cloudlib.publish import builtin, tier
from cloudlib.publish.rewrite import rewrite
from cloudlib.settings import ROOT, cloud_tier, config_file, flag, shown

EXTRA_VARS = ROOT / "extra_vars.yaml"
#: Kconfiglib's settings for other trees, which kernel builders may have in the environment.
_NOT_OURS = ("srctree", "CONFIG_")


@dataclass(frozen=True)
class Session:
    """A loaded configuration with all that follows from it without starting anything.

    `catalog` is that of the menus in use, of a `tier`; None where it cannot be read, and `problem` then says
    why.
    """

    provider: Provider
    collected: Collected
    selection: Selection
    catalog: Catalog | None
    problem: str
    tier: str

    def edited(self) -> list[Finding]:
        """A warning where the menus in use are not those of their catalog; takes half a second."""
        if self.catalog is None:
            return []
        from cloudlib.publish import refresh

        odd = refresh.edited(self.provider, ROOT, self.tier, self.catalog)
        if not odd:
            return []
        name = self.provider.NAME
        fix = f"make cloud-config-{name}" if self.tier == tier.GENERATED else f"git checkout terraform/{name}"
        what = f"edited by hand, or not of this version of the menus: {some(odd, 3)}"
        return [Finding(WARNING, what, fix=fix)]

    def key_findings(self) -> list[Finding]:
        """What is wrong with the key pair: an error before terraform starts."""
        from cloudlib.terraform import ssh_keys

        values = self.collected.values
        setting = str(values.get("terraform_ssh_config_pubkey_file", ""))
        try:
            ssh_keys.locate(
                setting, make=bool(values.get("terraform_ssh_config_genkey")), alone=flag("FORCE")
            )
        except ssh_keys.KeyProblem as error:
            return [Finding(ERROR, error.what, fix=error.hint.partition("\n")[0])]
        except CliMissing:
            return []  # without ssh-keygen nothing is known of it
        return []

    def findings(self) -> list[Finding]:
        """The catalog's findings about the selection; none without a catalog."""
        if self.catalog is None:
            return []
        from cloudlib.config import launch  # here and below: config targets start faster without

        return launch.findings(self.selection, self.catalog, self.provider)


def read(registry: Registry, *, ask: bool = True) -> Session:
    """.config, loaded and looked up. Raises ConfigRejected without one, or where it lost a setting.

    A choice that the configuration leaves to the cloud is put to it, unless `ask` is False.
    """
    kconf = load_config_file(registry)
    provider = chosen_provider(kconf, registry)
    try:
        collected = variables.collect(kconf, provider, earlier(), ask=ask)
    except CloudError as error:
        error.unchanged = error.unchanged or (shown(EXTRA_VARS) if _text(EXTRA_VARS) else "")
        raise
    catalog, problem = catalog_in_use(kconf, provider)
    wanted = selection.of(collected.values, provider)
    return Session(provider, collected, wanted, catalog, problem, _tier_in_use(kconf, provider))


def write(collected: Collected) -> list[Path]:
    """Write extra_vars.yaml and the provider's terraform.tfvars.json; returns those that changed.

    A dated comment alone is no reason to write extra_vars.yaml again. Raises PublishError, and
    ConfigRejected for a key file that terraform would look for in its own folder.
    """
    checks.check_key_file(collected.values)
    where = tfvars(collected.provider.NAME).with_name(backend.NAME)
    shared = backend.text(collected.values, collected.provider.NAME)
    if not shared:
        where.unlink(missing_ok=True)
    files = {**({where: shared} if shared else {}), tfvars(collected.provider.NAME): collected.tfvars}
    if _without_comments(_text(EXTRA_VARS)) != _without_comments(collected.extra_vars):
        files[EXTRA_VARS] = collected.extra_vars
    return [path for path, text in files.items() if rewrite(path, text)]


def tfvars(provider: str) -> Path:
    """The variables that terraform reads by itself."""
    return ROOT / "terraform" / provider / "terraform.tfvars.json"


def parse(registry: Registry, root: Path = ROOT) -> kconfiglib.Kconfig:
    """Parse the tree below `root`, which becomes the working directory; a CloudError names the file at fault.

    Kconfig's `source` and `$(shell,...)` lines and Kconfiglib's tools are relative to the top of the tree.
    Providers without any menus get the built-in ones first.
    """
    os.chdir(root)
    cloud_tier()  # refuses a wrong one with a better message than that of Kconfiglib
    if config_file().is_dir():  # Kconfiglib would rename it to make room
        raise UsageError(
            f"{shown(config_file())} is a folder",
            hint="move it away, or set KCONFIG_CONFIG to the name of a file",
        )
    for name in _NOT_OURS:
        os.environ.pop(name, None)
    tier.recover_if_idle(root)
    builtin.ensure(root, registry)
    gc.disable()  # the tree stays until the end; collecting while it is built costs a fifth of the time
    try:
        with tier.reading(root):
            kconf = save.Kconfig("Kconfig", warn_to_stderr=False)
    except (kconfiglib.KconfigError, OSError) as error:
        raise CloudError(
            f"the menus cannot be read: {str(error).strip()}",
            hint="CLOUD_TIER=static uses the committed menus; `git status terraform` shows what changed",
        ) from error
    kconf.warn_assign_undef = False
    return kconf


def load_config_file(registry: Registry) -> kconfiglib.Kconfig:
    """The tree with .config loaded; ConfigRejected without one, or where it lost a setting."""
    need_config_file()
    kconf = parse(registry)
    load_checked(kconf, config_file())
    return kconf


def need_config_file() -> None:
    """Raise ConfigRejected where there is no .config, with the ways to one."""
    path = config_file()
    if not path.is_file() and not path.is_dir():  # a folder has a message of its own
        names = "\n".join(f"make defconfig-{name}" for name in fragments.names())
        raise ConfigRejected(f"there is no {shown(path)}", hint=f"make menuconfig\n{names}")


def load_parts(kconf: kconfiglib.Kconfig, name: str) -> None:
    """Load the defconfig `A+B` and local.config over it. Raises UsageError and ConfigRejected."""
    load_paths(kconf, fragments.parts(name))


def load_paths(kconf: kconfiglib.Kconfig, paths: Sequence[Path]) -> None:
    """Load configurations, later ones over earlier ones, and local.config over them."""
    local = [fragments.LOCAL] if fragments.LOCAL.is_file() else []
    if len(paths) == 1 and not local:
        load_checked(kconf, paths[0])
        return
    merged = fragments.merge(kconf, [*paths, *local])
    for note in merged.notes:
        print(message(f"note: {note}"), file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "+".join(path.name for path in (*paths, *local))
        whole.write_text(merged.text, encoding="utf-8")
        for item in requested.load(kconf, whole).dropped if local else ():
            if merged.source.get(item.name) == shown(fragments.LOCAL) and item.why.startswith("it needs"):
                print(message(f"note: not used from {shown(fragments.LOCAL)}: {item}"), file=sys.stderr)
                del merged.settings[item.name]
        whole.write_text(merged.text, encoding="utf-8")
        try:
            load_checked(kconf, whole)
        except ConfigRejected as error:  # the reader knows the parts, not a file that is gone by then
            parts = " + ".join(shown(path) for path in (*paths, *local))
            error.what = error.what.replace(shown(whole), parts)
            raise


def load_checked(kconf: kconfiglib.Kconfig, path: Path) -> bool:
    """Load a configuration; ConfigRejected where a setting of it was dropped.

    Returns whether it was taken otherwise than written, which is noted on stderr where it matters.
    """
    loaded = requested.load(kconf, path)
    if loaded.dropped:
        raise requested.rejected(loaded.dropped, shown(path))
    for note in loaded.notes:
        print(message(f"note: {note}"), file=sys.stderr)
    return loaded.completed


def write_config(kconf: kconfiglib.Kconfig) -> str:
    """Write .config; returns what to say of that. CloudError where it cannot be replaced."""
    with replacing(config_file()):
        return str(kconf.write_config(str(config_file())))


def write_defconfig(kconf: kconfiglib.Kconfig, path: Path, first: str | None = None) -> str:
    """Write a defconfig, with `first` as its first line; otherwise as `write_config`."""
    with replacing(path):
        return str(kconf.write_min_config(str(path), header=first))


@contextmanager
def replacing(path: Path) -> Iterator[None]:
    """CloudError where the block cannot write a configuration."""
    try:
        yield
    except (OSError, UnicodeError, kconfiglib.KconfigError) as error:
        other = "; KCONFIG_CONFIG=FILE uses another file" if path == config_file() else ""
        raise CloudError(
            f"{shown(path)} cannot be replaced: {requested.one_line(error)}",
            unchanged=shown(path) if path.exists() else "",
            hint=f"make it writable or move it away{other}",
        ) from error


def chosen_provider(kconf: kconfiglib.Kconfig, registry: Registry) -> Provider:
    """The provider whose switch is y; ConfigRejected without one."""
    for name in registry.PROVIDER_NAMES:
        provider = registry.load(name)
        if kconf.syms[provider.MENU_NAMES.switch].str_value == "y":
            return provider
    raise ConfigRejected("the configuration chooses no provider", hint="make menuconfig")


def catalog_in_use(kconf: kconfiglib.Kconfig, provider: Provider) -> tuple[Catalog | None, str]:
    """The catalog of the tier whose menus were parsed, or None and why it cannot be read."""
    from cloudlib.catalog import file as catalogfile

    which = _tier_in_use(kconf, provider)
    path = tier.catalog_path(ROOT, provider.NAME, which)
    try:
        return catalogfile.load_file(path), ""
    except CatalogError as error:
        return None, f"no catalog to check against: {error.what.replace(f'{ROOT}/', '')}"


def _tier_in_use(kconf: kconfiglib.Kconfig, provider: Provider) -> str:
    return str(kconf.variables[f"{provider.NAME.upper()}_TIER"].expanded_value)


def earlier() -> Variables:
    """The variables of the last time; none where there is no such file."""
    return variables.parse_extra_vars(_text(EXTRA_VARS))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _without_comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]
