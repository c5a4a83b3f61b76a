# SPDX-License-Identifier: MIT
"""The registry of providers: an explicit dict. A provider's modules are imported when it is loaded.

mypy holds each module against the `Provider` protocol where its function returns it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

from cloudlib import settings
from cloudlib.errors import UsageError
from cloudlib.provider import Provider


def _aws() -> Provider:
    import aws_api

    return aws_api


def _azure() -> Provider:
    import azure_api

    return azure_api


def _gce() -> Provider:
    import gce_api

    return gce_api


def _lambdalabs() -> Provider:
    import lambdalabs_api

    return lambdalabs_api


#: Provider name -> what imports and returns its module.
_LOADERS: dict[str, Callable[[], Provider]] = {
    "aws": _aws,
    "azure": _azure,
    "gce": _gce,
    "lambdalabs": _lambdalabs,
}
PROVIDER_NAMES = tuple(_LOADERS)

settings.OWN_VARIABLES.update(
    {name: importlib.import_module(f"providers.{name}").ENVIRONMENT for name in PROVIDER_NAMES}
)


def load(name: str) -> Provider:
    """The module of one provider; UsageError for a name that is not registered."""
    if name not in _LOADERS:
        raise UsageError(f"there is no provider {name!r}", hint="one of: " + ", ".join(PROVIDER_NAMES))
    return _LOADERS[name]()
