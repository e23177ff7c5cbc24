"""
Detection of providers that need their own credentials, before they wait for themselves.

A provider that calls STS with the client that uses its credentials waits for itself. So do two providers that need each other,
from one thread or two. Such a wait would never end.
"""

from __future__ import annotations

import threading

from sts.base.forks import reset_after_fork
from sts.drivers.flights import refreshing as _refreshing
from sts.errors import CredentialsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    R = TypeVar("R")


class _Waits:
    """Refreshes in progress that need another one: each refreshed provider with the providers it needs."""

    def __init__(self) -> None:
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Drop the refreshes of the parent process."""
        self._lock = threading.Lock()
        self._needs: dict[int, list[object]] = {}

    def begin(self, refreshing: tuple[object, ...], other: object) -> bool:
        """Record that the innermost refresh needs *other*. Return False, without a record, if *other* needs *refreshing*."""
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
        """Record that the innermost refresh no longer needs *other*."""
        with self._lock:
            left = [each for each in self._needs.pop(id(refreshing[-1]), ()) if each is not other]
            if left:
                self._needs[id(refreshing[-1])] = left


_waits = _Waits()


def ask(provider: object, lock: threading.Lock, function: Callable[[], R]) -> R:
    """
    Return the result of *function*, which calls *provider*, while holding its *lock*.

    Raises CredentialsError if that would never end: this code runs in its refresh, or in one that it waits for.
    """
    refreshing = _refreshing.get()
    if refreshing and not _waits.begin(refreshing, provider):
        names = " -> ".join(repr(each) for each in (*refreshing, provider))
        raise CredentialsError(
            f"The credential provider needs its own credentials: {names}. Give the client used by the provider other "
            "credentials, such as those of another profile."
        )
    try:
        with lock:
            return refresh_for(provider, function)
    finally:
        if refreshing:
            _waits.end(refreshing, provider)


def refresh_for(provider: object, function: Callable[[], R]) -> R:
    """Return the result of *function*, whose code is a part of the refresh of *provider*."""
    token = _refreshing.set((*_refreshing.get(), provider))
    try:
        return function()
    finally:
        _refreshing.reset(token)
