"""Refreshing credentials from one function call: assumed roles, role chains, MFA sessions, web identities, other servers."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypedDict, Union

from sts.base.durations import ALLOWED, parse_duration
from sts.base.suggestions import suggest
from sts.credentials.chain.chain import Confidential
from sts.credentials.exchange.role_sessions import LongestSession, Policy
from sts.credentials.exchange.sts_calls import Calls, STSCaller, session_credentials
from sts.credentials.providers.assume_role import AssumeRoleProvider
from sts.credentials.providers.mfa import MFA, SessionTokenProvider, check_mfa
from sts.credentials.providers.web_identity import TokenSource, WebIdentityProvider, read_source
from sts.credentials.refresh.disk_cache import AWS_CLI, CacheOption, DiskCache
from sts.credentials.refresh.keys import aws_cli_key, own_key, token_owner
from sts.credentials.refreshing import (
    RefreshingCredentials,
    configured_endpoint,
    prepare,
    refreshing,
    session_key,
    without_keys,
)
from sts.errors import ConfigError
from sts.identity import CredentialProvider, Credentials, CredentialsLike
from sts.model.lookup import find_operation
from sts.model.masks import add_secret_names
from sts.model.shapes import Operation
from sts.protocol.validate import normalize_params

if TYPE_CHECKING:
    from typing_extensions import Unpack

MAX = "max"


class RoleOptions(TypedDict, total=False):
    """Options of `assume_role_credentials` other than the role's ARN."""

    source: CredentialsLike | None
    session_name: str | None
    policy: Policy | None
    policy_arns: Sequence[str] | None
    tags: Mapping[str, str] | None
    transitive_tag_keys: Sequence[str] | None
    duration: Union[int, timedelta, str, None]
    external_id: str | None
    source_identity: str | None
    mfa: MFA | None
    mfa_serial: str | None
    chain: Sequence[str | Mapping[str, Any]]
    region: str | None
    client_options: Mapping[str, Any] | None
    cache: CacheOption


_OF_THE_SESSION = ("session_name", "policy", "policy_arns", "tags", "transitive_tag_keys", "external_id", "source_identity")


def assume_role_credentials(role_arn: str, **role: Unpack[RoleOptions]) -> RefreshingCredentials:
    """
    Return refreshing credentials of a role. Nothing is sent until they are first used.

    Args:
        role_arn: the role.
        **role: any of these. source: credentials that sign the calls: any form that `STS(credentials=)` accepts, such as other
            refreshing credentials. Default: the default chain. session_name: name of the session in CloudTrail. Default: made
            from user and host, or from the Lambda function. policy: session policy, as mapping or text. policy_arns: managed
            ones. tags: session tags. transitive_tag_keys: keys of the tags that later sessions in a role chain keep. duration:
            seconds, a timedelta, or text such as "1h30m"; "max" finds the longest session that the role allows (one hour for a
            chained role). external_id: external id required by the role's owner. source_identity: person or program behind the
            session. Cannot be changed later in a role chain. mfa: function called with *mfa_serial* (serial number or ARN of an
            MFA device) when a new session needs a code. It returns the code. It is called once, even if many threads wait.
            chain: roles to assume before this one, in order: ARNs, or mappings with these arguments. region: region of the STS
            calls. Default: that of the source, then as for any client. client_options: other options of the client for the
            calls. cache: cache sessions on disk: True, the path of a folder, "aws-cli" to share the AWS CLI's files, a
            `DiskCache`.

    """
    for name in role:
        if name not in RoleOptions.__annotations__:
            raise TypeError(f"assume_role_credentials() has no argument {name!r}.{suggest(name, RoleOptions.__annotations__)}")
    source, options = prepare(role.get("source"), role.get("region"), role.get("client_options"))
    longest, duration = find_longest(role.get("duration"))
    session: dict[str, Any] = {name: value for name, value in role.items() if name in _OF_THE_SESSION}
    provider = AssumeRoleProvider(
        role_arn=role_arn,
        **before_the_role(role, source, options, longest=longest),
        **session,
        duration=duration,
        call=LongestSession(Calls(options)) if longest else Calls(options),
    )
    key = session_key(provider, options, "assume_role", MAX if longest else "")
    return refreshing(provider, options, role.get("cache"), key)


