"""
Errors whose cause a call corrects before the next attempt: a wrong clock, expired credentials. Each at most once per call.
"""

from __future__ import annotations

import time
from datetime import datetime, timezone

from sts.base.time import parse_http_date
from sts.errors import DeadlineExceededError, RequestAbortedError, ServiceError, STSError
from sts.logs import LOGGER
from sts.model.error_codes import codes_of
from sts.pipeline.call import Sleep
from sts.pipeline.call_log import describe, secrets_of
from sts.retry.standard import check_delay

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from sts.pipeline.call import Call, Effect
    from sts.retry.standard import RetryToken

SKEW_CODES = codes_of("skew")
"""Error codes that can be caused by a wrong clock. The `Date` of the response shows whether it is."""
SKEW_THRESHOLD = 240.0
"""Smallest clock difference in seconds that counts as the cause (AWS SDK for JavaScript v3)."""
MAX_AGE = 900.0
"""Age in seconds at which a response no longer shows the time, because the machine slept or was frozen meanwhile."""
LATEST_TIME = 2.2e11
"""Unix time (about the year 8941) from which a `Date` is ignored: later dates cannot be represented."""
EXPIRED_CODES = codes_of("expired")


def await_retry(call: Call, token: RetryToken, error: STSError) -> Generator[Effect, Any, RetryToken]:
    """Wait and return the token of the next attempt, or raise *error*."""
    emit, wiring = call.emit, call.wiring
    recover(call, error)
    describe(call, error)
    call.earlier_secrets = tuple(secrets_of(call))
    hinted = error.retry_delay
    emit("retry", emit.response)
    error = _left_by_listeners(call, error)
    # A delay set by a listener is used as is; one of the service was a hint for the strategy.
    ordered = None if error.retry_delay == hinted else check_delay(error.retry_delay or 0.0, "retry_delay")
    # Never retry a call that was aborted or timed out.
    given_up = isinstance(error, (RequestAbortedError, DeadlineExceededError))
    over = given_up or is_code_spent(call, error)  # whatever a strategy or a listener decided
    following: RetryToken | None = None if over else wiring.retry.refresh_retry_token_for_retry(token, error)
    if following is not None:
        delay = check_delay(following.delay) if ordered is None else ordered
        LOGGER.debug("%s attempt %d failed (%s), next one in %.3f s", call.operation.name, call.attempt, error.code, delay)
        yield from pause(call, delay)
        call.retrying = True
    emit("after_retry", emit.response)
    if following is None:
        raise error
    return following


def _left_by_listeners(call: Call, error: STSError) -> STSError:
    """Return the error of the attempt as changed by listeners. If they removed it, another attempt is made."""
    left = call.error
    if isinstance(left, STSError):
        return left
    if left is not None:
        raise left
    error.retryable = True
    return error


def pause(call: Call, seconds: float) -> Generator[Effect, Any, None]:
    """Wait. If the deadline is earlier, fail immediately."""
    seconds = max(check_delay(seconds), 0.0)
    deadline = call.control.deadline
    if deadline is not None and time.monotonic() + seconds >= deadline:
        raise DeadlineExceededError(
            f"The next attempt would start in {seconds:.3f} s, after the call's timeout.", original_error=call.error
        ) from call.error
    yield Sleep(seconds, call.control)
    call.total_retry_delay += seconds


def recover(call: Call, error: STSError) -> None:
    """Set `error.retryable` if the next attempt will differ, and clear it if an attempt must not be repeated."""
    mended = isinstance(error, ServiceError) and call.http_response is not None and mend(call, error)
    if mended:
        error.retryable = error.mended = True
    if is_code_spent(call, error):
        error.retryable = False


def is_code_spent(call: Call, error: STSError) -> bool:
    """Return True if STS has seen the MFA code of *call*. A code can be used once, so the same request can only fail."""
    answered = call.http_response is not None or getattr(error, "answered", False)
    return bool(answered and call.params.get("TokenCode"))


def mend(call: Call, error: ServiceError) -> bool:
    """Correct the cause of the error, if possible and not yet done. Return True if it was corrected."""
    if error.code in SKEW_CODES and "clock" not in call.recovered and correct_clock(call):
        call.recovered += "clock "
        return True
    if error.code in EXPIRED_CODES and call.signed and "credentials" not in call.recovered:
        call.recovered += "credentials "
        forget = getattr(call.wiring.credentials, "invalidate", None)  # a caching provider of user code may lack it
        return bool(forget and forget(call.credentials))
    return False


def correct_clock(call: Call) -> bool:
    """Read the host's time from the `Date` of the response. Return True if the request was signed with a wrong time."""
    wiring, request, response = call.wiring, call.http_request, call.http_response
    if not wiring.settings.correct_clock_skew or request is None or response is None:
        return False
    # A response from a cache has the date on which it was created.
    host_time = None if "age" in response.headers else http_time(response.headers.get("date", ""))
    signed_time = http_time(request.headers.get("x-amz-date", ""))
    if host_time is None or signed_time is None or host_time > LATEST_TIME:
        return False
    if abs(host_time - signed_time) < SKEW_THRESHOLD:
        return False
    ours = wiring.clock.time(wiring.host)
    # Not if another thread has corrected the clock since this request was signed. Not from an old response: if the process was
    # frozen before or after the exchange, our clock may be right by now, and only the signature was old.
    if abs(host_time - ours) >= SKEW_THRESHOLD and 0 <= ours - signed_time + 1 <= MAX_AGE:
        wiring.clock.correct(wiring.host, host_time)
        LOGGER.warning(
            "This machine's clock and that of %s differ by %.0f s; signing with the service's time.",
            wiring.host,
            host_time - ours,
        )
    return True


def http_time(text: str) -> float | None:
    """Return the Unix time of an HTTP date or an `x-amz-date` value, or None if it is neither."""
    try:
        if text.endswith("Z"):
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc).timestamp()
        return parse_http_date(text).timestamp()
    except ValueError:
        return None
