# SPDX-License-Identifier: MIT
"""The top of the tree, and every environment variable that is ours: read here and nowhere else."""

from __future__ import annotations

import fnmatch
import ipaddress
import os
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from cloudlib.errors import UsageError

#: The top of the tree. Paths are made from it; nothing depends on the working directory but Kconfig.
ROOT = Path(__file__).resolve().parents[2]
#: What is kept of an account, for its owner alone; git ignores it.
CACHE = ROOT / ".cloud-cache"

_SECRET_NAME = re.compile(r"SECRET|TOKEN|PASSW|PASSPHRASE|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY", re.IGNORECASE)
_OWN_NAME = re.compile(r"PROJECT|_PROFILE\Z|_ACCOUNT\Z|\A(?:USER|LOGNAME)\Z")


def shown(path: Path) -> str:
    """A path as a person should read it: from the top of the tree where it lies in it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def refuse_misspelled() -> None:
    """UsageError for a variable of the environment whose name is one letter off one of ours.

    make refuses those that are typed to it: scripts/variables.Makefile. Names of one word may be somebody
    else's, and so may a plural or singular such as CLOUD_PROVIDERS.
    """
    listed = ROOT / "scripts" / "variables.Makefile"
    if not listed.exists():  # the commands were copied into another tree: docs/with-kdevops.md
        return
    text = listed.read_text(encoding="utf-8")
    ours = {name for line in re.findall(r"^SETTINGS \S= (.*)", text, re.MULTILINE) for name in line.split()}
    for name in os.environ.keys() - ours:
        for known in ours:
            if "_" not in known or f"{name}S" == known or name == f"{known}S":
                continue
            if abs(len(name) - len(known)) <= 1 and _one_letter_off(name, known):
                raise UsageError(f"the environment has {name}: is {known} meant?", hint=f"unset {name}")


def _one_letter_off(name: str, other: str) -> bool:
    """Is one letter another, missing, too many, or exchanged with the next?"""
    start = next((at for at, (a, b) in enumerate(zip(name, other)) if a != b), min(len(name), len(other)))
    one, two = name[start:], other[start:]
    exchanged = one[:2] == two[1::-1] and one[2:] == two[2:]
    return exchanged or one[1:] == two[1:] or one[1:] == two or one == two[1:]


def flag(name: str) -> bool:
    """Whether a switch is on: FORCE, YES, LIVE, RECOVER. UsageError for what is neither 1, 0 nor empty."""
    value = os.environ.get(name, "")
    if value not in ("", "0", "1"):
        raise UsageError(f"{name}={value!r} is neither 1 nor 0", hint=f"{name}=1, or leave it out")
    return value == "1"


def debugging() -> bool:
    """DEBUG: whether every vendor call is logged. Other programs read it too, and take any value for on."""
    return os.environ.get("DEBUG", "") not in ("", "0")


def refresh_state() -> bool:
    """Whether destroy lets terraform look at what is there first; REFRESH=0 says no."""
    return os.environ.get("REFRESH", "") == "" or flag("REFRESH")


def named_provider() -> str:
    """CLOUD_PROVIDER: the provider whose machines `make destroy` destroys; "" where it is not set."""
    return os.environ.get("CLOUD_PROVIDER", "")


def recover_state() -> bool:
    """RECOVER=1: a lost state is rebuilt from the journal before `make destroy` or `make bringup` goes on."""
    return flag("RECOVER")


def terraform_program() -> str:
    """TERRAFORM: terraform or OpenTofu's `tofu`, by name or path; "" for whichever is installed."""
    return os.environ.get("TERRAFORM", "")


def terraform_extra() -> frozenset[str]:
    """TERRAFORM_EXTRA: files of a module's folder and TF_VAR_ variables that terraform may take too."""
    return frozenset(re.split(r"[,\s]+", os.environ.get("TERRAFORM_EXTRA", "")))


def max_usd_per_hour() -> Decimal | None:
    """MAX_USD_PER_HOUR: the USD an hour above which bringup refuses; None where it is not set."""
    text = os.environ.get("MAX_USD_PER_HOUR", "")
    if text and not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        raise UsageError(
            f"MAX_USD_PER_HOUR={text!r} is not a number of dollars", hint="MAX_USD_PER_HOUR=25.50"
        )
    return Decimal(text) if text else None


def node_count() -> int | None:
    """NODES: the number of nodes that `make cost` works out; None where it is not set."""
    text = os.environ.get("NODES", "")
    if text and not re.fullmatch(r"[1-9][0-9]{0,2}|1000", text):  # as TERRAFORM_NODE_COUNT in Kconfig
        raise UsageError(f"NODES={text!r} is not a number of nodes from 1 to 1000", hint="make cost NODES=4")
    return int(text) if text else None


def source_note() -> str:
    """CLOUD_SOURCE_NOTE: what a catalog gives as its source instead of its own words; "" for those."""
    return os.environ.get("CLOUD_SOURCE_NOTE", "")


def cloud_tier() -> str:
    """CLOUD_TIER: the tier of menus that is asked for; "" where that is left to the tree."""
    asked = os.environ.get("CLOUD_TIER", "")
    if asked not in ("", "static", "generated"):
        raise UsageError(
            f"CLOUD_TIER={asked!r} is neither static nor generated", hint="leave it out: `make cloud-status`"
        )
    return asked


