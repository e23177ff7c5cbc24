"""
The Python client for AWS Security Token Service.

    from sts import STS

    client = STS(region="eu-west-1")  # nothing is sent yet
    client.get_caller_identity()["Arn"]
    client.assume_role(RoleArn="arn:...", RoleSessionName="me")["Credentials"]

What there is (`help(STS)` lists options, `help(STS.assume_role)` parameters):

    STS, AsyncSTS                a method for each operation of the service
    STSClient                    sends commands: AssumeRoleCommand, ...
    assume_role_credentials      a role's credentials, refreshed automatically
    web_identity_credentials     the same for an OIDC token (EKS, GitHub, GitLab)
    profile_credentials          the same for a profile of ~/.aws/config
    mfa_session                  one MFA code for many roles
    assume_many                  one role in many accounts; assume_many_async
    wait_until_usable            wait for new keys and roles to spread
    Credentials                  keys and their expiration
    STSError                     every error: ConfigError, ParamValidationError,
                                 CredentialsError, TransportError, ServiceError
    decode_authorization_message why a request was denied
    parse_arn, account_id_from_access_key_id, partition_of, session_name, to_json
    Request, Promise, AbortController, PresignedRequest
    enable_logging               logs that are safe to paste

Modules:

    sts.credentials              every provider, the default chain
    sts.tokens                   EKS, Vault, console, databases, proofs
    sts.integrations             boto3, requests, httpx, google-auth, hvac, ...
    sts.testing                  LocalSTS, StubHandler, FakeClock, fixtures
    sts.v2                       scripts of the AWS SDK for JavaScript v2
    sts.signer                   Signature Version 4 for any service
    sts.errors, sts.types, sts.events, sts.http, sts.retry, sts.endpoints, sts.logs

The command line: `sts --help`. Tutorials, recipes, reference: docs/ of the source.
"""

from __future__ import annotations

from sts._lazy import lazy

_MODULES = {
    "sts._version": "__version__",
    "sts.arns": "Arn account_id_from_access_key_id parse_arn role_arn_of",
    "sts.assumers": "get_default_role_assumer get_default_role_assumer_with_web_identity",
    "sts.authorization_messages": "decode_authorization_message",
    "sts.base.json": "to_json",
    "sts.calling.promise": "Promise",
    "sts.calling.request": "Request Response",
    "sts.client": "AsyncSTS STS STSClient",
    "sts.commands": "AssumeRoleCommand AssumeRoleWithSAMLCommand AssumeRoleWithWebIdentityCommand AssumeRootCommand Command "
    "DecodeAuthorizationMessageCommand GetAccessKeyInfoCommand GetCallerIdentityCommand "
    "GetDelegatedAccessTokenCommand GetFederationTokenCommand GetScopedCredentialsCommand "
    "GetSessionTokenCommand GetWebIdentityTokenCommand",
    "sts.credentials.assumed": "assume_role_credentials mfa_session vendor_credentials web_identity_credentials",
    "sts.credentials.providers.session_names": "session_name",
    "sts.credentials.providers.saml_roles": "SAMLRole saml_roles",
    "sts.credentials.refresh.disk_cache": "DiskCache",
    "sts.credentials.refreshing": "RefreshingCredentials profile_credentials",
    "sts.credentials.waiter": "wait_until_usable",
    "sts.endpoints": "partition_of",
    "sts.errors": "ConfigError ConnectTimeoutError CredentialsError DeadlineExceededError EndpointConnectionError "
    "ExpiredTokenException ExpiredTradeInTokenException IDPCommunicationErrorException "
    "IDPRejectedClaimException InsufficientSessionLifetimeException InvalidAuthorizationMessageException "
    "InvalidContextAssertionException InvalidIdentityTokenException InvalidSubjectCredentialsException "
    "JWTPayloadSizeExceededException MalformedPolicyDocumentException MissingRegionError NotConfiguredError "
    "OutboundWebIdentityFederationDisabledException PackedPolicyTooLargeException ParamValidationError "
    "ProfileNotFoundError ProfileParseError ProxyError ReadTimeoutError RegionDisabledException "
    "RequestAbortedError ResponseParseError STSError ServiceError SessionDurationEscalationException TLSError "
    "TransportError ValidationProblem",
    "sts.fan_out": "assume_many assume_many_async",
    "sts.http": "AbortController AbortSignal Control Headers HttpRequest HttpResponse",
    "sts.identity": "CredentialProvider Credentials",
    "sts.logs": "enable_logging",
    "sts.pipeline.presign": "PresignedRequest",
    "sts.tokens.presigned": "RejectedTokenError",
    "sts.types": "RuntimeExtension ServiceInputTypes ServiceOutputTypes WebIdentityTokenSubjectModeType",
}
__getattr__, __dir__, _NAMES, _HOMES = lazy(globals(), _MODULES, {"STSServiceException": "ServiceError"}, short_help=True)
