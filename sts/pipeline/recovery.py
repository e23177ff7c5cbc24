"""What a call can mend by itself before it tries again: a wrong clock, expired credentials. Each at most once per call."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from sts.base.time import parse_http_date
from sts.errors import ServiceError, STSError
from sts.logs import LOGGER
from sts.model.error_codes import codes_of

if TYPE_CHECKING:
    from sts.pipeline.call import Call

SKEW_CODES = codes_of("skew")
"""Codes behind which a wrong clock may be. Whether it is, the answer's `Date` tells."""
SKEW_THRESHOLD = 240.0
"""Seconds between our clock and the service's from which the clock is held to be the reason (AWS SDK for JavaScript v3)."""
MAX_AGE = 900.0
"""Seconds after which an answer tells nothing about the time any more: the machine slept, or was frozen, meanwhile."""
LATEST_TIME = 2.2e11
"""Unix time (about the year 8941) beyond which no host's `Date` is believed: soon after it dates have no name any more."""
EXPIRED_CODES = codes_of("expired")


def recover(call: Call, error: STSError) -> None:
    """Set `error.retryable` where the next attempt will differ, and clear it where an attempt must not be repeated."""
    mended = isinstance(error, ServiceError) and call.http_response is not None and mend(call, error)
    if mended:
        error.retryable = error.mended = True
    if is_code_spent(call, error):
        error.retryable = False


def is_code_spent(call: Call, error: STSError) -> bool:
    """Say whether STS has seen the MFA code of *call*: a code counts once, so the same request can only fail."""
    answered = call.http_response is not None or getattr(error, "answered", False)
    return bool(answered and call.params.get("TokenCode"))


def mend(call: Call, error: ServiceError) -> bool:
    """Put right what the service complains of, if that can be done and was not yet; return whether it was done."""
    if error.code in SKEW_CODES and "clock" not in call.recovered and correct_clock(call):
        call.recovered += "clock "
        return True
    if error.code in EXPIRED_CODES and call.signed and "credentials" not in call.recovered:
        call.recovered += "credentials "
        forget = getattr(call.wiring.credentials, "invalidate", None)  # a caching provider of the user's may lack it
        return bool(forget and forget(call.credentials))
    return False


def correct_clock(call: Call) -> bool:
    """Learn the host's time from the answer's `Date`; return whether the request was signed with a wrong one."""
    wiring, request, response = call.wiring, call.http_request, call.http_response
    if not wiring.settings.correct_clock_skew or request is None or response is None:
        return False
    # An answer out of a cache has the date of the day it was made.
    host_time = None if "age" in response.headers else http_time(response.headers.get("date", ""))
    signed_time = http_time(request.headers.get("x-amz-date", ""))
    if host_time is None or signed_time is None or host_time > LATEST_TIME:
        return False
    if abs(host_time - signed_time) < SKEW_THRESHOLD:
        return False
    ours = wiring.clock.time(wiring.host)
    # Not learnt twice: another thread may have done so since this request was signed. And not from an old answer: where the
    # process was frozen before or after the exchange, our clock may be right by now, and only the signature was old.
    if abs(host_time - ours) >= SKEW_THRESHOLD and 0 <= ours - signed_time + 1 <= MAX_AGE:
        wiring.clock.correct(wiring.host, host_time)
        LOGGER.warning(
            "This machine's clock and that of %s differ by %.0f s; signing with its time.", wiring.host, host_time - ours
        )
    return True


def http_time(text: str) -> float | None:
    """Return the Unix time of an HTTP date or an `x-amz-date` value, None when it is neither."""
    try:
        if text.endswith("Z"):
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc).timestamp()
        return parse_http_date(text).timestamp()
    except ValueError:
        return None
