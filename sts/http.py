"""
Interface of HTTP handlers: plain requests and responses, and the handler protocol.

A handler is anything with `send(request, *, control) -> HttpResponse` and `close()`. It performs one HTTP exchange. It does not
follow redirects or store cookies. If there is no response, it raises a `TransportError` (or any exception, which is then
wrapped).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping

from sts.base.forks import load
from sts.base.records import of_whole, refuse_pickle
from sts.base.time import Latch
from sts.errors import DeadlineExceededError, RequestAbortedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol, TypeVar, overload

    HeaderSource = Mapping[str, str] | Iterable[tuple[str, str]]
    D = TypeVar("D")
else:
    Protocol = object  # a means of type checkers, and typing is slow to import

MAX_BODY = 1024 * 1024
"""Largest response or request body in bytes. STS responses have a few KB, so a larger one is a mistake or an attack."""


class Headers(dict[str, str]):
    """
    Mapping of header names to values. Names are case-insensitive and stored in lower case.

    Values with the same name are joined with a comma, in order, as HTTP allows. The repr hides secrets.
    """

    __slots__ = ()

    def __init__(self, source: HeaderSource = ()) -> None:
        pairs = source.items() if isinstance(source, (dict, Mapping)) else source
        for name, value in pairs:
            key = name.lower()
            dict.__setitem__(self, key, f"{dict.__getitem__(self, key)},{value}" if dict.__contains__(self, key) else value)

    def __getitem__(self, name: str) -> str:
        return dict.__getitem__(self, name.lower())

    def __setitem__(self, name: str, value: str) -> None:
        dict.__setitem__(self, name.lower(), value)

    def __delitem__(self, name: str) -> None:
        dict.__delitem__(self, name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and dict.__contains__(self, name.lower())

    if TYPE_CHECKING:

        @overload
        def get(self, name: str, default: None = None, /) -> str | None: ...
        @overload
        def get(self, name: str, default: str, /) -> str: ...
        @overload
        def get(self, name: str, default: D, /) -> str | D: ...

    def get(self, name: str, default: Any = None, /) -> Any:
        """Return the value of *name*, or *default*."""
        return dict.get(self, name.lower(), default)

    def setdefault(self, name: str, default: str = "") -> str:
        """Return the value of *name*. If it is missing, set it to *default* first."""
        return dict.setdefault(self, name.lower(), default)

    def pop(self, name: str, *default: Any) -> Any:
        """Remove *name* and return its value, or *default*."""
        return dict.pop(self, name.lower(), *default)

    def update(self, other: HeaderSource = (), **more: str) -> None:  # type: ignore[override]  # narrower than dict's
        """Set every pair of *other* and *more*, replacing values."""
        dict.update(self, {**Headers(other), **Headers(more)})

    def __ior__(self, other: HeaderSource) -> Headers:  # type: ignore[override, misc]  # narrower than dict's
        self.update(other)
        return self

    @staticmethod
    def of_lower_case(values: Mapping[str, str]) -> Headers:
        """Return headers of *values*, whose names are in lower case already."""
        headers = Headers.__new__(Headers)
        dict.update(headers, values)
        return headers

    def copy(self) -> Headers:
        """Return an independent copy."""
        return self.of_lower_case(self)

    def __deepcopy__(self, memo: object) -> Headers:
        return self.copy()

    def __reduce_ex__(self, protocol: Any) -> Any:
        secret = load("sts.base.masks").SECRET_HEADERS & set(self)
        return refuse_pickle(self, protocol) if secret else super().__reduce_ex__(protocol)

    @of_whole
    def __repr__(self) -> str:
        secret = load("sts.base.masks").SECRET_HEADERS  # calls show no headers
        return repr({name: "..." if name in secret else value for name, value in self.items()})


class HttpRequest:
    """An HTTP request: *method*, absolute *url*, case-insensitive *headers* and a *body* of bytes."""

    __slots__ = ("body", "headers", "method", "url")

    def __init__(self, method: str, url: str, headers: HeaderSource = (), body: bytes = b"") -> None:
        self.method = method
        self.url = url
        self.headers = headers if type(headers) is Headers else Headers(headers)
        self.body = body

    def copy(self) -> HttpRequest:
        """Return a copy with independent headers."""
        return HttpRequest(self.method, self.url, self.headers.copy(), self.body)

    __copy__ = copy

    def __deepcopy__(self, memo: object) -> HttpRequest:
        return self.copy()

    __reduce_ex__ = refuse_pickle

    @of_whole
    def __repr__(self) -> str:
        names, size = sorted(self.headers), len(self.body)
        return f"<HttpRequest {self.method} {self.url.partition('?')[0]} headers={names} body={size} bytes>"


class HttpResponse:
    """An HTTP response: *status*, case-insensitive *headers*, the whole *body* and the *reason* of the status line."""

    __slots__ = ("body", "headers", "reason", "status")

    def __init__(self, status: int, headers: HeaderSource = (), body: bytes = b"", reason: str = "") -> None:
        self.status = status
        self.headers = headers if type(headers) is Headers else Headers(headers)
        self.body = body
        self.reason = reason

    @property
    def status_code(self) -> int:
        """The status, under the name that the JavaScript SDKs and requests give it."""
        return self.status

    __reduce_ex__ = refuse_pickle

    @of_whole
    def __repr__(self) -> str:
        return f"<HttpResponse {self.status} headers={sorted(self.headers)} body={len(self.body)} bytes>"


class AbortSignal(Latch):
    """
    Flag that signals waiting code to stop. Created by an `AbortController`. Thread-safe.

    `add_listener(function)` calls a function on abort, `wait(seconds)` waits for it.
    """

    __slots__ = ()

    @staticmethod
    def timeout(milliseconds: float) -> AbortSignal:
        """Return a signal that is aborted after *milliseconds*, as in the web platform."""
        controller = AbortController()
        timer = threading.Timer(milliseconds / 1000, controller.abort, (f"The signal timed out after {milliseconds:g} ms.",))
        timer.daemon = True
        timer.start()
        return controller.signal

    @property
    def aborted(self) -> bool:
        """True after `AbortController.abort()` was called."""
        return self.is_set

    @property
    def reason(self) -> object:
        """Argument of the first `AbortController.abort()`, or None before."""
        return self.value


class AbortController:
    """Owner of an abort *signal*, as in the web platform and the JavaScript SDK."""

    def __init__(self) -> None:
        self.signal = AbortSignal()

    def abort(self, reason: object = None) -> None:
        """Abort everything that was given `signal`. Further calls do nothing. May be called from a signal handler."""
        self.signal.set(reason)

    def follow(self, signal: AbortSignal) -> Callable[[], None]:
        """Abort when *signal* is aborted, with the same reason. Return a function that stops following."""
        return signal.add_listener(lambda: self.abort(signal.reason))


class Control:
    """
    Limits of one HTTP exchange.

    *connect_timeout* and *read_timeout* are seconds. *deadline* is a `time.monotonic()` time after which the caller no longer
    waits for the response. On *abort* a handler closes its connection. A handler may ignore the last two: with *prompt*, the
    driver raises the error on time anyway. *resend* allows a handler to send the request once more if a reused connection
    breaks before the first byte of the response.
    """

    __slots__ = ("abort", "connect_timeout", "deadline", "prompt", "read_timeout", "resend")

    def __init__(
        self,
        connect_timeout: float | None = 5.0,
        read_timeout: float | None = 30.0,
        deadline: float | None = None,
        abort: AbortSignal | None = None,
        *,
        prompt: bool | None = None,
        resend: bool = True,
    ) -> None:
        self.prompt = (deadline is not None or abort is not None) if prompt is None else prompt
        self.connect_timeout = connect_timeout
        self.read_timeout = read_timeout
        self.deadline = deadline
        self.abort = abort
        self.resend = resend

    def without_resend(self) -> Control:
        """Return the same limits without permission to send the request twice."""
        bounds = self.connect_timeout, self.read_timeout, self.deadline, self.abort
        return Control(*bounds, prompt=self.prompt, resend=False)

    def remaining(self, limit: float | None) -> float | None:
        """Return the seconds for one step: *limit* or those until the deadline, whichever is less (at least 1 ms)."""
        if self.deadline is None:
            return limit
        left = max(self.deadline - time.monotonic(), 0.001)
        return left if limit is None else min(limit, left)


def url_parts(url: str) -> tuple[str, str, str, str]:
    """Return scheme, authority, path and query of *url*, as `urllib.parse.urlsplit` does, which is slow to import."""
    scheme, _, rest = url.partition("#")[0].partition("://")
    plain = url.isascii() and url.isprintable() and not any(character in rest for character in " []")
    if scheme not in ("http", "https") or not plain:
        from urllib.parse import urlsplit

        return urlsplit(url)[:4]
    rest, _, query = rest.partition("?")
    authority, slash, path = rest.partition("/")
    return scheme, authority, slash + path, query


def check_response(response: object) -> HttpResponse:
    """Return the response of a handler. Raise TypeError if it does not have the form of an `HttpResponse`."""
    if isinstance(getattr(response, "status", None), int) and isinstance(getattr(response, "body", None), bytes):
        return response  # type: ignore[return-value]  # any object with these attributes is accepted
    raise TypeError(
        f"send() returned a {type(response).__name__}; it must return HttpResponse(status: int, headers, body: bytes)"
    )


def aborted(control: Control) -> RequestAbortedError:
    """Return the error of an exchange that its caller aborted."""
    reason = control.abort.reason if control.abort is not None else None
    return RequestAbortedError(f"The call was aborted: {reason}." if reason else "The call was aborted.")


def check_time(control: Control) -> None:
    """Raise RequestAbortedError or DeadlineExceededError if the call has ended before its next step."""
    if control.abort is not None and control.abort.aborted:
        raise aborted(control)
    if control.deadline is not None and time.monotonic() >= control.deadline:
        raise DeadlineExceededError("The call's timeout expired before the call could start.")


class Handler(Protocol):
    """Interface of objects that perform HTTP exchanges."""

    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        """Send *request* and return the response with its whole body."""

    def close(self) -> None:
        """Release every connection."""
