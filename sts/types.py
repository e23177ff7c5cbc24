"""
Types of every input and output. Made from `sts/model/operations.py` by `python -m tests.tools.generate`; do not edit.

Annotate a dict held in a variable by its type: `params: AssumeRoleRequest = {...}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, Optional, Protocol, TypeVar, Union

from typing_extensions import NotRequired, TypedDict

from sts.errors import STSError
from sts.http import AbortSignal

if TYPE_CHECKING:
    import logging

    import requests

    from sts.http import Handler
    from sts.identity import CredentialProvider, Credentials
    from sts.retry.standard import RetryStrategy

R = TypeVar("R")
Callback = Callable[[Optional[STSError], Optional[R]], object]
"""A function of (error, data): one of them is None."""


class RuntimeExtension(Protocol):
    """An extension of a client: an item of `extensions=`."""

    def configure(self, configuration: Any, /) -> object:
        """Read and set options by methods such as `set_region()`, `set_credentials()` and `set_http_handler()`."""


class WebIdentityTokenSubjectModeType:
    """The values of `SubjectMode`, by v3's names."""

    AWS_IDENTITY: Literal["AWSIdentity"] = "AWSIdentity"
    ORIGIN_IDENTITY: Literal["OriginIdentity"] = "OriginIdentity"


class CallOptions(TypedDict, total=False):
    """Options of one call."""

    timeout: Optional[float]
    """Seconds that the whole call may take."""
    abort_signal: Optional[AbortSignal]
    """Signal that ends the call."""


class ResponseMetadataDict(TypedDict):
    """What is known of the exchange."""

    RequestId: NotRequired[str]
    """The service's id of the request."""
    HTTPStatusCode: int
    """Status of the last response."""
    HTTPHeaders: dict[str, str]
    """Headers of the last response, names in lower case."""
    Attempts: int
    """Attempts made, the first included."""
    RetryAttempts: int
    """Attempts made after the first."""
    TotalRetryDelay: float
    """Seconds waited between attempts."""
    Region: NotRequired[str]
    """The region that answered, of a client with failover_regions."""


