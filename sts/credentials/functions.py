"""
The AWS SDK for JavaScript v3's provider functions, in snake_case: each returns a provider for `credentials=`.

Times are seconds. `client_config` is a mapping of options of a client. A profile is read anew at each refresh.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union

from sts.credentials.assume_role import AssumeRoleProvider
from sts.credentials.chain import ProviderChain, name_of_provider
from sts.credentials.cognito import CognitoProvider, Logins
from sts.credentials.container import TRIES, ContainerProvider
from sts.credentials.context import Context, ProfileReader
from sts.credentials.default import ProfileLink, default_chain, profile_chain
from sts.credentials.environment import EnvironmentProvider
from sts.credentials.fetch import Tries
from sts.credentials.given import provider_of
from sts.credentials.instance import InstanceMetadataProvider
from sts.credentials.sso import SSOProvider
from sts.credentials.value import CredentialProvider
from sts.credentials.web_identity import TokenSource, WebIdentityProvider

Options = Union[Mapping[str, Any], None]
MFA = Union[Callable[[str], str], None]


def from_env() -> EnvironmentProvider:
    """Return the provider of `AWS_ACCESS_KEY_ID` and its like."""
    return EnvironmentProvider()


def from_temporary_credentials(
    *,
    params: Mapping[str, Any],
    master_credentials: Any = None,
    mfa_code_provider: MFA = None,
    client_config: Options = None,
) -> AssumeRoleProvider:
    """Return the provider of a role; *params* are those of AssumeRole, with the service's names."""
    return AssumeRoleProvider(
        role_arn=params["RoleArn"], source=master_credentials, params=params, mfa=mfa_code_provider, **(client_config or {})
    )


def from_token_file(
    *,
    web_identity_token_file: str | None = None,
    role_arn: str | None = None,
    role_session_name: str | None = None,
    client_config: Options = None,
) -> WebIdentityProvider:
    """Return the provider of a role for the web identity token in a file; what is not given is in the environment."""
    token, name = web_identity_token_file, role_session_name
    return WebIdentityProvider(role_arn=role_arn, token=token, session_name=name, **(client_config or {}))


def from_web_token(
    *,
    role_arn: str,
    web_identity_token: str | Callable[[], str],
    role_session_name: str | None = None,
    provider_id: str | None = None,
    policy_arns: Sequence[Any] | None = None,
    policy: str | Mapping[str, Any] | None = None,
    duration_seconds: int | None = None,
    client_config: Options = None,
) -> WebIdentityProvider:
    """Return the provider of a role for a web identity token, or for what a function returns each time."""
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


def from_ini(
    *,
    profile: str | None = None,
    filepath: str | None = None,
    config_filepath: str | None = None,
    mfa_code_provider: MFA = None,
    client_config: Options = None,
) -> ProviderChain:
    """Return the provider of all that a profile may configure: keys, roles, web identity, SSO, process, login."""
    name, context = _context(profile, filepath, config_filepath, mfa_code_provider, client_config)
    return profile_chain(name, context)


def from_process(
    *, profile: str | None = None, filepath: str | None = None, config_filepath: str | None = None
) -> CredentialProvider:
    """Return the provider of a profile's `credential_process`."""
    return _link("process", *_context(profile, filepath, config_filepath))


def from_login_credentials(
    *,
    profile: str | None = None,
    filepath: str | None = None,
    config_filepath: str | None = None,
    client_config: Options = None,
) -> CredentialProvider:
    """Return the provider of a profile's `aws login` session."""
    return _link("login", *_context(profile, filepath, config_filepath, None, client_config))


def from_sso(
    *,
    profile: str | None = None,
    sso_start_url: str | None = None,
    sso_account_id: str | None = None,
    sso_region: str | None = None,
    sso_role_name: str | None = None,
    sso_session: str | None = None,
    client_config: Options = None,
) -> CredentialProvider:
    """Return the provider of an SSO role: of the profile, or of the four values that are given."""
    if sso_start_url and sso_account_id and sso_region and sso_role_name:
        return SSOProvider(
            start_url=sso_start_url,
            region=sso_region,
            account_id=sso_account_id,
            role_name=sso_role_name,
            session_name=sso_session,
            **(client_config or {}),
        )
    return _link("sso", *_context(profile, None, None, None, client_config))


