"""Presigned requests: a call that another program can make without the credentials, for a limited time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sts.base.forks import load
from sts.base.records import Record, of_whole
from sts.errors import ParamValidationError, ValidationProblem
from sts.http import Headers, HttpRequest
from sts.identity import obtain
from sts.pipeline.run import check_params
from sts.protocol.serialize import CONTENT_TYPE, serialize_params
from sts.signer import presign_url

if TYPE_CHECKING:
    from sts.endpoints import Endpoint
    from sts.identity import Credentials
    from sts.model.shapes import Operation
    from sts.pipeline.call import Call, Wiring

MAX_EXPIRES = 604800
"""Longest validity in seconds; the limit of SigV4 presigned URLs (7 days)."""


class PresignedRequest(Record):
    """
    A request to send: *method*, *url*, and the *headers* that were signed and must be sent.

    A POST has its params in *body*, which is also signed and must be sent unchanged. A GET has no body (None).
    """

    url: str
    method: str
    headers: dict[str, str]
    body: bytes | None = None

    @of_whole
    def __repr__(self) -> str:
        return f"<PresignedRequest {self.method} {self.url.partition('?')[0]}>"


def presign(
    operation: Operation,
    params: Mapping[str, Any],
    credentials: Credentials,
    endpoint: Endpoint,
    *,
    expires_in: int,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    now: datetime | None = None,
    region_set: tuple[str, ...] = (),
) -> PresignedRequest:
    """
    Return *operation* presigned for *expires_in* seconds. *headers* are signed and never moved into the URL.

    The params of a GET are in its URL, those of a POST in its body. With a *region_set* the signature is SigV4a's.
    """
    check_expires_in(expires_in)
    if method not in ("GET", "POST"):
        raise _unfit("method", f"method is {method!r}; it must be 'GET' or 'POST'.")
    form = serialize_params(operation, params)
    url = endpoint.url if endpoint.url.count("/") > 2 else endpoint.url + "/"
    request = HttpRequest(method, url, check_headers(headers))
    if method == "POST":
        request.headers.setdefault("content-type", CONTENT_TYPE)
        request.body = form
    else:
        request.url = f"{url}?{form.decode('ascii')}"
    usual: dict[str, Any] = {"service": endpoint.signing_name, "expires_in": expires_in, "now": now}
    if region_set:
        target = load("sts.sigv4a").presign_url_v4a(request, credentials, region_set=region_set, **usual)
    else:
        target = presign_url(request, credentials, region=endpoint.signing_region, **usual)
    return PresignedRequest(target, method, dict(request.headers), request.body or None)


def presign_call(
    call: Call, wiring: Wiring, expires_in: int, *, method: str = "GET", headers: Mapping[str, str] | None = None
) -> PresignedRequest:
    """Return the request of *call*, checked and presigned. Listeners may add headers, which are then signed."""
    emit = call.emit
    try:
        for event in ("before_presign", "validate"):
            emit(event)
        params = check_params(call, wiring)
        call.http_request = unsigned = HttpRequest(method, wiring.endpoint.url, check_headers(headers))
        for event in ("build", "after_build"):
            emit(event)
        credentials = obtain(wiring.credentials)
        made = presign(
            *(call.operation, params, credentials, wiring.endpoint),
            expires_in=expires_in,
            method=method,
            headers=unsigned.headers,
            now=wiring.clock.now(wiring.host),
            region_set=wiring.region_set,
        )
        emit("sign")
    except BaseException as error:
        call.error = error
        emit("error", error, emit.response)
        emit("complete", emit.response)
        raise
    return made


def check_headers(headers: Any) -> Headers:
    """Return *headers* (None for none). Raise ParamValidationError unless they are a mapping of strings."""
    given = {} if headers is None else headers
    if not isinstance(given, Mapping) or not all(isinstance(text, str) for pair in given.items() for text in pair):
        raise _unfit("headers", "headers must be a mapping of names to values, all of them strings.")
    return Headers(given)


def check_expires_in(seconds: object) -> None:
    """Raise ParamValidationError unless *seconds* is a whole number from 1 to 604800."""
    if isinstance(seconds, int) and not isinstance(seconds, bool) and 1 <= seconds <= MAX_EXPIRES:
        return
    problem = ValidationProblem(
        "InvalidExpiryTime",
        "expires_in",
        f"expires_in is {seconds!r}; it must be a whole number of seconds from 1 to {MAX_EXPIRES}.",
    )
    raise ParamValidationError.of(problem)


def _unfit(name: str, message: str) -> ParamValidationError:
    return ParamValidationError.of(ValidationProblem("InvalidParameterType", name, message))
