"""Requests of v2: repeatable, stoppable before a state, with listeners that may change request and response."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from functools import cached_property
from typing import Any, TypeVar, overload

from sts.base.functions import arity, check_function
from sts.base.spelling import snake_case
from sts.calling.promise import Settlement
from sts.calling.request import Request as PlainRequest
from sts.calling.request import RequestClient
from sts.calling.service_client import drive_call
from sts.events import Listener, Listeners
from sts.logs import LOGGER
from sts.pipeline.call import Call
from sts.v2.api import operation_name
from sts.v2.background import call_later, call_with, end_process
from sts.v2.emitter import STAGES, Emitter, Stopped
from sts.v2.errors import as_v2
from sts.v2.executor import EventListeners, SequentialExecutor, call_listeners
from sts.v2.http import HttpRequest, build_as_get
from sts.v2.response import Callback, Response

R = TypeVar("R")


class Request(SequentialExecutor, PlainRequest[R]):
    """Request of one call. Every operation of `AWS.STS` returns one, already sent if there was a callback."""

    on_exit = staticmethod(end_process)
    listeners: EventListeners
    response: Response[Request[Any]]
    future: _Outcome

    def __init__(self, client: RequestClient, call: Call, *shared: Listeners) -> None:
        PlainRequest.__init__(self, client, call, *shared)
        self.listeners = EventListeners()
        for listeners in shared:
            self.listeners.take(listeners)
        self.response = Response(self)
        self.start_time = datetime.now(timezone.utc)
        self.future = _Outcome(self)
        self._emitter = Emitter(self)
        self._context = contextvars.copy_context()
        self._again: Request[R] | None = None
        call.emit = self._emitter

    @property
    def operation(self) -> str:
        """The name of the operation in v2, such as "assumeRole"."""
        return operation_name(self.call.operation)

    @property
    def service(self) -> Any:
        """The client."""
        return self._client

    @cached_property
    def http_request(self) -> HttpRequest:  # type: ignore[override]  # under v2's names, and never None
        """The HTTP request."""
        return HttpRequest.of(self)

    def send(self, callback: Callback | None = None) -> Response[Request[Any]]:  # type: ignore[override]  # v2 returns the response
        """
        Send the request without blocking. Returns its response; *callback* is called with `(error, data)`. As in v2, a second
        `send()` repeats a request in flight. For a complete request it only calls the callbacks again.
        """
        check_function("send", callback, "callback")
        if callback is not None:
            self.listeners.add("complete", _listener_of(callback))
        with self._lock:
            sent = self._sent
        if not sent:
            self.call.params = _snapshot(self.call.params)  # v2 builds at once: later changes by the caller have no effect
            PlainRequest.send(self)
        elif self.future.known:
            self._client._deliver(self._complete)
        else:  # repeat the call with the same listeners and params
            call = Call(self.call.client, self.call.operation, self.call.params, self.call.timeout, self._controller.signal)
            call.signed = self.call.signed
            again = self._again = type(self)(self.service, call)
            again.listeners = self.listeners
            PlainRequest.send(again)
        return self.response

    def settle(self, error: BaseException | None, data: Any) -> None:
        """Emit the last events on the callback thread, then settle the promise."""
        self._end()
        self.call.error, self.call.data = as_v2(error), data
        self.future.known = True
        if self.service.options.get("callback_scheduler") is not None:
            self.future.settle_now()  # the callback thread may be waiting for the promise
        self._client._deliver(self._complete)

    def _complete(self) -> None:
        """Call the listeners of `success` or `error`, then of `complete` with the callbacks, then settle the promise."""
        self.future.delivering = threading.get_ident()
        response = self.response
        name, args = ("success", ()) if response.error is None else ("error", (response.error,))
        settle = self.future.settle_now
        try:
            self._context.run(
                self._emit_last, name, (*args, response), lambda: self._emit_last("complete", (response,), settle)
            )
        except SystemExit:  # in the main thread, which may continue
            settle()
            raise

    def _emit_last(self, name: str, args: tuple[Any, ...], then: Callable[[], None]) -> None:
        def finish(error: BaseException | None) -> None:
            if error is not None:
                LOGGER.error("A listener of %s raised an exception", name, exc_info=error)
            then()

        call_listeners(self.listeners.of(name), args, finish)

    def run_to(self, state: str | None = None, done: Callable[..., object] | None = None) -> Request[R]:
        """
        Run up to *state* ("build", "afterBuild", "sign", "send"), then call *done* with the error or None. Blocks until then.
        `send()` continues from there. Any other state sends the request.
        """
        check_function("runTo", done, "done")
        name = None if state is None else snake_case(state)
        if name not in STAGES:
            return self._run_all(done)
        error: BaseException | None = None
        self._emitter.stop = name
        try:
            self.perform(drive_call)
        except Stopped:  # `send()` may continue
            self._sent = False
            self.call.error, self.call.started, self.call.admitted = None, 0.0, False
        except BaseException as raised:  # noqa: BLE001 - delivered
            error = as_v2(raised)
            self.settle(error, None)
        self._emitter.stop = None
        if done is not None:
            call_with(done, error)
        return self

    def _run_all(self, done: Callable[..., object] | None) -> Request[R]:
        if done is not None:
            self.listeners.add("complete", lambda response: call_with(done, response.error))
        self.send()
        return self

    def build(self, callback: Callable[..., object] | None = None) -> Request[R]:
        """Validate, build and sign without sending, then call *callback* with the error or None."""
        return self.run_to("send", callback)

    def emit(self, event: str, args: Any = None, done: Callable[..., object] | None = None) -> bool:
        """Call the listeners of *event* with *args* or its default arguments. An error becomes the error of the response."""
        if callable(args):
            args, done = None, args
        name = self.listeners.name(event)
        if args is None:
            response = self.response
            usual = {"error": (response.error, response)} | dict.fromkeys((*STAGES, "restart"), (self,)) | {"send": (response,)}
            args = usual.get(name, (response,))

        def finish(error: BaseException | None) -> None:
            self.response.error = error or self.response.error
            if done is not None:
                call_with(done, error)

        return super().emit(event, args, finish)

    @overload  # type: ignore[override]  # returns a URL in v2, and therefore supports GET only
    def presign(self, expires_in: int | None = None, callback: None = None) -> str: ...
    @overload
    def presign(self, expires_in: int | None, callback: Callback) -> None: ...
    @overload
    def presign(self, expires_in: Callback) -> None: ...
    def presign(self, expires_in: Any = None, callback: Callback | None = None) -> str | None:
        """Return the URL, presigned for *expires_in* (3600) seconds. A *callback*, first or second, gets `(error, url)`."""
        if callback is None and callable(expires_in):
            expires_in, callback = None, expires_in
        if callback is not None:
            call_later(lambda: self.presign(expires_in), callback)
            return None
        try:
            return super().presign(expires_in=3600 if expires_in is None else expires_in).url
        except BaseException as error:
            as_v2(error)
            raise

    def to_get(self) -> Request[R]:
        """Make this a GET with the params in the URL. Returns the request. `presign()` always makes a GET."""
        return self.on("build", build_as_get)

    def to_unauthenticated(self) -> Request[R]:
        """Omit signature and credentials. Returns the request."""
        self.call.signed = False
        return self

    def is_presigned(self) -> bool:
        """Return False: `presign()` returns a URL and does not change this request."""
        return False

    def is_pageable(self) -> bool:
        """Return False: no operation of STS is paginated."""
        return False

    def each_page(self, callback: Callable[..., object]) -> None:
        """Send the request and call *callback* with the result as the only page, then with None."""

        def page(response: Response[Request[Any]]) -> None:
            if call_with(callback, response.error, response.data) is not False:
                call_with(callback, None, None)

        self.listeners.add("complete", page)
        self.send()


def _snapshot(value: Any) -> Any:
    """Return a copy of *value* and of the dicts and lists in it."""
    if type(value) is dict:
        return {name: _snapshot(one) for name, one in value.items()}
    return [_snapshot(one) for one in value] if type(value) is list else value


def _listener_of(callback: Callback) -> Listener:
    """Return the listener of `complete` for *callback*. It logs an error that *callback* has no parameter for."""

    def call(response: Response[Request[Any]]) -> None:
        error, data = response.error, response.data
        if error is not None and arity(callback)[1] == 0:
            LOGGER.error("A call failed, and its callback has no parameter for the error", exc_info=error)
        call_with(callback, error, None if error is not None else data)

    call.__wrapped__ = callback  # type: ignore[attr-defined]  # `listeners()` and `off()` know it by the callback
    return call


class _Outcome(Settlement):
    """Future of a request, settled after the listeners of `complete`, or by one that waits for it and so for itself."""

    def __init__(self, request: Request[Any]) -> None:
        super().__init__()
        self._request = request
        self.known = False
        self.delivering: int | None = None

    def done(self) -> bool:
        """Return whether an outcome is available."""
        if not super().done() and self.delivering == threading.get_ident():
            self.settle_now()
        return super().done()

    def settle_now(self) -> None:
        """Settle with the current error or data of the response."""
        self.delivering = None
        if not super().done():
            response = self._request.response
            self.settle(response.error, response.data)
