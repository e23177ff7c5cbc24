"""
Provider functions of the AWS SDK for JavaScript v3, in snake_case. Each returns a provider for `credentials=`.

Times are seconds. `client_config` is a mapping of options of a client. Options may be given
as one mapping, also in camelCase. The functions that read a profile are in `javascript_profiles`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sts.credentials.chain.chain import ProviderChain
from sts.credentials.chain.default import default_chain
from sts.credentials.client_forms import v3_function
from sts.credentials.exchange.fetch import Tries
from sts.credentials.exchange.role_sessions import Policy
from sts.credentials.javascript_profiles import MFA, Options
from sts.credentials.providers.assume_role import AssumeRoleProvider
from sts.credentials.providers.cognito import CognitoProvider, Logins
from sts.credentials.providers.container import TRIES, ContainerProvider
from sts.credentials.providers.local import EnvironmentProvider
from sts.credentials.providers.web_identity import TokenSource, WebIdentityProvider
from sts.identity import CredentialsLike


def from_env() -> EnvironmentProvider:
    """Return the provider of `AWS_ACCESS_KEY_ID` and the related variables."""
    return EnvironmentProvider()


@v3_function("client_config.profile", "client_config.region")
def from_temporary_credentials(
    *,
    params: Mapping[str, Any],
    master_credentials: CredentialsLike | None = None,
    mfa_code_provider: MFA = None,
    client_config: Options = None,
) -> AssumeRoleProvider:
    """
    Return the provider of a role. *params* are those of AssumeRole, with the service's names.

    Args:
        params: members of AssumeRole by the service's names; `RoleArn` is required.
        master_credentials: credentials that sign the call, in any form that `credentials=` accepts. Default: the default chain.
        mfa_code_provider: function from the serial number of an MFA device to a code, called for each new session.
        client_config: options of the client for the calls: region, endpoint, proxies, ...

    """
    if "RoleArn" not in params:
        raise TypeError("from_temporary_credentials(params=...) lacks 'RoleArn', the ARN of the role to assume.")
    return AssumeRoleProvider(
        role_arn=params["RoleArn"], source=master_credentials, params=params, mfa=mfa_code_provider, **(client_config or {})
    )


@v3_function("client_config.profile", "client_config.region")
def from_token_file(
    *,
    web_identity_token_file: str | None = None,
    role_arn: str | None = None,
    role_session_name: str | None = None,
    client_config: Options = None,
) -> WebIdentityProvider:
    """
    Return the provider of a role for the web identity token in a file. Missing arguments are read from the environment.

    Args:
        web_identity_token_file: path of the file, read for each exchange. Default: `AWS_WEB_IDENTITY_TOKEN_FILE`.
        role_arn: the role. Default: `AWS_ROLE_ARN`.
        role_session_name: name of the session. Default: `AWS_ROLE_SESSION_NAME`, or a generated name.
        client_config: options of the client for the calls: region, endpoint, proxies, ...

    """
    token, name = web_identity_token_file, role_session_name
    return WebIdentityProvider(role_arn=role_arn, token=token, session_name=name, **(client_config or {}))


@v3_function("client_config.profile", "client_config.region")
def from_web_token(
    *,
    role_arn: str,
    web_identity_token: str | Callable[[], str],
    role_session_name: str | None = None,
    provider_id: str | None = None,
    policy_arns: Sequence[str | Mapping[str, str]] | None = None,
    policy: Policy | None = None,
    duration_seconds: int | None = None,
    client_config: Options = None,
) -> WebIdentityProvider:
    """
    Return the provider of a role for a web identity token, or for a function that returns tokens.

    Args:
        role_arn: the role.
        web_identity_token: the token, or a function that is called for each exchange.
        role_session_name: name of the session. Default: a generated name.
        provider_id: host name of an OAuth 2.0 provider (for tokens that are not OpenID Connect).
        policy_arns: managed session policies, at most 10.
        policy: session policy, as text or mapping.
        duration_seconds: 900 to 43200. Default: one hour.
        client_config: options of the client for the calls: region, endpoint, proxies, ...

    """
    given = web_identity_token
    token: TokenSource = given if callable(given) else lambda: given
    return WebIdentityProvider(
        role_arn=role_arn,
        token=token,
        session_name=role_session_name,
        provider_id=provider_id,
        policy_arns=policy_arns,
        policy=policy,
        duration=duration_seconds,
        **(client_config or {}),
    )


@v3_function()
def from_http(
    *,
    aws_container_credentials_full_uri: str | None = None,
    aws_container_credentials_relative_uri: str | None = None,
    aws_container_authorization_token: str | None = None,
    aws_container_authorization_token_file: str | None = None,
    timeout: float = TRIES.seconds,
    max_retries: int = TRIES.attempts - 1,
) -> ContainerProvider:
    """
    Return the provider of a container's credentials. Missing arguments are read from the environment.

    Args:
        aws_container_credentials_full_uri: URL of the endpoint, on https or an address that containers use.
        aws_container_credentials_relative_uri: path on `169.254.170.2`; takes precedence over the full URI.
        aws_container_authorization_token: sent as `Authorization`.
        aws_container_authorization_token_file: file with that token, read each time; takes precedence over the token.
        timeout: timeout of one try in seconds.
        max_retries: number of retries.

    """
    relative = aws_container_credentials_relative_uri
    given = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": relative} if relative else {}
    return ContainerProvider(
        url=None if relative else aws_container_credentials_full_uri,
        token=aws_container_authorization_token,
        token_file=aws_container_authorization_token_file,
        environ={**os.environ, **given},
        tries=Tries(max_retries + 1, TRIES.pause, timeout),
    )


@v3_function()
def from_container_metadata(*, timeout: float = TRIES.seconds, max_retries: int = TRIES.attempts - 1) -> ContainerProvider:
    """
    Return the provider of a container's credentials, configured by the environment.

    Args:
        timeout: timeout of one try in seconds.
        max_retries: number of retries.

    """
    return ContainerProvider(tries=Tries(max_retries + 1, TRIES.pause, timeout))


@v3_function("profile", "client_config.region")
def from_node_provider_chain(
    *, profile: str | None = None, mfa_code_provider: MFA = None, client_config: Options = None
) -> ProviderChain:
    """
    Return the default chain.

    Args:
        profile: name of a profile. It then takes precedence over keys in the environment.
        mfa_code_provider: function from the serial number of an MFA device to a code, called for each new session.
        client_config: options of the client for the calls: region, endpoint, proxies, ...

    """
    return default_chain(profile, explicit_profile=profile is not None, mfa=mfa_code_provider, **(client_config or {}))


@v3_function()
def from_cognito_identity(
    *, identity_id: str, logins: Logins | None = None, custom_role_arn: str | None = None, client_config: Options = None
) -> CognitoProvider:
    """
    Return the provider of an identity of a Cognito identity pool.

    Args:
        identity_id: the identity, as `region:uuid`.
        logins: mapping from the host of each identity provider to its token, or to a function that returns one.
        custom_role_arn: role to use, of those that the token allows.
        client_config: options of the client for the calls: region, endpoint, proxies, ...

    """
    options = client_config or {}
    return CognitoProvider(identity_id=identity_id, logins=logins, custom_role_arn=custom_role_arn, **options)


@v3_function()
def from_cognito_identity_pool(
    *,
    identity_pool_id: str,
    account_id: str | None = None,
    logins: Logins | None = None,
    custom_role_arn: str | None = None,
    client_config: Options = None,
) -> CognitoProvider:
    """
    Return the provider of an identity of a Cognito identity pool: a new one, or that of *logins*.

    Args:
        identity_pool_id: the pool, as `region:uuid`.
        account_id: account of the pool, if it is a different one.
        logins: mapping from the host of each identity provider to its token, or to a function that returns one.
        custom_role_arn: role to use, of those that the token allows.
        client_config: options of the client for the calls: region, endpoint, proxies, ...

    """
    return CognitoProvider(
        identity_pool_id=identity_pool_id,
        account_id=account_id,
        logins=logins,
        custom_role_arn=custom_role_arn,
        **(client_config or {}),
    )
