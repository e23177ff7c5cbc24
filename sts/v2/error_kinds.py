"""Classification of errors by the client of v2: retryable or not, and the kind (`lib/service.js`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sts.errors import STSError

_SKEWED = frozenset(
    {
        "AuthFailure",
        "InvalidSignatureException",
        "RequestExpired",
        "RequestInTheFuture",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    }
)
_THROTTLED = frozenset(
    {
        "EC2ThrottledException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


class ErrorKinds:
    """Client methods that classify an *error* of this library, or any object or mapping with code and status."""

    def networking_error(self, error: object) -> bool:
        """Return whether the service could not be reached."""
        return _field(error, "code") in ("NetworkingError", "UnknownEndpoint")

    def timeout_error(self, error: object) -> bool:
        """Return whether the call timed out."""
        return bool(_field(error, "code") == "TimeoutError")

    def throttled_error(self, error: object) -> bool:
        """Return whether the call was throttled."""
        return _field(error, "statusCode", "status_code") == 429 or _field(error, "code") in _THROTTLED

    def expired_credentials_error(self, error: object) -> bool:
        """Return whether the credentials have expired."""
        return bool(_field(error, "code") == "ExpiredTokenException")

    def clock_skew_error(self, error: object) -> bool:
        """Return whether the error is caused by clock skew."""
        return _field(error, "code") in _SKEWED

    def retryable_error(self, error: object) -> bool:
        """Return whether *error* is retryable. A function assigned to the client overrides this."""
        if isinstance(error, STSError) and error.retryable is not None:
            return bool(error.retryable)
        kinds = (self.timeout_error, self.networking_error, self.expired_credentials_error, self.throttled_error)
        return any(is_kind(error) for is_kind in kinds) or (_field(error, "statusCode", "status_code") or 0) >= 500


def _field(error: object, *names: str) -> Any:
    """Return the value of the first of *names* that *error* has."""
    found = (error.get(name) if isinstance(error, Mapping) else getattr(error, name, None) for name in names)
    return next((value for value in found if value is not None), None)
