"""Emission of v2 events from the pipeline, and the states for `runTo`."""

from __future__ import annotations

import threading
from typing import Any, cast

from sts.base.functions import fit
from sts.calling.request import Request
from sts.errors import STSError
from sts.events import Emitter as PlainEmitter
from sts.v2.errors import as_v2, before_lookup, invalidate_credentials
from sts.v2.executor import attempt, call_listeners
from sts.v2.http import HttpRequest

TERMINAL = frozenset({"success", "error", "complete"})
"""Events of a finished call; `Request` emits them where callbacks run."""
CONSULTED = frozenset({"http_error", "send", "extract_error", "retry"})
"""Events of a failed attempt. The pipeline continues with the error that the listeners left."""
STAGES = {"validate": "validate", "build": "validate", "after_build": "build", "sign": "after_build", "send": "sign"}
"""State of a v2 request to the last event before the state begins."""
ONCE = frozenset({"validate", "build", "after_build"})
"""Events that are emitted only once for a request that was stopped and resumed."""


class Stopped(BaseException):
    """Signal that a run reached the state to stop before (`runTo`)."""


class Emitter(PlainEmitter):
    """Emitter of a v2 request for the pipeline. Listeners may change `response` and `httpRequest`, and raise the error."""

    __slots__ = ("built", "emitted", "stop")
    request: Request[Any]

    def __init__(self, request: Request[Any]) -> None:
        super().__init__(request)
        self.emitted: set[str] = set()
        self.built = False
        self.stop: str | None = None  # the state before which the run ends

    def __call__(self, name: str, *args: Any) -> None:
        """Call the listeners of *name*. Raises the error that they set or raised, unless the pipeline reads it itself."""
        call = self.request.call
        if name in TERMINAL or isinstance(call.error, Stopped):
            return
        if name == "build":
            if self.stop == "build":
                raise Stopped
            cast(HttpRequest, self.request.http_request).take_early()
        self.built = self.built or name == "after_build"
        error = as_v2(call.error)
        if name not in self.emitted:
            self._emit_at(name, args)
        if name in ONCE:
            self.emitted.add(name)
        if call.error is not error and call.error is not None and name not in CONSULTED:
            self._fail(name, call.error)
        if self.stop != "build" and STAGES.get(self.stop or "") == name:
            raise Stopped

    def _emit_at(self, name: str, args: tuple[Any, ...]) -> None:
        """Call the listeners of *name* with the state that v2 has at that point."""
        call = self.request.call
        if name == "http_error":
            args = (before_lookup(args[0]), *args[1:])
        if name == "validate_response" and call.http_response is not None and call.http_response.status >= 300:
            unknown = call.error = as_v2(STSError("An unknown error occurred.", code="UnknownError"))
            self._emit(name, args)
            call.error = None if call.error is unknown else call.error
            return
        self._emit(name, args)
        if name == "validate" and None in call.params.values():
            call.params = {member: value for member, value in call.params.items() if value is not None}

    def _emit(self, name: str, args: tuple[Any, ...]) -> None:
        call = self.request.call
        over = threading.Event()
        found: list[BaseException | None] = []

        def done(error: BaseException | None) -> None:
            found.append(error)
            over.set()

        if name == "retry":
            call.error = attempt(self._prepare_retry, ()) or call.error
        call_listeners(self.request.listeners.of(name), args or (self.request,), done)
        if not over.is_set():
            forget = call.abort.add_listener(over.set) if call.abort is not None else None
            over.wait()
            if forget is not None:
                forget()
        if found and found[0] is not None:
            call.error = as_v2(found[0])

    def _prepare_retry(self) -> None:
        """Refresh expired credentials and propose a delay, as v2 does before the listeners of `retry`."""
        call, error = self.request.call, self.request.call.error
        if not isinstance(error, STSError):
            return
        service = vars(self.request._client)
        if "retryable_error" in service and error.status_code is not None:
            error.retryable = bool(service["retryable_error"](*fit(service["retryable_error"], (error, self.request))))
        invalidate_credentials(call, error)
        delay = getattr(call.wiring.retry, "delay", None)
        if delay is not None and "retry_delays" in service:
            delay = lambda count, failed: service["retry_delays"](*fit(service["retry_delays"], (count, failed))) / 1000  # noqa: E731
        if delay is not None and call.attempt < call.wiring.retry.max_attempts:
            error.retry_delay = delay(call.attempt - 1, error)

    def _fail(self, name: str, error: BaseException) -> None:
        """Raise *error*. During an attempt, v2 emits `retry` and `afterRetry` even for errors that are not retryable."""
        if not isinstance(error, STSError):
            self.raised = error
            if name not in ONCE:
                response = self.request.response
                for event in ("retry", "after_retry"):
                    call_listeners(self.request.listeners.of(event), (response,), lambda _: None)
        raise self.request.call.error or error
