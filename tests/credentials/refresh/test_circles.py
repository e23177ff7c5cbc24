"""A provider that needs its own credentials gets an error that names the circle, and does not deadlock."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from sts import STS, AbortController, AsyncSTS, Credentials, CredentialsError, STSError
from sts.credentials import CachedProvider
from sts.testing import LocalSTS
from tests.support.threads import PATIENCE, raised_on_thread

SAYS = "needs its own credentials"


WAYS: dict[str, Callable[[STS, dict[str, Any]], Any]] = {
    "blocking": lambda client, params: client.assume_role(**params),
    "with a timeout": lambda client, params: client.assume_role(**params, timeout=50),
    "with a signal": lambda client, params: client.assume_role(**params, abort_signal=AbortController().signal),
    "as a request": lambda client, params: client.make_request("assume_role", params).result(),
    "as a promise": lambda client, params: client.make_request("assume_role", params).promise().result(),
    "presigned": lambda client, params: client.presign("get_caller_identity") and client.assume_role(**params),
}


@pytest.mark.parametrize("outer", WAYS)
@pytest.mark.parametrize("inner", WAYS)
def test_a_client_that_is_fed_by_itself(outer: str, inner: str) -> None:
    """In every style of the call outside and inside."""
    with LocalSTS() as server:
        params = {"RoleArn": server.role.arn, "RoleSessionName": "abc"}
        client: STS = STS(
            region=server.region, endpoint=server.url, credentials=lambda: WAYS[inner](client, params)["Credentials"]
        )
        error = raised_on_thread(lambda: WAYS[outer](client, params))
        assert isinstance(error, STSError)
        assert SAYS in str(error)
        assert server.calls == []


def test_an_asyncio_client_that_is_fed_by_itself() -> None:
    """Its provider runs on a thread of its own."""

    async def run() -> None:
        blocking: STS
        client = AsyncSTS(region="us-east-1", endpoint="http://127.0.0.1:1", credentials=lambda: blocking.get_session_token())
        blocking = STS(region="us-east-1", endpoint="http://127.0.0.1:1", credentials=client.options["credentials"])
        await client.get_caller_identity()

    error = raised_on_thread(lambda: asyncio.run(run()))
    assert SAYS in str(error)


class Chained:
    """Ask another provider for the credentials."""

    def __init__(self) -> None:
        self.other: Any = None
        self.before: Callable[[], object] = lambda: None

    def retrieve(self) -> Credentials:
        self.before()
        found: Credentials = self.other.retrieve()
        return found


def circle(length: int) -> tuple[list[Chained], list[CachedProvider]]:
    links = [Chained() for _ in range(length)]
    cached = [CachedProvider(link) for link in links]
    for place, link in enumerate(links):
        link.other = cached[(place + 1) % length]
    return links, cached


@pytest.mark.parametrize("length", [1, 2, 3, 5])
@pytest.mark.parametrize("method", ["retrieve", "refresh"])
def test_providers_that_feed_each_other(length: int, method: str) -> None:
    """For any first caller. The error names all of them."""
    _, cached = circle(length)
    error = raised_on_thread(getattr(cached[0], method))
    assert isinstance(error, CredentialsError)
    assert str(error).count("CachedProvider(Chained)") == length + 1


@pytest.mark.parametrize("length", [2, 3])
def test_providers_that_feed_each_other_asked_from_several_threads(length: int) -> None:
    """Each thread holds one and waits for the next: none of them would ever end."""
    links, cached = circle(length)
    inside = threading.Barrier(length)
    for link in links:
        link.before = lambda: inside.wait(60) if not inside.broken and inside.n_waiting < length else None
    raised: list[BaseException] = []

    def ask(provider: CachedProvider) -> None:
        try:
            provider.retrieve()
        except CredentialsError as error:
            raised.append(error)

    threads = [threading.Thread(target=ask, args=(provider,), daemon=True) for provider in cached]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(raised) == length
    assert all(SAYS in str(error) for error in raised)


def test_a_long_chain_and_a_shared_source_are_no_circle() -> None:
    """Many roles on one source, from many threads, and one behind the other."""

    class Source:
        def retrieve(self) -> Credentials:
            return Credentials("AKIA", "secret")

    source = CachedProvider(Source())
    chains = []
    for _ in range(8):
        provider: Any = source
        for _ in range(5):
            link = Chained()
            link.other = provider
            provider = CachedProvider(link)
        chains.append(provider)
    found: list[Credentials] = []
    threads = [threading.Thread(target=lambda chain=chain: found.append(chain.retrieve())) for chain in chains * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(found) == 32


def test_after_a_circle_the_providers_work_again() -> None:
    """Nothing stays locked or noted."""
    links, cached = circle(2)
    assert SAYS in str(raised_on_thread(cached[0].retrieve))

    class Source:
        def retrieve(self) -> Credentials:
            return Credentials("AKIA", "secret")

    links[1].other = Source()
    assert raised_on_thread(cached[0].retrieve) is None
    assert raised_on_thread(cached[1].refresh) is None
