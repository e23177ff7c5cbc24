"""Fakes: a handler that answers from a list, bodies as STS sends them, and clients wired to both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sts import STS
from sts.http import Control, HttpRequest, HttpResponse
from sts.retry.standard import RetryToken

CREDENTIALS = {
    "region": "us-east-1",
    "access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "secret_access_key": "wJalrXUtnFEMI/K7MDENG/EXAMPLEKEY",
}
CALLER = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Arn>arn:aws:iam::123456789012:user/demo</Arn><UserId>AIDA</UserId><Account>123456789012</Account>"
    "</GetCallerIdentityResult><ResponseMetadata><RequestId>body-id</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
)


def ok(body: str = CALLER, **headers: str) -> HttpResponse:
    """Return a success."""
    return HttpResponse(200, {"content-type": "text/xml", "x-amzn-requestid": "header-id", **headers}, body.encode(), "OK")


def refused(code: str, message: str = "no", status: int = 400, **headers: str) -> HttpResponse:
    """Return an error of the service; underscores in header names become hyphens."""
    body = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{message}</Message></Error><RequestId>error-id</RequestId></ErrorResponse>"
    )
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, {"content-type": "text/xml", **named}, body.encode(), "Bad Request")


class FakeHandler:
    """Answer each request with the next of *answers* (a response, an exception, or a function of the request)."""

    def __init__(self, *answers: Any) -> None:
        self.answers: list[Any] = list(answers)
        self.requests: list[HttpRequest] = []
        self.controls: list[Control] = []
        self.closed = 0

    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        self.requests.append(request)
        self.controls.append(control)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer(request) if isinstance(answer, Callable) else answer  # type: ignore[arg-type]

    def close(self) -> None:
        self.closed += 1


class AlwaysLater:
    """A retry strategy that tries nine times, after *delay* seconds each."""

    max_attempts = 9

    def __init__(self, delay: float) -> None:
        self.delay = delay

    def acquire_initial_retry_token(self) -> RetryToken:
        return RetryToken()

    def refresh_retry_token_for_retry(self, token: RetryToken, error: Any) -> RetryToken:
        return token._replace(retry_count=token.retry_count + 1, delay=self.delay)

    def record_success(self, token: RetryToken) -> None:
        pass


def client(*answers: Any, **options: Any) -> STS:
    """Return a client whose handler gives *answers*; `client.handler` is that handler."""
    handler = FakeHandler(*(answers or (ok(),)))
    made = STS(**{**CREDENTIALS, "request_handler": handler, **options})
    made.handler = handler  # type: ignore[attr-defined]
    return made


def names(pairs: Iterable[tuple[str, Any]]) -> list[str]:
    """Return the first of each pair."""
    return [name for name, _ in pairs]
