"""Web servers of other people in front of STS: the default handler reads their answers and keeps their connections."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sts import STS
from sts.testing import LocalSTS
from tests.support.wire import free_port

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
    "keep-alive": (30, "", 1),
    "close": (0, "", 3),
    "chunked": (30, "proxy_buffering off; proxy_http_version 1.1;", 1),
}


@pytest.fixture
def server() -> Iterator[LocalSTS]:
    with LocalSTS() as made:
        yield made


@pytest.mark.parametrize("variant", VARIANTS)
def test_nginx(server: LocalSTS, variant: str, tmp_path: Path) -> None:
    """With connections that are kept and that are closed after each answer; results and refusals come through."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    keepalive, extra, connections = VARIANTS[variant]
    port = free_port()
    config = tmp_path / "nginx.conf"
    config.write_text(NGINX.format(folder=tmp_path, port=port, url=server.url, keepalive=keepalive, extra=extra))
    process = subprocess.Popen([program, "-c", str(config), "-e", str(tmp_path / "error.log")])
    try:
        wait_for(port)
        with STS(**{**server.client_options(), "endpoint": f"http://127.0.0.1:{port}"}) as client:
            for _ in range(3):
                assert client.get_caller_identity()["Account"] == "123456789012"
    finally:
        process.terminate()
        process.wait()
    assert len(set((tmp_path / "connections.log").read_text().split())) == connections


def wait_for(port: int) -> None:
    """Wait until something listens on *port*."""
    for _ in range(500):
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"nothing listens on {port}")
