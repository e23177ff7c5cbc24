"""Promises: JavaScript's semantics, for threads and event loops."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import Any

import pytest

from sts.calling.promise import Promise, Settlement
from sts.drivers.workers import Workers
from tests.support.threads import PATIENCE

WORKERS = Workers(1, name="reactions")


def pending() -> tuple[Settlement, Promise[Any]]:
    future = Settlement()
    return future, Promise(future, WORKERS)


def resolved(value: Any) -> Promise[Any]:
    future, promise = pending()
    future.settle(None, value)
    return promise


def rejected(error: BaseException) -> Promise[Any]:
    future, promise = pending()
    future.settle(error, None)
    return promise


class Refused(Exception):
    pass


def fail(error: BaseException) -> Any:
    raise error


# Each row: a chain on a promise of 1, and on one rejected with Refused("r"); "!" marks an expected rejection.
CHAINS: list[tuple[str, Any, Any, Any]] = [
    ("then maps values, errors pass", lambda p: p.then(lambda v: v + 1), 2, "!r"),
    ("then without handlers passes", lambda p: p.then(), 1, "!r"),
    ("then takes both", lambda p: p.then(lambda v: "f", lambda e: f"caught {e}"), "f", "caught r"),
    ("catch returns to the good way", lambda p: p.catch(lambda e: f"caught {e}"), 1, "caught r"),
    ("catch may raise anew", lambda p: p.catch(lambda e: fail(Refused("again"))), 1, "!again"),
    ("then may raise", lambda p: p.then(lambda v: fail(Refused("t"))), "!t", "!r"),
    ("rejected of the same then is not asked", lambda p: p.then(lambda v: fail(Refused("t")), lambda e: "c"), "!t", "c"),
    ("a returned promise is followed", lambda p: p.then(lambda v: resolved(v).then(lambda v: v + 10)), 11, "!r"),
    ("a returned rejection is followed", lambda p: p.then(lambda v: rejected(Refused("q"))), "!q", "!r"),
    ("finally passes on", lambda p: p.finally_(lambda: "ignored"), 1, "!r"),
    ("finally may raise", lambda p: p.finally_(lambda: fail(Refused("f"))), "!f", "!f"),
    ("finally waits for a promise", lambda p: p.finally_(lambda: resolved(5)), 1, "!r"),
    ("finally takes over a rejection", lambda p: p.finally_(lambda: rejected(Refused("f"))), "!f", "!f"),
    ("None is a value", lambda p: p.then(lambda v: None).then(lambda v: [v]), [None], "!r"),
]


@pytest.mark.parametrize("late", [False, True], ids=["chained before", "chained after"])
@pytest.mark.parametrize(("chain", "good", "bad"), [row[1:] for row in CHAINS], ids=[row[0] for row in CHAINS])
def test_chains_are_javascripts(chain: Any, good: Any, bad: Any, late: bool) -> None:
    """Values, errors and returned promises pass on the same way whether handlers come early or late."""
    for expected, error, value in ((good, None, 1), (bad, Refused("r"), None)):
        future, promise = pending()
        if late:
            future.settle(error, value)
        end = chain(promise)
        if not late:
            future.settle(error, value)
        if isinstance(expected, str) and expected.startswith("!"):
            with pytest.raises(Refused, match=f"^{expected[1:]}$"):
                end.result(PATIENCE)
        else:
            assert end.result(PATIENCE) == expected


def test_a_promise_cannot_wait_for_itself() -> None:
    """As in JavaScript that is a TypeError, not a wait without end."""
    future, promise = pending()
    ends: list[Promise[Any]] = []
    ends.append(promise.then(lambda _: ends[0]))
    future.settle(None, 1)

    with pytest.raises(TypeError, match="itself"):
        ends[0].result(PATIENCE)


def test_handlers_never_run_inside_then() -> None:
    """Not even on a settled promise: the caller's code after `then` comes first, on another thread than the handler."""
    promise, go = resolved(1), threading.Event()
    thread = promise.then(lambda _: go.wait(PATIENCE) and threading.get_ident())
    go.set()

    assert thread.result(PATIENCE) not in {None, threading.get_ident()}


