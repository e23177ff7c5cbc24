"""Requests of v2: camelCase names, `presign` with a callback, and a SystemExit in a handler that ends the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from sts.calling.request import Request as PlainRequest
from sts.calling.request import Response as PlainResponse
from sts.v2.background import call_later
from sts.v2.background__exits import end_process
from sts.v2.camel_case import CamelCase
from sts.v2.request__http import HttpRequest, HttpResponse

if TYPE_CHECKING:
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
