"""
Credentials: the value, the providers that obtain it, and the cache that refreshes it.

    from sts.credentials import AssumeRoleProvider, default_chain

Names are loaded when first used: a program that has its credentials in the environment loads no other provider.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it for typing's, and typing is not imported
if TYPE_CHECKING:
    from sts.credentials.assumed import assume_role_credentials as assume_role_credentials
    from sts.credentials.assumed import mfa_session as mfa_session
    from sts.credentials.assumed import web_identity_credentials as web_identity_credentials
    from sts.credentials.chain.chain import ProviderChain as ProviderChain
    from sts.credentials.chain.chain import Verdict as Verdict
    from sts.credentials.chain.context import Context as Context
    from sts.credentials.chain.default import default_chain as default_chain
    from sts.credentials.chain.default import profile_chain as profile_chain
    from sts.credentials.chain.profile_roles import ProfileRoleProvider as ProfileRoleProvider
    from sts.credentials.chain.profile_roles import plan_roles as plan_roles
    from sts.credentials.given import credentials_of as credentials_of
    from sts.credentials.given import provider_of as provider_of
    from sts.credentials.javascript import create_credential_chain as create_credential_chain
    from sts.credentials.javascript import from_cognito_identity as from_cognito_identity
    from sts.credentials.javascript import from_cognito_identity_pool as from_cognito_identity_pool
    from sts.credentials.javascript import from_container_metadata as from_container_metadata
    from sts.credentials.javascript import from_env as from_env
    from sts.credentials.javascript import from_http as from_http
    from sts.credentials.javascript import from_node_provider_chain as from_node_provider_chain
    from sts.credentials.javascript import from_temporary_credentials as from_temporary_credentials
    from sts.credentials.javascript import from_token_file as from_token_file
    from sts.credentials.javascript import from_web_token as from_web_token
    from sts.credentials.javascript_profiles import from_ini as from_ini
    from sts.credentials.javascript_profiles import from_instance_metadata as from_instance_metadata
    from sts.credentials.javascript_profiles import from_login_credentials as from_login_credentials
    from sts.credentials.javascript_profiles import from_process as from_process
    from sts.credentials.javascript_profiles import from_sso as from_sso
    from sts.credentials.providers.assume_role import AssumeRoleProvider as AssumeRoleProvider
    from sts.credentials.providers.ci_tokens import GitHubToken as GitHubToken
    from sts.credentials.providers.ci_tokens import GitLabToken as GitLabToken
    from sts.credentials.providers.cognito import CognitoProvider as CognitoProvider
    from sts.credentials.providers.container import ContainerProvider as ContainerProvider
    from sts.credentials.providers.instance import InstanceMetadataProvider as InstanceMetadataProvider
    from sts.credentials.providers.instance import instance_region as instance_region
    from sts.credentials.providers.json_file import FileSystemProvider as FileSystemProvider
    from sts.credentials.providers.local import EnvironmentProvider as EnvironmentProvider
    from sts.credentials.providers.local import SharedFilesProvider as SharedFilesProvider
    from sts.credentials.providers.login import LoginProvider as LoginProvider
    from sts.credentials.providers.process import ProcessProvider as ProcessProvider
    from sts.credentials.providers.saml import SAMLProvider as SAMLProvider
    from sts.credentials.providers.sso import SSOProvider as SSOProvider
    from sts.credentials.providers.web_identity import WebIdentityProvider as WebIdentityProvider
    from sts.credentials.refresh.cache import CachedProvider as CachedProvider
    from sts.credentials.refresh.disk_cache import DiskCache as DiskCache
    from sts.credentials.refreshing import RefreshingCredentials as RefreshingCredentials
    from sts.credentials.refreshing import profile_credentials as profile_credentials
    from sts.credentials.usable import wait_until_usable as wait_until_usable
    from sts.identity import CredentialProvider as CredentialProvider
    from sts.identity import Credentials as Credentials
    from sts.identity import StaticProvider as StaticProvider

_MODULES = {
    "sts.credentials.assumed": (
        "assume_role_credentials",
        "mfa_session",
        "web_identity_credentials",
    ),
    "sts.credentials.chain.chain": (
        "ProviderChain",
        "Verdict",
    ),
    "sts.credentials.chain.context": ("Context",),
    "sts.credentials.chain.default": (
        "default_chain",
        "profile_chain",
    ),
    "sts.credentials.chain.profile_roles": (
        "ProfileRoleProvider",
        "plan_roles",
    ),
    "sts.credentials.given": (
        "credentials_of",
        "provider_of",
    ),
    "sts.credentials.javascript": (
        "create_credential_chain",
        "from_cognito_identity",
        "from_cognito_identity_pool",
        "from_container_metadata",
        "from_env",
        "from_http",
        "from_node_provider_chain",
        "from_temporary_credentials",
        "from_token_file",
        "from_web_token",
    ),
    "sts.credentials.javascript_profiles": (
        "from_ini",
        "from_instance_metadata",
        "from_login_credentials",
        "from_process",
        "from_sso",
    ),
    "sts.credentials.providers.assume_role": ("AssumeRoleProvider",),
    "sts.credentials.providers.ci_tokens": (
        "GitHubToken",
        "GitLabToken",
    ),
    "sts.credentials.providers.cognito": ("CognitoProvider",),
    "sts.credentials.providers.container": ("ContainerProvider",),
    "sts.credentials.providers.instance": (
        "InstanceMetadataProvider",
        "instance_region",
    ),
    "sts.credentials.providers.json_file": ("FileSystemProvider",),
    "sts.credentials.providers.local": (
        "EnvironmentProvider",
        "SharedFilesProvider",
    ),
    "sts.credentials.providers.login": ("LoginProvider",),
    "sts.credentials.providers.process": ("ProcessProvider",),
    "sts.credentials.providers.saml": ("SAMLProvider",),
    "sts.credentials.providers.sso": ("SSOProvider",),
    "sts.credentials.providers.web_identity": ("WebIdentityProvider",),
    "sts.credentials.refresh.cache": ("CachedProvider",),
    "sts.credentials.refresh.disk_cache": ("DiskCache",),
    "sts.credentials.refreshing": (
        "RefreshingCredentials",
        "profile_credentials",
    ),
    "sts.credentials.usable": ("wait_until_usable",),
    "sts.identity": (
        "CredentialProvider",
        "Credentials",
        "StaticProvider",
    ),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'sts.credentials' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
