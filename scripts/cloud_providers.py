# SPDX-License-Identifier: MIT
"""The registry of providers: an explicit dict, and nothing happens on import."""

from __future__ import annotations

import importlib
from typing import cast

from cloudlib.errors import UsageError
from cloudlib.provider import Provider

#: Provider name -> the module that implements `cloudlib.provider.Provider`.
MODULES = {
    "aws": "aws_api",
    "azure": "azure_api",
    "gce": "gce_api",
    "lambdalabs": "lambdalabs_api",
}
PROVIDER_NAMES = tuple(MODULES)


def load(name: str) -> Provider:
    """The module of one provider; UsageError for a name that is not registered."""
    if name not in MODULES:
        raise UsageError(f"there is no provider {name!r}", hint="one of: " + ", ".join(MODULES))
    return cast(Provider, importlib.import_module(MODULES[name]))
