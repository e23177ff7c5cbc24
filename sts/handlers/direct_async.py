"""
The default handler of `AsyncSTS`: HTTP/1.1 on the event loop, with reused connections and exact timeouts.

Each loop has its own connections, so that one handler or client can serve several loops. The only thread is that of the
resolver, and only for host names.
"""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop, Future
from collections import deque
from collections.abc import AsyncGenerator, Awaitable
from contextlib import suppress

from sts.base.forks import load, reset_after_fork
from sts.handlers.direct import FAILURES, may_resend, prepare, response_of
from sts.handlers.exchange import Exchange
from sts.handlers.grammar import split_url
from sts.handlers.http1 import ResponseReader
from sts.handlers.loop_connections import Connection, Waiter
from sts.handlers.loop_dialing import open_connection
from sts.handlers.options import HandlerOptions
from sts.http import Control, HttpRequest, HttpResponse


class OriginPool:
    """The connections to one origin on one loop, at most `options.max_pool`. Further calls wait, in order, in a queue."""

    __slots__ = ("_closed", "_opened", "_queue", "idle", "name", "open", "options")

    def __init__(self, name: str, options: HandlerOptions) -> None:
        self.name = name
        self.options = options
        self.idle: list[Connection] = []
        self.open: set[Connection] = set()
        self._opened = 0
        self._closed = False
        self._queue: deque[Future[Connection | None]] = deque()

    async def perform(self, method: str, exchange: Exchange) -> ResponseReader:
        """Exchange over an idle or a new connection. An idle one that breaks before the first byte is replaced once."""
        connection = await self._take(exchange)
        keep = False
        try:
            if connection is not None:
                try:
                    reader, keep = await connection.converse(method, exchange)
                except OSError as error:
                    if not may_resend(error, exchange):
                        raise
                    self._drop(connection)
                else:
                    return reader
            connection = await open_connection(self.name, exchange, self.options, self._lost)
            self.open.add(connection)
            reader, keep = await connection.converse(method, exchange)
            return reader
        finally:
            if connection is not None and not keep:
                self._drop(connection)
            self._give(connection if keep else None)

    async def _take(self, exchange: Exchange) -> Connection | None:
        """Return an idle connection, or None if a new one may be opened. Wait in the queue while neither is possible."""
        while self.idle:
            connection = self.idle.pop()
            if connection.usable():
                return connection
            self._drop(connection)
            self._opened -= 1
        if self._opened < self.options.max_pool:
            self._opened += 1
            return None
        exchange.enter("connect", None)  # the connect timeout starts when the connection is opened
        waiter = Waiter(asyncio.get_running_loop())
        self._queue.append(waiter.future)
        try:
            await waiter.wait(exchange)
        except BaseException:
            with suppress(ValueError):  # it already has a connection
                self._queue.remove(waiter.future)
            if waiter.future.done() and not waiter.future.cancelled() and waiter.future.exception() is None:
                self._give(waiter.future.result())  # too late for this call
            raise
        given: Connection | None = waiter.future.result()
        if given is not None and not given.usable():
            self._drop(given)
            return None
        return given

    def _give(self, connection: Connection | None) -> None:
        """Pass *connection*, or permission to open a new one (None), to the first call in the queue."""
        while self._queue:
            future = self._queue.popleft()
            if not future.done():
                future.set_result(connection)
                return
        if connection is not None and not self._closed:
            self.idle.append(connection)
            return
        self._opened -= 1
        if connection is not None:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        self.open.discard(connection)
        connection.close()

    def _lost(self, connection: Connection) -> None:
        """Drop a *connection* that the other side closed, or that was idle for too long."""
        self.open.discard(connection)
        if connection in self.idle:
            self.idle.remove(connection)
            self._give(None)

    def close(self) -> None:
        """Close the idle connections, and those in use when they are returned. Call it on the loop's thread."""
        self._closed = True
        while self.idle:
            self._drop(self.idle.pop())
            self._opened -= 1


class LoopPools:
    """The connections of one event loop by origin, closed when it ends in the way of `asyncio.run`, or by `close()`."""

    __slots__ = ("_ending", "origins")

    def __init__(self) -> None:
        self.origins: dict[str, OriginPool] = {}
        self._ending = _close_at_end(self.origins)
        _step(self._ending.__anext__())  # registers the generator with the running loop

    def close(self) -> None:
        """Close the idle connections, and those in use when they are returned. Call it on the loop's thread."""
        for origin in list(self.origins.values()):
            origin.close()
        _step(self._ending.aclose())

    def connections(self) -> list[Connection]:
        """Return all connections, including those in use."""
        return [connection for origin in list(self.origins.values()) for connection in list(origin.open)]

    def close_all(self) -> None:
        """Close all connections of a closed loop."""
        for connection in self.connections():
            connection.close()


async def _close_at_end(origins: dict[str, OriginPool]) -> AsyncGenerator[None, None]:
    """Close *origins* when the loop shuts down its asynchronous generators, as `asyncio.run` does at the end."""
    try:
        yield
    finally:
        for origin in list(origins.values()):
            origin.close()


def _step(awaitable: Awaitable[object]) -> None:
    """Run *awaitable*, which does not wait, to its end."""
    with suppress(StopIteration, StopAsyncIteration):
        awaitable.__await__().__next__()


class AsyncDirectHandler:
    """
    Handler that sends requests on the running asyncio loop. Thread-safe: each loop has connections of its own.

    The limits of `Control` apply in every phase. An abort or the cancellation of the task ends any wait immediately and closes
    the connection of that call. Redirects, cookies, netrc files, proxies and variables are not used.
    """

    bounded = True
    """Tells drivers that `send` checks the deadline and the abort signal itself."""

    def __init__(self, options: HandlerOptions = HandlerOptions()) -> None:  # noqa: B008  # immutable
        self.options = options
        self._lock = threading.RLock()
        self._loops: dict[AbstractEventLoop, LoopPools] = {}
        reset_after_fork(self)

    async def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        """Send *request* and return the response. Raises an error of `sts.errors`."""
        name, place, target = split_url(request.url)
        exchange = Exchange(control, place)
        try:
            exchange.start()
            prepare(request, target, exchange)
            loop = asyncio.get_running_loop()
            known = self._loops.get(loop)
            origin = known.origins.get(name) if known is not None else None
            reader = await (origin or self._open(loop, name)).perform(request.method, exchange)
            return response_of(reader, exchange)
        except FAILURES as error:
            # Without its frames: their local variables contain the response.
            raise load("sts.handlers.failures").explain(error.with_traceback(None), exchange) from error
        finally:
            exchange.end()

    def _open(self, loop: AbstractEventLoop, name: str) -> OriginPool:
        with self._lock:
            for ended in [known for known in self._loops if known.is_closed()]:
                self._loops.pop(ended).close_all()
            known = self._loops.get(loop)
            if known is None:
                known = self._loops[loop] = LoopPools()
            return known.origins.setdefault(name, OriginPool(name, self.options))

    def close(self) -> None:
        """Close the idle connections of every loop, and those in use when they are returned."""
        with self._lock:
            loops, self._loops = self._loops, {}
        for loop, known in loops.items():
            if asyncio._get_running_loop() is loop:
                known.close()
                continue
            try:
                loop.call_soon_threadsafe(known.close)
            except RuntimeError:  # the loop is closed, so no thread uses its connections
                known.close_all()

    def _after_fork(self) -> None:
        """Drop the parent's connections: its loops do not run in this process."""
        loops, self._loops, self._lock = self._loops, {}, threading.RLock()
        for known in loops.values():
            for connection in known.connections():
                connection.disown()
