"""The blocking driver."""

from __future__ import annotations

import contextvars
import threading
import time
from typing import Any

import pytest

from sts.drivers.blocking import bound, drive, perform
from sts.drivers.flights import flights
from sts.errors import DeadlineExceededError, RequestAbortedError, STSError
from sts.http import AbortController, Control, HttpRequest
from sts.pipeline.call import Block, Send, Sleep
from tests.support.clocks import HandTime, record_wakers
from tests.support.fakes import FakeHandler, ok
from tests.support.threads import wait_until

REQUEST = HttpRequest("POST", "http://localhost/")


def test_a_flow_gets_answers_and_errors_where_it_yielded() -> None:
    """Results of effects are sent in, their exceptions are thrown in, and the return value is returned."""
    boom, control = ValueError("boom"), Control()

    def explode() -> None:
        raise boom

    def flow() -> Any:
        first = yield Block(lambda: 1, control)
        try:
            yield Block(explode, control)
        except ValueError as error:
            caught = error
        slept = yield Sleep(0.0, control)
        answer = yield Send(FakeHandler(ok()), REQUEST, control)
        return first, caught, slept, answer.status

    assert drive(flow()) == (1, boom, None, 200)


def test_what_a_flow_raises_comes_out() -> None:
    """This includes exceptions that are not ours."""

    def flow() -> Any:
        yield Sleep(0.0, Control())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drive(flow())


def test_without_bounds_an_effect_runs_on_the_calling_thread() -> None:
    """An ordinary call needs no other thread."""
    assert perform(Block(threading.get_ident, Control())) == threading.get_ident()
    assert perform(Block(threading.get_ident, Control(deadline=time.monotonic() + 5))) != threading.get_ident()


def test_a_deadline_is_kept_though_the_function_is_deaf() -> None:
    """The caller gets the error, and the function, which does not end before, is abandoned."""
    release = threading.Event()
    with pytest.raises(DeadlineExceededError):
        bound(release.wait, Control(deadline=time.monotonic() + 0.02))
    release.set()


def test_the_wait_for_a_function_lasts_until_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not shorter and not longer."""
    release, clock = threading.Event(), HandTime().replace(monkeypatch)
    waits = record_wakers(monkeypatch, clock, "drivers.blocking")
    with pytest.raises(DeadlineExceededError, match="did not finish within its timeout"):
        bound(release.wait, Control(deadline=clock.now + 7.5))
    release.set()
    assert waits == [7.5]


@pytest.mark.parametrize("bounds", ["late", "aborted"])
def test_nothing_begins_that_is_over_already(bounds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a past deadline or an aborted signal, the function is not given to another thread."""
    controller, started = AbortController(), list[Any]()
    monkeypatch.setattr(flights, "start", lambda function, **more: started.append(function))
    controller.abort()
    control = Control(deadline=time.monotonic() - 1) if bounds == "late" else Control(abort=controller.signal)
    with pytest.raises((DeadlineExceededError, RequestAbortedError)):
        bound(threading.get_ident, control)
    assert started == []


def test_a_wait_ends_with_the_abort() -> None:
    """The signal keeps no listener. Nothing else would end the wait."""
    controller = AbortController()
    listens = controller.signal._listeners
    aborting = threading.Thread(target=lambda: wait_until(lambda: listens) and controller.abort("stop"))
    aborting.start()
    with pytest.raises(RequestAbortedError, match="stop"):
        perform(Sleep(86400.0, Control(abort=controller.signal)))
    aborting.join()

    fresh = AbortController()
    assert bound(lambda: 5, Control(abort=fresh.signal)) == 5
    assert fresh.signal._listeners == {}


def test_the_context_goes_along() -> None:
    """A provider or handler sees the caller's context variables on another thread as well."""
    variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable")
    variable.set(7)

    assert bound(variable.get, Control(deadline=time.monotonic() + 5)) == 7


@pytest.mark.parametrize("shared", [True, False])
def test_without_a_thread_the_call_fails_at_once(shared: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """It never runs without its limit, because a function that hangs would block the caller."""
    ran: list[int] = []
    with monkeypatch.context() as patch:
        patch.setattr("sts.drivers.flights.flights._workers.submit", lambda function: False)
        with pytest.raises(STSError, match="No thread can be started") as caught:
            bound(lambda: ran.append(1), Control(deadline=time.monotonic() + 5), shared=shared)
    assert caught.value.code == "ThreadLimitError"
    assert not caught.value.retryable
    assert ran == []
    assert bound(lambda: 5, Control(deadline=time.monotonic() + 5), shared=shared) == 5
