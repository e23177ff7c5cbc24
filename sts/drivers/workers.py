"""
Threads that drain a queue and end when it is empty.

A `ThreadPoolExecutor` rejects work after the main thread has ended, but a call made in a callback must still be possible. The
threads are not daemons: they keep the interpreter alive until the queue is empty.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from sts.base.forks import reset_after_fork
from sts.base.time import Waker
from sts.errors import STSError
from sts.logs import LOGGER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from concurrent import futures
    from typing import Any

_START_SECONDS = 1.0
"""Seconds to wait after an interrupt for a thread that may be starting."""


class Task:
    """A queued function and the future it resolves, if any. The thread that removes it from the queue runs it."""

    __slots__ = ("function", "settles")

    def __init__(self, function: Callable[[], object], settles: futures.Future[Any] | None) -> None:
        self.function = function
        self.settles = settles


class PoolState:
    """
    Queue and threads of one pool in one process.

    Each change is one atomic operation on a deque, dict or list. *lock* serializes decisions of several threads. It is
    reentrant, so that a signal handler may submit or withdraw work, whatever it interrupted, and an interrupt (Ctrl-C) cannot
    leave it locked.
    """

    __slots__ = ("helpers", "lock", "parked", "queue", "threads")

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.queue: deque[Task] = deque()
        self.threads: dict[threading.Thread, None] = {}
        self.parked: list[Waker] = []
        self.helpers: dict[Waker, None] = {}

    def pop(self) -> Task | None:
        """Return the first task, or None if there is none."""
        try:
            return self.queue.popleft()
        except IndexError:
            return None

    def remove(self, task: Task) -> bool:
        """Remove *task* from the queue. Return False if another thread has removed it."""
        try:
            self.queue.remove(task)
        except ValueError:
            return False
        return True

    def take(self, idle: float) -> Task | None:
        """Wait for a task and return it. After *idle* seconds return None; the thread is then no longer counted."""
        waker, woken = Waker(), idle > 0
        while True:
            with self.lock:
                task = self.pop()
                if task is not None:
                    return task
                if not woken:
                    self.threads.pop(threading.current_thread(), None)
                    return None
                self.parked.append(waker)
            waker.wait(idle)
            with self.lock:
                woken = waker not in self.parked  # otherwise no thread has woken this one in that time
                if not woken:
                    self.parked.remove(waker)

    def take_for(self, future: futures.Future[Any]) -> Task | None:
        """Return a task that *future* waits for, directly or through the promises it follows."""
        wanted = sources_of(future) if self.queue else ()
        return next((task for task in list(self.queue) if task.settles in wanted and self.remove(task)), None)


class _Here(threading.local):
    """Pools for which this thread works: several if it runs a task of one pool inside a task of another."""

    pools: tuple[PoolState, ...] = ()


_here = _Here()


class Workers:
    """
    Pool of at most *maximum* threads (None: as many as needed). Idle threads end after *idle* seconds.

    Thread-safe. After the main thread has ended, no thread can be started (Python 3.12.0 and 3.12.1); the existing threads then
    do all work.
    """

    def __init__(self, maximum: int | None = None, *, daemon: bool = False, idle: float = 0.1, name: str = "sts") -> None:
        self._maximum = maximum
        self._daemon = daemon
        self._idle = idle
        self._name = name
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Start with an empty pool: a child has none of the parent's threads, and may have a copy of a held lock."""
        self._state = PoolState()

    @property
    def behind(self) -> bool:
        """True if tasks in the queue wait for other tasks to end."""
        state = self._state
        return self._full(state) and len(state.parked) < len(state.queue)

    def submit(self, function: Callable[[], object], settles: futures.Future[Any] | None = None) -> bool:
        """Run *function*, which resolves *settles*, on a thread soon, in order. Return False, not queued, if no thread will."""
        state, task = self._state, Task(function, settles)
        try:
            with state.lock:
                state.queue.append(task)
                if not self._will_be_taken(state):
                    return not state.remove(task)
                for helper in list(state.helpers):
                    helper.wake()
        except BaseException:  # an interrupt: the caller treats the task as not submitted
            state.remove(task)
            raise
        return True

    def submit_or_drain(self, function: Callable[[], object], settles: futures.Future[Any] | None = None) -> None:
        """Run *function* on a thread soon, in order. Without any thread, drain the queue in this one."""
        state = self._state
        with state.lock:
            if self.submit(function, settles):
                return
            state.queue.append(Task(function, settles))
            if state in _here.pools:
                return  # this thread already drains the queue, and continues after the current task
            state.threads[threading.current_thread()] = None
        self._drain(state, 0.0)

    def withdraw(self, function: Callable[[], object]) -> bool:
        """Remove *function* from the queue. Return False if it was no longer there."""
        state = self._state
        return any(task.function is function and state.remove(task) for task in list(state.queue))

    def work_off(self) -> None:
        """Drain the queue if called from a pool thread; otherwise waiting for the queue could deadlock."""
        state = self._state
        while state in _here.pools:
            task = state.pop()
            if task is None:
                return
            _run(task)

    def wait(self, future: futures.Future[Any], timeout: float | None = None) -> bool:
        """
        Wait until *future* is done. Return False after *timeout* seconds.

        A thread of a pool meanwhile runs the tasks that *future* waits for, if they are in its queue. So code on a pool thread
        cannot deadlock by waiting.
        """
        pools = _here.pools
        deadline = None if timeout is None else time.monotonic() + timeout
        waker = Waker()
        if not future.done():
            future.add_done_callback(lambda _: waker.wake())
        for state in pools:
            state.helpers[waker] = None
        try:
            while not future.done():
                task = next((task for state in pools if (task := state.take_for(future)) is not None), None)
                if task is not None:
                    _run(task)
                elif not waker.wait(None if deadline is None else deadline - time.monotonic()):
                    return future.done()
        finally:
            for state in pools:
                state.helpers.pop(waker, None)
        return True

    def _full(self, state: PoolState) -> bool:
        return self._maximum is not None and len(state.threads) >= self._maximum

    def _will_be_taken(self, state: PoolState) -> bool:
        """Make sure that a thread takes the queued task. Return False if none will."""
        try:
            state.parked.pop().wake()
            return True
        except IndexError:
            pass  # no thread is idle
        full = self._full(state)
        if not full and self._start(state):
            return True
        if self._maximum is None:
            return False
        others = len(state.threads) - (state in _here.pools)
        # In a full pool whose only thread is this one, the task runs later, unless this thread may wait for it until the end.
        return others > 0 or (full and threading.main_thread().is_alive())

    def _start(self, state: PoolState) -> bool:
        thread = threading.Thread(target=self._drain, args=(state, self._idle), name=self._name, daemon=self._daemon)
        try:
            state.threads[thread] = None
            thread.start()
        except RuntimeError:
            state.threads.pop(thread, None)
            return False
        except BaseException:
            if not _begins(thread):
                state.threads.pop(thread, None)
            raise
        return True

    def _drain(self, state: PoolState, idle: float) -> None:
        _here.pools = (*_here.pools, state)
        try:
            # In a forked child, the queue belongs to the parent.
            while state is self._state:
                task = state.take(idle)
                if task is None:
                    return
                _run(task)
                del task  # an idle thread must not keep a finished call alive
        finally:
            _here.pools = _here.pools[:-1]


def thread_limit(doing: str) -> STSError:
    """Return the error of a call for which no thread can be started. *doing* is the purpose of the thread."""
    return STSError(
        f"No thread can be started {doing}, which is needed to end the call on time. This process or "
        "container has reached its limit of threads, or the interpreter is shutting down.",
        code="ThreadLimitError",
        hint="Raise the limit (ulimit -u, the container's pids limit or memory), or make fewer calls at the same time.",
    )


def _begins(thread: threading.Thread) -> bool:
    """Return True if *thread*, whose start was interrupted, runs."""
    patience = time.monotonic() + _START_SECONDS
    while thread.ident is None and time.monotonic() < patience:
        time.sleep(0.001)
    return thread.ident is not None


def _run(task: Task) -> None:
    try:
        task.function()
    except BaseException:  # noqa: BLE001 - logged; the thread has more to do
        LOGGER.exception("A worker's task failed; this is a bug in the library")


def sources_of(future: futures.Future[Any]) -> set[Any]:
    """Return *future* and everything it waits for."""
    found: set[Any] = set()
    pending = [future]
    while pending:
        one = pending.pop()
        if one not in found:
            found.add(one)
            pending.extend(getattr(one, "sources", ()))
    return found
