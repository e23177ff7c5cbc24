"""A small AWS service over HTTP that checks signatures as services do, for tests of clients that sign."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sts.http import HttpRequest
from sts.signer import UNSIGNED_PAYLOAD, signature

S3 = {"normalize_path": False, "double_encode": False}


class Service:
    """Serve on loopback; `calls` is what came, `answers` are statuses and headers for paths instead of an echo."""

    def __init__(self, service: str, secrets: dict[str, str], *, ahead: float = 0.0) -> None:
        self.service = service
        self.secrets = secrets
        self.expired: set[str] = set()
        self.ahead = ahead
        self.calls: list[HttpRequest] = []
        self.statuses: list[int] = []
        self.redirects: dict[str, tuple[int, str]] = {}
        self.lock = threading.Lock()
        service_of_handler = self

        class Handler(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True  # headers and body are two packets: the second would wait for an acknowledgement
            protocol_version = "HTTP/1.1"

            def respond(self) -> None:
                service_of_handler.answer(self)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = respond  # noqa: N815 - the names of http.server

            def date_time_string(self, timestamp: Any = None) -> str:
                return super().date_time_string(time.time() + service_of_handler.ahead)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Service:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = self.read_body(handler)
        request = HttpRequest(handler.command, f"{self.url}{handler.path}", dict(handler.headers.items()), body)
        status, code = self.judge(request)
        redirect = self.redirects.get(handler.path) if status == 200 else None
        with self.lock:
            self.calls.append(request)
            self.statuses.append(redirect[0] if redirect else status)
        text = f"<Error><Code>{code}</Code></Error>".encode() if code else body or b"ok"
        handler.send_response(redirect[0] if redirect else status)
        if redirect and redirect[1]:
            handler.send_header("Location", redirect[1].encode().decode("latin-1"))
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(text)

    def read_body(self, handler: BaseHTTPRequestHandler) -> bytes:
        if handler.headers.get("transfer-encoding") != "chunked":
            return handler.rfile.read(int(handler.headers.get("content-length") or 0))
        body = b""
        while size := int(handler.rfile.readline(), 16):
            body += handler.rfile.read(size)
            handler.rfile.readline()
        handler.rfile.readline()
        return body

    def judge(self, request: HttpRequest) -> tuple[int, str]:
        """Return status and error code: what the service finds."""
        match = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=(\w+)/(\S+), SignedHeaders=(\S+), Signature=(\w+)",
            request.headers.get("authorization", ""),
        )
        if match is None:
            return 403, "MissingAuthenticationToken"
        key, scope, signed_headers, given = match.groups()
        claimed = request.headers.get("x-amz-content-sha256")
        body_hash = hashlib.sha256(request.body).hexdigest()
        expected = signature(
            request,
            self.secrets[key],
            scope=scope,
            amz_date=request.headers["x-amz-date"],
            signed_headers=signed_headers,
            body_hash=UNSIGNED_PAYLOAD if claimed == UNSIGNED_PAYLOAD else body_hash,
            **(S3 if self.service == "s3" else {}),  # type: ignore[arg-type]
        )
        if expected != given or scope.split("/")[2] != self.service:
            return 403, "SignatureDoesNotMatch"
        signed_at = time.mktime(time.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ")) - time.timezone
        if abs(signed_at - time.time() - self.ahead) > 300:
            return 403, "RequestTimeTooSkewed"
        return (400, "ExpiredToken") if key in self.expired else (200, "")