def before_the_role(
    role: RoleOptions, source: CredentialProvider, options: Mapping[str, Any], *, longest: bool
) -> dict[str, Any]:
    """Return what signs the call for the last role: the credentials after its chain, and the MFA device if it needs one."""
    mfa, serial, chain, cache = role.get("mfa"), role.get("mfa_serial"), role.get("chain") or (), role.get("cache")
    if mfa is not None or serial:
        check_mfa(mfa, serial)
    if mfa is not None and serial and (longest or chain):
        # A code can be used once. Trying several durations would need several codes; in a chain, the first call uses the code.
        source = mfa_session(mfa, serial, source=source, client_options=options, cache=cache)
        mfa = serial = None
    for link in [chain] if isinstance(chain, (str, Mapping)) else chain:
        keywords = {"role_arn": link} if isinstance(link, str) else dict(link)
        source = assume_role_credentials(**{"source": source, "client_options": options, "cache": cache, **keywords})
    return {"source": source, "mfa": mfa, "mfa_serial": serial}


def find_longest(duration: int | timedelta | str | None) -> tuple[bool, int | timedelta | None]:
    """Return whether to search for the longest session, and otherwise the duration to request."""
    if not isinstance(duration, str):
        return False, duration
    if duration == MAX:
        return True, None
    try:
        return False, parse_duration(duration)
    except ValueError:
        problem = f'duration is {duration!r}; it must be {ALLOWED}, a timedelta, or "max".'
    raise ConfigError(problem)


def mfa_session(
    mfa: MFA,
    mfa_serial: str,
    *,
    source: CredentialsLike | None = None,
    duration: int | timedelta | str | None = None,
    region: str | None = None,
    client_options: Mapping[str, Any] | None = None,
    cache: CacheOption = None,
) -> RefreshingCredentials:
    """
    Return the MFA session of a user. As `source=` of many roles, it needs only one code for all of them.

    Args:
        mfa: function called with *mfa_serial*, once for each session. It returns a code.
        mfa_serial: serial number or ARN of the device.
        source: long-term credentials of the user, in any form. None means the default chain.
        duration: seconds or timedelta, at most 36 hours. Default: 12 hours.
        region: see `assume_role_credentials`.
        client_options: see `assume_role_credentials`.
        cache: see `assume_role_credentials`. "aws-cli" has no effect, because the AWS CLI does not cache such sessions.

    """
    check_mfa(mfa, mfa_serial)
    source, options = prepare(source, region, client_options)
    provider = SessionTokenProvider(source, mfa=mfa, mfa_serial=mfa_serial, duration=duration, call=Calls(options))
    if cache == AWS_CLI or (isinstance(cache, DiskCache) and cache.aws_cli_keys):
        cache = None
    return refreshing(provider, options, cache, session_key(provider, options, "get_session_token"))


