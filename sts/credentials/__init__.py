"""
Credentials: the value, the providers that obtain it, and the cache that refreshes it.

    from sts.credentials import AssumeRoleProvider, default_chain

Names are loaded on first use: a program with credentials in the environment loads no other provider.
"""

from __future__ import annotations

from sts._lazy import lazy

_MODULES = {
    "sts.credentials.assumed": "VendorProvider assume_role_credentials mfa_session vendor_credentials web_identity_credentials",
    "sts.credentials.chain.chain": "Context ProviderChain Verdict",
    "sts.credentials.chain.default": "ProfileRoleProvider default_chain profile_chain",
    "sts.credentials.chain.profile_roles": "plan_roles",
    "sts.credentials.normalize": "credentials_of provider_of",
    "sts.credentials.javascript_chain": "create_credential_chain",
    "sts.credentials.javascript": "from_cognito_identity from_cognito_identity_pool "
    "from_container_metadata from_env "
    "from_http from_node_provider_chain from_temporary_credentials from_token_file from_web_token",
    "sts.credentials.javascript_profiles": "from_ini from_instance_metadata from_login_credentials from_process from_sso",
    "sts.credentials.providers.assume_role": "AssumeRoleProvider",
    "sts.credentials.providers.ci_tokens": "GitHubToken GitLabToken",
    "sts.credentials.providers.cognito": "CognitoProvider",
    "sts.credentials.providers.container": "ContainerProvider",
    "sts.credentials.providers.instance": "InstanceMetadataProvider instance_region",
    "sts.credentials.providers.json_file": "FileSystemProvider",
    "sts.credentials.providers.local": "EnvironmentProvider SharedFilesProvider",
    "sts.credentials.providers.login": "LoginProvider",
    "sts.credentials.providers.process": "ProcessProvider",
    "sts.credentials.providers.saml": "SAMLProvider",
    "sts.credentials.providers.saml_roles": "SAMLRole saml_roles",
    "sts.credentials.providers.sso": "SSOProvider",
    "sts.credentials.providers.web_identity": "WebIdentityProvider",
    "sts.credentials.refresh.cache": "CachedProvider",
    "sts.credentials.refresh.disk_cache": "DiskCache",
    "sts.credentials.refreshing": "RefreshingCredentials profile_credentials",
    "sts.credentials.waiter": "wait_until_usable",
    "sts.identity": "CredentialProvider Credentials StaticProvider",
}
__getattr__, __dir__, __all__, _HOMES = lazy(globals(), _MODULES)
