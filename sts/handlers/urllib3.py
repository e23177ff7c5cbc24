"""
The handler that sends through urllib3: for proxies, and while a tool has patched urllib3, `http.client` or sockets.

Only urllib3's public interface is used, including its timeouts, each of which limits one wait. The driver enforces the total
timeout of a call by abandoning the exchange. With a proxy, the handler does so itself.
"""

from __future__ import annotations

import _thread
import contextvars
import http.client
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any

from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, Retry, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError, ProxyError, SSLError
from urllib3.util.ssl_ import create_urllib3_context

from sts.base.forks import reset_after_fork
from sts.base.time import Waker
from sts.errors import ConfigError, TransportError
from sts.handlers.bodies import check_framing, read_response
from sts.handlers.connections import Handle
from sts.handlers.exchange import Exchange
from sts.handlers.failures import causes, explain, functions_of
from sts.handlers.grammar import split_url
from sts.handlers.http1 import check_request
from sts.handlers.options import HandlerOptions
from sts.handlers.proxies import choose_proxy, parse_proxy
from sts.handlers.tls import tls_context
from sts.http import Control, Headers, HttpRequest, HttpResponse

NO_RETRIES = Retry(total=False, redirect=False)
"""Raise the first error unchanged, and return a redirect like any response."""
FAILURES = (HTTPError, http.client.HTTPException, OSError, ValueError)
"""Exceptions of urllib3 and the modules below it."""

_BEFORE_STATUS = frozenset({"_read_status", "_send_output"})
"""Functions of `http.client` that raise before the status line was read."""
_QUERY = re.compile(r"\?.*", re.DOTALL)


class Urllib3Handler:
    """Handler that sends through urllib3. Thread-safe; a forked child opens its own connections."""

    def __init__(self, options: HandlerOptions = HandlerOptions()) -> None:  # noqa: B008  # immutable
        self.options = options
        self._routes: dict[str, _Route] = {}
        self._inherited: list[object] = []
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Drop the parent's pools, unclosed: closing them could wait for a lock that is never released here."""
        self._lock = threading.RLock()
        self._inherited.append(self._routes)
        self._routes = {}

    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        """Send *request* and return the response. Raises an error of `sts.errors`."""
        origin, place, target = split_url(request.url)
        check_request(request.method, request.headers, request.body)
        exchange = Exchange(control, place)
        try:
            exchange.start()
            route = self._open_route(origin)
            exchange.proxy = route.proxy
            function = partial(route.exchange, request, target, exchange)
            return function() if route.proxy is None else abandon_late(function, exchange)
        except FAILURES as error:
            note_stage(error, exchange, told=exchange.proxy is not None)
            raise explain(error.with_traceback(None), exchange) from error
        finally:
            exchange.end()

    def close(self) -> None:
        """Close the idle connections, and those in use when they are returned."""
        with self._lock:
            routes, self._routes = self._routes, {}
        for route in routes.values():
            route.pool.close()

    def _open_route(self, origin: str) -> _Route:
        """Return the route to *origin*. Make a new one if the files of its certificates have changed."""
        context = _tls_context(self.options) if origin.startswith("https") else None
        route = self._routes.get(origin)
        if route is None or route.context is not context:
            with self._lock:
                route = self._routes[origin] = _Route(origin, self.options, context)
        return route


class _Route:
    """The route to one host: its pool, its proxy, and the prefix of the path (the whole origin if a proxy forwards)."""

    __slots__ = ("context", "pool", "prefix", "proxy")

    def __init__(self, origin: str, options: HandlerOptions, context: Any) -> None:
        self.context = context
        self.proxy: str | None = None
        self.prefix = ""
        settings: dict[str, Any] = {"maxsize": options.max_pool, "ssl_context": context}
        try:
            url = choose_proxy(origin, options.proxies, options.no_proxy)
            if url is None:
                self.pool = PoolManager(**settings).connection_from_url(origin)
                return
            proxy = parse_proxy(url)
            headers = {"proxy-authorization": proxy.authorization} if proxy.authorization else {}
            secure = _tls_context(options) if proxy.url.startswith("https") else None
            manager = ProxyManager(proxy.url, proxy_headers=headers, proxy_ssl_context=secure, **settings)
            self.pool = manager.connection_from_url(origin)
        except ValueError as error:
            raise ConfigError(f"The URL {origin!r} is not valid: {error}.") from error
        self.pool.ConnectionCls = _telling(self.pool.ConnectionCls)
        self.proxy = proxy.url.partition("://")[2]
        self.prefix = origin if origin.startswith("http:") else ""

    def exchange(self, request: HttpRequest, target: str, exchange: Exchange) -> HttpResponse:
        """Send *request* and return the response. Raises the exceptions of urllib3."""
        control = exchange.control
        timeout = Timeout(connect=control.remaining(control.connect_timeout), read=control.remaining(control.read_timeout))
        with under_way(exchange):
            response = self.pool.urlopen(
                request.method,
                self.prefix + target,
                request.body or None,
                dict(request.headers),
                NO_RETRIES,
                redirect=False,
                assert_same_host=False,
                timeout=timeout,
                preload_content=False,
                decode_content=False,
            )
        try:
            headers = Headers(response.headers.items())
            return read_response(response.status, response.reason, headers, body_reader(response, exchange), exchange)
        finally:
            response.close()
            getattr(response, "release_conn", response.close)()


