"""
IAM Identity Center on loopback: OIDC and portal, each request held against the service models in botocore's data.

A request with a missing or unknown member, or to a path that is none of the model's, is a failure of the test.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import urllib.parse
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from botocore.loaders import Loader


class SSOService:
    """The state of the service: registered clients, codes, tokens; what it was asked, and what it is to answer."""

    def __init__(self) -> None:
        loader = Loader()
        self.models = {name: loader.load_service_model(name, "service-2") for name in ("sso-oidc", "sso")}
        self.url = ""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.wrong: list[str] = []
        self.refusals: list[str] = []
        self.challenges: dict[str, tuple[str, str]] = {}
        self.refused_login: str | None = None
        self.verification = ""

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        """Return name, row and model of the operation at *path*."""
        for model in self.models.values():
            for name, row in model["operations"].items():
                if (row["http"]["method"], row["http"]["requestUri"]) == (method, path):
                    return name, row, model
        return None

    def check(self, name: str, row: dict[str, Any], model: dict[str, Any], given: dict[str, Any]) -> None:
        """Note what is wrong with the members *given*."""
        shape = model["shapes"][row["input"]["shape"]]
        missing = set(shape.get("required", ())) - set(given)
        unknown = set(given) - set(shape["members"])
        self.wrong += [f"{name}: missing {sorted(missing)}"] if missing else []
        self.wrong += [f"{name}: unknown {sorted(unknown)}"] if unknown else []

    def answer(self, name: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return status and body."""
        self.asked.append((name, given))
        if self.refusals and name == "CreateToken":
            error = self.refusals.pop(0)
            shape = self.models["sso-oidc"]["shapes"][error]
            return shape["error"]["httpStatusCode"], {"error": error, "__type": error}
        if name == "RegisterClient":
            return 200, {"clientId": "client", "clientSecret": "client-secret", "clientSecretExpiresAt": 4102444800}
        if name == "StartDeviceAuthorization":
            where = self.verification or f"{self.url}/device"
            codes = {"deviceCode": "device-code", "userCode": "ABCD-EFGH", "interval": 1, "expiresIn": 600}
            return 200, {**codes, "verificationUri": where, "verificationUriComplete": f"{where}?user_code=ABCD-EFGH"}
        if name == "CreateToken":
            return self.token(given)
        if name == "GetRoleCredentials":
            keys = {"accessKeyId": "ASIASSO0000000000000", "secretAccessKey": "s", "sessionToken": "t"}
            return 200, {"roleCredentials": {**keys, "expiration": 4102444800000}}
        return 200, {}

    def token(self, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return a token for a device or for a code whose verifier fits its challenge."""
        if given["grantType"] == "authorization_code":
            challenge, redirect = self.challenges[given["code"]]
            digest = urlsafe_b64encode(sha256(given["codeVerifier"].encode()).digest()).decode().rstrip("=")
            if (digest, given["redirectUri"]) != (challenge, redirect):
                return 400, {"error": "InvalidGrantException"}
        return 200, {"accessToken": "sso-token", "expiresIn": 28800, "refreshToken": "refresh", "tokenType": "Bearer"}

    def authorize(self, query: dict[str, str]) -> str:
        """Return where a browser is sent that signed in."""
        state = query["state"]
        if self.refused_login is not None:
            return f"{query['redirect_uri']}?error={self.refused_login}&state={state}"
        code = f"code-{len(self.challenges)}"
        self.challenges[code] = query["code_challenge"], query["redirect_uri"]
        return f"{query['redirect_uri']}?{urllib.parse.urlencode({'code': code, 'state': state})}"


class _Handler(http.server.BaseHTTPRequestHandler):
    disable_nagle_algorithm = True
    service: SSOService

    def respond(self) -> None:
        """Answer one request."""
        parts = urllib.parse.urlsplit(self.path)
        query = {name: values[0] for name, values in urllib.parse.parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path in ("/authorize", "/device"):  # pages for a browser
            self.send_response(302 if parts.path == "/authorize" else 200)
            if parts.path == "/authorize":
                self.send_header("Location", self.service.authorize(query))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        found = self.service.operation(self.command, parts.path)
        if found is None:
            self.service.wrong.append(f"no operation at {self.command} {parts.path}")
            status, content = 404, {}
        else:
            name, row, model = found
            members = model["shapes"][row["input"]["shape"]]["members"]
            given: dict[str, Any] = json.loads(body) if body else {}
            for member, one in members.items():
                place, key = one.get("location"), one.get("locationName")
                value = query.get(key) if place == "querystring" else self.headers.get(key) if place == "header" else None
                given |= {member: value} if value is not None else {}
            self.service.check(name, row, model, given)
            status, content = self.service.answer(name, given)
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = respond  # noqa: N815 - the base class calls them so

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@contextlib.contextmanager
def sso_service() -> Iterator[SSOService]:
    """Run the service."""
    service = SSOService()
    handler = type("Handler", (_Handler,), {"service": service})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        service.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield service
        server.shutdown()
    assert service.wrong == []
