"""Region failover: an outage delays one call. An error response is a response."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from sts import STS, AsyncSTS, Credentials, assume_role_credentials
from sts.errors import (
    ConfigError,
    ConnectTimeoutError,
    DeadlineExceededError,
    EndpointConnectionError,
    ProxyError,
    ReadTimeoutError,
    RequestAbortedError,
    ResponseParseError,
    ServiceError,
    TLSError,
    TransportError,
)
from sts.fan_out import assume_many
from sts.http import AbortController, HttpRequest, HttpResponse
from sts.pipeline import failover
from sts.testing import LocalSTS
from tests.support.detour import Detour
from tests.support.fakes import CREDENTIALS, ok, refused
from tests.support.threads import PATIENCE

FIRST, SECOND, THIRD = "eu-west-1", "eu-central-1", "eu-north-1"
MFA = {"SerialNumber": "arn:aws:iam::123456789012:mfa/me", "TokenCode": "123456"}


class World:
    """The regions behind a handler. Each responds with the item of *regions*: an exception, or a function of the request."""

    def __init__(self, **regions: Any) -> None:
        self.regions = {name.replace("_", "-"): answer for name, answer in regions.items()}
        self.asked: list[str] = []
        self.requests: list[HttpRequest] = []

    def send(self, request: HttpRequest, *, control: Any) -> HttpResponse:
        region = (urlsplit(request.url).hostname or "").split(".")[1]
        self.asked.append(region)
        self.requests.append(request)
        answer = self.regions[region]
        if isinstance(answer, BaseException):
            raise answer
        if hasattr(answer, "send"):
            return answer.send(request, control=control)  # type: ignore[no-any-return]
        return answer(request) if callable(answer) else answer  # type: ignore[no-any-return]

    def close(self) -> None:
        pass


def made(world: World, kind: type[Any] = STS, **options: Any) -> Any:
    defaults = {"failover_regions": [SECOND, THIRD], "max_attempts": 1, "retry_delay_options": {"base": 0}}
    return kind(**{**CREDENTIALS, "region": FIRST, "request_handler": world, **defaults, **options})


DOWN: dict[str, Any] = {
    "no connection": EndpointConnectionError("refused"),
    "no name": EndpointConnectionError("the name does not resolve"),
    "connect timeout": ConnectTimeoutError("m"),
    "read timeout": ReadTimeoutError("m"),
    "foreign error": OSError("m"),
    "unavailable": refused("ServiceUnavailable", status=503),
    "internal": refused("InternalFailure", status=500),
    "a page": HttpResponse(502, {}, b"<html>bad gateway</html>"),
    "an empty answer": HttpResponse(504, {}, b""),
}
NOT_DOWN: dict[str, tuple[Any, type[Exception]]] = {
    "refusal": (refused("AccessDenied", status=403), ServiceError),
    "throttled": (refused("Throttling", status=400), ServiceError),
    "throttled, 429": (refused("TooManyRequestsException", status=429), ServiceError),
    "disabled": (refused("RegionDisabledException", status=403), ServiceError),
    "TLS": (TLSError("the certificate is not trusted"), TLSError),
    "proxy": (ProxyError("who are you", status_code=407), ProxyError),
    "redirect": (HttpResponse(302, {"location": "http://x/"}, b""), ResponseParseError),
    "a page": (HttpResponse(200, {}, b"<html>"), ResponseParseError),
}


@pytest.mark.parametrize("kind", DOWN)
@pytest.mark.parametrize("attempts", [1, 3])
def test_an_outage_costs_one_failed_call_and_then_nothing(kind: str, attempts: int, caplog: pytest.LogCaptureFixture) -> None:
    """The call continues in the next region, signed for it. Later calls start there. The switch is logged as a warning."""
    world = World(eu_west_1=DOWN[kind], eu_central_1=ok())
    client = made(world, max_attempts=attempts)
    with caplog.at_level(logging.WARNING, "sts"):
        results = [client.get_caller_identity()["ResponseMetadata"] for _ in range(3)]

    tried = 1 if kind == "foreign error" else attempts  # its kind is not known to pass
    assert world.asked[-3:] == [SECOND] * 3
    assert set(world.asked[:-3]) == {FIRST}
    assert len(world.asked) - 3 in {tried, attempts}
    assert [result["Region"] for result in results] == [SECOND] * 3
    assert [result["Attempts"] for result in results[1:]] == [1, 1]
    assert f"/{SECOND}/sts/aws4_request" in world.requests[-1].headers["authorization"]
    assert f"STS in {FIRST} does not respond" in caplog.text
    assert f"continuing in {SECOND}" in caplog.text
    assert len(caplog.records) == 1


@pytest.mark.parametrize("kind", NOT_DOWN)
def test_what_is_an_answer_is_the_end(kind: str) -> None:
    """An error response would be the same in every region. A wrong certificate may be an attack."""
    answer, error = NOT_DOWN[kind]
    world = World(eu_west_1=answer, eu_central_1=ok())
    with pytest.raises(error):
        made(world).get_caller_identity()
    assert world.asked == [FIRST]


@pytest.mark.parametrize("kind", DOWN)
def test_an_mfa_code_of_which_a_byte_was_answered_is_not_sent_elsewhere(kind: str) -> None:
    """A code works once. Without a response, the region has not seen it."""
    world = World(eu_west_1=DOWN[kind], eu_central_1=refused("AccessDenied", status=403))
    answered = isinstance(DOWN[kind], HttpResponse)
    with pytest.raises((TransportError, ServiceError)):
        made(world).get_session_token(**MFA)
    assert world.asked == ([FIRST] if answered else [FIRST, SECOND])


def test_the_error_is_the_first_regions_with_a_note_of_the_others() -> None:
    """The outage is the cause, whatever another region responds."""
    world = World(eu_west_1=DOWN["no connection"], eu_central_1=refused("RegionDisabledException", "not activated", 403))
    with pytest.raises(
        EndpointConnectionError, match="refused.* continued in eu-central-1, which failed: RegionDisabled"
    ) as caught:
        made(world).get_caller_identity()
    assert caught.value.region == FIRST
    assert world.asked == [FIRST, SECOND]

    world = World(**dict.fromkeys(("eu_west_1", "eu_central_1", "eu_north_1"), DOWN["no connection"]))
    with pytest.raises(EndpointConnectionError, match=f"{SECOND}, which failed.*{THIRD}, which failed"):
        made(world).get_caller_identity()
    assert world.asked == [FIRST, SECOND, THIRD]


def test_when_all_are_out_all_are_tried() -> None:
    """Regions with an outage are tried last, but not excluded."""
    world = World(**dict.fromkeys(("eu_west_1", "eu_central_1", "eu_north_1"), DOWN["no connection"]))
    client = made(world)
    for _ in range(2):
        with pytest.raises(EndpointConnectionError):
            client.get_caller_identity()
    assert world.asked == [FIRST, SECOND, THIRD] * 2
    world.regions[THIRD] = ok()
    assert client.get_caller_identity()["ResponseMetadata"]["Region"] == THIRD


def test_a_region_is_tried_again_by_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """One call tries it after a minute. Other calls skip it until it responds. Each failure doubles the time."""
    now = [1000.0]
    monkeypatch.setattr(failover.time, "monotonic", lambda: now[0])
    world = World(eu_west_1=DOWN["no connection"], eu_central_1=ok())
    client = made(world)
    client.get_caller_identity()
    now[0] += 59
    client.get_caller_identity()
    assert world.asked == [FIRST, SECOND, SECOND]

    inside, go_on = threading.Event(), threading.Event()

    def slow(_: HttpRequest) -> HttpResponse:
        inside.set()
        go_on.wait(60)
        raise EndpointConnectionError("still down")

    world.regions[FIRST] = slow
    now[0] += 2
    trying = threading.Thread(target=client.get_caller_identity)
    trying.start()
    assert inside.wait(PATIENCE)
    client.get_caller_identity()
    assert world.asked[3:] == [FIRST, SECOND]
    go_on.set()
    trying.join(PATIENCE)

    now[0] += 119
    client.get_caller_identity()
    assert world.asked[-1] == SECOND
    now[0] += 2
    world.regions[FIRST] = ok()
    assert [client.get_caller_identity()["ResponseMetadata"]["Region"] for _ in range(2)] == [FIRST, FIRST]


def test_the_calls_deadline_is_one_for_all_regions() -> None:
    """An abort ends the call in any region."""
    controller = AbortController()

    def abort(_: HttpRequest) -> HttpResponse:
        controller.abort()
        raise EndpointConnectionError("m")

    world = World(eu_west_1=abort, eu_central_1=ok())
    with pytest.raises(RequestAbortedError):
        made(world).get_caller_identity(abort_signal=controller.signal)
    assert world.asked == [FIRST]

    block = threading.Event()
    world = World(eu_west_1=DOWN["no connection"], eu_central_1=lambda _: block.wait(60))
    with pytest.raises(DeadlineExceededError):
        made(world).get_caller_identity(timeout=0.3)
    assert world.asked == [FIRST, SECOND]
    block.set()


def test_each_region_has_its_attempts_and_says_so() -> None:
    """The header counts the attempts in the region, and the result those in all regions."""
    world = World(eu_west_1=DOWN["unavailable"], eu_central_1=ok())
    metadata = made(world, max_attempts=2).get_caller_identity()["ResponseMetadata"]
    assert metadata["Attempts"] == 3
    assert [request.headers["amz-sdk-request"] for request in world.requests] == [
        "attempt=1; max=2",
        "attempt=2; max=2",
        "attempt=1; max=2",
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"endpoint": "http://localhost"}, r"failover_regions and endpoint \(option endpoint=\) cannot be combined"),
        ({"use_global_endpoint": True}, r"failover_regions and use_global_endpoint .* cannot be combined"),
        ({"region": "us-east-1", "sts_regional_endpoints": "legacy"}, "does not work with the global endpoint"),
        ({"failover_regions": ["cn-north-1"]}, "'cn-north-1', which is not a region of the partition aws"),
        ({"failover_regions": "us-gov-west-1"}, "'us-gov-west-1', which is not a region of the partition aws"),
        ({"failover_regions": ["a b"]}, "a b"),
        ({"failover_regions": 5}, "failover_regions"),
    ],
)
def test_what_cannot_fail_over_is_an_error(options: dict[str, Any], said: str) -> None:
    """The message contains the options that exclude each other, and advice."""
    world = World(eu_west_1=ok())
    with pytest.raises(ConfigError, match=said):
        made(world, **options).get_caller_identity()
    assert world.asked == []


@pytest.mark.parametrize(
    ("options", "host"),
    [
        (
            {"use_fips_endpoint": True, "region": "us-east-1", "failover_regions": "us-west-2"},
            "sts-fips.us-west-2.amazonaws.com",
        ),
        ({"use_dualstack_endpoint": True}, "sts.eu-central-1.api.aws"),
        ({"region": "cn-north-1", "failover_regions": "cn-northwest-1"}, "sts.cn-northwest-1.amazonaws.com.cn"),
        ({"failover_regions": f"{FIRST},{SECOND},{SECOND}"}, "sts.eu-central-1.amazonaws.com"),
    ],
)
def test_the_other_regions_have_endpoints_of_the_same_kind(options: dict[str, Any], host: str) -> None:
    """FIPS, dual-stack and partition are kept. The client's own region and repeated regions count once."""
    client = made(World(), **options)
    assert urlsplit(client._wire().failover.endpoints[1].url).hostname == host
    assert len(client._wire().failover.endpoints) == (3 if "failover_regions" not in options else 2)