def _tls_context(options: HandlerOptions) -> Any:
    # urllib3 makes it, as expected by tools that replace `ssl.SSLContext`.
    return tls_context(options.verify, options.cert, make=create_urllib3_context)


_here = threading.local()
"""Its `exchange` is the one that the thread is sending or waiting for, or None."""


@contextmanager
def under_way(exchange: Exchange) -> Iterator[None]:
    """Make *exchange* that of the thread: its connections report to it, and loggers omit the queries of its URLs."""
    _here.exchange = exchange
    try:
        yield
    finally:
        _here.exchange = None


def _telling(kind: Any) -> Any:
    """Return a class of connections that record in the exchange when they are open, including tunnel and TLS."""

    class Connection(kind):  # type: ignore[misc]
        def connect(self) -> None:
            super().connect()
            exchange: Exchange | None = getattr(_here, "exchange", None)
            if exchange is not None:
                exchange.enter("send", exchange.control.read_timeout)

    return Connection


def body_reader(response: Any, exchange: Exchange) -> Callable[[int], bytes]:
    """Return a function that reads available data from *response*, waiting at most the time left for the exchange."""
    exchange.enter("body", exchange.control.read_timeout)
    exchange.begun = True
    if not isinstance(response, BaseHTTPResponse):
        return response.read  # type: ignore[no-any-return]  # a response made by a tool
    original = getattr(response, "_original_response", None)
    if type(original) is http.client.HTTPResponse:  # not one made by a tool
        check_framing(response.status, Headers(response.headers.items()))
    sock: Any = getattr(response.connection, "sock", None)
    open_socket = isinstance(sock, socket.socket) and sock.fileno() >= 0
    if open_socket and exchange.control.abort is not None:
        exchange.watch(Handle(sock))
    # One read from the socket at a time. A response made by a tool has no `http.client` response.
    single = isinstance(original, http.client.HTTPResponse)

    def read_some(amount: int) -> bytes:
        left = exchange.left()
        if open_socket and sock.fileno() >= 0:
            sock.settimeout(left)
        return response.read1(amount, decode_content=False) if single else response.read(amount, decode_content=False)

    return read_some


def note_stage(error: Exception, exchange: Exchange, *, told: bool = False) -> None:
    """Set the stage in which *exchange* failed by the types of errors. *told*: its connection recorded when it was open."""
    if exchange.stage == "body" or isinstance(error, TimeoutError):
        return  # already known, or our own timeout
    chain = list(causes(error))
    if any("Tunnel connection failed" in str(link) or "_tunnel" in functions_of(link) for link in chain):
        exchange.stage = "tunnel"
    elif any(isinstance(link, (NewConnectionError, ConnectTimeoutError, NameResolutionError, ProxyError)) for link in chain):
        exchange.stage = "connect"
    elif any(isinstance(link, SSLError) for link in chain):
        exchange.stage = "handshake"
    elif exchange.stage == "send" or not told:
        exchange.stage = "response"
        exchange.begun = not any(
            isinstance(link, http.client.RemoteDisconnected) or functions_of(link) & _BEFORE_STATUS for link in chain
        )


def abandon_late(function: Callable[[], HttpResponse], exchange: Exchange) -> HttpResponse:
    """Return the result of *function*, which runs on a thread. Abandon it if the exchange is aborted or late."""
    waker = Waker()
    exchange.enter("connect", exchange.control.connect_timeout)
    outcome: Future[HttpResponse] = Future()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            outcome.set_result(context.run(function))
        except Exception as error:  # noqa: BLE001 - raised by the code that waits for it
            outcome.set_exception(error)
        waker.wake()

    exchange.watch(waker)
    try:
        _thread.start_new_thread(run, ())
    except RuntimeError as error:
        text = f"The request cannot be sent within its timeouts: no thread can be started ({error})."
        raise TransportError(text, hostname=exchange.host) from None
    while not outcome.done():
        waker.wait(exchange.left())
        exchange.check_abort()
    return outcome.result()


def _omit_queries(record: logging.LogRecord) -> bool:
    """Remove queries from *record* if our exchange wrote it: a presigned URL or a console URL is a secret."""
    if getattr(_here, "exchange", None) is not None and isinstance(record.args, tuple):
        record.args = tuple(_QUERY.sub("?...", item) if isinstance(item, str) else item for item in record.args)
    return True


for _name in ("urllib3.connectionpool", "urllib3.util.retry"):  # they write the URLs of requests at DEBUG
    logging.getLogger(_name).addFilter(_omit_queries)
