"""One cache around any provider: fresh credentials without waiting, one refresh at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sts.credentials.value import CredentialProvider, Credentials
from sts.forks import reset_after_fork

MANDATORY_SECONDS = 60.0
"""Seconds before expiration from which credentials are not handed out any more."""


class CachedProvider:
    """Keep what *provider* gave until shortly before it expires. Thread-safe; *now* gives Unix time and is there for tests."""

    def __init__(self, provider: CredentialProvider, now: Callable[[], float] = time.time) -> None:
        self.provider = provider
        self._now = now
        self._credentials: Credentials | None = None
        self.after_fork()
        reset_after_fork(self)

    def after_fork(self) -> None:
        """Replace the lock, which a thread of the parent may have held."""
        self._lock = threading.Lock()

    def cached(self) -> Credentials | None:
        """Return the credentials at hand, None when there are none or they are about to expire."""
        credentials = self._credentials
        if credentials is None or credentials.expiration is None:
            return credentials
        return credentials if credentials.expiration.timestamp() - self._now() > MANDATORY_SECONDS else None

    def retrieve(self) -> Credentials:
        """Return fresh credentials; of many threads that ask at once, one asks the provider."""
        with self._lock:
            credentials = self.cached()
            if credentials is None:
                credentials = self._credentials = self.provider.retrieve()
            return credentials

    def invalidate(self, credentials: Credentials) -> bool:
        """Forget *credentials*, which the service refused; return whether the provider may have others."""
        if self._credentials is credentials:
            self._credentials = None
        return credentials.expiration is not None
