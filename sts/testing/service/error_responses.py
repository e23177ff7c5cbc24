"""
Error responses of LocalSTS: code, HTTP status and the service's own wording.

The wordings were collected from public error reports. If none is known, a comment says that the wording is ours.
"""

from __future__ import annotations

from typing import Literal

from sts.model.shapes import ErrorShape


class ErrorResponse(Exception):  # a response, not an error of the program
    """Error that is sent as the response instead of a result."""

    def __init__(self, code: str, message: str, status: int = 400, fault: Literal["Sender", "Receiver"] = "Sender") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fault = fault
        self.retry_after: str | None = None


def modelled(error: ErrorShape, message: str) -> ErrorResponse:
    """Make an error that the operation table describes."""
    return ErrorResponse(error.code, message, error.status)


def access_denied(message: str) -> ErrorResponse:
    """Make an `AccessDenied` with the given message."""
    return ErrorResponse("AccessDenied", message, 403)


def not_authorized(arn: str, operation: str, resource: str, reason: str = "") -> ErrorResponse:
    """Make the error for a caller without a policy that allows *operation* on *resource*."""
    ending = f" {reason}" if reason else ""
    return access_denied(f"User: {arn} is not authorized to perform: sts:{operation} on resource: {resource}{ending}")


def not_authorized_federated(operation: str) -> ErrorResponse:
    """Make the error of unsigned operations for an unknown role, or one that does not trust the provider."""
    return access_denied(f"Not authorized to perform sts:{operation}")


def validation_error(message: str) -> ErrorResponse:
    """Make a `ValidationError`."""
    return ErrorResponse("ValidationError", message)


def invalid_value(message: str) -> ErrorResponse:
    """Make an `InvalidParameterValue`."""
    return ErrorResponse("InvalidParameterValue", message)


def throttled() -> ErrorResponse:
    """Make the error of a throttled call. STS throttles with status 400."""
    return ErrorResponse("Throttling", "Rate exceeded")


def invalid_token() -> ErrorResponse:
    """Make the error for an unknown access key, or a session token that does not belong to it."""
    return ErrorResponse("InvalidClientTokenId", "The security token included in the request is invalid.", 403)


def expired_token() -> ErrorResponse:
    """Make the error for a request signed with expired credentials."""
    return ErrorResponse("ExpiredToken", "The security token included in the request is expired", 403)


def wrong_signature(message: str) -> ErrorResponse:
    """Make a `SignatureDoesNotMatch` with the given message."""
    return ErrorResponse("SignatureDoesNotMatch", message, 403)


def incomplete_signature(message: str) -> ErrorResponse:
    """Make the error for an incomplete signature."""
    return ErrorResponse("IncompleteSignature", message)


def missing_token() -> ErrorResponse:
    """Make the error for an unsigned request that must be signed."""
    return ErrorResponse("MissingAuthenticationToken", "Request is missing Authentication Token", 403)


def unknown_operation(name: str, version: str) -> ErrorResponse:
    """Make the error for an action that this version of the API does not have."""
    return ErrorResponse("InvalidAction", f"Could not find operation {name} for version {version or 'NO_VERSION_SPECIFIED'}")


def missing_action() -> ErrorResponse:
    """Make the error for a request without `Action`."""
    return ErrorResponse("MissingAction", "Missing Action")


def regional_only() -> ErrorResponse:
    """Make the error for an operation that the global endpoint does not have."""
    return ErrorResponse("InvalidAction", "Unknown Operation")


def internal_failure(message: str = "") -> ErrorResponse:
    """Make the error for a failure of the server itself."""
    words = message or "The request processing has failed because of an unknown error, exception or failure."
    return ErrorResponse("InternalFailure", words, 500, "Receiver")


def unavailable() -> ErrorResponse:
    """Make the error of an overloaded service."""
    return ErrorResponse("ServiceUnavailable", "Service Unavailable", 503, "Receiver")
