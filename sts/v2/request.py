"""Requests, responses and endpoints of v2: camelCase names, `presign` with a callback, `SystemExit` in a handler."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from sts.calling.request import Request as PlainRequest
from sts.calling.request import Response as PlainResponse
from sts.http import Headers
from sts.v2.background import call_later, end_process
from sts.v2.camel_case import CamelCase

if TYPE_CHECKING:
    from sts.calling.request import Request as PlainRequest
    from sts.calling.request import RequestClient
    from sts.events import Listener, Listeners
    from sts.pipeline.call import Call


R = TypeVar("R")


class Response(CamelCase, PlainResponse):
    """Show what is known of a call's outcome."""

    @property
    def http_response(self) -> HttpResponse:  # type: ignore[override]  # under v2's names, and never None
        """The last answer of the endpoint."""
        return HttpResponse(self.request)


class Request(CamelCase, PlainRequest[R]):
    """Hold one call; every operation of `AWS.STS` returns one, sent already if it was given a callback."""

    on_exit = staticmethod(end_process)

    def __init__(self, client: RequestClient, call: Call, *shared: Listeners) -> None:
        super().__init__(client, call, *shared)
        self.response = Response(self)
        self._http_request = HttpRequest(self)

    @property
    def operation(self) -> str:
        """The operation's name in v2, such as "assumeRole"."""
        name = self.call.operation.name
        return name[0].lower() + name[1:]

    @property
    def service(self) -> Any:
        """The client."""
        return self._client

    @property
    def http_request(self) -> HttpRequest:  # type: ignore[override]  # under v2's names, and never None
        """What is sent."""
        return self._http_request

    def presign(  # type: ignore[override]  # v2's is a URL, and so for GET only
        self, expires_in: Any = 3600, callback: Callable[[Any, Any], object] | None = None
    ) -> Any:
        """
        Return the presigned URL of this call, valid for *expires_in* seconds, or give it to *callback* as `(error, url)`.

        The callback may also be the first argument.
        """
        if callback is None and callable(expires_in):
            expires_in, callback = 3600, expires_in
        if callback is None:
            return super().presign(expires_in=expires_in).url
        sign = super().presign
        call_later(lambda: sign(expires_in=expires_in).url, callback)
        return None

    def is_pageable(self) -> bool:
        """Return False: no operation of STS has pages."""
        return False

    def add_listener(self, event: str, listener: Listener, prepend: bool = False) -> PlainRequest[R]:
        """Call *listener* at each *event* of this request: another name of `on`."""
        return self.on(event, listener, prepend)

    def remove_listener(self, event: str, listener: Listener) -> PlainRequest[R]:
        """Remove *listener*."""
        return self.off(event, listener)

    def remove_all_listeners(self, event: str) -> PlainRequest[R]:
        """Remove every listener of *event*."""
        return self.off(event)


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


_PORTS = {"http": 80, "https": 443}


class Endpoint(str):
    """Be the *url* of an endpoint, a string, that knows its parts; without a scheme it is https, or http without *tls*."""

    __slots__ = ()

    def __new__(cls, url: str, *, tls: bool = True) -> Endpoint:
        """Return *url* with a scheme: its own, else https, or http without *tls*."""
        return super().__new__(cls, url if "://" in url else f"http{'s' if tls else ''}://{url}")

    @property
    def href(self) -> str:
        """The URL with its path."""
        return f"{self}" if self.count("/") > 2 else f"{self}/"

    @property
    def protocol(self) -> str:
        """The scheme with a colon, as in JavaScript."""
        return f"{urlsplit(self).scheme}:"

    @property
    def hostname(self) -> str:
        """The host's name."""
        return urlsplit(self).hostname or ""

    @property
    def host(self) -> str:
        """The host's name, with the port unless that is the scheme's own."""
        return urlsplit(self).netloc

    @property
    def port(self) -> int:
        """The port."""
        parts = urlsplit(self)
        return parts.port or _PORTS.get(parts.scheme, 443)
