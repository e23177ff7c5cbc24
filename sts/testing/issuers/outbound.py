"""Web identity tokens issued by LocalSTS: JWTs of GetWebIdentityToken and the keys to verify them."""

from __future__ import annotations

import json
import secrets
import threading
from typing import Any

from sts.model.error_codes import JWT_PAYLOAD_SIZE
from sts.testing.issuers import jws
from sts.testing.service.error_responses import modelled

ALGORITHMS = ("RS256", "ES384")
_MAX_PAYLOAD = 4096
"""Largest claims in bytes. AWS does not publish its limit; this one is our own."""


class TokenIssuer:
    """
    Issuer that signs tokens for the server.

    The issuer is the server's URL, so that the recipient of a token finds the keys at its `/.well-known/openid-configuration`,
    as for the issuer of an AWS account.
    """

    def __init__(self) -> None:
        self.url = ""
        self._keys: dict[str, jws.Key] = {}
        self._lock = threading.Lock()

    def issue(self, claims: dict[str, Any], algorithm: str) -> str:
        """Return *claims* as a token signed with *algorithm*. The first one with RS256 takes a second."""
        full = {**claims, "iss": self.url, "jti": secrets.token_hex(16)}
        if len(json.dumps(full)) > _MAX_PAYLOAD:
            raise modelled(JWT_PAYLOAD_SIZE, f"The requested token payload size exceeds the limit of {_MAX_PAYLOAD} bytes")
        return jws.sign(full, self._key(algorithm))

    def document(self, path: str) -> bytes | None:
        """Return the JSON published at *path*, or None if there is none."""
        if path == "/.well-known/openid-configuration":
            return json.dumps(
                {
                    "issuer": self.url,
                    "jwks_uri": f"{self.url}/.well-known/jwks.json",
                    "response_types_supported": ["id_token"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": list(ALGORITHMS),
                }
            ).encode()
        if path == "/.well-known/jwks.json":
            with self._lock:
                keys = [key.jwk() for key in self._keys.values() if not isinstance(key, jws.HmacKey)]
            return json.dumps({"keys": keys}).encode()
        return None

    def _key(self, algorithm: str) -> jws.Key:
        with self._lock:
            if algorithm not in self._keys:
                self._keys[algorithm] = jws.make_key(algorithm)
            return self._keys[algorithm]