class ClientOptions(TypedDict, total=False):
    """Options of a client; None is the same as leaving one out."""

    profile: Union[str, None]
    """Profile of the shared files for settings and credentials. Takes precedence over keys in the environment."""
    region: Union[str, Callable[..., object], None]
    """Region of the endpoint and of the signature."""
    credentials: Union[Credentials, CredentialProvider, Mapping[str, Any], Callable[..., object], None]
    """Credentials that sign requests. Default: the default chain."""
    ignore_configured_endpoint_urls: Union[bool, None]
    """Ignore endpoint URLs of the environment and the profile."""
    endpoint: Union[str, Mapping[str, Any], Callable[..., object], None]
    """URL to use instead of AWS's own. v3's endpoint objects are accepted."""
    signing_region: Union[str, None]
    """Signing region, if it differs from the region of the endpoint."""
    use_fips_endpoint: Union[bool, None]
    """Use the endpoint with FIPS 140 validated cryptography."""
    use_dualstack_endpoint: Union[bool, None]
    """Use the endpoint that also supports IPv6."""
    use_global_endpoint: Union[bool, None]
    """Use sts.amazonaws.com for the regions that it serves; needs no region."""
    sts_regional_endpoints: Literal["regional", "legacy"]
    """'legacy' uses sts.amazonaws.com for the regions for which boto3 used it."""
    defaults_mode: Literal["legacy", "standard", "in-region", "cross-region", "mobile", "auto"]
    """Set of defaults for the connect timeout."""
    max_attempts: Union[int, Callable[..., object], None]
    """Maximum number of attempts of a call, including the first."""
    max_retries: Union[int, None]
    """Maximum number of retries (v2's name). Give either this or max_attempts."""
    retry_mode: Literal["standard", "adaptive", "legacy", "off"]
    """Strategy for retries and their delays."""
    retry_strategy: Union[RetryStrategy, None]
    """Your own retry strategy object."""
    retry_delay_options: Union[Mapping[str, Any], None]
    """v2's base (ms) and custom_backoff of the legacy retry mode."""
    connect_timeout: Union[float, None]
    """Timeout for connecting, in seconds."""
    read_timeout: Union[float, None]
    """Timeout for a response on a connection, in seconds."""
    timeout: Union[float, None]
    """Timeout of the whole call in seconds, including waits and retries."""
    http_options: Union[Mapping[str, Any], None]
    """v2's timeout and connect_timeout (ms) and proxy."""
    request_handler: Union[Handler, str, Mapping[str, Any], None]
    """HTTP handler: an object, 'direct', 'urllib3' or 'requests', or v3's mapping of timeouts (ms)."""
    session: Union[requests.Session, None]
    """Session to send requests with."""
    correct_clock_skew: Union[bool, None]
    """Sign with the service's time when the local clock is wrong."""
    system_clock_offset: Union[float, None]
    """Seconds added to the local clock."""
    user_agent_app_id: Union[str, None]
    """Name of your application in the user agent, at most 50 characters."""
    custom_user_agent: Union[str, Sequence[tuple[str, str]], None]
    """Text added to the user agent."""
    verify: Union[bool, str, None]
    """Path of the CA bundle. False disables verification."""
    cert: Union[str, tuple[str, str], None]
    """Client certificate: one file, or certificate and key."""
    params: Union[Mapping[str, Any], None]
    """Default params, sent with every operation that has them."""
    proxies: Union[str, Mapping[str, str], None]
    """Proxy URL, or URLs by scheme; {} for none. Default: those of the environment."""
    param_validation: Union[bool, Mapping[str, bool], None]
    """Check params before sending, or a mapping of the checks min, max, pattern and enum."""
    max_concurrency: Union[int, None]
    """Maximum number of simultaneous calls with a callback."""
    access_key_id: Union[str, None]
    """Access key id, instead of credentials."""
    secret_access_key: Union[str, None]
    """Secret access key of the access key id."""
    session_token: Union[str, None]
    """Session token of these keys."""
    auth_scheme_preference: Union[str, Sequence[str], None]
    """Signing schemes in order of preference: sigv4, sigv4a."""
    sigv4a_signing_region_set: Union[str, Sequence[str], None]
    """Regions that SigV4a signs for, * for all."""
    logger: Union[logging.Logger, None]
    """Logger for calls: an object with .log(text) or .info(text)."""
    extensions: Union[Sequence[RuntimeExtension], None]
    """Objects whose configure() sets region, credentials or handler."""
    callback_scheduler: Union[Callable[[Callable[[], None]], object], None]
    """Function that is called with a callable for each callback, to run it where you want."""
    failover_regions: Union[str, Sequence[str], None]
    """Regions to use, in this order, if the region does not respond."""


class PolicyDescriptorDict(TypedDict):
    """What to send: PolicyDescriptorType."""

    arn: NotRequired[str]
    """ARN of a managed policy. str of 20 to 2048 characters."""


class TagDict(TypedDict):
    """What to send: Tag."""

    Key: str
    """Name of the tag: letters, digits, spaces and _.:/=+-@. str of 1 to 128 characters."""
    Value: str
    """Value of the tag; may be empty. str of at most 256 characters."""


class ProvidedContextDict(TypedDict):
    """What to send: ProvidedContext."""

    ProviderArn: NotRequired[str]
    """ARN of the context provider. str of 20 to 2048 characters."""
    ContextAssertion: NotRequired[str]
    """Signed assertion made by the context provider. str of 4 to 3072 characters."""


