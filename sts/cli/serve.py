"""
The container-credentials protocol on loopback, for `exec --server`: credentials that a program can refresh.

Every AWS SDK requests the URL in AWS_CONTAINER_CREDENTIALS_FULL_URI with the token in AWS_CONTAINER_AUTHORIZATION_TOKEN, and
repeats the request before the credentials expire. The server listens on 127.0.0.1 only. It responds only to `GET /` with the
token and its own Host. A web page does not know the token, and its requests have an Origin or another Host.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sts.cli.session_cache import members
from sts.errors import STSError
from sts.logs import LOGGER

IDLE_SECONDS = 5.0
"""Seconds in which a connection must send its request."""


class CredentialServer(ThreadingHTTPServer):
    """Server of the credentials of one provider, on a free port of 127.0.0.1."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, provider: Any) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.provider = provider
        self.token = secrets.token_urlsafe(32)
        self.host = f"127.0.0.1:{self.server_port}"

    def variables(self) -> dict[str, str]:
        """Return the variables that direct an AWS SDK to this server."""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{self.host}/",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self.token,
        }

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a connection that broke off."""


class _Handler(BaseHTTPRequestHandler):
    """Handler of one request. Logs and responses never repeat the request, which can contain the token."""

    server: CredentialServer
    server_version, sys_version = "sts", ""
    timeout = IDLE_SECONDS

    def do_GET(self) -> None:
        """Respond with the credentials, or with the reason for a failure."""
        reason = self.refusal()
        if reason is not None:
            self.reply(reason[0], {"code": reason[1], "message": reason[2]})
            return
        try:
            credentials = self.server.provider.retrieve()
        except STSError as error:
            LOGGER.warning("Credentials for a program could not be fetched: %s", error)
            self.reply(500, {"code": type(error).__name__, "message": str(error)})
            return
        found = members(credentials)
        self.reply(200, {"Token" if name == "SessionToken" else name: value for name, value in found.items() if value})

    def refusal(self) -> tuple[int, str, str] | None:
        """Return status, code and message for a request to refuse, or None for a valid request."""
        headers = self.headers
        if headers.get_all("Host") != [self.server.host] or "Origin" in headers:
            return 403, "Forbidden", "the request is not for this server"
        given = headers.get_all("Authorization") or [""]
        if len(given) != 1 or not hmac.compare_digest(given[0].encode("latin-1", "replace"), self.server.token.encode()):
            return 401, "Unauthorized", "the authorization token is missing or wrong"
        if self.path != "/":
            return 404, "NotFound", "this path does not exist; credentials are at /"
        return None

    def reply(self, status: int, content: dict[str, Any]) -> None:
        """Send *content* as JSON and close the connection."""
        body = json.dumps(content).encode()
        self.send_response(status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        for name, value in {**headers, "Cache-Control": "no-store", "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse other methods and invalid HTTP without repeating the request."""
        self.close_connection = True
        self.request_version = "HTTP/1.0" if not self.request_version else self.request_version
        self.reply(int(code), {"code": "BadRequest", "message": "the request must be GET / over HTTP"})

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing, because a path could contain the token."""


@contextlib.contextmanager
def serve_credentials(provider: Any) -> Iterator[CredentialServer]:
    """Serve the credentials of *provider* until the block is left."""
    with CredentialServer(provider) as server:
        thread = threading.Thread(
            target=server.serve_forever, name="sts-exec-server", kwargs={"poll_interval": 0.1}, daemon=True
        )
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
