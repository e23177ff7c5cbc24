"""Count how often a refresher asks for credentials: ours beside botocore's, on the same use and the same clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from sts.credentials.refresh.cache import CachedProvider
from sts.identity import Credentials

START = datetime(2030, 1, 1, tzinfo=timezone.utc)


class FakeClock:
    """Tell a time that only moves when told to."""

    def __init__(self, start: datetime = START) -> None:
        self.seconds = start.timestamp()

    def __call__(self) -> float:
        """Return Unix time."""
        return self.seconds

    @property
    def datetime(self) -> datetime:
        """Return the time as an aware datetime."""
        return datetime.fromtimestamp(self.seconds, timezone.utc)


class CountingProvider:
    """Give a new session of *lifetime* seconds each time it is asked, and count."""

    def __init__(self, clock: FakeClock, lifetime: float) -> None:
        self.clock = clock
        self.lifetime = lifetime
        self.calls = 0

    def retrieve(self) -> Credentials:
        """Return credentials that nobody has seen before."""
        self.calls += 1
        expiration = self.clock.datetime + timedelta(seconds=self.lifetime)
        return Credentials(f"ASIA{self.calls:016}", "secret", f"token-{self.calls}", expiration)


def our_calls(lifetime: float = 900, uses: int = 20, spacing: float = 1.0) -> int:
    """Return how many sessions our refresher fetches for *uses* uses that are *spacing* seconds apart."""
    clock = FakeClock()
    provider = CountingProvider(clock, lifetime)
    cached = CachedProvider(provider, clock, spawn=run_now)
    for _ in range(uses):
        cached.cached() or cached.retrieve()
        clock.seconds += spacing
    return provider.calls


def botocore_calls(lifetime: float = 900, uses: int = 20, spacing: float = 1.0) -> int:
    """Return how many sessions botocore's `RefreshableCredentials` fetches for the same."""
    from botocore.credentials import RefreshableCredentials

    clock = FakeClock()
    provider = CountingProvider(clock, lifetime)

    def refresh() -> dict[str, Any]:
        found = provider.retrieve()
        assert found.expiration is not None
        return {
            "access_key": found.access_key_id,
            "secret_key": found.secret_access_key,
            "token": found.session_token,
            "expiry_time": found.expiration.isoformat(),
        }

    first = provider.retrieve()
    clock.seconds += spacing
    credentials = RefreshableCredentials(
        first.access_key_id,
        first.secret_access_key,
        first.session_token,
        first.expiration,
        refresh,
        "sts-assume-role",
        time_fetcher=lambda: clock.datetime,
    )
    for _ in range(uses):
        credentials.get_frozen_credentials()
        clock.seconds += spacing
    return provider.calls


def run_now(function: Callable[[], object]) -> bool:
    """Run *function* at once, where a thread would run it soon."""
    function()
    return True


if __name__ == "__main__":
    for seconds in (900, 3600):
        print(f"20 uses of a session of {seconds} s: botocore {botocore_calls(seconds)}, sts {our_calls(seconds)}")