class AssumeRoleRequest(TypedDict):
    """What to send: AssumeRoleRequest."""

    RoleArn: str
    """ARN of the role to assume. str of 20 to 2048 characters."""
    RoleSessionName: str
    """Name of the session; it shows in CloudTrail. str of 2 to 64 characters."""
    PolicyArns: NotRequired[Sequence[Union[str, PolicyDescriptorDict]]]
    """Managed policies that limit the session (at most 10), or their ARNs. list of dict with arn."""
    Policy: NotRequired[Union[str, Mapping[str, object]]]
    """Inline policy that limits the session. A dict is sent as compact JSON. str of at least 1 character."""
    DurationSeconds: NotRequired[Union[int, timedelta]]
    """Seconds or a timedelta. Default 3600; at most one hour for chained roles. int of 900 to 43200."""
    Tags: NotRequired[Union[Sequence[TagDict], Mapping[str, str]]]
    """Session tags, as a list or as a dict of keys and values. list of dict with Key, Value of at most 50 items."""
    TransitiveTagKeys: NotRequired[Sequence[str]]
    """Keys of the tags to pass to roles assumed from this session. list of str of 1 to 128 characters of at most 50 items."""
    ExternalId: NotRequired[str]
    """Identifier required by the role's owner. str of 2 to 1224 characters."""
    SerialNumber: NotRequired[str]
    """Serial number or ARN of the MFA device. str of 9 to 256 characters."""
    TokenCode: NotRequired[str]
    """Six-digit code of the MFA device. str of 6 characters."""
    SourceIdentity: NotRequired[str]
    """Person or program behind the session; fixed along a role chain. str of 2 to 256 characters."""
    ProvidedContexts: NotRequired[Sequence[ProvidedContextDict]]
    """Context assertions of trusted providers. list of dict with ProviderArn, ContextAssertion of 1 to 5 items."""
    MinimumSessionTokenSize: NotRequired[int]
    """Minimum size of the session token in bytes. int of at most 4096."""


class CredentialsDict(TypedDict):
    """What comes back: Credentials."""

    AccessKeyId: str
    """Access key id; begins with ASIA. str of 16 to 128 characters."""
    SecretAccessKey: str
    """Secret that signs requests. str."""
    SessionToken: str
    """Token to send with each request. str."""
    Expiration: datetime
    """Time when the credentials expire. datetime."""


class AssumedRoleUserDict(TypedDict):
    """What comes back: AssumedRoleUser."""

    AssumedRoleId: str
    """Unique id of the role, a colon and the session name. str of 2 to 193 characters."""
    Arn: str
    """ARN of the session. str of 20 to 2048 characters."""


class AssumeRoleResponse(TypedDict):
    """What comes back: AssumeRoleResponse."""

    Credentials: CredentialsDict
    """The temporary credentials. dict with AccessKeyId, SecretAccessKey, SessionToken, Expiration."""
    AssumedRoleUser: AssumedRoleUserDict
    """Identity of the credentials. dict with AssumedRoleId, Arn."""
    PackedPolicySize: NotRequired[int]
    """Percent of the size limit in use. Deprecated: use SessionTokenUtilization. int."""
    SourceIdentity: NotRequired[str]
    """Source identity of the session. str of 2 to 256 characters."""
    SessionTokenUtilization: NotRequired[int]
    """Percent of the session token's size limit in use. int."""
    SessionTokenSize: NotRequired[int]
    """Size of the session token in bytes. int."""
    ResponseMetadata: ResponseMetadataDict
    """Request id, HTTP status and headers, attempts."""


class AssumeRoleWithSAMLRequest(TypedDict):
    """What to send: AssumeRoleWithSAMLRequest."""

    RoleArn: str
    """ARN of the role to assume. str of 20 to 2048 characters."""
    PrincipalArn: str
    """ARN of the SAML provider in IAM. str of 20 to 2048 characters."""
    SAMLAssertion: str
    """Base64 text issued by the identity provider. str of 4 to 100000 characters."""
    PolicyArns: NotRequired[Sequence[Union[str, PolicyDescriptorDict]]]
    """Managed policies that limit the session (at most 10), or their ARNs. list of dict with arn."""
    Policy: NotRequired[Union[str, Mapping[str, object]]]
    """Inline policy that limits the session. A dict is sent as compact JSON. str of 1 to 2048 characters."""
    DurationSeconds: NotRequired[Union[int, timedelta]]
    """Seconds or a timedelta. Default 3600; at most one hour for chained roles. int of 900 to 43200."""
    MinimumSessionTokenSize: NotRequired[int]
    """Minimum size of the session token in bytes. int of at most 4096."""


