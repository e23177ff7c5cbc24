"""Connections on an asyncio loop. Every wait ends when the stage of its exchange is over, or with an abort."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import time
from asyncio import AbstractEventLoop, Future, TimerHandle
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from sts.base.forks import load
from sts.handlers.connections import READ, poll
from sts.handlers.exchange import Exchange
from sts.handlers.http1 import MAX_HEAD, ResponseReader

if TYPE_CHECKING:
    from sts.handlers.tls_layer import TlsLayer

LONGEST_IDLE = 60.0
"""Seconds after which an idle connection is closed. Load balancers of AWS close theirs after the same time."""


class Waiter:
    """A future to wait for until the stage of an exchange is over, or an abort."""

    __slots__ = ("_loop", "future")

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self.future: Future[Any] = loop.create_future()

    def wake(self) -> None:
        """End the wait. May be called from any thread."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self.fail, ConnectionAbortedError("aborted"))

    def fail(self, error: BaseException) -> None:
        """End the wait with *error*; on the loop's thread."""
        if not self.future.done():
            self.future.set_exception(error)
            self.future.exception()  # avoids a log entry if the wait was abandoned meanwhile

    def succeed(self) -> None:
        """End the wait; on the loop's thread."""
        if not self.future.done():
            self.future.set_result(None)

    async def wait(self, exchange: Exchange) -> None:
        """Wait for the future. Raises TimeoutError or ConnectionAbortedError."""
        exchange.watch(self)
        left = exchange.left()
        timer = None if left is None else self._loop.call_later(left, self.fail, TimeoutError("timed out"))
        try:
            await self.future
        finally:
            if timer is not None:
                timer.cancel()


