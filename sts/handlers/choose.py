"""
Choice of the handler for a call, and the handlers that clients with equal options share.

Each rule is a row with its reason. Rules are checked for every call, because tools may be loaded at any time.

The default handler uses its own sockets, which tools that patch an HTTP library do not see. So while such a tool is active, the
patched library is used.
"""

from __future__ import annotations

import atexit
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType, ModuleType

from sts.base.forks import load, load_library, reset_after_fork
from sts.base.records import Record
from sts.http import Handler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import requests

    from sts.handlers.options import HandlerKind, HandlerOptions

    Key = tuple[HandlerKind, HandlerOptions]

_SOCKET_METHODS = ("connect", "connect_ex", "recv", "recv_into", "send", "sendall")
_CONNECTION_METHODS = ("connect", "endheaders", "getresponse", "putheader", "putrequest", "request", "send", "_send_request")


INTERCEPTORS = frozenset({"responses", "requests_mock"})
"""Modules of tools that respond to requests made with requests."""


class Rule(Record):
    """A handler, the reason to use it, and a function that returns True if the rule applies."""

    kind: HandlerKind
    reason: str
    applies: Callable[[HandlerOptions], bool]


def handler_kind(options: HandlerOptions) -> HandlerKind:
    """Return the kind of handler for the next call with *options*."""
    if options.kind is not None:
        return options.kind
    for rule in RULES:
        if rule.applies(options):
            return rule.kind
    return "direct"


def intercepts_requests(_: HandlerOptions) -> bool:
    """Return True if a loaded tool intercepts requests; moto's `mock_aws` loads `responses`."""
    return _has_one(sys.modules, INTERCEPTORS)


def has_proxies(options: HandlerOptions) -> bool:
    """Return True if a proxy is configured. The handler checks whether it serves the host."""
    return bool(options.proxies)


def patches_sockets(_: HandlerOptions) -> bool:
    """Return True if sockets were replaced (mocket, httpretty, PySocks, pytest-socket). gevent's count as real ones."""
    kind = socket.socket
    if kind.__module__ != "socket":
        return not kind.__module__.startswith("gevent.")
    return _has_one(kind.__dict__, _SOCKET_METHODS)


def patches_http_client(_: HandlerOptions) -> bool:
    """Return True if `http.client` was patched (Sentry, Datadog, AWS X-Ray), replaced (vcrpy), or prints what it sends."""
    module = sys.modules.get("http.client")
    if module is None:
        return False
    connection = module.HTTPConnection
    return (
        not _is_own(module, connection)
        or not _is_own(module, module.HTTPSConnection)
        or bool(connection.debuglevel)
        or not _defines(module, connection, _CONNECTION_METHODS)
        or not _defines(module, module.HTTPResponse, ("read",))
    )


def patches_urllib3(_: HandlerOptions) -> bool:
    """Return True if urllib3's pools or connections were patched (OpenTelemetry, Datadog, pook) or replaced (vcrpy)."""
    pools, connections = sys.modules.get("urllib3.connectionpool"), sys.modules.get("urllib3.connection")
    if pools is None or connections is None or not hasattr(pools, "HTTPSConnectionPool"):  # being imported
        return False
    plain, secure = pools.HTTPConnectionPool, pools.HTTPSConnectionPool
    return not (
        _is_own(connections, getattr(plain, "ConnectionCls", None))
        and _is_own(connections, getattr(secure, "ConnectionCls", None))
        and _defines(pools, plain, ("urlopen", "_make_request"))
        and _defines(connections, connections.HTTPConnection, ("request",))
    )


def patches_addresses(_: HandlerOptions) -> bool:
    """Return True if urllib3's choice of addresses was replaced, for example to force IPv4 or for own name resolution."""
    module = sys.modules.get("urllib3.util.connection")
    if module is None or not hasattr(module, "_has_ipv6"):
        return False
    return not _defines(module, module, ("create_connection", "allowed_gai_family"))


def _has_one(known: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Return True if *known* has one of *names*. `any` is slower, and this runs at each call."""
    for name in names:  # noqa: SIM110
        if name in known:
            return True
    return False


def _is_own(module: ModuleType, kind: Any) -> bool:
    """Return True if the class *kind* was defined by *module*."""
    return getattr(kind, "__module__", None) == module.__name__


def _defines(module: ModuleType, owner: Any, names: tuple[str, ...]) -> bool:
    """Return True if *names* of *owner* are functions of *module*: no wrappers, and no objects that behave like functions."""
    own, space = owner.__dict__, module.__dict__
    for name in names:
        function = own.get(name)
        if type(function) is not FunctionType or function.__globals__ is not space:
            return False
    return True


RULES = (
    Rule("requests", "responses or requests-mock is loaded; they respond to requests sent with requests", intercepts_requests),
    Rule("urllib3", "a proxy is configured", has_proxies),
    Rule("urllib3", "sockets are replaced or patched", patches_sockets),
    Rule("urllib3", "http.client is patched or replaced", patches_http_client),
    Rule("urllib3", "urllib3 is patched or replaced", patches_urllib3),
    Rule("urllib3", "urllib3's choice of addresses is replaced", patches_addresses),
)
"""The first rule that applies decides. If none applies, it is "direct"."""

# --- handlers that clients share ---

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
