"""The public names: one list of them, what an editor completes, and what `dir` shows."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import Any

import pytest

from sts import STS, AsyncSTS

PUBLIC = {
    "sts": """
        AbortController AbortSignal Arn AssumeRoleCommand AssumeRoleWithSAMLCommand AssumeRoleWithWebIdentityCommand
        AssumeRootCommand AsyncSTS Command ConfigError ConnectTimeoutError Control CredentialProvider Credentials
        CredentialsError DeadlineExceededError DecodeAuthorizationMessageCommand DiskCache EndpointConnectionError
        ExpiredTokenException ExpiredTradeInTokenException GetAccessKeyInfoCommand GetCallerIdentityCommand
        GetDelegatedAccessTokenCommand GetFederationTokenCommand GetScopedCredentialsCommand GetSessionTokenCommand
        GetWebIdentityTokenCommand Headers HttpRequest HttpResponse IDPCommunicationErrorException
        IDPRejectedClaimException InsufficientSessionLifetimeException InvalidAuthorizationMessageException
        InvalidContextAssertionException InvalidIdentityTokenException InvalidSubjectCredentialsException
        JWTPayloadSizeExceededException MalformedPolicyDocumentException MissingRegionError NotConfiguredError
        OutboundWebIdentityFederationDisabledException PackedPolicyTooLargeException ParamValidationError PresignedRequest
        ProfileNotFoundError ProfileParseError Promise ProxyError ReadTimeoutError RefreshingCredentials
        RegionDisabledException RejectedTokenError Request RequestAbortedError Response ResponseParseError
        RuntimeExtension SAMLRole STS STSClient STSError STSServiceException ServiceError ServiceInputTypes
        ServiceOutputTypes SessionDurationEscalationException TLSError TransportError ValidationProblem
        WebIdentityTokenSubjectModeType __version__ account_id_from_access_key_id assume_many assume_many_async
        assume_role_credentials decode_authorization_message enable_logging get_default_role_assumer
        get_default_role_assumer_with_web_identity mfa_session parse_arn partition_of profile_credentials role_arn_of
        saml_roles session_name to_json vendor_credentials wait_until_usable web_identity_credentials
    """,
    "sts.credentials": """
        AssumeRoleProvider CachedProvider CognitoProvider ContainerProvider Context CredentialProvider Credentials
        DiskCache EnvironmentProvider FileSystemProvider GitHubToken GitLabToken InstanceMetadataProvider
        LoginProvider ProcessProvider ProfileRoleProvider ProviderChain RefreshingCredentials SAMLProvider SAMLRole SSOProvider
        SharedFilesProvider StaticProvider VendorProvider Verdict WebIdentityProvider assume_role_credentials create_credential_chain
        credentials_of default_chain from_cognito_identity from_cognito_identity_pool from_container_metadata from_env
        from_http from_ini from_instance_metadata from_login_credentials from_node_provider_chain from_process
        from_sso from_temporary_credentials from_token_file from_web_token instance_region mfa_session plan_roles
        profile_chain profile_credentials provider_of saml_roles vendor_credentials wait_until_usable
        web_identity_credentials
    """,
    "sts.fan_out": """
        Assumed Progress Summary assume_many assume_many_async result_record
    """,
    "sts.testing": """
        FakeClock LocalSTS StubHandler loopback_only
    """,
    "sts.tokens": """
        EKSToken RejectedTokenError ReplayGuard ServiceToken VerifiedIdentity WebIdentityToken console_url dsql_token
        eks_token elasticache_token exec_credential identity_proof memorydb_token msk_token rds_token vault_login
        verify_eks_token verify_identity_proof
    """,
}
"""What users may import from where. A name that goes warns for one minor version first."""

PATHS = (
    "sts.errors sts.types sts.http sts.events sts.retry sts.signer sts.endpoints sts.logs sts.commands sts.handlers sts.v2 "
    "sts.integrations.boto3 sts.integrations.google_auth sts.integrations.httpx_auth sts.integrations.hvac "
    "sts.integrations.kubernetes sts.integrations.requests_auth"
)
"""Modules whose path stays; other modules may move at any time."""


@pytest.mark.parametrize("module", PUBLIC)
def test_the_public_names_are_those_of_the_list(module: str) -> None:
    """Each is there, and no other is offered."""
    package = importlib.import_module(module)

    assert sorted(package.__all__) == PUBLIC[module].split()
    assert set(package.__all__) <= set(dir(package))
    for name in package.__all__:
        assert getattr(package, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'sts' has no attribute 'STSS'"):
        importlib.import_module("sts").__getattr__("STSS")


@pytest.mark.parametrize("path", [path for path in PATHS.split() if not path.startswith("sts.integrations")])
def test_public_paths_can_be_imported(path: str) -> None:
    importlib.import_module(path)


def test_every_public_name_resolves_in_a_fresh_process() -> None:
    """Whichever is asked for first: a name may not depend on what another has loaded."""
    code = "import importlib, sys; module, name = sys.argv[1:]; getattr(importlib.import_module(module), name)"
    for module, name in (("sts", "STSServiceException"), ("sts.credentials", "DiskCache"), ("sts.tokens", "verify_eks_token")):
        subprocess.run([sys.executable, "-c", code, module, name], check=True)


OFFERED = """
    assume_role assume_role_with_saml assume_role_with_web_identity assume_root close config credentials_from
    decode_authorization_message destroy endpoint explain get_access_key_info get_caller_identity get_delegated_access_token
    get_federation_token get_scoped_credentials get_session_token get_web_identity_token invoke listeners make_request
    make_unauthenticated_request off on once options presign region send
"""


@pytest.mark.parametrize("client", [STS, AsyncSTS])
def test_dir_shows_what_users_may_use(client: Any) -> None:
    """The operations and what a user does with a client; nothing that only the library calls."""
    assert [name for name in dir(client(region="us-east-1")) if not name.startswith("_")] == OFFERED.split()


COMPLETIONS = {
    "names of the package": ("from sts import ST", {"STS", "STSClient", "STSError"}),
    "methods": ("from sts import STS\nSTS().assu", {"assume_role", "assume_root"}),
    "params": ("from sts import STS\nSTS().assume_role(Role", {"RoleArn=", "RoleSessionName="}),
    "result keys": ("from sts import STS\nme = STS().get_caller_identity()\nme['", {"'Account'", "'Arn'", "'UserId'"}),
    "credentials": ("from sts.credentials import Refr", {"RefreshingCredentials"}),
    "tokens": ("from sts.tokens import eks_", {"eks_token"}),
    "testing": ("from sts.testing import Loc", {"LocalSTS"}),
}


@pytest.mark.integration
@pytest.mark.parametrize(("code", "wanted"), COMPLETIONS.values(), ids=COMPLETIONS)
def test_an_editor_completes(code: str, wanted: set[str]) -> None:
    """jedi, which IPython and many editors ask, reads the stubs."""
    jedi: Any = pytest.importorskip("jedi")

    assert wanted <= {completion.name for completion in jedi.Script(code).complete()}
