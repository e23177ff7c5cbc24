"""Cache around any provider: valid credentials without waiting, one refresh at a time, no failure while they are valid."""

from __future__ import annotations

import threading
from collections.abc import Callable
from weakref import WeakValueDictionary

from sts.base.forks import load, reset_after_fork
from sts.base.frames import without_locals
from sts.base.records import Record, of_whole
from sts.base.time import unix_time
from sts.credentials.refresh.circles import ask, refresh_for
from sts.drivers.workers import Workers
from sts.errors import ConfigError, CredentialsError, ServiceError, STSError
from sts.identity import CredentialProvider, Credentials
from sts.logs import LOGGER
from sts.retry.standard import uniform

_background = Workers(daemon=True, idle=1.0, name="sts-refresh")
"""Threads of early refreshes. They are daemon threads, because new credentials are not needed after the program has ended."""


class CachedProvider:
    """
    Cache around a provider that refreshes its credentials before they expire. Thread-safe; shared by any number of clients.

    Credentials are refreshed in the background well before they expire; shortly before, calls wait for the refresh. One thread
    calls the provider, and the others share the result. While the credentials are valid, a failure is only logged, and the
    refresh is retried after a pause. A provider that needs its own credentials, directly or through others, gets an error.

    Args:
        provider: anything with `retrieve()`.
        now: function that returns Unix time, for tests or to follow the service's clock.
        jitter: function that returns random numbers from 0 to 1, for tests.
        spawn: function that runs a function in the background, or returns False if it cannot. For tests.

    """

    shared = True
    """`retrieve()` returns the same to every caller, so that drivers let simultaneous waiting calls share one thread."""

    def __init__(
        self,
        provider: CredentialProvider,
        now: Callable[[], float] = unix_time,
        *,
        jitter: Callable[[], float] = uniform,
        spawn: Callable[[Callable[[], object]], bool] = _background.submit,
    ) -> None:
        self.provider = provider
        self._now = now
        self._jitter = jitter
        self._spawn = spawn
        self._held = NOTHING
        self._failures = 0
        self._retry_at = -NEVER
        self._finished = 0
        self._error: Exception | None = None
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Replace the locks, which may have been held by a thread of the parent."""
        self._lock = threading.Lock()
        self._renewing = threading.Lock()

    def cached(self) -> Credentials | None:
        """Return valid credentials without waiting. Return None if there are none, or if it is time to wait for new ones."""
        early, credentials, _, _ = held = self._held
        return credentials if self._now() < early else self._ageing(held)

    def _ageing(self, held: Held) -> Credentials | None:
        now = self._now()
        if now >= held.end:
            return None
        if now >= self._retry_at:
            if now >= held.mandatory:
                return None
            if self._renewing.acquire(blocking=False) and not self._spawn(self._renew):
                self._renewing.release()
        return held.credentials

    @without_locals
    def retrieve(self) -> Credentials:
        """
        Return valid credentials. Wait for new ones if necessary.

        Errors of the provider are raised only after the cached credentials have expired.
        """
        credentials = self.cached()
        if credentials is not None:
            return credentials
        finished = self._finished
        return ask(self, self._lock, lambda: self.cached() or self._outcome(finished, outlive=True))

    @without_locals
    def refresh(self) -> Credentials:
        """Call the provider now, even if the cached credentials are valid. A failure is raised and keeps those in the cache."""
        finished = self._finished
        return ask(self, self._lock, lambda: self._outcome(finished, outlive=False))

    def invalidate(self, credentials: Credentials) -> bool:
        """
        Mark *credentials* as rejected, so that the next call replaces them. Return True if the provider may have others.

        They are used if the provider fails, since the rejection may have been wrong.
        """
        if self._held.credentials is credentials:
            self._held, self._retry_at = self._held._replace(early=-NEVER, mandatory=-NEVER), -NEVER
            forget = getattr(self.provider, "invalidate", None)
            if forget is not None:
                forget(credentials)
        # Keys without a token are long-term keys: fetching them again returns the same.
        return credentials.session_token is not None

    def _renew(self) -> None:
        try:
            if self._lock.acquire(blocking=False):  # otherwise a refresh is in progress
                try:
                    refresh_for(self, self._renew_if_due)
                finally:
                    self._lock.release()
        except Exception as error:  # noqa: BLE001 - there is nobody to raise it to; the next call meets it again
            LOGGER.debug("A refresh in the background failed: %s", type(error).__name__)
        finally:
            self._renewing.release()

    def _renew_if_due(self) -> None:
        now = self._now()
        if now >= self._held.early and now >= self._retry_at:
            self._outcome(self._finished, outlive=True)

    def _outcome(self, finished: int, *, outlive: bool) -> Credentials:
        """
        Return the result of a new attempt, or of the one that this thread waited for. The caller holds the lock.

        With *outlive* a failure is hidden while the cached credentials are valid, also one of `refresh()` in another thread.
        """
        if self._finished != finished:
            if self._error is not None and not (outlive and self._is_valid()):
                raise copy_of(self._error)
            if self._is_valid():
                return self._held.credentials  # type: ignore[return-value]  # valid ones
        try:
            return self._ask()
        except Exception as error:
            left = self._held.end - self._now()
            if outlive and left > 0 and self._held.credentials is not None:
                self._put_off(error, left)
                return self._held.credentials
            self._error = copy_of(error)
            raise

    def _is_valid(self) -> bool:
        return self._held.credentials is not None and self._now() < self._held.end

    def _ask(self) -> Credentials:
        self._error = None
        try:
            credentials = self.provider.retrieve()
            if not isinstance(credentials, Credentials):
                kind = type(credentials).__name__
                raise CredentialsError(f"{name_of(self.provider)} returned a {kind}; retrieve() must return Credentials(...).")
            now = self._now()
            held = hold(credentials, now, 0.0 if credentials.expiration is None else self._jitter())
            if held.end <= now:
                raise CredentialsError(
                    f"The credentials ({credentials.source or name_of(self.provider)}) expired at "
                    f"{credentials.expiration:%Y-%m-%d %H:%M:%S} UTC. Get new ones from their source; if they are new, "
                    "this machine's clock is wrong."
                )
        finally:
            self._finished += 1
        self._held, self._failures, self._retry_at = held, 0, -NEVER
        return credentials

    def _put_off(self, error: Exception, left: float) -> None:
        self._failures += 1
        lasting = is_lasting(error)
        pause = backoff(NEVER if lasting else self._failures, left, self._jitter())
        self._retry_at = self._now() + pause
        (LOGGER.error if lasting else LOGGER.warning)(
            "Refreshing credentials failed (%s)%s; the cached ones are valid for %.0f s, next try in %.0f s.",
            error if isinstance(error, STSError) else type(error).__name__,
            ", and will fail until the cause is corrected" if lasting else "",
            left,
            pause,
        )

    @of_whole
    def __repr__(self) -> str:
        return f"CachedProvider({name_of(self.provider)})"


_shared: WeakValueDictionary[int, CachedProvider] = WeakValueDictionary()
"""The cache around each provider, by its identity: clients that share a provider share what it gave."""


def shared_cache(provider: CredentialProvider) -> CachedProvider:
    """Return the cache around *provider*: always the same."""
    cached = _shared.get(id(provider))
    if cached is None or cached.provider is not provider:
        # setdefault, because another thread may have been faster.
        cached = _shared.setdefault(id(provider), CachedProvider(provider))
    return cached


def name_of(provider: object) -> str:
    """Return the repr of a provider of this library, which shows no secrets, and only the type of any other."""
    kind = type(provider)
    ours = kind.__module__.partition(".")[0] == "sts" and kind.__repr__ is not object.__repr__
    return repr(provider) if ours else kind.__name__


def is_lasting(error: Exception) -> bool:
    """Return True for an error that needs a change: a rejection or an invalid setting. False for outages and throttling."""
    refused = isinstance(error, ServiceError) or (isinstance(error, CredentialsError) and error.status_code in {400, 401, 403})
    return isinstance(error, ConfigError) or (refused and isinstance(error, STSError) and not error.retryable)


def copy_of(error: Exception) -> Exception:
    """Return *error* for another thread to raise: a copy if it is one of this library, since raising changes an exception."""
    return load("copy").copy(error) if isinstance(error, STSError) else error


MANDATORY_SECONDS = 60.0
"""Seconds before the expiration from which a call waits for new credentials (the AWS SDKs' rule of 2026)."""
SHORTEST_LIFETIME = 10 * 60.0
"""Seconds below which that window would be most of the lifetime. Shorter sessions are refreshed in the last third."""
SHORT_LIFETIME, SHORT_EARLY_SECONDS = 20 * 60.0, 5 * 60.0
HOUR_LIFETIME, HOUR_EARLY_SECONDS = 90 * 60.0, 15 * 60.0
LONG_EARLY_SECONDS = 60 * 60.0
"""
Seconds before the expiration from which new credentials are fetched in the background: for lifetimes up to `SHORT_LIFETIME`,
below `HOUR_LIFETIME`, and longer (the AWS SDKs' rule of 2026).
"""
JITTER = 0.1
"""Share of the early window by which the early refresh may be delayed, so that many processes do not refresh at once."""
FIRST_BACKOFF_SECONDS = 10.0
LONGEST_BACKOFF_SECONDS = 300.0
NEVER = float("inf")


class Held(Record):
    """
    Credentials with the times (Unix time) at which to refresh them.

    From *early* on they are refreshed in the background, from *mandatory* on a call waits, from *end* on they are not returned.
    """

    early: float
    credentials: Credentials | None
    mandatory: float
    end: float


NOTHING = Held(-NEVER, None, -NEVER, -NEVER)


def hold(credentials: Credentials, now: float, jitter: float) -> Held:
    """Return *credentials*, retrieved at *now*, with their refresh times. *jitter* is a random number from 0 to 1."""
    if credentials.expiration is None:
        return Held(NEVER, credentials, NEVER, NEVER)
    end = credentials.expiration.timestamp()
    window = early_window(end - now)
    return Held(end - window * (1 - JITTER * jitter), credentials, end - mandatory_window(end - now), end)


def early_window(lifetime: float) -> float:
    """Return the number of seconds before the expiration at which background refreshes begin."""
    # A session of 90 minutes has somewhat less left when it arrives, or somewhat more if the local clock is behind.
    asked = int(lifetime / 60 + 0.5) * 60
    if asked < SHORTEST_LIFETIME:
        return max(lifetime, 0.0) / 3  # do not refresh sessions of a few minutes all the time
    if asked <= SHORT_LIFETIME:
        return SHORT_EARLY_SECONDS
    return HOUR_EARLY_SECONDS if asked < HOUR_LIFETIME else LONG_EARLY_SECONDS


def mandatory_window(lifetime: float) -> float:
    """Return the number of seconds before the expiration from which a call waits for new credentials."""
    return min(MANDATORY_SECONDS, max(lifetime, 0.0) / 10)


def backoff(failures: float, left: float, jitter: float) -> float:
    """Return the seconds (at least one) until the next try after *failures* in a row, with *left* seconds of validity."""
    longest = min(FIRST_BACKOFF_SECONDS * 2 ** min(failures - 1, 10), LONGEST_BACKOFF_SECONDS)
    return max(min(longest, left / 4) * (1 - jitter / 2), 1.0)
