"""
JSON Web Tokens, signed and verified with the standard library only: HS256, RS256, ES256 and ES384.

For tests only. The arithmetic is plain Python: slow (milliseconds) and not constant-time, so never use it to protect anything.
RS256 is RFC 8017's PKCS #1 v1.5, ES* is ECDSA over NIST's curves, tokens and keys are RFC 7515 and RFC 7517.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from functools import lru_cache
from typing import Any, Union

from sts.base.records import Record

_SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")  # DigestInfo of SHA-256, RFC 8017 section 9.2
_SMALL_PRIMES = [n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]


class Curve(Record):
    """Domain parameters of a NIST curve y² = x³ - 3x + b, and the hash used with it."""

    name: str
    algorithm: str
    size: int
    p: int
    b: int
    n: int
    x: int
    y: int


P256 = Curve(
    "P-256",
    "ES256",
    32,
    0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
    0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
P384 = Curve(
    "P-384",
    "ES384",
    48,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF,
    0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
    0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
)
_CURVES = {curve.name: curve for curve in (P256, P384)}
_Point = Union[tuple[int, int], None]


class HmacKey(Record):
    """A shared secret."""

    kid: str
    secret: bytes
    algorithm: str = "HS256"

    def sign(self, text: bytes) -> bytes:
        """Return the signature of *text*."""
        return hmac.new(self.secret, text, hashlib.sha256).digest()

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Return True if *signature* is a signature of *text*."""
        return hmac.compare_digest(self.sign(text), signature)


class RsaKey(Record):
    """An RSA key. *d* is 0 if only the public half is known."""

    kid: str
    n: int
    e: int
    d: int = 0
    algorithm: str = "RS256"

    def sign(self, text: bytes) -> bytes:
        """Return the signature of *text*."""
        return pow(int.from_bytes(self._padded(text), "big"), self.d, self.n).to_bytes(self._length(), "big")

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Return True if *signature* is a signature of *text*."""
        opened = pow(int.from_bytes(signature, "big"), self.e, self.n)
        return hmac.compare_digest(opened.to_bytes(self._length(), "big"), self._padded(text))

    def jwk(self) -> dict[str, str]:
        """Return the public half as a JSON Web Key."""
        parts = {"n": _encode_number(self.n), "e": _encode_number(self.e)}
        return {"kty": "RSA", "use": "sig", "alg": self.algorithm, "kid": self.kid, **parts}

    def _length(self) -> int:
        return (self.n.bit_length() + 7) // 8

    def _padded(self, text: bytes) -> bytes:
        tail = _SHA256_PREFIX + hashlib.sha256(text).digest()
        return b"\0\1" + b"\xff" * (self._length() - len(tail) - 3) + b"\0" + tail


class EcKey(Record):
    """An elliptic curve key. *d* is 0 if only the public half is known."""

    kid: str
    curve: Curve
    x: int
    y: int
    d: int = 0

    @property
    def algorithm(self) -> str:
        """Return the JWS name of the algorithm."""
        return self.curve.algorithm

    def sign(self, text: bytes) -> bytes:
        """Return the signature of *text*."""
        curve, k = self.curve, secrets.randbelow(self.curve.n - 1) + 1
        point = _sum_of_multiples(curve, k, 0, None)
        assert point is not None  # noqa: S101  # k is below the order
        r = point[0] % curve.n
        s = pow(k, -1, curve.n) * (_digest(curve, text) + r * self.d) % curve.n
        return r.to_bytes(curve.size, "big") + s.to_bytes(curve.size, "big")

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Return True if *signature* is a signature of *text*."""
        curve, size = self.curve, self.curve.size
        r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
        if len(signature) != 2 * size or not (0 < r < curve.n and 0 < s < curve.n):
            return False
        inverse = pow(s, -1, curve.n)
        first, second = _digest(curve, text) * inverse % curve.n, r * inverse % curve.n
        point = _sum_of_multiples(curve, first, second, (self.x, self.y))
        return point is not None and point[0] % curve.n == r

    def jwk(self) -> dict[str, str]:
        """Return the public half as a JSON Web Key."""
        parts = {
            "crv": self.curve.name,
            "x": _encode_number(self.x, self.curve.size),
            "y": _encode_number(self.y, self.curve.size),
        }
        return {"kty": "EC", "use": "sig", "alg": self.algorithm, "kid": self.kid, **parts}


Key = Union[HmacKey, RsaKey, EcKey]


def make_hmac_key(secret: bytes | None = None) -> HmacKey:
    """Make a key for HS256 from *secret*, or a random one."""
    return HmacKey(secrets.token_hex(8), secret or secrets.token_bytes(32))


