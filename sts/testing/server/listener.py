"""A threaded TCP server on loopback that stops quickly and is safe in a fork (the child does not serve)."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from io import BufferedReader

from sts.base.forks import reset_after_fork

_RESET = struct.pack("ii", 1, 0)  # linger 0: close() sends RST
_JOIN_SECONDS = 5.0
_SHARED_SECONDS = 5.0
"""Seconds for one read or write on a connection without its own thread, because other connections wait for it."""


class Connection:
    """
    One accepted connection. *stopping* is set when the server stops.

    A *shared* connection has no thread of its own. The next connection waits for it, so it ends after one request.
    """

    shared = False

    def __init__(self, raw: socket.socket, stopping: threading.Event) -> None:
        self.socket = raw
        self._stopping = stopping

    def open(self, tls: ssl.SSLContext | None) -> BufferedReader:
        """Do the TLS handshake, if any, and return the stream of requests."""
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            # The handshake comes second, so that `interrupt` can stop it.
            secure = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
            self.socket = secure
            secure.do_handshake()
        return BufferedReader(socket.SocketIO(self.socket, "r"))  # `makefile` would keep the socket open after `close`

    def send(self, data: bytes) -> None:
        """Send all of *data*."""
        self.socket.sendall(data)

    def pause(self, seconds: float) -> bool:
        """Wait. Return False immediately if the server stops."""
        return not self._stopping.wait(seconds)

    def reset(self) -> None:
        """Drop the connection with a RST."""
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.socket.close()

    def interrupt(self) -> None:
        """Interrupt the thread that reads from or writes to the connection."""
        with contextlib.suppress(OSError):
            # An SSLSocket's own shutdown would first drop the TLS state that its thread is using.
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)


class Listener:
    """Listener that accepts connections and serves each in its own thread with *serve*."""

    def __init__(self, host: str, port: int, serve: Callable[[Connection], None]) -> None:
        self._serve = serve
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._connections: dict[threading.Thread, Connection] = {}
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        if not 0 <= port <= 65535:
            # `create_server` also checks this, but leaves its socket open.
            raise OverflowError("a port is a number from 0 to 65535")
        self._socket = socket.create_server((host, port), family=family, backlog=512)
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self._waker, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._accept, name=f"LocalSTS-{self.port}", daemon=True)
        reset_after_fork(self)
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and wait until all threads have ended. Further calls do nothing."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._waker.send(b"x")
        self._thread.join(_JOIN_SECONDS)
        with self._lock:
            open_ones = dict(self._connections)
        for connection in open_ones.values():
            connection.interrupt()
        for thread in open_ones:
            if thread is not threading.current_thread():
                thread.join(_JOIN_SECONDS)
        self._close()

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._stopping.is_set():
                selector.select()
                try:
                    self._begin(self._socket.accept()[0])
                except OSError:  # no connection is pending any more, or the process has no free file descriptor
                    self._stopping.wait(0.005)

    def _begin(self, accepted: socket.socket) -> None:
        accepted.setblocking(True)
        connection = Connection(accepted, self._stopping)
        thread = threading.Thread(target=self._run, args=(connection,), name=f"LocalSTS-{self.port}-connection", daemon=True)
        with self._lock:
            self._connections[thread] = connection
        try:
            thread.start()
        except RuntimeError:  # too many threads, or the main thread has ended (Python 3.12)
            with self._lock:
                del self._connections[thread]
                self._connections[self._thread] = connection
            connection.shared = True
            accepted.settimeout(_SHARED_SECONDS)
            self._run(connection)

    def _run(self, connection: Connection) -> None:
        try:
            self._serve(connection)
        except OSError:
            pass  # the client went away, or the server stops
        finally:
            connection.socket.close()
            with self._lock:
                self._connections.pop(threading.current_thread(), None)

    def _close(self) -> None:
        for one in (self._socket, self._waker, self._woken):
            one.close()

    def _after_fork(self) -> None:
        """Close every socket: the child's copies would keep the parent's port and connections open."""
        self._lock, self._stopping = threading.Lock(), threading.Event()
        self._stopping.set()
        connections, self._connections = list(self._connections.values()), {}
        for connection in connections:
            connection.socket.close()
        self._close()
