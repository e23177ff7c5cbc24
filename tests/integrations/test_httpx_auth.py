"""SigV4 for httpx, blocking and under asyncio."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

httpx = pytest.importorskip("httpx")

from sts import Credentials  # noqa: E402
from sts.credentials.refresh.cache import CachedProvider  # noqa: E402
from sts.integrations.httpx_auth import SignedHeaders, SigV4Auth  # noqa: E402
from sts.integrations.service_signer import SIGNATURE_HEADERS  # noqa: E402
from tests.support.aws_service import Service  # noqa: E402

KEYS = Credentials("AKIDEXAMPLE", "secret")
SESSION = Credentials("ASIDEXAMPLE", "session/secret", "the+token/==")
SECRETS = {"AKIDEXAMPLE": "secret", "ASIDEXAMPLE": "session/secret", "ASIDNEW": "new"}


@pytest.fixture
def service() -> Iterator[Service]:
    with Service("execute-api", SECRETS) as running:
        yield running


def auth(credentials: Any = KEYS, service: str = "execute-api", **more: Any) -> SigV4Auth:
    return SigV4Auth(service, "eu-west-1", credentials, **more)


def send_blocking(method: str, url: str, signer: Any, **arguments: Any) -> Any:
    with httpx.Client(auth=signer, **({"follow_redirects": True} if arguments.pop("follow", False) else {})) as client:
        return client.request(method, url, **arguments)


def send_async(method: str, url: str, signer: Any, **arguments: Any) -> Any:
    async def run() -> Any:
        follow = bool(arguments.pop("follow", False))
        async with httpx.AsyncClient(auth=signer, follow_redirects=follow) as client:
            return await client.request(method, url, **arguments)

    return asyncio.run(run())


Sender = Callable[..., Any]
BOTH = pytest.mark.parametrize("send", [send_blocking, send_async], ids=["blocking", "async"])


async def chunks() -> AsyncIterator[bytes]:
    yield b"pay"
    yield b"load"


BODIES: dict[str, Any] = {
    "bytes": ({"content": b"payload"}, b"payload"),
    "text": ({"content": "p\u00e4yload"}, "p\u00e4yload".encode()),
    "form": ({"data": {"a": "1 2"}}, b"a=1+2"),
    "json": ({"json": [1]}, b"[1]"),
    "nothing": ({}, b""),
}


@BOTH
@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("credentials", [KEYS, SESSION], ids=["user", "session"])
def test_every_kind_of_body_is_signed(send: Sender, name: str, credentials: Credentials, service: Service) -> None:
    """And arrives whole."""
    arguments, expected = BODIES[name]
    response = send("POST", f"{service.url}/path", auth(credentials), **arguments)

    assert (response.status_code, service.calls[0].body) == (200, expected)


def test_streams_are_read_and_sent_with_their_length(service: Service) -> None:
    """Generators, files and async generators. AWS services require a length."""
    blocking = send_blocking("POST", service.url, auth(), content=iter([b"pay", b"load"]))
    file = send_blocking("POST", service.url, auth(), content=io.BytesIO(b"payload"))
    asynchronous = send_async("POST", service.url, auth(), content=chunks())

    assert [response.text for response in (blocking, file, asynchronous)] == ["payload"] * 3
    assert ["transfer-encoding" in call.headers for call in service.calls] == [False] * 3


def test_an_unsigned_payload_is_streamed(service: Service) -> None:
    """For Amazon S3 over TLS."""
    response = send_blocking("POST", service.url, auth(unsigned_payload=True), content=iter([b"pay", b"load"]))

    assert response.status_code == 200
    assert service.calls[0].headers["transfer-encoding"] == "chunked"


@pytest.mark.parametrize("path", ["/", "", "/a b/\u00e4", "/a%2Fb", "/a%2fb?x=%2f", "/x?b=2&a=1&a=0&c", "/x?q=a+b&r=%20"])
@pytest.mark.parametrize("name", ["execute-api", "s3"])
def test_the_url_is_signed_as_it_is_sent(path: str, name: str) -> None:
    """Byte for byte."""
    with Service(name, SECRETS) as service:
        response = send_blocking("GET", service.url + path, auth(service=name))

    assert response.status_code == 200


@BOTH
def test_a_wrong_clock_is_corrected_once(send: Sender) -> None:
    """With the time of the service. The next request is correct immediately."""
    with Service("execute-api", SECRETS, ahead=-3600) as service:
        signer = auth()
        statuses = [send("POST", service.url, signer, content=b"payload").status_code for _ in range(2)]

    assert statuses == [200, 200]
    assert service.statuses == [403, 200, 200]
    assert service.calls[1].body == b"payload"


@BOTH
def test_expired_credentials_are_replaced_once(send: Sender, service: Service) -> None:
    """The cached credentials are dropped, and the request is sent once more with new ones. The event loop is not blocked."""
    keys = [SESSION, Credentials("ASIDNEW", "new", "token2")]
    threads = []

    class Rotating:
        def retrieve(self) -> Credentials:
            threads.append(threading.current_thread() is threading.main_thread())
            return keys.pop(0) if len(keys) > 1 else keys[0]

    service.expired = {"ASIDEXAMPLE"}
    response = send("POST", service.url, auth(CachedProvider(Rotating())), content=b"payload")

    assert response.status_code == 200
    assert [call.headers["x-amz-security-token"] for call in service.calls] == ["the+token/==", "token2"]
    assert threads == [send is send_blocking] * 2


@BOTH
def test_a_refusal_that_cannot_be_put_right_is_the_answer(send: Sender, service: Service) -> None:
    """Once."""
    response = send("GET", service.url, auth(Credentials("AKIDEXAMPLE", "wrong")))

    assert (response.status_code, len(service.calls)) == (403, 1)


@BOTH
def test_a_redirect_that_httpx_follows_on_the_host_ends_well(send: Sender, service: Service) -> None:
    """httpx drops the signature, so the rejected last request is signed again."""
    service.redirects = {"/one": (302, "/two")}
    response = send("GET", f"{service.url}/one", auth(SESSION), follow=True)

    assert response.status_code == 200
    assert service.statuses == [302, 403, 200]


def test_a_streamed_answer_is_not_read(service: Service) -> None:
    """Only refusals are looked into."""
    with httpx.Client(auth=auth()) as client, client.stream("POST", service.url, content=b"payload") as response:
        assert not response.is_stream_consumed
        assert response.read() == b"payload"


ORIGIN = "https://abc.execute-api.eu-west-1.amazonaws.com/one"
TARGETS = [
    "https://evil.example/two",
    "https://abc.execute-api.eu-west-1.amazonaws.com:8443/two",
    "https://abc.execute-api.eu-west-1.amazonaws.com.evil.example/",
    "http://abc.execute-api.eu-west-1.amazonaws.com/two",
    "//evil.example/two",
    "https://user:password@evil.example/",
]


@BOTH
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_part_of_a_signature_follows_a_redirect(send: Sender, status: int, target: str, method: str) -> None:
    """Not to another host, port or scheme, with any status, also if a later redirect leads back."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if len(seen) == 1:
            return httpx.Response(status, headers={"location": target})
        return httpx.Response(302, headers={"location": "https://third.example/"}) if len(seen) == 2 else httpx.Response(403)

    transport = httpx.MockTransport(answer)
    arguments: dict[str, Any] = {"auth": auth(SESSION), "transport": transport, "follow_redirects": True}
    if send is send_blocking:
        with httpx.Client(**arguments) as client:
            client.request(method, ORIGIN, content=b"payload" if method == "POST" else None)
    else:

        async def run() -> None:
            async with httpx.AsyncClient(**arguments) as client:
                await client.request(method, ORIGIN, content=b"payload" if method == "POST" else None)

        asyncio.run(run())
    first, *others = seen
    assert first.headers["x-amz-security-token"] == SESSION.session_token
    assert first.headers["authorization"].startswith("AWS4-HMAC-SHA256")
    assert len(others) >= 2
    sent = [name for request in others for name, _ in request.headers.raw]
    assert not {name.decode().lower() for name in sent} & set(SIGNATURE_HEADERS)
    assert not [request for request in others if SESSION.session_token in str(dict(request.headers))]


