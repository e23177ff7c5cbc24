"""
Servers on 127.0.0.1: credentials that a program can refresh, and the start or end of a sign-in with a browser.

For `exec --server`, the container-credentials protocol: every AWS SDK requests the URL in AWS_CONTAINER_CREDENTIALS_FULL_URI
with the token in AWS_CONTAINER_AUTHORIZATION_TOKEN, and repeats the request before the credentials expire. The server responds
only to `GET /` with the token and its own Host. A web page does not know the token, and its requests have an Origin or another
Host.

A sign-in link works for anyone who sees it, and every user of a machine can see the arguments of programs. The browser is
therefore opened with an address on 127.0.0.1 that works once and redirects to the link.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
import shlex
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from importlib import import_module
from typing import Any

from sts.cli.formats import members
from sts.cli.target import SERVED
from sts.cli.terminal import show_wait
from sts.cli.usage import UsageError
from sts.errors import STSError
from sts.logs import LOGGER

IDLE_SECONDS = 5.0
"""Seconds in which a connection must send its request."""
WAIT_SECONDS = 60.0
"""How long a browser may take to start."""


class CredentialServer(ThreadingHTTPServer):
    """Server of the credentials of one provider, on a free port of 127.0.0.1."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, provider: Any) -> None:
        super().__init__(("127.0.0.1", 0), _CredentialHandler)
        self.provider = provider
        self.token = secrets.token_urlsafe(32)
        self.host = f"127.0.0.1:{self.server_port}"

    def variables(self) -> dict[str, str]:
        """Return the variables that direct an AWS SDK to this server."""
        return dict(zip(SERVED, (f"http://{self.host}/", self.token), strict=True))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a connection that broke off."""


class LoopbackPage(HTTPServer):
    """Server on a free port of 127.0.0.1 that serves one secret path, as the start or the end of a redirect."""

    def __init__(self, path: str | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _PageHandler)
        self.path = path or f"/{secrets.token_urlsafe(24)}"
        self.url = f"http://127.0.0.1:{self.server_port}{self.path}"
        self.location: str | None = None
        self.page = b""
        self.query: str | None = None

    def wait(self, seconds: float) -> str | None:
        """Serve until the page is requested. Returns its query, or None after *seconds*."""
        end = time.monotonic() + seconds
        while self.query is None and (left := end - time.monotonic()) > 0:
            self.timeout = min(left, 1.0)
            self.handle_request()
        return self.query

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a connection that broke off."""


class _Handler(BaseHTTPRequestHandler):
    """Handler of one request. Logs and responses never repeat the request, which can contain a secret."""

    server_version, sys_version = "sts", ""
    timeout = IDLE_SECONDS

    def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        """Send *body* with *headers*."""
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "Cache-Control": "no-store"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing, because a path could contain a secret."""


class _CredentialHandler(_Handler):
    server: CredentialServer

    def do_GET(self) -> None:
        """Respond with the credentials, or with the reason for a failure."""
        reason = self.refusal()
        if reason is not None:
            self.respond(reason[0], {"code": reason[1], "message": reason[2]})
            return
        try:
            credentials = self.server.provider.retrieve()
        except STSError as error:
            LOGGER.warning("Credentials for a program could not be fetched: %s", error)
            self.respond(500, {"code": type(error).__name__, "message": str(error)})
            return
        found = members(credentials)
        self.respond(200, {"Token" if name == "SessionToken" else name: value for name, value in found.items() if value})

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

    def respond(self, status: int, content: dict[str, Any]) -> None:
        """Send *content* as JSON and close the connection."""
        self.reply(status, json.dumps(content).encode(), {"Content-Type": "application/json", "Connection": "close"})

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse other methods and invalid HTTP without repeating the request."""
        self.close_connection = True
        self.request_version = "HTTP/1.0" if not self.request_version else self.request_version
        self.respond(int(code), {"code": "BadRequest", "message": "the request must be GET / over HTTP"})


class _PageHandler(_Handler):
    server: LoopbackPage

    def do_GET(self) -> None:
        """Answer at the secret path, once: with the page, or with a redirect to the location of the server."""
        server = self.server
        path, _, query = self.path.partition("?")
        headers = {"Content-Type": "text/plain; charset=utf-8", "Referrer-Policy": "no-referrer"}
        fits = secrets.compare_digest(path.encode("latin-1", "replace"), server.path.encode())
        if not fits or self.headers.get("Host") != f"127.0.0.1:{server.server_port}" or server.query is not None:
            self.reply(404, b"This path does not exist.", headers)
            return
        redirect = {"Location": server.location} if server.location else {}
        self.reply(302 if redirect else 200, server.page, {**redirect, **headers})
        server.query = query


@contextlib.contextmanager
def serve_credentials(provider: Any) -> Iterator[CredentialServer]:
    """Serve the credentials of *provider* until the block is left."""
    with CredentialServer(provider) as server:
        poll_seconds = 0.1
        thread = threading.Thread(target=server.serve_forever, args=(poll_seconds,), name="sts-exec-server", daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def open_privately(url: str, command: str | None = None) -> bool:
    """Open *url* in the browser *command*, or in the default one. Returns False if the page was not requested."""
    with LoopbackPage() as server:
        server.location = url
        if not start_browser(server.url, command):
            return False
        with show_wait("the browser", WAIT_SECONDS):
            return server.wait(WAIT_SECONDS) is not None


def start_browser(url: str, command: str | None = None) -> bool:
    """Start the browser *command*, or the default one, with *url*. Raises UsageError if *command* cannot be run."""
    if command is None:
        browser = import_module("webbrowser")  # not needed for `exec`
        opened: list[bool] = []
        thread = threading.Thread(target=lambda: opened.append(browser.open(url)), daemon=True)
        thread.start()  # a browser in the terminal waits for our response and would block this thread
        thread.join(2.0)
        return opened != [False]
    try:
        words = shlex.split(command)
        subprocess.Popen([*words, url], start_new_session=True)  # noqa: S603 - running what the user names is the point
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"--browser is {command!r}, which cannot be run: {why}.") from None
    return True
