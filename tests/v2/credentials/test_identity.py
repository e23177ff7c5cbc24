"""`AWS.Credentials`: filled and refreshed in place."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from sts import Credentials as Value
from sts import errors
from sts import v2 as AWS  # noqa: N812 - as v2's users write it
from sts.drivers.workers import Workers
from tests.support.fakes import CREDENTIALS, FakeHandler, client, ok, refused
from tests.support.threads import PATIENCE


def later(**delta: float) -> datetime:
    return datetime.now(timezone.utc) + timedelta(**delta)


class Loading(AWS.Credentials):  # type: ignore[misc]  # lazily exported
    """Credentials that count their loads; each load takes some time."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers = list(answers)
        self.loads = 0

    def load(self) -> Any:
        self.loads += 1
        time.sleep(0.01)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


FRESH = Value("AKIAFRESH", "secret", "token", later(hours=1))


@pytest.mark.parametrize(
    ("expired", "seconds", "keys", "needed"),
    [
        (False, None, True, False),
        (True, None, True, True),
        (False, None, False, True),
        (False, 10, True, True),
        (False, 300, True, False),
        (False, -5, True, True),
    ],
)
def test_needs_refresh(expired: bool, seconds: Any, keys: bool, needed: bool) -> None:
    """Marked, missing, or within fifteen seconds of the end."""
    credentials = AWS.Credentials("a", "b") if keys else AWS.Credentials()
    credentials.expired = expired
    credentials.expire_time = None if seconds is None else later(seconds=seconds)
    assert credentials.needs_refresh() is credentials.needsRefresh() is needed


@pytest.mark.parametrize(
    "given",
    [("k", "s", "t"), ({"accessKeyId": "k", "secretAccessKey": "s", "sessionToken": "t"},), (Value("k", "s", "t"),)],
)
def test_ways_to_make_them(given: Any) -> None:
    """From three strings, a mapping in any spelling, or a value. The repr shows no secret."""
    credentials = AWS.Credentials(*given)
    assert (credentials.accessKeyId, credentials.secretAccessKey, credentials.sessionToken) == ("k", "s", "t")
    assert "'s'" not in repr(credentials)
    credentials.accessKeyId = "changed"
    assert credentials.access_key_id == "changed"


def test_get_loads_once_for_many() -> None:
    """Of many threads and callbacks that ask at once, one loads."""
    credentials, called = Loading(FRESH), threading.Semaphore(0)
    errors_given: list[Any] = []
    for _ in range(8):
        credentials.get(lambda error: (errors_given.append(error), called.release()))
    threads = [threading.Thread(target=credentials.get) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    for _ in range(8):
        assert called.acquire(timeout=PATIENCE)

    assert credentials.loads == 1
    assert errors_given == [None] * 8
    assert credentials.access_key_id == "AKIAFRESH"
    assert credentials.getPromise().result(PATIENCE) is None


def test_a_promise_settles_when_no_other_thread_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that waits for the credentials loads them itself: all others may be busy, or none can be started."""
    monkeypatch.setattr("sts.v2.background._workers", Workers(1))
    credentials = Loading(FRESH)
    assert credentials.get_promise().result(PATIENCE) is None
    assert (credentials.loads, credentials.access_key_id) == (1, "AKIAFRESH")


def test_get_without_need_calls_back_at_once() -> None:
    """On the spot, as v2 does."""
    seen: list[Any] = []
    AWS.Credentials("a", "b").get(lambda error: seen.append((error, threading.current_thread())))
    assert seen == [(None, threading.current_thread())]


def test_refresh_always_loads_and_errors_reach_whoever_asked() -> None:
    """The error is raised, passed to the callback or rejects the promise. The current keys stay."""
    boom = errors.CredentialsError("no")
    credentials = Loading(FRESH, boom)
    credentials.refresh()
    with pytest.raises(errors.CredentialsError):
        credentials.refresh()
    seen, over = [], threading.Event()
    credentials.refresh(lambda error: (seen.append(error), over.set()))
    assert over.wait(PATIENCE)
    assert seen == [boom]
    with pytest.raises(errors.CredentialsError):
        credentials.refreshPromise().result(PATIENCE)
    assert (credentials.loads, credentials.access_key_id) == (4, "AKIAFRESH")


def test_clients_of_both_namespaces_sign_with_them() -> None:
    """They are a provider: refreshed for a call, and after the service called them expired."""
    first = Value("AKIAFIRST", "secret", "token", later(hours=1))
    credentials = Loading(first, FRESH)
    made = client(refused("ExpiredToken"), ok(), credentials=credentials, access_key_id=None, secret_access_key=None)
    made.get_caller_identity()
    keys = [request.headers["authorization"].partition("Credential=")[2].split("/")[0] for request in made.handler.requests]
    assert keys == ["AKIAFIRST", "AKIAFRESH"]

    handler = FakeHandler(ok())
    AWS.STS(
        {"region": CREDENTIALS["region"], "credentials": credentials, "requestHandler": handler}
    ).get_caller_identity().result(PATIENCE)
    assert "AKIAFRESH" in handler.requests[0].headers["authorization"]
    assert credentials.loads == 2


def test_empty_credentials_say_what_is_missing() -> None:
    """The call fails before the network with v2's code."""
    handler = FakeHandler(ok())
    made = AWS.STS({"region": "us-east-1", "credentials": AWS.Credentials(), "requestHandler": handler})
    with pytest.raises(errors.CredentialsError, match="Missing credentials") as caught:
        made.get_caller_identity().result(PATIENCE)
    assert caught.value.code == "CredentialsError"
    assert handler.requests == []
    assert AWS.Credentials("a", "b").invalidate(Value("a", "b")) is False


@pytest.mark.parametrize("method", ["get", "refresh"])
def test_a_callback_must_be_a_function(method: str) -> None:
    """As everywhere."""
    with pytest.raises(TypeError, match="callback"):
        getattr(AWS.Credentials("a", "b"), method)(5)
