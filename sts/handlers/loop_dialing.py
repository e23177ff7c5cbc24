"""New connections on an asyncio loop: resolve the name, try the addresses, start TLS, all within the connect timeout."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from sts.base.forks import load
from sts.errors import TransportError
from sts.handlers.connections import HEAD_START
from sts.handlers.direct import warn_unverified
from sts.handlers.exchange import Exchange
from sts.handlers.grammar import split_origin
from sts.handlers.loop_connections import Connection, Waiter
from sts.handlers.resolve import is_address, look_up, resolve_address

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task

    from sts.handlers.options import HandlerOptions
    from sts.handlers.resolve import Address


async def open_connection(
    origin: str, exchange: Exchange, options: HandlerOptions, lost: Callable[[Connection], None]
) -> Connection:
    """Connect to *origin* within the connect timeout. Raises OSError (ssl.SSLError is one) or TransportError."""
    loop = asyncio.get_running_loop()
    exchange.enter("connect", exchange.control.connect_timeout)
    tls, host, port = split_origin(origin)
    if tls and options.verify is False:
        warn_unverified(exchange)
    if not tls:
        return await adopt(await connect(await find_addresses(host, port, exchange, loop), exchange, loop), loop, lost)
    trust = load("sts.handlers.tls")
    while True:
        context = trust.tls_context(options.verify, options.cert, host)
        connection = await adopt(await connect(await find_addresses(host, port, exchange, loop), exchange, loop), loop, lost)
        try:
            await connection.start_tls(context, host, exchange)
        except BaseException as error:
            connection.close()
            if not trust.widen(context, error):
                raise
        else:
            return connection


async def adopt(sock: socket.socket, loop: AbstractEventLoop, lost: Callable[[Connection], None]) -> Connection:
    """Return a connection over *sock*. A cancellation does not interrupt this: loops differ in whether they close *sock*."""

    async def create() -> Connection:
        return (await loop.create_connection(lambda: Connection(loop, sock, lost), sock=sock))[1]

    adoption = loop.create_task(create())
    try:
        return await asyncio.shield(adoption)
    except asyncio.CancelledError:
        adoption.add_done_callback(_close_result)
        raise
    except BaseException:
        sock.close()
        raise


async def find_addresses(host: str, port: int, exchange: Exchange, loop: AbstractEventLoop) -> list[Address]:
    """Resolve *host* within the exchange's stage. Raises OSError, or TransportError if no thread can be started."""
    if is_address(host):
        return resolve_address(host, port)
    try:
        lookup = look_up(host, port)
    except RuntimeError as error:
        text = f"The name {host} cannot be resolved within the timeouts: no thread can be started ({error})."
        raise TransportError(text, hostname=host) from None
    waiter = Waiter(loop)

    def tell() -> None:
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(waiter.succeed)

    remove = lookup.done.add_listener(tell)
    try:
        await waiter.wait(exchange)
    finally:
        remove()
    return lookup.result()


class Race:
    """Simultaneous attempts to connect. The first that succeeds wins; an abort cancels them all."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.loop = loop
        self.running: set[Task[socket.socket]] = set()

    def wake(self) -> None:
        """End all attempts. May be called from any thread."""
        with suppress(RuntimeError):  # the loop is closed
            self.loop.call_soon_threadsafe(self.cancel)

    def cancel(self) -> None:
        """Cancel running attempts and close sockets connected meanwhile. Call it on the loop's thread."""
        for task in self.running:
            if task.done():
                _close_result(task)
            else:
                task.cancel()
                task.add_done_callback(_close_result)


async def connect(addresses: list[Address], exchange: Exchange, loop: AbstractEventLoop) -> socket.socket:
    """Connect to the first of *addresses* that responds. Each has a head start over the next (RFC 8305). Raises OSError."""
    waiting, race = deque(addresses), Race(loop)
    failure: OSError = OSError("no address")
    exchange.watch(race)
    try:
        while waiting or race.running:
            if waiting:
                race.running.add(loop.create_task(dial(waiting.popleft(), loop)))
            left = exchange.left()
            share = HEAD_START if left is None else left / (len(waiting) + 1)
            patience = min(HEAD_START, share) if waiting else left
            done, _ = await asyncio.wait(race.running, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            exchange.check_abort()
            for task in done:
                race.running.discard(task)
                try:
                    return task.result()
                except OSError as error:
                    failure = error
        raise failure
    finally:
        race.cancel()


async def dial(address: Address, loop: AbstractEventLoop) -> socket.socket:
    """Return a socket that is connected to *address*. Raises OSError."""
    family, kind, protocol, _, place = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.sock_connect(sock, place)
    except BaseException:
        sock.close()
        raise
    return sock


def _close_result(task: Task[socket.socket] | Task[Connection]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()
