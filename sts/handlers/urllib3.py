"""
The default handler: one connection pool of urllib3 for each host, driven directly.

The connection classes ask the exchange of their thread how long they may wait (see `exchange`), so every wait, whether for
an address, the proxy, TLS or a byte, ends in time, and an abort ends it at once.
"""

from __future__ import annotations

import http.client
import socket
import threading
from functools import partial
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.util.connection import allowed_gai_family
from urllib3.util.request import SKIP_HEADER

from sts.base.forks import reset_after_fork
from sts.errors import ConfigError
from sts.handlers.answers import read_answer
from sts.handlers.exchange import BoundedReader, Exchange, Handle, check_request, current, split_url
from sts.handlers.failures import breaks_connection, explain
from sts.handlers.options import HandlerOptions, Proxy, choose_proxy, parse_proxy
from sts.handlers.quiet import hide_queries
from sts.handlers.sockets import PlainSocket
from sts.handlers.tls import tls_context
from sts.http import Control, Headers, HttpRequest, HttpResponse

NO_RETRIES = Retry(total=False, redirect=False)
"""Raise the first error as it is, and return a redirect like any answer."""
FAILURES = (HTTPError, http.client.HTTPException, OSError, ValueError)
"""Whatever urllib3 and the modules below it raise."""

_ADDRESS_SHARE = 0.5
_NO_DELAY = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
hide_queries()


class BoundedConnection(HTTPConnection):
    """A connection whose waits are bounded by the exchange it is used in."""

    exchange: Exchange | None = None
    handle: Handle
    _holding = False
    _held = b""

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        """Begin a request."""
        self._lines: list[str] = []
        super().putrequest(*args, **kwargs)

    def putheader(self, header: str | bytes, *values: Any) -> None:
        """Add a header line; `check_request` has looked at all of them, so they are not looked at one by one again."""
        if self.exchange is None or isinstance(header, bytes) or len(values) != 1 or type(values[0]) is not str:
            super().putheader(header, *values)  # type: ignore[arg-type]  # urllib3 takes fewer than http.client
        elif values[0] is not SKIP_HEADER:
            self._lines.append(f"{header}: {values[0]}\r\n")

    def endheaders(self, message_body: Any = None, *, encode_chunked: bool = False) -> None:
        """End the headers and hold them back until the body comes: one write instead of two, and one packet."""
        self._holding = True
        super().endheaders(message_body, encode_chunked=encode_chunked)

    def send(self, data: Any) -> None:
        """Send *data*, with the headers before it."""
        if self._holding:
            self._holding, self._held = False, data[:-2] + "".join(self._lines).encode("latin-1") + b"\r\n"
            return
        held, self._held = self._held, b""
        super().send(held + data if held else data)

    def getresponse(self) -> Any:
        """Return the answer, once headers without a body are sent too."""
        if self._held:
            self.send(b"")
        return super().getresponse()

    def close(self) -> None:
        """Close the connection, and let go of our own descriptor of its socket."""
        super().close()
        self._holding, self._held = False, b""
        self.__dict__.pop("handle", None)

    @property
    def timeout(self) -> float | None:
        """Return the seconds the exchange has left at this stage."""
        return None if self.exchange is None else self.exchange.left()

    @timeout.setter
    def timeout(self, value: float | None) -> None:
        pass

    def connect(self) -> None:
        """Connect, through proxy and TLS if need be, all within the connect timeout."""
        super().connect()
        if self.exchange is not None:
            self.exchange.enter("send", self.exchange.control.read_timeout)
            self.sock.settimeout(self.exchange.left())

    def _new_conn(self) -> socket.socket:
        exchange = self.exchange
        if exchange is None:
            return super()._new_conn()
        addresses = socket.getaddrinfo(self._dns_host, self.port, allowed_gai_family(), socket.SOCK_STREAM)
        failure: OSError = socket.gaierror(socket.EAI_NONAME, "it has no address")
        for place, (family, kind, protocol, _, address) in enumerate(addresses):
            try:
                return self._dial(exchange, PlainSocket(family, kind, protocol), address, len(addresses) - place)
            except OSError as error:
                failure = error
        # Not as it is: urllib3 takes a bare reset for one that came after the request was sent, and reads on.
        raise NewConnectionError(self, str(failure)) from failure

    def _dial(self, exchange: Exchange, sock: socket.socket, address: Any, addresses: int) -> socket.socket:
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            left = exchange.left()
            # One address that never answers must leave time for the others.
            sock.settimeout(None if left is None else max(left / addresses, min(left, _ADDRESS_SHARE)))
            self.handle = Handle(sock)
            exchange.watch(self.handle)
            sock.connect(address)
            exchange.check_abort()  # not every system heeds a shut-down that came before
            exchange.stage = "handshake" if self.proxy is None else "connect"
            sock.settimeout(exchange.left())
        except BaseException:
            sock.close()
            raise
        return sock

    def _tunnel(self) -> None:
        if self.exchange is not None:
            self.exchange.stage = "tunnel"
        super()._tunnel()
        if self.exchange is not None:
            self.exchange.stage = "handshake"
            self.sock.settimeout(self.exchange.left())

    def response_class(self, sock: Any, *args: Any, **kwargs: Any) -> http.client.HTTPResponse:  # type: ignore[override]  # a class there
        """Return the response that will be read from *sock*, bounded by the exchange; also the proxy's to CONNECT."""
        exchange = self.exchange
        if exchange is None:
            return http.client.HTTPResponse(sock, *args, **kwargs)
        if exchange.stage == "send":
            exchange.enter("answer", exchange.control.read_timeout)
        source: Any = BoundedReader(sock, exchange)
        return http.client.HTTPResponse(source, *args, **kwargs)


