"""Independent clients of LocalSTS for its tests: botocore, and plain HTTP."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from urllib.parse import urlencode

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from sts.testing import LocalSTS

VERSION = "2011-06-15"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_session = botocore.session.Session()


def boto_client(server: LocalSTS, credentials: dict | None = None, *, user=None, region: str | None = None, **options):
    """Return a botocore client without retries, for the demo user, *user*, or the `Credentials` of a result."""
    given = server.client_options(user)
    keys = credentials or {"AccessKeyId": given["access_key_id"], "SecretAccessKey": given["secret_access_key"]}
    return _session.create_client(
        "sts",
        region_name=region or given["region"],
        endpoint_url=given["endpoint"],
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=False, read_timeout=10, **options),
    )


class Reply:
    """Hold an answer over plain HTTP."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read().decode()

    @property
    def code(self) -> str | None:
        return self._tag("Code")

    @property
    def message(self) -> str | None:
        return self._tag("Message")

    def _tag(self, name: str) -> str | None:
        found = re.search(f"<{name}>(.*?)</{name}>", self.body, re.DOTALL)
        return found and found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def address(server: LocalSTS) -> tuple[str, int]:
    host, _, port = server.url.partition("://")[2].rpartition(":")
    return host, int(port)


def send(
    server: LocalSTS, method: str = "POST", target: str = "/", body: bytes | str = b"", headers: dict | None = None
) -> Reply:
    """Send one request just as it is given."""
    connection = http.client.HTTPConnection(*address(server), timeout=10)
    try:
        connection.request(method, target, body or None, headers or {})
        return Reply(connection.getresponse())
    finally:
        connection.close()


def form(action: str | None, **params: object) -> str:
    pairs = {"Action": action, "Version": VERSION, **params}
    return urlencode({name: value for name, value in pairs.items() if value is not None})


def signed(
    server: LocalSTS, body: str, *, credentials: Credentials | None = None, service="sts", region="us-east-1", headers=None
):
    """Return headers that botocore signed for a POST of *body*."""
    options = server.client_options()
    credentials = credentials or Credentials(options["access_key_id"], options["secret_access_key"])
    request = AWSRequest("POST", server.url + "/", headers={**FORM, **(headers or {})}, data=body)
    SigV4Auth(credentials, service, region).add_auth(request)
    return dict(request.headers.items())


def call(server: LocalSTS, action: str | None, *, accept: str | None = None, **params: object) -> Reply:
    """Send a call signed by the demo user, without any validation."""
    body = form(action, **params)
    headers = signed(server, body)
    return send(server, body=body, headers={**headers, **({"Accept": accept} if accept else {})})


def raw(server: LocalSTS, data: bytes, timeout: float = 10) -> bytes:
    """Send bytes and return all that comes back until the server closes; ConnectionResetError if it resets."""
    with socket.create_connection(address(server), timeout=timeout) as connection:
        connection.sendall(data)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


def refusal(function, **params):
    """Return status, code and message of the refusal of a botocore call."""
    with pytest.raises(ClientError) as caught:
        function(**params)
    error = caught.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"], error["Error"]["Message"]


def described(reply):
    """Return status, code and message of a reply."""
    return reply.status, reply.code, reply.message


def threads() -> list[threading.Thread]:
    """Return the threads of all servers of this process."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("LocalSTS")]