class OriginIdentityDict(TypedDict):
    """What comes back: OriginIdentity."""

    Subject: NotRequired[str]
    """Subject as asserted by the identity provider. str."""
    SubjectType: NotRequired[str]
    """'user' or 'workload'. str."""
    Issuer: NotRequired[str]
    """The token's iss claim, or a hash of the assertion's key. str."""
    FederatedProviderArn: NotRequired[str]
    """ARN of the identity provider in IAM. str of 20 to 2048 characters."""


class TransactionContextDict(TypedDict):
    """What comes back: TransactionContext."""

    IdentityProvider: NotRequired[dict[str, str]]
    """Additional claims of the identity provider. dict of str to str of at most 128 characters."""


class TrustedIdentityPropagationContextDict(TypedDict):
    """What comes back: TrustedIdentityPropagationContext."""

    OriginIdentity: NotRequired[OriginIdentityDict]
    """Subject for whom the session acts. dict with Subject, SubjectType, Issuer, FederatedProviderArn."""
    TransactionContext: NotRequired[TransactionContextDict]
    """Other claims of the identity provider about the request. dict with IdentityProvider."""


class AssumeRoleWithSAMLResponse(TypedDict):
    """What comes back: AssumeRoleWithSAMLResponse."""

    Credentials: CredentialsDict
    """The temporary credentials. dict with AccessKeyId, SecretAccessKey, SessionToken, Expiration."""
    AssumedRoleUser: AssumedRoleUserDict
    """Identity of the credentials. dict with AssumedRoleId, Arn."""
    PackedPolicySize: NotRequired[int]
    """Percent of the size limit in use. Deprecated: use SessionTokenUtilization. int."""
    Subject: str
    """NameID of the assertion's subject. str."""
    SubjectType: str
    """Format of the NameID. str."""
    Issuer: str
    """Issuer of the assertion. str."""
    Audience: str
    """Recipient in the assertion. str."""
    NameQualifier: NotRequired[str]
    """Hash of issuer, account and provider name. str."""
    SourceIdentity: NotRequired[str]
    """Source identity of the session. str of 2 to 256 characters."""
    SessionTokenUtilization: NotRequired[int]
    """Percent of the session token's size limit in use. int."""
    SessionTokenSize: NotRequired[int]
    """Size of the session token in bytes. int."""
    TrustedIdentityPropagationContext: NotRequired[TrustedIdentityPropagationContextDict]
    """Subject the session acts for, if any. dict with OriginIdentity, TransactionContext."""
    ResponseMetadata: ResponseMetadataDict
    """Request id, HTTP status and headers, attempts."""


class AssumeRoleWithWebIdentityRequest(TypedDict):
    """What to send: AssumeRoleWithWebIdentityRequest."""

    RoleArn: str
    """ARN of the role to assume. str of 20 to 2048 characters."""
    RoleSessionName: str
    """Name of the session; it shows in CloudTrail. str of 2 to 64 characters."""
    WebIdentityToken: str
    """The OIDC ID token or OAuth 2.0 access token. str of 4 to 20000 characters."""
    ProviderId: NotRequired[str]
    """Host of the OAuth 2.0 provider. Leave out for OIDC. str of 4 to 2048 characters."""
    PolicyArns: NotRequired[Sequence[Union[str, PolicyDescriptorDict]]]
    """Managed policies that limit the session (at most 10), or their ARNs. list of dict with arn."""
    Policy: NotRequired[Union[str, Mapping[str, object]]]
    """Inline policy that limits the session. A dict is sent as compact JSON. str of 1 to 2048 characters."""
    DurationSeconds: NotRequired[Union[int, timedelta]]
    """Seconds or a timedelta. Default 3600; at most one hour for chained roles. int of 900 to 43200."""
    MinimumSessionTokenSize: NotRequired[int]
    """Minimum size of the session token in bytes. int of at most 4096."""


