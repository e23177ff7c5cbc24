"""
Every exception of the library, importable and picklable.

    STSError: ConfigError, ParamValidationError, CredentialsError, RequestAbortedError, DeadlineExceededError
      TransportError: ConnectTimeoutError, ReadTimeoutError, EndpointConnectionError, TLSError, ProxyError, ResponseParseError
      ServiceError: one class for each error of the service model (15)

Each error is created with its `retryable`, `throttling` and `fault` values. Other code only reads them.
"""

from __future__ import annotations

import copyreg

from sts.base.forks import load
from sts.base.records import ResponseMetadata as ResponseMetadata
from sts.base.records import ValidationProblem as ValidationProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any


class STSError(Exception):
    """
    Any failure that this library reports. Its text is `message` and, if there is one, `hint`.

    Attributes (None or False if they do not apply; `code` and `message` are always set; camelCase names also work):
        code: the service's error code, or the AWS SDK for JavaScript v2's code for errors made by the client.
        message: what happened. hint: advice in one line.
        operation: its wire name, such as "AssumeRole". region: the signing region. hostname: host of the request.
        status_code: HTTP status. request_id, extended_request_id, cf_id: the service's ids of the request.
        attempts: number of times the request was sent. total_retry_delay: seconds between attempts.
        retryable: True if the same call may succeed later. A `retry` listener may change it.
        throttling: True if the service throttled the call. retry_delay: delay in seconds set by the service or a listener.
        mended: True if the client has corrected the cause (clock, expired credentials). The next attempt then costs no quota.
        fault: "client" or "server": the side that must change something. time: time of the error (aware UTC).
        original_error: the underlying exception, if any. Not pickled.

    """

    code = "STSError"
    retryable = False
    throttling = False
    mended = False
    fault: str = "client"
    hint: str | None = None
    status_code: int | None = None
    request_id: str | None = None
    extended_request_id: str | None = None
    cf_id: str | None = None
    retry_delay: float | None = None
    time: datetime | None = None
    region: str | None = None
    hostname: str | None = None
    operation: str | None = None
    original_error: BaseException | None = None
    attempts = 0
    total_retry_delay = 0.0
    _name: str | None = None

    def __init__(self, message: str = "", **fields: object) -> None:
        super().__init__(message)
        self.message = message
        for name, value in fields.items():
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no field {name!r}")
            setattr(self, name, value)

    @property
    def name(self) -> str:
        """Return v3's `error.name`: the class name, or the code of an error without a class. In `sts.v2` it is the code."""
        return self._name or (self.code if type(self) is ServiceError else type(self).__name__)

    @property
    def stack(self) -> str:
        """Return name, message and where the error was raised, like JavaScript's `error.stack`. No variable values."""
        return "".join([f"{self.name}: {self.message}\n", *load("traceback").format_tb(self.__traceback__)]).rstrip("\n")

    @property
    def metadata(self) -> ResponseMetadata:
        """Return status, request ids, attempts and total retry delay, like the JavaScript SDK's `$metadata`."""
        return ResponseMetadata(
            self.status_code, self.request_id, self.extended_request_id, self.cf_id, self.attempts, self.total_retry_delay
        )

    retryDelay: Any = property(  # noqa: N815 - v2's name and unit, as its scripts assign it
        lambda self: None if self.retry_delay is None else self.retry_delay * 1000,
        lambda self, milliseconds: setattr(self, "retry_delay", milliseconds / 1000),
        doc="The `retry_delay` in milliseconds.",
    )

    if not TYPE_CHECKING:  # otherwise type checkers would assume that every attribute exists

        def __getattr__(self, name: str) -> Any:
            return load("sts.base.spelling").read_camel_case(self, name)  # needed only by scripts ported from JavaScript

    def __str__(self) -> str:
        return f"{self.message} Hint: {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # The underlying exception may hold a socket or not be picklable. Its text is already part of the message.
        state = {key: value for key, value in self.__dict__.items() if key not in {"original_error", "__notes__"}}
        return copyreg.__newobj__, (type(self), self.message), state  # type: ignore[attr-defined]  # missing in typeshed


class ConfigError(STSError):
    """An option, variable or profile setting has an invalid value."""

    code = "ConfigError"
    _setting = ("", "")  # option and profile key, if a variable or a profile has the invalid value


class MissingRegionError(ConfigError):
    """No region was given anywhere."""


class ProfileNotFoundError(ConfigError):
    """The requested profile is in neither shared file."""

    _name = "CredentialsProviderError"


class ProfileParseError(ConfigError):
    """A shared file is malformed. The message contains file and line."""


