"""A call as an object: unsent until `send()`, with events, a promise and `abort()`, as in the AWS SDK for JavaScript v2."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from sts.events import Emitter, Listener, Listeners
from sts.http import AbortController, HttpRequest, HttpResponse
from sts.logs import LOGGER
from sts.promise import Promise, new_future

if TYPE_CHECKING:
    from concurrent.futures import Future

    from sts.call import Call
    from sts.drivers.workers import Workers
    from sts.presign import PresignedRequest

R = TypeVar("R")
Callback = Callable[[Any, Any], object]


class RequestClient(Protocol):
    """What a request needs of its client: somebody to run it and somebody to deliver its outcome."""

    listeners: Listeners

    @property
    def deliveries(self) -> Workers:
        """The one thread on which callbacks run, one at a time."""

    def launch(self, request: Request[Any]) -> None:
        """Run `request.run` soon, elsewhere."""

    def deliver(self, function: Callable[[], object]) -> None:
        """Run *function* as a callback."""

    def presign_call(self, call: Call, expires_in: int) -> PresignedRequest:
        """Presign what the call would send."""


class Response:
    """Show what is known of a call's outcome; what listeners are given."""

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
        """The last answer of the endpoint, or None."""
        return self.request.call.http_response

    @property
    def retry_count(self) -> int:
        """How many attempts followed the first."""
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
        """How many retries the client allows, None before its settings are resolved."""
        wiring = getattr(self.request.call, "wiring", None)
        return None if wiring is None else wiring.retry.max_attempts - 1

    redirect_count = 0
    """Always 0: redirects are not followed."""


class Request(Generic[R]):
    """
    Hold one call that may not be sent yet.

    Made by `client.make_request()`, and returned by every operation that is given a callback.
    """

    def __init__(self, client: RequestClient, call: Call, *shared: Listeners) -> None:
        self.call = call
        self.response = Response(self)
        self.start_time: datetime | None = None
        self._client = client
        self._listeners = Listeners()
        self._shared = shared
        self._controller = AbortController()
        self._future: Future[R] = new_future()
        self._promise: Promise[R] | None = None
        self._callback: Callback | None = None
        self._lock = threading.Lock()
        self._sent = False
        if call.abort is not None:
            outer = call.abort
            outer.add_listener(lambda: self._controller.abort(outer.reason))
        call.abort = self._controller.signal

    @property
    def operation(self) -> str:
        """The method's name, such as "assume_role"."""
        return self.call.operation.method_name

    @property
    def params(self) -> Mapping[str, Any]:
        """The params; a `validate` listener may change or replace them."""
        return self.call.params  # type: ignore[no-any-return]  # the pipeline takes any mapping

    @params.setter
    def params(self, params: Mapping[str, Any]) -> None:
        self.call.params = params

    @property
    def http_request(self) -> HttpRequest | None:
        """What is sent: unsigned at `build`, signed from `sign` on; None before."""
        return self.call.http_request

    def on(self, event: str, listener: Listener, prepend: bool = False) -> Request[R]:
        """Call *listener* at each *event* of this request."""
        self._listeners.add(event, listener, prepend=prepend)
        return self

    def once(self, event: str, listener: Listener) -> Request[R]:
        """Call *listener* at the next *event* only."""
        self._listeners.add_once(event, listener)
        return self

    def off(self, event: str, listener: Listener | None = None) -> Request[R]:
        """Remove *listener*, or every listener of *event*."""
        self._listeners.remove(event, listener)
        return self

    def send(self, callback: Callback | None = None) -> Request[R]:
        """Send the request, never blocking; *callback* gets `(error, data)` exactly once. Sending twice is an error."""
        with self._lock:
            if self._sent:
                raise RuntimeError(f"This {self.operation} request was sent already; make a new one to repeat the call.")
            self._sent = True
        if callback is not None:
            self._callback = callback
        self.start_time = datetime.now(timezone.utc)
        self._context = contextvars.copy_context()
        self.call.emit = self.emitter()
        self._client.launch(self)
        return self

    def emitter(self) -> Emitter | None:
        """Return what emits this request's events; None when nobody listens."""
        sets = tuple(listeners for listeners in (self._listeners, *self._shared) if listeners)
        return Emitter(self, self._listeners, *self._shared) if sets else None

    def promise(self) -> Promise[R]:
        """Return the promise of this request, sending it if it was not; always the same one."""
        with self._lock:
            if self._promise is None:
                self._promise = Promise(self._future, self._client.deliveries)
            unsent = not self._sent
        if unsent:
            self.send()
        return self._promise

    def result(self, timeout: float | None = None) -> R:
        """Send if unsent, wait, and return the result or raise the error; TimeoutError after *timeout* seconds."""
        return self.promise().result(timeout)

    def abort(self) -> Request[R]:
        """Stop the call wherever it is: it ends with `RequestAbortedError`, and nothing more is sent."""
        self._controller.abort()
        return self

    def presign(self, *, expires_in: int = 900) -> PresignedRequest:
        """Return a presigned URL for this call, valid for *expires_in* seconds, instead of sending it."""
        return self._client.presign_call(self.call, expires_in)

    def run(self, drive: Callable[[], R]) -> None:
        """Drive the call in the sender's context and settle; called by the client, once."""
        try:
            data = self._context.run(drive)
        except BaseException as error:  # noqa: BLE001 - delivered, whatever it is
            self.settle(error, None)
        else:
            self.settle(None, data)

    def settle(self, error: BaseException | None, data: R | None) -> None:
        """Resolve the promise and deliver the callback."""
        if error is None:
            self._future.set_result(data)  # type: ignore[arg-type]  # data is there when there is no error
        else:
            self._future.set_exception(error)
        callback = self._callback
        if callback is not None:
            self._client.deliver(lambda: self._context.run(call_back, callback, error, data))

    def __repr__(self) -> str:
        state = "sent" if self._sent else "unsent"
        return f"<Request {self.operation} {'done' if self._future.done() else state}>"


def call_back(callback: Callback, error: BaseException | None, data: Any) -> None:
    """Run a user's callback; what it raises is reported, never swallowed and never a reason to call it again."""
    try:
        callback(error, data)
    except SystemExit as exit_:
        LOGGER.exception("A callback raised %r, which cannot end the program from a thread", exit_)
    except BaseException as raised:  # noqa: BLE001 - reported
        LOGGER.exception("A callback raised an exception")
        threading.excepthook(threading.ExceptHookArgs((type(raised), raised, raised.__traceback__, threading.current_thread())))
