"""Fork safety: a client works in the child, with its own locks, workers and connections."""

from __future__ import annotations

import faulthandler
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sts import STS, AbortController
from sts.base import forks
from sts.base.forks import reset_after_fork
from sts.base.time import Clock
from sts.credentials.refresh.cache import CachedProvider
from sts.drivers.alarms import Alarms
from sts.drivers.workers import Workers
from sts.model.operations import OPERATIONS
from sts.pipeline.call import Call
from sts.retry.adaptive import RateLimiter
from sts.retry.standard import RetryQuota
from sts.testing import LocalSTS
from tests.support.fakes import client
from tests.support.threads import PATIENCE, wait_until

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


def in_child(function: Callable[[], object], seconds: float = 10.0) -> str:
    """Run *function* in a forked child. Return its error, "" if there is none, or the stack of a child that hangs."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        faulthandler.enable(file=writer)  # for the signal below
        text = ""
        try:
            function()
        except BaseException:
            text = traceback.format_exc()
        os.write(writer, text.encode()[-4000:])
        os._exit(0)
    os.close(writer)
    end, told = time.monotonic() + seconds, ""
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() > end:
            os.kill(child, signal.SIGABRT)
            os.waitpid(child, 0)
            told = f"The child did not end within {seconds} seconds.\n"
            break
        time.sleep(0.005)
    with os.fdopen(reader, "rb") as pipe:
        return told + pipe.read().decode()


@pytest.fixture(params=["direct", "urllib3", "requests"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each test runs with both own handlers."""
    monkeypatch.setattr("sts.pipeline.wiring.handler_kind", lambda _: request.param)
    return str(request.param)


@pytest.fixture
def used(kind: str) -> Iterator[tuple[LocalSTS, STS]]:
    """A server, and a client with an open connection."""
    with LocalSTS() as server, STS(**server.client_options()) as made:
        made.get_caller_identity()
        yield server, made


def test_parent_and_child_do_not_share_a_connection(used: tuple[LocalSTS, STS]) -> None:
    """Both call at the same time, many times. Each gets its own responses, and the connection of the parent stays open."""
    server, made = used
    me = server.add_user("child")
    with STS(**server.client_options(me)) as other:
        other.get_caller_identity()

        def call() -> None:
            for _ in range(100):
                assert other.get_caller_identity()["Arn"].endswith("user/child")
                assert made.get_caller_identity()["Arn"].endswith("user/demo")
            made.close()

        outcome: list[str] = []
        thread = threading.Thread(target=lambda: outcome.append(in_child(call)))
        thread.start()
        while thread.is_alive():
            assert made.get_caller_identity()["Arn"].endswith("user/demo")
            assert other.get_caller_identity()["Arn"].endswith("user/child")
        thread.join()

    assert outcome == [""]


