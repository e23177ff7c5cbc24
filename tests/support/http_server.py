"""A small HTTP server on loopback for tests: answers with what a function makes of each request, and remembers them all."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from sts.http import Headers


class Seen(NamedTuple):
    """Hold one request."""

    method: str
    path: str
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = tuple[int, Any]
"""Status and body: bytes, text, or anything that has a JSON form; a third item would be headers."""


class HTTPServer:
    """Serve until the end of the `with` block; `requests` holds what came, `answer` may be replaced any time."""

    def __init__(self, answer: Callable[[Seen], Any]) -> None:
        self.answer = answer
        self.requests: list[Seen] = []
        self._connections: list[socket.socket] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True  # headers and body are two packets: the second would wait for an acknowledgement
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                outer._connections.append(self.connection)

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                seen = Seen(self.command, self.path, Headers(self.headers.items()), body)
                outer.requests.append(seen)
                status, content, *headers = outer.answer(seen)
                data = content if isinstance(content, bytes) else content if isinstance(content, str) else json.dumps(content)
                data = data.encode() if isinstance(data, str) else data
                self.send_response(status)
                for name, value in (headers[0] if headers else {}).items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(data)))
                with contextlib.suppress(ConnectionError):  # the client no longer waits
                    self.end_headers()
                    self.wfile.write(data)

            do_GET = do_PUT = do_POST = handle_any  # noqa: N815

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def __enter__(self) -> HTTPServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        for connection in self._connections:  # a client may have kept them
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def paths(self) -> list[str]:
        return [f"{seen.method} {seen.path}" for seen in self.requests]


def files(folder: Any, config: str = "", credentials: str = "") -> dict[str, str]:
    """Write the shared files under *folder* and return an environment with that home directory and no metadata service."""
    (folder / ".aws").mkdir(parents=True, exist_ok=True)
    (folder / ".aws" / "config").write_text(config)
    (folder / ".aws" / "credentials").write_text(credentials)
    return {"HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true", "PATH": "/usr/local/bin:/usr/bin:/bin"}
