"""
THE table: every fact about the 12 operations of STS, and the shapes they share.

Source: the AWS service model `sts/2011-06-15/service-2.json` (botocore 1.44.8); `tests/model/test_operations.py` compares them.
Members are listed in the order in which they are sent: the model's order, required ones first. Additions to the model: members
with secrets are marked sensitive where the model does not do it (SessionToken, TokenCode, Policy, ContextAssertion, ...);
operations that the documentation limits to regional endpoints, and those that need one of several members, are marked.
"""

from __future__ import annotations

from sts.model.error_codes import (
    DURATION_ESCALATION,
    EXPIRED_TOKEN,
    EXPIRED_TRADE_IN_TOKEN,
    IDP_COMMUNICATION,
    IDP_REJECTED,
    INSUFFICIENT_LIFETIME,
    INVALID_AUTHORIZATION_MESSAGE,
    INVALID_CONTEXT_ASSERTION,
    INVALID_IDENTITY_TOKEN,
    INVALID_SUBJECT_CREDENTIALS,
    JWT_PAYLOAD_SIZE,
    MALFORMED_POLICY,
    OUTBOUND_DISABLED,
    PACKED_POLICY,
    REGION_DISABLED,
)
from sts.model.shapes import Integer, ListOf, MapOf, Member, Operation, String, Structure, Timestamp

API_VERSION = "2011-06-15"
NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"

# --- patterns, as written in the model; `validate` translates them to Python ---
_ARN_CHARACTERS = r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+"
_POLICY_CHARACTERS = r"[\u0009\u000A\u000D\u0020-\u00FF]+"
_NAME_CHARACTERS = r"[\w+=,.@-]*"
_TAG_CHARACTERS = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]"

