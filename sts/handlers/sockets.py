"""
Sockets that are not told twice how long to wait.

Telling is a system call, and at each of those another thread may take the interpreter over; with many threads that costs more
than the whole of a call's work. The libraries and we tell a socket three times in an exchange.
"""

from __future__ import annotations

import socket
import ssl

TOLERANCE = 0.01
"""Share of a timeout, and seconds, by which one already set may differ from the one wanted and yet stay."""


class PlainSocket(socket.socket):
    """A TCP socket."""

    __slots__ = ()

    def settimeout(self, value: float | None) -> None:
        """Wait up to *value* seconds from now on, None for ever; nearly as long as before is left as it is."""
        current = self.gettimeout()
        if value is None or current is None or abs(value - current) > min(TOLERANCE, TOLERANCE * value):
            super().settimeout(value)


class TLSSocket(PlainSocket, ssl.SSLSocket):
    """The same over TLS, for `SSLContext.sslsocket_class`."""
