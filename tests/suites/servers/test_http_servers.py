"""Web servers of others in front of STS: the default handler reads their responses and reuses their connections."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sts import STS, AsyncSTS
from sts.errors import ServiceError, TransportError
from sts.testing import LocalSTS
from tests.support.wire import Authority, free_port

pytestmark = pytest.mark.servers

NGINX = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  log_format connections '$connection';
  access_log {folder}/connections.log connections;
  keepalive_timeout {keepalive};
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass {url}; proxy_set_header Host $http_host; {extra} }}
  }}
}}
"""
VARIANTS = {
    "keep-alive": (30, "", 2),
    "close": (0, "", 8),
    "chunked": (30, "proxy_buffering off; proxy_http_version 1.1;", 2),
}


@pytest.fixture
def server() -> Iterator[LocalSTS]:
    with LocalSTS() as made:
        yield made


@pytest.mark.parametrize("variant", VARIANTS)
def test_nginx(server: LocalSTS, variant: str, tmp_path: Path) -> None:
    """Connections are reused or closed after each response. Results and errors are passed through."""
    program = installed("nginx")
    keepalive, extra, connections = VARIANTS[variant]
    port = free_port()
    config = tmp_path / "nginx.conf"
    config.write_text(NGINX.format(folder=tmp_path, port=port, url=server.url, keepalive=keepalive, extra=extra))
    with running([program, "-c", str(config), "-e", str(tmp_path / "error.log")], port):
        call_both(server, f"http://127.0.0.1:{port}")
    assert len(set((tmp_path / "connections.log").read_text().split())) == connections


HAPROXY = """
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  {option}
frontend front
  bind 127.0.0.1:{port} {tls}
  capture request header x-nothing len 1
  default_backend back
backend back
  server sts {place}
"""


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("option", ["option http-keep-alive", "option httpclose", "option http-server-close"])
def test_haproxy(server: LocalSTS, option: str, tls: bool, tmp_path: Path) -> None:
    """Both with and without TLS, and with connections that it keeps or closes."""
    program, port, authority = installed("haproxy"), free_port(), Authority(tmp_path)
    bind = f"ssl crt {authority.sign('haproxy', '127.0.0.1')}" if tls else ""
    config = tmp_path / "haproxy.cfg"
    config.write_text(HAPROXY.format(port=port, option=option, tls=bind, place=server.url.partition("//")[2]))
    with running([program, "-f", str(config)], port):
        call_both(server, f"http{'s' if tls else ''}://127.0.0.1:{port}", verify=authority.file if tls else None)


STUNNEL = """
foreground = yes
pid =
[sts]
accept = 127.0.0.1:{port}
connect = {place}
cert = {certificate}
{more}
"""


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_stunnel(server: LocalSTS, version: str, tmp_path: Path) -> None:
    """TLS in front of a plain server, with each allowed version and a required client certificate."""
    program, port, authority = installed("stunnel"), free_port(), Authority(tmp_path)
    more = f"sslVersion = {version}\nverifyChain = yes\nCAfile = {authority.file}"
    certificate, place = authority.sign("stunnel", "127.0.0.1"), server.url.partition("//")[2]
    config = tmp_path / "stunnel.conf"
    config.write_text(STUNNEL.format(port=port, place=place, certificate=certificate, more=more))
    with running([program, str(config)], port):
        call_both(server, f"https://127.0.0.1:{port}", verify=authority.file, cert=authority.sign("client"))
        with pytest.raises(TransportError):
            call_both(server, f"https://127.0.0.1:{port}", verify=authority.file)


def call_both(server: LocalSTS, endpoint: str, verify: str | None = None, cert: str | None = None) -> None:
    """Make four blocking calls and four on a loop: results, and an error."""
    more = {name: value for name, value in (("verify", verify), ("cert", cert)) if value is not None}
    options: dict[str, Any] = {**server.client_options(), "endpoint": endpoint, "max_attempts": 1, **more}
    with STS(**options) as client:
        for _ in range(3):
            assert client.get_caller_identity()["Account"] == "123456789012"
        with pytest.raises(ServiceError, match="InvalidAction|AccessDenied|not authorized"):
            client.assume_role(RoleArn="arn:aws:iam::123456789012:role/absent", RoleSessionName="name")

    async def main() -> None:
        async with AsyncSTS(**options) as client:
            for _ in range(3):
                assert (await client.get_caller_identity())["Account"] == "123456789012"
            with pytest.raises(ServiceError, match="InvalidAction|AccessDenied|not authorized"):
                await client.assume_role(RoleArn="arn:aws:iam::123456789012:role/absent", RoleSessionName="name")

    asyncio.run(main())


def installed(name: str) -> str:
    """Return the path of a program of Debian's, or skip the test."""
    path = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if path is None:
        pytest.skip(f"{name} is not installed (a package of Debian)")
    return path


@contextmanager
def running(arguments: list[str], port: int) -> Iterator[None]:
    """Run a program that listens on *port* within the block."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    """Wait until a server listens on *port*."""
    for _ in range(500):
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"nothing listens on {port}")