class BoundedTLSConnection(BoundedConnection, HTTPSConnection):
    """The same over TLS."""


class BoundedPool(HTTPConnectionPool):
    """A pool whose connections belong to the exchange of the thread that takes them."""

    ConnectionCls = BoundedConnection

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reset_after_fork(self)

    def after_fork(self) -> None:
        """Empty the pool: this process's copies of the descriptors are closed, the parent's sockets stay as they are."""
        if self.pool is not None:
            # The queue's own lock may be held by a thread that does not exist here, so the queue is made anew too.
            idle = [connection for connection in self.pool.queue if connection is not None]
            self.pool.__init__(self.pool.maxsize)  # type: ignore[misc]
            for connection in idle:
                connection.close()

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection: Any = super()._get_conn(timeout)
        exchange = connection.exchange = current()
        if exchange is not None:
            if exchange.fresh and connection.sock is not None:
                connection.close()
            exchange.proxy = connection.proxy and f"{connection.proxy.host}:{connection.proxy.port}"
            try:
                exchange.begin(connection)
            except BaseException:  # aborted at this very moment: urllib3 does not know of the connection yet
                connection.close()
                raise
        return connection

    def _put_conn(self, conn: Any) -> None:
        super()._put_conn(conn)
        if self.pool is None and conn is not None:
            conn.close()  # the pool was closed meanwhile, and may have been emptied just before


class BoundedTLSPool(BoundedPool, HTTPSConnectionPool):
    """The same over TLS."""

    ConnectionCls = BoundedTLSConnection


class Urllib3Handler:
    """
    Send requests with urllib3. Thread-safe, and safe after `fork`: the child opens connections of its own.

    *connect_timeout* bounds name resolution (once that returns), all addresses, proxy and TLS together; *read_timeout*
    bounds the answer from the request's last byte to its own. No redirect, cookie, netrc file or variable plays a part.
    """

    def __init__(self, options: HandlerOptions = HandlerOptions()) -> None:  # noqa: B008  # immutable
        self.options = options
        self._lock = threading.Lock()
        self._routes: dict[str, _Route] = {}
        reset_after_fork(self)

    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        """Send *request* and return the answer; raise an error of `sts.errors`."""
        check_request(request)
        origin, place, target = split_url(request.url)
        route = self._routes.get(origin) or self._open_route(origin)
        with Exchange(control, place) as exchange:
            while True:
                try:
                    return route.exchange(request, target, exchange)
                except FAILURES as error:
                    if not (breaks_connection(error) and exchange.restart()):
                        raise explain(error, exchange) from error

    def close(self) -> None:
        """Close the idle connections, and those in use as soon as they are given back."""
        with self._lock:
            routes, self._routes = self._routes, {}
        for route in routes.values():
            route.pool.close()

    def _open_route(self, origin: str) -> _Route:
        with self._lock:
            if origin not in self._routes:
                self._routes[origin] = _open_route(origin, self.options)
            return self._routes[origin]

    def after_fork(self) -> None:
        """Start with a lock that nobody holds."""
        self._lock = threading.Lock()


class _Route:
    """The way to one host: its pool, and what is put before the path (everything, if a proxy forwards)."""

    __slots__ = ("pool", "prefix")

    def __init__(self, pool: HTTPConnectionPool, prefix: str) -> None:
        self.pool = pool
        self.prefix = prefix

    def exchange(self, request: HttpRequest, target: str, exchange: Exchange) -> HttpResponse:
        """Send *request* and return the answer; raise what urllib3 raises."""
        response = self.pool.urlopen(
            request.method,
            self.prefix + target,
            request.body or None,
            dict(request.headers),
            NO_RETRIES,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
        )
        try:
            read = partial(response.read, decode_content=False)
            return read_answer(response.status, response.reason, Headers(response.headers.iteritems()), read, exchange)
        finally:
            if response.connection is not None:  # not given back, for its answer was not read to the end
                response.close()
                response.release_conn()


def pool_manager(options: HandlerOptions, proxy: Proxy | None, origin: str = "") -> PoolManager:
    """Return a manager whose pools are ours, on the way to *origin* (the certificates are loaded if that needs TLS)."""
    context = tls_context(options.verify, options.cert) if origin.startswith("https") or proxy else None
    settings: dict[str, Any] = {"maxsize": options.max_pool, "ssl_context": context, "socket_options": _NO_DELAY}
    if proxy is None:
        manager = PoolManager(**settings)
    else:
        headers = {"proxy-authorization": proxy.authorization} if proxy.authorization else {}
        manager = ProxyManager(proxy.url, proxy_headers=headers, proxy_ssl_context=context, **settings)
    manager.pool_classes_by_scheme = {"http": BoundedPool, "https": BoundedTLSPool}
    return manager


def _open_route(origin: str, options: HandlerOptions) -> _Route:
    try:
        proxy_url = choose_proxy(origin, options.proxies, options.no_proxy)
        proxy = None if proxy_url is None else parse_proxy(proxy_url)
        pool = pool_manager(options, proxy, origin).connection_from_url(origin)
    except ValueError as error:
        raise ConfigError(f"The URL {origin!r} cannot be used: {error}.") from error
    return _Route(pool, origin if proxy is not None and origin.startswith("http:") else "")
