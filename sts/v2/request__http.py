"""What goes over the wire, under v2's names: `request.httpRequest` and `response.httpResponse`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sts.http import Headers
from sts.v2.camel_case import CamelCase
from sts.v2.request__endpoint import Endpoint

if TYPE_CHECKING:
    from sts.calling.request import Request as PlainRequest
    from sts.v2.request import Request


class HttpRequest(CamelCase):
    """Show what is sent: unsigned at `build`, signed from `sign` on. Headers may be set from the start."""

    def __init__(self, request: Request[Any]) -> None:
        self._request = request
        self._early: Headers | None = None

    @property
    def headers(self) -> Headers:
        """The headers, case-blind; those set before `build` are added then, and signed."""
        sent = self._request.call.http_request
        if sent is not None:
            return sent.headers
        if self._early is None:
            early = self._early = Headers()
            self._request.on("build", lambda _: self.headers.update(early), prepend=True)
        return self._early

    @property
    def method(self) -> str:
        """The HTTP method."""
        sent = self._request.call.http_request
        return "POST" if sent is None else sent.method

    @property
    def body(self) -> bytes:
        """The form, empty before `build`."""
        sent = self._request.call.http_request
        return b"" if sent is None else sent.body

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint that the request goes to."""
        endpoint: Endpoint = self._request.service.endpoint
        return endpoint

    @property
    def path(self) -> str:
        """The path on the endpoint."""
        sent = self._request.call.http_request
        return urlsplit(self.endpoint if sent is None else sent.url).path or "/"

    @property
    def region(self) -> str:
        """The region for which the request is signed."""
        signing_region: str = self._request.service.wire().endpoint.signing_region
        return signing_region

    def __repr__(self) -> str:
        return repr(self._request.call.http_request or "<HttpRequest not built yet>").strip("'")


class HttpResponse(CamelCase):
    """Show the endpoint's last answer; as long as there is none its status is None."""

    def __init__(self, request: PlainRequest[Any]) -> None:
        self._request = request

    @property
    def status_code(self) -> int | None:
        """The status."""
        answer = self._request.call.http_response
        return None if answer is None else answer.status

    @property
    def status_message(self) -> str | None:
        """The reason in the status line."""
        answer = self._request.call.http_response
        return None if answer is None else answer.reason

    @property
    def headers(self) -> Headers:
        """The headers, case-blind."""
        answer = self._request.call.http_response
        return Headers() if answer is None else answer.headers

    @property
    def body(self) -> bytes:
        """The whole body."""
        answer = self._request.call.http_response
        return b"" if answer is None else answer.body

    def __repr__(self) -> str:
        return repr(self._request.call.http_response or "<HttpResponse not there yet>").strip("'")
