"""A handler that sends what is meant for AWS to a server on this machine, under the host name it was signed for."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from sts.http import Control, HttpRequest, HttpResponse


class Detour:
    """Send every request to *server* (an URL), and keep the last."""

    def __init__(self, server: str) -> None:
        self._address = urlsplit(server).netloc
        self.request: HttpRequest | None = None

    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        self.request = request
        url = urlsplit(request.url)
        connection = http.client.HTTPConnection(self._address, timeout=10)
        headers = {"host": url.netloc, **request.headers}
        connection.request(request.method, f"{url.path}?{url.query}" if url.query else url.path, request.body, headers)
        answer = connection.getresponse()
        response = HttpResponse(answer.status, dict(answer.getheaders()), answer.read())
        connection.close()
        return response

    def close(self) -> None:
        pass