def test_signed_headers_behave_as_headers_do() -> None:
    """For transports, hooks and foreign code. Only a copy lacks the signature."""
    plain = httpx.Headers([("Accept", "a"), ("accept", "b"), ("x-a", "1")])
    signed = SignedHeaders(plain, {"authorization": "secret", "x-amz-date": "now"})
    whole = httpx.Headers([*plain.multi_items(), ("authorization", "secret"), ("x-amz-date", "now")])

    assert signed == whole
    assert signed.raw == whole.raw or [(k.lower(), v) for k, v in signed.raw] == [(k.lower(), v) for k, v in whole.raw]
    assert list(signed.keys()) == list(whole.keys())
    assert list(signed.values()) == list(whole.values())
    assert dict(signed.items()) == dict(whole.items())
    assert signed.multi_items() == whole.multi_items()
    assert (signed.get("Authorization"), signed.get("none", "x"), len(signed)) == ("secret", "x", len(whole))
    assert signed.get_list("accept") == ["a", "b"]
    assert "x-amz-date" in signed
    signed["x-a"] = "2"
    del signed["authorization"]
    assert (signed["x-a"], "authorization" in signed) == ("2", False)
    copy = httpx.Headers(signed)
    assert (copy["x-a"], "x-amz-date" in copy) == ("2", False)
    assert "now" not in repr(signed)
