"""Promises with JavaScript's semantics over one `concurrent.futures.Future`."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future
from threading import Lock
from typing import Any, Generic, TypeVar, cast, overload

from sts.base.functions import check_function, fit
from sts.base.records import of_whole
from sts.calling.settlement import Reactions as Reactions
from sts.calling.settlement import Settlement as Settlement
from sts.drivers.workers import Workers
from sts.logs import surface

R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")


Executor = Callable[[Callable[..., None], Callable[..., None]], object]
"""A function of `(resolve, reject)`."""
Exit = Callable[[SystemExit], object]
"""What to do if a handler raises SystemExit."""


class Promise(Generic[R]):
    """
    A future result with the interface of a JavaScript promise.

    `Promise(lambda resolve, reject: ...)` runs the function immediately, as in JavaScript. The first call of either settles the
    promise. A promise may be rejected with any value: one that is not an exception becomes a `RuntimeError`.

    Await it on any running loop, chain it with `then`, `catch` and `finally_`, or wait for it with `result`. An unhandled
    rejection is logged and passed to `threading.excepthook`.
    """

    def __init__(
        self, executor: Executor | Settlement, reactions: Reactions | None = None, on_exit: Exit | None = None
    ) -> None:
        # The library itself passes the future instead of an executor.
        future = executor if isinstance(executor, Settlement) else Settlement()
        self._future = future
        self._reactions: Reactions = _shared if reactions is None else reactions
        self._on_exit = on_exit
        if future.handled is None:
            future.handled = False
        if not isinstance(executor, Settlement):
            if executor is None:
                raise TypeError("Promise() takes a function of (resolve, reject).")
            check_function("Promise", executor, "executor")
            _execute(executor, _Settler(future))

    @overload
    def then(self, fulfilled: None = None, rejected: None = None) -> Promise[R]: ...
    @overload
    def then(self, fulfilled: Callable[[R], Promise[S]], rejected: None = None) -> Promise[S]: ...
    @overload
    def then(self, fulfilled: Callable[[R], S], rejected: None = None) -> Promise[S]: ...
    @overload
    def then(self, fulfilled: None, rejected: Callable[[BaseException], S]) -> Promise[R | S]: ...
    @overload
    def then(self, fulfilled: Callable[[R], S], rejected: Callable[[BaseException], T]) -> Promise[S | T]: ...
    def then(
        self, fulfilled: Callable[[R], Any] | None = None, rejected: Callable[[BaseException], Any] | None = None
    ) -> Promise[Any]:
        """Return a promise for the result of *fulfilled*, or of *rejected* with the error. Returned promises are followed."""
        check_function("then", fulfilled)
        check_function("then", rejected)
        return self._chain(fulfilled or _pass_on, rejected or _reject)

    def catch(self, rejected: Callable[[BaseException], S]) -> Promise[R | S]:
        """Return a promise for the result, or for the value of *rejected* with the error."""
        return self.then(None, rejected)

    def finally_(self, finished: Callable[[], object]) -> Promise[R]:
        """Run *finished* in both cases and pass the outcome on, unless *finished* raises or returns a rejected promise."""
        check_function("finally_", finished)
        return self._chain(lambda value: _after(finished(), _pass_on, value), lambda error: _after(finished(), _reject, error))

    def result(self, timeout: float | None = None) -> R:
        """
        Wait for the result and return it, or raise the error. Raise TimeoutError after *timeout* seconds.

        An interrupt (Ctrl-C) aborts the calls that the promise waits for, so that the program can end.
        """
        self._future.handled = True
        try:
            settled = self._reactions.wait(self._future, timeout)
        except (KeyboardInterrupt, SystemExit):
            self._future.abandon()
            raise
        if not settled:
            raise TimeoutError(f"The promise was still pending after {timeout} s.")
        return cast("R", self._future.result())

    def __await__(self) -> Generator[Any, None, R]:
        import asyncio  # slow to import, and not needed to wait in a thread

        self._future.handled = True
        return asyncio.wrap_future(self._future).__await__()

    @staticmethod
    def resolve(value: Any = None) -> Promise[Any]:
        """Return a promise that is fulfilled with *value*. A promise is returned unchanged."""
        return value if isinstance(value, Promise) else Promise(lambda resolve, _: resolve(value))

    @staticmethod
    def reject(error: object = None) -> Promise[Any]:
        """Return a promise that is rejected with *error*."""
        return Promise(lambda _, reject: reject(error))

    @staticmethod
    def race(promises: Iterable[Promise[S]]) -> Promise[S]:
        """Return a promise with the outcome of the first of *promises* that is settled. Without promises it stays pending."""
        items, first = list(promises), Settlement()
        settler = _Settler(first)
        for item in items:
            _future_of(item).add_done_callback(settler.settle)
        return Promise(first, *_reactions_of(items))

    @staticmethod
    def all(promises: Iterable[Promise[S]]) -> Promise[list[S]]:
        """Return a promise for the results of all *promises*, in order. It is rejected with the first error."""
        return _gather(list(promises), _value, fail_early=True)

    @staticmethod
    def all_settled(promises: Iterable[Promise[Any]]) -> Promise[list[dict[str, Any]]]:
        """Return a promise for `{"status", "value"}` or `{"status", "reason"}` of each of *promises*, in order."""
        return _gather(list(promises), _settled, fail_early=False)

    allSettled = all_settled  # noqa: N815 - JavaScript's name

    def _chain(self, fulfilled: Callable[[Any], Any], rejected: Callable[[Any], Any]) -> Promise[Any]:
        # The closures below must not hold this promise: an unhandled rejection is detected when the promise is deleted.
        future, following = self._future, Settlement()
        reactions, on_exit, context = self._reactions, self._on_exit, contextvars.copy_context()
        following.sources = (future,)
        future.handled = True

        def react() -> None:
            error = future.exception()
            if error is None:
                context.run(_react, following, fulfilled, future.result(), on_exit)
            else:
                context.run(_react, following, rejected, error, on_exit)

        future.add_done_callback(lambda _: reactions.submit_or_drain(react, following))
        return Promise(following, reactions, on_exit)

    def __del__(self) -> None:
        future = getattr(self, "_future", None)
        if future is not None and not future.handled:
            future.add_done_callback(_report_unhandled)

    @of_whole
    def __repr__(self) -> str:
        state = "pending" if not self._future.done() else "rejected" if self._future.exception() else "fulfilled"
        return f"<Promise {state}>"


class _Settler:
    """Functions passed to an executor. The first call of either settles the promise."""

    def __init__(self, future: Settlement) -> None:
        self._future = future
        self._lock = Lock()

    def resolve(self, value: Any = None) -> None:
        """Fulfil the promise with *value*, or with the outcome of a promise."""
        if self._lock.acquire(blocking=False):  # and never released
            if isinstance(value, Promise):
                _follow(self._future, value)
            else:
                self._future.settle(None, value)

    def reject(self, error: Any = None) -> None:
        """Reject the promise with *error*."""
        if self._lock.acquire(blocking=False):
            self._future.settle(error if isinstance(error, BaseException) else RuntimeError(str(error)), None)

    def settle(self, done: Future[Any]) -> None:
        """Settle the promise with the outcome of *done*."""
        error = done.exception()
        if error is None:
            self.resolve(done.result())
        else:
            self.reject(error)


def _execute(executor: Callable[..., object], settler: _Settler) -> None:
    try:
        executor(*fit(executor, (settler.resolve, settler.reject)))
    except Exception as error:  # noqa: BLE001 - rejects the promise, as in JavaScript
        settler.reject(error)


def _react(following: Settlement, handler: Callable[[Any], Any], given: Any, on_exit: Exit | None) -> None:
    """Settle *following* with the value of *handler* for *given*, or with the outcome of the promise it returns."""
    error, value = _attempt(handler, given)
    if isinstance(error, SystemExit) and on_exit is not None:
        on_exit(error)
    if isinstance(value, Promise) and value._future is following:
        error = TypeError("A promise cannot be resolved with itself.")
    if error is None and isinstance(value, Promise):
        _follow(following, value)
    else:
        following.settle(error, value)


def _follow(following: Settlement, promise: Promise[Any]) -> None:
    """Settle *following* with the outcome of *promise*."""
    source = _future_of(promise)
    following.sources = (source,)
    source.add_done_callback(lambda _: following.settle(source.exception(), _value(source)))


def _attempt(handler: Callable[[Any], Any], given: Any) -> tuple[BaseException | None, Any]:
    # A separate function: the traceback of the error must not lead to the future that stores the error.
    try:
        return None, handler(*fit(handler, (given,)))
    except BaseException as error:  # noqa: BLE001 - becomes the next promise's
        return error, None


def _after(waited: Any, pass_on: Callable[[Any], Any], outcome: Any) -> Any:
    return waited._chain(lambda _: pass_on(outcome), _reject) if isinstance(waited, Promise) else pass_on(outcome)


def _pass_on(value: Any) -> Any:
    return value


def _reject(error: BaseException) -> Any:
    raise error


def _value(future: Future[Any]) -> Any:
    return None if future.exception() else future.result()


def _settled(future: Future[Any]) -> dict[str, Any]:
    error = future.exception()
    if error is None:
        return {"status": "fulfilled", "value": future.result()}
    return {"status": "rejected", "reason": error}


def _report_unhandled(future: Future[Any]) -> None:
    error = future.exception()
    if error is not None and not cast("Settlement", future).handled:
        surface(f"A promise was rejected, and the rejection was not handled: {error!r}", error)


_shared = Workers(1, name="sts-promise")
"""Executor of the handlers of a promise without a client."""


def _gather(items: list[Any], outcome: Callable[[Future[Any]], Any], *, fail_early: bool) -> Promise[Any]:
    futures = [_future_of(item) for item in items]
    gathered = Settlement()
    gathered.sources = tuple(futures)
    lock = Lock()
    waiting, settled = len(futures), False

    def one_done(done: Future[Any]) -> None:
        nonlocal waiting, settled
        failed = done.exception() if fail_early else None
        with lock:
            waiting -= 1
            if settled or (failed is None and waiting > 0):
                return
            settled = True
        gathered.settle(failed, None if failed else [outcome(future) for future in futures])

    for future in futures:
        future.add_done_callback(one_done)
    if not futures:
        gathered.settle(None, [])
    return Promise(gathered, *_reactions_of(items))


def _reactions_of(items: list[Any]) -> tuple[Reactions, Exit | None]:
    """Return the executor of handlers and the reaction to SystemExit of the first promise in *items*."""
    first = next((item for item in items if isinstance(item, Promise)), None)
    return (_shared, None) if first is None else (first._reactions, first._on_exit)


def _future_of(item: Any) -> Settlement:
    """Return the future of *item*, or a settled one for a plain value, as in JavaScript."""
    if isinstance(item, Promise):
        item._future.handled = True
        return item._future
    future = Settlement()
    future.settle(None, item)
    return future
