"""The future of a promise, and the executor of promise handlers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol

from sts.drivers.workers import sources_of


class Settlement(Future[Any]):
    """
    Future of a promise. Cancelling a task that awaits it cancels nothing, because others may also wait for it.

    `handled` is True if its error is handled (None: there is no promise of it yet). `sources` are the promises it waits for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.handled: bool | None = None
        self.sources: tuple[Settlement, ...] = ()
        self.stop: Callable[[], Callable[[], object] | None] | None = None
        self.set_running_or_notify_cancel()

    def settle(self, error: BaseException | None, value: Any) -> None:
        """Set the outcome, once."""
        self.sources = ()
        if error is None:
            self.set_result(value)
        else:
            self.set_exception(error)

    def abandon(self) -> None:
        """Abort the calls whose outcome this waits for, because the program is ending."""
        for each in sources_of(self):
            abort = each.stop() if each.stop is not None else None
            if abort is not None:
                abort()


class Reactions(Protocol):
    """Executor of functions passed to `then`, elsewhere and one at a time."""

    def submit_or_drain(self, function: Callable[[], object], settles: Future[Any] | None = None) -> None:
        """Run *function* soon. It settles *settles*."""

    def wait(self, future: Future[Any], timeout: float | None = None) -> bool:
        """Wait until *future* is done. Return False after *timeout* seconds."""
