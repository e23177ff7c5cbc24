"""
Signature Version 4 for any AWS service. Functions are named after the terms of the specification.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

    canonical request -> string to sign -> signature -> Authorization header, or X-Amz-Signature in the URL

The defaults of the flags are right for most services. Amazon S3 requires `normalize_path=False`, `double_encode=False` and
`sign_body_header=True`.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timezone
from functools import lru_cache

from sts.base.time import utc_now
from sts.errors import ConfigError
from sts.http import Headers, HttpRequest, url_parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sts.identity import Credentials

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
MAX_EXPIRES_IN = 604800

# Proxies and HTTP libraries change or drop these. Source: smithy-typescript, packages/signature-v4/src/constants.ts. The two
# amz-sdk headers, which describe the attempt, were added; botocore does not sign them either.
UNSIGNABLE_HEADERS = frozenset(
    """
    authorization cache-control connection expect from keep-alive max-forwards pragma referer te trailer transfer-encoding
    upgrade user-agent x-amzn-trace-id amz-sdk-invocation-id amz-sdk-request
    """.split()  # noqa: SIM905  # one name on a line would hide the rest
)
UNSIGNABLE_PREFIXES = ("proxy-", "sec-")

_TOKEN = frozenset("!#$%&'*+.^_`|~0123456789abcdefghijklmnopqrstuvwxyz-")

# OpenSSL looks up a digest on first use under a lock, which a fork would leave locked in the child. Imports and forks exclude
# each other (`forks`), so the first use is here.
hmac.digest(b"", b"", "sha256")
hashlib.sha256(b"")


def sign_request(
    request: HttpRequest,
    credentials: Credentials,
    *,
    service: str,
    region: str,
    now: datetime | None = None,
    normalize_path: bool = True,
    double_encode: bool = True,
    sign_body_header: bool = False,
    sign_session_token: bool = True,
) -> HttpRequest:
    """
    Return a copy of *request*, with the same URL, that carries an Authorization header. An existing signature is replaced.

    Signed are `host` and every header of the request except `UNSIGNABLE_HEADERS`. An invalid header is a `ConfigError`. A
    header `x-amz-content-sha256` (such as `UNSIGNED_PAYLOAD`) replaces the hash of the body; *sign_body_header* adds it.
    *credentials* sign for the signing name *service* and *region* at *now*, an aware datetime. *normalize_path* signs a path
    without `.`, `..` and empty segments, *double_encode* encodes it again, *sign_session_token* also signs the session token.
    """
    amz_date = format_amz_date(now)
    scope = credential_scope(amz_date, region, service)
    signed = request.copy()
    headers = signed.headers
    headers.pop("x-amz-security-token", None)
    headers["x-amz-date"] = amz_date
    if credentials.session_token and sign_session_token:
        headers["x-amz-security-token"] = credentials.session_token
    body_hash = _body_hash(signed, sign_body_header=sign_body_header)
    signed_headers = headers_to_sign(headers)
    key, flags = credentials.secret_access_key, {"normalize_path": normalize_path, "double_encode": double_encode}
    proof = signature(signed, key, scope=scope, amz_date=amz_date, signed_headers=signed_headers, body_hash=body_hash, **flags)
    credential = _credential(credentials, scope)
    headers["authorization"] = f"{ALGORITHM} Credential={credential}, SignedHeaders={signed_headers}, Signature={proof}"
    if credentials.session_token:
        headers["x-amz-security-token"] = credentials.session_token
    return signed


def presign_url(
    request: HttpRequest,
    credentials: Credentials,
    *,
    service: str,
    region: str,
    expires_in: int,
    now: datetime | None = None,
    normalize_path: bool = True,
    double_encode: bool = True,
    sign_body_header: bool = False,
    sign_session_token: bool = True,
) -> str:
    """
    Return the URL of *request* with a signature in its query, valid for *expires_in* seconds (1 to 604800).

    The request must be sent with the same method, body and signed headers: `host`, those of the request and, with
    *sign_body_header*, `x-amz-content-sha256`. Headers do not move into the query. For other arguments, see `sign_request()`.
    """
    _check_expires_in(expires_in)
    amz_date = format_amz_date(now)
    scope = credential_scope(amz_date, region, service)
    signed = request.copy()
    body_hash = _body_hash(signed, sign_body_header=sign_body_header, default=UNSIGNED_PAYLOAD if service == "s3" else "")
    signed_headers = headers_to_sign(signed.headers)
    token = {"X-Amz-Security-Token": credentials.session_token} if credentials.session_token else {}
    signing_parameters = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": _credential(credentials, scope),
        "X-Amz-Date": amz_date,
        "X-Amz-Expires": str(expires_in),
        "X-Amz-SignedHeaders": signed_headers,
    }
    signed.url = _add_to_query(request.url, signing_parameters | (token if sign_session_token else {}))
    key, flags = credentials.secret_access_key, {"normalize_path": normalize_path, "double_encode": double_encode}
    proof = signature(signed, key, scope=scope, amz_date=amz_date, signed_headers=signed_headers, body_hash=body_hash, **flags)
    return _add_to_query(signed.url, {"X-Amz-Signature": proof, **({} if sign_session_token else token)})


def signature(
    request: HttpRequest,
    secret_access_key: str,
    *,
    scope: str,
    amz_date: str,
    signed_headers: str,
    body_hash: str,
    normalize_path: bool = True,
    double_encode: bool = True,
) -> str:
    """
    Compute the signature (64 hex digits) of a request, for sending or for verification.

    A verifier reads *scope*, *amz_date* and *signed_headers* from the Authorization header or the query (in which
    `X-Amz-Signature` is ignored), computes *body_hash*, SHA-256 in hex, from the received body, and compares with
    `hmac.compare_digest`.
    """
    text = canonical_request(request, signed_headers, body_hash, normalize_path=normalize_path, double_encode=double_encode)
    return hmac.digest(signing_key(secret_access_key, scope), string_to_sign(text, amz_date, scope).encode(), "sha256").hex()


_PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"  # "unreserved" in RFC 3986
_encoded_byte = [chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in range(256)].__getitem__
_HEX = b"0123456789abcdefABCDEF"


def canonical_request(
    request: HttpRequest, signed_headers: str, body_hash: str, *, normalize_path: bool = True, double_encode: bool = True
) -> str:
    """Return method, canonical URI, query and headers, an empty line, signed headers and the body's hash, one per line."""
    _, _, path, query = url_parts(request.url)
    uri = canonical_uri(path, normalize_path=normalize_path, double_encode=double_encode)
    headers = canonical_headers(request, signed_headers)
    return f"{request.method.upper()}\n{uri}\n{canonical_query(query)}\n{headers}\n{signed_headers}\n{body_hash}"


