"""The retries of the AWS SDK for JavaScript v2: exponential, without limit or quota, or as a function of yours says."""

from __future__ import annotations

import random
from collections.abc import Callable

from sts.errors import STSError
from sts.retry.standard import MAX_DOUBLINGS, MAX_WAIT, RetryToken, check_delay

BASE = 100.0
"""Milliseconds, doubled for each retry (aws-sdk 2.1693.0, `lib/util.js`)."""
MAX_ATTEMPTS = 4
"""The first attempt and v2's three retries."""

CustomBackoff = Callable[[int, STSError], float]


class LegacyRetry:
    """
    Retry as v2 does: a random delay of up to `base * 2 ** retry_count` milliseconds, whatever the service asks for.

    *custom_backoff* is given the number of retries so far and the error, and returns milliseconds; less than 0 gives up.
    """

    def __init__(
        self,
        max_attempts: int = MAX_ATTEMPTS,
        *,
        base: float = BASE,
        custom_backoff: CustomBackoff | None = None,
        rand: Callable[[], float] = random.random,
    ) -> None:
        self.max_attempts = max_attempts
        self._base = base
        self._custom_backoff = custom_backoff
        self._random = rand

    def acquire_initial_retry_token(self) -> RetryToken:
        """Return the token of a call before its first attempt."""
        return RetryToken()

    def refresh_retry_token_for_retry(self, token: RetryToken, error: STSError) -> RetryToken | None:
        """Return the token for one more attempt after *error*, or None to give up."""
        if token.retry_count + 1 >= self.max_attempts or not error.retryable:
            return None
        milliseconds = self._milliseconds(token.retry_count, error)
        return None if milliseconds < 0 else RetryToken(token.retry_count + 1, milliseconds / 1000)

    def _milliseconds(self, retry_count: int, error: STSError) -> float:
        if self._custom_backoff is not None:
            return check_delay(self._custom_backoff(retry_count, error), "The wait that custom_backoff gave", "milliseconds")
        return min(self._random() * self._base * 2.0 ** min(retry_count, MAX_DOUBLINGS), MAX_WAIT)

    def record_success(self, token: RetryToken) -> None:
        """Do nothing: there is no quota."""
