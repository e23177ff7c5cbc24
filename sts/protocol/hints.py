"""One line about what to do, for refusals that puzzle people often."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Union

from sts.base.records import Record
from sts.retry.classify import THROTTLING_CODES

_IDENTITY_OPERATIONS = frozenset({"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})
_LONGEST_CLAIM = 200
_CLAIMS = ("iss", "aud", "sub")


class Refusal(Record):
    """Hold what a hint may look at."""

    code: str
    message: str
    operation: str
    region: str | None
    hostname: str | None
    params: Mapping[str, Any]
    with_session_token: bool


def hint_for(
    code: str,
    message: str,
    *,
    operation: str,
    region: str | None = None,
    hostname: str | None = None,
    params: Any = None,
    with_session_token: bool = False,
) -> str | None:
    """
    Return one line about what to do after an error with *code* and *message*, or None.

    *params* are those of the call: for a refused web identity token the line shows its claims, never the token.
    """
    params = params if isinstance(params, Mapping) else {}
    refusal = Refusal(code.removesuffix("Exception"), message, operation, region, hostname, params, with_session_token)
    for codes, needle, hint in _HINTS:
        if refusal.code in codes and re.search(needle, message, re.IGNORECASE):
            return hint(refusal) if callable(hint) else hint
    return None


def claims_of(token: object) -> dict[str, str]:
    """Return the claims iss, aud and sub of a JWT as short printable text; an empty dict if it is none."""
    try:
        payload = str(token).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return {name: _printable(claims[name]) for name in _CLAIMS if name in claims}
    except (IndexError, TypeError, ValueError, RecursionError):
        return {}


def _printable(claim: object) -> str:
    text = ascii(claim)[:_LONGEST_CLAIM]
    return text.strip("'\"")


def _unknown_key(refusal: Refusal) -> str:
    where = refusal.hostname or "this endpoint"
    if not refusal.with_session_token:
        return (
            f"{where} does not know this access key: it may be deleted, inactive, of another partition, or of another service "
            "than AWS if an endpoint is configured. Temporary keys (ASIA...) need their session token as well."
        )
    return (
        f"{where} does not accept this session token. An opt-in region must be enabled for the account, and tokens from the "
        "global endpoint (sts.amazonaws.com) do not work there: get them from a regional endpoint. A token also fails when it "
        "was cut or belongs to other keys."
    )


def _not_allowed(refusal: Refusal) -> str | None:
    if refusal.operation in _IDENTITY_OPERATIONS:
        return _identity_refused(refusal)
    if refusal.operation != "AssumeRole":
        return _SCOPING if refusal.operation == "GetScopedCredentials" else None
    hints = ["The role may not exist, its trust policy may not name the caller, or the caller's own policies may not allow it"]
    params = refusal.params
    hints += ["a condition may ask for MFA (give SerialNumber and TokenCode)"] if not params.get("SerialNumber") else []
    hints += ["a condition may ask for an ExternalId"] if not params.get("ExternalId") else ["the ExternalId may be wrong"]
    hints += ["the trust policy must allow sts:TagSession too, because Tags were given"] if params.get("Tags") else []
    hints += ["it must allow sts:SetSourceIdentity too"] if params.get("SourceIdentity") else []
    return "; ".join(hints) + ". All of it counts; get_caller_identity() tells who the caller is."


def _identity_refused(refusal: Refusal) -> str:
    if refusal.operation == "AssumeRoleWithSAML":
        return _SAML
    return _claims_line(refusal.params.get("WebIdentityToken")) + (
        "The account needs an identity provider for iss that lists aud, and the role's trust policy must name it and match "
        "aud and sub; for GitHub, sub holds repository, branch or environment, exactly."
    )


def _claims_line(token: object) -> str:
    if not token:
        return ""
    claims = claims_of(token)
    shown = ", ".join(f"{name}={value}" for name, value in claims.items())
    return f"The token says {shown}. " if shown else "The token cannot be read as a JWT. "


def _expired(refusal: Refusal) -> str:
    return _TOKEN_EXPIRED if refusal.operation in _IDENTITY_OPERATIONS else _EXPIRED


def _disabled_region(refusal: Refusal) -> str:
    where = refusal.region or refusal.hostname or "this region"
    return (
        f"STS is switched off for {where} in the account: use another region, or have it activated in IAM's account settings."
    )


_Hint = Union[str, Callable[[Refusal], "str | None"]]

_CLOCK = "The clock of this machine and that of STS differ too much: set it right, or leave correct_clock_skew on."
_SECRET = "The secret access key does not belong to the access key id, or something between here and STS changes requests."
_EXPIRED = "These credentials have expired: get new ones, or give the client a provider, which refreshes them."
_TOKEN_EXPIRED = "The web identity or SAML token has expired: get a new one from the identity provider before each call."
_MFA = "The MFA code was refused: each code works once, so wait for the next one; check SerialNumber and the device's clock."
_PACKED = (
    "Session policies and tags share one small packed limit: send fewer or shorter tags, a shorter Policy, or managed "
    "PolicyArns. Tags that earlier sessions passed on count as well."
)
_CHAINED = (
    "A role assumed from a role's session lasts one hour at most: ask for 3600 seconds or less, or start from a user's keys."
)
_TOO_LONG = "The role's own maximum session duration is lower: ask for less, or raise it on the role."
_USER_KEYS = (
    "This operation needs the lasting keys of an IAM user (AKIA...), not temporary credentials; assume_role works with both."
)
_SAML = (
    "PrincipalArn must be the SAML provider of the assertion's issuer, RoleArn must be in the assertion's Role attribute, and "
    "the role's trust policy must allow sts:AssumeRoleWithSAML to that provider."
)
_MALFORMED = (
    "The session policy must be a JSON policy document without Principal; give it as a dict to be sure that it is JSON."
)
_IDP_DOWN = "STS could not reach the identity provider in time; this passes, so try again."
_JWT_SIZE = "The token would become too large: send fewer or shorter Tags."
_OUTBOUND = "An administrator must enable outbound web identity federation in the account's IAM settings first."
_ESCALATION = "The token would outlive the credentials that ask for it: ask for fewer DurationSeconds."
_LIFETIME = "The calling session ends sooner: ask for fewer DurationSeconds, or leave them out for all that is left."
_SCOPING = (
    "The policies of the session must allow sts:GetScopedCredentials, those it was scoped down with among them, and three of "
    "these are the most; without Policy another one is not added."
)
_NO_SESSION = "Only a session can be scoped down: assume a role, or call get_session_token, and use those credentials."
_ASSERTION = "Get a new context assertion of the provider that ProviderArn names; they live for minutes only."
_UNSIGNED = "The request came without a signature: give the client credentials."
_OPERATION = "The endpoint does not know this operation: check the endpoint, or the version of the server behind it."

_THROTTLED = (
    "The account makes more STS calls than the service takes: share and keep sessions (assume_role_credentials, a provider for "
    "many clients) instead of asking for each use, or give retry_mode='adaptive' and more max_attempts."
)

_ANY = ""
_CLOCK_TEXT = "signature expired|not yet current|must be within|too skewed"
_DENIED = ("AccessDenied", "UnauthorizedOperation", "AuthorizationError")

_HINTS: tuple[tuple[tuple[str, ...], str, _Hint], ...] = (
    (("SignatureDoesNotMatch", "InvalidSignature"), _CLOCK_TEXT, _CLOCK),
    (("RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"), _ANY, _CLOCK),
    (("SignatureDoesNotMatch", "InvalidSignature"), _ANY, _SECRET),
    (("InvalidClientTokenId", "UnrecognizedClient", "InvalidAccessKeyId"), _ANY, _unknown_key),
    ((*_DENIED, "ValidationError"), r"\bMFA\b|multifactor", _MFA),
    (_DENIED, "with session credentials", _USER_KEYS),
    (_DENIED, _ANY, _not_allowed),
    (tuple(code.removesuffix("Exception") for code in THROTTLING_CODES), _ANY, _THROTTLED),
    (("ExpiredToken",), _ANY, _expired),
    (("ExpiredTradeInToken",), _ANY, "Trade-in tokens live for a short time only: ask for a new one."),
    (("InvalidIdentityToken",), "verification key", _IDP_DOWN),
    (("IDPCommunicationError",), _ANY, _IDP_DOWN),
    (("InvalidIdentityToken", "IDPRejectedClaim"), _ANY, _identity_refused),
    (("PackedPolicyTooLarge",), _ANY, _PACKED),
    (("MalformedPolicyDocument",), _ANY, _MALFORMED),
    (("RegionDisabled",), _ANY, _disabled_region),
    (("ValidationError",), "role chaining", _CHAINED),
    (("ValidationError",), "MaxSessionDuration", _TOO_LONG),
    (("JWTPayloadSizeExceeded",), _ANY, _JWT_SIZE),
    (("OutboundWebIdentityFederationDisabled",), _ANY, _OUTBOUND),
    (("SessionDurationEscalation",), _ANY, _ESCALATION),
    (("InsufficientSessionLifetime",), _ANY, _LIFETIME),
    (("InvalidSubjectCredentials",), _ANY, _NO_SESSION),
    (("InvalidContextAssertion",), _ANY, _ASSERTION),
    (("MissingAuthenticationToken", "IncompleteSignature"), _ANY, _UNSIGNED),
    (("UnknownOperation", "InvalidAction"), _ANY, _OPERATION),
)
"""Codes (without `Exception`), what the message says, and the hint; the first that fits counts."""
