"""
Connections over non-blocking sockets. Every wait ends when the stage of its exchange is over, or with an abort.

`socket` and `select` are looked up at each call, so that gevent and similar libraries may replace them at any time.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import sys
from collections import deque
from collections.abc import Callable

from sts.base.forks import load
from sts.base.time import Waker
from sts.errors import TransportError
from sts.handlers.exchange import Exchange
from sts.handlers.http1 import ResponseReader
from sts.handlers.resolve import is_address, look_up, resolve_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ssl

    from sts.handlers.resolve import Address
    from sts.handlers.tls_layer import TlsLayer

HEAD_START = 0.25
"""Seconds after which the next address is tried in parallel (RFC 8305, 5)."""

READ, WRITE = 1, 4
"""Events to wait for, as bits. They equal `select.POLLIN` and `select.POLLOUT` on systems with `poll`."""

_BLOCK = 65536
_LONGEST_WAIT = 1e6
_SLICE = None if sys.platform == "linux" else 0.1
"""Seconds between checks for an abort. Only Linux wakes a thread that waits for a socket that is not yet connected."""
_UNDERWAY = frozenset({0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY})


class Handle:
    """
    Duplicate descriptor of a connection's socket. Another thread can use it to shut the socket down.

    The connection may close its own descriptor at the same time, and the system may give that number to another socket. The
    duplicate is closed when the last reference to this object is gone.
    """

    __slots__ = ("_descriptor",)

    def __init__(self, sock: socket.socket) -> None:
        self._descriptor = socket.dup(sock.fileno())

    def wake(self) -> None:
        """Shut the socket down in both directions, which ends every wait on it."""
        # `shutdown` does not depend on the address family; detecting the real one would cost three system calls.
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, socket.dup(self._descriptor)) as sock:
                sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def __del__(self, close: Callable[[int], None] = socket.close) -> None:
        try:
            close(self._descriptor)
        except (OSError, AttributeError):
            pass


class Connection:
    """An open connection, with or without TLS. `used` is the `time.monotonic()` of its last use."""

    __slots__ = ("_cut", "_handle", "_sock", "_tls", "_unsent", "used")

    def __init__(self, sock: socket.socket, handle: Handle) -> None:
        self._sock = sock
        self._handle = handle
        self._tls: TlsLayer | None = None
        self._unsent = memoryview(b"")
        self._cut = False
        self.used = 0.0

    def start_tls(self, context: ssl.SSLContext, host: str, exchange: Exchange) -> None:
        """Perform the TLS handshake with *host*. Raises ssl.SSLError."""
        exchange.stage = "handshake"
        self._tls = tls = load("sts.handlers.tls_layer").TlsLayer(context, host)
        try:
            data = b""
            while not tls.shake_hands(data):
                self._send_all(tls.outgoing(), exchange)
                data = self._read(exchange)
            self._send_all(tls.outgoing(), exchange)
        finally:
            try:
                self._sock.send(tls.outgoing())  # an alert, for example the reason why the certificate was rejected
            except OSError:
                pass
        exchange.check_abort()

    def converse(self, reader: ResponseReader, exchange: Exchange) -> bool:
        """
        Send the request of the exchange and feed *reader* until the response is complete. Return True if all was sent.

        A response that arrives while the request is being sent is read. Servers reject a body that is too large in this way.
        """
        exchange.watch(self._handle)
        self._unsent = memoryview(exchange.data if self._tls is None else self._tls.encrypt(exchange.data))
        self._send(exchange)
        while not reader.complete:
            events = self._wait(exchange, READ | WRITE if self._unsent else READ)
            if events & ~WRITE:
                self._receive(reader, exchange)
            if events & WRITE:
                self._send(exchange)
        return not self._cut and not self._unsent

    def _send(self, exchange: Exchange) -> None:
        """Send as much as possible. When all is sent, or the server accepts no more, start to wait for the response."""
        try:
            self._unsent = self._unsent[self._sock.send(self._unsent) :]
        except BlockingIOError:
            return
        except OSError:
            self._cut, self._unsent = True, memoryview(b"")  # a response may have arrived nevertheless
        if not self._unsent and exchange.stage == "send":
            exchange.enter("body" if exchange.begun else "response", exchange.control.read_timeout)

    def _receive(self, reader: ResponseReader, exchange: Exchange) -> None:
        try:
            data = self._sock.recv(_BLOCK)
        except BlockingIOError:
            return
        ended = not data
        if self._tls is not None:
            data, ended = self._tls.decrypt(data) if data else self._tls.cut()
            if more := self._tls.outgoing():
                self._unsent = memoryview(bytes(self._unsent) + more)
        if data:
            exchange.begun = True
            if exchange.stage == "response":
                exchange.stage = "body"
            reader.feed(data)
        if ended:
            exchange.check_abort()  # an abort looks like the end of the connection
            if not reader.begun:
                raise ConnectionResetError(errno.ECONNRESET, "closed without a response")
            reader.eof()

    def _send_all(self, data: bytes, exchange: Exchange) -> None:
        unsent = memoryview(data)
        while unsent:
            try:
                unsent = unsent[self._sock.send(unsent) :]
            except BlockingIOError:
                self._wait(exchange, WRITE)

    def _read(self, exchange: Exchange) -> bytes:
        """Return bytes of the handshake. Raises ConnectionResetError at the end of the connection."""
        while True:
            self._wait(exchange, READ)
            try:
                data = self._sock.recv(_BLOCK)
            except BlockingIOError:
                continue
            if data:
                return data
            raise ConnectionResetError(errno.ECONNRESET, "closed during the handshake")

    def _wait(self, exchange: Exchange, events: int) -> int:
        """Wait until the socket is ready for one of *events*. Return the events that occurred. Raises TimeoutError."""
        while True:
            left = exchange.left()
            if found := poll({self._sock.fileno(): events}, left):
                return found[0][1]
            exchange.check_abort()
            check_waited(left)

    def usable(self) -> bool:
        """Return True if the server has neither closed the connection nor sent data, which would not be a response."""
        if not poll({self._sock.fileno(): READ}, 0):
            return True
        try:
            data = self._sock.recv(_BLOCK)
            # The data may be a message of TLS itself, such as a session ticket.
            return self._tls is not None and data != b"" and self._tls.decrypt(data) == (b"", False)
        except BlockingIOError:
            return True
        except OSError:
            return False

    def close(self) -> None:
        """Close the socket."""
        try:
            self._sock.close()
        except OSError:
            pass

    def __del__(self) -> None:
        if hasattr(self, "_sock"):  # an interrupt may have ended the constructor
            self.close()


def check_waited(seconds: float | None) -> None:
    """Raise TimeoutError after a full wait of *seconds*. A test tool may have stopped the clock that `left` reads."""
    if seconds is not None and _SLICE is None:
        raise TimeoutError("timed out")


def poll(wanted: dict[int, int], seconds: float | None) -> list[tuple[int, int]]:
    """Wait up to *seconds* until a descriptor has an event that is *wanted* of it. Return pairs of descriptor and events."""
    seconds = _SLICE if seconds is None else seconds if _SLICE is None else min(seconds, _SLICE)
    make = getattr(select, "poll", None)  # absent on Windows and with eventlet
    if make is None:
        reading = [descriptor for descriptor, events in wanted.items() if events & READ]
        writing = [descriptor for descriptor, events in wanted.items() if events & WRITE]
        can_read, can_write, failed = select.select(reading, writing, writing, seconds)
        return [(descriptor, READ) for descriptor in can_read] + [(descriptor, WRITE) for descriptor in can_write + failed]
    poller = make()
    for descriptor, events in wanted.items():
        poller.register(descriptor, events)
    found: list[tuple[int, int]] = poller.poll(None if seconds is None else int(min(seconds, _LONGEST_WAIT) * 1000 + 0.999))
    return found


def find_addresses(host: str, port: int, exchange: Exchange) -> list[Address]:
    """Resolve *host* within the exchange's stage. Raises OSError, or TransportError if no thread can be started."""
    if is_address(host):
        return resolve_address(host, port)
    try:
        lookup, waker = look_up(host, port), Waker()
    except RuntimeError as error:
        text = f"The name {host} cannot be resolved within the timeouts: no thread can be started ({error})."
        raise TransportError(text, hostname=host) from None
    remove = lookup.done.add_listener(waker.wake)
    try:
        exchange.watch(waker)
        while not lookup.done.is_set:
            left = exchange.left()
            woken = waker.wait(left)
            exchange.check_abort()
            if not woken:
                check_waited(left)
    finally:
        remove()
    return lookup.result()


