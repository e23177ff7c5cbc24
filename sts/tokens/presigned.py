"""
Verification of presigned GetCallerIdentity URLs: check the URL, then send it to STS to learn who signed it.

The verifier sends a URL that an untrusted caller wrote. So the host must be an STS endpoint, every parameter must be known and
given once, and the header that binds the proof to its audience must be signed. The verifier itself supplies the value of that
header.
"""

from __future__ import annotations

import base64
import json
import os
import re
import time
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from sts import endpoints
from sts.arns import canonical_arn, parse_arn
from sts.base.records import Record
from sts.endpoints import GLOBAL_SIGNING_REGION, resolve_endpoint, sts_hosts
from sts.errors import ConfigError, ParamValidationError, STSError, TransportError
from sts.handlers.choose import acquire_handler, handler_kind
from sts.http import Control, Handler, HttpRequest, HttpResponse
from sts.pipeline.wiring import transport_of
from sts.retry.classify import is_retryable, is_throttling
from sts.settings.settings import transport_settings
from sts.signer import ALGORITHM

PARAMETERS = frozenset(
    """
    action version x-amz-algorithm x-amz-credential x-amz-date x-amz-expires x-amz-security-token x-amz-signature
    x-amz-signedheaders
    """.split()  # noqa: SIM905  # one name on a line would hide the rest
)
"""Allowed parameters of a URL, in lower case. Source: kubernetes-sigs/aws-iam-authenticator, pkg/token/token.go."""
STS_LIFETIME = 900
"""Seconds for which STS accepts a presigned URL, whatever X-Amz-Expires says, and by which its date may be in the future."""
TIMEOUT = 10.0
"""Timeout of the verifier's request to STS, in seconds."""

