"""Provider functions of the AWS SDK for JavaScript v3 that read a profile, at each refresh. Their names are in snake_case."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, Union

from sts.credentials.chain.chain import Context, ProfileReader, ProviderChain
from sts.credentials.chain.default import ProfileLink, profile_chain
from sts.credentials.client_forms import v3_function
from sts.credentials.exchange.fetch import Tries
from sts.credentials.providers.instance import InstanceMetadataProvider
from sts.credentials.providers.sso import SSOProvider
from sts.identity import CredentialProvider

Options = Union[Mapping[str, Any], None]
MFA = Union[Callable[[str], str], None]


@v3_function("profile", "client_config.region")
def from_ini(
    *,
    profile: str | None = None,
    filepath: str | None = None,
    config_filepath: str | None = None,
    mfa_code_provider: MFA = None,
    client_config: Options = None,
) -> ProviderChain:
    """
    Return the provider of everything that a profile may configure: keys, roles, web identity, SSO, process, login.

    Args:
        profile: name of the profile. Default: `profile=` of the client that uses the provider, `AWS_PROFILE`, or "default".
        filepath: credentials file. Default: `AWS_SHARED_CREDENTIALS_FILE`, or `~/.aws/credentials`.
        config_filepath: config file. Default: `AWS_CONFIG_FILE`, or `~/.aws/config`.
        mfa_code_provider: function from the serial number of an MFA device to a code, called for each new session.
        client_config: options of the client for the calls: region, endpoint, proxies, ... The default region is that of the
            client that uses the provider.

    """
    name, context = _context(profile, filepath, config_filepath, mfa_code_provider, client_config)
    return profile_chain(name, context)


@v3_function("profile")
def from_process(
    *, profile: str | None = None, filepath: str | None = None, config_filepath: str | None = None
) -> CredentialProvider:
    """
    Return the provider of a profile's `credential_process`.

    Args:
        profile: name of the profile. Default: `profile=` of the client that uses the provider, `AWS_PROFILE`, or "default".
        filepath: credentials file. Default: `AWS_SHARED_CREDENTIALS_FILE`, or `~/.aws/credentials`.
        config_filepath: config file. Default: `AWS_CONFIG_FILE`, or `~/.aws/config`.

    """
    return _link("process", *_context(profile, filepath, config_filepath))


@v3_function("profile")
def from_login_credentials(
    *,
    profile: str | None = None,
    filepath: str | None = None,
    config_filepath: str | None = None,
    client_config: Options = None,
) -> CredentialProvider:
    """
    Return the provider of a profile's `aws login` session.

    Args:
        profile: name of the profile. Default: `profile=` of the client that uses the provider, `AWS_PROFILE`, or "default".
        filepath: credentials file. Default: `AWS_SHARED_CREDENTIALS_FILE`, or `~/.aws/credentials`.
        config_filepath: config file. Default: `AWS_CONFIG_FILE`, or `~/.aws/config`.
        client_config: options of the client for the calls: region, endpoint, proxies, ...

    """
    return _link("login", *_context(profile, filepath, config_filepath, None, client_config))


@v3_function("profile")
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
    """
    Return the provider of an SSO role: of the profile, or of the four given values.

    Args:
        profile: name of the profile. Default: `profile=` of the client that uses the provider, `AWS_PROFILE`, or "default".
        sso_start_url: the access portal.
        sso_account_id: the role's account.
        sso_region: region of IAM Identity Center.
        sso_role_name: the role's (permission set's) name.
        sso_session: name of the sso-session. Without it the token cannot be refreshed.
        client_config: options of the client for the calls: region, endpoint, proxies, ...

    """
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


@v3_function()
def from_instance_metadata(
    *, timeout: float = 1.0, max_retries: int = 0, ec2_metadata_v1_disabled: bool | None = None, profile: str | None = None
) -> InstanceMetadataProvider:
    """
    Return the provider of an instance's role.

    Args:
        timeout: timeout of one try in seconds.
        max_retries: number of retries.
        ec2_metadata_v1_disabled: never send a request without a session token (IMDSv2 only).
        profile: profile whose `ec2_metadata_*` settings are used after those of the environment.

    """
    name, context = _context(profile)
    reader = ProfileReader(context.environ)

    def section() -> Mapping[str, Any]:
        reader.forget()
        return reader.read().profiles.get(name, {})

    return InstanceMetadataProvider(
        v1_disabled=ec2_metadata_v1_disabled, section=section, tries=Tries(max_retries + 1, 0.5, timeout)
    )


def _context(
    profile: str | None = None,
    credentials_file: str | None = None,
    config_file: str | None = None,
    mfa: MFA = None,
    options: Options = None,
) -> tuple[str, Context]:
    """Return the name of the profile, and the context of its providers."""
    given = {"AWS_SHARED_CREDENTIALS_FILE": credentials_file, "AWS_CONFIG_FILE": config_file}
    files = {name: path for name, path in given.items() if path}
    environ = {**os.environ, **files} if files else os.environ
    name = profile or environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE") or "default"
    return name, Context(environ, {"profile": name, **(options or {})}, mfa)


def _link(kind: str, profile: str, context: Context) -> CredentialProvider:
    """Return the provider of one kind that a profile configures. It reads the files each time."""
    reader = ProfileReader(context.environ)
    return ProviderChain([(kind, ProfileLink(kind, profile, reader, context))], reader)
