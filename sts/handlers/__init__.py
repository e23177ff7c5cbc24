"""
One HTTP exchange. In: a request and its limits. Out: a response, or an error of `sts.errors`. Uses `base`, `errors`,
`endpoints` and `http`.

`DirectHandler` is the default. `Urllib3Handler` and `RequestsHandler` send through those libraries. Clients with equal options
share a handler. It is kept for a while after its last client, so that its connections are reused.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import deque

from sts.base.forks import load, load_library, reset_after_fork
from sts.handlers.choose import handler_kind
from sts.handlers.options import Cert, HandlerOptions, handler_options
from sts.http import Handler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import requests

    from sts.handlers.direct import DirectHandler as DirectHandler
    from sts.handlers.direct_async import AsyncDirectHandler as AsyncDirectHandler
    from sts.handlers.options import HandlerKind as HandlerKind
    from sts.handlers.requests import RequestsHandler as RequestsHandler
    from sts.handlers.urllib3 import Urllib3Handler as Urllib3Handler

    Key = tuple[HandlerKind, HandlerOptions]

__all__ = [
    "AsyncDirectHandler",
    "Cert",
    "DirectHandler",
    "HandlerOptions",
    "RequestsHandler",
    "Urllib3Handler",
    "acquire_handler",
    "drop_handler",
    "handler_kind",
    "handler_options",
    "release_handler",
    "session_handler",
]

LINGER = 30.0
"""Seconds that a handler is kept after its last client. It is closed when a handler is next acquired or released."""
CLASSES = {
    "AsyncDirectHandler": "sts.handlers.direct_async",
    "DirectHandler": "sts.handlers.direct",
    "RequestsHandler": "sts.handlers.requests",
    "Urllib3Handler": "sts.handlers.urllib3",
}
"""Module of each handler, loaded on first use."""
HANDLER_OF_KIND = {
    "direct": "DirectHandler",
    "direct_async": "AsyncDirectHandler",
    "requests": "RequestsHandler",
    "urllib3": "Urllib3Handler",
}
"""Handler class of each kind."""


def __getattr__(name: str) -> Any:
    if name in CLASSES:
        return getattr(load_library(CLASSES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _Registry:
    """Handlers of the process, with the number of their users, and the time at which unused ones are closed."""

    def __init__(self) -> None:
        self.handlers: dict[Key, Handler] = {}
        self.users: dict[Key, int] = {}
        self.ends: dict[Key, float] = {}
        self.dropped: deque[Handler] = deque()
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Replace the lock. Handlers and counts are kept: clients stay usable in the child, and pools reset themselves."""
        self.lock = threading.RLock()  # a signal handler may close a client while this thread holds it

    def release(self, handler: Handler) -> None:
        """Remove one user of *handler*. A handler that was not acquired here is ignored."""
        key = next((key for key, known in list(self.handlers.items()) if known is handler), None)
        if key is not None and self.users[key]:
            self.users[key] -= 1
            if not self.users[key]:
                # A loop may end at any time, and its connections must be closed before.
                self.ends[key] = time.monotonic() + (0.0 if key[0] == "direct_async" else LINGER)

    def release_dropped(self) -> None:
        """Release the handlers of clients that were garbage-collected without being closed."""
        while self.dropped:
            self.release(self.dropped.popleft())

    def take_expired(self) -> list[Handler]:
        """Remove and return the handlers that were unused for `LINGER` seconds."""
        now = time.monotonic()
        expired = [key for key, end in self.ends.items() if end <= now]
        for key in expired:
            del self.ends[key], self.users[key]
        return [self.handlers.pop(key) for key in expired]

    def close(self) -> None:
        """Close the idle connections at the end of the process."""
        _close(list(self.handlers.values()))


_registry = _Registry()
atexit.register(_registry.close)


def acquire_handler(kind: HandlerKind, options: HandlerOptions, *, preload: tuple[str, ...] = ()) -> Handler:
    """
    Return the process's handler for *options*, and create it if there is none. Return it with `release_handler`.

    *preload* lists modules that the caller needs soon. They are imported here, so that no fork happens during the import.
    """
    key = kind, options
    with _registry.lock:
        _registry.release_dropped()
        if key not in _registry.handlers:
            _registry.handlers[key] = _make_handler(kind, options, preload)
        _registry.users[key] = _registry.users.get(key, 0) + 1
        _registry.ends.pop(key, None)
        handler, expired = _registry.handlers[key], _registry.take_expired()
    _close(expired)
    return handler


def release_handler(handler: Handler) -> None:
    """Release a handler. It is kept for `LINGER` seconds after its last user. One not acquired here is ignored."""
    with _registry.lock:
        _registry.release_dropped()
        _registry.release(handler)
        expired = _registry.take_expired()
    _close(expired)


def drop_handler(handler: Handler) -> None:
    """Release a handler when one is next acquired or released. For finalizers, which may run at any point of the code."""
    _registry.dropped.append(handler)


def _close(handlers: list[Handler]) -> None:
    for handler in handlers:
        handler.close()


def session_handler(session: requests.Session, options: HandlerOptions) -> Handler:
    """Return a handler that sends through the user's requests *session*. The user closes the session."""
    handler: Handler = load_library("sts.handlers.requests").RequestsHandler(options, session)
    return handler


def _make_handler(kind: HandlerKind, options: HandlerOptions, preload: tuple[str, ...]) -> Handler:
    name = HANDLER_OF_KIND[kind]
    module = load(*preload, CLASSES[name]) if kind == "direct" else load_library(*preload, CLASSES[name])
    handler: Handler = getattr(module, name)(options)
    return handler
