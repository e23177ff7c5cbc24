"""
What an error answer means for a retry: throttled, worth another try, or final.

STS throttles with HTTP 400, so codes count before statuses. Errors of a wrong clock are not judged here: whether another try
can help depends on the clock, which only the pipeline knows.
"""

from __future__ import annotations

from sts.model.error_codes import codes_of

THROTTLING_CODES = codes_of("throttling")
"""Codes that ask for fewer calls."""
TRANSIENT_CODES = codes_of("retryable") - THROTTLING_CODES
"""Codes of failures that pass, whatever the HTTP status."""

THROTTLING_STATUS = 429
TRANSIENT_STATUSES = frozenset({500, 502, 503, 504})

_VERIFICATION_KEY = "couldn't retrieve verification key"


def is_throttling(code: str, status: int) -> bool:
    """Say whether the service asked for fewer calls."""
    return status == THROTTLING_STATUS or code in THROTTLING_CODES


def is_retryable(code: str, message: str, status: int) -> bool:
    """Say whether the same call may succeed later."""
    if is_throttling(code, status) or status in TRANSIENT_STATUSES or code in TRANSIENT_CODES:
        return True
    # Of all causes of this refusal, only this one passes: STS could not fetch the identity provider's keys in time.
    return code.startswith("InvalidIdentityToken") and _VERIFICATION_KEY in message.replace("\u2019", "'").lower()
