"""Responses of v2: what listeners and scripts read of a call's outcome, and may change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from sts.calling.request import Request
from sts.calling.request import Response as PlainResponse
from sts.v2.background import call_with
from sts.v2.camel_case import CamelCase
from sts.v2.http import HttpResponse

Callback = Callable[[Any, Any], object]
Q = TypeVar("Q", bound=Request[Any])
"""The type of the request, an `AWS.Request`."""


class Response(CamelCase, PlainResponse, Generic[Q]):
    """What is known of a call's outcome; listeners may set `error` and `data`, and attributes of their own."""

    request: Q
    redirect_count = 0

    @property
    def data(self) -> Any:
        """The result, or None."""
        return self.request.call.data

    @data.setter
    def data(self, data: Any) -> None:
        self.request.call.data = data

    @property
    def error(self) -> Any:
        """The error, or None; also None once it is sure that another attempt follows."""
        call = self.request.call
        return None if call.retrying else call.error

    @error.setter
    def error(self, error: BaseException | None) -> None:
        self.request.call.error = error

    @property
    def http_response(self) -> HttpResponse:  # type: ignore[override]  # under v2's names, and never None
        """The last answer of the endpoint."""
        return HttpResponse(self.request)

    @property
    def retry_count(self) -> int:
        """How many attempts followed the first; from `afterRetry` on the next one counts."""
        call = self.request.call
        return max(call.attempt - 1, 0) + call.retrying

    @property
    def max_retries(self) -> int:
        """How many retries the client allows."""
        client: Any = self.request._client  # an AWS.STS
        retries: int = client.num_retries()
        return retries

    @property
    def max_redirects(self) -> int:
        """v2's limit; redirects are not followed."""
        client: Any = self.request._client
        limit: int = client.config.max_redirects
        return limit

    @property
    def request_id(self) -> str | None:
        """The service's id of the request, or None."""
        metadata = self.data.get("ResponseMetadata", {}) if isinstance(self.data, dict) else {}
        found: str | None = metadata.get("RequestId") or getattr(self.error, "request_id", None)
        return found

    def has_next_page(self) -> None:
        """Return None: no operation of STS has pages."""

    def next_page(self, callback: Callback | None = None) -> None:
        """Call *callback* with the error and no data: no operation of STS has pages."""
        if callback is not None:
            call_with(callback, self.error, None)
