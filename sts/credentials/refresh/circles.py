"""
Providers that need their own credentials: found before they wait for themselves.

A provider that calls STS with the client that it feeds waits for itself, and so do two that feed each other, from one thread or
from two. Nobody would ever end such a wait.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sts.base.forks import reset_after_fork
from sts.drivers.flights import refreshing as _refreshing
from sts.errors import CredentialsError


class _Waits:
    """The refreshes under way that need another one: by the provider that is refreshed, those that it needs."""

    def __init__(self) -> None:
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Forget the refreshes of the parent process."""
        self._lock = threading.Lock()
        self._needs: dict[int, list[object]] = {}

    def begin(self, refreshing: tuple[object, ...], other: object) -> bool:
        """Note that the innermost refresh needs *other*; return False, and note nothing, if that needs one of *refreshing*."""
        with self._lock:
            new = [other]
            while new:
                provider = new.pop()
                if any(provider is each for each in refreshing):
                    return False
                new += self._needs.get(id(provider), ())
            self._needs.setdefault(id(refreshing[-1]), []).append(other)
            return True

    def end(self, refreshing: tuple[object, ...], other: object) -> None:
        """Note that the innermost refresh has got what it needed of *other*."""
        with self._lock:
            left = [each for each in self._needs.pop(id(refreshing[-1]), ()) if each is not other]
            if left:
                self._needs[id(refreshing[-1])] = left


_waits = _Waits()


@contextmanager
def asking(provider: object, lock: threading.Lock) -> Iterator[None]:
    """
    Hold the *lock* of *provider* while it is asked.

    Raises CredentialsError if that would wait for ever: this code is a part of its refresh, or of one that it waits for.
    """
    refreshing = _refreshing.get()
    if refreshing and not _waits.begin(refreshing, provider):
        raise _circle((*refreshing, provider))
    try:
        with lock, asked_by(provider):
            yield
    finally:
        if refreshing:
            _waits.end(refreshing, provider)


@contextmanager
def asked_by(provider: object) -> Iterator[None]:
    """Mark what runs within as a part of the refresh of *provider*."""
    token = _refreshing.set((*_refreshing.get(), provider))
    try:
        yield
    finally:
        _refreshing.reset(token)


def _circle(providers: tuple[object, ...]) -> CredentialsError:
    names = " -> ".join(repr(provider) for provider in providers)
    return CredentialsError(
        f"The credential provider needs its own credentials: {names}. Give the client that it uses credentials of its own, "
        "such as those of another profile."
    )
