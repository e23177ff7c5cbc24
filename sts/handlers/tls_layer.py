"""TLS without I/O: bytes of the connection in, bytes for it out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sts.base.forks import load

if TYPE_CHECKING:
    import ssl

_BLOCK = 65536


class TlsLayer:
    """TLS as a client, without I/O; `established` once hands were shaken."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        ssl = load("ssl")
        self._want_read, self._zero_return = ssl.SSLWantReadError, ssl.SSLZeroReturnError
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host.rstrip("."))
        self.established = False

    def shake_hands(self, data: bytes) -> bool:
        """Take *data* and go on with the handshake; return whether it is over. Raises ssl.SSLError."""
        self._incoming.write(data)
        try:
            self._object.do_handshake()
        except self._want_read:
            return False
        self.established = True
        return True

    def encrypt(self, data: bytes) -> bytes:
        """Return what to send for *data*."""
        self._object.write(data)
        text: bytes = self._outgoing.read()
        return text

    def decrypt(self, data: bytes) -> tuple[bytes, bool]:
        """Return the text in *data*, and whether the other side announced its end. Raises ssl.SSLError."""
        self._incoming.write(data)
        pieces: list[bytes] = []
        try:
            while piece := self._object.read(_BLOCK):
                pieces.append(piece)
        except self._want_read:
            return b"".join(pieces), False
        except self._zero_return:
            pass
        return b"".join(pieces), True

    def flush(self, transport: asyncio.Transport) -> None:
        """Send what the protocol itself has to say."""
        if self._outgoing.pending:
            transport.write(self._outgoing.read())
