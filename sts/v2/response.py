"""Responses of v2: the outcome of a call, which listeners and scripts may change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from sts.base.records import of_whole
from sts.calling.request import Request
from sts.calling.request import Response as PlainResponse
from sts.http import Headers
from sts.v2.background import call_with
from sts.v2.camel_case import CamelCase
from sts.v2.http import HeaderView

Callback = Callable[[Any, Any], object]
Q = TypeVar("Q", bound=Request[Any])
"""Type of the request, an `AWS.Request`."""


class HttpResponse(CamelCase):
    """Last response of the endpoint. Its status is None before a response."""

    def __init__(self, request: Request[Any]) -> None:
        self._request = request

    @property
    def status_code(self) -> int | None:
        """The status."""
        answer = self._request.call.http_response
        return None if answer is None else answer.status

    @property
    def status_message(self) -> str | None:
        """The reason phrase of the status line."""
        answer = self._request.call.http_response
        return None if answer is None else answer.reason

    @property
    def headers(self) -> HeaderView:
        """The headers, case-insensitive."""
        answer = self._request.call.http_response
        return HeaderView(Headers() if answer is None else answer.headers)

    @property
    def body(self) -> bytes:
        """The whole body."""
        answer = self._request.call.http_response
        return b"" if answer is None else answer.body

    streaming = False
    """Always False: the body is read as a whole."""

    @of_whole
    def __repr__(self) -> str:
        return repr(self._request.call.http_response or "<HttpResponse not there yet>").strip("'")


class Response(CamelCase, PlainResponse, Generic[Q]):
    """Outcome of a call. Listeners may set `error`, `data` and their own attributes."""

    request: Q

    @property
    def data(self) -> Any:
        """The result, or None."""
        return self.request.call.data

    @data.setter
    def data(self, data: Any) -> None:
        self.request.call.data = data

    @property
    def error(self) -> Any:
        """The error, or None. Also None once another attempt is certain."""
        call = self.request.call
        return None if call.retrying else call.error

    @error.setter
    def error(self, error: BaseException | None) -> None:
        self.request.call.error = error

    @property
    def http_response(self) -> HttpResponse:  # type: ignore[override]  # under v2's names, and never None
        """The last response of the endpoint."""
        return HttpResponse(self.request)

    @property
    def retry_count(self) -> int:
        """Number of retries. From `afterRetry` on it includes the next one."""
        return super().retry_count + self.request.call.retrying

    @property
    def max_retries(self) -> int:
        """Maximum number of retries."""
        client: Any = self.request._client  # an AWS.STS
        return int(client.num_retries())

    @property
    def max_redirects(self) -> int:
        """Limit of v2. Redirects are not followed."""
        client: Any = self.request._client
        return int(client.config.max_redirects)

    @property
    def request_id(self) -> str | None:
        """The request id of the service, or None."""
        metadata = self.data.get("ResponseMetadata", {}) if isinstance(self.data, dict) else {}
        found: str | None = metadata.get("RequestId") or getattr(self.error, "request_id", None)
        return found

    def has_next_page(self) -> None:
        """Return None: no operation of STS is paginated."""

    def next_page(self, callback: Callback | None = None) -> None:
        """Call *callback* with the error and no data: no operation of STS is paginated."""
        if callback is not None:
            call_with(callback, self.error, None)