@pytest.fixture
def servers() -> Iterator[dict[str, LocalSTS]]:
    with LocalSTS() as first, LocalSTS() as second:
        yield {FIRST: first, SECOND: second}


def world_of(servers: dict[str, LocalSTS], *, down: bool) -> World:
    world = World()
    world.regions = {region: Detour(server.url) for region, server in servers.items()}
    if down:
        world.regions[FIRST] = EndpointConnectionError("refused")
    return world


def keys_of(server: LocalSTS) -> Credentials:
    return Credentials(server.user.access_key_id, server.user.secret_access_key)


@pytest.mark.parametrize("style", ["blocking", "callback", "promise", "asyncio"])
def test_in_every_style_against_servers(style: str, servers: dict[str, LocalSTS]) -> None:
    """Two LocalSTS stand for two regions. The second one verifies that the request was signed for its region."""
    world = world_of(servers, down=True)
    options = {
        "failover_regions": SECOND,
        "access_key_id": None,
        "secret_access_key": None,
        "credentials": keys_of(servers[SECOND]),
    }
    if style == "asyncio":

        async def run() -> Any:
            async with made(world, AsyncSTS, **options) as client:
                return await client.get_caller_identity()

        result = asyncio.run(run())
    else:
        client = made(world, **options)
        if style == "blocking":
            result = client.get_caller_identity()
        elif style == "promise":
            result = client.make_request("get_caller_identity").promise().result(PATIENCE)
        else:
            done, over = [], threading.Event()
            client.get_caller_identity(lambda error, data: (done.append(data or error), over.set()))
            assert over.wait(PATIENCE)
            result = done[0]
    assert result["ResponseMetadata"]["Region"] == SECOND
    assert [call.operation for call in servers[SECOND].calls] == ["GetCallerIdentity"]
    assert servers[FIRST].calls == []


