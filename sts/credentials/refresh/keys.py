"""Names of entries in a disk cache: those of the AWS CLI, and own ones that include the source credentials."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha1, sha256
from typing import Any

from sts.settings.sections import Section

_TOKENS = frozenset({"TokenCode", "WebIdentityToken", "SAMLAssertion", "TradeInToken"})
"""Members that differ in each call and so are not part of a key."""
_OWNER_CLAIMS = ("iss", "sub", "aud", "azp", "amr", "https://aws.amazon.com/tags", "https://aws.amazon.com/source_identity")
"""Claims that stay the same when a token is replaced, and that determine the session at AWS."""
_SECRET_KEYS = frozenset({"aws_secret_access_key", "aws_session_token", "aws_security_token"})
"""Properties of profiles that are not part of a name."""


def aws_cli_key(params: Mapping[str, Any]) -> str:
    """
    Return the AWS CLI's key for assuming a role with *params* (wire names) that the user chose, or a web identity token.

    Source: `_create_cache_key` of the credential fetchers in botocore and in the AWS CLI.
    """
    left_out = _TOKENS - {"WebIdentityToken"}
    kept = {name: value for name, value in params.items() if name not in left_out and value is not None}
    if isinstance(kept.get("Policy"), str):
        with suppress(ValueError, RecursionError):  # text that is not JSON is kept: the service will reject it
            kept["Policy"] = json.loads(kept["Policy"])
    # SHA-1 as in the AWS CLI; nothing depends on its strength
    return sha1(json.dumps(kept, sort_keys=True).encode(), usedforsecurity=False).hexdigest()


def token_owner(token: str) -> str:
    """Return an identification of a web identity token: the claims of a JWT that determine a session, or the token's digest."""
    claims = claims_in(token)
    owner = {name: claims[name] for name in _OWNER_CLAIMS if name in claims}
    return json.dumps(owner, sort_keys=True) if owner.get("sub") else sha256(token.encode()).hexdigest()


def claims_in(token: str) -> dict[str, Any]:
    """Return the claims of a JWT, unverified; an empty dict if it is not one."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, IndexError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def own_key(operation: str, params: Mapping[str, Any], source: str, endpoint: str | None = None) -> str:
    """Return the own key: like the AWS CLI's, with the source credentials (*source*), the operation and the endpoint."""
    kept = {name: value for name, value in params.items() if name not in _TOKENS and value is not None}
    facts = {"operation": operation, "params": kept, "source": source, "endpoint": endpoint}
    return sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def aws_cli_sso_key(account_id: str, role_name: str, *, session_name: str | None, start_url: str | None) -> str:
    """Return the AWS CLI's key for an SSO role: of a named session, or of the access portal. Source: as above."""
    which = {"sessionName": session_name} if session_name else {"startUrl": start_url}
    facts = json.dumps({"accountId": account_id, "roleName": role_name, **which}, sort_keys=True, separators=(",", ":"))
    return sha1(facts.encode(), usedforsecurity=False).hexdigest()


def aws_cli_profile_key(section: Section, web_identity_token: Callable[[str], str]) -> str | None:
    """Return the AWS CLI's key for a profile's session, or None if it caches none. *web_identity_token* reads a token file."""
    text = {name: value for name, value in section.items() if isinstance(value, str) and value}
    if "sso_account_id" in text and "sso_role_name" in text:
        session, url = text.get("sso_session"), text.get("sso_start_url")
        return aws_cli_sso_key(text["sso_account_id"], text["sso_role_name"], session_name=session, start_url=url)
    if "role_arn" not in text:
        return None
    params: dict[str, Any] = {"RoleArn": text["role_arn"], "RoleSessionName": text.get("role_session_name")}
    if "web_identity_token_file" in text:
        params["WebIdentityToken"] = web_identity_token(text["web_identity_token_file"])
    else:
        params |= {"ExternalId": text.get("external_id"), "SerialNumber": text.get("mfa_serial")}
        seconds = text.get("duration_seconds", "")
        params["DurationSeconds"] = int(seconds) if seconds.isascii() and seconds.isdigit() else None
    return aws_cli_key(params)


def profile_key(
    profiles: Mapping[str, Section], name: str, endpoint: str | None, whose: Callable[[Section], str | None]
) -> str:
    """
    Return the own key for the session of profile *name*: all properties of it and its source profiles, except secrets.

    *whose* identifies the source credentials if the profile takes them from the environment or a token.
    """
    trail: dict[str, Any] = {}
    while name in profiles and name not in trail:
        section = profiles[name]
        said = {key: value for key, value in section.items() if key not in _SECRET_KEYS}
        trail[name] = (said, whose(section))
        name = str(section.get("source_profile") or "")
    return own_key("profile", {}, json.dumps(trail), endpoint)
