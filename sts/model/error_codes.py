"""
The table of errors: what each code of a service means for a caller, for a retry, for the clock and for the credentials.

Where the meaning depends on message, operation or params, `sts.protocol.hints` says what to do; else the row does.
"""

from __future__ import annotations

from sts.model.shapes import ErrorShape

IDP_DOWN = "STS could not reach the identity provider in time; this passes, so try again."
CLOCK = "The clock of this machine and that of STS differ too much: set it right, or leave correct_clock_skew on."
_SECRET = "The secret access key does not belong to the access key id, or something between here and STS changes requests."
_UNSIGNED = "The request came without a signature: give the client credentials."
_OPERATION = "The endpoint does not know this operation: check the endpoint, or the version of the server behind it."
_THROTTLED = (
    "The account makes more STS calls than the service takes: share and keep sessions (assume_role_credentials, a provider for "
    "many clients) instead of asking for each use, or give retry_mode='adaptive' and more max_attempts."
)

# --- errors of the service model ---
EXPIRED_TOKEN = ErrorShape(
    "ExpiredTokenException",
    "ExpiredTokenException",
    400,
    expired=True,
    others=("ExpiredToken",),
)
EXPIRED_TRADE_IN_TOKEN = ErrorShape(
    "ExpiredTradeInTokenException",
    "ExpiredTradeInTokenException",
    400,
    hint="Trade-in tokens live for a short time only: ask for a new one.",
)
# The model does not say that this one is retryable; the JavaScript SDK and botocore both retry it.
IDP_COMMUNICATION = ErrorShape(
    "IDPCommunicationErrorException",
    "IDPCommunicationError",
    400,
    retryable=True,
    others=("IDPCommunicationErrorException",),
    hint=IDP_DOWN,
)
IDP_REJECTED = ErrorShape("IDPRejectedClaimException", "IDPRejectedClaim", 403)
INVALID_AUTHORIZATION_MESSAGE = ErrorShape("InvalidAuthorizationMessageException", "InvalidAuthorizationMessageException", 400)
INSUFFICIENT_LIFETIME = ErrorShape(
    "InsufficientSessionLifetimeException",
    "InsufficientSessionLifetime",
    400,
    hint="The calling session ends sooner: ask for fewer DurationSeconds, or leave them out for all that is left.",
)
INVALID_CONTEXT_ASSERTION = ErrorShape(
    "InvalidContextAssertionException",
    "InvalidContextAssertion",
    400,
    hint="Get a new context assertion of the provider that ProviderArn names; they live for minutes only.",
)
INVALID_IDENTITY_TOKEN = ErrorShape("InvalidIdentityTokenException", "InvalidIdentityToken", 400)
INVALID_SUBJECT_CREDENTIALS = ErrorShape(
    "InvalidSubjectCredentialsException",
    "InvalidSubjectCredentials",
    400,
    hint="Only a session can be scoped down: assume a role, or call get_session_token, and use those credentials.",
)
JWT_PAYLOAD_SIZE = ErrorShape(
    "JWTPayloadSizeExceededException",
    "JWTPayloadSizeExceededException",
    400,
    hint="The token would become too large: send fewer or shorter Tags.",
)
MALFORMED_POLICY = ErrorShape(
    "MalformedPolicyDocumentException",
    "MalformedPolicyDocument",
    400,
    hint=("The session policy must be a JSON policy document without Principal; give it as a dict to be sure that it is JSON."),
)
OUTBOUND_DISABLED = ErrorShape(
    "OutboundWebIdentityFederationDisabledException",
    "OutboundWebIdentityFederationDisabledException",
    403,
    hint="An administrator must enable outbound web identity federation in the account's IAM settings first.",
    aws_only=True,
)
PACKED_POLICY = ErrorShape(
    "PackedPolicyTooLargeException",
    "PackedPolicyTooLarge",
    400,
    hint=(
        "Session policies and tags share one small packed limit: send fewer or shorter tags, a shorter Policy, or managed "
        "PolicyArns. Tags that earlier sessions passed on count as well."
    ),
)
REGION_DISABLED = ErrorShape("RegionDisabledException", "RegionDisabledException", 403)
DURATION_ESCALATION = ErrorShape(
    "SessionDurationEscalationException",
    "SessionDurationEscalationException",
    403,
    hint="The token would outlive the credentials that ask for it: ask for fewer DurationSeconds.",
)

# --- codes of every AWS service: the lists of the AWS SDKs ---
ERRORS = (
    EXPIRED_TOKEN,
    EXPIRED_TRADE_IN_TOKEN,
    IDP_COMMUNICATION,
    IDP_REJECTED,
    INVALID_AUTHORIZATION_MESSAGE,
    INSUFFICIENT_LIFETIME,
    INVALID_CONTEXT_ASSERTION,
    INVALID_IDENTITY_TOKEN,
    INVALID_SUBJECT_CREDENTIALS,
    JWT_PAYLOAD_SIZE,
    MALFORMED_POLICY,
    OUTBOUND_DISABLED,
    PACKED_POLICY,
    REGION_DISABLED,
    DURATION_ESCALATION,
    ErrorShape("", "TokenRefreshRequired", 400, expired=True),
    ErrorShape("", "AccessDeniedException", 403, skew=True),
    ErrorShape("", "AuthFailure", 401, skew=True),
    ErrorShape("", "RequestExpired", 400, skew=True, hint=CLOCK),
    ErrorShape("", "RequestInTheFuture", 400, skew=True, hint=CLOCK),
    ErrorShape("", "RequestTimeTooSkewed", 403, skew=True, hint=CLOCK),
    ErrorShape("", "InvalidSignatureException", 403, skew=True, hint=_SECRET),
    ErrorShape("", "SignatureDoesNotMatch", 403, skew=True, hint=_SECRET),
    ErrorShape("", "IncompleteSignature", 400, hint=_UNSIGNED),
    ErrorShape("", "MissingAuthenticationToken", 403, hint=_UNSIGNED),
    ErrorShape("", "InvalidAction", 400, hint=_OPERATION),
    ErrorShape("", "UnknownOperation", 404, hint=_OPERATION),
    ErrorShape("", "InternalError", 500, "server", retryable=True),
    ErrorShape("", "InternalFailure", 500, "server", retryable=True),
    ErrorShape("", "RequestTimeout", 400, retryable=True, others=("RequestTimeoutException",)),
    ErrorShape("", "ServiceUnavailable", 503, "server", retryable=True),
    *(
        ErrorShape("", code, 400, retryable=True, throttling=True, hint=_THROTTLED)
        for code in (
            "BandwidthLimitExceeded",
            "EC2ThrottledException",
            "LimitExceededException",
            "PriorRequestNotComplete",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
            "ThrottledException",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
            "TransactionInProgressException",
        )
    ),
)
"""Every error that is known: those of the service model, then the others."""


def codes_of(attribute: str) -> frozenset[str]:
    """Return the codes whose rows have *attribute* ("throttling", "skew", "expired", "retryable") set."""
    return frozenset(code for row in ERRORS if getattr(row, attribute) for code in (row.code, *row.others))