_URL = re.compile(r"https://([a-z0-9.-]+)/\?([!-~]+)", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_CREDENTIAL = re.compile(r"(\w{1,128})/\d{8}/([a-z0-9-]{1,40})/sts/aws4_request", re.ASCII)

_ERROR_CODE = re.compile(rb'"Code"\s*:\s*"([A-Za-z][A-Za-z0-9.]{0,59})"|<Code>([A-Za-z][A-Za-z0-9.]{0,59})</Code>')
_REFUSAL_STATUSES = frozenset({400, 401, 403, 404})
_PRINCIPAL_ID = re.compile(r"[\w+=,.@-]{1,128}(:[\w+=,.@-]{1,64})?", re.ASCII)
"""UserId of a user, a root user (the account) or a federated user (ACCOUNT:NAME)."""
_ROLE_SESSION_ID = re.compile(r"[\w+=,.@-]{1,128}:[\w+=,.@-]{1,64}", re.ASCII)
"""UserId of an assumed role: ROLE-ID:SESSION-NAME, with the characters of RoleSessionName."""


class RejectedTokenError(STSError):
    """A token that is not valid. The message says which rule it broke and never shows the token."""

    code = "RejectedToken"


class VerifiedIdentity(Record):
    """
    The identity that signed a token.

    *arn* and *account* (twelve digits) are those in the response of STS. *canonical_arn* is the ARN of the user or role itself
    (as in IAM, but without a role's path). For an assumed role, *user_id* is the role id and *session_name* the name of the
    session. For users, root users and federated users, *user_id* is the whole UserId and *session_name* is "". Use
    *access_key_id* to find the session in CloudTrail.
    """

    arn: str
    canonical_arn: str
    account: str
    user_id: str
    session_name: str
    access_key_id: str


class Rules(Record):
    """
    Rules for checking a URL.

    *header* is the header that binds the URL, *max_age* is in seconds. *partition* selects the accepted STS hosts. If
    *endpoint* (a URL) is set, it is the only accepted one.
    """

    header: str
    partition: str
    endpoint: str | None
    now: datetime
    max_age: float


class Presigned(Record):
    """A URL that passed the rules, with its parsed parts. *header* is the header that binds it."""

    url: str
    header: str
    access_key_id: str
    date: datetime
    signature: str


def decode_token(token: str, prefix: str, longest: int) -> str:
    """Return the URL encoded in *token*. Raise RejectedTokenError if the encoding is invalid."""
    if not isinstance(token, str) or len(token) > longest:
        raise RejectedTokenError(f"The token is not a string of at most {longest} characters.")
    if not token.startswith(prefix):
        raise RejectedTokenError(f"The token does not begin with {prefix!r}.")
    word = str(token)[len(prefix) :]
    if not _BASE64.fullmatch(word) or len(word) % 4 == 1:
        raise RejectedTokenError("The token is not URL-safe base64 without padding.")
    try:
        return base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        raise RejectedTokenError("The decoded token is not ASCII text.") from None


def check_url(url: str, rules: Rules) -> Presigned:
    """Parse *url* and return its parts. Raise RejectedTokenError if it breaks one of the *rules*."""
    check_rules(rules)
    host, query = split_url(url, rules.endpoint)
    parameters = read_query(query)
    access_key_id, region = read_scope(parameters)
    if rules.endpoint is None:
        check_host(host, region, rules.partition)
    for name, value in (("action", "GetCallerIdentity"), ("x-amz-algorithm", ALGORITHM)):
        if parameters.get(name) != value:
            raise RejectedTokenError(f"The parameter {name!r} is not {value!r}.")
    signed = parameters.get("x-amz-signedheaders", "").lower().split(";")
    if rules.header.lower() not in signed or "host" not in signed:
        raise RejectedTokenError(f"The header {rules.header} is not signed.")
    expires = parameters.get("x-amz-expires", "")
    if not re.fullmatch("[0-9]{1,9}", expires) or int(expires) > STS_LIFETIME:
        raise RejectedTokenError(f"X-Amz-Expires is not a number of seconds from 0 to {STS_LIFETIME}.")
    if not re.fullmatch("[0-9a-f]{64}", parameters.get("x-amz-signature", "")):
        raise RejectedTokenError("X-Amz-Signature is not 64 hex digits.")
    date = check_date(parameters.get("x-amz-date", ""), rules.now, rules.max_age)
    return Presigned(url, rules.header, access_key_id, date, parameters["x-amz-signature"])


def check_rules(rules: Rules) -> None:
    """Raise ConfigError if the endpoint is not a URL or the partition is unknown."""
    if rules.endpoint is not None:
        resolve_endpoint(GLOBAL_SIGNING_REGION, endpoint=rules.endpoint)
    elif rules.partition not in _region_prefixes():
        raise ConfigError(f"partition is {rules.partition!r}; it must be one of {', '.join(_region_prefixes())}.")


def _region_prefixes() -> dict[str, str]:
    return {partition.name: partition.region_prefix for partition in endpoints.PARTITIONS}


def split_url(url: str, endpoint: str | None) -> tuple[str, str]:
    """Return host and query. Raise RejectedTokenError unless the URL is `https://HOST/?QUERY`, or *endpoint* and a query."""
    if endpoint is not None:
        start = f"{endpoint.rstrip('/')}/?"
        if not url.startswith(start) or not re.fullmatch("[!-~]+", url):
            raise RejectedTokenError(f"The URL in the token is not a URL of {endpoint}.")
        return "", url[len(start) :]
    match = _URL.fullmatch(url)
    if match is None:
        raise RejectedTokenError("The URL in the token does not have the form https://HOST/?QUERY.")
    return match[1], match[2]


def read_query(query: str) -> dict[str, str]:
    """Return the parameters by lower-case name. Raise RejectedTokenError for an unknown or repeated parameter."""
    found: dict[str, str] = {}
    for pair in query.split("&"):
        raw_name, equals, raw_value = pair.partition("=")
        # Compare the name without decoding it: escaped names could bypass the list of allowed ones.
        name = raw_name.lower()
        if not equals or name not in PARAMETERS:
            raise RejectedTokenError(f"The URL has the parameter {raw_name[:40]!r}, which is not allowed.")
        if name in found:
            raise RejectedTokenError(f"The URL has the parameter {name!r} more than once.")
        if ";" in raw_value or "+" in raw_value or "#" in raw_value:
            raise RejectedTokenError(f"The parameter {name!r} has a character that must be percent-encoded.")
        try:
            found[name] = unquote_to_bytes(raw_value).decode("ascii")
        except ValueError:
            raise RejectedTokenError(f"The parameter {name!r} is not ASCII text.") from None
    return found


def read_scope(parameters: Mapping[str, str]) -> tuple[str, str]:
    """Return the access key id and region of the signature. Raise RejectedTokenError if the signature is not for STS."""
    match = _CREDENTIAL.fullmatch(parameters.get("x-amz-credential", ""))
    if match is None:
        raise RejectedTokenError("X-Amz-Credential is not KEY/DATE/REGION/sts/aws4_request.")
    return match[1], match[2]


def check_host(host: str, region: str, partition: str) -> None:
    """Raise RejectedTokenError unless *host* is an STS host in *region* and *region* belongs to *partition*."""
    # The region becomes part of the host name. If it were not checked, a token could choose the host to contact.
    if not re.fullmatch(rf"(?:{_region_prefixes()[partition]})-[a-z]+-[0-9]+", region):
        raise RejectedTokenError(f"The URL is signed for {region!r}, which is not a region of the partition {partition}.")
    if host not in sts_hosts(region):
        raise RejectedTokenError(f"The host {host[:80]!r} is not an STS host in {region}.")


def check_date(text: str, now: datetime, max_age: float) -> datetime:
    """Return the time at which the URL was signed. Raise RejectedTokenError if it is too old or in the future."""
    try:
        if not re.fullmatch(r"\d{8}T\d{6}Z", text, re.ASCII):
            raise ValueError(text)
        date = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise RejectedTokenError("X-Amz-Date is not a time such as 20300102T030405Z.") from None
    if now - date > timedelta(seconds=max_age):
        raise RejectedTokenError(f"The token has expired: it was signed more than {max_age:.0f} seconds ago.")
    if date - now > timedelta(seconds=STS_LIFETIME):
        raise RejectedTokenError("The token was signed for a time in the future.")
    return date


def ask_sts(presigned: Presigned, value: str, handler: Handler | None) -> VerifiedIdentity:
    """
    Send the URL with *value* as the binding header, and return the identity in the response.

    Raises:
        RejectedTokenError: STS rejected the request, or returned a malformed identity.
        TransportError: STS throttled the request or failed, or something other than STS answered. The token may still be valid.

    """
    headers = {"accept": "application/json", presigned.header: value}
    response = exchange(HttpRequest("GET", presigned.url, headers), handler)
    if response.status != 200:
        raise _refusal(response)
    try:
        result = json.loads(response.body)["GetCallerIdentityResponse"]["GetCallerIdentityResult"]
    except (ValueError, LookupError, TypeError, RecursionError):
        text = "The response (HTTP 200) is not a GetCallerIdentity response. Try again."
        raise TransportError(text, status_code=200) from None
    return _identity(result, presigned.access_key_id)


def _identity(result: Any, access_key_id: str) -> VerifiedIdentity:
    """Return the identity in the *result* of GetCallerIdentity. Raise RejectedTokenError if it is malformed."""
    found = result if isinstance(result, Mapping) else {}
    arn, account, user_id = (found.get(name) for name in ("Arn", "Account", "UserId"))
    if not (isinstance(arn, str) and isinstance(account, str) and isinstance(user_id, str) and account):
        raise RejectedTokenError("The response of STS has no identity.")
    try:
        parsed = parse_arn(arn)
    except ParamValidationError:
        raise RejectedTokenError("The identity in the response of STS has a malformed ARN.") from None
    is_session = parsed.service == "sts" and parsed.resource_type == "assumed-role"
    if not (_ROLE_SESSION_ID if is_session else _PRINCIPAL_ID).fullmatch(user_id):
        raise RejectedTokenError("The identity in the response of STS has a malformed UserId.")
    unique, _, session_name = user_id.partition(":") if is_session else (user_id, "", "")
    return VerifiedIdentity(arn, canonical_arn(arn), account, unique, session_name, access_key_id)


def _refusal(response: HttpResponse) -> STSError:
    """Return the error for a response without a result. Only an error response of STS itself rejects the token."""
    match = _ERROR_CODE.search(response.body)
    status, code = response.status, (match[1] or match[2]).decode() if match else ""
    refused = status in _REFUSAL_STATUSES and (code or not response.body.strip())
    if refused and not is_retryable(code, "", status):
        return RejectedTokenError(f"STS rejected the token: HTTP {status}{code and ', '}{code}.")
    text = f"STS could not verify the token: HTTP {status}{code and ', '}{code}. The token may still be valid; try again."
    return TransportError(text, status_code=status, throttling=is_throttling(code, status))


def exchange(request: HttpRequest, handler: Handler | None) -> HttpResponse:
    """Send *request* through *handler*, or through the default handler, and return the response. Redirects are not followed."""
    control = Control(5.0, TIMEOUT, deadline=time.monotonic() + TIMEOUT)
    return (our_handler() if handler is None else handler).send(request, control=control)


def our_handler() -> Handler:
    """Return the default handler of verifiers. It is never closed, so that a server reuses its connections to STS."""
    options = transport_of(transport_settings(os.environ), max_pool=32)
    return _shared_handler(handler_kind(options), options)


_shared_handler = lru_cache(maxsize=8)(acquire_handler)
