"""TLS without I/O: bytes of the connection in, bytes for it out. Used with sockets and with asyncio."""

from __future__ import annotations

import ssl
from typing import Any

_BLOCK = 65536


class TlsLayer:
    """
    TLS as a client, without I/O.

    `SSLContext.wrap_bio` is used rather than `wrap_socket`: the latter loses a socket that the other side resets early,
    and contexts that verify by themselves (truststore) do so only after a handshake, which `wrap_socket` may not have made.

    Attributes:
        established: whether the handshake is over.

    """

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=_server_name(context, host))
        self.established = False

    def shake_hands(self, data: bytes) -> bool:
        """Take *data* and continue the handshake. Return True if it is complete. Raises ssl.SSLError."""
        self._incoming.write(data)
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        self.established = True
        return True

    def encrypt(self, data: bytes) -> bytes:
        """Return what to send for *data*, after what `outgoing` would return. Raises ssl.SSLError."""
        unsent = memoryview(data)
        while unsent:
            unsent = unsent[self._object.write(unsent) :]
        return self._outgoing.read()

    def decrypt(self, data: bytes) -> tuple[bytes, bool]:
        """Return the decrypted *data*, and whether the other side announced its end. Raises ssl.SSLError."""
        self._incoming.write(data)
        pieces: list[bytes] = []
        try:
            while piece := self._object.read(_BLOCK):
                pieces.append(piece)
                if not (self._incoming.pending or self._object.pending()):  # avoids the exception, which is slow
                    return piece if len(pieces) == 1 else b"".join(pieces), False
        except ssl.SSLWantReadError:
            return b"".join(pieces), False
        except ssl.SSLZeroReturnError:
            pass
        return b"".join(pieces), True

    def cut(self) -> tuple[bytes, bool]:
        """Return the data received before the connection ended. Raises ssl.SSLEOFError without an announced end."""
        text, ended = self.decrypt(b"")
        if not ended and not text:
            raise ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "the connection was cut off")
        return text, ended

    def outgoing(self) -> bytes:
        """Return the bytes that the protocol itself must send."""
        return self._outgoing.read() if self._outgoing.pending else b""


def _server_name(context: ssl.SSLContext, host: str) -> Any:
    """Return *host* for `wrap_bio`: for text the true one loads Python's codec for names that are not ASCII."""
    name = host.rstrip(".")
    return name.encode("ascii") if type(context).__module__ == "ssl" else name
