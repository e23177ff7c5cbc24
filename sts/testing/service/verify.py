"""
Verification of a request's signature (in the header or the query), as by the service.

The signature itself is computed with the library's own `sts.signer`, so a request that LocalSTS accepts does not prove that the
signer is right. The order of the checks and the wording of the errors are the service's.
"""

from __future__ import annotations

import calendar
import hashlib
import hmac
import re
import time
from fnmatch import fnmatchcase
from urllib.parse import parse_qsl, quote, urlsplit

from sts.base.records import Record
from sts.base.time import parse_http_date
from sts.http import HttpRequest
from sts.signer import ALGORITHM, MAX_EXPIRES_IN, canonical_request, signing_key, string_to_sign
from sts.testing.service.checks import OperationContext
from sts.testing.service.error_responses import ErrorResponse, refusal
from sts.testing.service.sessions import Caller

WINDOW = 15 * 60
"""Allowed clock difference of client and server in seconds. Also the lifetime of a signature in a header."""
ALGORITHMS = {ALGORITHM: 5, "AWS4-ECDSA-P256-SHA256": 4}
"""Signature algorithms, with the number of elements of their credential."""
_AMZ_DATE = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_PARTS = ("Credential", "Signature", "SignedHeaders")


class Proof(Record):
    """Data of a request about its own signature."""

    access_key_id: str
    scope: str
    amz_date: str
    signed_headers: str
    signature: str
    token: str | None
    lifetime: int
    algorithm: str
    region_set: str


def caller_of(request: HttpRequest, context: OperationContext) -> Caller:
    """Return the caller that signed *request*, or reject the request."""
    proof = _from_header(request) if "authorization" in request.headers else _from_query(request, context.honor_expires)
    _check_scope(proof, context.signing_region)
    _check_time(proof, context.now)
    caller, secret = _owner(proof, context)
    body_hash = hashlib.sha256(request.body).hexdigest()
    claimed = request.headers.get("x-amz-content-sha256", body_hash)
    canonical = canonical_request(request, proof.signed_headers, body_hash)
    to_sign = string_to_sign(canonical, proof.amz_date, proof.scope, algorithm=proof.algorithm)
    if claimed != body_hash or not _is_signed_by(proof, secret, to_sign):
        raise _mismatch(proof, canonical, to_sign)
    return caller


def _check_scope(proof: Proof, expected: str | None) -> None:
    parts = proof.scope.split("/")
    date, region, service = parts[:3] if proof.algorithm == ALGORITHM else (parts[0], proof.region_set, parts[1])
    problems = []
    if not _is_valid_region(region, expected, proof.algorithm):
        problems.append(f"Credential should be scoped to a valid region, not '{region}'. ")
    if service != "sts":
        problems.append("Credential should be scoped to correct service: 'sts'. ")
    if date != proof.amz_date[:8]:
        problems.append(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{date}' != '{proof.amz_date[:8]}', from '{proof.amz_date}'. "
        )
    if problems:
        raise refusal("SignatureDoesNotMatch", "".join(problems))


def _is_valid_region(region: str, expected: str | None, algorithm: str) -> bool:
    if algorithm == ALGORITHM:
        return bool(region) and region == (expected or region)
    names = [name.strip() for name in region.split(",")]
    return all(names) and (expected is None or any(fnmatchcase(expected, name) for name in names))


def _owner(proof: Proof, context: OperationContext) -> tuple[Caller, str]:
    user = context.accounts.users_by_key.get(proof.access_key_id)
    if user and not proof.token:
        kind = "root" if user.arn.endswith(":root") else "user"
        caller = Caller(kind, user.account, user.arn, user.user_id, user.arn, denies=user.denies)
        return caller, user.secret_access_key
    session = context.mint.open(proof.access_key_id, proof.token) if proof.token and not user else None
    if not session:
        raise refusal("InvalidClientTokenId")
    if session.expiration is None or context.now >= session.expiration:
        raise refusal("ExpiredToken")
    return session, context.mint.secret_of(proof.access_key_id)


def _is_signed_by(proof: Proof, secret: str, to_sign: str) -> bool:
    if proof.algorithm == ALGORITHM:
        expected = hmac.digest(signing_key(secret, proof.scope), to_sign.encode(), "sha256").hex()
        return hmac.compare_digest(expected.encode(), proof.signature.encode())
    from sts import sigv4a  # import late: needs an optional package

    return sigv4a.verify_signature(to_sign, proof.signature, sigv4a.signing_key(proof.access_key_id, secret).public_key())