class AssumeRoleWithWebIdentityResponse(TypedDict):
    """What comes back: AssumeRoleWithWebIdentityResponse."""

    Credentials: CredentialsDict
    """The temporary credentials. dict with AccessKeyId, SecretAccessKey, SessionToken, Expiration."""
    SubjectFromWebIdentityToken: str
    """The token's sub claim. str of 6 to 255 characters."""
    AssumedRoleUser: AssumedRoleUserDict
    """Identity of the credentials. dict with AssumedRoleId, Arn."""
    PackedPolicySize: NotRequired[int]
    """Percent of the size limit in use. Deprecated: use SessionTokenUtilization. int."""
    Provider: str
    """Issuer of the token. str."""
    Audience: str
    """The token's aud claim. str."""
    SourceIdentity: NotRequired[str]
    """Source identity of the session. str of 2 to 256 characters."""
    SessionTokenUtilization: NotRequired[int]
    """Percent of the session token's size limit in use. int."""
    SessionTokenSize: NotRequired[int]
    """Size of the session token in bytes. int."""
    TrustedIdentityPropagationContext: NotRequired[TrustedIdentityPropagationContextDict]
    """Subject the session acts for, if any. dict with OriginIdentity, TransactionContext."""
    ResponseMetadata: ResponseMetadataDict
    """Request id, HTTP status and headers, attempts."""


class AssumeRootRequest(TypedDict):
    """What to send: AssumeRootRequest."""

    TargetPrincipal: str
    """Member account id or ARN. str of 12 to 2048 characters."""
    TaskPolicyArn: Union[str, PolicyDescriptorDict]
    """Managed policy for the task, or its ARN as a string. dict with arn."""
    DurationSeconds: NotRequired[Union[int, timedelta]]
    """Lifetime in seconds, or a timedelta. Default 900. int of at most 900."""
    MinimumSessionTokenSize: NotRequired[int]
    """Minimum size of the session token in bytes. int of at most 4096."""


class AssumeRootResponse(TypedDict):
    """What comes back: AssumeRootResponse."""

    Credentials: CredentialsDict
    """The temporary credentials. dict with AccessKeyId, SecretAccessKey, SessionToken, Expiration."""
    SourceIdentity: NotRequired[str]
    """Source identity of the session. str of 2 to 256 characters."""
    SessionTokenUtilization: NotRequired[int]
    """Percent of the session token's size limit in use. int."""
    SessionTokenSize: NotRequired[int]
    """Size of the session token in bytes. int."""
    ResponseMetadata: ResponseMetadataDict
    """Request id, HTTP status and headers, attempts."""


class DecodeAuthorizationMessageRequest(TypedDict):
    """What to send: DecodeAuthorizationMessageRequest."""

    EncodedMessage: str
    """Encoded message from the error. str of 1 to 10240 characters."""


class DecodeAuthorizationMessageResponse(TypedDict):
    """What comes back: DecodeAuthorizationMessageResponse."""

    DecodedMessage: str
    """A JSON document, as text. str."""
    ResponseMetadata: ResponseMetadataDict
    """Request id, HTTP status and headers, attempts."""


class GetAccessKeyInfoRequest(TypedDict):
    """What to send: GetAccessKeyInfoRequest."""

    AccessKeyId: str
    """The access key id to look up. str of 16 to 128 characters."""


class GetAccessKeyInfoResponse(TypedDict):
    """What comes back: GetAccessKeyInfoResponse."""

    Account: str
    """Twelve digits. str."""
    ResponseMetadata: ResponseMetadataDict
    """Request id, HTTP status and headers, attempts."""


class GetCallerIdentityRequest(TypedDict):
    """What to send: GetCallerIdentityRequest."""


class GetCallerIdentityResponse(TypedDict):
    """What comes back: GetCallerIdentityResponse."""

    UserId: str
    """Unique id of the caller. str."""
    Account: str
    """Account of the caller (twelve digits). str."""
    Arn: str
    """ARN of the caller. str of 20 to 2048 characters."""
    ResponseMetadata: ResponseMetadataDict
    """Request id, HTTP status and headers, attempts."""


class GetDelegatedAccessTokenRequest(TypedDict):
    """What to send: GetDelegatedAccessTokenRequest."""

    TradeInToken: str
    """Token to exchange. str."""