def canonical_uri(path: str, *, normalize_path: bool = True, double_encode: bool = True) -> str:
    """Return *path* (as in the URL) normalized and percent-encoded."""
    if path in {"", "/"}:
        return "/"
    return percent_encode(_normalize(path) if normalize_path else path, "/" if double_encode else "/%")


def canonical_query(query: str) -> str:
    """Return the sorted and re-encoded parameters of *query* (as in the URL; `+` is a space), without the signature."""
    pairs = (parameter.partition("=") for parameter in query.split("&") if parameter)
    encoded = sorted((_encode(name), _encode(value)) for name, _, value in pairs)
    return "&".join([f"{name}={value}" for name, value in encoded if name != "X-Amz-Signature"])


def canonical_headers(request: HttpRequest, signed_headers: str) -> str:
    """Return one line `name:value` for each header, with runs of spaces reduced to one. A missing header counts as empty."""
    given, names = request.headers, signed_headers.split(";")
    values = [given.get(name) or (host_of(request.url) if name == "host" else "") for name in names]
    return "".join([f"{name}:{' '.join(value.split())}\n" for name, value in zip(names, values)])  # noqa: B905


def headers_to_sign(headers: Headers) -> str:
    """Return the sorted names of the headers to sign, joined by semicolons. Raise `ConfigError` for an invalid header."""
    signed_headers = _signable(tuple(headers))
    for name in signed_headers.split(";"):
        value = headers.get(name, "host")
        if not isinstance(value, str) or not (value and value.isascii() and value.isprintable()):
            # Do not show the value: it may be a session token.
            raise ConfigError(
                f"header {name!r} cannot be signed: its value is empty or not printable ASCII text (a line break?)"
            )
    return signed_headers


@lru_cache(maxsize=50)
def _signable(names: tuple[str, ...]) -> str:
    signable = {name for name in names if name not in UNSIGNABLE_HEADERS and not name.startswith(UNSIGNABLE_PREFIXES)}
    for name in signable:
        if not name or not _TOKEN.issuperset(name):
            raise ConfigError(f"header name {name!r} cannot be signed; it may have letters, digits and !#$%&'*+-.^_`|~ only")
    return ";".join(sorted(signable | {"host"}))


