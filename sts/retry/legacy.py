"""Retry delays of the AWS SDK for JavaScript v2, and the choice of the retry strategy from the settings."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from sts.base.functions import fit
from sts.errors import ConfigError, STSError
from sts.retry.adaptive import AdaptiveRetry
from sts.retry.standard import MAX_DOUBLINGS, MAX_WAIT, NoRetry, RetryStrategy, RetryToken, StandardRetry, check_delay
from sts.settings.resolve import DEFAULT
from sts.settings.settings import Settings

BASE = 100.0
"""Milliseconds, doubled for each retry (aws-sdk 2.1693.0, `lib/util.js`)."""
MAX_ATTEMPTS = 4
"""The first attempt and v2's three retries."""

CustomBackoff = Callable[[int, STSError], float]


class LegacyRetry:
    """
    Retry strategy of v2: a random delay of up to `base * 2 ** retry_count` milliseconds, whatever delay the service asks for.

    *custom_backoff* is a function that gets the number of retries so far and the error, and returns milliseconds. A negative
    number means give up.
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
        """Return the token for the next attempt after *error*, or None to give up."""
        if token.retry_count + 1 >= self.max_attempts or not error.retryable:
            return None
        milliseconds = self.milliseconds(token.retry_count, error)
        return None if milliseconds < 0 else RetryToken(token.retry_count + 1, milliseconds / 1000)

    def milliseconds(self, retry_count: int, error: STSError) -> float:
        """Return the milliseconds before the retry that follows *retry_count* retries. A negative number means give up."""
        if self._custom_backoff is not None:
            given = self._custom_backoff(*fit(self._custom_backoff, (retry_count, error)))
            return check_delay(given, "The delay returned by custom_backoff", "milliseconds")
        return min(self._random() * self._base * 2.0 ** min(retry_count, MAX_DOUBLINGS), MAX_WAIT)

    def record_success(self, token: RetryToken) -> None:
        """Do nothing: there is no quota."""


_V2_DELAYS = {"customBackoff": "custom_backoff"}


def strategy_of(settings: Settings, delays: Mapping[str, Any] | None) -> RetryStrategy:
    """Return the strategy of `retry_mode`. *delays* (v2's `retry_delay_options`) require the legacy mode."""
    attempts, mode = settings.max_attempts, settings.retry_mode
    if delays is not None and mode != "legacy":
        if settings.sources["retry_mode"] != DEFAULT:
            raise ConfigError(f"retry_delay_options= (v2's option) works only with retry_mode='legacy', not {mode!r}.")
        mode, attempts = "legacy", MAX_ATTEMPTS if settings.sources["max_attempts"] == DEFAULT else attempts
    if mode == "legacy":
        return LegacyRetry(attempts, **_legacy_delays(delays or {}))
    if mode == "off":
        return NoRetry()
    return AdaptiveRetry(attempts) if mode == "adaptive" else StandardRetry(attempts)


def _legacy_delays(delays: Mapping[str, Any]) -> dict[str, Any]:
    """Check v2's `retry_delay_options` and return them as arguments of `LegacyRetry`."""
    found = {_V2_DELAYS.get(key, key): value for key, value in dict(delays).items() if value is not None}
    base, backoff = found.pop("base", BASE), found.pop("custom_backoff", None)
    if found:
        raise ConfigError(f"retry_delay_options has the key {next(iter(found))!r}; allowed keys are base and custom_backoff.")
    if isinstance(base, bool) or not isinstance(base, (int, float)) or not 0 <= base < MAX_WAIT:
        raise ConfigError(f"retry_delay_options has base={base!r}; it must be a number of milliseconds.")
    if backoff is not None and not callable(backoff):
        raise ConfigError(
            "retry_delay_options has a custom_backoff that is not a function; it must be a function (retry_count, error) "
            "-> milliseconds."
        )
    return {"base": base, "custom_backoff": backoff}
