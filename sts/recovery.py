"""What a call can mend by itself before it tries again: a wrong clock, expired credentials. Each at most once per call."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from sts.dates import parse_http_date
from sts.errors import ServiceError, STSError
from sts.logs import LOGGER

if TYPE_CHECKING:
    from sts.call import Call

SKEW_CODES = frozenset(
    {
        "AuthFailure",
        "InvalidSignatureException",
        "RequestExpired",
        "RequestInTheFuture",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    }
)
SKEW_THRESHOLD = 240.0
"""Seconds between our clock and the service's from which the clock is held to be the reason (AWS SDK for JavaScript v3)."""
EXPIRED_CODES = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})


def recover(call: Call, error: STSError) -> None:
    """Set `error.retryable` where the next attempt will differ, and clear it where an attempt must not be repeated."""
    if not isinstance(error, ServiceError):
        return
    if call.params.get("TokenCode"):
        # STS has seen the code, and a code counts once: the same request can only fail.
        error.retryable = False
        return
    if error.code in SKEW_CODES and "clock" not in call.recovered and correct_clock(call):
        call.recovered += "clock "
        error.retryable = True
    elif error.code in EXPIRED_CODES and call.signed and "credentials" not in call.recovered:
        call.recovered += "credentials "
        error.retryable = call.wiring.credentials.invalidate(call.credentials)


def correct_clock(call: Call) -> bool:
    """Learn the host's time from the answer's `Date`; return whether the request was signed with a wrong one."""
    wiring, request, response = call.wiring, call.http_request, call.http_response
    if not wiring.settings.correct_clock_skew or request is None or response is None or "x-amz-date" not in request.headers:
        return False
    host_time = http_time(response.headers.get("date", ""))
    signed_time = http_time(request.headers["x-amz-date"])
    if host_time is None or signed_time is None or abs(host_time - signed_time) < SKEW_THRESHOLD:
        return False
    # Another thread may have learnt it already, while this request was under way.
    if abs(host_time - wiring.clock.time(wiring.host)) >= SKEW_THRESHOLD:
        wiring.clock.correct(wiring.host, host_time)
        LOGGER.warning(
            "The clock differs from that of %s by %.0f s; signing with its time.", wiring.host, host_time - signed_time
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
