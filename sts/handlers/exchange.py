"""
The bounds of one HTTP exchange: how much time its present stage has left, and how another thread drops its socket.

A library's own timeouts start anew with every byte. So our connections ask the exchange of their thread before each
operation of the socket, and neither a dripping answer nor many addresses of one host can outlive the bounds.
"""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Literal
from urllib.parse import urlsplit

from sts.errors import ConfigError, DeadlineExceededError
from sts.http import Control, HttpRequest, aborted

Stage = Literal["connect", "tunnel", "handshake", "send", "answer", "body"]
"""Where an exchange stands; `connect` includes the name's resolution, `tunnel` is the proxy's part."""


class Exchange:
    """
    Hold the state of one exchange; entered, it is the `current()` one of its thread.

    *connect_timeout* bounds everything up to the connection's first use (all addresses, proxy, TLS); *read_timeout* bounds
    the sending, and then once more the whole answer from its first wait to its last byte. The deadline bounds them all.
    """

    __slots__ = (
        "_handle",
        "_lock",
        "_unlisten",
        "_until",
        "control",
        "ended",
        "fresh",
        "ours",
        "place",
        "proxy",
        "received",
        "reused",
        "stage",
    )

    def __init__(self, control: Control, place: str) -> None:
        self.control = control
        self.place = place
        self.proxy: str | None = None
        self.ours = False
        self.stage: Stage = "connect"
        self.fresh = False
        self.reused = False
        self.received = False
        self.ended = False
        self._until: float | None = None
        self._lock = threading.Lock()
        self._handle: Handle | None = None
        self._unlisten: Any = None

    def __enter__(self) -> Exchange:
        check_host(self)
        abort, deadline = self.control.abort, self.control.deadline
        if self.aborted:
            raise aborted(self.control)
        if deadline is not None and time.monotonic() >= deadline:
            raise DeadlineExceededError("The call's total timeout passed before the request was sent.", hostname=self.host)
        if abort is not None:
            self._unlisten = abort.add_listener(self.drop)
        _thread.exchange = self
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        _thread.exchange = None
        if self._unlisten is not None:
            self._unlisten()
            self._handle = None

    @property
    def host(self) -> str:
        """Return the host's name without port."""
        if self.place.startswith("["):
            return self.place[1:].partition("]")[0]
        return self.place.partition(":")[0]

    @property
    def aborted(self) -> bool:
        """Say whether the caller has aborted."""
        return self.control.abort is not None and self.control.abort.aborted

    @property
    def late(self) -> bool:
        """Say whether the deadline is over (to the granularity of socket timeouts)."""
        return self.control.deadline is not None and time.monotonic() >= self.control.deadline - 0.001

    def begin(self, connection: Any) -> None:
        """Start on the library's *connection*: an open one is past everything that `connect_timeout` bounds."""
        self.ours = True
        self.reused = connection.sock is not None
        if self.reused:
            self.watch(connection.handle)
            self.enter("send", self.control.read_timeout)
        else:
            self.enter("connect", self.control.connect_timeout)

    def enter(self, stage: Stage, limit: float | None) -> None:
        """Go on to *stage*, for which there are *limit* seconds, or what the deadline leaves of them."""
        left = self.control.remaining(limit)
        self.stage = stage
        self._until = None if left is None else time.monotonic() + left

    def left(self) -> float | None:
        """Return the seconds the stage has left, None for any number; raise TimeoutError when there are none."""
        if self._until is None:
            return None
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left

    def restart(self) -> bool:
        """
        Say whether to try again on a fresh connection: once, and only if a reused one broke before a byte of the answer.

        The server had closed it for idleness, or had gone; that says nothing about the request.
        """
        if self.fresh or not self.reused or self.received or self.aborted or self.late:
            return False
        self.fresh, self.ended = True, False
        return True

    def watch(self, handle: Handle) -> None:
        """Let an abort shut the socket of *handle* down from now on; raise ConnectionAbortedError if that has happened."""
        if self.control.abort is not None:
            with self._lock:
                self._handle = handle
            self.check_abort()

    def check_abort(self) -> None:
        """Raise ConnectionAbortedError if the caller has aborted; what was read or connected since may be cut off."""
        if self.aborted:
            raise ConnectionAbortedError("aborted")

    def drop(self) -> None:
        """Shut the socket down, which ends every wait on it; for other threads."""
        with self._lock, suppress(OSError):
            if self._handle is not None:
                self._handle.shut_down()


