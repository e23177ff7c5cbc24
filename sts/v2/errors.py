"""Errors of v2: its codes, names and fields, set on the errors of this library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

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

if TYPE_CHECKING:
    from sts.pipeline.call import Call

E = TypeVar("E")
_UNSENT = (ConfigError, CredentialsError, ParamValidationError)
MISSING_CREDENTIALS = "Missing credentials in config, if using AWS_CONFIG_FILE, set AWS_SDK_LOAD_CONFIG=1"
"""Message of v2 for any failure of a credential provider (`lib/event_listeners.js`)."""
RENEWED_CODES = frozenset({"RequestExpired", "ExpiredToken", "ExpiredTokenException"})
"""Codes after which v2 refreshes the credentials (`INVALIDATE_CREDENTIALS`)."""


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
    if isinstance(error, _UNSENT) and error.status_code is None:
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
