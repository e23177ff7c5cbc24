"""
The Python client for AWS Security Token Service.

    from sts import STS
    STS(region="eu-west-1").get_caller_identity()

Names are loaded when first used, so that importing this package costs next to nothing.
"""

from __future__ import annotations

from sts._lazy import lazy

_MODULES = {
    "sts._version": "__version__",
    "sts.arns": "Arn account_id_from_access_key_id parse_arn",
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
    "sts.credentials.assumed": "assume_role_credentials mfa_session web_identity_credentials",
    "sts.credentials.providers.session_names": "session_name",
    "sts.credentials.refresh.disk_cache": "DiskCache",
    "sts.credentials.refreshing": "RefreshingCredentials profile_credentials",
    "sts.credentials.usable": "wait_until_usable",
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
__getattr__, __dir__, __all__, _HOMES = lazy(globals(), _MODULES, {"STSServiceException": "ServiceError"})
