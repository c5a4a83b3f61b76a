# SPDX-License-Identifier: MIT
"""What a value must look like before it is written.

The validations of terraform/shared.tf and network.tf refuse the same, but only after extra_vars.yaml is
written. A test compares the patterns.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator

from cloudlib.errors import ConfigRejected
from cloudlib.provider import Value, Variables

_USER = "terraform_ssh_config_user"
_CIDR = "terraform_ssh_allowed_cidr"
_KEY_FILE = "terraform_ssh_config_pubkey_file"
_NAME_RULE = "lower-case letters, digits and hyphens, a letter first and no hyphen last"
#: Variable -> the pattern of its value, or of each value of a list, and the same in words.
PATTERNS = {
    "terraform_hosts_prefix": (r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", f"1 to 40 {_NAME_RULE}"),
    "node_names": (r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", f"1 to 63 {_NAME_RULE}"),
    _USER: (r"^[a-z_][a-z0-9_-]{0,31}$", "a Linux user name, and not root"),
}
#: What Ansible would evaluate when a playbook reads the variable.
_TEMPLATE = re.compile(r"\{[{%#]")


def check(values: Variables) -> None:
    """Raise ConfigRejected for the first value that terraform would refuse or Ansible would evaluate."""
    for key, (pattern, rule) in PATTERNS.items():
        for text in _texts(values.get(key, [])):
            if not re.fullmatch(pattern, text) or (key, text) == (_USER, "root"):
                raise _rejected(key, text, f"it must be {rule}")
    if _CIDR in values:
        _check_range(str(values[_CIDR]))
    for key, value in values.items():
        for text in _texts(value):
            if _TEMPLATE.search(text):
                raise _rejected(key, text, "Ansible would evaluate {{, {% and {#")


def check_user(values: Variables, reserved: Collection[str], vendor: str) -> None:
    """Raise ConfigRejected for a user that the vendor reserves."""
    user = str(values.get(_USER, ""))
    if user in reserved:
        raise _rejected(_USER, user, f"{vendor} reserves that name")


def check_key_file(values: Variables) -> None:
    """Raise ConfigRejected for a relative path: terraform would look for it in its own folder."""
    text = str(values.get(_KEY_FILE, ""))
    if text and not text.startswith(("/", "~")):
        raise _rejected(_KEY_FILE, text, "it must begin with / or ~/")


def _check_range(text: str) -> None:
    """terraform and the clouds refuse an address without its /32, and a range with host bits."""
    try:
        interface = ipaddress.IPv4Interface(text)
    except ValueError:
        raise _rejected(_CIDR, text, "it must be an IPv4 range such as 203.0.113.7/32") from None
    if text != str(interface.network):
        near = dict.fromkeys((f"{interface.ip}/32", str(interface.network)))
        raise _rejected(_CIDR, text, f"it must be a range: {' or '.join(near)}")


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from value


def _rejected(key: str, text: str, why: str) -> ConfigRejected:
    return ConfigRejected(f"{key.upper()} is {text!r}: {why}", hint="make menuconfig")
