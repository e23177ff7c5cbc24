"""
Threads that drain a queue and end when there is nothing to do.

Not a `ThreadPoolExecutor`, because that refuses work once the main thread has ended, while a call made inside a callback must
still go through. Threads that are not daemons keep the interpreter alive until the queue is empty.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sts.forks import reset_after_fork
from sts.logs import LOGGER

if TYPE_CHECKING:
    from concurrent.futures import Future


class Workers:
    """Run functions on at most *maximum* threads (None: as many as needed); idle threads end after *idle* seconds."""

    def __init__(self, maximum: int | None = None, *, daemon: bool = False, idle: float = 0.1, name: str = "sts") -> None:
        self._maximum = maximum
        self._daemon = daemon
        self._idle = idle
        self._name = name
        self.after_fork()
        reset_after_fork(self)

    def after_fork(self) -> None:
        """Begin anew: a child has none of the parent's threads, and may have copied a lock while it was held."""
        self._wake = threading.Condition(threading.Lock())
        self._queue: deque[Callable[[], object]] = deque()
        self._threads = 0
        self._waiting = 0
        self._members: set[int] = set()

    def submit(self, function: Callable[[], object]) -> bool:
        """
        Run *function* on a thread soon, in order.

        Return False, with nothing done, when there is no thread and none can be started any more (interpreter shutdown).
        """
        with self._wake:
            self._queue.append(function)
            if self._waiting >= len(self._queue):
                self._wake.notify()
                return True
            if self._maximum is not None and self._threads >= self._maximum:
                return True
            self._threads += 1
        return self._start() or self._left_to_others(function)

    def _start(self) -> bool:
        try:
            threading.Thread(target=self._drain, name=self._name, daemon=self._daemon).start()
        except RuntimeError:
            with self._wake:
                self._threads -= 1
            return False
        return True

    def _left_to_others(self, function: Callable[[], object]) -> bool:
        with self._wake:
            if self._threads or function not in self._queue:
                return True
            self._queue.remove(function)
            return False

    def _drain(self) -> None:
        self._members.add(threading.get_ident())
        try:
            self._work()
        finally:
            self._members.discard(threading.get_ident())

    def _work(self) -> None:
        while True:
            with self._wake:
                if not self._queue:
                    self._waiting += 1
                    self._wake.wait_for(lambda: self._queue, self._idle)
                    self._waiting -= 1
                if not self._queue:
                    self._threads -= 1
                    return
                function = self._queue.popleft()
            _run(function)
            del function  # an idle thread must not keep a finished call alive

    def help_until(self, future: Future[Any], timeout: float | None) -> None:
        """
        Wait until *future* is done; on one of these threads, do the queue's work meanwhile.

        So code that runs here and waits for other work of the same queue cannot block itself.
        """
        if threading.get_ident() not in self._members:
            return
        future.add_done_callback(lambda _: self._poke())
        deadline = None if timeout is None else time.monotonic() + timeout
        while not future.done():
            with self._wake:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return
                self._wake.wait_for(lambda: self._queue or future.done(), left)
                function = self._queue.popleft() if self._queue and not future.done() else None
            if function is not None:
                _run(function)

    def _poke(self) -> None:
        with self._wake:
            self._wake.notify_all()

    @property
    def threads(self) -> int:
        """Return how many threads there are."""
        return self._threads


def _run(function: Callable[[], object]) -> None:
    try:
        function()
    except BaseException:  # noqa: BLE001 - logged; the thread has more to do
        LOGGER.exception("A worker's task failed; this is a bug in the library")
