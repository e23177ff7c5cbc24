"""Threads that drain a queue."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from sts.calling.promise import Settlement
from sts.drivers.workers import Workers
from tests.support.threads import PATIENCE, wait_until


def collect(workers: Workers, count: int, task: Any = None) -> list[Any]:
    """Run *count* tasks. Return what they recorded, in the order in which they ended."""
    done: list[Any] = []
    ended = threading.Semaphore(0)

    def run(number: int) -> None:
        done.append((number, threading.get_ident()) if task is None else task(number))
        ended.release()

    for number in range(count):
        assert workers.submit(lambda number=number: run(number))  # type: ignore[misc]
    for _ in range(count):
        assert ended.acquire(timeout=PATIENCE)
    return done


def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make threads impossible to start, as at the end of the interpreter."""

    def start(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", start)


def test_one_worker_keeps_the_order() -> None:
    """One thread runs tasks in the order of their submission."""
    done = collect(Workers(1), 200)

    assert [number for number, _ in done] == list(range(200))
    assert len({thread for _, thread in done}) == 1


def test_no_more_threads_than_allowed() -> None:
    """The maximum holds, however many tasks are queued."""
    workers = Workers(3)
    together, most, lock = 0, 0, threading.Lock()

    def task(_: int) -> None:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        time.sleep(0.001)
        with lock:
            together -= 1

    collect(workers, 60, task)
    assert 1 < most <= 3


def test_idle_threads_end() -> None:
    """An idle pool has no threads. It starts new ones when there is work."""
    workers = Workers(4, idle=0.01)
    collect(workers, 8)
    wait_until(lambda: not workers._state.threads)

    assert len(collect(workers, 2)) == 2


def test_an_idle_thread_does_not_keep_a_task_alive() -> None:
    """Objects of a task are released as soon as it has run."""

    class Held:
        pass

    import weakref

    held = Held()
    gone = weakref.ref(held)
    workers = Workers(1, idle=5.0, daemon=True)
    collect(workers, 1, lambda _, held=held: None)  # type: ignore[misc]
    del held
    wait_until(lambda: gone() is None)


def test_a_failing_task_takes_nobody_along(caplog: pytest.LogCaptureFixture) -> None:
    """Its exception is logged, and the thread continues."""
    workers = Workers(1)

    def fail() -> None:
        raise SystemExit(3)

    workers.submit(fail)
    collect(workers, 1)
    assert "bug in the library" in caplog.text


def test_without_threads_submit_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """If no thread can be started and none exists, nothing is queued."""
    workers = Workers(2)
    no_threads(monkeypatch)

    assert not workers.submit(lambda: None)
    assert not workers._state.threads


def test_without_threads_the_work_is_done_here_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """`submit_or_drain` drains the queue immediately. A task submitted by a task runs after it, not within it."""
    workers = Workers(1)
    no_threads(monkeypatch)
    seen: list[str] = []

    def outer() -> None:
        seen.append("begin")
        workers.submit_or_drain(lambda: seen.append("inner"))
        seen.append("end")

    workers.submit_or_drain(outer)
    assert seen == ["begin", "end", "inner"]
    assert not workers._state.threads


def test_of_many_that_find_no_thread_none_loses_its_task(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks submitted from many threads at once all run, one at a time, although no thread can be started."""
    workers = Workers(1)
    seen: list[int] = []
    busy = threading.Lock()

    def task(number: int) -> None:
        assert busy.acquire(blocking=False)
        time.sleep(0.0001)
        seen.append(number)
        busy.release()

    starters = [
        threading.Thread(target=lambda number=number: workers.submit_or_drain(lambda: task(number)))  # type: ignore[misc]
        for number in range(40)
    ]
    start = threading.Thread.start
    no_threads(monkeypatch)
    for starter in starters:
        start(starter)
    for starter in starters:
        starter.join(PATIENCE)
    assert sorted(seen) == list(range(40))


def test_waiting_on_a_worker_does_what_is_waited_for() -> None:
    """The only thread of a pool can wait for a task of the same pool. It leaves other tasks in the queue."""
    workers = Workers(1)
    wanted, other, finished = Settlement(), Settlement(), Settlement()
    seen: list[str] = []

    def outer() -> None:
        workers.submit(lambda: (seen.append("other"), other.settle(None, 0)), other)
        workers.submit(lambda: (seen.append("wanted"), wanted.settle(None, 1)), wanted)
        assert workers.wait(wanted, 5)
        seen.append("waited")
        finished.settle(None, None)

    workers.submit(outer)
    finished.result(PATIENCE)
    other.result(PATIENCE)
    assert seen == ["wanted", "waited", "other"]


def test_waiting_on_a_worker_ends_with_the_timeout() -> None:
    """On a pool's own thread, too, the wait ends after the given time."""
    workers, never, answer = Workers(1), Settlement(), Settlement()
    workers.submit(lambda: answer.settle(None, workers.wait(never, 0.01)))

    assert answer.result(PATIENCE) is False
    assert workers.wait(never, 0.01) is False


def test_withdrawn_work_does_not_run() -> None:
    """A task can be removed from the queue until it has started."""
    workers, gate = Workers(1), threading.Event()
    workers.submit(lambda: gate.wait(PATIENCE))
    seen: list[int] = []

    def task() -> None:
        seen.append(1)

    workers.submit(task)
    assert workers.withdraw(task)
    assert not workers.withdraw(task)
    gate.set()
    collect(workers, 1)
    assert seen == []


def test_work_off_does_everything_that_is_queued() -> None:
    """On a thread of the pool it drains the queue. Elsewhere it does nothing."""
    workers, answer = Workers(1), Settlement()
    seen: list[int] = []

    def outer() -> None:
        for number in range(3):
            workers.submit(lambda number=number: seen.append(number))  # type: ignore[misc]
        workers.work_off()
        answer.settle(None, list(seen))

    workers.submit(outer)
    assert answer.result(PATIENCE) == [0, 1, 2]
    workers.work_off()
