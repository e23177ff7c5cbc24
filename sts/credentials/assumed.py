"""Credentials that renew themselves, in one call: assumed roles, chains of them, and sessions proved by an MFA device."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Union

from sts.credentials.assume_role import AssumeRoleProvider, Policy, default_source
from sts.credentials.cache import CachedProvider
from sts.credentials.calls import Calls
from sts.credentials.disk_cache import AWS_CLI, CacheOption, DiskCache, DiskCachedProvider, aws_cli_key, disk_cache, own_key
from sts.credentials.given import provider_of
from sts.credentials.longest import LongestSession
from sts.credentials.mfa import MFA, SessionTokenProvider, check_mfa
from sts.credentials.value import CredentialProvider, Credentials
from sts.credentials.web_identity import TokenSource, WebIdentityProvider
from sts.errors import ConfigError
from sts.names import find_operation
from sts.validator import normalize_params

Duration = Union[int, timedelta, str, None]
MAX = "max"


class RefreshingCredentials(CachedProvider):
    """
    Credentials that renew themselves: use them as `STS(credentials=...)`, in any number of clients, threads and tasks.

    `retrieve()` gives good credentials, waiting only when there are none. *client_options* are what their STS calls use.
    """

    def __init__(self, provider: CredentialProvider, client_options: Mapping[str, Any]) -> None:
        super().__init__(provider)
        self.client_options = client_options


def assume_role_credentials(
    role_arn: str,
    *,
    source: Any = None,
    session_name: str | None = None,
    policy: Policy | None = None,
    policy_arns: Sequence[str] | None = None,
    tags: Mapping[str, str] | None = None,
    transitive_tag_keys: Sequence[str] | None = None,
    duration: Duration = None,
    external_id: str | None = None,
    source_identity: str | None = None,
    mfa: MFA | None = None,
    mfa_serial: str | None = None,
    chain: Sequence[str | Mapping[str, Any]] = (),
    region: str | None = None,
    client_options: Mapping[str, Any] | None = None,
    cache: CacheOption = None,
) -> RefreshingCredentials:
    """
    Return credentials of a role that renew themselves; nothing is sent until they are first used.

    Args:
        role_arn: the role.
        source: what signs the calls: anything that `STS(credentials=)` takes, such as other refreshing credentials; None for
            the default chain.
        session_name: as CloudTrail shows it; else made of user and host, or of the Lambda function.
        policy: session policy, as mapping or text.
        policy_arns: managed session policies.
        tags: session tags.
        transitive_tag_keys: those of the tags that sessions assumed from this one keep.
        duration: seconds or timedelta; "max" finds the longest session that the role allows, an hour for a chained one.
        external_id: what the role's owner asked for.
        source_identity: who is behind the session; cannot be changed later in a chain.
        mfa: called with *mfa_serial* for a code whenever a new session needs one, once however many threads wait.
        mfa_serial: serial number or ARN of the MFA device.
        chain: roles to assume before this one, in order: ARNs, or mappings with the arguments of this function.
        region: region of the STS calls; else the source's, else as for any client.
        client_options: other options of the client that makes the calls.
        cache: keep sessions on disk: True, the path of a folder, "aws-cli" to share the AWS CLI's files, or a `DiskCache`.

    """
    options = options_for(source, region, client_options)
    if mfa or mfa_serial:
        check_mfa(mfa, mfa_serial)
    start = source_for(source, options)
    if mfa and (duration == MAX or chain):
        # A code counts once. Trying durations would need one for each; and a chain is proved at its beginning.
        start = mfa_session(mfa, mfa_serial or "", source=start, client_options=options, cache=cache)
        mfa = mfa_serial = None
    for link in [chain] if isinstance(chain, (str, Mapping)) else chain:
        keywords = {"role_arn": link} if isinstance(link, str) else dict(link)
        start = assume_role_credentials(**{"source": start, "client_options": options, "cache": cache, **keywords})
    provider = AssumeRoleProvider(
        role_arn=role_arn,
        source=start,
        session_name=session_name,
        duration=seconds_of(duration),
        external_id=external_id,
        mfa_serial=mfa_serial,
        mfa=mfa,
        policy=policy,
        policy_arns=policy_arns,
        tags=tags,
        transitive_tag_keys=transitive_tag_keys,
        source_identity=source_identity,
        call=LongestSession(Calls(options)) if duration == MAX else Calls(options),
    )
    return refreshing(provider, options, cache, "assume_role", "longest" if duration == MAX else "")


def mfa_session(
    mfa: MFA,
    mfa_serial: str,
    *,
    source: Any = None,
    duration: int | timedelta | None = None,
    region: str | None = None,
    client_options: Mapping[str, Any] | None = None,
    cache: CacheOption = None,
) -> RefreshingCredentials:
    """
    Return a user's session proved by an MFA device: given as `source=` to many roles, one code serves them all.

    Args:
        mfa: called with *mfa_serial* for a code, once for each session.
        mfa_serial: serial number or ARN of the device.
        source: the user's long-term credentials, in any form; None for the default chain.
        duration: seconds or timedelta up to 36 hours; else 12 hours.
        region: as for `assume_role_credentials`.
        client_options: as there.
        cache: as there, but an "aws-cli" cache is not used: the AWS CLI has no such sessions.

    """
    check_mfa(mfa, mfa_serial)
    options = options_for(source, region, client_options)
    start = source_for(source, options)
    provider = SessionTokenProvider(start, mfa=mfa, mfa_serial=mfa_serial, duration=duration, call=Calls(options))
    return refreshing(provider, options, _own(cache), "get_session_token")


def web_identity_credentials(
    role_arn: str | None = None,
    *,
    token: TokenSource | None = None,
    session_name: str | None = None,
    policy: Policy | None = None,
    policy_arns: Sequence[str] | None = None,
    duration: int | timedelta | None = None,
    region: str | None = None,
    client_options: Mapping[str, Any] | None = None,
    cache: CacheOption = None,
) -> RefreshingCredentials:
    """
    Return credentials of a role for a web identity token that renew themselves; the token is read anew each time.

    Args:
        role_arn: the role; else that of `AWS_ROLE_ARN`.
        token: path of the token file, or a function that returns a token; else the file `AWS_WEB_IDENTITY_TOKEN_FILE`.
        session_name: else that of `AWS_ROLE_SESSION_NAME`, else one is made.
        policy: session policy, as mapping or text.
        policy_arns: managed session policies.
        duration: seconds or timedelta.
        region: as for `assume_role_credentials`.
        client_options: as there.
        cache: as there.

    """
    options = options_for(None, region, client_options)
    given = {"DurationSeconds": duration, "Policy": policy, "PolicyArns": policy_arns, "RoleSessionName": session_name}
    params = {name: value for name, value in given.items() if value is not None}
    provider = WebIdentityProvider(role_arn=role_arn, token=token, params=params, **options)
    store = disk_cache(cache)
    if store is None:
        return RefreshingCredentials(provider, options)
    role_arn = role_arn or os.environ.get("AWS_ROLE_ARN", "")
    known = normalize_params(find_operation("assume_role_with_web_identity", None)[0], {"RoleArn": role_arn, **params})
    token = token or os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE", "")
    whose = f"{token.__module__}.{token.__qualname__}" if callable(token) else os.fspath(token)
    key = aws_cli_key(known) if store.aws_cli_keys else own_key("web_identity", known, whose, options.get("endpoint"))
    return RefreshingCredentials(DiskCachedProvider(provider, store, lambda: key, "web-identity"), options)


def refreshing(
    provider: Any, options: Mapping[str, Any], cache: CacheOption, operation: str, variant: str = ""
) -> RefreshingCredentials:
    """Return *provider* with the refresher around it, and between them the cache on disk if one is wanted."""
    store = disk_cache(cache)
    if store is None:
        return RefreshingCredentials(provider, options)
    source = "assume-role" if operation == "assume_role" else "session-token"
    cached = DiskCachedProvider(provider, store, key_maker(provider, store, operation, variant, options), source)
    return RefreshingCredentials(cached, options)


def key_maker(provider: Any, cache: DiskCache, operation: str, variant: str, options: Mapping[str, Any]) -> Callable[[], str]:
    """Return what gives the name of *provider*'s entry in *cache*."""
    params = normalize_params(find_operation(operation, None)[0], provider.params)
    if cache.aws_cli_keys:
        return lambda: aws_cli_key(params)
    return lambda: own_key(operation + variant, params, identity_of(provider.source), options.get("endpoint"))