def test_providers_fail_over_and_remember(servers: dict[str, LocalSTS]) -> None:
    """Each refresh makes its own client. An outage that one client met is known to the next."""
    world = world_of(servers, down=True)
    provider = assume_role_credentials(
        servers[SECOND].role.arn,
        source=keys_of(servers[SECOND]),
        region=FIRST,
        client_options={"failover_regions": [SECOND], "request_handler": world, "max_attempts": 1},
    )
    for _ in range(3):
        provider.refresh()
    assert world.asked == [FIRST, SECOND, SECOND, SECOND]


def test_a_fan_out_fails_over(servers: dict[str, LocalSTS]) -> None:
    """The outage delays as many calls as run at the same time, not one for each account."""
    world = world_of(servers, down=True)
    client = made(
        world, failover_regions=SECOND, access_key_id=None, secret_access_key=None, credentials=keys_of(servers[SECOND])
    )
    results = assume_many([servers[SECOND].role.arn] * 20, client=client, concurrency=2)
    assert [result.error for result in results if result.error] == []
    assert 1 <= world.asked.count(FIRST) <= 2


def test_a_client_without_the_option_has_no_part_in_it() -> None:
    """No further module is loaded, and results have no region."""
    world = World(eu_west_1=ok())
    client = made(world, failover_regions=None)
    assert "Region" not in client.get_caller_identity()["ResponseMetadata"]
    assert client._wiring.failover is None
