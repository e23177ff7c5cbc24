"""The default handler: HTTP/1.1 over its own sockets, with reused connections and exact timeouts."""

from __future__ import annotations

import time

from sts.base.forks import load, reset_after_fork
from sts.handlers.connections import Connection, connect, find_addresses
from sts.handlers.exchange import Exchange
from sts.handlers.grammar import keeps_alive, split_origin, split_url
from sts.handlers.http1 import ResponseReader, request_bytes
from sts.handlers.options import HandlerOptions
from sts.http import Control, HttpRequest, HttpResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    Idle = dict[str, list[Connection]]
    """Idle connections by origin. The most recently used one is the last."""

LONGEST_IDLE = 60.0
"""Longest idle time of a connection in seconds. Older ones are closed at the handler's next use."""
FAILURES = (OSError, ValueError)
"""Exceptions of sockets, TLS and the reader."""


class DirectHandler:
    """
    Handler that sends requests over its own sockets. Thread-safe; a forked child opens connections of its own.

    The limits of `Control` apply in every phase, including name resolution. An abort ends any wait immediately. Redirects,
    cookies, netrc files, proxies and variables are not used.
    """

    bounded = True
    """Tells drivers that `send` checks the deadline and the abort signal itself."""

    def __init__(self, options: HandlerOptions = HandlerOptions()) -> None:  # noqa: B008  # immutable
        self.options = options
        self._idle: Idle = {}
        self._next_sweep = 0.0
        reset_after_fork(self)

    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        """Send *request* and return the response. Raises an error of `sts.errors`."""
        origin, place, target = split_url(request.url)
        exchange = Exchange(control, place)
        try:
            exchange.start()
            prepare(request, target, exchange)
            return response_of(self._perform(origin, request.method, exchange), exchange)
        except FAILURES as error:
            # Without its frames: their local variables contain the response.
            raise load("sts.handlers.failures").explain(error.with_traceback(None), exchange) from error
        finally:
            exchange.end()

    def close(self) -> None:
        """Close the idle connections, and those in use when they are returned."""
        idle, self._idle = self._idle, {}
        _close_all(idle)

    def _after_fork(self) -> None:
        """Close the child's copies of the idle connections. Those of the parent stay open."""
        self.close()

    def _perform(self, origin: str, method: str, exchange: Exchange) -> ResponseReader:
        """Exchange over an idle or a new connection. An idle one that breaks before the first byte is replaced once."""
        idle = self._idle
        kept = self._take(idle, origin)
        if kept is not None:
            try:
                return self._converse(kept, idle, origin, method, exchange)
            except OSError as error:
                if not may_resend(error, exchange):
                    raise
        return self._converse(self._open(origin, exchange), idle, origin, method, exchange)

    def _converse(self, connection: Connection, idle: Idle, origin: str, method: str, exchange: Exchange) -> ResponseReader:
        reader, keep = ResponseReader(method), False
        exchange.enter("send", exchange.control.read_timeout)
        try:
            sent = connection.converse(reader, exchange)
            exchange.check_abort()
            keep = exchange.end() and sent and reader.reusable
        finally:
            if keep:
                self._keep(connection, idle, origin)
            else:
                connection.close()
        return reader

    def _open(self, origin: str, exchange: Exchange) -> Connection:
        exchange.enter("connect", exchange.control.connect_timeout)
        tls, host, port = split_origin(origin)
        if tls and self.options.verify is False:
            warn_unverified(exchange)
        if not tls:
            return connect(find_addresses(host, port, exchange), exchange)
        trust = load("sts.handlers.tls")
        while True:
            context = trust.tls_context(self.options.verify, self.options.cert, host)
            connection = connect(find_addresses(host, port, exchange), exchange)
            try:
                connection.start_tls(context, host, exchange)
                return connection
            except BaseException as error:
                connection.close()
                if not trust.widen(context, error):
                    raise

    def _take(self, idle: Idle, origin: str) -> Connection | None:
        """Return an idle connection that can be used."""
        now, kept = time.monotonic(), idle.get(origin)
        if now >= self._next_sweep:
            self._next_sweep = now + LONGEST_IDLE / 4
            _close_older(idle, now - LONGEST_IDLE)
        while kept and (connection := _pop(kept, -1)) is not None:
            if now - connection.used <= LONGEST_IDLE and connection.usable():
                return connection
            connection.close()
        return None

    def _keep(self, connection: Connection, idle: Idle, origin: str) -> None:
        connection.used = time.monotonic()
        kept = idle.setdefault(origin, [])
        kept.append(connection)
        if len(kept) > self.options.max_pool and (oldest := _pop(kept, 0)) is not None:
            oldest.close()
        if idle is not self._idle:  # the handler was closed, or this process forked, meanwhile
            _close_all(idle)


def prepare(request: HttpRequest, target: str, exchange: Exchange) -> None:
    """Set what *exchange* sends. Raises ConfigError for a request that would break its framing."""
    exchange.data = request_bytes(request, target)
    exchange.last = not keeps_alive(request.headers, current=True)


def warn_unverified(exchange: Exchange) -> None:
    """Warn about a connection without certificate verification."""
    import warnings

    warnings.warn(f"The certificate of {exchange.place} is not verified (verify=False).", stacklevel=3)


def response_of(reader: ResponseReader, exchange: Exchange) -> HttpResponse:
    """Return the response that *reader* has read."""
    body = reader.body
    if "content-encoding" in reader.headers:
        body = load("sts.handlers.bodies").decode(body, reader.headers, reader.status, exchange)
    return HttpResponse(reader.status, reader.headers, body, reader.reason)


def may_resend(error: OSError, exchange: Exchange) -> bool:
    """
    Return True to send the request once more, on a new connection.

    Only if a reused connection broke before the first byte of the response: the server had closed it before the request.
    """
    broke = not isinstance(error, TimeoutError)
    return broke and exchange.control.resend and not (exchange.begun or exchange.aborted or exchange.late)


def _pop(kept: list[Connection], place: int) -> Connection | None:
    """Remove and return a connection, or None if other threads have taken them all."""
    try:
        return kept.pop(place)
    except IndexError:
        return None


def _close_all(idle: Idle) -> None:
    for kept in list(idle.values()):
        while (connection := _pop(kept, -1)) is not None:
            connection.close()


def _close_older(idle: Idle, oldest: float) -> None:
    for kept in list(idle.values()):
        for connection in [connection for connection in list(kept) if connection.used < oldest]:
            try:
                kept.remove(connection)
            except ValueError:  # another thread has taken it
                continue
            connection.close()
