# SPDX-License-Identifier: MIT
"""Where Lambda's API is, and the key for it. Nothing here goes to the network."""

from __future__ import annotations

import configparser
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from cloudlib import settings
from cloudlib.errors import NoCredentials

SETUP_HINT = (
    "make a key at https://cloud.lambda.ai/api-keys/cloud-api, then set LAMBDA_API_KEY,\n"
    "or write it into ~/.lambdalabs/credentials and run `chmod 600 ~/.lambdalabs/credentials`"
)
DEFAULT_BASE = "https://cloud.lambda.ai/api/v1/"

_KEY_FILE = "~/.lambdalabs/credentials"
_KEY_VARIABLES = ("LAMBDA_API_KEY", "LAMBDALABS_API_KEY")
_KEY_NAMES = ("lambdalabs_api_key", "lambda_api_key", "api_key")


@dataclass(frozen=True)
class Key:
    """An API key; `warning` says what is wrong with the place where it was found."""

    value: str = field(repr=False)
    warning: str = ""


def find_key() -> Key:
    """LAMBDA_API_KEY, LAMBDALABS_API_KEY, then ~/.lambdalabs/credentials; NoCredentials without any."""
    for name in _KEY_VARIABLES:
        value = os.environ.get(name, "").strip()
        if value:
            return Key(_checked(value, name))
    path = Path(_KEY_FILE).expanduser()
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise NoCredentials(
            f"no Lambda API key: {', '.join(_KEY_VARIABLES)} and {_KEY_FILE} do not exist", hint=SETUP_HINT
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise NoCredentials(f"{_KEY_FILE} cannot be read: {why}", hint=SETUP_HINT) from None
    warning = ""
    if mode & 0o077:
        warning = f"{_KEY_FILE} is open to other users (mode {mode:04o}): run `chmod 600 {_KEY_FILE}`"
    return Key(_checked(_key_in(text), _KEY_FILE), warning)


def base_url() -> str:
    """LAMBDALABS_API_BASE or the API's own address, with a slash at the end; UsageError unless it is safe."""
    return settings.base_url("LAMBDALABS_API_BASE", DEFAULT_BASE)


def _checked(value: str, where: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]+", value):
        raise NoCredentials(f"{where} holds no API key of the usual form", hint=SETUP_HINT)
    return value


def _key_in(text: str) -> str:
    """The key of a credentials file: the only line, or an ini's entry; "" where there is none.

    Parser errors quote the file, so none of them may get out of here.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip() and line.strip()[0] not in "#;"]
    if len(lines) == 1 and not re.match(r"\[|\w+\s*[=:]", lines[0]):
        return lines[0]
    if lines and not lines[0].startswith("["):
        lines.insert(0, "[default]")
    ini = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        ini.read_string("\n".join(lines))
    except configparser.Error:
        return ""
    for section in ("default", ini.default_section, *ini.sections()):
        for name in _KEY_NAMES:
            if section in ini and ini[section].get(name):
                return ini[section][name].strip().strip("\"'")
    return ""
