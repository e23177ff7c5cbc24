"""
Credentials: the value, the providers that obtain it, and the cache that refreshes it.

    from sts.credentials import AssumeRoleProvider, default_chain

Names are loaded when first used: a program that has its credentials in the environment loads no other provider.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it for typing's, and typing is not imported
if TYPE_CHECKING:
    from sts.credentials.assume_role import AssumeRoleProvider as AssumeRoleProvider
    from sts.credentials.assumed import assume_role_credentials as assume_role_credentials
    from sts.credentials.assumed import mfa_session as mfa_session
    from sts.credentials.assumed import web_identity_credentials as web_identity_credentials
    from sts.credentials.cache import CachedProvider as CachedProvider
    from sts.credentials.chain import ProviderChain as ProviderChain
    from sts.credentials.chain import Verdict as Verdict
    from sts.credentials.cognito import CognitoProvider as CognitoProvider
    from sts.credentials.container import ContainerProvider as ContainerProvider
    from sts.credentials.context import Context as Context
    from sts.credentials.default import default_chain as default_chain
    from sts.credentials.default import profile_chain as profile_chain
    from sts.credentials.disk_cache import DiskCache as DiskCache
    from sts.credentials.environment import EnvironmentProvider as EnvironmentProvider
    from sts.credentials.file_system import FileSystemProvider as FileSystemProvider
    from sts.credentials.functions import create_credential_chain as create_credential_chain
    from sts.credentials.functions import from_cognito_identity as from_cognito_identity
    from sts.credentials.functions import from_cognito_identity_pool as from_cognito_identity_pool
    from sts.credentials.functions import from_container_metadata as from_container_metadata
    from sts.credentials.functions import from_env as from_env
    from sts.credentials.functions import from_http as from_http
    from sts.credentials.functions import from_node_provider_chain as from_node_provider_chain
    from sts.credentials.functions import from_temporary_credentials as from_temporary_credentials
    from sts.credentials.functions import from_token_file as from_token_file
    from sts.credentials.functions import from_web_token as from_web_token
    from sts.credentials.given import credentials_of as credentials_of
    from sts.credentials.given import provider_of as provider_of
    from sts.credentials.instance import InstanceMetadataProvider as InstanceMetadataProvider
    from sts.credentials.instance import instance_region as instance_region
    from sts.credentials.login import LoginProvider as LoginProvider
    from sts.credentials.process import ProcessProvider as ProcessProvider
    from sts.credentials.profile_functions import from_ini as from_ini
    from sts.credentials.profile_functions import from_instance_metadata as from_instance_metadata
    from sts.credentials.profile_functions import from_login_credentials as from_login_credentials
    from sts.credentials.profile_functions import from_process as from_process
    from sts.credentials.profile_functions import from_sso as from_sso
    from sts.credentials.profile_roles import ProfileRoleProvider as ProfileRoleProvider
    from sts.credentials.profile_roles import plan_roles as plan_roles
    from sts.credentials.profiled import profile_credentials as profile_credentials
    from sts.credentials.refreshing import RefreshingCredentials as RefreshingCredentials
    from sts.credentials.saml import SAMLProvider as SAMLProvider
    from sts.credentials.shared_files import SharedFilesProvider as SharedFilesProvider
    from sts.credentials.sso import SSOProvider as SSOProvider
    from sts.credentials.static import StaticProvider as StaticProvider
    from sts.credentials.usable import wait_until_usable as wait_until_usable
    from sts.credentials.value import CredentialProvider as CredentialProvider
    from sts.credentials.value import Credentials as Credentials
    from sts.credentials.web_identity import WebIdentityProvider as WebIdentityProvider

_MODULES = {
    "assume_role": ("AssumeRoleProvider",),
    "refreshing": ("RefreshingCredentials",),
    "assumed": (
        "assume_role_credentials",
        "mfa_session",
        "web_identity_credentials",
    ),
    "cache": ("CachedProvider",),
    "chain": (
        "ProviderChain",
        "Verdict",
    ),
    "cognito": ("CognitoProvider",),
    "container": ("ContainerProvider",),
    "context": ("Context",),
    "default": (
        "default_chain",
        "profile_chain",
    ),
    "disk_cache": ("DiskCache",),
    "environment": ("EnvironmentProvider",),
    "file_system": ("FileSystemProvider",),
    "functions": (
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
    "given": (
        "credentials_of",
        "provider_of",
    ),
    "instance": (
        "InstanceMetadataProvider",
        "instance_region",
    ),
    "login": ("LoginProvider",),
    "process": ("ProcessProvider",),
    "profiled": ("profile_credentials",),
    "profile_functions": (
        "from_ini",
        "from_instance_metadata",
        "from_login_credentials",
        "from_process",
        "from_sso",
    ),
    "profile_roles": (
        "ProfileRoleProvider",
        "plan_roles",
    ),
    "saml": ("SAMLProvider",),
    "shared_files": ("SharedFilesProvider",),
    "sso": ("SSOProvider",),
    "static": ("StaticProvider",),
    "usable": ("wait_until_usable",),
    "value": (
        "CredentialProvider",
        "Credentials",
    ),
    "web_identity": ("WebIdentityProvider",),
}
_HOMES = {name: f"sts.credentials.{module}" for module, names in _MODULES.items() for name in names}

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