def _from_header(request: HttpRequest) -> Proof:
    text = request.headers["authorization"]
    shown = re.sub(r"Signature=\w+", "Signature=***", text)
    algorithm, _, rest = text.partition(" ")
    if algorithm not in ALGORITHMS:
        raise refusal("IncompleteSignature", f"Unsupported AWS 'algorithm': '{algorithm}'.")
    fields = {}
    for piece in filter(None, (piece.strip() for piece in rest.split(","))):
        name, equals, value = piece.partition("=")
        if not equals:
            told = f"'{piece}' not a valid key=value pair (missing equal-sign) in Authorization header: '{shown}'."
            raise refusal("IncompleteSignature", told)
        fields[name.strip()] = value.strip()
    problems = [f"Authorization header requires '{name}' parameter." for name in _PARTS if not fields.get(name)]
    amz_date = request.headers.get("x-amz-date") or _date_header(request)
    if not amz_date:
        problems.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if problems:
        raise refusal("IncompleteSignature", f"{' '.join(problems)} Authorization={shown}")
    regions = request.headers.get("x-amz-region-set", "") if "x-amz-region-set" in fields["SignedHeaders"].split(";") else ""
    return _checked(fields, amz_date, request.headers.get("x-amz-security-token"), algorithm, regions)


def _date_header(request: HttpRequest) -> str:
    try:
        return parse_http_date(request.headers.get("date", "")).strftime("%Y%m%dT%H%M%SZ")
    except ValueError:
        return ""


def _from_query(request: HttpRequest, honor_expires: bool) -> Proof:
    query = dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
    if "X-Amz-Algorithm" not in query and "X-Amz-Signature" not in query:
        raise refusal("MissingAuthenticationToken")
    needed = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
    problems = [f"AWS query-string parameters must include '{name}'." for name in needed if not query.get(name)]
    if problems:
        raise refusal("IncompleteSignature", " ".join(problems) + " Re-examine the query-string parameters.")
    if query["X-Amz-Algorithm"] not in ALGORITHMS:
        raise refusal("IncompleteSignature", f"Unsupported AWS 'algorithm': '{query['X-Amz-Algorithm']}'.")
    fields = {name: query[f"X-Amz-{name}"] for name in _PARTS}
    regions = query.get("X-Amz-Region-Set", "")
    proof = _checked(fields, query["X-Amz-Date"], query.get("X-Amz-Security-Token"), query["X-Amz-Algorithm"], regions)
    expires = query.get("X-Amz-Expires", str(WINDOW))
    if not (expires.isascii() and expires.isdigit() and 0 <= int(expires) <= MAX_EXPIRES_IN):
        told = f"X-Amz-Expires must be a number of seconds from 0 to {MAX_EXPIRES_IN}."  # wording is ours
        raise refusal("IncompleteSignature", told)
    return proof._replace(lifetime=int(expires)) if honor_expires else proof


def _checked(fields: dict[str, str], amz_date: str, token: str | None, algorithm: str, regions: str) -> Proof:
    if not _AMZ_DATE.fullmatch(amz_date):
        raise _bad_date(amz_date)
    key_id, _, scope = fields["Credential"].partition("/")
    if scope.count("/") != ALGORITHMS[algorithm] - 2:
        example = "keyid/date/region/service/term" if algorithm == ALGORITHM else "keyid/date/service/term"
        told = f"Credential must have exactly {ALGORITHMS[algorithm]} slash-delimited elements, e.g. {example},"
        raise refusal("IncompleteSignature", f"{told} got '{fields['Credential']}'")
    terminator = scope.rpartition("/")[2]
    if terminator != "aws4_request":
        told = f"Credential should be scoped with a valid terminator: 'aws4_request', not '{terminator}'. "
        raise refusal("SignatureDoesNotMatch", told)
    signed_headers = fields["SignedHeaders"]
    if "host" not in signed_headers.split(";"):
        raise refusal("SignatureDoesNotMatch", "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    return Proof(key_id, scope, amz_date, signed_headers, fields["Signature"], token, WINDOW, algorithm, regions)


def _check_time(proof: Proof, now: float) -> None:
    signed = _moment(proof.amz_date)
    if signed < now - proof.lifetime:
        limit, seconds = _stamp(now - proof.lifetime), proof.lifetime
        span = f"{seconds} sec." if seconds % 60 else f"{seconds // 60} min."
        told = f"Signature expired: {proof.amz_date} is now earlier than {limit} ({_stamp(now)} - {span})"
        raise refusal("SignatureDoesNotMatch", told)
    if signed > now + WINDOW:
        told = f"Signature not yet current: {proof.amz_date} is still later than {_stamp(now + WINDOW)}"
        raise refusal("SignatureDoesNotMatch", f"{told} ({_stamp(now)} + 15 min.)")


def _moment(amz_date: str) -> int:
    digits = amz_date.replace("T", "")
    try:
        return calendar.timegm((int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, 14, 2))))
    except ValueError:
        raise _bad_date(amz_date) from None


def _bad_date(amz_date: str) -> ErrorResponse:
    told = f"Date must be in ISO-8601 'basic format'. Got '{amz_date}'."
    return refusal("IncompleteSignature", f"{told} See http://en.wikipedia.org/wiki/ISO_8601")


def _stamp(moment: float) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))


def _mismatch(proof: Proof, canonical: str, to_sign: str) -> ErrorResponse:
    if proof.token:  # the text may be logged
        canonical = canonical.replace(proof.token, "***").replace(quote(proof.token, safe=""), "***")
    return refusal(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
        "and signing method. Consult the service documentation for details.\n\n"
        f"The Canonical String for this request should have been\n'{canonical}'\n\n"
        f"The String-to-Sign should have been\n'{to_sign}'\n",
    )
