"""
Events of a call: the names, the order and the arguments of the AWS SDK for JavaScript v2.

Listeners observe a call, and may change what v2 allows (headers at `build`, `error.retryable` at `retry`). The library itself
never uses events.

    validate build after_build sign http_upload_progress http_headers http_download_progress http_data http_done send
    validate_response extract_data success complete

For a service error, `extract_data success` is replaced by `extract_error retry after_retry error`. For a network error,
everything from `http_upload_progress` to `http_done` is replaced by `http_error`, followed by `send retry after_retry`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import GenericAlias

from sts.base.forks import load, reset_after_fork
from sts.http import aborted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Generic, Literal, Protocol, TypeVar, overload

    from typing_extensions import Self

    from sts.http import HttpRequest, HttpResponse

    class EmittingRequest(Protocol):
        """The part of a request that events expose: its call, and the response that listeners receive."""

        call: Any
        response: Any

        @property
        def operation(self) -> str:
            """The name of the method."""

    Unanswered = Literal["validate", "build", "after_build", "afterBuild", "before_presign", "beforePresign", "sign"]
    Answered = (
        Literal["http_done", "httpDone", "send", "validate_response", "validateResponse", "extract_data", "extractData"]
        | Literal["extract_error", "extractError", "retry", "after_retry", "afterRetry", "success", "complete"]
    )
    Failed = Literal["http_error", "httpError", "error"]

    Q = TypeVar("Q")
    """The type of the requests that listeners are given."""
    A = TypeVar("A")
    """The type of the responses that listeners are given."""
else:
    Q = A = None

    class Generic:
        """Stand in for `typing.Generic`, which is slow to import."""

        __class_getitem__ = classmethod(GenericAlias)


Listener = Callable[..., object]

EVENTS = tuple(
    """
    validate build after_build before_presign sign http_upload_progress http_headers http_download_progress http_data http_done
    http_error send validate_response extract_data extract_error retry after_retry success error complete
    """.split()  # noqa: SIM905  # one name on a line would hide the rest
)
"""All events, approximately in the order in which they are emitted."""


def event_name(name: str) -> str:
    """Return the snake_case name of the event *name* (snake_case or camelCase). Raise ValueError if it is unknown."""
    if name in EVENTS:
        return name
    camel_case = load("sts.base.spelling").camel_case  # needed only by scripts ported from JavaScript
    names = {spelling: event for event in EVENTS for spelling in (event, camel_case(event))}
    try:
        return names[name]
    except (KeyError, TypeError):
        from sts.base.suggestions import suggest

        raise ValueError(f"There is no event {name!r}.{suggest(str(name), names)} Events are: {', '.join(EVENTS)}.") from None


def check_listener(name: str, listener: object) -> None:
    """Raise TypeError unless *listener* can be called and is not async."""
    if listener is None:
        raise TypeError(f"The listener of {name!r} must be a function, not None.")
    load("sts.base.functions").check_function("on", listener, "listener")


class _Changes:
    """The lock for adding and removing listeners. One lock is enough, because changes are rare and fast."""

    def __init__(self) -> None:
        self._after_fork()

    def _after_fork(self) -> None:
        self.lock = threading.Lock()


_changes = _Changes()
reset_after_fork(_changes)


class Listeners:
    """Listeners of one request, one client or all clients. Lists are replaced on change: emitting needs no lock."""

    __slots__ = ("_lists",)

    def __init__(self) -> None:
        self._lists: dict[str, tuple[Listener, ...]] = {}

    name = staticmethod(event_name)
    """Return the canonical name of an event. Raise ValueError if it is unknown."""

    def __bool__(self) -> bool:
        return bool(self._lists)

    def add(self, name: str, listener: Listener, *, prepend: bool = False) -> None:
        """Call *listener* at each event *name*, after the existing listeners, or before them with *prepend*."""
        name = self.name(name)
        check_listener(name, listener)
        with _changes.lock:
            old = self._lists.get(name, ())
            self._lists = {**self._lists, name: (listener, *old) if prepend else (*old, listener)}

    def add_once(self, name: str, listener: Listener) -> None:
        """Call *listener* at the next event *name* only."""
        check_listener(name, listener)
        lock = threading.Lock()

        def run_once(*args: Any) -> None:
            if lock.acquire(blocking=False):  # never released: of two simultaneous calls, only one is the next
                self.remove(name, run_once)
                listener(*args)

        run_once.__wrapped__ = listener  # type: ignore[attr-defined]  # lets remove() find it by the user's function
        self.add(name, run_once)

    def remove(self, name: str, listener: Listener | None = None) -> None:
        """Remove *listener* from the event *name*, or all its listeners."""
        name = self.name(name)
        with _changes.lock:
            old = () if listener is None else self._lists.get(name, ())
            kept = tuple(one for one in old if listener not in (one, getattr(one, "__wrapped__", None)))
            self._lists = {key: value for key, value in {**self._lists, name: kept}.items() if value}

    def of(self, name: str) -> tuple[Listener, ...]:
        """Return the listeners of the event *name*."""
        return self._lists.get(name, ())


class Emitter:
    """
    Emitter of the events of one call to its sets of listeners: first global ones, then those of the client, then those of the
    request.

    An exception of a listener is propagated and fails the call. It is stored in `raised`.
    """

    __slots__ = ("_sets", "raised", "request")

    def __init__(self, request: EmittingRequest, *sets: Listeners) -> None:
        self.request = request
        self.raised: BaseException | None = None
        self._sets = sets

    @property
    def response(self) -> object:
        """The response that listeners receive."""
        return self.request.response

    def __call__(self, name: str, *args: object) -> None:
        """Call each listener of *name*. Without other arguments, the argument is the request."""
        for listeners in self._sets:
            for listener in listeners.of(name):
                try:
                    listener(*(args or (self.request,)))
                except BaseException as error:
                    call = self.request.call
                    call.data, call.error, self.raised = None, error, error
                    raise


class NullEmitter:
    """Emitter of a call without listeners."""

    __slots__ = ()

    request = response = raised = None

    def __call__(self, *_: object) -> None:
        """Do nothing."""


NO_LISTENERS = NullEmitter()


def emit_exchange(emit: Emitter | NullEmitter, request: HttpRequest, response: HttpResponse) -> None:
    """
    Emit the events that v2 emits during an exchange. The exchange is already complete, so the values are real but the timing is
    not.

    Raises RequestAbortedError if a listener aborted the request. Until `send` the request counts as in flight, as in v2.
    """
    if isinstance(emit, NullEmitter):
        return
    answer = emit.response
    sent, received = len(request.body), len(response.body)
    emit("http_upload_progress", {"loaded": sent, "total": sent}, answer)
    emit("http_headers", response.status, response.headers, answer, response.reason)
    emit("http_download_progress", {"loaded": received, "total": received}, answer)
    emit("http_data", response.body, answer)
    emit("http_done", answer)
    emit("send", answer)
    control = emit.request.call.control
    if control.abort is not None and control.abort.aborted:
        raise aborted(control)
    emit("validate_response", answer)


class Listening(Generic[Q, A]):
    """Mixin with methods that add and remove `listeners`, of every request or of one. Each method returns the object itself."""

    listeners: Listeners

    if TYPE_CHECKING:

        @overload
        def on(self, event: Unanswered, listener: Callable[[Q], object], prepend: bool = ...) -> Self: ...
        @overload
        def on(self, event: Answered, listener: Callable[[A], object], prepend: bool = ...) -> Self: ...
        @overload
        def on(self, event: Failed, listener: Callable[[BaseException, A], object], prepend: bool = ...) -> Self: ...
        @overload
        def on(self, event: str, listener: Listener, prepend: bool = ...) -> Self: ...

    def on(self, event: str, listener: Listener, prepend: bool = False) -> Self:
        """Call *listener* at each *event*, after the existing listeners, or before them with *prepend*."""
        self.listeners.add(event, listener, prepend=prepend)
        return self

    if TYPE_CHECKING:

        @overload
        def once(self, event: Unanswered, listener: Callable[[Q], object]) -> Self: ...
        @overload
        def once(self, event: Answered, listener: Callable[[A], object]) -> Self: ...
        @overload
        def once(self, event: Failed, listener: Callable[[BaseException, A], object]) -> Self: ...
        @overload
        def once(self, event: str, listener: Listener) -> Self: ...

    def once(self, event: str, listener: Listener) -> Self:
        """Call *listener* at the next *event* only."""
        self.listeners.add_once(event, listener)
        return self

    def off(self, event: str, listener: Listener | None = None) -> Self:
        """Remove *listener*, or all listeners of *event*."""
        self.listeners.remove(event, listener)
        return self
