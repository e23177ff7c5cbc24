"""The Host header that is sent is the signed one, for each form of an endpoint and each handler."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from sts import STS, AsyncSTS
from sts.testing import LocalSTS

ENDPOINTS = {
    "http://STS.Example.test:{port}": "sts.example.test:{port}",
    "http://sts.example.test.:{port}": "sts.example.test:{port}",
    "http://sts.example.test:80": "sts.example.test",
    "HTTP://sts.example.test.": "sts.example.test",
    "http://sts.example.test.:80/": "sts.example.test",
}
"""Endpoint and its Host header: lower case, without the trailing dot of a complete name, without the scheme's default port."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server on loopback that every name and port leads to."""
    resolve = socket.getaddrinfo
    with LocalSTS() as running:
        port = int(running.url.rpartition(":")[2])
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda _host, _port, *rest, **more: resolve("127.0.0.1", port, *rest, **more)
        )
        running.port_text = str(port)  # type: ignore[attr-defined]
        yield running


def options(server: Any, endpoint: str) -> dict[str, Any]:
    return {**server.client_options(), "endpoint": endpoint.format(port=server.port_text), "max_attempts": 1}


@pytest.mark.parametrize("handler", ["direct", "urllib3", "requests"])
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_host_that_is_sent_is_signed(endpoint: str, handler: str, server: Any) -> None:
    """
    The server finds the signature right: it is made over the header that arrives.

    aws/aws-cli#9023, aws/aws-cli#2883, awslabs/aws-sdk-rust#1244, s3tools/s3cmd#974.
    """
    client = STS(**options(server, endpoint), request_handler=handler)
    assert client.get_caller_identity()["Account"] == "123456789012"
    assert server.calls[-1].headers["host"] == ENDPOINTS[endpoint].format(port=server.port_text)
    client.close()


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_host_that_is_sent_is_signed_on_a_loop(endpoint: str, server: Any) -> None:
    """The asyncio handler sends the same."""

    async def call() -> Any:
        async with AsyncSTS(**options(server, endpoint)) as client:
            return await client.get_caller_identity()

    assert asyncio.run(call())["Account"] == "123456789012"
    assert server.calls[-1].headers["host"] == ENDPOINTS[endpoint].format(port=server.port_text)
