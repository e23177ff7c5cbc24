"""Signed operations that exchange credentials for other credentials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sts.model.error_codes import INSUFFICIENT_LIFETIME, INVALID_CONTEXT_ASSERTION, INVALID_SUBJECT_CREDENTIALS
from sts.testing.service.accounts import Role
from sts.testing.service.checks import (
    ROLE_ARN,
    OperationContext,
    authorize,
    check_mfa,
    issue_session,
    limits_of,
    role_limits,
    session_of,
    tags_of,
    transitive_keys,
)
from sts.testing.service.error_responses import modelled, not_authorized, refusal
from sts.testing.service.sessions import Caller, Limits

MAX_SCOPES = 3
"""Largest number of policies that GetScopedCredentials may add to a session, one after the other."""
_CONTEXT_PROVIDER = re.compile(r"arn:aws[\w-]*:iam::(aws|\d{12}):contextProvider/.+", re.ASCII)
_ROOT_TARGET = re.compile(r"(?:arn:aws[\w-]*:iam::)?(\d{12})(?::root)?", re.ASCII)
TASK_POLICIES = tuple(
    f"arn:aws:iam::aws:policy/root-task/{name}"
    for name in (
        "IAMAuditRootUserCredentials",
        "IAMCreateRootUserPassword",
        "IAMDeleteRootUserCredentials",
        "S3UnlockBucketPolicy",
        "SQSUnlockQueuePolicy",
    )
)


def assume_role(context: OperationContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Issue a session of a role to a trusted caller."""
    caller, arn = context.signer, params["RoleArn"]
    if not ROLE_ARN.fullmatch(arn):
        raise refusal("ValidationError", f"{arn} is invalid")
    if caller.owner.endswith(":root"):
        raise refusal("AccessDenied", "Roles may not be assumed by root accounts.")
    authorize(caller, "AssumeRole", arn)
    has_mfa = check_mfa(context, params) or caller.mfa
    role = context.accounts.roles.get(arn)
    if role is None or not _is_open(role, caller, params, has_mfa=has_mfa):
        raise not_authorized(caller.arn, "AssumeRole", arn)
    providers = [one["ProviderArn"] for one in params.get("ProvidedContexts", ()) if "ProviderArn" in one]
    if not all(_CONTEXT_PROVIDER.fullmatch(provider) for provider in providers):
        told = "The context assertion was not issued by a trusted context provider"  # wording is ours
        raise modelled(INVALID_CONTEXT_ASSERTION, told)
    limits = role_limits(role, params, chained=caller.kind == "role")
    return issue_session(context, _role_session(role, caller, params), limits)


def _is_open(role: Role, caller: Caller, params: Mapping[str, Any], *, has_mfa: bool) -> bool:
    id_matches = role.external_id in (None, params.get("ExternalId"))
    return role.trusts_any(caller.principals) and id_matches and (has_mfa or not role.mfa)


def _role_session(role: Role, caller: Caller, params: Mapping[str, Any]) -> Caller:
    inherited = {key: value for key, value in caller.tags.items() if key in caller.transitive}
    identity = params.get("SourceIdentity", caller.source_identity)
    if caller.source_identity not in (None, identity):
        raise not_authorized(caller.arn, "SetSourceIdentity", role.arn)  # it cannot be changed after it is set
    return session_of(
        role,
        params["RoleSessionName"],
        tags=tags_of(params, inherited),
        transitive=(*inherited, *transitive_keys(params)),
        source_identity=identity,
        policy=params.get("Policy"),
    )


def get_session_token(context: OperationContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Issue a session of the calling user."""
    caller = context.signer
    authorize(caller, "GetSessionToken")
    session = caller._replace(kind="session", mfa=check_mfa(context, params))
    return context.mint.issue(session, _own_limits(caller, params), context.now)


def get_federation_token(context: OperationContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Issue a session of the calling user under another name."""
    caller, name = context.signer, params["Name"]
    arn = f"arn:aws:sts::{caller.account}:federated-user/{name}"
    authorize(caller, "GetFederationToken", arn)
    user_id, tags, policy = f"{caller.account}:{name}", tags_of(params), params.get("Policy")
    session = Caller("federated", caller.account, arn, user_id, caller.owner, tags=tags, policy=policy)
    issued = context.mint.issue(session, _own_limits(caller, params), context.now)
    federated = {"FederatedUserId": session.user_id, "Arn": session.arn}
    return {"PackedPolicySize": 0, **issued, "FederatedUser": federated}  # AWS returns the size without a policy too


def get_scoped_credentials(context: OperationContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Issue the calling session again, with one more policy or a shorter lifetime."""
    caller = context.signer
    if caller.expiration is None:
        raise modelled(INVALID_SUBJECT_CREDENTIALS, "The credentials are not those of a session")  # wording is ours
    authorize(caller, "GetScopedCredentials")
    scopes = (*caller.scopes, *([params["Policy"]] if params.get("Policy") else []))
    if len(scopes) > MAX_SCOPES:
        raise refusal("AccessDenied", f"A session can have {MAX_SCOPES} scope-down policies at most")  # wording is ours
    left = int(caller.expiration) - int(context.now)
    limits = limits_of(params, left)
    if limits.duration > left:
        told = "The requested DurationSeconds exceeds the remaining lifetime of the session"  # wording is ours
        raise modelled(INSUFFICIENT_LIFETIME, told)
    issued = context.mint.issue(caller._replace(scopes=scopes), limits, context.now)
    about = {"ScopedSessionId": caller.user_id, "Arn": caller.arn}
    return {**issued, "SessionInfo": about, "ScopedPoliciesCount": len(scopes), "SourceIdentity": caller.source_identity}


def _own_limits(caller: Caller, params: Mapping[str, Any]) -> Limits:
    limits = limits_of(params, 43200)
    # The root user may request any duration and gets an hour.
    return limits._replace(duration=min(limits.duration, 3600)) if caller.kind == "root" else limits


def assume_root(context: OperationContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Issue a session of a member account's root user for one task."""
    caller, policy = context.signer, params["TaskPolicyArn"].get("arn")
    target = _ROOT_TARGET.fullmatch(params["TargetPrincipal"])
    if not target:
        raise refusal("ValidationError", f"Invalid principal: {params['TargetPrincipal']}")  # wording is ours
    if policy not in TASK_POLICIES:
        raise refusal("ValidationError", f"{policy} is not a valid task policy")  # wording is ours
    account, resource = target[1], f"arn:aws:iam::{target[1]}:root"
    authorize(caller, "AssumeRoot", resource)
    if context.accounts.members.get(account) != caller.account:
        raise not_authorized(caller.arn, "AssumeRoot", resource)
    session = Caller("assumed-root", account, resource, account, resource, source_identity=caller.source_identity)
    issued = context.mint.issue(session, limits_of({**params, "PolicyArns": ()}, 900), context.now)
    return {**issued, "SourceIdentity": session.source_identity}