@lru_cache(maxsize=4)
def make_rsa_key(bits: int = 2048, number: int = 0) -> RsaKey:
    """Make key *number* for RS256. Takes about a second, so it is made once per process."""
    e = 65537
    while True:
        p, q = _prime(bits // 2), _prime(bits // 2)
        if p != q and (p - 1) % e and (q - 1) % e:
            return RsaKey(secrets.token_hex(8) + str(number), p * q, e, pow(e, -1, (p - 1) * (q - 1)))


def make_key(algorithm: str) -> Key:
    """Make a key for HS256, RS256, ES256 or ES384."""
    if algorithm == "HS256":
        return make_hmac_key()
    if algorithm == "RS256":
        return make_rsa_key()
    curve = {"ES256": P256, "ES384": P384}.get(algorithm)
    if curve is None:
        raise ValueError(f"algorithm {algorithm!r} is not one of HS256, RS256, ES256, ES384")
    d = secrets.randbelow(curve.n - 1) + 1
    point = _sum_of_multiples(curve, d, 0, None)
    assert point is not None  # noqa: S101  # d is below the order
    return EcKey(secrets.token_hex(8), curve, *point, d)


def key_from_jwk(jwk: dict[str, Any]) -> Key:
    """Read a JSON Web Key of type `RSA`, `EC` (P-256, P-384) or `oct`."""
    kid, kind = str(jwk.get("kid", "")), jwk.get("kty")
    if kind == "RSA":
        return RsaKey(kid, _number(jwk["n"]), _number(jwk["e"]))
    if kind == "EC" and jwk.get("crv") in _CURVES:
        return EcKey(kid, _CURVES[jwk["crv"]], _number(jwk["x"]), _number(jwk["y"]))
    if kind == "oct":
        return HmacKey(kid, decode(jwk["k"]))
    raise ValueError(
        f"a JSON Web Key of kty {kind!r}, crv {jwk.get('crv')!r} is not supported; give RSA, EC on P-256 or P-384, or oct"
    )


def sign(claims: dict[str, Any], key: Key) -> str:
    """Return *claims* as a compact JWT signed with *key*."""
    header = {"alg": key.algorithm, "kid": key.kid, "typ": "JWT"}
    text = f"{_encode_json(header)}.{_encode_json(claims)}"
    return f"{text}.{encode(key.sign(text.encode()))}"


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a compact JWT without any check. Raise ValueError if it is not a JWT."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("a JWT has three parts")
    header, claims = (json.loads(decode(part)) for part in parts[:2])
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise ValueError("header and claims of a JWT are JSON objects")
    return header, claims


@lru_cache(maxsize=256)
def is_signed_by(token: str, keys: tuple[Key, ...]) -> bool:
    """Return True if one of *keys* signed *token*. Algorithm and key id of the header must match the key."""
    header, _ = read(token)
    text, _, encoded = token.rpartition(".")
    try:
        signature = decode(encoded)
    except ValueError:
        return False
    fitting = [key for key in keys if key.algorithm == header.get("alg") and header.get("kid", key.kid) == key.kid]
    return any(key.verify(text.encode(), signature) for key in fitting)


def encode(data: bytes) -> str:
    """Return *data* as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return the bytes of base64url *text* without padding. Raise ValueError if it is invalid."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _encode_json(value: Any) -> str:
    return encode(json.dumps(value, separators=(",", ":")).encode())


def _encode_number(value: int, size: int = 0) -> str:
    return encode(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def _number(text: str) -> int:
    return int.from_bytes(decode(text), "big")


def _digest(curve: Curve, text: bytes) -> int:
    return int.from_bytes(hashlib.new("sha256" if curve.size == 32 else "sha384", text).digest(), "big")


def _sum_of_multiples(curve: Curve, a: int, b: int, second: _Point) -> _Point:
    """Return a·first + b·second for the base point *first*, processing the bits of both numbers together (Shamir's trick)."""
    first = (curve.x, curve.y)
    both, total = _add(curve, first, second), None
    for bit in range(max(a.bit_length(), b.bit_length()) - 1, -1, -1):
        total = _add(curve, total, total)
        pick = (a >> bit & 1, b >> bit & 1)
        total = _add(curve, total, {(0, 0): None, (1, 0): first, (0, 1): second, (1, 1): both}[pick])
    return total


def _add(curve: Curve, first: _Point, second: _Point) -> _Point:
    if first is None or second is None:
        return first or second
    (x1, y1), (x2, y2), p = first, second, curve.p
    if x1 == x2 and (y1 + y2) % p == 0:
        return None
    slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, p) if first == second else (y2 - y1) * pow(x2 - x1, -1, p)
    x3 = (slope * slope - x1 - x2) % p
    return x3, (slope * (x1 - x3) - y1) % p


def _prime(bits: int) -> int:
    while True:
        n = secrets.randbits(bits) | 3 << (bits - 2) | 1
        if all(n % small for small in _SMALL_PRIMES) and all(_passes_miller_rabin(n) for _ in range(8)):
            return n


def _passes_miller_rabin(n: int) -> bool:
    twos = ((n - 1) & (1 - n)).bit_length() - 1
    x = pow(secrets.randbelow(n - 3) + 2, (n - 1) >> twos, n)
    if x in (1, n - 1):
        return True
    for _ in range(twos - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False
