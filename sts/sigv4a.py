"""
Signature Version 4A: Signature Version 4 for a set of regions, with ECDSA in place of HMAC.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

The signature is valid in every region of its set. `*` means all regions, which Amazon S3 requires for multi-region access
points. The key is derived from the secret access key (NIST SP 800-108, HMAC-SHA256 in counter mode), and a verifier needs only
its public half. Canonical request and flags are those of `sts.signer`.

The only module that signs with the package cryptography: `pip install cryptography`.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from sts import signer
from sts.errors import ConfigError
from sts.signer import _add_to_query, _body_hash, _check_expires_in, _credential, format_amz_date

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
except ImportError as error:
    raise ImportError("SigV4a needs the package cryptography: pip install cryptography") from error

if TYPE_CHECKING:
    from sts.http import HttpRequest
    from sts.identity import Credentials

ALGORITHM = "AWS4-ECDSA-P256-SHA256"
CURVE_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of the curve P-256 (NIST FIPS 186-4, D.1.2.3)."""
_MOST_TRIES = 254
_ECDSA = ec.ECDSA(hashes.SHA256())


def sign_request_v4a(
    request: HttpRequest,
    credentials: Credentials,
    *,
    service: str,
    region_set: str | Iterable[str],
    now: datetime | None = None,
    normalize_path: bool = True,
    double_encode: bool = True,
    sign_body_header: bool = False,
    sign_session_token: bool = True,
) -> HttpRequest:
    """
    Return a copy of *request*, with the same URL, that carries an Authorization header. An existing signature is replaced.

    *region_set* is the regions in which the signature is valid: a name, several, or "*" for all. For the other arguments, see
    `sts.signer.sign_request()`. Raises ConfigError for a header that cannot be sent, and for an empty region set.
    """
    amz_date = format_amz_date(now)
    signed = request.copy()
    headers = signed.headers
    headers.pop("x-amz-security-token", None)
    headers["x-amz-date"] = amz_date
    headers["x-amz-region-set"] = region_set_of(region_set)
    if credentials.session_token and sign_session_token:
        headers["x-amz-security-token"] = credentials.session_token
    body_hash = _body_hash(signed, sign_body_header=sign_body_header)
    signed_headers = signer.headers_to_sign(headers)
    canonical = signer.canonical_request(
        signed, signed_headers, body_hash, normalize_path=normalize_path, double_encode=double_encode
    )
    scope = credential_scope(amz_date, service)
    proof = signature(string_to_sign(canonical, amz_date, scope), credentials)
    credential = _credential(credentials, scope)
    headers["authorization"] = f"{ALGORITHM} Credential={credential}, SignedHeaders={signed_headers}, Signature={proof}"
    if credentials.session_token:
        headers["x-amz-security-token"] = credentials.session_token
    return signed


def presign_url_v4a(
    request: HttpRequest,
    credentials: Credentials,
    *,
    service: str,
    region_set: str | Iterable[str],
    expires_in: int,
    now: datetime | None = None,
    normalize_path: bool = True,
    double_encode: bool = True,
    sign_body_header: bool = False,
    sign_session_token: bool = True,
) -> str:
    """
    Return the URL of *request* with a signature in its query, valid for *expires_in* seconds (1 to 604800).

    For *region_set*, see `sign_request_v4a()`. For the other arguments, see `sts.signer.presign_url()`.
    """
    _check_expires_in(expires_in)
    amz_date = format_amz_date(now)
    scope = credential_scope(amz_date, service)
    signed = request.copy()
    default = signer.UNSIGNED_PAYLOAD if service == "s3" else ""
    body_hash = _body_hash(signed, sign_body_header=sign_body_header, default=default)
    signed_headers = signer.headers_to_sign(signed.headers)
    token = {"X-Amz-Security-Token": credentials.session_token} if credentials.session_token else {}
    parameters = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": _credential(credentials, scope),
        "X-Amz-Date": amz_date,
        "X-Amz-Expires": str(expires_in),
        "X-Amz-Region-Set": region_set_of(region_set),
        "X-Amz-SignedHeaders": signed_headers,
    }
    signed.url = _add_to_query(request.url, parameters | (token if sign_session_token else {}))
    canonical = signer.canonical_request(
        signed, signed_headers, body_hash, normalize_path=normalize_path, double_encode=double_encode
    )
    proof = signature(string_to_sign(canonical, amz_date, scope), credentials)
    return _add_to_query(signed.url, {"X-Amz-Signature": proof, **({} if sign_session_token else token)})


def region_set_of(regions: str | Iterable[str]) -> str:
    """Return *regions* as the value of the header `x-amz-region-set`. Raise ConfigError if the set or a name is empty."""
    names = regions.split(",") if isinstance(regions, str) else list(regions)
    stripped = [name.strip() if isinstance(name, str) else "" for name in names]
    if not stripped or not all(stripped):
        raise ConfigError(f"region_set is {regions!r}; it must be names of regions, or '*' for all of them.")
    return ",".join(stripped)


def credential_scope(amz_date: str, service: str) -> str:
    """Return the scope of a signature: one day and one service, in the regions of its set."""
    return f"{amz_date[:8]}/{service}/aws4_request"


def string_to_sign(canonical: str, amz_date: str, scope: str) -> str:
    """Return algorithm, date (YYYYMMDDTHHMMSSZ), scope and the hash of the canonical request, one per line."""
    return signer.string_to_sign(canonical, amz_date, scope, algorithm=ALGORITHM)


def signature(text: str, credentials: Credentials) -> str:
    """Return a signature of the string to sign *text*: ECDSA in DER, as hex digits. It differs each time."""
    return signing_key(credentials.access_key_id, credentials.secret_access_key).sign(text.encode(), _ECDSA).hex()


def verify_signature(text: str, proof: str, key: ec.EllipticCurvePublicKey) -> bool:
    """Return True if *proof* (hex digits) is a signature of the string to sign *text* by the owner of *key*."""
    try:
        key.verify(bytes.fromhex(proof), text.encode(), _ECDSA)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=50)
def signing_key(access_key_id: str, secret_access_key: str) -> ec.EllipticCurvePrivateKey:
    """Derive the private key of an access key. It is the same for all services and regions. The last 50 keys are cached."""
    secret = f"AWS4A{secret_access_key}".encode()
    for count in range(1, _MOST_TRIES + 1):
        context = access_key_id.encode() + bytes([count])
        block = hmac.digest(
            secret, b"\x00\x00\x00\x01" + ALGORITHM.encode() + b"\x00" + context + b"\x00\x00\x01\x00", "sha256"
        )
        number = int.from_bytes(block, "big")
        if number <= CURVE_ORDER - 2:
            return ec.derive_private_key(number + 1, ec.SECP256R1())
    raise ConfigError("No SigV4a key can be derived from this access key.")  # happens for 1 of 2 to the 8128 access keys
