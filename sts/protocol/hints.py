"""Hints: one line of advice for frequent errors."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from sts.arns import role_arn_problem
from sts.base.records import Record
from sts.endpoints import host_of, partition_of_host
from sts.model.error_codes import CLOCK, ERRORS, IDP_DOWN

_IDENTITY_OPERATIONS = frozenset({"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})
_LONGEST_CLAIM = 200
_CLAIMS = ("iss", "aud", "sub")
_GITHUB = "token.actions.githubusercontent.com"


class FailedCall(Record):
    """A call that failed with an error response."""

    code: str
    message: str
    operation: str
    hostname: str | None = None
    params: Any = None
    with_session_token: bool = False


def hint_for(call: FailedCall) -> str | None:
    """
    Return one line of advice for *call*, or None.

    For a rejected web identity token the line shows its claims, never the token. For a host outside AWS, the line does not
    mention features of AWS such as trust policies, MFA and external ids.
    """
    params = call.params if isinstance(call.params, Mapping) else {}
    call = call._replace(code=call.code.removesuffix("Exception"), params=params)
    is_aws = call.hostname is None or partition_of_host(host_of(f"https://{call.hostname}")) is not None
    for codes, needle, *hints in _HINTS:
        if call.code in codes and re.search(needle, call.message, re.IGNORECASE):
            hint = hints[0 if is_aws else -1]
            found: str | None = hint(call) if callable(hint) else hint
            return found
    row = _ROWS.get(call.code)
    return row.hint or None if row is not None and (is_aws or not row.aws_only) else None


def claims_of(token: object) -> dict[str, str]:
    """Return the claims iss, aud and sub of a JWT as short printable text, or an empty dict if it is not a JWT."""
    try:
        payload = str(token).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return {name: ascii(claims[name])[:_LONGEST_CLAIM].strip("'\"") for name in _CLAIMS if name in claims}
    except (IndexError, TypeError, ValueError, RecursionError):
        return {}


def _wrong_scope(call: FailedCall) -> str:
    signed = re.search(r"not '([\w-]+)'", call.message)
    for_what = f" for {signed[1]}" if signed else ""
    where = call.hostname or "this endpoint"
    return (
        f"The request was signed{for_what}, but {where} expects another region or service: check region= and endpoint= "
        "(and their values in the environment and the profile; client.explain() shows them), or give signing_region=."
    )


def _unknown_key_elsewhere(call: FailedCall) -> str:
    what = "session token" if call.with_session_token else "access key"
    more = "" if call.with_session_token else " Temporary keys also need their session token."
    return (
        f"{call.hostname} does not know this {what}, and is not a host of AWS: give the keys of that server, or leave "
        f"out endpoint= (and AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL and endpoint_url of the profile) to call AWS.{more}"
    )


def _not_allowed_elsewhere(call: FailedCall) -> str:
    if call.operation in _IDENTITY_OPERATIONS:
        return _identity_rejected_elsewhere(call)
    return (
        f"{call.hostname} is not a host of AWS and has its own permissions: check the permissions of this user, and "
        f"which STS operations that server supports. {_role_problem(call)}"
    ).rstrip()


def _identity_rejected_elsewhere(call: FailedCall) -> str:
    what = "the assertion" if call.operation == "AssumeRoleWithSAML" else "the token"
    return _claims_line(call.params.get("WebIdentityToken")) + (
        f"{call.hostname} is not a host of AWS: its identity provider settings must accept issuer, audience and "
        f"subject of {what}, and the claim for policies, if it uses one."
    )


def _unknown_key(call: FailedCall) -> str:
    where = call.hostname or "this endpoint"
    if not call.with_session_token:
        return (
            f"{where} does not know this access key: it may be deleted or inactive, or belong to another partition, or to "
            "another service than AWS if an endpoint is configured. Temporary keys (ASIA...) also need their session "
            "token."
        )
    return (
        f"{where} does not accept this session token. An opt-in region must be enabled for the account, and tokens from "
        "the global endpoint (sts.amazonaws.com) do not work there: get them from a regional endpoint. A token is also "
        "rejected if it is truncated or belongs to other keys."
    )


def _role_problem(call: FailedCall) -> str:
    """Return the problem with the kind of RoleArn, or ""."""
    text = call.params.get("RoleArn")
    problem = role_arn_problem(text) if isinstance(text, str) else ""
    return f"RoleArn {problem}" if problem else ""


def _not_allowed(call: FailedCall) -> str | None:
    if problem := _role_problem(call):
        return problem
    if call.operation in _IDENTITY_OPERATIONS:
        return _identity_rejected(call)
    if call.operation != "AssumeRole":
        return _SCOPING if call.operation == "GetScopedCredentials" else None
    hints = ["The role may not exist, its trust policy may not name the caller, or the caller's own policies may not allow it"]
    params = call.params
    hints += ["a condition may require MFA (give SerialNumber and TokenCode)"] if not params.get("SerialNumber") else []
    hints += ["a condition may require an ExternalId"] if not params.get("ExternalId") else ["the ExternalId may be wrong"]
    hints += ["the trust policy must allow sts:TagSession too, because Tags were given"] if params.get("Tags") else []
    hints += ["it must allow sts:SetSourceIdentity too"] if params.get("SourceIdentity") else []
    return "; ".join(hints) + ". All of these must hold. Run get_caller_identity() to see who the caller is."


def _identity_rejected(call: FailedCall) -> str:
    if call.operation == "AssumeRoleWithSAML":
        return _SAML
    token = call.params.get("WebIdentityToken")
    claims = claims_of(token)
    ci = _github(claims) if claims.get("iss", "").endswith(_GITHUB) else ""
    return _claims_line(token) + (
        "The account needs an identity provider for iss that lists aud, and the role's trust policy must contain the "
        f"provider and match aud and sub.{ci}"
    )


def _github(claims: Mapping[str, str]) -> str:
    """Return advice about GitHub's claims. Source: GitHub's "OpenID Connect reference", on immutable subject claims."""
    sub = claims.get("sub", "")
    text = " For GitHub, sub contains repository and branch, tag, environment or event; the match is exact and case-sensitive."
    if re.match(r"repo:[^/:]+@\d+/[^/:]+@\d+:", sub):
        pattern = re.sub(r"@\d+", "@*", sub)
        text = (
            " This sub has GitHub's form with ids (repositories created or renamed since July 2026): a policy of the "
            f"older form repo:OWNER/NAME:... does not match it. Use this value, or with StringLike {pattern}."
        )
    if claims.get("aud", "").startswith("https://github.com/"):
        text += " Its aud is GitHub's default: request the audience sts.amazonaws.com, as GitHubToken() does."
    return text


def _claims_line(token: object) -> str:
    if not token:
        return ""
    claims = claims_of(token)
    shown = ", ".join(f"{name}={value}" for name, value in claims.items())
    return f"The token has {shown}. " if shown else "The token cannot be read as a JWT. "


def _disabled_region(call: FailedCall) -> str:
    where = call.hostname or "this region"
    return f"STS is deactivated for {where} in the account: use another region, or activate it in the account settings of IAM."


_EXPIRED = "These credentials have expired: get new ones, or give the client a provider, which refreshes them automatically."
_TOKEN_EXPIRED = "The web identity or SAML token has expired: get a new one from the identity provider before each call."
_MFA = (
    "The MFA code was rejected: each code works once, so wait for the next one. Check SerialNumber and the clock of the device."
)
_CHAINED = (
    "A chained role session lasts at most one hour: request 3600 seconds or less, or start from the long-term keys of a user."
)
_TOO_LONG = "The maximum session duration of the role is lower: request less, or raise it on the role."
_USER_KEYS = (
    "This operation needs the long-term keys of an IAM user (AKIA...), not temporary credentials. assume_role works with both."
)
_SAML = (
    "PrincipalArn must be the SAML provider of the assertion's issuer, RoleArn must be in the assertion's Role attribute, and "
    "the role's trust policy must allow sts:AssumeRoleWithSAML to that provider."
)
_SCOPING = (
    "All policies of the session must allow sts:GetScopedCredentials, including its scope-down policies. A session can "
    "have at most three of these; a call without Policy adds none."
)


_CLOCK_TEXT = "signature expired|not yet current|must be within|too skewed"
_SCOPE_TEXT = "scoped to (?:a valid region|correct service)|the region '?[\\w-]*'? is wrong|credential scope"
_SIGNATURE = ("SignatureDoesNotMatch", "InvalidSignature")
_DENIED = ("AccessDenied", "UnauthorizedOperation", "AuthorizationError")
_ANY = ""

_HINTS: tuple[tuple[Any, ...], ...] = (
    (_SIGNATURE, _CLOCK_TEXT, CLOCK),
    ((*_SIGNATURE, "AuthorizationHeaderMalformed", "IncompleteSignature", *_DENIED), _SCOPE_TEXT, _wrong_scope),
    (("InvalidClientTokenId", "UnrecognizedClient", "InvalidAccessKeyId"), _ANY, _unknown_key, _unknown_key_elsewhere),
    ((*_DENIED, "ValidationError"), r"\bMFA\b|multifactor", _MFA, None),
    (_DENIED, "with session credentials", _USER_KEYS, _not_allowed_elsewhere),
    (_DENIED, _ANY, _not_allowed, _not_allowed_elsewhere),
    (("ExpiredToken",), _ANY, lambda call: _TOKEN_EXPIRED if call.operation in _IDENTITY_OPERATIONS else _EXPIRED),
    (("InvalidIdentityToken",), "verification key", IDP_DOWN),
    (("InvalidIdentityToken", "IDPRejectedClaim"), _ANY, _identity_rejected, _identity_rejected_elsewhere),
    (("RegionDisabled",), _ANY, _disabled_region, None),
    (("ValidationError",), "role chaining", _CHAINED),
    (("ValidationError",), r"\bis invalid\b", lambda call: _role_problem(call) or None),
    (("ValidationError",), "MaxSessionDuration", _TOO_LONG),
)
"""
Codes (without `Exception`), pattern of the message, hint, and the hint for hosts outside AWS if it is different. The first
matching row is used; without one, the hint in the table of errors is used. A hint is text, None, or a function of the error.
"""
_ROWS = {code.removesuffix("Exception"): row for row in ERRORS for code in (row.code, *row.others)}
