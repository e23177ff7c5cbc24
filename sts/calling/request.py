"""A call as an object: unsent until `send()`, with events, a promise and `abort()`, as in the AWS SDK for JavaScript v2."""

from __future__ import annotations

import contextvars
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from sts.base.frames import clear_frames, without_locals
from sts.base.records import of_whole
from sts.base.time import utc_now
from sts.calling.arguments import check_callback, check_takes_outcome
from sts.calling.promise import Exit, Promise, Reactions, Settlement
from sts.events import Emitter, Listeners, Listening
from sts.http import AbortController, HttpRequest, HttpResponse
from sts.logs import LOGGER, surface

if TYPE_CHECKING:
    from weakref import ReferenceType

    from sts.pipeline.call import Call
    from sts.pipeline.presign import PresignedRequest

R = TypeVar("R")
Callback = Callable[[Any, Any], object]


class RequestClient(Protocol):
    """Interface of the client that a request needs: it runs the request and delivers its outcome."""

    _closing: AbortController

    @property
    def _reactions(self) -> Reactions:
        """Executor of promise handlers, one at a time."""

    def _launch(self, request: Request[Any]) -> None:
        """Run the call soon, elsewhere, and settle the request with its outcome."""

    def _deliver(self, function: Callable[[], object]) -> None:
        """Run *function* as a callback."""

    def _presign_call(
        self, call: Call, expires_in: int, *, method: str = "GET", headers: Mapping[str, str] | None = None
    ) -> PresignedRequest:
        """Presign the request of the call."""


class Response:
    """Known data of a call's outcome, passed to listeners."""

    def __init__(self, request: Request[Any]) -> None:
        self.request = request

    @property
    def data(self) -> Any:
        """The result, or None."""
        return self.request.call.data

    @property
    def error(self) -> BaseException | None:
        """The error, or None."""
        return self.request.call.error if self.request.call.data is None else None

    @property
    def http_response(self) -> HttpResponse | None:
        """The last response of the endpoint, or None."""
        return self.request.call.http_response

    @property
    def retry_count(self) -> int:
        """The number of retries."""
        return max(self.request.call.attempt - 1, 0)

    @property
    def request_id(self) -> str | None:
        """The service's id of the request, or None."""
        if self.data is not None:
            found: str | None = self.data["ResponseMetadata"].get("RequestId")
            return found
        return getattr(self.error, "request_id", None)

    @property
    def max_retries(self) -> int | None:
        """The allowed number of retries, or None before the client's settings are resolved."""
        wiring = self.request.call.wiring
        return None if wiring is None else wiring.retry.max_attempts - 1

    redirect_count = 0
    """Always 0: redirects are not followed."""


