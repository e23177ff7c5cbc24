"""Errors of v2: its codes, names and fields, set on the errors of this library, and their classification by clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sts.errors import (
    ConfigError,
    CredentialsError,
    EndpointConnectionError,
    ParamValidationError,
    ResponseParseError,
    ServiceError,
    STSError,
    TransportError,
)
from sts.model.error_codes import codes_of
from sts.pipeline.call import Call

E = TypeVar("E")
MISSING_CREDENTIALS = "Missing credentials in config, if using AWS_CONFIG_FILE, set AWS_SDK_LOAD_CONFIG=1"
"""Message of v2 for any failure of a credential provider (`lib/event_listeners.js`)."""
_SKEWED = codes_of("skew") - {"AccessDeniedException"}
_THROTTLED = codes_of("throttling") - {
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "SlowDown",
    "ThrottledException",
}
"""Codes of the classification by v2 (`lib/service.js`), which has fewer than this library."""


def as_v2(error: E) -> E:
    """Set code, name and fields of v2 on *error* and return it. Other exceptions are not changed."""
    if isinstance(error, STSError):
        _rewrite(error)
    return error


def _rewrite(error: STSError) -> None:
    if isinstance(error, ServiceError):
        error.hostname = error.region = None  # v2 has them for network errors only, but the pipeline sets them
    if error.__dict__.get("_v2"):
        return
    error.__dict__["_v2"] = True
    if isinstance(error, (ConfigError, CredentialsError, ParamValidationError)) and error.status_code is None:
        error.retryable = None  # type: ignore[assignment]  # v2 sets it for responses only
    if isinstance(error, ResponseParseError) or error.code in (str(error.status_code), "NotFound"):
        error.code = error.status_code or error.code  # type: ignore[assignment]  # a number if the response has no code
    if isinstance(error, EndpointConnectionError) and is_reset(error):
        error.code, error.original_error = "TimeoutError", None
    problems = getattr(error, "problems", ())
    error.__dict__["errors"] = list(problems) if len(problems) > 1 else None  # scripts test `err.errors` on any error
    error._name = str(error.code)


def is_reset(error: STSError) -> bool:
    """Return whether the peer reset the connection, which v2 reports as a timeout (`lib/http/node.js`)."""
    kinds = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)
    cause: Any = error.original_error
    while cause is not None and not isinstance(cause, kinds):
        links = (*cause.args, getattr(cause, "reason", None), cause.__cause__)
        cause = next((link for link in reversed(links) if isinstance(link, BaseException)), None)
    return cause is not None


def before_lookup(error: STSError) -> STSError:
    """Return *error* in its form at `httpError`, where an unknown endpoint is still a networking error."""
    if error.code != "UnknownEndpoint":
        return error
    kept = {name: getattr(error, name) for name in ("hostname", "region", "retryable", "time", "original_error")}
    return as_v2(TransportError(error.message, code="NetworkingError", **kept))


def credentials_error(error: BaseException | None, message: str) -> CredentialsError:
    """Return the `CredentialsError` of v2 with the fields of *error*, which becomes `original_error`."""
    fields: dict[str, Any] = {}
    if isinstance(error, STSError):
        kept = ("status_code", "request_id", "extended_request_id", "hostname", "region", "retryable", "time", "retry_delay")
        fields = {name: getattr(error, name) for name in kept}
        fields["hint"] = error.message if error.hint is None else f"{error.message} {error.hint}"
        fields["verdicts"] = getattr(error, "verdicts", ())
    made = CredentialsError(message, original_error=error, **fields)
    made.__cause__ = error
    made.__dict__["_v2"], made._name = True, "CredentialsError"
    if made.status_code is None:
        made.retryable = None  # type: ignore[assignment]  # v2 sets it for responses only
    return made


def invalidate_credentials(call: Call, error: STSError) -> None:
    """Invalidate the credentials of *call* for errors after which only v2 refreshes them."""
    if error.code == "RequestExpired" and call.signed and "credentials" not in call.recovered:
        call.recovered += "credentials "
        if call.wiring.credentials.invalidate(call.credentials):
            error.retryable = error.mended = True


class ErrorKinds:
    """Client methods that classify an *error* of this library, or any object or mapping with code and status."""

    def networking_error(self, error: object) -> bool:
        """Return whether the service could not be reached."""
        return field_of(error, "code") in ("NetworkingError", "UnknownEndpoint")

    def timeout_error(self, error: object) -> bool:
        """Return whether the call timed out."""
        return bool(field_of(error, "code") == "TimeoutError")

    def throttled_error(self, error: object) -> bool:
        """Return whether the call was throttled."""
        return field_of(error, "statusCode", "status_code") == 429 or field_of(error, "code") in _THROTTLED

    def expired_credentials_error(self, error: object) -> bool:
        """Return whether the credentials have expired."""
        return bool(field_of(error, "code") == "ExpiredTokenException")

    def clock_skew_error(self, error: object) -> bool:
        """Return whether the error is caused by clock skew."""
        return field_of(error, "code") in _SKEWED

    def retryable_error(self, error: object) -> bool:
        """Return whether *error* is retryable. A function assigned to the client overrides this."""
        if isinstance(error, STSError) and error.retryable is not None:
            return bool(error.retryable)
        kinds = (self.timeout_error, self.networking_error, self.expired_credentials_error, self.throttled_error)
        return any(is_kind(error) for is_kind in kinds) or (field_of(error, "statusCode", "status_code") or 0) >= 500


def field_of(owner: object, *names: str) -> Any:
    """Return the first value of *names* in *owner*, a mapping or an object. None if there is none."""
    found = (owner.get(name) if isinstance(owner, Mapping) else getattr(owner, name, None) for name in names)
    return next((value for value in found if value), None)