class ParamValidationError(STSError):
    """The params are invalid; nothing was sent. `problems` lists all; several have the code `MultipleValidationErrors`."""

    code = "MultipleValidationErrors"
    problems: tuple[ValidationProblem, ...] = ()

    @classmethod
    def of(cls, *problems: ValidationProblem, operation: str | None = None) -> ParamValidationError:
        """Return the error for *problems*: message and code of a single problem, or a list of all."""
        if len(problems) == 1:
            return cls(problems[0].message, code=problems[0].code, problems=problems, operation=operation)
        lines = "".join(f"\n* {problem.code}: {problem.message}" for problem in problems)
        return cls(f"There were {len(problems)} validation errors:{lines}", problems=problems, operation=operation)


class CredentialsError(STSError):
    """No credentials were found, or fetching them failed. `verdicts` lists each called provider with its reason."""

    code = "CredentialsError"
    _name = "CredentialsProviderError"
    verdicts: tuple[Any, ...] = ()


class NotConfiguredError(CredentialsError):
    """A provider is not configured, so a chain calls the next one. Any other error stops the chain."""


class RequestAbortedError(STSError):
    """The call was aborted by its caller."""

    code = "RequestAbortedError"
    _name = "AbortError"


class DeadlineExceededError(STSError):
    """The call's total `timeout` expired. The message says what the call was doing."""

    code = "TimeoutError"
    _name = "TimeoutError"
    attempts_told = False


class TransportError(STSError):
    """No valid response was received. `answered` is True if a part of one was, so that the service has seen the request."""

    code = "NetworkingError"
    retryable = True
    fault = "server"
    answered = False


class ConnectTimeoutError(TransportError):
    """No connection was established within the connect timeout."""

    code = "TimeoutError"
    _name = "TimeoutError"


class ReadTimeoutError(TransportError):
    """No response was received on the connection within the read timeout."""

    code = "TimeoutError"
    _name = "TimeoutError"


class EndpointConnectionError(TransportError):
    """The name of the endpoint could not be resolved, or the connection was refused or closed."""


class TLSError(TransportError):
    """The TLS handshake failed. The most frequent cause is an untrusted certificate."""

    retryable = False
    fault = "client"


class ProxyError(TransportError):
    """The proxy could not be reached or rejected the request."""


class ResponseParseError(TransportError):
    """The response is not an STS response. The message shows its status and first bytes."""

    retryable = False


class ServiceError(STSError):
    """
    Error response of STS. There is a subclass for each error of the service model.

    `code` is the code as sent. `response` has botocore's shape, so `e.response["Error"]["Code"]` works.
    """

    code = "UnknownError"

    @property
    def response(self) -> dict[str, Any]:
        """Return the error in the shape of botocore's `ClientError.response`."""
        return {
            "Error": {"Type": "Sender" if self.fault == "client" else "Receiver", "Code": self.code, "Message": self.message},
            "ResponseMetadata": {
                "RequestId": self.request_id,
                "HTTPStatusCode": self.status_code,
                "RetryAttempts": max(self.attempts - 1, 0),
            },
        }

    def __str__(self) -> str:
        details = f"{self.operation or 'STS'}, HTTP {self.status_code}, request id {self.request_id}"
        return f"{self.code}: {STSError.__str__(self)} ({details})"


class ExpiredTokenException(ServiceError):
    """The session token, or the web identity or SAML token, has expired."""


class ExpiredTradeInTokenException(ServiceError):
    """The trade-in token has expired; request a new one."""


class IDPCommunicationErrorException(ServiceError):
    """STS could not reach the identity provider to check the token; try again."""

    retryable = True


class IDPRejectedClaimException(ServiceError):
    """The identity provider says that the claim is invalid or no longer valid."""


class InsufficientSessionLifetimeException(ServiceError):
    """The remaining lifetime of the calling session is shorter than the requested one."""


class InvalidAuthorizationMessageException(ServiceError):
    """The encoded authorization message cannot be decoded."""


class InvalidContextAssertionException(ServiceError):
    """A context assertion is malformed, expired, or from an untrusted provider."""


class InvalidIdentityTokenException(ServiceError):
    """The web identity or SAML token is not accepted."""


class InvalidSubjectCredentialsException(ServiceError):
    """Only valid temporary credentials can be scoped down."""


class JWTPayloadSizeExceededException(ServiceError):
    """The web identity token would be too large; send fewer or shorter tags."""


class MalformedPolicyDocumentException(ServiceError):
    """The session policy is not a valid policy document."""


class OutboundWebIdentityFederationDisabledException(ServiceError):
    """Outbound web identity federation is not enabled in the account."""


class PackedPolicyTooLargeException(ServiceError):
    """The session token would be too large: session policies and tags are packed into it."""


class RegionDisabledException(ServiceError):
    """STS is not activated in this region for the account."""


class SessionDurationEscalationException(ServiceError):
    """The requested token would be valid longer than the calling session."""
