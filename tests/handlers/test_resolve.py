"""Name resolution: every outcome of a look-up reaches its callers, and its thread is free for the next one."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator

import pytest

from sts.base.time import Waker
from sts.handlers import resolve
from tests.support.threads import PATIENCE


@pytest.fixture(autouse=True)
def own_state(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(resolve, "_state", resolve._State())
    yield


def wait_for(lookup: resolve.LookUp) -> None:
    waker = Waker()
    lookup.done.add_listener(waker.wake)
    assert waker.wait(PATIENCE)


@pytest.mark.parametrize("kind", [OSError, KeyError, IndexError, SystemExit])
def test_a_look_up_that_fails_leaves_its_thread(kind: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    """This happens more often than there are threads. The next look-up works."""

    def fail(*_: object) -> None:
        raise kind("x")

    true = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", fail)
    for number in range(2 * resolve.MAX_THREADS):
        lookup = resolve.look_up(f"n{number}.test", 80)
        wait_for(lookup)
        with pytest.raises(kind):
            lookup.result()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *more: true("127.0.0.1", *more[1:]))
    last = resolve.look_up("last.test", 80)
    wait_for(last)
    assert last.result()[0][4] == ("127.0.0.1", 80)


def test_callers_that_give_up_as_the_name_is_found_cost_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order of caller and resolver does not matter: all threads are free in the end."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))])
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def ask() -> None:
        for number in range(300):
            lookup = resolve.look_up(f"n{number}.test", 80)
            for _ in range(3):
                lookup.done.add_listener(Waker().wake)()
            wait_for(lookup)

    callers = [threading.Thread(target=ask) for _ in range(8)]
    try:
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(PATIENCE)
    finally:
        sys.setswitchinterval(switch)
    assert not any(caller.is_alive() for caller in callers)
    for _ in range(1000):  # the last thread may be about to end
        if len(resolve._state.places) == resolve.MAX_THREADS:
            break
        threading.Event().wait(0.01)
    assert len(resolve._state.places) == resolve.MAX_THREADS
    assert resolve._state.pending == {}
