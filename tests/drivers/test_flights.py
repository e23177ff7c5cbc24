"""Blocking functions: calls that wait for the same function share a thread, and none runs without a limit."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from sts import STS, AsyncSTS, Credentials, errors
from sts.drivers.flights import Flights
from sts.drivers.workers import Workers
from sts.testing import LocalSTS
from tests.support.fakes import CREDENTIALS, FakeHandler, client, ok
from tests.support.threads import PATIENCE, wait_until


class Hanging:
    """A provider that waits until `end` is set. `threads` has the threads that called it."""

    def __init__(self) -> None:
        self.end = threading.Event()
        self.threads: set[int] = set()

    def retrieve(self) -> Credentials:
        self.threads.add(threading.get_ident())
        self.end.wait(60)
        return Credentials(CREDENTIALS["access_key_id"], CREDENTIALS["secret_access_key"])


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    """End its wait at the end of the test."""
    provider = Hanging()
    yield provider
    provider.end.set()


def io_threads() -> int:
    return sum(thread.name == "sts-io" for thread in threading.enumerate())


def test_calls_that_wait_for_a_hanging_provider_share_one_thread(hanging: Hanging) -> None:
    """The provider has one thread, however many calls have timed out."""
    made = client(ok(), access_key_id=None, secret_access_key=None, credentials=hanging)
    made._wire()
    before = io_threads()
    for _ in range(40):
        with pytest.raises(errors.DeadlineExceededError):
            made.get_caller_identity(timeout=0.01)

    assert io_threads() <= before + 1
    assert len(hanging.threads) == 1
    hanging.end.set()
    assert made.get_caller_identity(timeout=60)["Account"] == "123456789012"


def test_calls_without_credentials_and_with_some_go_on(hanging: Hanging, local_sts: LocalSTS) -> None:
    """A provider that hangs does not delay other calls."""
    options: dict[str, Any] = {"region": "us-east-1", "endpoint": local_sts.url, "credentials": hanging}

    async def main() -> None:
        async with AsyncSTS(**options, max_concurrency=2) as made, AsyncSTS(**local_sts.client_options()) as other:
            waiting = [asyncio.ensure_future(made.get_caller_identity()) for _ in range(50)]
            for _ in range(10):
                with pytest.raises(errors.DeadlineExceededError):
                    await made.get_caller_identity(timeout=0.01)
            with pytest.raises(errors.ServiceError):
                await made.assume_role_with_web_identity(
                    RoleArn=local_sts.role.arn, RoleSessionName="abc", WebIdentityToken="aaa.bbb.ccc.ddd"
                )
            assert (await other.get_caller_identity())["Account"] == "123456789012"
            assert len(hanging.threads) == 1
            for task in waiting:
                task.cancel()
            assert {type(one) for one in await asyncio.gather(*waiting, return_exceptions=True)} == {asyncio.CancelledError}

    asyncio.run(main())


def test_the_outcome_is_everybodys() -> None:
    """All callers get the same result, or a copy of the error each, because raising changes an error."""
    flights = Flights(Workers(daemon=True))
    release, runs = threading.Event(), []

    def work() -> Any:
        runs.append(1)
        release.wait(60)
        if len(runs) > 1:
            raise errors.CredentialsError("no")
        return "yes"

    joined = [flights.start(work, shared=True) for _ in range(3)]
    release.set()
    assert all(flight.done.wait(PATIENCE) for flight in joined)
    assert [flight.outcome() for flight in joined] == ["yes"] * 3

    release.clear()
    joined = [flights.start(work, shared=True) for _ in range(3)]
    release.set()
    raised = []
    for flight in joined:
        assert flight.done.wait(PATIENCE)
        with pytest.raises(errors.CredentialsError, match="no") as caught:
            flight.outcome()
        raised.append(caught.value)
    assert len({id(error) for error in raised}) == 3
    assert len(runs) == 2
    assert flights._shared == {}


def test_what_is_not_shared_runs_for_each() -> None:
    """A provider that returns something else for each caller must be called for each."""
    flights, runs = Flights(Workers(daemon=True)), []
    joined = [flights.start(lambda number=number: runs.append(number) or number) for number in range(3)]  # type: ignore[misc]

    assert all(flight.done.wait(PATIENCE) for flight in joined)
    assert [flight.outcome() for flight in joined] == [0, 1, 2]


def test_a_provider_of_the_users_own_that_caches_is_asked_for_each_call() -> None:
    """Nothing is known about it. It may read the caller's context."""
    asked: list[int] = []

    class Own:
        def cached(self) -> None:
            return None

        def retrieve(self) -> Credentials:
            asked.append(1)
            return Credentials(CREDENTIALS["access_key_id"], "secret")

        def invalidate(self, credentials: Credentials) -> bool:
            return False

    made = STS(region="us-east-1", credentials=Own(), request_handler=FakeHandler(ok()))
    for _ in range(3):
        made.get_caller_identity(timeout=60)
    assert len(asked) == 3


CROWDED = """
import asyncio, threading
from sts import STS, AsyncSTS, STSError
class Never:
    def retrieve(self): raise AssertionError("it must not be asked on the caller's own thread")
def refuse(self): raise RuntimeError("can't start new thread")
options = dict(region="us-east-1", endpoint="http://127.0.0.1:9", credentials=Never())
made, asynchronous = STS(**options), AsyncSTS(**options)
made._wire(), asynchronous._wire()
threading.Thread.start = refuse
for call in (lambda: made.get_caller_identity(timeout=5), lambda: asyncio.run(asynchronous.get_caller_identity())):
    try:
        call()
    except STSError as error:
        print(error.code, error.operation)
"""


def test_a_call_for_which_no_thread_can_be_started_fails_at_once() -> None:
    """The error says so, and the call does not run without a limit."""
    environ = {**os.environ, "PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        [sys.executable, "-c", CROWDED], capture_output=True, text=True, check=False, timeout=120, env=environ
    )

    assert done.stdout.split("\n")[:2] == ["ThreadLimitError GetCallerIdentity"] * 2, done.stderr


def test_the_functions_of_the_parent_are_not_waited_for_in_a_child(hanging: Hanging) -> None:
    """Their threads do not exist there."""
    flights = Flights(Workers(daemon=True))
    flights.start(hanging.retrieve, shared=True)
    wait_until(lambda: bool(hanging.threads))
    assert flights._shared
    flights._after_fork()
    assert not flights._shared


@pytest.mark.parametrize("unbounded", [True, False])
@pytest.mark.parametrize("main_thread_ended", [True, False])
def test_only_what_has_no_deadline_runs_here_once_the_main_thread_has_ended(
    monkeypatch: pytest.MonkeyPatch, unbounded: bool, main_thread_ended: bool
) -> None:
    """Python 3.12.0 and 3.12.1 start no thread then. In all other cases a lack of threads is an error."""
    workers = Workers(daemon=True)
    monkeypatch.setattr(workers, "submit", lambda _: False)
    ended = threading.Thread()
    if main_thread_ended:
        monkeypatch.setattr(threading, "main_thread", lambda: ended)
    flight = Flights(workers).start(threading.get_ident, shared=True, unbounded=unbounded)
    if unbounded and main_thread_ended:
        assert flight.outcome() == threading.get_ident()
    else:
        with pytest.raises(errors.STSError, match="No thread can be started"):
            flight.outcome()