# --- strings ---
ACCESS_KEY_ID = String("accessKeyIdType", 16, 128, r"[\w]*")
ACCESS_KEY_SECRET = String("accessKeySecretType", sensitive=True)
ACCOUNT = String("accountType")
ARN = String("arnType", 20, 2048, _ARN_CHARACTERS)
ASSUMED_ROLE_ID = String("assumedRoleIdType", 2, 193, r"[\w+=,.@:-]*")
AUDIENCE = String("Audience")
CLIENT_TOKEN = String("clientTokenType", 4, 20000, sensitive=True)
CONTEXT_ASSERTION = String("contextAssertionType", 4, 3072)
CONTEXT_VALUE = String("transactionContextValueType", None, 128, sensitive=True)
DECODED_MESSAGE = String("decodedMessageType")
ENCODED_MESSAGE = String("encodedMessageType", 1, 10240)
EXTERNAL_ID = String("externalIdType", 2, 1224, r"[\w+=,.@:\/-]*")
FEDERATED_ID = String("federatedIdType", 2, 193, r"[\w+=,.@\:-]*")
ISSUER = String("Issuer")
JWT_ALGORITHM = String("jwtAlgorithmType", 5, 5)
NAME_QUALIFIER = String("NameQualifier")
ORIGIN_ISSUER = String("originIdentityIssuerType", sensitive=True)
ORIGIN_SUBJECT = String("originIdentitySubjectType", sensitive=True)
ORIGIN_SUBJECT_TYPE = String("originIdentitySubjectTypeType", sensitive=True)
POLICY_UNRESTRICTED = String("unrestrictedSessionPolicyDocumentType", 1, None, _POLICY_CHARACTERS)
POLICY_LIMITED = String("sessionPolicyDocumentType", 1, 2048, _POLICY_CHARACTERS)
ROLE_SESSION_NAME = String("roleSessionNameType", 2, 64, _NAME_CHARACTERS)
SAML_ASSERTION = String("SAMLAssertionType", 4, 100000, sensitive=True)
SCOPED_DESCRIPTION = String("scopedSessionDescriptionType", 2, 256, r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*")
SCOPED_SESSION_ID = String("scopedSessionIdType", 2, 193, r"[\w+=,.@:-]*")
SERIAL_NUMBER = String("serialNumberType", 9, 256, r"[\w+=/:,.@-]*")
SOURCE_IDENTITY = String("sourceIdentityType", 2, 256, _NAME_CHARACTERS)
SUBJECT = String("Subject")
SUBJECT_TYPE = String("SubjectType")
TAG_KEY = String("tagKeyType", 1, 128, _TAG_CHARACTERS + "+")
TAG_VALUE = String("tagValueType", 0, 256, _TAG_CHARACTERS + "*")
TARGET_PRINCIPAL = String("TargetPrincipalType", 12, 2048)
TOKEN = String("tokenType")
TOKEN_CODE = String("tokenCodeType", 6, 6, r"[\d]*")
TRADE_IN_TOKEN = String("tradeInTokenType", sensitive=True)
URL = String("urlType", 4, 2048)
USER_ID = String("userIdType")
USER_NAME = String("userNameType", 2, 32, _NAME_CHARACTERS)
WEB_IDENTITY_SUBJECT = String("webIdentitySubjectType", 6, 255)
WEB_IDENTITY_SCOPE = String(
    "webIdentityTokenScopeType", 1, 256, r"[\x21\x23-\x2B\x2D-\x5B\x5D-\x7E]+( [\x21\x23-\x2B\x2D-\x5B\x5D-\x7E]+)*"
)
WEB_IDENTITY_SUBJECT_MODE = String("webIdentityTokenSubjectModeType", enum=("AWSIdentity", "OriginIdentity"))
WEB_IDENTITY_TOKEN = String("webIdentityTokenType", sensitive=True)

# --- numbers and times ---
DATE = Timestamp("dateType")
MINIMUM_TOKEN_SIZE = Integer("minimumSessionTokenSizeType", 0, 4096)
NON_NEGATIVE = Integer("nonNegativeIntegerType", 0)
ROLE_DURATION = Integer("roleDurationSecondsType", 900, 43200)
ROOT_DURATION = Integer("RootDurationSecondsType", 0, 900)
SCOPED_DURATION = Integer("scopedCredentialDurationSecondsType", 1, 129600)
SCOPED_POLICIES = Integer("scopedPoliciesCountType", 0)
SESSION_DURATION = Integer("durationSecondsType", 900, 129600)
TOKEN_UTILIZATION = Integer("sessionTokenUtilizationType", 0)
WEB_TOKEN_DURATION = Integer("webIdentityTokenDurationSecondsType", 60, 3600)

# --- structures and lists ---
TAG = Structure(
    "Tag",
    (
        Member("Key", TAG_KEY, True, "Name of the tag: letters, digits, spaces and _.:/=+-@."),
        Member("Value", TAG_VALUE, True, "Value of the tag; may be empty."),
    ),
)
POLICY_DESCRIPTOR = Structure("PolicyDescriptorType", (Member("arn", ARN, False, "ARN of a managed policy."),))
PROVIDED_CONTEXT = Structure(
    "ProvidedContext",
    (
        Member("ProviderArn", ARN, False, "ARN of the context provider."),
        Member("ContextAssertion", CONTEXT_ASSERTION, False, "Signed assertion made by the context provider.", sensitive=True),
    ),
)
TAGS = ListOf("tagListType", TAG, None, 50)
TAG_KEYS = ListOf("tagKeyListType", TAG_KEY, None, 50)
POLICY_DESCRIPTORS = ListOf("policyDescriptorListType", POLICY_DESCRIPTOR)
PROVIDED_CONTEXTS = ListOf("ProvidedContextsListType", PROVIDED_CONTEXT, 1, 5)
AUDIENCES = ListOf("webIdentityTokenAudienceListType", String("webIdentityTokenAudienceStringType", 1, 1000), 1, 10)
CREDENTIALS = Structure(
    "Credentials",
    (
        Member("AccessKeyId", ACCESS_KEY_ID, True, "Access key id; begins with ASIA."),
        Member("SecretAccessKey", ACCESS_KEY_SECRET, True, "Secret that signs requests.", sensitive=True),
        Member("SessionToken", TOKEN, True, "Token to send with each request.", sensitive=True),
        Member("Expiration", DATE, True, "Time when the credentials expire."),
    ),
)
ASSUMED_ROLE_USER = Structure(
    "AssumedRoleUser",
    (
        Member("AssumedRoleId", ASSUMED_ROLE_ID, True, "Unique id of the role, a colon and the session name."),
        Member("Arn", ARN, True, "ARN of the session."),
    ),
)
FEDERATED_USER = Structure(
    "FederatedUser",
    (
        Member("FederatedUserId", FEDERATED_ID, True, "Account id, a colon and the name of the user."),
        Member("Arn", ARN, True, "ARN of the federated user."),
    ),
)
SCOPED_SESSION = Structure(
    "ScopedSession",
    (
        Member("ScopedSessionId", SCOPED_SESSION_ID, True, "Unique id of the session (the caller's own)."),
        Member("Arn", ARN, True, "ARN of the session (the caller's own)."),
    ),
)
ORIGIN_IDENTITY = Structure(
    "OriginIdentity",
    (
        Member("Subject", ORIGIN_SUBJECT, False, "Subject as asserted by the identity provider.", sensitive=True),
        Member("SubjectType", ORIGIN_SUBJECT_TYPE, False, "'user' or 'workload'.", sensitive=True),
        Member("Issuer", ORIGIN_ISSUER, False, "The token's iss claim, or a hash of the assertion's key.", sensitive=True),
        Member("FederatedProviderArn", ARN, False, "ARN of the identity provider in IAM."),
    ),
)
CONTEXT_CLAIMS = MapOf("transactionContextIdentityProviderMapType", String("transactionContextKeyType"), CONTEXT_VALUE)
TRANSACTION_CONTEXT = Structure(
    "TransactionContext", (Member("IdentityProvider", CONTEXT_CLAIMS, False, "Additional claims of the identity provider."),)
)
PROPAGATION_CONTEXT = Structure(
    "TrustedIdentityPropagationContext",
    (
        Member("OriginIdentity", ORIGIN_IDENTITY, False, "Subject for whom the session acts."),
        Member("TransactionContext", TRANSACTION_CONTEXT, False, "Other claims of the identity provider about the request."),
    ),
)

# --- members that several operations share ---
_ROLE_ARN = Member("RoleArn", ARN, True, "ARN of the role to assume.")
_SESSION_NAME = Member("RoleSessionName", ROLE_SESSION_NAME, True, "Name of the session; it shows in CloudTrail.")
_POLICY_ARNS = Member(
    "PolicyArns", POLICY_DESCRIPTORS, False, "Managed policies that limit the session (at most 10), or their ARNs."
)
_POLICY_DOC = "Inline policy that limits the session. A dict is sent as compact JSON."
_POLICY = Member("Policy", POLICY_LIMITED, False, _POLICY_DOC, sensitive=True)
_DURATION = Member(
    "DurationSeconds", ROLE_DURATION, False, "Seconds or a timedelta. Default 3600; at most one hour for chained roles."
)
_LONG_DURATION = Member("DurationSeconds", SESSION_DURATION, False, "Lifetime in seconds, or a timedelta. Default 43200.")
_TAGS = Member("Tags", TAGS, False, "Session tags, as a list or as a dict of keys and values.")
_SERIAL = Member("SerialNumber", SERIAL_NUMBER, False, "Serial number or ARN of the MFA device.")
_TOKEN_CODE = Member("TokenCode", TOKEN_CODE, False, "Six-digit code of the MFA device.", sensitive=True)
_MINIMUM_SIZE = Member("MinimumSessionTokenSize", MINIMUM_TOKEN_SIZE, False, "Minimum size of the session token in bytes.")
_CREDENTIALS = Member("Credentials", CREDENTIALS, False, "The temporary credentials.")
_ASSUMED = Member("AssumedRoleUser", ASSUMED_ROLE_USER, False, "Identity of the credentials.")
_PACKED = Member(
    "PackedPolicySize", NON_NEGATIVE, False, "Percent of the size limit in use. Deprecated: use SessionTokenUtilization."
)
_SOURCE = Member("SourceIdentity", SOURCE_IDENTITY, False, "Source identity of the session.")
_UTILIZATION = Member("SessionTokenUtilization", TOKEN_UTILIZATION, False, "Percent of the session token's size limit in use.")
_SIZE = Member("SessionTokenSize", Integer("sessionTokenSizeType", 0), False, "Size of the session token in bytes.")
_TOKEN_SIZES = (_UTILIZATION, _SIZE)
_PROPAGATED = Member(
    "TrustedIdentityPropagationContext", PROPAGATION_CONTEXT, False, "Subject the session acts for, if any.", sensitive=True
)

# --- the rows ---
ASSUME_ROLE = Operation(
    "AssumeRole",
    "assume_role",
    "Get temporary credentials of a role.",
    Structure(
        "AssumeRoleRequest",
        (
            _ROLE_ARN,
            _SESSION_NAME,
            _POLICY_ARNS,
            Member("Policy", POLICY_UNRESTRICTED, False, _POLICY_DOC, sensitive=True),
            _DURATION,
            _TAGS,
            Member("TransitiveTagKeys", TAG_KEYS, False, "Keys of the tags to pass to roles assumed from this session."),
            Member("ExternalId", EXTERNAL_ID, False, "Identifier required by the role's owner.", sensitive=True),
            _SERIAL,
            _TOKEN_CODE,
            Member("SourceIdentity", SOURCE_IDENTITY, False, "Person or program behind the session; fixed along a role chain."),
            Member("ProvidedContexts", PROVIDED_CONTEXTS, False, "Context assertions of trusted providers."),
            _MINIMUM_SIZE,
        ),
    ),
    Structure("AssumeRoleResponse", (_CREDENTIALS, _ASSUMED, _PACKED, _SOURCE, *_TOKEN_SIZES)),
    (MALFORMED_POLICY, PACKED_POLICY, REGION_DISABLED, EXPIRED_TOKEN, INVALID_CONTEXT_ASSERTION),
)
ASSUME_ROLE_WITH_SAML = Operation(
    "AssumeRoleWithSAML",
    "assume_role_with_saml",
    "Exchange a SAML assertion for temporary credentials of a role; needs no credentials.",
    Structure(
        "AssumeRoleWithSAMLRequest",
        (
            _ROLE_ARN,
            Member("PrincipalArn", ARN, True, "ARN of the SAML provider in IAM."),
            Member("SAMLAssertion", SAML_ASSERTION, True, "Base64 text issued by the identity provider.", sensitive=True),
            _POLICY_ARNS,
            _POLICY,
            _DURATION,
            _MINIMUM_SIZE,
        ),
    ),
    Structure(
        "AssumeRoleWithSAMLResponse",
        (
            _CREDENTIALS,
            _ASSUMED,
            _PACKED,
            Member("Subject", SUBJECT, False, "NameID of the assertion's subject."),
            Member("SubjectType", SUBJECT_TYPE, False, "Format of the NameID."),
            Member("Issuer", ISSUER, False, "Issuer of the assertion."),
            Member("Audience", AUDIENCE, False, "Recipient in the assertion."),
            Member("NameQualifier", NAME_QUALIFIER, False, "Hash of issuer, account and provider name."),
            _SOURCE,
            *_TOKEN_SIZES,
            _PROPAGATED,
        ),
    ),
    (MALFORMED_POLICY, PACKED_POLICY, IDP_REJECTED, INVALID_IDENTITY_TOKEN, EXPIRED_TOKEN, REGION_DISABLED),
    signed=False,
)
ASSUME_ROLE_WITH_WEB_IDENTITY = Operation(
    "AssumeRoleWithWebIdentity",
    "assume_role_with_web_identity",
    "Exchange an OIDC token for temporary credentials of a role; needs no credentials.",
    Structure(
        "AssumeRoleWithWebIdentityRequest",
        (
            _ROLE_ARN,
            _SESSION_NAME,
            Member("WebIdentityToken", CLIENT_TOKEN, True, "The OIDC ID token or OAuth 2.0 access token.", sensitive=True),
            Member("ProviderId", URL, False, "Host of the OAuth 2.0 provider. Leave out for OIDC."),
            _POLICY_ARNS,
            _POLICY,
            _DURATION,
            _MINIMUM_SIZE,
        ),
    ),
    Structure(
        "AssumeRoleWithWebIdentityResponse",
        (
            _CREDENTIALS,
            Member("SubjectFromWebIdentityToken", WEB_IDENTITY_SUBJECT, False, "The token's sub claim."),
            _ASSUMED,
            _PACKED,
            Member("Provider", ISSUER, False, "Issuer of the token."),
            Member("Audience", AUDIENCE, False, "The token's aud claim."),
            _SOURCE,
            *_TOKEN_SIZES,
            _PROPAGATED,
        ),
    ),
    (MALFORMED_POLICY, PACKED_POLICY, IDP_REJECTED, IDP_COMMUNICATION, INVALID_IDENTITY_TOKEN, EXPIRED_TOKEN, REGION_DISABLED),
    signed=False,
)
ASSUME_ROOT = Operation(
    "AssumeRoot",
    "assume_root",
    "Get short-lived root credentials of a member account for one task.",
    Structure(
        "AssumeRootRequest",
        (
            Member("TargetPrincipal", TARGET_PRINCIPAL, True, "Member account id or ARN."),
            Member("TaskPolicyArn", POLICY_DESCRIPTOR, True, "Managed policy for the task, or its ARN as a string."),
            Member("DurationSeconds", ROOT_DURATION, False, "Lifetime in seconds, or a timedelta. Default 900."),
            _MINIMUM_SIZE,
        ),
    ),
    Structure("AssumeRootResponse", (_CREDENTIALS, _SOURCE, *_TOKEN_SIZES)),
    (REGION_DISABLED, EXPIRED_TOKEN),
    regional_only=True,
)
DECODE_AUTHORIZATION_MESSAGE = Operation(
    "DecodeAuthorizationMessage",
    "decode_authorization_message",
    "Decode the authorization details of a denied request.",
    Structure(
        "DecodeAuthorizationMessageRequest",
        (Member("EncodedMessage", ENCODED_MESSAGE, True, "Encoded message from the error."),),
    ),
    Structure(
        "DecodeAuthorizationMessageResponse", (Member("DecodedMessage", DECODED_MESSAGE, False, "A JSON document, as text."),)
    ),
    (INVALID_AUTHORIZATION_MESSAGE,),
)
GET_ACCESS_KEY_INFO = Operation(
    "GetAccessKeyInfo",
    "get_access_key_info",
    "Return the account that an access key belongs to.",
    Structure("GetAccessKeyInfoRequest", (Member("AccessKeyId", ACCESS_KEY_ID, True, "The access key id to look up."),)),
    Structure("GetAccessKeyInfoResponse", (Member("Account", ACCOUNT, False, "Twelve digits."),)),
)
GET_CALLER_IDENTITY = Operation(
    "GetCallerIdentity",
    "get_caller_identity",
    "Return account, ARN and user id of the caller. Needs no permission.",
    Structure("GetCallerIdentityRequest"),
    Structure(
        "GetCallerIdentityResponse",
        (
            Member("UserId", USER_ID, False, "Unique id of the caller."),
            Member("Account", ACCOUNT, False, "Account of the caller (twelve digits)."),
            Member("Arn", ARN, False, "ARN of the caller."),
        ),
    ),
)
GET_DELEGATED_ACCESS_TOKEN = Operation(
    "GetDelegatedAccessToken",
    "get_delegated_access_token",
    "Exchange a trade-in token for temporary credentials.",
    Structure(
        "GetDelegatedAccessTokenRequest", (Member("TradeInToken", TRADE_IN_TOKEN, True, "Token to exchange.", sensitive=True),)
    ),
    Structure(
        "GetDelegatedAccessTokenResponse",
        (_CREDENTIALS, _PACKED, Member("AssumedPrincipal", ARN, False, "ARN of the identity of the credentials.")),
    ),
    (EXPIRED_TRADE_IN_TOKEN, REGION_DISABLED, PACKED_POLICY),
)
GET_FEDERATION_TOKEN = Operation(
    "GetFederationToken",
    "get_federation_token",
    "Get temporary credentials for a federated user. Must be called with the long-term keys of an IAM user.",
    Structure(
        "GetFederationTokenRequest",
        (Member("Name", USER_NAME, True, "Name of the user."), _POLICY, _POLICY_ARNS, _LONG_DURATION, _TAGS, _MINIMUM_SIZE),
    ),
    Structure(
        "GetFederationTokenResponse",
        (_CREDENTIALS, Member("FederatedUser", FEDERATED_USER, False, "Identity of the credentials."), _PACKED, *_TOKEN_SIZES),
    ),
    (MALFORMED_POLICY, PACKED_POLICY, REGION_DISABLED),
)
GET_SCOPED_CREDENTIALS = Operation(
    "GetScopedCredentials",
    "get_scoped_credentials",
    "Get credentials of the calling session with fewer permissions, a shorter lifetime, or both.",
    Structure(
        "GetScopedCredentialsRequest",
        (
            _POLICY,
            Member("DurationSeconds", SCOPED_DURATION, False, "Seconds or a timedelta. Default: the remaining lifetime."),
            _MINIMUM_SIZE,
            Member("ScopedSessionDescription", SCOPED_DESCRIPTION, False, "Purpose of the session; shown in CloudTrail."),
        ),
    ),
    Structure(
        "GetScopedCredentialsResponse",
        (
            _CREDENTIALS,
            Member("SessionInfo", SCOPED_SESSION, False, "Identity of the credentials (the caller's)."),
            *_TOKEN_SIZES,
            Member("ScopedPoliciesCount", SCOPED_POLICIES, False, "Scope-down policies of the session, at most 3."),
            _SOURCE,
        ),
    ),
    (MALFORMED_POLICY, PACKED_POLICY, INSUFFICIENT_LIFETIME, INVALID_SUBJECT_CREDENTIALS),
    regional_only=True,
    one_of=("Policy", "DurationSeconds"),
)
GET_SESSION_TOKEN = Operation(
    "GetSessionToken",
    "get_session_token",
    "Get temporary credentials of the calling user, optionally with MFA.",
    Structure("GetSessionTokenRequest", (_LONG_DURATION, _SERIAL, _TOKEN_CODE, _MINIMUM_SIZE)),
    Structure("GetSessionTokenResponse", (_CREDENTIALS, *_TOKEN_SIZES)),
    (REGION_DISABLED,),
)
GET_WEB_IDENTITY_TOKEN = Operation(
    "GetWebIdentityToken",
    "get_web_identity_token",
    "Get a signed JWT that proves the caller's AWS identity to external services.",
    Structure(
        "GetWebIdentityTokenRequest",
        (
            Member("Audience", AUDIENCES, True, "Recipients of the token; a single one may be given as a string."),
            Member("SigningAlgorithm", JWT_ALGORITHM, True, "RS256 or ES384."),
            Member("DurationSeconds", WEB_TOKEN_DURATION, False, "Lifetime in seconds, or a timedelta. Default 300."),
            Member("Scope", WEB_IDENTITY_SCOPE, False, "OAuth 2.0 scopes, separated by spaces. Only for OriginIdentity."),
            Member("SubjectMode", WEB_IDENTITY_SUBJECT_MODE, False, "Subject: the caller (default), or its end user."),
            Member("Tags", TAGS, False, "Claims to add, as a list or as a dict of keys and values."),
        ),
    ),
    Structure(
        "GetWebIdentityTokenResponse",
        (
            Member("WebIdentityToken", WEB_IDENTITY_TOKEN, False, "The signed JWT.", sensitive=True),
            Member("Expiration", DATE, False, "Time when the token expires."),
        ),
    ),
    (DURATION_ESCALATION, OUTBOUND_DISABLED, JWT_PAYLOAD_SIZE),
    regional_only=True,
)

OPERATIONS = (
    ASSUME_ROLE,
    ASSUME_ROLE_WITH_SAML,
    ASSUME_ROLE_WITH_WEB_IDENTITY,
    ASSUME_ROOT,
    DECODE_AUTHORIZATION_MESSAGE,
    GET_ACCESS_KEY_INFO,
    GET_CALLER_IDENTITY,
    GET_DELEGATED_ACCESS_TOKEN,
    GET_FEDERATION_TOKEN,
    GET_SCOPED_CREDENTIALS,
    GET_SESSION_TOKEN,
    GET_WEB_IDENTITY_TOKEN,
)
"""All operations, in the order of the service model."""