def string_to_sign(canonical: str, amz_date: str, scope: str, *, algorithm: str = ALGORITHM) -> str:
    """Return algorithm, date (YYYYMMDDTHHMMSSZ), scope and the hash of the canonical request, one per line."""
    return f"{algorithm}\n{amz_date}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"


def credential_scope(amz_date: str, region: str, service: str) -> str:
    """Return the scope of a signature: one day, one region, one service."""
    return f"{amz_date[:8]}/{region}/{service}/aws4_request"


@lru_cache(maxsize=50)
def signing_key(secret_access_key: str, scope: str) -> bytes:
    """Derive the signing key of a credential scope. The last 50 keys are cached."""
    key = f"AWS4{secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def host_of(url: str) -> str:
    """Return the Host header of *url* as it is sent and signed: lower case, no default port, no dot at the end of the name."""
    return _host_of(url.partition("?")[0])  # the query may contain secrets and so is not cached


@lru_cache(maxsize=50)
def _host_of(base: str) -> str:
    scheme, netloc, *_ = url_parts(base.lower().replace(".:", ":"))
    return netloc.rpartition("@")[2].removesuffix(":443" if scheme == "https" else ":80").removesuffix(".")


def format_amz_date(now: datetime | None = None) -> str:
    """Return *now*, an aware datetime, or the current time, as YYYYMMDDTHHMMSSZ."""
    now = now or utc_now()
    if now.tzinfo is None:
        raise ValueError("now has no time zone: give an aware datetime, such as datetime.now(timezone.utc)")
    utc = now if now.tzinfo is timezone.utc else now.astimezone(timezone.utc)
    parts = utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second
    return "%04d%02d%02dT%02d%02d%02dZ" % parts  # noqa: UP031  # faster than format(), and than strftime


def _check_expires_in(expires_in: int) -> None:
    if type(expires_in) is not int or not 1 <= expires_in <= MAX_EXPIRES_IN:
        raise ConfigError(f"expires_in={expires_in!r} is not a whole number of seconds from 1 to {MAX_EXPIRES_IN} (7 days)")


def _credential(credentials: Credentials, scope: str) -> str:
    credential = f"{credentials.access_key_id}/{scope}"
    if not (credential.isascii() and credential.isprintable()):
        raise ConfigError("access_key_id, region or service is not printable ASCII text; remove line breaks and the like")
    return credential


def _body_hash(signed: HttpRequest, *, sign_body_header: bool, default: str = "") -> str:
    body_hash: str = signed.headers.get("x-amz-content-sha256") or default or hashlib.sha256(signed.body).hexdigest()
    if sign_body_header:
        signed.headers["x-amz-content-sha256"] = body_hash
    return body_hash


def _add_to_query(url: str, parameters: dict[str, str]) -> str:
    url = url.partition("#")[0]
    query = "&".join(f"{name}={percent_encode(value)}" for name, value in parameters.items())
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _normalize(path: str) -> str:
    """Resolve `.` and `..` (RFC 3986, 5.2.4) and remove empty segments, as the services do."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment not in {"", ".", ".."}:
            segments.append(segment)
        elif segment == "..":
            del segments[-1:]
    return f"/{'/'.join(segments)}{'/' if segments and path.endswith('/') else ''}"


def _encode(text: str) -> str:
    """Return *text* of a query percent-encoded in the one way that is signed, whichever way it was encoded."""
    first, *parts = text.replace("+", " ").encode().split(b"%")
    return percent_encode(first + b"".join(map(_unescape, parts)))  # escapes that are not UTF-8 are preserved


def _unescape(part: bytes) -> bytes:
    """Return what follows a `%` with its two digits decoded; `urllib.parse` does the same, but is slow to import."""
    digits = part[:2]
    return b"%" + part if len(digits) < 2 or digits.strip(_HEX) else bytes([int(digits, 16)]) + part[2:]


def percent_encode(text: str | bytes, keep: str = "") -> str:
    """Return *text* as UTF-8, percent-encoded except for RFC 3986's unreserved characters and those in *keep*."""
    if keep:
        return keep[0].join([percent_encode(part, keep[1:]) for part in str(text).split(keep[0])])
    return "".join(map(_encoded_byte, text if isinstance(text, bytes) else text.encode()))
