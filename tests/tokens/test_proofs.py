"""Identity proofs for your own services: bound to an audience, short-lived, usable once."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from sts import STS, Credentials
from sts.errors import ConfigError
from sts.http import HttpResponse
from sts.testing import FakeClock, LocalSTS
from sts.tokens import RejectedTokenError, ReplayGuard, identity_proof, verify_identity_proof
from tests.base.test_forks import in_child
from tests.support.detour import Detour
from tests.support.fakes import FakeHandler

AUDIENCE = "https://build.example.com"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
KEYS = Credentials("AKIDEXAMPLE", "secret", "token")


@pytest.fixture(scope="module")
def server() -> Iterator[LocalSTS]:
    with LocalSTS(honor_expires=False) as running:
        yield running


def made(server: LocalSTS, audience: str = AUDIENCE, **more: Any) -> str:
    keys = Credentials(server.user.access_key_id, server.user.secret_access_key)
    return identity_proof(audience, region="eu-west-1", credentials=keys, **more)


def test_a_service_learns_who_called_it(server: LocalSTS) -> None:
    """The caller signs, and AWS returns the identity. Service and caller share no secret."""
    identity = verify_identity_proof(made(server), AUDIENCE, handler=Detour(server.url))

    assert (identity.arn, identity.account) == ("arn:aws:iam::123456789012:user/demo", "123456789012")


def test_a_client_can_make_the_proof_and_its_endpoint_can_be_the_one_asked(server: LocalSTS) -> None:
    """As with a private STS."""
    proof = identity_proof(AUDIENCE, client=STS(**server.client_options()))

    assert verify_identity_proof(proof, AUDIENCE, endpoint=server.url).arn == "arn:aws:iam::123456789012:user/demo"


def test_a_proof_for_another_service_is_refused(server: LocalSTS) -> None:
    """A service that gets a proof cannot use it to be its caller elsewhere."""
    with pytest.raises(RejectedTokenError, match="SignatureDoesNotMatch"):
        verify_identity_proof(made(server, "https://other.example.com"), AUDIENCE, handler=Detour(server.url))


def test_a_token_for_a_cluster_is_no_proof(server: LocalSTS) -> None:
    """The two are bound by different headers."""
    from sts.tokens import eks_token

    token = eks_token(AUDIENCE, region="us-east-1", credentials=KEYS)
    handler = FakeHandler(HttpResponse(200, {}, b"{}"))
    for forged in (str(token), token.replace("k8s-aws-v1.", "sts-proof-v1.")):
        with pytest.raises(RejectedTokenError, match=r"does not begin|x-sts-audience is not signed"):
            verify_identity_proof(forged, AUDIENCE, handler=handler)
    assert handler.requests == []


@pytest.mark.parametrize(("age", "max_age", "good"), [(59, 60, True), (61, 60, False), (61, 900, True), (901, 900, False)])
def test_a_proof_is_refused_when_it_is_too_old(age: int, max_age: int, good: bool) -> None:
    """The default maximum age is a minute. STS alone would accept a proof for fifteen."""
    proof = identity_proof(AUDIENCE, region="us-east-1", credentials=KEYS, now=NOW)
    handler = FakeHandler(HttpResponse(403, {}, b""))

    with pytest.raises(RejectedTokenError, match="rejected" if good else "has expired"):
        verify_identity_proof(proof, AUDIENCE, max_age=max_age, now=NOW + timedelta(seconds=age), handler=handler)


def test_a_proof_counts_once_with_a_replay_guard(server: LocalSTS) -> None:
    """Also when many threads send the same one at once, or it is written in another way."""
    guard, proof = ReplayGuard(), made(server)
    url = base64.urlsafe_b64decode(proof.removeprefix("sts-proof-v1.") + "==")
    rewritten = "sts-proof-v1." + base64.urlsafe_b64encode(url.replace(b"X-Amz-Date", b"x-amz-date")).rstrip(b"=").decode()
    start = threading.Barrier(4)

    def attempt(text: str) -> bool:
        start.wait()
        try:
            verify_identity_proof(text, AUDIENCE, first_use=guard, handler=Detour(server.url))
        except RejectedTokenError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        accepted = list(pool.map(attempt, [proof, proof, rewritten, proof]))

    assert accepted.count(True) == 1
    assert verify_identity_proof(
        made(server, now=datetime.now(timezone.utc) - timedelta(seconds=2)),
        AUDIENCE,
        first_use=guard,
        handler=Detour(server.url),
    )


def test_a_refused_proof_is_not_remembered() -> None:
    """Nobody can fill the memory with made-up proofs."""
    seen: list[str] = []

    def first_use(signature: str, until: datetime) -> bool:
        seen.append(signature)
        return True

    proof = identity_proof(AUDIENCE, region="us-east-1", credentials=KEYS)
    with pytest.raises(RejectedTokenError):
        verify_identity_proof(proof, AUDIENCE, first_use=first_use, handler=FakeHandler(HttpResponse(403)))

    assert seen == []


class Store:
    """Store with its own clock that forgets each signature exactly at the requested time."""

    def __init__(self, clock: list[datetime]) -> None:
        self.clock, self.until = clock, dict[str, datetime]()

    def __call__(self, signature: str, until: datetime) -> bool:
        new = self.until.get(signature, NOW - timedelta(days=1)) <= self.clock[0]
        self.until[signature] = until
        return new


@pytest.mark.parametrize("max_age", [1, 60, 900])
@pytest.mark.parametrize("kind", ["guard", "store"])
@pytest.mark.parametrize("ahead", [0, 300, 890])
def test_a_proof_counts_once_however_long_sts_takes(kind: str, max_age: int, ahead: int) -> None:
    """For any maximum age, any delay of STS and any clock of the signer."""
    clock = [NOW]
    store = ReplayGuard(lambda: clock[0].timestamp()) if kind == "guard" else Store(clock)
    proof = identity_proof(AUDIENCE, region="us-east-1", credentials=KEYS, now=NOW + timedelta(seconds=ahead))

    def accepted(at: float, limit: float, answered_after: float) -> bool:
        clock[0] = NOW + timedelta(seconds=at)

        def answer(_: Any) -> HttpResponse:
            clock[0] += timedelta(seconds=answered_after)
            return ok_identity()

        try:
            verify_identity_proof(proof, AUDIENCE, max_age=limit, now=clock[0], first_use=store, handler=FakeHandler(answer))
        except RejectedTokenError:
            return False
        return True

    assert accepted(0.0, max_age, 0.0)
    moments = [at + ahead for at in (0, 0.5, 1, 59.9, 60, 120, 899, 900)]
    assert not [
        (at, limit, took) for at in moments for limit in (1, 60, 900) for took in (0, 2, 9) if accepted(at, limit, took)
    ]


def ok_identity() -> HttpResponse:
    identity = {"Arn": "arn:aws:iam::123456789012:user/demo", "Account": "123456789012", "UserId": "AIDA"}
    return HttpResponse(200, {}, json.dumps({"GetCallerIdentityResponse": {"GetCallerIdentityResult": identity}}).encode())


def test_a_proof_whose_first_use_may_be_forgotten_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """STS or the store took so long that the time to remember it has passed."""
    spent = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: spent[0])
    proof = identity_proof(AUDIENCE, region="us-east-1", credentials=KEYS, now=NOW)

    def first_use(_signature: str, _until: datetime) -> bool:
        spent[0] += 1200.0
        return True

    with pytest.raises(RejectedTokenError, match="expired while"):
        verify_identity_proof(proof, AUDIENCE, now=NOW, first_use=first_use, handler=FakeHandler(ok_identity()))


def test_an_asynchronous_store_is_an_error() -> None:
    """Its coroutine counts as true, and would accept every proof any number of times."""

    async def first_use(_signature: str, _until: datetime) -> bool:
        return False

    proof = identity_proof(AUDIENCE, region="us-east-1", credentials=KEYS)
    with pytest.raises(ConfigError, match="first_use returned an awaitable"):
        verify_identity_proof(proof, AUDIENCE, first_use=first_use, handler=FakeHandler(ok_identity()))  # type: ignore[arg-type]


def test_a_replay_guard_forgets_what_has_expired() -> None:
    """So its memory is bounded by the proofs of a few minutes."""
    now = [1000.0]
    guard = ReplayGuard(now=lambda: now[0])
    for number in range(100):
        assert guard(str(number), datetime.fromtimestamp(1060, timezone.utc))
    assert not guard("7", datetime.fromtimestamp(1060, timezone.utc))
    now[0] = 1061.0

    assert guard("new", datetime.fromtimestamp(1121, timezone.utc))
    assert len(guard._until) == 1


@pytest.mark.parametrize("audience", ["", " x", "a  b", "a\r\nb", "ä", None], ids=repr)
def test_an_audience_that_could_change_on_its_way_is_refused(audience: Any) -> None:
    """On both sides: it is a signed header."""
    with pytest.raises(ConfigError, match="audience"):
        identity_proof(audience, region="us-east-1", credentials=KEYS)
    with pytest.raises(ConfigError, match="audience"):
        verify_identity_proof("x", audience)


@pytest.mark.parametrize("max_age", [0, -1, 901])
def test_the_age_allowed_is_at_most_what_sts_takes(max_age: float) -> None:
    """A longer one would promise what STS does not keep."""
    with pytest.raises(ConfigError, match="max_age"):
        verify_identity_proof("x", AUDIENCE, max_age=max_age)


def test_the_defaults_of_a_proof() -> None:
    """It is signed for a minute, refused after one, and remembered for STS's fifteen and five of clocks that differ."""
    proof = identity_proof(AUDIENCE, region="us-east-1", credentials=KEYS, now=NOW)
    text = proof.removeprefix("sts-proof-v1.")
    assert b"X-Amz-Expires=60&" in base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    told: list[datetime] = []

    def first_use(_signature: str, until: datetime) -> bool:
        told.append(until)
        return True

    common: Any = {"first_use": first_use, "handler": FakeHandler(ok_identity())}
    verify_identity_proof(proof, AUDIENCE, now=NOW + timedelta(seconds=60), **common)
    with pytest.raises(RejectedTokenError, match="more than 60 seconds"):
        verify_identity_proof(proof, AUDIENCE, now=NOW + timedelta(seconds=61), **common)
    assert told == [NOW + timedelta(seconds=1200)]


