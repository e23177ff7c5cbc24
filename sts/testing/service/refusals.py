"""
Error responses of LocalSTS: code, HTTP status and the service's own wording.

The wordings were collected from public error reports. If none is known, a comment says that the wording is ours.
"""

from __future__ import annotations

from typing import Literal

from sts.model.shapes import ErrorShape


class Refusal(Exception):  # a response, not an error of the program
    """Error that is sent as the response instead of a result."""

    def __init__(self, code: str, message: str, status: int = 400, fault: Literal["Sender", "Receiver"] = "Sender") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fault = fault
        self.retry_after: str | None = None


def modelled(error: ErrorShape, message: str) -> Refusal:
    """Make an error that the operation table describes."""
    return Refusal(error.code, message, error.status)


def access_denied(message: str) -> Refusal:
    """Make an `AccessDenied` with the given message."""
    return Refusal("AccessDenied", message, 403)


def not_authorized(arn: str, operation: str, resource: str, reason: str = "") -> Refusal:
    """Make the error for a caller without a policy that allows *operation* on *resource*."""
    ending = f" {reason}" if reason else ""
    return access_denied(f"User: {arn} is not authorized to perform: sts:{operation} on resource: {resource}{ending}")


def not_authorized_federated(operation: str) -> Refusal:
    """Make the error of unsigned operations for an unknown role, or one that does not trust the provider."""
    return access_denied(f"Not authorized to perform sts:{operation}")


def validation_error(message: str) -> Refusal:
    """Make a `ValidationError`."""
    return Refusal("ValidationError", message)


def invalid_value(message: str) -> Refusal:
    """Make an `InvalidParameterValue`."""
    return Refusal("InvalidParameterValue", message)


def throttled() -> Refusal:
    """Make the error of a throttled call. STS throttles with status 400."""
    return Refusal("Throttling", "Rate exceeded")


def invalid_token() -> Refusal:
    """Make the error for an unknown access key, or a session token that does not belong to it."""
    return Refusal("InvalidClientTokenId", "The security token included in the request is invalid.", 403)


def expired_token() -> Refusal:
    """Make the error for a request signed with expired credentials."""
    return Refusal("ExpiredToken", "The security token included in the request is expired", 403)


def wrong_signature(message: str) -> Refusal:
    """Make a `SignatureDoesNotMatch` with the given message."""
    return Refusal("SignatureDoesNotMatch", message, 403)


def incomplete_signature(message: str) -> Refusal:
    """Make the error for an incomplete signature."""
    return Refusal("IncompleteSignature", message)


def missing_token() -> Refusal:
    """Make the error for an unsigned request that must be signed."""
    return Refusal("MissingAuthenticationToken", "Request is missing Authentication Token", 403)


def unknown_operation(name: str, version: str) -> Refusal:
    """Make the error for an action that this version of the API does not have."""
    return Refusal("InvalidAction", f"Could not find operation {name} for version {version or 'NO_VERSION_SPECIFIED'}")


def missing_action() -> Refusal:
    """Make the error for a request without `Action`."""
    return Refusal("MissingAction", "Missing Action")


def regional_only() -> Refusal:
    """Make the error for an operation that the global endpoint does not have."""
    return Refusal("InvalidAction", "Unknown Operation")


def internal_failure(message: str = "") -> Refusal:
    """Make the error for a failure of the server itself."""
    words = message or "The request processing has failed because of an unknown error, exception or failure."
    return Refusal("InternalFailure", words, 500, "Receiver")


def unavailable() -> Refusal:
    """Make the error of an overloaded service."""
    return Refusal("ServiceUnavailable", "Service Unavailable", 503, "Receiver")
