"""TLS without I/O: bytes of the connection in, bytes for it out. Used with sockets and with asyncio."""

from __future__ import annotations

import ssl
from typing import Any

_BLOCK = 65536


class TlsLayer:
    """
    TLS as a client, without I/O.

    `SSLContext.wrap_bio` is used instead of `wrap_socket`, which loses a socket that the other side resets early. Besides,
    contexts with their own verification (truststore) do it after the handshake, which `wrap_socket` may not have completed.

    Attributes:
        established: True if the handshake is complete.

    """

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        name: Any = host.rstrip(".")
        if type(context).__module__ == "ssl":
            name = name.encode("ascii")  # for text, `ssl` loads Python's slow codec for non-ASCII names
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
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
        """Return the bytes to send for *data*, preceded by those that `outgoing` would return. Raises ssl.SSLError."""
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
            raise ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "the connection ended without close_notify")
        return text, ended

    def outgoing(self) -> bytes:
        """Return the bytes that the protocol itself must send."""
        return self._outgoing.read() if self._outgoing.pending else b""
