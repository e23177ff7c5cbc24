"""Blocking functions on threads that can be abandoned. Calls that wait for the same function share one thread."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable

from sts.base.forks import reset_after_fork
from sts.base.time import Latch
from sts.drivers.workers import Workers, thread_limit
from sts.errors import STSError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

refreshing: contextvars.ContextVar[tuple[object, ...]] = contextvars.ContextVar("sts_refreshing", default=())
"""Providers whose refresh includes the running code, outermost first. Other threads get them with the caller's context."""


class Flight:
    """One run of a function on another thread. `done` is set when it has ended."""

    __slots__ = ("_error", "_raised", "_result", "done")

    def __init__(self) -> None:
        self.done = Latch()
        self._error: BaseException | None = None
        self._result: Any = None
        self._raised: list[None] = []

    def run(self, function: Callable[[], Any]) -> None:
        """Run *function* and store its outcome."""
        try:
            self._result = function()
        except BaseException as error:  # noqa: BLE001 - raised by the code that waits for it
            # Without this frame, which would create a reference cycle of the flight and its error.
            self.fail(error.with_traceback(error.__traceback__ and error.__traceback__.tb_next))
        else:
            self.done.set()

    def fail(self, error: BaseException) -> None:
        """End the flight with *error*."""
        self._error = error
        self.done.set()

    def outcome(self) -> Any:
        """Return the result or raise the error; to later callers a copy of it, because raising changes it."""
        if self._error is None:
            return self._result
        self._raised.append(None)
        shared = len(self._raised) > 1 and isinstance(self._error, STSError)
        if not shared:
            raise self._error
        from copy import copy

        raise copy(self._error)


class Flights:
    """
    Blocking functions in progress. Thread-safe.

    A function that hangs occupies one thread, however many calls wait for it, and does not block other functions.
    """

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        self._shared: dict[Callable[[], Any], Flight] = {}

    def start(self, function: Callable[[], Any], *, shared: bool = False, unbounded: bool = False) -> Flight:
        """
        Run *function* on another thread, in a copy of this context.

        With *shared*, calls that start it while it runs get the same flight (bound methods are equal if their objects are the
        same). Calls made by a refresh do not, because they could wait for themselves; that is detected where the provider is
        called. If no thread can be started, the flight fails immediately with that error. Only an *unbounded* one, which has
        no deadline, runs on this thread if that is because the main thread has ended (Python 3.12.0 and 3.12.1).
        """
        mine = Flight()
        shared = shared and not refreshing.get()
        flight = self._shared.setdefault(function, mine) if shared else mine
        if flight is not mine:
            return flight
        context = contextvars.copy_context()

        def call() -> Any:
            try:
                return context.run(function)
            finally:
                if shared:
                    self._shared.pop(function, None)  # first, so that later callers start it again

        submitted = False
        try:
            submitted = self._workers.submit(lambda: mine.run(call))
            if not submitted and unbounded and not threading.main_thread().is_alive():
                submitted = True
                mine.run(call)
        finally:
            if not submitted:
                if shared:
                    self._shared.pop(function, None)
                mine.fail(thread_limit("to wait for credentials or settings" if shared else "for this part of the call"))
        return mine


flights = Flights(Workers(daemon=True, idle=5.0, name="sts-io"))
"""Blocking work of the calls of this process, on separate daemon threads, because an abandoned one may hang for ever."""
