"""Checks that several operations make before they issue a session."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sts.base.records import Record
from sts.testing.issuers.outbound import TokenIssuer
from sts.testing.service.accounts import Accounts, Role
from sts.testing.service.error_responses import not_authorized, refusal
from sts.testing.service.policies import allows, matches_any, parse_policy
from sts.testing.service.sessions import Caller, Limits, Mint

CHAINED_DURATION = 3600
_NO_TAGS: Mapping[str, str] = {}
MAX_POLICY_ARNS = 10
_MANAGED_POLICY = re.compile(r"arn:aws[\w-]*:iam::(aws|\d{12}):policy/.+", re.ASCII)
ROLE_ARN = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/.+", re.ASCII)
# Operations allowed with temporary credentials. Source: the service model, GetSessionToken and GetFederationToken.
_FOR_FEDERATED = ("GetCallerIdentity", "GetScopedCredentials", "GetDelegatedAccessToken")
_ALLOWED = {"session": ("AssumeRole", *_FOR_FEDERATED, "GetWebIdentityToken"), "federated": _FOR_FEDERATED}
_LONG_TERM_ONLY = ("GetSessionToken", "GetFederationToken")


class OperationContext(Record):
    """
    Data that an operation and the verifier may use in addition to the request. *caller* is None for unsigned operations.

    *signing_region* is the only one that signatures may be for. None means any.
    """

    accounts: Accounts
    mint: Mint
    issuer: TokenIssuer
    region: str
    signing_region: str | None
    honor_expires: bool
    now: float
    caller: Caller | None = None

    @property
    def signer(self) -> Caller:
        """Return the caller of a signed operation."""
        assert self.caller is not None  # noqa: S101  # the verifier has refused every other request
        return self.caller


def authorize(caller: Caller, operation: str, resource: str = "*") -> None:
    """Reject *caller* if its kind, its policies or its session policy do not allow *operation*."""
    if operation == "GetCallerIdentity":
        return  # allowed independent of the policies
    if operation in _LONG_TERM_ONLY and caller.kind not in ("user", "root"):
        raise refusal("AccessDenied", f"Cannot call {operation} with session credentials")
    if operation not in _ALLOWED.get(caller.kind, (operation,)):
        raise not_authorized(caller.arn, operation, resource)
    if matches_any(f"sts:{operation}", caller.denies):
        raise not_authorized(caller.arn, operation, resource, "with an explicit deny in an identity-based policy")
    policies = (*([caller.policy] if caller.policy else []), *caller.scopes)
    if not all(allows(parse_policy(policy), f"sts:{operation}", resource) for policy in policies):
        reason = f"because no session policy allows the sts:{operation} action"
        raise not_authorized(caller.arn, operation, resource, reason)


def check_mfa(context: OperationContext, params: Mapping[str, Any]) -> bool:
    """Return True if the call has a valid MFA code. Reject an invalid one."""
    serial, code = params.get("SerialNumber"), params.get("TokenCode")
    if not serial and not code:
        return False
    if not serial or not code:
        told = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
        raise refusal("AccessDenied", told)
    device = context.accounts.devices.get(serial)
    if not device or device.owner != context.signer.owner:
        told = "Please verify your MFA serial number is valid and associated with this user."
        raise refusal("AccessDenied", f"MultiFactorAuthentication failed, unable to validate MFA code.  {told}")
    if not device.accept(code, context.now):
        raise refusal("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.")
    return True


def limits_of(params: Mapping[str, Any], duration: int) -> Limits:
    """Return the limits in *params*, with *duration* seconds as the default. Reject invalid limits."""
    arns = tuple(item.get("arn") or "" for item in params.get("PolicyArns", ()))
    if len(arns) > MAX_POLICY_ARNS:
        broken = f"failed to satisfy constraint: Member must have length less than or equal to {MAX_POLICY_ARNS}"
        raise refusal("ValidationError", f"1 validation error detected: Value at 'policyArns' {broken}")
    for arn in arns:
        if not _MANAGED_POLICY.fullmatch(arn):
            raise refusal("ValidationError", f"ARN {arn} is not valid.")
    if params.get("Policy"):
        parse_policy(params["Policy"])
    return Limits(params.get("DurationSeconds", duration), arns, params.get("MinimumSessionTokenSize", 0))


def role_limits(role: Role, params: Mapping[str, Any], *, chained: bool = False) -> Limits:
    """Return the limits of a session of *role*. Reject a lifetime that is too long for it."""
    requested = params.get("DurationSeconds", 0)
    if chained and requested > CHAINED_DURATION:
        told = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        raise refusal("ValidationError", told)
    if requested > role.max_session_duration:
        raise refusal("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    return limits_of(params, 3600)


def session_of(role: Role, name: str, **fields: Any) -> Caller:
    """Return the caller for a session *name* of *role*."""
    arn = f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{name}"
    return Caller("role", role.account, arn, f"{role.role_id}:{name}", role.arn, denies=role.denies, **fields)


def issue_session(context: OperationContext, session: Caller, limits: Limits) -> dict[str, Any]:
    """Return the members of a result for *session*, a session of a role, that all operations have."""
    issued = context.mint.issue(session, limits, context.now)
    user = {"AssumedRoleId": session.user_id, "Arn": session.arn}
    return {**issued, "AssumedRoleUser": user, "SourceIdentity": session.source_identity}


def tags_of(params: Mapping[str, Any], inherited: Mapping[str, str] = _NO_TAGS) -> dict[str, str]:
    """Return the tags of a new session: the *inherited* ones and those of *params*. Reject a conflict."""
    pairs = [(tag["Key"], tag["Value"]) for tag in params.get("Tags", ())]
    keys = [key.lower() for key, _ in pairs]
    if len(set(keys)) < len(keys):
        raise refusal("InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if {key.lower() for key in inherited} & set(keys):
        told = "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key"
        raise refusal("InvalidParameterValue", f"{told} from the calling session.")
    return {**inherited, **dict(pairs)}


def transitive_keys(params: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys of the transitive tags. Reject a key that is not a tag of the call."""
    keys = tuple(params.get("TransitiveTagKeys", ()))
    given = {tag["Key"].lower() for tag in params.get("Tags", ())}
    if not {key.lower() for key in keys} <= given:
        raise refusal("InvalidParameterValue", "The specified transitive tag key must be included in the requested tags.")
    return keys