def test_each_handler_runs_once() -> None:
    """Several handlers of one promise all run, in the order in which they were added."""
    future, promise = pending()
    seen: list[int] = []
    ends = [promise.then(lambda _, n=n: seen.append(n)) for n in range(5)]  # type: ignore[misc]
    future.settle(None, 1)
    Promise.all(ends).result(PATIENCE)

    assert seen == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("handler", [5, "f", object()])
def test_a_handler_must_be_a_function(handler: Any) -> None:
    """An async function is rejected too, because its result would never be awaited."""

    async def coroutine(value: Any) -> None:
        pass

    promise = resolved(1)
    for bad in (handler, coroutine):
        with pytest.raises(TypeError, match="then"):
            promise.then(bad)
        with pytest.raises(TypeError, match="finally_"):
            promise.finally_(bad)


def test_all_gives_the_results_in_order() -> None:
    """Independent of the order in which they are settled. Plain values count as results."""
    first, one = pending()
    second, two = pending()
    everything = Promise.all([one, two, "plain"])
    second.settle(None, 2)
    first.settle(None, 1)

    assert everything.result(PATIENCE) == [1, 2, "plain"]
    assert Promise.all([]).result(PATIENCE) == []


def test_all_fails_with_the_first_error() -> None:
    """It does not wait for the others."""
    _, never = pending()
    second, two = pending()
    everything = Promise.all([never, two])
    second.settle(Refused("first"), None)

    with pytest.raises(Refused, match="first"):
        everything.result(PATIENCE)


def test_all_settled_waits_for_everybody() -> None:
    """Errors are part of the result."""
    error = Refused("x")

    assert Promise.all_settled([resolved(1), rejected(error)]).result(PATIENCE) == [
        {"status": "fulfilled", "value": 1},
        {"status": "rejected", "reason": error},
    ]


def test_result_inside_a_handler_cannot_block_itself() -> None:
    """A handler may wait for another chain of the same client, though handlers run one at a time."""

    def nested(value: int) -> Any:
        return (
            resolved(value)
            .then(lambda v: v + 1)
            .then(lambda v: resolved(v).then(lambda w: w * 2).result(PATIENCE))
            .result(PATIENCE)
        )

    assert Promise.all([resolved(n).then(nested) for n in range(20)]).result(PATIENCE) == [(n + 1) * 2 for n in range(20)]


def test_result_times_out() -> None:
    """The timeout is a TimeoutError and settles nothing."""
    future, promise = pending()
    with pytest.raises(TimeoutError, match="pending"):
        promise.result(0.01)
    future.settle(None, 3)

    assert promise.result(PATIENCE) == 3


def test_it_can_be_awaited_on_several_loops() -> None:
    """One promise serves threads and loops at the same time, each as often as it likes."""
    future, promise = pending()
    results: list[Any] = []

    async def wait() -> None:
        results.append([await promise, await promise])

    threads = [threading.Thread(target=lambda: asyncio.run(wait())) for _ in range(3)]
    for thread in threads:
        thread.start()
    future.settle(None, 7)
    for thread in threads:
        thread.join(PATIENCE)

    assert results == [[7, 7]] * 3


def test_cancelling_who_awaits_leaves_the_promise_alone() -> None:
    """Others may be waiting for it too."""

    async def main() -> Any:
        future, promise = pending()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.ensure_future(one(promise)), 0.01)
        future.settle(None, 1)
        return await promise

    async def one(promise: Promise[Any]) -> Any:
        return await promise

    assert asyncio.run(main()) == 1


@pytest.mark.parametrize("order", ["dropped first", "rejected first"])
def test_an_unhandled_rejection_is_told_once(order: str, caplog: pytest.LogCaptureFixture, surfaced: list[Any]) -> None:
    """At the latest when the promise is deleted, because it can no longer be handled."""
    future, promise = pending()
    if order == "dropped first":
        del promise
    future.settle(Refused("lost"), None)
    promise = None
    gc.collect()

    assert [record.getMessage() for record in caplog.records] == [
        "A promise was rejected, and the rejection was not handled: Refused('lost')"
    ]
    assert [repr(error) for error in surfaced] == ["Refused('lost')"]


