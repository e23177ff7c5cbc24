"""Encoded authorization messages: opaque text that only the server that created it can decode."""

from __future__ import annotations

import hmac
import json
import secrets
import zlib
from typing import Any

from sts.model.error_codes import INVALID_AUTHORIZATION_MESSAGE
from sts.testing.issuers import jws
from sts.testing.service.error_responses import modelled


class MessageSeal:
    """Encoder and decoder of authorization messages."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def encode(self, message: dict[str, Any]) -> str:
        """Encode *message* as in an error message: without padding, as AWS does."""
        body = zlib.compress(json.dumps(message, separators=(",", ":")).encode())
        return jws.encode(hmac.digest(self._key, body, "sha256") + body)

    def decode(self, text: str) -> str:
        """Return the JSON in *text*. Reject it if `encode` did not create it."""
        try:
            data = jws.decode(text)
        except ValueError:
            data = b""
        if not hmac.compare_digest(data[:32], hmac.digest(self._key, data[32:], "sha256")):
            raise modelled(INVALID_AUTHORIZATION_MESSAGE, "Message is not valid")
        return zlib.decompress(data[32:]).decode()
