"""
Table of errors: what each error code of a service means for the caller, for retries, for the clock and for the credentials.

If the meaning depends on the message, operation or params, `sts.protocol.hints` provides the hint. Otherwise the row does.
"""

from __future__ import annotations

from sts.model.shapes import ErrorShape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

IDP_DOWN = "STS could not reach the identity provider in time. The error is temporary: try again."
CLOCK = "The clock of this machine differs too much from that of STS: correct the clock, or leave correct_clock_skew on."
_SECRET = (
    "The secret access key does not belong to the access key id, or something between this machine and STS changes requests."
)
_UNSIGNED = "The request was not signed: give the client credentials."
_OPERATION = "The endpoint does not know this operation: check the endpoint, or the version of its server."
_THROTTLED = (
    "The account makes more STS calls than the service allows: reuse sessions (assume_role_credentials, one provider for "
    "many clients) instead of requesting one for each use, or set retry_mode='adaptive' and a higher max_attempts."
)
_THROTTLING = (
    "BandwidthLimitExceeded EC2ThrottledException LimitExceededException PriorRequestNotComplete "
    "ProvisionedThroughputExceededException RequestLimitExceeded RequestThrottled RequestThrottledException SlowDown "
    "ThrottledException Throttling ThrottlingException TooManyRequestsException TransactionInProgressException"
)


# --- errors of the service model ---
def _modelled(code: str, status: int, **more: Any) -> ErrorShape:
    """Return the error with *code*, whose class has the same name, ending in "Exception"."""
    return ErrorShape(f"{code.removesuffix('Exception')}Exception", code, status, **more)


EXPIRED_TOKEN = _modelled("ExpiredTokenException", 400, expired=True, others=("ExpiredToken",))
EXPIRED_TRADE_IN_TOKEN = _modelled(
    "ExpiredTradeInTokenException", 400, hint="Trade-in tokens have a short lifetime: request a new one."
)
# The model does not mark this error retryable, but the JavaScript SDK and botocore both retry it.
IDP_COMMUNICATION = _modelled(
    "IDPCommunicationError", 400, retryable=True, others=("IDPCommunicationErrorException",), hint=IDP_DOWN
)
IDP_REJECTED = _modelled("IDPRejectedClaim", 403)
INVALID_AUTHORIZATION_MESSAGE = _modelled("InvalidAuthorizationMessageException", 400)
INSUFFICIENT_LIFETIME = _modelled(
    "InsufficientSessionLifetime",
    400,
    hint="The calling session expires earlier: reduce DurationSeconds, or leave it out to use all of the remaining lifetime.",
)
INVALID_CONTEXT_ASSERTION = _modelled(
    "InvalidContextAssertion",
    400,
    hint="Get a new context assertion from the provider in ProviderArn. Assertions are valid for a few minutes only.",
)
INVALID_IDENTITY_TOKEN = _modelled("InvalidIdentityToken", 400)
INVALID_SUBJECT_CREDENTIALS = _modelled(
    "InvalidSubjectCredentials",
    400,
    hint="Only temporary credentials can be scoped down: assume a role, or call get_session_token, and use the returned "
    "credentials.",
)
JWT_PAYLOAD_SIZE = _modelled(
    "JWTPayloadSizeExceededException", 400, hint="The token would become too large: send fewer or shorter Tags."
)
MALFORMED_POLICY = _modelled(
    "MalformedPolicyDocument",
    400,
    hint=(
        "The session policy must be a JSON policy document without Principal. Pass it as a dict to make sure that it is "
        "valid JSON."
    ),
)
OUTBOUND_DISABLED = _modelled(
    "OutboundWebIdentityFederationDisabledException",
    403,
    hint="An administrator must enable outbound web identity federation in the account's IAM settings first.",
    aws_only=True,
)
PACKED_POLICY = _modelled(
    "PackedPolicyTooLarge",
    400,
    hint=(
        "Session policies and tags share one small packed limit: send fewer or shorter tags, a shorter Policy, or "
        "managed PolicyArns. Transitive tags of earlier sessions count as well."
    ),
)
REGION_DISABLED = _modelled("RegionDisabledException", 403)
DURATION_ESCALATION = _modelled(
    "SessionDurationEscalationException",
    403,
    hint="The token would be valid longer than the calling credentials: reduce DurationSeconds.",
)

# --- codes of all AWS services: the lists of the AWS SDKs ---
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
    *(ErrorShape("", code, 400, retryable=True, throttling=True, hint=_THROTTLED) for code in _THROTTLING.split()),
)
"""All known errors: those of the service model, then the others."""


def codes_of(attribute: str) -> frozenset[str]:
    """Return the codes whose rows have *attribute* ("throttling", "skew", "expired" or "retryable") set."""
    return frozenset(code for row in ERRORS if getattr(row, attribute) for code in (row.code, *row.others))
