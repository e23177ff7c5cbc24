"""
Classification of error responses for retries: throttled, retryable, or final.

STS throttles with HTTP 400, so codes are checked before statuses. Errors caused by a wrong clock are not classified here: only
the pipeline knows whether the clock was corrected.
"""

from __future__ import annotations

from sts.model.error_codes import codes_of

THROTTLING_CODES = codes_of("throttling")
"""Codes of throttling errors."""
TRANSIENT_CODES = codes_of("retryable") - THROTTLING_CODES
"""Codes of transient errors, whatever the HTTP status."""

THROTTLING_STATUS = 429
TRANSIENT_STATUSES = frozenset({500, 502, 503, 504})

_VERIFICATION_KEY = "couldn't retrieve verification key"


def is_throttling(code: str, status: int) -> bool:
    """Return True if the service throttled the call."""
    return status == THROTTLING_STATUS or code in THROTTLING_CODES


def is_retryable(code: str, message: str, status: int) -> bool:
    """Return True if the same call may succeed later."""
    if is_throttling(code, status) or status in TRANSIENT_STATUSES or code in TRANSIENT_CODES:
        return True
    # Only this cause of the error is temporary: STS could not fetch the identity provider's keys in time.
    return code.startswith("InvalidIdentityToken") and _VERIFICATION_KEY in message.replace("\u2019", "'").lower()
