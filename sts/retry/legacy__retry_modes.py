"""The retry modes other than `standard`, made from settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sts.errors import ConfigError
from sts.retry.adaptive import AdaptiveRetry
from sts.retry.legacy import BASE, MAX_ATTEMPTS, LegacyRetry
from sts.retry.standard import NoRetry, RetryStrategy, StandardRetry
from sts.settings.resolve import DEFAULT
from sts.settings.settings import Settings

_V2_DELAYS = {"customBackoff": "custom_backoff"}
MAX_BASE = 1e9


def strategy_of(settings: Settings, delays: Mapping[str, Any] | None) -> RetryStrategy:
    """Return the strategy of `retry_mode`; *delays*, v2's `retry_delay_options`, ask for the legacy one."""
    attempts, mode = settings.max_attempts, settings.retry_mode
    if delays is not None and mode != "legacy":
        if settings.sources["retry_mode"] != DEFAULT:
            raise ConfigError(f"retry_delay_options= (v2's) go with retry_mode='legacy', not {mode!r}.")
        mode, attempts = "legacy", MAX_ATTEMPTS if settings.sources["max_attempts"] == DEFAULT else attempts
    if mode == "legacy":
        return LegacyRetry(attempts, **_legacy_delays(delays or {}))
    if mode == "off":
        return NoRetry()
    return AdaptiveRetry(attempts) if mode == "adaptive" else StandardRetry(attempts)


def _legacy_delays(delays: Mapping[str, Any]) -> dict[str, Any]:
    """Return v2's `retry_delay_options`, checked, as arguments of `LegacyRetry`."""
    found = {_V2_DELAYS.get(key, key): value for key, value in dict(delays).items() if value is not None}
    base, backoff = found.pop("base", BASE), found.pop("custom_backoff", None)
    if found:
        raise ConfigError(f"retry_delay_options has no {next(iter(found))!r}; it may have base and custom_backoff.")
    if isinstance(base, bool) or not isinstance(base, (int, float)) or not 0 <= base < MAX_BASE:
        raise ConfigError(f"retry_delay_options has base={base!r}; it must be a number of milliseconds.")
    if backoff is not None and not callable(backoff):
        raise ConfigError("retry_delay_options has a custom_backoff that is no function (retry_count, error) -> milliseconds.")
    return {"base": base, "custom_backoff": backoff}