def test_a_preloaded_client_serves_many_children(used: tuple[LocalSTS, STS]) -> None:
    """As with gunicorn's --preload, the client is made and used before the fork, and every worker uses it in all styles."""
    server, made = used

    def work() -> None:
        import asyncio

        from sts import AsyncSTS

        threads = [threading.Thread(target=made.get_caller_identity) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        called = threading.Event()
        made.get_caller_identity(lambda error, data: error or called.set())
        assert called.wait(PATIENCE)
        assert made.make_request("get_caller_identity").promise().result(PATIENCE)["Account"]
        assert made.get_caller_identity(timeout=5)["Account"]

        async def on_a_loop() -> None:
            async with AsyncSTS(**server.client_options()) as inner:
                await inner.get_caller_identity()

        asyncio.run(on_a_loop())
        made.close()

    assert [in_child(work) for _ in range(4)] == [""] * 4
    assert made.get_caller_identity()["Account"] == "123456789012"


@pytest.mark.slow
def test_a_fork_while_threads_call(used: tuple[LocalSTS, STS]) -> None:
    """A thread that does not exist in the child may hold any lock of the library."""
    _, made = used
    stop = threading.Event()

    def keep_calling() -> None:
        while not stop.is_set():
            made.get_caller_identity()
            made.get_caller_identity(timeout=5)
            done = threading.Event()
            made.get_caller_identity(lambda *_: done.set())  # noqa: B023  # waited for below
            done.wait(5)

    threads = [threading.Thread(target=keep_calling) for _ in range(6)]
    for thread in threads:
        thread.start()

    def work() -> None:
        assert made.get_caller_identity()["Account"]
        assert made.get_caller_identity(timeout=5)["Account"]
        called = threading.Event()
        made.get_caller_identity(lambda error, data: called.set())
        assert called.wait(PATIENCE)
        made.close(wait=False)

    try:
        problems = [problem for problem in (in_child(work) for _ in range(25)) if problem]
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert problems == []


def test_closing_in_the_child_does_not_cut_the_parents_exchange(kind: str) -> None:
    """`close(wait=False)` shuts sockets down, which would also affect the parent."""
    with LocalSTS() as server, STS(**server.client_options()) as made:
        made.get_caller_identity()
        server.inject("slow_headers", seconds=0.5)
        outcome: list[Any] = []
        thread = threading.Thread(target=lambda: outcome.append(made.get_caller_identity(timeout=PATIENCE)))
        thread.start()
        wait_until(lambda: len(server.calls) == 2)
        problem = in_child(lambda: made.close(wait=False))
        thread.join()

    assert problem == ""
    assert outcome[0]["Account"] == "123456789012"
    assert outcome[0]["ResponseMetadata"]["Attempts"] == 1


def test_a_fork_inside_a_callback(used: tuple[LocalSTS, STS]) -> None:
    """The child continues on a worker of the parent."""
    _, made = used
    problems: list[str] = []
    done = threading.Event()

    def callback(error: Any, data: Any) -> None:
        problems.append(in_child(lambda: made.get_caller_identity()))
        done.set()

    made.get_caller_identity(callback)
    assert done.wait(PATIENCE)
    assert problems == [""]


@pytest.mark.slow
def test_a_fork_while_another_thread_makes_its_first_call() -> None:
    """The first call imports many modules. One that is half imported at the fork would stay locked in the child."""
    code = """
        import threading, time
        from sts import STS
        from sts.testing import LocalSTS
        from tests.base.test_forks import in_child
        with LocalSTS() as server, STS(**server.client_options()) as made:
            thread = threading.Thread(target=made.get_caller_identity)
            thread.start()
            time.sleep({pause})
            print(in_child(lambda: made.get_caller_identity(), 10.0) or "fine")
            thread.join()
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    for pause in (0.001, 0.01, 0.03, 0.06):
        command = [sys.executable, "-c", textwrap.dedent(code.format(pause=pause))]
        root = Path(__file__).parent.parent.parent
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=root, env=environ)

        assert done.stdout.strip() == "fine", done.stdout + done.stderr


def test_an_import_and_a_fork_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """No import starts during a fork. A fork waits for imports, but not for ever. The lock of the child is free."""
    monkeypatch.setattr(forks, "_every", weakref.WeakSet())
    monkeypatch.setattr(forks, "LONGEST_WAIT", 0.01)
    loading = forks._Loading()

    def acquires(thread: ThreadPoolExecutor) -> bool:
        return thread.submit(loading.lock.acquire, blocking=False).result()

    with ThreadPoolExecutor(1) as importing, ThreadPoolExecutor(1) as another:
        loading.before()
        assert not acquires(importing)
        loading.after_in_parent()
        assert acquires(importing)  # and never releases it
        loading.before()
        loading.after_in_parent()
        assert not acquires(another)
        loading.after_in_child()
        assert acquires(another)


def test_the_child_resets_what_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every registered object that still exists is reset."""
    monkeypatch.setattr(forks, "_every", weakref.WeakSet())
    reset: list[str] = []

    class Forkable:
        def __init__(self, name: str) -> None:
            self.name = name
            reset_after_fork(self)

        def _after_fork(self) -> None:
            reset.append(self.name)

    kept = Forkable("kept")
    Forkable("gone")
    gc.collect()
    forks._Loading().after_in_child()
    assert reset == [kept.name]


LOCKED: list[Any] = [
    (lambda: RetryQuota(), "_lock", lambda one: one.acquire(1)),
    (lambda: RateLimiter(), "_lock", lambda one: one.note(throttled=True)),
    (lambda: CachedProvider(object()), "_lock", lambda one: one.cached()),  # type: ignore[arg-type]  # never asked
    (lambda: Workers(1, daemon=True)._state, "lock", lambda one: Workers(1, daemon=True).submit(print)),
    (lambda: Alarms(), "_lock", lambda one: one.set(0.0, print)),
]


@pytest.mark.parametrize(("make", "lock", "use"), LOCKED, ids=["quota", "rate limit", "credentials", "workers", "alarms"])
def test_a_lock_held_at_the_fork_is_free_in_the_child(make: Any, lock: str, use: Any) -> None:
    """Its holder does not exist there."""
    one = make()
    with getattr(one, lock):
        assert in_child(lambda: use(one), 3.0) == ""


def test_a_call_in_progress_at_the_fork_keeps_no_child_from_closing() -> None:
    """The thread of the call does not exist there."""
    made = client()
    call = Call(made, OPERATIONS[0], {})
    with made._calls.enter(call):

        def work() -> None:
            assert not made._calls.occupied
            made.close()

        assert in_child(work, 3.0) == ""


def test_a_client_whose_settings_are_being_read_at_the_fork() -> None:
    """The child reads them itself."""
    made = client()
    with made._wiring_lock:
        assert in_child(lambda: made.get_caller_identity(), 3.0) == ""


def test_the_signal_of_a_client_forgets_the_parents_listeners() -> None:
    """A listener closes a connection that the parent continues to use."""
    controller, dropped = AbortController(), []
    controller.signal.add_listener(lambda: dropped.append(os.getpid()))

    def work() -> None:
        controller.signal._after_fork()
        controller.abort()
        assert dropped == []
        assert controller.signal.aborted

    assert in_child(work) == ""


def test_what_was_learnt_before_the_fork_stays() -> None:
    """Clock offsets need no lock."""
    clock = Clock(now=lambda: 0.0)
    clock.correct("a", 5.0)

    assert in_child(lambda: [None][0 if clock.time("a") == 5.0 else 1]) == ""


def job(options: dict[str, str]) -> str:
    """Make a call in a process of a pool."""
    with STS(**options) as made:  # type: ignore[arg-type]  # plain strings
        return str(made.get_caller_identity(timeout=10)["Arn"])


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(method: str) -> None:
    """Pools of both kinds work, and errors are returned pickled."""
    with LocalSTS() as server, multiprocessing.get_context(method).Pool(2) as pool:
        assert set(pool.map(job, [server.client_options()] * 6)) == {server.user.arn}
        with pytest.raises(Exception, match="InvalidClientTokenId"):
            pool.map(job, [{**server.client_options(), "access_key_id": "AKIANOBODY0000000000"}])


@pytest.mark.parametrize("style", ["blocking", "timeout", "callback"])
def test_threads_at_the_end_of_the_interpreter(style: str) -> None:
    """Threads whose calls last longer than the main thread finish. Nothing is written to standard error, and nothing hangs."""
    if style == "timeout" and (3, 12, 0) <= sys.version_info < (3, 12, 2):
        pytest.skip("no thread can bound a call after the main thread")
    call = {
        "blocking": "made.get_caller_identity()",
        "timeout": "made.get_caller_identity(timeout=5)",
        "callback": "made.get_caller_identity(lambda error, data: print(f'called {error is None}'))",
    }[style]
    code = f"""
        import threading, time
        from sts import STS
        from sts.testing import LocalSTS
        server = LocalSTS().start()
        made = STS(**server.client_options())
        def work():
            time.sleep(0.2)
            for _ in range(3):
                {call}
            print("worked", flush=True)
        for _ in range(4):
            threading.Thread(target=work).start()
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=Path(__file__).parent.parent.parent,
        env={**environ, "AWS_EC2_METADATA_DISABLED": "true"},
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("worked") == 4
    assert done.stdout.count("called True") == (12 if style == "callback" else 0)
