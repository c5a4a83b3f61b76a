# SPDX-License-Identifier: MIT
"""Google's billing catalogue: every page of Compute Engine's SKUs, taken into a price book.

https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list. No gcloud command lists SKUs, so
the token comes from gcloud and the pages over HTTPS. Both are asked for with the account that gcloud uses.
"""

from __future__ import annotations

from typing import Any

from cloudlib.calls.rest import Rest
from cloudlib.calls.run import CallLog
from cloudlib.errors import AccessDenied, BadReply, CloudError
from cloudlib.settings import base_url
from providers.gce.prices import PriceBook

#: The variable by which gcloud itself is told where this API is.
_BASE = "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDBILLING"
_SKUS = "v1/services/6F81-5844-456A/skus"  # Compute Engine
MOST_PAGES = 20  # of 5,000 SKUs; there are about ten


def price_book(token: str, log: CallLog) -> PriceBook:
    """All prices of parts of machines.

    Raises AccessDenied where the API is not enabled or not allowed; else the errors of Rest.get, and BadReply
    for pages without an end.
    """
    rest = Rest(log=log, auth={"Authorization": f"Bearer {token}"}, classify=_meaning)
    url = base_url(_BASE, "https://cloudbilling.googleapis.com/") + _SKUS
    book = PriceBook()
    seen: set[str] = set()
    page = ""
    while page not in seen:
        seen.add(page)
        answer = rest.get(url, {"pageSize": "5000", **({"pageToken": page} if page else {})})
        try:
            book.add(answer.get("skus") or ())
            page = str(answer.get("nextPageToken") or "")
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise BadReply(
                f"the billing catalogue is not of the documented shape ({type(error).__name__}: {error})",
                hint="try again; DEBUG=1 shows every call",
            ) from error
        if not page:
            return book
        if len(seen) >= MOST_PAGES:
            break
    raise BadReply(f"the billing catalogue does not end after {len(seen)} pages", hint="try again")


def _meaning(_: str, status: int, body: Any) -> CloudError | None:
    """Google's words for a refusal: {"error": {"message", …}}."""
    error = body.get("error") if isinstance(body, dict) else None
    message = str(error.get("message", "")) if isinstance(error, dict) else ""
    if status != 403 or not message:
        return None
    first = " ".join(message.split()).partition(". ")[0]
    return AccessDenied(first.rstrip("."), hint="docs/cloud-configuration.md names the API that prices need")
