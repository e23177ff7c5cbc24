"""
Error responses of LocalSTS: code, HTTP status and the service's own wording.

The wordings were collected from public error reports. If none is known, a comment says that the wording is ours.
"""

from __future__ import annotations

from typing import Literal

from sts.model.shapes import ErrorShape

_KNOWN = {
    "AccessDenied": (403, ""),
    "ExpiredToken": (403, "The security token included in the request is expired"),
    "InternalFailure": (500, "The request processing has failed because of an unknown error, exception or failure."),
    "InvalidClientTokenId": (403, "The security token included in the request is invalid."),
    "MissingAction": (400, "Missing Action"),
    "MissingAuthenticationToken": (403, "Request is missing Authentication Token"),
    "ServiceUnavailable": (503, "Service Unavailable"),
    "SignatureDoesNotMatch": (403, ""),
    "Throttling": (400, "Rate exceeded"),
}
"""HTTP status (if it is not 400) and message (if a code has only one) of codes outside the service model."""


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


def refusal(code: str, message: str = "") -> ErrorResponse:
    """Make the error *code*. It has the only message of that code unless *message* is given."""
    status, usual = _KNOWN.get(code, (400, ""))
    return ErrorResponse(code, message or usual, status, "Receiver" if status >= 500 else "Sender")


def not_authorized(arn: str, operation: str, resource: str, reason: str = "") -> ErrorResponse:
    """Make the error for a caller without a policy that allows *operation* on *resource*."""
    ending = f" {reason}" if reason else ""
    told = f"User: {arn} is not authorized to perform: sts:{operation} on resource: {resource}{ending}"
    return refusal("AccessDenied", told)
