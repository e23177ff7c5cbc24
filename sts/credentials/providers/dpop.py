"""Proofs of possession (DPoP, RFC 9449) for `aws login` sessions: JSON Web Tokens signed with ES256. Needs `cryptography`."""

from __future__ import annotations

import base64
import json
import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sts.errors import CredentialsError

_SIZE = 32


def dpop_proof(pem: str, method: str, url: str, now: float, identifier: str | None = None) -> str:
    """Return the value of the header `DPoP` for one request. *pem* is the private key of the session (P-256)."""
    key = _load(pem)
    numbers = key.public_key().public_numbers()
    jwk = {"kty": "EC", "x": _number(numbers.x), "y": _number(numbers.y), "crv": "P-256"}
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}
    payload = {"htm": method, "htu": url, "iat": int(now), "jti": identifier or os.urandom(16).hex()}
    signed = f"{_part(header)}.{_part(payload)}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ECDSA(SHA256())))
    return f"{signed}.{_encode(r.to_bytes(_SIZE, 'big') + s.to_bytes(_SIZE, 'big'))}"


def _load(pem: str) -> EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise CredentialsError("The cached login session has no usable key (dpopKey). Run `aws login` again.")
    return key


def _part(value: dict[str, Any]) -> str:
    return _encode(json.dumps(value, separators=(",", ":")).encode())


def _number(value: int) -> str:
    return _encode(value.to_bytes(_SIZE, "big"))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