def identity_of(provider: CredentialProvider) -> str:
    """Return what tells the source of a session from others without asking it for a new session, where that is possible."""
    inner: Any = provider
    while isinstance(inner, (CachedProvider, DiskCachedProvider)):
        inner = inner.provider
    if isinstance(inner, (AssumeRoleProvider, SessionTokenProvider)):
        return own_key(type(inner).__name__, inner.params, identity_of(inner.source))
    return provider.retrieve().access_key_id


def options_for(source: Any, region: str | None, client_options: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the options for the calls: those given, over those of a source that is of this kind."""
    inherited = source.client_options if isinstance(source, RefreshingCredentials) else {}
    options = {**inherited, **(client_options or {})}
    return options if region is None else {**options, "region": region}


def source_for(source: Any, options: Mapping[str, Any]) -> Any:
    """Return a caching provider of what signs the calls: the source, else keys among the options, else the default chain."""
    if source is None and options.get("credentials") is not None:
        source = options["credentials"]
    key, secret = options.get("access_key_id"), options.get("secret_access_key")
    if source is None and key and secret:
        source = Credentials(key, secret, options.get("session_token"), source="static")
    return provider_of(default_source(options) if source is None else source)


def seconds_of(duration: Duration) -> int | timedelta | None:
    """Return *duration* as AssumeRole takes it; "max" is None, since it is found later."""
    if isinstance(duration, str):
        if duration != MAX:
            raise ConfigError(f'duration is {duration!r}; it must be seconds, a timedelta, or "max".')
        return None
    return duration


def _own(cache: CacheOption) -> CacheOption:
    if cache == AWS_CLI or (isinstance(cache, DiskCache) and cache.aws_cli_keys):
        return None
    return cache