def connect(addresses: list[Address], exchange: Exchange) -> Connection:
    """Connect to the first of *addresses* that responds. Each has a head start over the next (RFC 8305). Raises OSError."""
    waiting = deque(addresses)
    trying: dict[int, tuple[socket.socket, Handle]] = {}
    failure: OSError = OSError("no address")
    try:
        while waiting or trying:
            if waiting:
                try:
                    sock, handle = _dial(waiting.popleft())
                except OSError as error:
                    failure = error
                    continue
                trying[sock.fileno()] = sock, handle
                exchange.watch(*(handle for _, handle in trying.values()))
            left = exchange.left()
            share = None if left is None else left / (len(waiting) + 1)
            patience = min(HEAD_START, share or HEAD_START) if waiting else left
            found = poll(dict.fromkeys(trying, WRITE), patience)
            for descriptor, _ in found:
                exchange.check_abort()  # a socket that was shut down while connecting looks ready
                code = trying[descriptor][0].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                sock, handle = trying.pop(descriptor)
                if not code:
                    return Connection(sock, handle)
                sock.close()
                failure = OSError(code, os.strerror(code))
            exchange.check_abort()
            if not found and not waiting:
                check_waited(left)
        raise failure
    finally:
        for sock, _ in trying.values():
            sock.close()


def _dial(address: Address) -> tuple[socket.socket, Handle]:
    """Return a socket that is connecting to *address*, and its handle. Raises OSError."""
    family, kind, protocol, _, place = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = sock.connect_ex(place)
        if code not in _UNDERWAY:
            raise OSError(code, os.strerror(code))
        return sock, Handle(sock)
    except BaseException:
        sock.close()
        raise