class Handle:
    """
    Hold a descriptor of our own for a connection's socket, by which another thread may shut it down.

    The library may close or wrap its one (TLS) while that happens, and the number of a closed one soon belongs to somebody
    else; this one is closed when connection and exchange have both let go of it.
    """

    __slots__ = ("_descriptor",)

    def __init__(self, sock: socket.socket) -> None:
        self._descriptor = socket.dup(sock.fileno())

    def shut_down(self) -> None:
        """Shut the socket down in both directions, which ends every wait on it."""
        # Shutting down asks for no family, and finding out the true one would cost three system calls.
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=socket.dup(self._descriptor)) as sock:
            sock.shutdown(socket.SHUT_RDWR)

    def __del__(self) -> None:
        with suppress(OSError):
            socket.close(self._descriptor)


class BoundedReader(io.RawIOBase):
    """Read from a socket, waiting no longer than the exchange's stage has left."""

    def __init__(self, sock: Any, exchange: Exchange) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._exchange = exchange

    def makefile(self, _: str) -> io.BufferedReader:
        """Return the buffered file that `http.client` asks its socket for."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there into *buffer*, after a wait if need be; return the number of bytes."""
        self._sock.settimeout(self._exchange.left())
        count: int = self._raw.readinto(buffer)
        if not count:
            self._exchange.ended = True
        elif self._exchange.stage == "answer":
            self._exchange.stage, self._exchange.received = "body", True
        return count

    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()


def current() -> Exchange | None:
    """Return the exchange this thread is in."""
    return _thread.exchange


allow_host: Callable[[str], bool] | None = None
"""Which hosts may be reached, all if None; `sts.testing` sets it while tests run."""


def check_host(exchange: Exchange) -> None:
    """Raise ConfigError when the exchange's host may not be reached."""
    if allow_host is not None and not allow_host(exchange.host):
        raise ConfigError(
            f"A test tried to reach {exchange.host}, but only loopback may be reached while sts.testing guards the network. "
            "Give the client LocalSTS's client_options(), or a StubHandler.",
            hostname=exchange.host,
        )


def check_request(request: HttpRequest) -> None:
    """Raise ConfigError for a URL or header that would break the request's lines apart; values are not shown."""
    if not request.url.isascii() or not request.url.isprintable() or " " in request.url:
        raise ConfigError("The URL of the request has a space, control or non-ASCII character; percent-encode it.")
    headers = request.headers
    text = "".join((*headers, *headers.values()))
    if "\n" in text or "\r" in text or "\0" in text:
        name = next(name for name, value in headers.items() if any(bad in name + value for bad in "\r\n\0"))
        raise ConfigError(f"Header {name!r} has a line break or NUL character; a header is one line of text.")


def split_url(url: str) -> tuple[str, str, str]:
    """Return origin, host with port, and request target of an absolute *url*; raise ConfigError if it has none."""
    try:
        scheme, place, path, query, _ = urlsplit(url)
    except ValueError:
        scheme = place = path = query = ""
    if scheme not in ("http", "https") or not place or "@" in place:
        raise ConfigError("The URL of a request must begin with http:// or https:// and a host, without user and password.")
    return f"{scheme}://{place}", place, f"{path or '/'}?{query}" if query else path or "/"


class _Thread(threading.local):
    exchange: Exchange | None = None


_thread = _Thread()