def config_file() -> Path:
    """The configuration: KCONFIG_CONFIG, from the top of the tree, or .config there."""
    return ROOT / (os.environ.get("KCONFIG_CONFIG") or ".config")


def existing_config() -> str:
    """The configuration as a message names it; "" where there is none."""
    return shown(config_file()) if config_file().exists() else ""


def config_folders() -> list[Path]:
    """Where parts of configurations are besides defconfigs/: KDEVOPS_CONFIG_PATH, then ~/.config/kdevops."""
    named = os.environ.get("KDEVOPS_CONFIG_PATH", "").split(os.pathsep)
    return [*(Path(name).expanduser() for name in named if name), Path("~/.config/kdevops").expanduser()]


def call_timeout(default: float) -> float:
    """Seconds that a vendor call may take: CLOUD_CALL_TIMEOUT, or the caller's own limit."""
    text = os.environ.get("CLOUD_CALL_TIMEOUT", "")
    if not text:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UsageError(
            f"CLOUD_CALL_TIMEOUT={text!r} is not a number of seconds above 0", hint="CLOUD_CALL_TIMEOUT=120"
        )
    return seconds


#: The largest answers that were measured are 5.4 MiB (all instance types of a region of AWS) and 1.2 MiB over
#: HTTP; JSON takes up to seven times its size in memory, and no answer may take 1 GiB.
_ANSWER_MIB = 64


def answer_limit() -> int:
    """The most bytes that one answer of a vendor may have, decompressed: CLOUD_ANSWER_MIB, or 64 MiB."""
    text = os.environ.get("CLOUD_ANSWER_MIB", "")
    if not text:
        return _ANSWER_MIB << 20
    if not re.fullmatch(r"[1-9][0-9]{0,4}", text):
        raise UsageError(
            f"CLOUD_ANSWER_MIB={text!r} is not a number from 1 to 99999", hint="CLOUD_ANSWER_MIB=256"
        )
    return int(text) << 20


def job_count() -> int:
    """Processes at a time: CLOUD_JOBS, or 4 a core (half of each call is waiting), 16 at the most."""
    text = os.environ.get("CLOUD_JOBS", "")
    if not text:
        return min(16, 4 * (os.cpu_count() or 1))
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise UsageError(f"CLOUD_JOBS={text!r} is not a number from 1 to 64", hint="CLOUD_JOBS=4")
    return int(text)


def recording() -> tuple[str, str]:
    """RECORD, the folder that vendors' answers are kept in, and REPLAY, what they are taken from; or ""."""
    return os.environ.get("RECORD", ""), os.environ.get("REPLAY", "")


def own_values() -> tuple[frozenset[str], frozenset[str]]:
    """(keys, names) that the environment holds and that a recording must not: tokens, projects, the user."""
    env = {name: value for name, value in os.environ.items() if len(value) >= 4}
    return (
        frozenset(v for n, v in env.items() if len(v) >= 8 and _SECRET_NAME.search(n)),
        frozenset(v for n, v in env.items() if _OWN_NAME.search(n)),
    )


#: {provider: prefixes of its own variables}. The registry fills it.
OWN_VARIABLES: dict[str, tuple[str, ...]] = {}


def child_environment(own: Sequence[str] = (), added: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command: ours, without other clouds' variables and without others' secrets.

    `own` are prefixes of variables that the command always gets; `added` comes on top.
    CLOUD_PASS_ENV names more to pass on, also as `VAULT_*`: helpers that `aws` calls for credentials, say.
    """
    passed = [name.strip() for name in os.environ.get("CLOUD_PASS_ENV", "").split(",")]
    clouds = tuple(start for starts in OWN_VARIABLES.values() for start in starts)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(tuple(own))
        or any(fnmatch.fnmatchcase(name, pattern) for pattern in passed)
        or not (name.startswith(clouds) or _SECRET_NAME.search(name))
    }
    return {**kept, **(added or {})}


def requested_prices() -> str:
    """CLOUD_PRICE_REGIONS: "" or `all`, `default` for the default region, or names separated by commas."""
    return os.environ.get("CLOUD_PRICE_REGIONS", "").strip()


def price_regions(text: str, default_region: str, asked: Sequence[str]) -> tuple[str, ...]:
    """The regions to fetch prices of, the default region first. `text` is what `requested_prices` gives."""
    if text in ("", "all"):
        return tuple(dict.fromkeys((default_region, *asked)))
    names = [name.strip() for name in text.split(",") if name.strip() not in ("", "default")]
    unknown = [name for name in names if name not in asked]
    if unknown:
        raise UsageError(
            f"CLOUD_PRICE_REGIONS names regions that are not asked: {', '.join(unknown)}",
            hint=f"all, default, or some of: {', '.join(asked)}",
        )
    return tuple(dict.fromkeys((default_region, *names)))


def base_url(variable: str, default: str) -> str:
    """The address in an environment variable, or the default, with a slash at its end.

    UsageError where credentials sent there could be read on the way.
    """
    base = os.environ.get(variable, "") or default
    parts = urlsplit(base)
    if not parts.hostname or parts.scheme not in ("https", "http") or "@" in parts.netloc or parts.query:
        raise UsageError(f"{variable} is not a plain https address", hint=f"for example {default}")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise UsageError(
            f"{variable}: the credentials would go to {parts.hostname} unencrypted", hint="use https://"
        )
    return base.rstrip("/") + "/"


def is_loopback(host: str) -> bool:
    """Does this name or address lead to this machine itself?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
