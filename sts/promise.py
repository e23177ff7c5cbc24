"""Promises with JavaScript's semantics over one `concurrent.futures.Future`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future
from threading import RLock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sts.logs import LOGGER

if TYPE_CHECKING:
    from sts.drivers.workers import Workers

R = TypeVar("R")
S = TypeVar("S")


class Promise(Generic[R]):
    """
    Stand for a result that is not there yet.

    Await it on any running loop, chain it with `then`, `catch` and `finally_`, or wait for it with `result`. A rejection that
    nobody handles is logged.
    """

    def __init__(self, future: Future[R], reactions: Workers) -> None:
        self._future = future
        self._reactions = reactions
        self._handled = False

    def then(
        self, fulfilled: Callable[[R], Any] | None = None, rejected: Callable[[BaseException], Any] | None = None
    ) -> Promise[Any]:
        """Return a promise for what *fulfilled* makes of the result, or *rejected* of the error; promises are followed."""
        following: Future[Any] = new_future()
        self._handled = True

        def react() -> None:
            error = self._future.exception()
            try:
                if error is None:
                    value = self._future.result()
                    settle(following, value if fulfilled is None else fulfilled(value))
                elif rejected is not None:
                    settle(following, rejected(error))
                else:
                    following.set_exception(error)
            except BaseException as raised:  # noqa: BLE001 - a handler's error becomes the next promise's
                following.set_exception(raised)

        self._future.add_done_callback(lambda _: None if self._reactions.submit(react) else react())
        return Promise(following, self._reactions)

    def catch(self, rejected: Callable[[BaseException], Any]) -> Promise[Any]:
        """Return a promise for the result, or for what *rejected* makes of the error."""
        return self.then(None, rejected)

    def finally_(self, finished: Callable[[], Any]) -> Promise[R]:
        """Run *finished* either way and pass the outcome on, unless *finished* raises or returns a rejected promise."""

        def after(outcome: Callable[[], Any]) -> Any:
            waited = finished()
            return waited.then(lambda _: outcome()) if isinstance(waited, Promise) else outcome()

        def fail(error: BaseException) -> Any:
            def reraise() -> Any:
                raise error

            return after(reraise)

        return self.then(lambda value: after(lambda: value), fail)

    def result(self, timeout: float | None = None) -> R:
        """Wait for the result and return it, or raise the error; TimeoutError after *timeout* seconds."""
        self._handled = True
        self._reactions.help_until(self._future, timeout)
        return self._future.result(timeout)

    def __await__(self) -> Generator[Any, None, R]:
        from sts.drivers.asyncio import wait_for_future

        self._handled = True
        return wait_for_future(self._future).__await__()

    @staticmethod
    def all(promises: Iterable[Promise[S]]) -> Promise[list[S]]:
        """Return a promise for every result, in order; it is rejected with the first error."""
        several = list(promises)
        return _gather(several, lambda promise: promise._future.result(), fail_early=True)

    @staticmethod
    def all_settled(promises: Iterable[Promise[Any]]) -> Promise[list[dict[str, Any]]]:
        """Return a promise for `{"status", "value"}` or `{"status", "reason"}` of each, in order."""
        return _gather(list(promises), _settled, fail_early=False)

    def __del__(self) -> None:
        future = getattr(self, "_future", None)
        if future is not None and not self._handled and future.done() and future.exception() is not None:
            LOGGER.error("A promise was rejected and nobody handled it: %r", future.exception())

    def __repr__(self) -> str:
        state = "pending" if not self._future.done() else "rejected" if self._future.exception() else "fulfilled"
        return f"<Promise {state}>"


def new_future() -> Future[Any]:
    """Return a future that cancelling an awaiting task cannot cancel, since others may wait for it too."""
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    return future


def settle(future: Future[Any], value: Any) -> None:
    """Give *future* the *value*, or, when that is a promise, its outcome."""
    if not isinstance(value, Promise):
        future.set_result(value)
        return
    if value._future is future:
        raise TypeError("A promise cannot be resolved with itself.")
    value._handled = True
    value._future.add_done_callback(lambda done: _copy(done, future))


def _copy(done: Future[Any], future: Future[Any]) -> None:
    error = done.exception()
    if error is None:
        future.set_result(done.result())
    else:
        future.set_exception(error)


def _settled(promise: Promise[Any]) -> dict[str, Any]:
    error = promise._future.exception()
    if error is None:
        return {"status": "fulfilled", "value": promise._future.result()}
    return {"status": "rejected", "reason": error}


def _gather(promises: list[Promise[Any]], outcome: Callable[[Promise[Any]], Any], *, fail_early: bool) -> Promise[Any]:
    from sts.drivers.workers import Workers

    future = new_future()
    gathered = Promise(future, promises[0]._reactions if promises else Workers(1))
    waiting = len(promises)
    lock = RLock()

    def one_done(done: Future[Any]) -> None:
        nonlocal waiting
        with lock:
            waiting -= 1
            finished = not future.done() and (waiting == 0 or (fail_early and done.exception() is not None))
            if finished and fail_early and done.exception() is not None:
                future.set_exception(done.exception())
            elif finished:
                future.set_result([outcome(promise) for promise in promises])

    for promise in promises:
        promise._handled = True
        promise._future.add_done_callback(one_done)
    if not promises:
        future.set_result([])
    return gathered
