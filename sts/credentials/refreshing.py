"""Common part of all refreshing credentials: a provider, the cache in memory, and an optional disk cache between them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sts.credentials.chain.chain import Context, text_of
from sts.credentials.chain.default import profile_chain
from sts.credentials.normalize import provider_of
from sts.credentials.providers.assume_role import AssumeRoleProvider, default_source
from sts.credentials.providers.container import read_token
from sts.credentials.providers.mfa import MFA, SessionTokenProvider
from sts.credentials.refresh.cache import CachedProvider
from sts.credentials.refresh.disk_cache import CacheOption, DiskCache, DiskCachedProvider, disk_cache
from sts.credentials.refresh.keys import aws_cli_key, aws_cli_profile_key, own_key, profile_key, token_owner
from sts.identity import CachingProvider, CredentialProvider, Credentials, CredentialsLike
from sts.model.lookup import find_operation
from sts.protocol.validate import normalize_params
from sts.settings.profiles import expand_path, load_profiles
from sts.settings.sections import Section
from sts.settings.settings import resolve_settings
from sts.settings.table import names_of

KEYS = names_of("signs")
"""Options of a client with credentials."""


class RefreshingCredentials(CachedProvider):
    """
    Credentials that are refreshed automatically, for `STS(credentials=...)` in any number of clients, threads and tasks.

    `retrieve()` returns valid credentials of *provider*, and waits only if there are none. Its STS calls use *client_options*.
    """

    def __init__(self, provider: CredentialProvider, client_options: Mapping[str, Any]) -> None:
        super().__init__(provider)
        self.client_options = client_options


def refreshing(
    provider: CredentialProvider, options: Mapping[str, Any], cache: CacheOption, key: Callable[[DiskCache], str]
) -> RefreshingCredentials:
    """Return *provider* with the cache in memory around it, and an optional disk cache. *key* names its entries on disk."""
    store = disk_cache(cache)
    if store is not None:
        provider = DiskCachedProvider(provider, store, partial(key, store))
    return RefreshingCredentials(provider, options)


def session_key(
    provider: AssumeRoleProvider | SessionTokenProvider, options: Mapping[str, Any], operation: str, variant: str = ""
) -> Callable[[DiskCache], str]:
    """Return the function for the keys of sessions from the source of *provider*. *variant* separates what params do not."""
    params = normalize_params(find_operation(operation), provider.params)

    def key(store: DiskCache) -> str:
        if store.aws_cli_keys:
            return aws_cli_key(params)
        return own_key(operation + variant, params, identity_of(provider.source), configured_endpoint(options))

    return key


def configured_endpoint(options: Mapping[str, Any]) -> str | None:
    """Return the settings in cache keys (the endpoint) from *options*, environment or profile, or None."""
    settings = resolve_settings(options, os.environ, lambda: load_profiles(os.environ))
    found = [str(value) for name in sorted(names_of("in_cache_keys")) if (value := getattr(settings, name)) is not None]
    return " ".join(found) or None


def identity_of(provider: CredentialProvider) -> str:
    """Return an identification of the source of a session, without requesting a new session if possible."""
    inner: Any = provider
    while isinstance(inner, (CachedProvider, DiskCachedProvider)):
        inner = inner.provider
    if isinstance(inner, (AssumeRoleProvider, SessionTokenProvider)):
        return own_key(type(inner).__name__, inner.params, identity_of(inner.source))
    return provider.retrieve().access_key_id


def prepare(
    source: CredentialsLike | None, region: str | None, client_options: Mapping[str, Any] | None
) -> tuple[CredentialProvider, Mapping[str, Any]]:
    """Return the credentials that sign the calls, and the options without keys: given ones over those of the source."""
    inherited = source.client_options if isinstance(source, RefreshingCredentials) else {}
    options = {**inherited, **(client_options or {})}
    if region is not None:
        options["region"] = region
    return source_for(source, options), without_keys(options)


def without_keys(options: Mapping[str, Any] | None, region: str | None = None) -> dict[str, Any]:
    """Return the *options* of a client without credentials and keys, and with *region* if it is not None."""
    kept = {name: value for name, value in (options or {}).items() if name not in KEYS}
    return kept if region is None else {**kept, "region": region}


def source_for(source: CredentialsLike | None, options: Mapping[str, Any]) -> CachingProvider:
    """Return a caching provider for the calls: the source, the keys among the options, or the default chain."""
    source = options.get("credentials") if source is None else source
    key, secret = options.get("access_key_id"), options.get("secret_access_key")
    if source is None and key and secret:
        source = Credentials(key, secret, options.get("session_token"), source="static")
    return provider_of(default_source(options) if source is None else source)


def profile_credentials(
    profile: str | None = None,
    *,
    mfa: MFA | None = None,
    region: str | None = None,
    client_options: Mapping[str, Any] | None = None,
    cache: CacheOption = None,
) -> RefreshingCredentials:
    """
    Return refreshing credentials of a profile, whatever it configures (roles, SSO, a process, ...).

    Args:
        profile: name of the profile. Default: `AWS_PROFILE`, or "default".
        mfa: function from the serial number (`mfa_serial`) to a code, called once for each new session.
        region: region of STS calls. Default: as for any client with this profile.
        client_options: other options of the client for the calls.
        cache: see `assume_role_credentials`. With "aws-cli", sessions of this profile are shared with the AWS CLI.

    """
    name = profile or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or "default"
    options = without_keys(client_options, region)
    chain = profile_chain(name, Context(os.environ, {"profile": name, **options}, mfa))

    def key(store: DiskCache) -> str:
        profiles = load_profiles(os.environ).profiles
        theirs = aws_cli_profile_key(profiles.get(name, {}), _token_in) if store.aws_cli_keys else None
        return theirs or profile_key(profiles, name, configured_endpoint(options), _whose)

    return refreshing(chain, options, cache, key)


def _whose(section: Section) -> str | None:
    if section.get("credential_source") == "Environment":
        return os.environ.get("AWS_ACCESS_KEY_ID")
    path = text_of(section, "web_identity_token_file")
    return token_owner(_token_in(path)) if path else None


def _token_in(path: str) -> str:
    return read_token(expand_path(path, os.environ))
