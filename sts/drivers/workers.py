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

from sts.base.forks import reset_after_fork
from sts.base.records import Record
from sts.logs import LOGGER

if TYPE_CHECKING:
    from concurrent import futures


class Task(Record):
    """Hold queued work, and the future that it will settle, if it is for one."""

    function: Callable[[], object]
    settles: futures.Future[Any] | None


class Crew:
    """Hold the queue and the counts of one pool in one process; `wake` guards all of it."""

    __slots__ = ("helpers", "queue", "threads", "waiting", "wake")

    def __init__(self) -> None:
        self.wake = threading.Condition()
        self.queue: deque[Task] = deque()
        self.threads = 0
        self.waiting = 0
        self.helpers: set[threading.Event] = set()

    def take(self, idle: float) -> Task | None:
        """Return the next task, waiting for one; None after *idle* seconds, when the thread is no longer counted."""
        with self.wake:
            if not self.queue and idle:
                self.waiting += 1
                self.wake.wait_for(lambda: self.queue, idle)
                self.waiting -= 1
            if self.queue:
                return self.queue.popleft()
            self.threads -= 1
            return None

    def take_for(self, future: futures.Future[Any]) -> Task | None:
        """Return a task that *future* waits for, directly or through the promises it follows."""
        with self.wake:
            if not self.queue:
                return None
            wanted = _sources(future)
            task = next((task for task in self.queue if task.settles in wanted), None)
            if task is not None:
                self.queue.remove(task)
            return task

    def rouse(self) -> None:
        """Tell the threads that help out that there is something new."""
        for helper in self.helpers:
            helper.set()


class _Here(threading.local):
    """The crews for which this thread works; several when it does one pool's work in the middle of another's."""

    crews: tuple[Crew, ...] = ()


_here = _Here()


class Workers:
    """
    Run functions on at most *maximum* threads (None: as many as needed); idle threads end after *idle* seconds.

    Thread-safe. From the moment the main thread has ended no thread can be started (Python 3.12 and later); work is then
    left to the threads there are.
    """

    def __init__(self, maximum: int | None = None, *, daemon: bool = False, idle: float = 0.1, name: str = "sts") -> None:
        self._maximum = maximum
        self._daemon = daemon
        self._idle = idle
        self._name = name
        self.after_fork()
        reset_after_fork(self)

    def after_fork(self) -> None:
        """Begin anew: a child has none of the parent's threads, and may have copied a lock while it was held."""
        self._crew = Crew()

    @property
    def threads(self) -> int:
        """Return how many threads there are."""
        return self._crew.threads

    @property
    def behind(self) -> bool:
        """Say whether tasks wait in the queue until others end."""
        crew = self._crew
        with crew.wake:
            return self._maximum is not None and crew.threads >= self._maximum and crew.waiting < len(crew.queue)

    def submit(self, function: Callable[[], object], settles: futures.Future[Any] | None = None) -> bool:
        """
        Run *function* on a thread soon, in order; *settles* is the future whose outcome it brings about.

        Return False, with nothing done, when there is no other thread for it and none can be started.
        """
        crew = self._crew
        with crew.wake:
            crew.queue.append(Task(function, settles))
            if not self._will_be_taken(crew):
                crew.queue.pop()
                return False
            crew.rouse()
        return True

    def submit_or_drain(self, function: Callable[[], object], settles: futures.Future[Any] | None = None) -> None:
        """Run *function* on a thread soon, in order; without any thread, work the queue off here."""
        crew = self._crew
        with crew.wake:
            if self.submit(function, settles):
                return
            crew.queue.append(Task(function, settles))
            if crew in _here.crews:
                return  # this thread is at work on the queue already, and goes on when the present task is done
            crew.threads += 1
        self._drain(crew, 0.0)

    def withdraw(self, function: Callable[[], object]) -> bool:
        """Take *function* out of the queue; return False when it was not there any more."""
        crew = self._crew
        with crew.wake:
            task = next((task for task in crew.queue if task.function is function), None)
            if task is not None:
                crew.queue.remove(task)
            return task is not None

    def work_off(self) -> None:
        """On a thread of this pool, do everything that is queued: who waits for all of it could wait for itself."""
        crew = self._crew
        while crew in _here.crews:
            with crew.wake:
                task = crew.queue.popleft() if crew.queue else None
            if task is None:
                return
            _run(task)

    def wait(self, future: futures.Future[Any], timeout: float | None = None) -> bool:
        """
        Wait until *future* is done; return False when that takes longer than *timeout* seconds.

        A thread of a pool (this one or another) meanwhile does what *future* waits for, if that is in its own queue; so code
        that runs on a pool cannot block itself by waiting.
        """
        crews = _here.crews
        if not crews:
            from concurrent import futures  # only who waits for a future pays for its module

            return bool(futures.wait([future], timeout).done)
        deadline = None if timeout is None else time.monotonic() + timeout
        something = threading.Event()
        future.add_done_callback(lambda _: something.set())
        _offer_help(crews, something)
        try:
            while not future.done():
                something.clear()
                task = next((task for task in (crew.take_for(future) for crew in crews) if task), None)
                if task is not None:
                    _run(task)
                elif not future.done() and not something.wait(None if deadline is None else deadline - time.monotonic()):
                    return future.done()
        finally:
            _withdraw_help(crews, something)
        return True

    def _will_be_taken(self, crew: Crew) -> bool:
        """See to it that a thread takes the task just queued; return False if none will."""
        if crew.waiting >= len(crew.queue):
            crew.wake.notify()
            return True
        full = self._maximum is not None and crew.threads >= self._maximum
        if not full and self._start(crew):
            return True
        if self._maximum is None:
            return False
        others = crew.threads - (crew in _here.crews)
        # A full pool whose only thread is this one comes to the task later, unless it may be waiting for it to the very end.
        return others > 0 or (full and threading.main_thread().is_alive())

    def _start(self, crew: Crew) -> bool:
        crew.threads += 1
        try:
            threading.Thread(target=self._drain, args=(crew, self._idle), name=self._name, daemon=self._daemon).start()
        except RuntimeError:
            crew.threads -= 1
            return False
        return True

    def _drain(self, crew: Crew, idle: float) -> None:
        _here.crews = (*_here.crews, crew)
        try:
            # In a child process that was forked here, the queue belongs to the parent.
            while crew is self._crew:
                task = crew.take(idle)
                if task is None:
                    return
                _run(task)
                del task  # an idle thread must not keep a finished call alive
        finally:
            _here.crews = _here.crews[:-1]


def _run(task: Task) -> None:
    try:
        task.function()
    except BaseException:  # noqa: BLE001 - logged; the thread has more to do
        LOGGER.exception("A worker's task failed; this is a bug in the library")


def _sources(future: futures.Future[Any]) -> set[Any]:
    """Return *future* and everything it waits for."""
    found: set[Any] = set()
    pending = [future]
    while pending:
        one = pending.pop()
        if one not in found:
            found.add(one)
            pending.extend(getattr(one, "sources", ()))
    return found


def _offer_help(crews: tuple[Crew, ...], something: threading.Event) -> None:
    for crew in crews:
        with crew.wake:
            crew.helpers.add(something)


def _withdraw_help(crews: tuple[Crew, ...], something: threading.Event) -> None:
    for crew in crews:
        with crew.wake:
            crew.helpers.discard(something)