class Request(Listening["Request[Any]", "Response"], Generic[R]):
    """One call, not sent yet or sent. Made by `make_request()`, and by every operation with a callback."""

    def __init__(self, client: RequestClient, call: Call, *shared: Listeners) -> None:
        self.call = call
        self.response = Response(self)
        self.start_time: datetime | None = None
        self._client = client
        self.listeners = Listeners()
        self._controller = AbortController()
        self._outer = call.abort
        self.future = Settlement()
        self.future.stop = weakref.WeakMethod(self.abort)
        self._promise: ReferenceType[Promise[R]] | None = None
        self._callback: Callback | None = None
        self._lock = threading.Lock()
        self._sent = False
        call.abort = self._controller.signal
        call.emit = Emitter(self, *shared, self.listeners)

    @property
    def operation(self) -> str:
        """The method's name, such as "assume_role"."""
        return self.call.operation.method_name

    @property
    def params(self) -> Mapping[str, Any]:
        """The params. A `validate` listener may change or replace them."""
        return self.call.params  # type: ignore[no-any-return]  # the pipeline takes any mapping

    @params.setter
    def params(self, params: Mapping[str, Any]) -> None:
        self.call.params = params

    @property
    def http_request(self) -> HttpRequest | None:
        """The HTTP request: unsigned at `build`, signed from `sign` on, None before."""
        return self.call.http_request

    def send(self, callback: Callback | None = None) -> Request[R]:
        """Send the request without blocking. *callback* gets `(error, data)` exactly once. A second call is an error."""
        check_callback("send", callback)
        check_takes_outcome("send", callback)
        self._begin()
        self._callback = callback
        try:
            self._client._launch(self)
        except BaseException:  # no loop is running, for example: it was not sent
            self._end()
            self._sent = False
            raise
        return self

    def promise(self) -> Promise[R]:
        """Return the promise of this request, and send it if it is unsent. Always the same promise."""
        with self._lock:
            promise = self._promise() if self._promise is not None else None
            if promise is None:
                promise = Promise(self.future, self._client._reactions, self.on_exit)
                self._promise = weakref.ref(promise)
            unsent = not self._sent
        if unsent:
            self.send()
        return promise

    def result(self, timeout: float | None = None) -> R:
        """Send if unsent, wait, and return the result or raise the error. Raise TimeoutError after *timeout* seconds."""
        return self.promise().result(timeout)

    def abort(self) -> Request[R]:
        """Stop the call in any state: it ends with `RequestAbortedError`, and nothing more is sent."""
        self._controller.abort()
        return self

    @without_locals
    def presign(
        self, *, expires_in: int = 900, method: str = "GET", headers: Mapping[str, str] | None = None
    ) -> PresignedRequest:
        """Return this call presigned, valid for *expires_in* seconds, instead of sending it. See `presign()` of the client."""
        return self._client._presign_call(self.call, expires_in, method=method, headers=headers)

    def run(self, drive: Callable[[Call], R]) -> None:
        """Run the call in the sender's context and settle it. Called once, by the client that launched it."""
        error, data = _outcome(self._context, drive, self.call)
        self.settle(error, data)

    def perform(self, drive: Callable[[Call], R]) -> R:
        """Run the call here, instead of sending it, and return its result."""
        self._begin()
        try:
            return drive(self.call)
        finally:
            self._end()

    async def perform_async(self, drive: Callable[[Call], Awaitable[R]]) -> R:
        """Run the call on the running loop, instead of sending it, and return its result."""
        self._begin()
        try:
            return await drive(self.call)
        finally:
            self._end()

    def _begin(self) -> None:
        with self._lock:
            if self._sent:
                raise RuntimeError(f"This {self.operation} request was sent already; make a new one to repeat the call.")
            self._sent = True
        self.start_time = utc_now()
        self.call.started = time.monotonic()
        self._context = contextvars.copy_context()
        signals = (self._client._closing.signal, *([self._outer] if self._outer else []))
        self._unfollow = [self._controller.follow(signal) for signal in signals]

    def _end(self) -> None:
        for unfollow in self._unfollow:
            unfollow()

    def settle(self, error: BaseException | None, data: R | None) -> None:
        """Resolve the promise and deliver the callback."""
        self._end()
        if error is not None:
            clear_frames(error)
        self.future.settle(error, data)
        if self._callback is not None:
            self._client._deliver(_once(partial(self._context.run, call_back, self._callback, error, data, self.on_exit)))
        elif error is not None and self.future.handled is None and self.call.emit.raised is error:
            surface(
                f"A listener of {self.operation} raised an exception, and there is no callback or promise to receive it", error
            )

    on_exit: Exit | None = None
    """Reaction to SystemExit in a callback. None: it is logged, because a thread cannot end the program."""

    @of_whole
    def __repr__(self) -> str:
        state = "sent" if self._sent else "unsent"
        return f"<Request {self.operation} {'done' if self.future.done() else state}>"


def _once(function: Callable[[], object]) -> Callable[[], None]:
    """Return a function that calls *function* the first time, even if a scheduler runs it several times."""
    lock = threading.Lock()

    def deliver() -> None:
        if lock.acquire(blocking=False):  # and never released
            function()

    return deliver


def call_back(callback: Callback, error: BaseException | None, data: Any, on_exit: Exit | None) -> None:
    """Run a user's callback. Its exception is reported, and never makes it run again."""
    try:
        callback(error, data)
    except SystemExit as exit_:
        if on_exit is not None:
            on_exit(exit_)
        else:
            LOGGER.exception("A callback raised %r, which cannot end the program from a thread", exit_)
    except BaseException as raised:  # noqa: BLE001 - reported
        surface("A callback raised an exception", raised)


def _outcome(context: contextvars.Context, drive: Callable[[Call], Any], call: Call) -> tuple[BaseException | None, Any]:
    # A separate function: the traceback of the error must not lead to the request that keeps the error.
    try:
        return None, context.run(drive, call)
    except BaseException as error:  # noqa: BLE001 - delivered, whatever it is
        return error, None
