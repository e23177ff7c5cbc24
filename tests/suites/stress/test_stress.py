"""Many callbacks from many threads with many faults: each is called once, and nothing remains."""

from __future__ import annotations

import gc
import os
import random
import threading
import time
import tracemalloc
from collections import Counter
from typing import Any

import pytest

from sts import STS
from sts.errors import EndpointConnectionError, ServiceError, TransportError
from sts.handlers.choose import _Registry
from sts.http import HttpResponse
from tests.support.fakes import client, ok, refused
from tests.support.threads import PATIENCE, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def no_linger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Close handlers with their last client, because this file counts open connections."""
    # Clients of earlier tests may still hold handlers, with connections.
    monkeypatch.setattr("sts.handlers.choose._registry", _Registry())
    monkeypatch.setattr("sts.handlers.choose.LINGER", 0.0)


def faulty(share: float) -> Any:
    """Return a function that returns an error for *share* of the requests, of three kinds."""
    chance, lock = random.Random(5), threading.Lock()

    def answer(request: Any) -> HttpResponse:
        with lock:
            drawn = chance.random()
        if drawn > share:
            return ok()
        if drawn < share / 3:
            raise EndpointConnectionError("reset")
        return refused("Throttling") if drawn < share / 1.5 else refused("InternalFailure", status=500)

    return answer


def storm(made: STS, threads: int, calls: int) -> Counter[tuple[int, int]]:
    """Make *calls* calls from each of *threads* threads, in all styles. Return how often each was delivered."""
    delivered: Counter[tuple[int, int]] = Counter()
    lock, over = threading.Lock(), threading.Semaphore(0)

    def note(thread: int, call: int) -> Any:
        def callback(error: Any, data: Any) -> None:
            assert (error is None) != (data is None)
            assert error is None or isinstance(error, (ServiceError, TransportError))
            with lock:
                delivered[thread, call] += 1
            over.release()

        return callback

    def work(thread: int) -> None:
        for call in range(calls):
            callback = note(thread, call)
            style = (thread + call) % 4
            if style == 0:
                made.make_request("getCallerIdentity").promise().then(
                    lambda d, c=callback: c(None, d), lambda e, c=callback: c(e, None)
                )  # type: ignore[misc]
            elif style == 1:
                made.make_request("get_caller_identity").on("complete", lambda response: None).send(callback)
            else:
                made.get_caller_identity(callback)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for _ in range(threads * calls):
        assert over.acquire(timeout=PATIENCE)
    return delivered


def own_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("sts-c")]


def options() -> dict[str, Any]:
    return {"retry_mode": "legacy", "retry_delay_options": {"base": 0}, "max_retries": 2}


@pytest.mark.slow
def test_five_thousand_callbacks_from_64_threads() -> None:
    """With 30 % failing exchanges, no call is lost or delivered twice, and the threads end."""
    made = client(faulty(0.3), **options())
    delivered = storm(made, 64, 79)
    made.close()

    assert delivered == {(thread, call): 1 for thread in range(64) for call in range(79)}
    assert sum(delivered.values()) > 5000
    assert wait_until(lambda: own_threads() == [])


@pytest.mark.slow
def test_memory_is_given_back() -> None:
    """Objects of a thousand calls are released afterwards, although errors and requests refer to each other."""
    kept = []
    tracemalloc.start()
    try:
        for calls in (8, 8, 24):
            made = client(faulty(0.3), **options())
            made.handler.requests = made.handler.controls = _Forgetful()  # type: ignore[attr-defined]
            storm(made, 8, calls)
            made.close()
            assert wait_until(lambda: own_threads() == [])
            del made
            gc.collect()
            kept.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()

    assert kept[2] - kept[1] < 50_000


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_each_request_ends_once(seed: int) -> None:
    """Aborts at any moment, nested calls, retries, a client that closes meanwhile: one callback and one `complete` each."""
    chance = random.Random(seed)
    answer = faulty(0.3)

    def slow(request: Any) -> HttpResponse:
        time.sleep(chance.random() * 0.004)
        return answer(request)

    made = client(slow, **{**options(), "retry_delay_options": {"base": 5}}, max_concurrency=chance.choice([1, 2, 8]))
    called: Counter[int] = Counter()
    completed: Counter[int] = Counter()
    sent: list[int] = []
    numbering = threading.Lock()

    def send() -> Any:
        with numbering:
            number = len(sent)
            sent.append(number)
        request = made.make_request("get_caller_identity").on("complete", lambda response: completed.update([number]))
        return request.send(lambda error, data: end(number))

    def end(number: int) -> None:
        called[number] += 1
        if chance.random() < 0.2:
            send()

    for _ in range(100):
        request = send()
        if chance.random() < 0.3:
            threading.Timer(chance.random() * 0.05, request.abort).start()
    time.sleep(chance.random() * 0.05)
    made.close(wait=seed % 2 == 0)

    assert wait_until(lambda: len(called) == len(sent) and own_threads() == [])
    assert called == completed == dict.fromkeys(range(len(sent)), 1)
    assert made._closing.signal._listeners == {}


class _Forgetful(list[Any]):
    """A list that stores nothing, so that a fake handler is not a leak."""

    def append(self, item: Any) -> None:
        pass


def test_a_storm_over_real_connections(local_sts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with sockets, resets, throttling and truncated bodies. None of our descriptors stays open."""
    monkeypatch.setattr("sts.handlers.choose.LINGER", 0.0)
    for fault in ("throttle", "reset_after_read", "truncate"):
        local_sts.inject(fault, times=None, rate=0.1)
    made = STS(**local_sts.client_options(), **options(), max_concurrency=16)
    made._wire()
    before = open_files()
    delivered = storm(made, 16, 16)
    made.close()

    assert set(delivered.values()) == {1}
    assert len(delivered) == 256
    assert wait_until(lambda: own_threads() == [])
    gc.collect()  # under requests, which a plugin of pytest has loaded, a pool is closed when it is collected
    assert wait_until(lambda: open_files() <= before + 2)


def open_files() -> int:
    """Return the number of open descriptors, or 0 if the system does not show it."""
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return 0
