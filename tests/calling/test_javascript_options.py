"""Options of a client as the AWS SDK for JavaScript v3 takes them."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest

import sts
from sts import STS, AsyncSTS, STSClient
from sts.errors import ConfigError
from sts.testing import LocalSTS
from tests.support.fakes import CREDENTIALS, FakeHandler, client, ok


@pytest.fixture(scope="module")
def server() -> Any:
    with LocalSTS() as running:
        yield running


def test_options_may_be_one_mapping() -> None:
    """As v3's `new STSClient({...})`. Keywords have precedence. The error for a camelCase name suggests the right one."""
    assert STSClient({"region": "eu-west-1", "max_attempts": 2}, max_attempts=1).config.max_attempts == 1
    with pytest.raises(TypeError, match="or as one mapping"):
        STS("eu-west-1")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="Did you mean 'max_attempts'"):
        STS({"maxAttempts": 1})  # type: ignore[typeddict-unknown-key]


def test_functions_give_region_and_attempts_when_they_are_needed() -> None:
    """They are called once, by the first call, and may be async."""
    asked: list[str] = []

    async def attempts() -> int:
        asked.append("attempts")
        return 5

    def region() -> str:
        asked.append("region")
        return "eu-west-1"

    made = client(ok(), ok(), region=region, max_attempts=attempts)
    assert asked == []
    made.get_caller_identity()
    made.get_caller_identity()
    assert sorted(asked) == ["attempts", "region"]
    assert (made.config.region, made.config.max_attempts) == ("eu-west-1", 5)
    with pytest.raises(ConfigError, match="max_attempts= is 'many'"):
        client(ok(), max_attempts=lambda: "many").get_caller_identity()


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ({"protocol": "http:", "hostname": "h", "port": 81, "path": "/p"}, "http://h:81/p"),
        ({"hostname": "h"}, "https://h"),
        ({"url": urlsplit("http://h:1/").geturl()}, "http://h:1/"),
        (urlsplit("http://h:1/x"), "http://h:1/x"),
        (lambda: "http://h:2", "http://h:2"),
        (lambda: {"protocol": "http", "hostname": "h", "port": 3}, "http://h:3"),
    ],
)
def test_endpoint_objects(endpoint: Any, url: str) -> None:
    """v3's parts of a URL, or a function."""
    assert client(ok(), endpoint=endpoint).endpoint == url


def test_what_is_no_endpoint_is_told() -> None:
    """The error lists the accepted forms."""
    with pytest.raises(ConfigError, match="is a list; it must be a URL, or an object with protocol"):
        _ = client(ok(), endpoint=["http://h"]).endpoint


def test_timeouts_of_v3s_request_handler() -> None:
    """In milliseconds, as in v3. The error for other options has their name in this library."""
    made = STS(region="us-east-1", request_handler={"connectionTimeout": 1500, "requestTimeout": 2500})
    assert (made.config.connect_timeout, made.config.read_timeout) == (1.5, 2.5)
    with pytest.raises(ConfigError, match="no 'httpsAgent'.*proxies="):
        _ = STS(region="us-east-1", request_handler={"httpsAgent": object()}).config
    with pytest.raises(ConfigError, match="must be a number of milliseconds"):
        _ = STS(region="us-east-1", request_handler={"requestTimeout": "1"}).config


def test_config_has_v3s_functions() -> None:
    """`credentials()`, `region()` and others can be called and awaited."""
    made = client(ok())
    assert made.config.credentials().access_key_id == CREDENTIALS["access_key_id"]
    assert (made.config.region(), made.config.retry_mode()) == ("us-east-1", "standard")  # type: ignore[misc, operator]

    async def main() -> None:
        async with AsyncSTS(**CREDENTIALS, request_handler=FakeHandler(ok())) as asynchronous:  # type: ignore[arg-type]
            assert (await asynchronous.config.credentials()).access_key_id == CREDENTIALS["access_key_id"]
            assert await asynchronous.config.region() == "us-east-1"  # type: ignore[misc, operator]
            assert await asynchronous.config.max_attempts() == 3  # type: ignore[misc, operator]
        assert (await made.config.credentials()).access_key_id == CREDENTIALS["access_key_id"]

    asyncio.run(main())


def test_async_functions_give_the_credentials_of_an_async_client(server: LocalSTS) -> None:
    """They run on the loop of the call, once for many calls. The blocking client rejects them immediately."""
    options = server.client_options()
    loops: list[Any] = []

    async def credentials() -> dict[str, str]:
        await asyncio.sleep(0)
        loops.append(asyncio.get_running_loop())
        return {"accessKeyId": options["access_key_id"], "secretAccessKey": options["secret_access_key"]}

    async def main() -> None:
        where = {"region": options["region"], "endpoint": options["endpoint"], "credentials": credentials}
        async with AsyncSTS(where) as made:  # type: ignore[arg-type]
            answers = await asyncio.gather(*(made.get_caller_identity() for _ in range(3)))
            assert {answer["Account"] for answer in answers} == {"123456789012"}
            assert (await made.config.credentials()).access_key_id == options["access_key_id"]
        assert loops == [asyncio.get_running_loop()]

    asyncio.run(main())
    with pytest.raises(TypeError, match="must not be an async function"):
        STS(region="us-east-1", credentials=credentials).get_caller_identity()


class Extension:
    def configure(self, configuration: Any) -> None:
        configuration.setRegion(f"{configuration.region()}-1")
        configuration.set_credentials({"access_key_id": "EXTENDED", "secret_access_key": "s"})
        configuration.setHttpHandler(self.handler)
        assert configuration.httpHandler() is self.handler
        assert configuration.credentials()["access_key_id"] == "EXTENDED"

    handler = FakeHandler(ok())


def test_extensions_configure_a_client() -> None:
    """In order, when the client is made."""
    extension: sts.RuntimeExtension = Extension()
    STS(region="eu-west", extensions=[extension]).get_caller_identity()
    assert "Credential=EXTENDED/" in Extension.handler.requests[0].headers["authorization"]
    assert Extension.handler.requests[0].url.startswith("https://sts.eu-west-1.")
    with pytest.raises(TypeError, match=r"type int; it must have configure\(configuration\)"):
        STS(region="eu-west-1", extensions=[5])  # type: ignore[list-item]


def test_v3s_exports() -> None:
    """Types and constants under v3's names."""
    assert sts.WebIdentityTokenSubjectModeType.ORIGIN_IDENTITY == "OriginIdentity"
    assert "AssumeRoleRequest" in str(sts.ServiceInputTypes)
    assert "AssumeRoleResponse" in str(sts.ServiceOutputTypes)