class GetDelegatedAccessTokenResponse(TypedDict):
    """What comes back: GetDelegatedAccessTokenResponse."""

    Credentials: CredentialsDict
    """The temporary credentials. dict with AccessKeyId, SecretAccessKey, SessionToken, Expiration."""
    PackedPolicySize: NotRequired[int]
    """Percent of the size limit in use. Deprecated: use SessionTokenUtilization. int."""
    AssumedPrincipal: str
    """ARN of the identity of the credentials. str of 20 to 2048 characters."""
    ResponseMetadata: ResponseMetadataDict
    """Request id, HTTP status and headers, attempts."""


class GetFederationTokenRequest(TypedDict):
    """What to send: GetFederationTokenRequest."""

    Name: str
    """Name of the user. str of 2 to 32 characters."""
    Policy: NotRequired[Union[str, Mapping[str, object]]]
    """Inline policy that limits the session. A dict is sent as compact JSON. str of 1 to 2048 characters."""
    PolicyArns: NotRequired[Sequence[Union[str, PolicyDescriptorDict]]]
    """Managed policies that limit the session (at most 10), or their ARNs. list of dict with arn."""
    DurationSeconds: NotRequired[Union[int, timedelta]]
    """Lifetime in seconds, or a timedelta. Default 43200. int of 900 to 129600."""
    Tags: NotRequired[Union[Sequence[TagDict], Mapping[str, str]]]
    """Session tags, as a list or as a dict of keys and values. list of dict with Key, Value of at most 50 items."""
    MinimumSessionTokenSize: NotRequired[int]
    """Minimum size of the session token in bytes. int of at most 4096."""


class FederatedUserDict(TypedDict):
    """What comes back: FederatedUser."""

    FederatedUserId: str
    """Account id, a colon and the name of the user. str of 2 to 193 characters."""
    Arn: str
    """ARN of the federated user. str of 20 to 2048 characters."""


class GetFederationTokenResponse(TypedDict):
    """What comes back: GetFederationTokenResponse."""

    Credentials: CredentialsDict
    """The temporary credentials. dict with AccessKeyId, SecretAccessKey, SessionToken, Expiration."""
    FederatedUser: FederatedUserDict
    """Identity of the credentials. dict with FederatedUserId, Arn."""
    PackedPolicySize: NotRequired[int]
    """Percent of the size limit in use. Deprecated: use SessionTokenUtilization. int."""
    SessionTokenUtilization: NotRequired[int]
    """Percent of the session token's size limit in use. int."""
    SessionTokenSize: NotRequired[int]
    """Size of the session token in bytes. int."""
    ResponseMetadata: ResponseMetadataDict
    """Request id, HTTP status and headers, attempts."""


class GetScopedCredentialsRequest(TypedDict):
    """What to send: GetScopedCredentialsRequest."""

    Policy: NotRequired[Union[str, Mapping[str, object]]]
    """Inline policy that limits the session. A dict is sent as compact JSON. str of 1 to 2048 characters."""
    DurationSeconds: NotRequired[Union[int, timedelta]]
    """Seconds or a timedelta. Default: the remaining lifetime. int of 1 to 129600."""
    MinimumSessionTokenSize: NotRequired[int]
    """Minimum size of the session token in bytes. int of at most 4096."""
    ScopedSessionDescription: NotRequired[str]
    """Purpose of the session; shown in CloudTrail. str of 2 to 256 characters."""


class ScopedSessionDict(TypedDict):
    """What comes back: ScopedSession."""

    ScopedSessionId: str
    """Unique id of the session (the caller's own). str of 2 to 193 characters."""
    Arn: str
    """ARN of the session (the caller's own). str of 20 to 2048 characters."""


class GetScopedCredentialsResponse(TypedDict):
    """What comes back: GetScopedCredentialsResponse."""

    Credentials: CredentialsDict
    """The temporary credentials. dict with AccessKeyId, SecretAccessKey, SessionToken, Expiration."""
    SessionInfo: ScopedSessionDict
    """Identity of the credentials (the caller's). dict with ScopedSessionId, Arn."""
    SessionTokenUtilization: NotRequired[int]
    """Percent of the session token's size limit in use. int."""
    SessionTokenSize: NotRequired[int]
    """Size of the session token in bytes. int."""
    ScopedPoliciesCount: int
    """Scope-down policies of the session, at most 3. int."""
    SourceIdentity: NotRequired[str]
    """Source identity of the session. str of 2 to 256 characters."""
    ResponseMetadata: ResponseMetadataDict
    """Request id, HTTP status and headers, attempts."""