class Connection(asyncio.Protocol):
    """An open connection, with or without TLS. *lost* is called if it ends while it is idle."""

    def __init__(self, loop: AbstractEventLoop, sock: socket.socket, lost: Callable[[Connection], None]) -> None:
        self._loop = loop
        self._sock = sock
        self._lost = lost
        self._tls: TlsLayer | None = None
        self._waiter: Waiter | None = None
        self._exchange: Exchange | None = None
        self._reader: ResponseReader | None = None
        self._timer: TimerHandle | None = None
        self._fires = self._used = 0.0
        self._blocked = self._closed = False
        self._early = b""  # data received before the first use; loops differ in when they start to read

    async def start_tls(self, context: ssl.SSLContext, host: str, exchange: Exchange) -> None:
        """Perform the TLS handshake with *host*. Raises ssl.SSLError."""
        exchange.stage = "handshake"
        self._check_open()
        self._tls = load("sts.handlers.tls_layer").TlsLayer(context, host)
        self._waiter = waiter = Waiter(self._loop)
        early, self._early = self._early, b""
        try:
            self._shake_hands(early)
            await waiter.wait(exchange)
        finally:
            self._waiter = None

    async def converse(self, method: str, exchange: Exchange) -> tuple[ResponseReader, bool]:
        """Send the request of the exchange and read the response. Return its reader, and whether the connection can be kept."""
        early, self._early = self._early, b""
        if not early:
            self._check_open()
        reader, waiter = ResponseReader(method), Waiter(self._loop)
        limit = exchange.control.read_timeout
        self._reader, self._waiter, self._exchange = reader, waiter, exchange
        exchange.stage = "send"
        exchange.watch(waiter)
        try:
            if not self._closed:
                self._transport.write(exchange.data if self._tls is None else self._tls.encrypt(exchange.data))
            exchange.enter("send" if self._blocked else "response", limit)
            self._set_timer(exchange.left())
            if early:
                self._feed(early)
                if self._closed:
                    self._finish()
            await waiter.future
        finally:
            self._reader = self._waiter = self._exchange = None
        exchange.check_abort()
        self._used = time.monotonic()
        if self._timer is None:  # an exchange without limits
            self._set_timer(LONGEST_IDLE)
        return reader, exchange.end() and reader.reusable and not self._blocked and not self._closed

    def _check_open(self) -> None:
        if self._closed:
            raise ConnectionResetError(errno.ECONNRESET, "closed before it was used")

    def usable(self) -> bool:
        """Return True if the other side has neither closed the connection nor sent data, which would not be a response."""
        return not self._closed and not poll({self._descriptor: READ}, 0)

    def close(self) -> None:
        """Close the socket immediately."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._closed = True
        try:
            self._transport.abort()
        except RuntimeError:  # the loop is closed and will not close the socket
            self._sock.close()

    def disown(self) -> None:
        """Close the socket in a forked child. Its number stays in use, because the transport will close it."""
        with suppress(OSError):
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, self._descriptor)
            os.close(null)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport. A method of asyncio's protocol, like those below."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(0)
        self._descriptor: int = transport.get_extra_info("socket").fileno()

    def data_received(self, data: bytes) -> None:
        """Pass the data to the reader of the response."""
        try:
            if self._tls is None:
                self._feed(data)
            elif not self._tls.established:
                self._shake_hands(data)
            else:
                text, ended = self._tls.decrypt(data)
                self._flush(self._tls)
                if text:
                    self._feed(text)
                if ended:
                    self._finish()
        except Exception as error:  # noqa: BLE001 - raised by the code that waits for the response
            self._end(error)

    def eof_received(self) -> bool:
        """Handle the end of the connection. With TLS it is an error, unless the end was announced."""
        self._closed = True
        try:
            if self._tls is not None:
                text, ended = self._tls.cut()
                if text:
                    self._feed(text)
                if not ended:
                    self._tls.cut()
            self._finish()
        except Exception as error:  # noqa: BLE001 - raised by the code that waits for the response
            self._end(error)
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """End all waits for the connection."""
        self._closed = True
        self._end(error or ConnectionResetError(errno.ECONNRESET, "connection lost"))
        self._lost(self)

    def pause_writing(self) -> None:
        """Record that part of the request waits to be sent."""
        self._blocked = True

    def resume_writing(self) -> None:
        """Start to wait for the response after all of the request is sent."""
        self._blocked = False
        exchange = self._exchange
        if exchange is not None and exchange.stage == "send":
            exchange.enter("response", exchange.control.read_timeout)

    def _feed(self, data: bytes) -> None:
        exchange, reader, waiter = self._exchange, self._reader, self._waiter
        if exchange is None or reader is None or waiter is None:
            if self._used or len(self._early) > MAX_HEAD:
                self.close()  # unexpected data
            else:
                self._early += data
            return
        exchange.begun = True
        if exchange.stage == "send":
            exchange.enter("body", exchange.control.read_timeout)
        exchange.stage = "body"
        if reader.feed(data):
            waiter.succeed()

    def _shake_hands(self, data: bytes) -> None:
        tls = cast("TlsLayer", self._tls)
        try:
            done = tls.shake_hands(data)
        finally:
            self._flush(tls)  # also sends the alert with the reason why the certificate was rejected
        if done and self._waiter is not None:
            self._waiter.succeed()

    def _flush(self, tls: TlsLayer) -> None:
        if data := tls.outgoing():
            self._transport.write(data)

    def _finish(self) -> None:
        """Handle the orderly end of the connection by the server."""
        reader = self._reader
        try:
            if reader is None or not reader.begun:
                raise ConnectionResetError(errno.ECONNRESET, "closed without a response")
            reader.eof()
        except (OSError, ValueError) as error:
            self._end(error)
        else:
            self._end(None)
        self._closed = True

    def _end(self, error: BaseException | None) -> None:
        if self._waiter is not None:
            self._waiter.succeed() if error is None else self._waiter.fail(error)
        elif error is not None:
            self.close()

    def _set_timer(self, left: float | None) -> None:
        """Make sure that `_check_time` is called within *left* seconds. A timer that is already set need not be moved."""
        if left is None:
            return
        fires = time.monotonic() + left
        if self._timer is not None:
            if self._fires <= fires:
                return
            self._timer.cancel()
        self._fires = fires
        self._timer = self._loop.call_later(left, self._check_time)

    def _check_time(self) -> None:
        """End the wait of an exchange whose stage is over. Close a connection that has been idle for too long."""
        self._timer = None
        exchange, waiter = self._exchange, self._waiter
        if exchange is None or waiter is None:
            idle = time.monotonic() - self._used
            if idle >= LONGEST_IDLE:
                self.close()
            else:
                self._set_timer(LONGEST_IDLE - idle)
            return
        try:
            self._set_timer(exchange.left())
        except TimeoutError as error:
            waiter.fail(error)
