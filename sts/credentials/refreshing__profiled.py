"""Credentials of a profile that renew themselves, with MFA and a cache on disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from sts.credentials.chain.context import Context, text_of
from sts.credentials.chain.default import profile_chain
from sts.credentials.providers.container import read_token
from sts.credentials.providers.mfa import MFA
from sts.credentials.refresh.disk_cache import CacheOption, DiskCache
from sts.credentials.refresh.keys import aws_cli_profile_key, profile_key, token_owner
from sts.credentials.refreshing import KEYS, RefreshingCredentials, configured_endpoint, refreshing
from sts.settings.profiles import expand_path, load_profiles
from sts.settings.sections import Section


def profile_credentials(
    profile: str | None = None,
    *,
    mfa: MFA | None = None,
    region: str | None = None,
    client_options: Mapping[str, Any] | None = None,
    cache: CacheOption = None,
) -> RefreshingCredentials:
    """
    Return the credentials of a profile, whatever it configures (roles, SSO, a process, ...), renewing themselves.

    Args:
        profile: its name; else that of `AWS_PROFILE`, else "default".
        mfa: given the serial number of a role's `mfa_serial`, returns a code; called once for each new session.
        region: region of STS calls; else as for any client with this profile.
        client_options: other options of the client that makes them.
        cache: as for `assume_role_credentials`; with "aws-cli" the AWS CLI's sessions of this profile are used, and it uses
            ours.

    """
    name = profile or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or "default"
    options = {key: value for key, value in (client_options or {}).items() if key not in KEYS}
    options.update({} if region is None else {"region": region})
    chain = profile_chain(name, Context(os.environ, {"profile": name, **options}, mfa))

    def key(store: DiskCache) -> Callable[[], str]:
        def name_now() -> str:
            profiles = load_profiles(os.environ).profiles
            theirs = aws_cli_profile_key(profiles.get(name, {}), _token_in) if store.aws_cli_keys else None
            return theirs or profile_key(profiles, name, configured_endpoint(options), _whose)

        return name_now

    return refreshing(chain, options, cache, key)


def _whose(section: Section) -> str | None:
    if section.get("credential_source") == "Environment":
        return os.environ.get("AWS_ACCESS_KEY_ID")
    path = text_of(section, "web_identity_token_file")
    return token_owner(_token_in(path)) if path else None


def _token_in(path: str) -> str:
    return read_token(expand_path(path, os.environ))
