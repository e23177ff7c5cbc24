"""An OpenID Connect provider on loopback with a real RSA key: it publishes its keys and makes tokens for a test."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

AUDIENCE = "app"
KEY_ID = "k1"


def encode(data: bytes) -> str:
    """Return *data* as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encode_number(number: int) -> str:
    """Return a number in the form of JSON Web Keys."""
    return encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


@lru_cache(maxsize=2)
def make_key(number: int = 0) -> tuple[Any, Any]:  # tells keys apart
    """Make an RSA key and a certificate for it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    return key, certificate


class Issuer:
    """A running provider: its URL and its key."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key, self.certificate = make_key()

    @property
    def _certificate_bytes(self) -> bytes:
        from cryptography.hazmat.primitives.serialization import Encoding

        data: bytes = self.certificate.public_bytes(Encoding.DER)
        return data

    @property
    def thumbprint(self) -> str:
        """Return the thumbprint of the certificate in IAM: its SHA-1, in hex."""
        return hashlib.sha1(self._certificate_bytes).hexdigest()

    def token(self, *, sub: str = "alice", aud: str = AUDIENCE, ttl: float = 3600, forged: bool = False, **claims: Any) -> str:
        """Return a token signed with RS256. If *forged*, the key is not published. *ttl* may be negative (seconds)."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        now = int(time.time())
        times = {"iat": now - 120, "nbf": now - 120, "exp": int(now + ttl)}
        full = {"iss": self.url, "sub": sub, "aud": aud, "jti": secrets.token_hex(8), **times, **claims}
        header = {"alg": "RS256", "typ": "JWT", "kid": KEY_ID}
        text = ".".join(encode(json.dumps(part).encode()) for part in (header, full))
        key = make_key(1)[0] if forged else self.key
        return f"{text}.{encode(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def document(self, path: str) -> dict[str, Any] | None:
        """Return the document at *path*."""
        if path.endswith("/.well-known/openid-configuration"):
            ends = ("authorization", "token", "userinfo", "introspection")
            return {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/jwks",
                **{f"{end}_endpoint": f"{self.url}/{end}" for end in ends},
                "response_types_supported": ["id_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        if path == "/jwks":
            numbers = self.key.public_key().public_numbers()
            # Ceph verifies with the certificate, others with the numbers.
            chain = [base64.b64encode(self._certificate_bytes).decode()]
            rsa = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "x5c": chain}
            return {"keys": [{**rsa, "n": encode_number(numbers.n), "e": encode_number(numbers.e)}]}
        return None


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = self.server.issuer.document(self.path)  # type: ignore[attr-defined]
        body = json.dumps(found or {}).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def issuer() -> Iterator[Issuer]:
    """Serve a provider within the block."""
    pytest.importorskip("cryptography", reason="the identity provider needs cryptography; pip install '.[servers]'")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        provider = server.issuer = Issuer(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
