"""The future below a promise, and what runs the handlers of promises."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol


class Settlement(Future[Any]):
    """
    Be the future below a promise; cancelling a task that awaits it cancels nothing, since others may wait for it too.

    `handled` says whether anybody looks at its error (None: there is no promise of it yet), `sources` what it waits for, where
    that is another promise.
    """

    def __init__(self) -> None:
        super().__init__()
        self.handled: bool | None = None
        self.sources: tuple[Settlement, ...] = ()
        self.stop: Callable[[], Callable[[], object] | None] | None = None
        self.set_running_or_notify_cancel()

    def settle(self, error: BaseException | None, value: Any) -> None:
        """Take the outcome, once."""
        self.sources = ()
        if error is None:
            self.set_result(value)
        else:
            self.set_exception(error)

    def abandon(self) -> None:
        """Abort the calls whose outcome this waits for: the program is being ended."""
        seen: set[Settlement] = set()
        new = [self]
        while new:
            each = new.pop()
            if each not in seen:
                seen.add(each)
                new += each.sources
                abort = each.stop() if each.stop is not None else None
                if abort is not None:
                    abort()


class Reactions(Protocol):
    """Run what was given to `then`, elsewhere and one at a time."""

    def submit_or_drain(self, function: Callable[[], object], settles: Future[Any] | None = None) -> None:
        """Run *function* soon; it will settle *settles*."""

    def wait(self, future: Future[Any], timeout: float | None = None) -> bool:
        """Wait until *future* is done; return False when that takes longer than *timeout* seconds."""