def from_http(
    *,
    aws_container_credentials_full_uri: str | None = None,
    aws_container_credentials_relative_uri: str | None = None,
    aws_container_authorization_token: str | None = None,
    aws_container_authorization_token_file: str | None = None,
    timeout: float = TRIES.seconds,
    max_retries: int = TRIES.attempts - 1,
) -> ContainerProvider:
    """Return the provider of a container's credentials; what is not given is in the environment."""
    relative = aws_container_credentials_relative_uri
    given = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": relative} if relative else {}
    return ContainerProvider(
        url=None if relative else aws_container_credentials_full_uri,
        token=aws_container_authorization_token,
        token_file=aws_container_authorization_token_file,
        environ={**os.environ, **given},
        tries=Tries(max_retries + 1, TRIES.pause, timeout),
    )


def from_container_metadata(*, timeout: float = TRIES.seconds, max_retries: int = TRIES.attempts - 1) -> ContainerProvider:
    """Return the provider of a container's credentials, as the environment names it."""
    return ContainerProvider(tries=Tries(max_retries + 1, TRIES.pause, timeout))


def from_instance_metadata(
    *, timeout: float = 1.0, max_retries: int = 0, ec2_metadata_v1_disabled: bool | None = None, profile: str | None = None
) -> InstanceMetadataProvider:
    """Return the provider of an instance's role."""
    name, context = _context(profile)
    reader = ProfileReader(context.environ)

    def section() -> Mapping[str, Any]:
        reader.forget()
        return reader.read().profiles.get(name, {})

    return InstanceMetadataProvider(
        v1_disabled=ec2_metadata_v1_disabled, section=section, tries=Tries(max_retries + 1, 0.5, timeout)
    )


def from_node_provider_chain(
    *, profile: str | None = None, mfa_code_provider: MFA = None, client_config: Options = None
) -> ProviderChain:
    """Return the default chain."""
    return default_chain(profile, explicit_profile=profile is not None, mfa=mfa_code_provider, **(client_config or {}))


def from_cognito_identity(
    *, identity_id: str, logins: Logins | None = None, custom_role_arn: str | None = None, client_config: Options = None
) -> CognitoProvider:
    """Return the provider of an identity of a Cognito identity pool."""
    options = client_config or {}
    return CognitoProvider(identity_id=identity_id, logins=logins, custom_role_arn=custom_role_arn, **options)


def from_cognito_identity_pool(
    *,
    identity_pool_id: str,
    account_id: str | None = None,
    logins: Logins | None = None,
    custom_role_arn: str | None = None,
    client_config: Options = None,
) -> CognitoProvider:
    """Return the provider of a new identity, or the one that *logins* tell, of a Cognito identity pool."""
    return CognitoProvider(
        identity_pool_id=identity_pool_id,
        account_id=account_id,
        logins=logins,
        custom_role_arn=custom_role_arn,
        **(client_config or {}),
    )


def create_credential_chain(*providers: Any) -> ProviderChain:
    """Return a chain of *providers*, each in any form that `credentials=` takes."""
    return ProviderChain([(name_of_provider(provider), provider_of(provider)) for provider in providers])


def _context(
    profile: str | None = None,
    credentials_file: str | None = None,
    config_file: str | None = None,
    mfa: MFA = None,
    options: Options = None,
) -> tuple[str, Context]:
    """Return the profile's name, and what its providers need."""
    given = {"AWS_SHARED_CREDENTIALS_FILE": credentials_file, "AWS_CONFIG_FILE": config_file}
    files = {name: path for name, path in given.items() if path}
    environ = {**os.environ, **files} if files else os.environ
    name = profile or environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE") or "default"
    return name, Context(environ, {"profile": name, **(options or {})}, mfa)


def _link(kind: str, profile: str, context: Context) -> CredentialProvider:
    """Return the provider of one kind that a profile configures; it reads the files anew each time."""
    reader = ProfileReader(context.environ)
    return ProviderChain([(kind, ProfileLink(kind, profile, reader, context))], reader)