def web_identity_credentials(
    role_arn: str | None = None,
    *,
    token: TokenSource | None = None,
    session_name: str | None = None,
    policy: Policy | None = None,
    policy_arns: Sequence[str] | None = None,
    duration: int | timedelta | str | None = None,
    region: str | None = None,
    client_options: Mapping[str, Any] | None = None,
    cache: CacheOption = None,
) -> RefreshingCredentials:
    """
    Return refreshing credentials of a role for a web identity token. The token is read again for each session.

    Args:
        role_arn: the role. Default: `AWS_ROLE_ARN`.
        token: path of the token file, or a function that returns a token. Default: `AWS_WEB_IDENTITY_TOKEN_FILE`.
        session_name: name of the session. Default: `AWS_ROLE_SESSION_NAME`, or a generated name.
        policy: session policy, as mapping or text.
        policy_arns: managed session policies.
        duration: seconds or timedelta.
        region: see `assume_role_credentials`.
        client_options: see `assume_role_credentials`.
        cache: see `assume_role_credentials`.

    """
    options = without_keys(client_options, region)
    role_arn, token = role_arn or os.environ.get("AWS_ROLE_ARN"), token or os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE")
    members = {"DurationSeconds": duration, "Policy": policy, "PolicyArns": policy_arns, "RoleSessionName": session_name}
    params = {name: value for name, value in members.items() if value is not None}
    ahead = TokenAhead(token)
    provider = WebIdentityProvider(role_arn=role_arn, token=token and ahead, params=params, **options)
    known = normalize_params(find_operation("assume_role_with_web_identity"), {"RoleArn": role_arn, **params})

    def key(store: DiskCache) -> str:
        if store.aws_cli_keys:
            return aws_cli_key({**known, "WebIdentityToken": ahead.look()})
        return own_key("web_identity", known, token_owner(ahead.look()), configured_endpoint(options))

    return refreshing(provider, options, cache, key)


class TokenAhead:
    """Token source (a file or function) whose next token can be read in advance, to compute the key of the cache entry."""

    def __init__(self, source: TokenSource | None) -> None:
        self._source = source
        self._next: str | None = None

    def look(self) -> str:
        """Return the token that the next exchange will use."""
        self._next = read_source(self._source)
        return self._next

    def __call__(self) -> str:
        """Return the token that was read in advance, once, and then a new one each time."""
        token, self._next = self._next, None
        return token or read_source(self._source)


class VendorProvider(Confidential):
    """
    Provider of a session from a *row* of `sts.vendors`.

    Args:
        row: the operation.
        params: members of the operation. A function as value is called for each new session, for tokens and passwords.
        source: credentials that sign the call. None if the operation is unsigned.
        call: function for the call.

    """

    def __init__(
        self, row: Operation, params: Mapping[str, Any], *, call: STSCaller, source: CredentialProvider | None = None
    ) -> None:
        add_secret_names(member.name for member in row.input.members if member.sensitive)
        self._row = row
        self._params = dict(params)
        self._source = source
        self._call = call

    def retrieve(self) -> Credentials:
        """Return the credentials of a new session. Errors of the server, and of functions in the params, are propagated."""
        params = {name: value() if callable(value) else value for name, value in self._params.items()}
        result = self._call(self._row, params, self._source if self._row.signed else None)
        return session_credentials(result, "vendor")

    def invalidate(self, credentials: Credentials) -> bool:  # noqa: ARG002 - the protocol's
        """Return True: another session can be requested."""
        return True

    def _shown(self) -> str:
        return repr(self._row.name)


def vendor_credentials(
    row: Operation | str,
    params: Mapping[str, Any] | None = None,
    *,
    endpoint: str | None = None,
    source: CredentialsLike | None = None,
    region: str | None = None,
    client_options: Mapping[str, Any] | None = None,
) -> RefreshingCredentials:
    """
    Return refreshing credentials of a server other than AWS. Nothing is sent until they are first used.

    Args:
        row: an operation of `sts.vendors`, such as `minio.ASSUME_ROLE_WITH_LDAP_IDENTITY`, or its name.
        params: members of the operation. A function (without arguments) as value is called for each new session.
        endpoint: URL of the server.
        source: credentials for signed operations: any form that `STS(credentials=)` accepts.
        region: signing region. Default: as for any client.
        client_options: other options of the client for the calls, such as `verify` and `cert`.

    """
    operation = find_operation(row)
    given = {**(client_options or {}), **({} if endpoint is None else {"endpoint": endpoint})}
    signer: CredentialProvider | None = None
    options: Mapping[str, Any] = without_keys(given, region)
    if operation.signed:
        signer, options = prepare(source, region, given)
    return RefreshingCredentials(VendorProvider(operation, params or {}, call=Calls(options), source=signer), options)