class GetSessionTokenRequest(TypedDict):
    """What to send: GetSessionTokenRequest."""

    DurationSeconds: NotRequired[Union[int, timedelta]]
    """Lifetime in seconds, or a timedelta. Default 43200. int of 900 to 129600."""
    SerialNumber: NotRequired[str]
    """Serial number or ARN of the MFA device. str of 9 to 256 characters."""
    TokenCode: NotRequired[str]
    """Six-digit code of the MFA device. str of 6 characters."""
    MinimumSessionTokenSize: NotRequired[int]
    """Minimum size of the session token in bytes. int of at most 4096."""


class GetSessionTokenResponse(TypedDict):
    """What comes back: GetSessionTokenResponse."""

    Credentials: CredentialsDict
    """The temporary credentials. dict with AccessKeyId, SecretAccessKey, SessionToken, Expiration."""
    SessionTokenUtilization: NotRequired[int]
    """Percent of the session token's size limit in use. int."""
    SessionTokenSize: NotRequired[int]
    """Size of the session token in bytes. int."""
    ResponseMetadata: ResponseMetadataDict
    """Request id, HTTP status and headers, attempts."""


class GetWebIdentityTokenRequest(TypedDict):
    """What to send: GetWebIdentityTokenRequest."""

    Audience: Union[str, Sequence[str]]
    """Recipients of the token; a single one may be given as a string. list of str of 1 to 1000 characters of 1 to 10 items."""
    SigningAlgorithm: str
    """RS256 or ES384. str of 5 characters."""
    DurationSeconds: NotRequired[Union[int, timedelta]]
    """Lifetime in seconds, or a timedelta. Default 300. int of 60 to 3600."""
    Scope: NotRequired[str]
    """OAuth 2.0 scopes, separated by spaces. Only for OriginIdentity. str of 1 to 256 characters."""
    SubjectMode: NotRequired[Literal["AWSIdentity", "OriginIdentity"]]
    """Subject: the caller (default), or its end user. 'AWSIdentity' or 'OriginIdentity'."""
    Tags: NotRequired[Union[Sequence[TagDict], Mapping[str, str]]]
    """Claims to add, as a list or as a dict of keys and values. list of dict with Key, Value of at most 50 items."""


class GetWebIdentityTokenResponse(TypedDict):
    """What comes back: GetWebIdentityTokenResponse."""

    WebIdentityToken: str
    """The signed JWT. str."""
    Expiration: datetime
    """Time when the token expires. datetime."""
    ResponseMetadata: ResponseMetadataDict
    """Request id, HTTP status and headers, attempts."""


ServiceInputTypes = Union[
    AssumeRoleRequest,
    AssumeRoleWithSAMLRequest,
    AssumeRoleWithWebIdentityRequest,
    AssumeRootRequest,
    DecodeAuthorizationMessageRequest,
    GetAccessKeyInfoRequest,
    GetCallerIdentityRequest,
    GetDelegatedAccessTokenRequest,
    GetFederationTokenRequest,
    GetScopedCredentialsRequest,
    GetSessionTokenRequest,
    GetWebIdentityTokenRequest,
]
"""The input of any operation."""

ServiceOutputTypes = Union[
    AssumeRoleResponse,
    AssumeRoleWithSAMLResponse,
    AssumeRoleWithWebIdentityResponse,
    AssumeRootResponse,
    DecodeAuthorizationMessageResponse,
    GetAccessKeyInfoResponse,
    GetCallerIdentityResponse,
    GetDelegatedAccessTokenResponse,
    GetFederationTokenResponse,
    GetScopedCredentialsResponse,
    GetSessionTokenResponse,
    GetWebIdentityTokenResponse,
]
"""The output of any operation."""
