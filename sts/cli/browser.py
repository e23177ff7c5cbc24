"""
Opening a browser, without a secret in the list of processes.

A sign-in link works for anyone who sees it, and every user of a machine can see the arguments of programs. The browser is
therefore opened with an address on 127.0.0.1 that works once and redirects to the link.
"""

from __future__ import annotations

import secrets
import shlex
import subprocess
import threading
import time
import webbrowser
from http.server import BaseHTTPRequestHandler, HTTPServer

from sts.cli.usage import UsageError
from sts.cli.waiting import show_wait

WAIT_SECONDS = 60.0
"""How long a browser may take to start."""


class LoopbackPage(HTTPServer):
    """Server on a free port of 127.0.0.1 that serves one secret path, as the start or the end of a redirect."""

    def __init__(self, path: str | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
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
    server: LoopbackPage
    server_version, sys_version = "sts", ""
    timeout = 5.0

    def do_GET(self) -> None:
        """Answer at the secret path, once."""
        server = self.server
        path, _, query = self.path.partition("?")
        fits = secrets.compare_digest(path.encode("latin-1", "replace"), server.path.encode())
        if not fits or self.headers.get("Host") != f"127.0.0.1:{server.server_port}" or server.query is not None:
            self.answer(404, b"This path does not exist.")
            return
        self.answer(302 if server.location else 200, server.page)
        server.query = query

    def answer(self, status: int, page: bytes) -> None:
        """Send *page*, or a redirect to the location of the server."""
        self.send_response(status)
        headers = {"Location": self.server.location or ""} if status == 302 else {}
        headers |= {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(page))}
        headers |= {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the path is a secret."""


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
        opened: list[bool] = []
        thread = threading.Thread(target=lambda: opened.append(webbrowser.open(url)), daemon=True)
        thread.start()  # a browser in the terminal waits for our response and would block this thread
        thread.join(2.0)
        return opened != [False]
    try:
        words = shlex.split(command)
        subprocess.Popen([*words, url], start_new_session=True)  # noqa: S603 - running what the user names is the point
    except (OSError, ValueError) as error:
        raise UsageError(
            f"--browser is {command!r}, which cannot be run: {getattr(error, 'strerror', None) or error}."
        ) from None
    return True