def test_a_replay_guard_looks_once_a_minute_for_what_has_expired() -> None:
    """What expires at that moment is forgotten, since it would be refused."""
    now = [1000.0]
    guard = ReplayGuard(now=lambda: now[0])

    def use(signature: str, until: float) -> bool:
        return guard(signature, datetime.fromtimestamp(until, timezone.utc))

    assert use("a", 1010.0)
    assert use("b", 1060.0)
    assert use("c", 1060.5)
    now[0] = 1059.5
    assert use("d", 1200.0)
    assert set(guard._until) == {"a", "b", "c", "d"}
    now[0] = 1060.0
    assert use("e", 1200.0)
    assert set(guard._until) == {"c", "d", "e"}


def test_a_replay_guard_refuses_what_it_may_have_forgotten() -> None:
    """It rejects proofs from the time on until which it remembers them. A proof with an earlier time does not shorten that."""
    now = [1000.0]
    guard = ReplayGuard(now=lambda: now[0])

    def use(until: float) -> bool:
        return guard("a", datetime.fromtimestamp(until, timezone.utc))

    assert not use(1000.0)
    assert use(1000.5)
    assert not use(1100.0)
    assert not use(1050.0)
    now[0] = 1099.0
    assert not use(1200.0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_replay_guard_works_in_a_child_that_was_forked_while_it_was_used() -> None:
    """The thread that used it does not exist there."""
    guard = ReplayGuard(now=lambda: 0.0)

    def work() -> None:
        assert guard("a", NOW)

    with guard._lock:
        assert in_child(work, 3.0) == ""


def test_the_clock_of_a_test_moves_a_guard_too() -> None:
    """A signature is forgotten when its proof is no longer valid, by the time of the library."""
    with FakeClock() as clock:
        guard = ReplayGuard()
        assert guard("signature", clock.now + timedelta(seconds=60))
        assert not guard("signature", clock.now + timedelta(seconds=60))
        clock.advance(3600)
        assert not guard("signature", clock.now - timedelta(seconds=1))
        assert guard("signature", clock.now + timedelta(seconds=60))
