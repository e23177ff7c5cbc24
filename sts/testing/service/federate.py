"""Operations that exchange a token of another issuer for credentials."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from sts.model.error_codes import EXPIRED_TRADE_IN_TOKEN
from sts.testing.issuers.oidc import OidcProvider, audiences_of, invalid_token, read_claims
from sts.testing.issuers.saml import SamlProvider, check_assertion, decode_response, read_assertion
from sts.testing.service.accounts import Accounts, Role
from sts.testing.service.checks import ROLE_ARN, OperationContext, authorize, issue_session, limits_of, role_limits, session_of
from sts.testing.service.error_responses import ErrorResponse, modelled, refusal
from sts.testing.service.sessions import Caller

_TAG_CLAIM = "https://aws.amazon.com/tags"
_SOURCE_CLAIM = "https://aws.amazon.com/source_identity"


def assume_role_with_web_identity(context: OperationContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Issue a session of a role for a valid OIDC token."""
    if "ProviderId" in params:
        raise invalid_token("No OAuth 2.0 provider is known here; leave ProviderId out for OIDC tokens")  # wording is ours
    account = _account_of(params["RoleArn"])
    claims = read_claims(params["WebIdentityToken"])
    provider = _oidc_provider(context.accounts, account, claims)
    provider.check(params["WebIdentityToken"], claims, context.now)
    role = context.accounts.roles.get(params["RoleArn"])
    if role is None or not _trusts_token(role, provider, claims):
        raise refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    session = _web_session(role, params, claims)._replace(context=_propagated(provider, claims))
    return {
        **issue_session(context, session, role_limits(role, params)),
        "SubjectFromWebIdentityToken": claims["sub"],
        "Provider": provider.arn,
        "Audience": next(name for name in audiences_of(claims) if name in provider.audiences),
        "TrustedIdentityPropagationContext": session.context or None,
    }


def _account_of(role_arn: str) -> str:
    if not ROLE_ARN.fullmatch(role_arn):
        raise refusal("ValidationError", "Request ARN is invalid")
    return role_arn.split(":")[4]


def _oidc_provider(accounts: Accounts, account: str, claims: Mapping[str, Any]) -> OidcProvider:
    issuer = str(claims.get("iss", ""))
    arn = oidc_arn(account, issuer)
    if arn not in accounts.oidc_providers:
        raise invalid_token(f"No OpenIDConnect provider found in your account for {issuer}")
    return accounts.oidc_providers[arn]


def oidc_arn(account: str, issuer: str) -> str:
    """Return the ARN of the provider with URL *issuer* in *account*."""
    return f"arn:aws:iam::{account}:oidc-provider/{issuer.partition('://')[2] or issuer}"


def _trusts_token(role: Role, provider: OidcProvider, claims: Mapping[str, Any]) -> bool:
    audiences = set(audiences_of(dict(claims)))
    meant = not role.audiences or bool(audiences & set(role.audiences))
    return role.trusts_any([provider.arn]) and meant and any(fnmatchcase(claims["sub"], pattern) for pattern in role.subjects)


def _web_session(role: Role, params: Mapping[str, Any], claims: Mapping[str, Any]) -> Caller:
    tagging = claims.get(_TAG_CLAIM) or {}
    principal_tags = {key: values[0] for key, values in (tagging.get("principal_tags") or {}).items()}
    return session_of(
        role,
        params["RoleSessionName"],
        tags=principal_tags,
        transitive=tuple(tagging.get("transitive_tag_keys") or ()),
        source_identity=claims.get(_SOURCE_CLAIM),
        policy=params.get("Policy"),
    )


def _propagated(provider: OidcProvider, claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return the trusted identity propagation context that the context provider of *provider* creates from *claims*."""
    found = {key: str(claims[claim]) for key, claim in provider.context.items() if claim in claims}
    if not found:
        return {}
    origin = {key: found.pop(key) for key in ("Subject", "SubjectType") if key in found}
    provided = {"Issuer": provider.issuer.partition("://")[2], "FederatedProviderArn": provider.arn}
    return {"OriginIdentity": {**origin, **provided}, **({"TransactionContext": {"IdentityProvider": found}} if found else {})}


def assume_role_with_saml(context: OperationContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Issue a session of a role for a valid SAML assertion."""
    account = _account_of(params["RoleArn"])
    response = decode_response(params["SAMLAssertion"])
    assertion = read_assertion(response)
    provider = _saml_provider(context.accounts, params["PrincipalArn"], assertion.issuer, response)
    check_assertion(assertion, context.now)
    role = context.accounts.roles.get(params["RoleArn"])
    offered = {frozenset(pair) for pair in assertion.roles}
    if role is None or not role.trusts_any([provider.arn]) or frozenset((role.arn, provider.arn)) not in offered:
        raise refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
    session = session_of(
        role,
        assertion.session_name,
        tags=assertion.tags,
        transitive=assertion.transitive,
        source_identity=assertion.source_identity,
        policy=params.get("Policy"),
    )
    name = provider.arn.partition(":saml-provider")[2]
    qualifier = hashlib.sha1(f"{assertion.issuer}{account}{name}".encode(), usedforsecurity=False).digest()
    return {
        **issue_session(context, session, role_limits(role, params)),
        "Subject": assertion.subject,
        "SubjectType": assertion.subject_type,
        "Issuer": assertion.issuer,
        "Audience": assertion.recipient,
        "NameQualifier": base64.b64encode(qualifier).decode(),
    }


def _saml_provider(accounts: Accounts, arn: str, issuer: str, response: str) -> SamlProvider:
    provider = accounts.saml_providers.get(arn)
    if provider is None:
        raise invalid_token("Specified provider doesn't exist")
    if provider.issuer != issuer:
        raise invalid_token("Issuer not present in specified provider")
    if not provider.is_signed(response):
        raise invalid_token("Response signature invalid")
    return provider


def get_delegated_access_token(context: OperationContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Issue a session for a token of `trade_in_token`."""
    caller = context.signer
    authorize(caller, "GetDelegatedAccessToken")
    try:
        arn, duration, expires = json.loads(context.mint.decode_message(params["TradeInToken"]))["trade_in"]
    except (ErrorResponse, ValueError, KeyError):
        raise refusal("AccessDenied", "The trade-in token is not valid") from None  # wording is ours
    if context.now >= expires:
        raise modelled(EXPIRED_TRADE_IN_TOKEN, "The trade-in token is expired")  # wording is ours
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    role = context.accounts.roles.get(arn) or Role(name, account, arn, name, ())
    session = session_of(role, "delegated")
    issued = context.mint.issue(session, limits_of({}, duration), context.now)
    return {"Credentials": issued["Credentials"], "AssumedPrincipal": arn}
