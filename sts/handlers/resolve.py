"""
Name resolution on separate threads, because `getaddrinfo` can take minutes and cannot be interrupted.

At most `MAX_THREADS` run at once, and calls for the same name share one look-up. So a resolver that hangs costs one thread for
each name. Further names wait until a thread is free, or until their calls end.
"""

from __future__ import annotations

import _thread
import socket
from collections import deque

from sts.base.forks import reset_after_fork
from sts.base.time import Latch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Address = tuple[Any, Any, int, str, Any]
    """An item of `getaddrinfo`: family, kind, protocol, canonical name, address."""

MAX_THREADS = 16
"""Largest number of simultaneous look-ups."""


class LookUp:
    """The resolution of one name. When `done` is set, it has `addresses` or an `error`."""

    __slots__ = ("_key", "addresses", "done", "error")

    def __init__(self, key: tuple[str, int]) -> None:
        self._key = key
        self.addresses: list[Address] = []
        self.error: BaseException | None = None
        self.done = Latch()

    def run(self) -> None:
        """Resolve the name and set `done`, whose listeners are called on this thread."""
        host, port = self._key
        try:
            self.addresses = socket.getaddrinfo(_encoded(host), port, 0, socket.SOCK_STREAM)
        except BaseException as error:  # noqa: BLE001 - raised by the code that waits for it
            self.error = error
        _state.pending.pop(self._key, None)
        self.done.set()

    def result(self) -> list[Address]:
        """Return the addresses, at least one. Raises what `getaddrinfo` raised."""
        if self.error is not None:
            raise self.error.with_traceback(None)
        if not self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "the name has no address")
        return self.addresses


class _State:
    """Look-ups of this process. Without locks, so that signal handlers can also make calls."""

    def __init__(self) -> None:
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Drop the look-ups of the parent, whose threads do not exist here."""
        self.pending: dict[tuple[str, int], LookUp] = {}
        self.queue: deque[LookUp] = deque()
        self.places = [None] * MAX_THREADS


_state = _State()


def is_address(host: str) -> bool:
    """Return True if *host* is an IP address, which needs no resolution."""
    return ":" in host or not host.strip("0123456789.")


def resolve_address(host: str, port: int) -> list[Address]:
    """Return the IP address *host* in the form of `getaddrinfo`. Raises OSError if it is not a valid address."""
    if ":" not in host:
        try:
            socket.inet_pton(socket.AF_INET, host)
        except OSError:
            pass
        else:
            return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port))]
    return socket.getaddrinfo(_encoded(host), port, 0, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)


def _encoded(host: str) -> str | bytes:
    """Return *host* as bytes: for text `getaddrinfo` loads Python's codec for names that are not ASCII, which is slow."""
    function = socket.getaddrinfo
    return host.encode("ascii") if getattr(function, "__globals__", None) is vars(socket) else host


def look_up(host: str, port: int) -> LookUp:
    """Start to resolve *host*, or join a running look-up. Raises RuntimeError if no thread can be started."""
    fresh = LookUp((host, port))
    shared = _state.pending.setdefault((host, port), fresh)
    if shared is fresh:
        _state.queue.append(fresh)
        try:
            _start_thread(_state)
        except RuntimeError:
            _state.pending.pop((host, port), None)
            raise
    return shared


def _start_thread(state: _State) -> None:
    try:
        state.places.pop()
    except IndexError:
        return  # all threads are busy and continue with the queue
    try:
        _thread.start_new_thread(_drain, (state,))
    except RuntimeError:
        state.places.append(None)
        raise


def _drain(state: _State) -> None:
    while True:
        try:
            first = state.queue.popleft()
        except IndexError:
            state.places.append(None)
            if not state.queue:  # names queued since then have no thread
                return
            try:
                state.places.pop()
            except IndexError:
                return
        else:
            first.run()
