"""
Every exception of the library, importable and picklable.

    STSError: ConfigError, ParamValidationError, CredentialsError, RequestAbortedError, DeadlineExceededError
      TransportError: ConnectTimeoutError, ReadTimeoutError, EndpointConnectionError, TLSError, ProxyError, ResponseParseError
      ServiceError: one class for each error of the service model (15)

An error says from the start whether it is retryable, throttling and whose fault it was; everybody else only reads that.
"""

from __future__ import annotations

import copyreg
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sts.base.problems import ResponseMetadata as ResponseMetadata
from sts.base.problems import ValidationProblem as ValidationProblem


class STSError(Exception):
    """
    Any failure this library reports; its text is `message` and, if there is one, `hint`.

    Attributes (None or False where they do not apply; `code` and `message` are always there; `statusCode` works too):
        code: the service's error code, or the AWS SDK for JavaScript v2's code for errors made by the client.
        message: what happened. hint: what to do about it, one line.
        operation: its wire name, such as "AssumeRole". region: the signing region. hostname: who was asked.
        status_code: HTTP status. request_id, extended_request_id, cf_id: the service's ids of the request.
        attempts: how often the request was sent. total_retry_delay: seconds waited in between.
        retryable: whether the same call may succeed later; a `retry` listener may change it.
        throttling: whether the service asked for fewer calls. retry_delay: seconds to wait, asked for by it or a listener.
        mended: whether the client has put the cause right (clock, expired credentials), so that another try is free.
        fault: "client" or "server": who has to change something. time: when the error was made (aware UTC).
        original_error: the exception below this one, if any; not kept by pickle.

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

    def __init__(self, message: str = "", **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        for name, value in fields.items():
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no field {name!r}")
            setattr(self, name, value)

    @property
    def name(self) -> str:
        """Return v3's `error.name`: the class's name, or the code of an error without a class; in `sts.v2` the code."""
        return self._name or (self.code if type(self) is ServiceError else type(self).__name__)

    @property
    def stack(self) -> str:
        """Return name, message and where the error was raised, as JavaScript's `error.stack`; no values of variables."""
        from traceback import format_tb

        return "".join([f"{self.name}: {self.message}\n", *format_tb(self.__traceback__)]).rstrip("\n")

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

    if not TYPE_CHECKING:  # a type checker would take it for a promise that every attribute exists

        def __getattr__(self, name: str) -> Any:
            from sts.base.spelling import read_camel_case  # only scripts that are ported need it

            return read_camel_case(self, name)

    def __str__(self) -> str:
        return f"{self.message} Hint: {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # The exception below may hold a socket or not pickle at all; its text is already part of our message.
        state = {key: value for key, value in self.__dict__.items() if key not in {"original_error", "__notes__"}}
        return copyreg.__newobj__, (type(self), self.message), state  # type: ignore[attr-defined]  # missing in typeshed


class ConfigError(STSError):
    """An option, variable or profile setting has a value that cannot be used."""

    code = "ConfigError"


class MissingRegionError(ConfigError):
    """No region was given anywhere."""


class ProfileNotFoundError(ConfigError):
    """The profile asked for is in neither shared file."""

    _name = "CredentialsProviderError"


class ProfileParseError(ConfigError):
    """A shared file is not well formed; the message names file and line."""


class ParamValidationError(STSError):
    """The params do not fit, nothing was sent; `problems` lists all; `code` is the only one's or `MultipleValidationErrors`."""

    code = "MultipleValidationErrors"
    problems: tuple[ValidationProblem, ...] = ()

    @classmethod
    def of(cls, *problems: ValidationProblem, operation: str | None = None) -> ParamValidationError:
        """Return the error for *problems*: the only one's message and code, or a list of all."""
        if len(problems) == 1:
            return cls(problems[0].message, code=problems[0].code, problems=problems, operation=operation)
        lines = "".join(f"\n* {problem.code}: {problem.message}" for problem in problems)
        return cls(f"There were {len(problems)} validation errors:{lines}", problems=problems, operation=operation)


class CredentialsError(STSError):
    """No credentials could be had; `verdicts` lists each provider that was asked, with why it gave nothing."""

    code = "CredentialsError"
    _name = "CredentialsProviderError"
    verdicts: tuple[Any, ...] = ()


class NotConfiguredError(CredentialsError):
    """A provider has nothing to go on; a chain asks the next one. Every other error stops the chain."""


class RequestAbortedError(STSError):
    """The call was aborted by its caller."""

    code = "RequestAbortedError"
    _name = "AbortError"


class DeadlineExceededError(STSError):
    """The call's total `timeout` passed; the message says what had happened by then."""

    code = "TimeoutError"
    _name = "TimeoutError"
    attempts_told = False


class TransportError(STSError):
    """No usable answer came; `answered` says whether a part of one did, so that the service has seen the request."""

    code = "NetworkingError"
    retryable = True
    fault = "server"
    answered = False


class ConnectTimeoutError(TransportError):
    """No connection within the connect timeout."""

    code = "TimeoutError"
    _name = "TimeoutError"


class ReadTimeoutError(TransportError):
    """The connection stood, but no answer came within the read timeout."""

    code = "TimeoutError"
    _name = "TimeoutError"


class EndpointConnectionError(TransportError):
    """The endpoint's name did not resolve, it refused the connection, or it broke the connection off."""


class TLSError(TransportError):
    """The TLS handshake failed; most often the certificate is not trusted."""

    retryable = False
    fault = "client"


class ProxyError(TransportError):
    """The proxy could not be reached or refused the request."""


class ResponseParseError(TransportError):
    """The answer is not one of STS: the message shows its status and first bytes."""

    retryable = False


class ServiceError(STSError):
    """
    STS answered with an error; one subclass for each error of the service model.

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
        hint = f" Hint: {self.hint}" if self.hint else ""
        details = f"{self.operation or 'STS'}, HTTP {self.status_code}, request id {self.request_id}"
        return f"{self.code}: {self.message}{hint} ({details})"


class ExpiredTokenException(ServiceError):
    """The session token, or the web identity or SAML token, has expired."""


class ExpiredTradeInTokenException(ServiceError):
    """The trade-in token has expired; ask for a new one."""


class IDPCommunicationErrorException(ServiceError):
    """STS could not reach the identity provider to check the token; try again."""

    retryable = True


class IDPRejectedClaimException(ServiceError):
    """The identity provider says that the claim is not valid (any more)."""


class InsufficientSessionLifetimeException(ServiceError):
    """The calling session does not live as long as the credentials that were asked for."""


class InvalidAuthorizationMessageException(ServiceError):
    """The encoded authorization message cannot be decoded."""


class InvalidContextAssertionException(ServiceError):
    """A context assertion is malformed, has expired, or is of no trusted provider."""


class InvalidIdentityTokenException(ServiceError):
    """The web identity or SAML token cannot be accepted."""


class InvalidSubjectCredentialsException(ServiceError):
    """Only a session can be scoped down, and these credentials are none that is valid."""


class JWTPayloadSizeExceededException(ServiceError):
    """The web identity token would become too large; send fewer or shorter tags."""


class MalformedPolicyDocumentException(ServiceError):
    """The session policy is not a valid policy document."""


class OutboundWebIdentityFederationDisabledException(ServiceError):
    """Outbound web identity federation is not enabled in the account."""


class PackedPolicyTooLargeException(ServiceError):
    """The session token would be too large: session policies and tags are packed into it."""


class RegionDisabledException(ServiceError):
    """STS is not activated in this region for the account."""


class SessionDurationEscalationException(ServiceError):
    """A session cannot give a token that lives longer than itself."""