def test_the_error_of_a_handler_that_nobody_waits_for_is_told(caplog: pytest.LogCaptureFixture, surfaced: list[Any]) -> None:
    """`promise.then(handler)` as a statement is the usual case, and a program that logs nothing must show it too."""
    future, promise = pending()
    promise.then(lambda _: fail(Refused("bug")))
    done = promise.then(lambda _: 1)
    future.settle(None, 1)
    done.result(PATIENCE)

    assert "the rejection was not handled: Refused('bug')" in caplog.text
    assert [repr(error) for error in surfaced] == ["Refused('bug')"]


@pytest.mark.parametrize(
    "handle",
    [
        lambda p: p.catch(lambda e: None).result(PATIENCE),
        lambda p: pytest.raises(Refused, p.result, 5),
        lambda p: Promise.all_settled([p]).result(PATIENCE),
        lambda p: asyncio.run(caught(p)),
    ],
    ids=["catch", "result", "all_settled", "await"],
)
def test_a_handled_rejection_is_not_logged(handle: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Whichever way it was looked at."""
    promise = rejected(Refused("seen"))
    handle(promise)
    del promise
    gc.collect()

    assert caplog.records == []


def test_a_second_promise_of_a_handled_future_is_no_new_rejection(caplog: pytest.LogCaptureFixture) -> None:
    """Somebody has looked at the error already."""
    future, promise = pending()
    promise.catch(lambda e: None)
    future.settle(Refused("x"), None)
    again = Promise(future, WORKERS)
    del promise, again
    gc.collect()

    assert caplog.records == []


async def caught(promise: Promise[Any]) -> None:
    with pytest.raises(Refused):
        await promise


def test_repr_says_how_it_stands() -> None:
    """Without showing the value, which may hold secrets."""
    assert [repr(one) for one in (pending()[1], resolved("secret"))] == ["<Promise pending>", "<Promise fulfilled>"]
    promise = rejected(Refused("x"))
    assert repr(promise) == "<Promise rejected>"
    promise.catch(lambda _: None)


# --- JavaScript's constructors ---


def test_an_executor_settles_its_promise_once() -> None:
    """`Promise(lambda resolve, reject: ...)`: the first call counts, an exception rejects, a promise is followed."""
    assert Promise(lambda resolve, reject: (resolve(1), reject(ValueError("late")), resolve(2))).result(PATIENCE) == 1
    assert Promise(lambda resolve: resolve(Promise.resolve(Promise.resolve(3)))).result(PATIENCE) == 3
    with pytest.raises(ValueError, match="no"):
        Promise(lambda resolve, reject: reject(ValueError("no"))).result(PATIENCE)
    with pytest.raises(ZeroDivisionError):
        Promise(lambda resolve, reject: 1 / 0).result(PATIENCE)
    with pytest.raises(RuntimeError, match="words"):
        Promise.reject("words").result(PATIENCE)
    for wrong in (None, 5):
        with pytest.raises(TypeError, match="Promise"):
            Promise(wrong)  # type: ignore[arg-type]


def test_resolve_returns_a_promise_as_it_is() -> None:
    """Values are wrapped, promises are not."""
    promise = Promise.resolve(1)
    assert Promise.resolve(promise) is promise
    assert promise.then(lambda: "no parameter").result(PATIENCE) == "no parameter"


def test_race_has_the_outcome_of_the_first() -> None:
    """Its result or its error. Later outcomes have no effect."""
    pending: Promise[int] = Promise(lambda resolve, reject: None)
    assert Promise.race([pending, Promise.resolve(1), Promise.reject(ValueError("late"))]).result(PATIENCE) == 1
    with pytest.raises(ValueError, match="first"):
        Promise.race([pending, Promise.reject(ValueError("first"))]).result(PATIENCE)
    assert Promise.race([pending, 7]).result(PATIENCE) == 7  # type: ignore[list-item]  # as in JavaScript
    assert [
        one["status"] for one in Promise.allSettled([Promise.resolve(1), Promise.reject(ValueError())]).result(PATIENCE)
    ] == [
        "fulfilled",
        "rejected",
    ]
