"""Operations that return information about the caller or its keys."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from sts.arns import account_id_from_access_key_id
from sts.model.error_codes import DURATION_ESCALATION, OUTBOUND_DISABLED
from sts.testing.issuers.outbound import ALGORITHMS
from sts.testing.service.checks import OperationContext, authorize, tags_of
from sts.testing.service.error_responses import modelled, refusal
from sts.testing.service.sessions import Caller

_WEB_TOKEN_DURATION = 300
_ORIGIN = "OriginIdentity"


def get_caller_identity(context: OperationContext, params: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001  # there are none
    """Return the identity of the caller."""
    caller = context.signer
    return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}


def get_access_key_info(context: OperationContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the account of an access key."""
    authorize(context.signer, "GetAccessKeyInfo")
    key_id = params["AccessKeyId"]
    user = context.accounts.users_by_key.get(key_id)
    account = user.account if user else account_id_from_access_key_id(key_id)
    if account is None:
        raise refusal("ValidationError", f"The access key ID {key_id} is not valid")  # wording is ours
    return {"Account": account}


def decode_authorization_message(context: OperationContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Decode a message that `LocalSTS.encode_authorization_message` made."""
    authorize(context.signer, "DecodeAuthorizationMessage")
    return {"DecodedMessage": context.mint.decode_message(params["EncodedMessage"])}


def get_web_identity_token(context: OperationContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Issue a signed token with the identity of the caller."""
    caller, algorithm = context.signer, params["SigningAlgorithm"]
    authorize(caller, "GetWebIdentityToken")
    if algorithm not in ALGORITHMS:
        told = f"Value '{algorithm}' at 'signingAlgorithm' failed to satisfy constraint: Member must satisfy enum value set"
        raise refusal("ValidationError", f"1 validation error detected: {told}: [{', '.join(ALGORITHMS)}]")
    if not context.accounts.outbound_federation:
        raise modelled(OUTBOUND_DISABLED, "Outbound web identity federation is not enabled for this account")
    expires = int(context.now) + params.get("DurationSeconds", _WEB_TOKEN_DURATION)
    if caller.expiration is not None and expires > caller.expiration:
        raise modelled(DURATION_ESCALATION, "The requested token duration exceeds the remaining duration of the session")
    token = context.issuer.issue(_claims(context, params, expires), algorithm)
    return {"WebIdentityToken": token, "Expiration": datetime.fromtimestamp(expires, timezone.utc)}


def _claims(context: OperationContext, params: Mapping[str, Any], expires: int) -> dict[str, Any]:
    caller, audience = context.signer, params["Audience"]
    about = {"aws_account": caller.account, "source_region": context.region, "principal_id": caller.owner}
    tags = {"request_tags": tags_of(params)} if params.get("Tags") else {}
    return {
        "aud": audience[0] if len(audience) == 1 else audience,
        **_subject(caller, params),
        "iat": int(context.now),
        "exp": expires,
        "https://sts.amazonaws.com/": {**about, **tags},
    }


def _subject(caller: Caller, params: Mapping[str, Any]) -> dict[str, str]:
    """Return the claims for the subject and the purpose of the token, or reject them. The wording of the errors is ours."""
    if params.get("SubjectMode") != _ORIGIN:
        if "Scope" in params:
            raise refusal("ValidationError", f"Scope can only be specified when SubjectMode is {_ORIGIN}")
        return {"sub": caller.owner}
    origin = caller.context.get(_ORIGIN, {})
    subject = origin.get("Subject", "")
    if not subject.strip() or not {"Issuer", "FederatedProviderArn"} & set(origin):
        raise refusal("ValidationError", "The trusted identity propagation context of the calling session has no subject")
    unprintable = any(unicodedata.category(character)[0] in "CZ" for character in subject.replace(" ", ""))
    if subject.lower().startswith("arn:") or subject != subject.strip() or unprintable:
        raise refusal("AccessDenied", "The subject of the calling session cannot be that of a token")
    # The service model does not define the place of subject_mode; scope is at the top.
    return {"sub": subject, "subject_mode": _ORIGIN, **_scope(caller, params)}


def _scope(caller: Caller, params: Mapping[str, Any]) -> dict[str, str]:
    if "Scope" not in params:
        return {}
    authorize(caller, "SetWebIdentityTokenScope")
    scopes = params["Scope"].split(" ")
    if len(set(scopes)) < len(scopes):
        raise refusal("ValidationError", "Scope values cannot be repeated")
    if len(params["Audience"]) != 1:
        raise refusal("ValidationError", "Scope can only be specified with exactly one audience")
    return {"scope": params["Scope"]}
