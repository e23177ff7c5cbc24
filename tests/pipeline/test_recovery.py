"""Errors whose cause a call corrects: a wrong clock, learned from `Date`, once, and only if it was the cause."""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime, timezone
from email.utils import formatdate
from types import SimpleNamespace
from typing import Any

import pytest

from sts import STS, Credentials, errors
from sts.base.time import Clock
from sts.http import HttpResponse
from sts.pipeline.call import Block, Send, Sleep
from sts.pipeline.recovery import EXPIRED_CODES, MAX_AGE, SKEW_CODES, correct_clock
from sts.pipeline.run import run_call
from sts.retry.standard import StandardRetry
from sts.testing import LocalSTS
from tests.support.clocks import HandTime
from tests.support.fakes import client, ok, refused

HOUR = 3600.0


def signed_at(request: Any) -> float:
    """Return the time for which a request was signed."""
    from sts.pipeline.recovery import http_time

    moment = http_time(request.headers["x-amz-date"])
    assert moment is not None
    return moment


class Host:
    """A service whose clock is *ahead*, and its response to signatures with another time."""

    def __init__(self, ahead: float, code: str = "SignatureDoesNotMatch", tolerance: float = 900.0, **headers: str) -> None:
        self.ahead, self.code, self.tolerance, self.headers = ahead, code, tolerance, headers
        self.refused = self.requests = 0

    def __call__(self, request: Any) -> HttpResponse:
        self.requests += 1
        now = time.time() + self.ahead
        headers = {"date": formatdate(now, usegmt=True), **self.headers}
        if abs(signed_at(request) - now) > self.tolerance:
            self.refused += 1
            return refused(self.code, "Signature expired: 1 is now earlier than 2", 403, **headers)
        return ok(**headers)


@pytest.mark.parametrize("ahead", [HOUR, -HOUR, 365 * 24 * HOUR])
@pytest.mark.parametrize("code", sorted(SKEW_CODES))
def test_one_extra_request_and_then_none(code: str, ahead: float) -> None:
    """The first call learns the time, and later calls use it."""
    host = Host(ahead, code)
    made = client(host)
    first, second = made.get_caller_identity(), made.get_caller_identity()

    assert first["ResponseMetadata"]["Attempts"] == 2
    assert first["ResponseMetadata"]["TotalRetryDelay"] == 0.0
    assert second["ResponseMetadata"]["Attempts"] == 1
    assert host.requests == 3
    assert made._wire().clock.offset_of(made._wire().host) == pytest.approx(ahead, abs=2)


def test_against_a_server_with_a_wrong_clock() -> None:
    """The same holds over HTTP."""
    with LocalSTS(clock=lambda: time.time() - HOUR) as server, STS(**server.client_options()) as made:
        made.get_caller_identity()
        made.get_caller_identity()

        assert [call.code for call in server.calls] == ["SignatureDoesNotMatch", None, None]


def test_a_burst_of_threads_makes_at_most_one_extra_request_each() -> None:
    """64 threads with a clock that is an hour off: all succeed, and the next calls have no failure."""
    host = Host(HOUR)
    made = client(host)
    outcomes: list[Any] = []
    barrier = threading.Barrier(64)

    def call() -> None:
        barrier.wait()
        outcomes.append(made.get_caller_identity()["Account"])

    for burst in (1, 2):
        host.refused = host.requests = 0
        threads = [threading.Thread(target=call) for _ in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(outcomes) == 64 * burst
        assert host.refused <= (64 if burst == 1 else 0)
        assert host.requests == 64 + host.refused
    assert made._wire().retry.quota.available == 500


def test_only_codes_of_the_signature_count() -> None:
    """An AccessDenied from a host with another time says nothing about our clock."""
    made = client(Host(HOUR, "AccessDenied"))
    with pytest.raises(errors.ServiceError):
        made.get_caller_identity()

    assert len(made.handler.requests) == 1


def test_a_wrong_key_is_not_taken_for_a_wrong_clock() -> None:
    """The same code with the right time is final."""
    made = client(refused("SignatureDoesNotMatch", status=403, date=formatdate(usegmt=True)))
    with pytest.raises(errors.ServiceError) as caught:
        made.get_caller_identity()

    assert len(made.handler.requests) == 1
    assert caught.value.retryable is False


@pytest.mark.parametrize(("ahead", "requests"), [(237, 1), (-237, 1), (243, 2), (-243, 2)])
def test_small_differences_are_left_alone(ahead: float, requests: int) -> None:
    """Below four minutes (AWS SDK for JavaScript v3) the clock is not the cause."""
    made = client(Host(ahead, tolerance=-1.0))
    with pytest.raises(errors.ServiceError):
        made.get_caller_identity()

    assert len(made.handler.requests) == requests


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 GMT", "99991231T235959Z"])
def test_a_date_at_the_end_of_time_is_not_learnt(date: str) -> None:
    """Otherwise the client could not sign any request later."""
    made = client(refused("RequestExpired", date=date), ok())
    made._wire().clock._now = lambda: time.time() + 10
    with pytest.raises(errors.ServiceError):
        made.get_caller_identity()

    assert made._wire().clock.offset_of(made._wire().host) == 0.0
    assert made.get_caller_identity()["ResponseMetadata"]["Attempts"] == 1
    assert made.presign("get_caller_identity").url


def test_a_machine_without_a_clock_learns_the_time() -> None:
    """For example a machine whose clock starts in 1970."""
    made = client(Host(0.0))
    made._wire().clock._now = lambda: time.time() % HOUR
    assert made.get_caller_identity()["ResponseMetadata"]["Attempts"] == 2
    assert made.get_caller_identity()["ResponseMetadata"]["Attempts"] == 1


def test_once_per_call() -> None:
    """A host whose time changes is not followed for ever."""
    offsets = iter([HOUR, 5 * HOUR, 9 * HOUR, 13 * HOUR])

    def jumping(_: Any) -> HttpResponse:
        return refused("RequestExpired", status=400, date=formatdate(time.time() + next(offsets), usegmt=True))

    made = client(jumping, retry_strategy=StandardRetry(9, rand=lambda: 0.0))
    with pytest.raises(errors.ServiceError):
        made.get_caller_identity()

    assert len(made.handler.requests) == 2


@pytest.mark.parametrize(
    "headers", [{"age": "10"}, {"date": "yesterday"}, {"date": ""}, {"date": "Mon, 99 Foo 2026 00:00:00 GMT"}], ids=str
)
def test_a_date_that_tells_nothing_is_ignored(headers: dict[str, str]) -> None:
    """A response from a cache (`Age`) was made at another time. An invalid date is no time."""
    made = client(Host(HOUR, **headers))
    with pytest.raises(errors.ServiceError):
        made.get_caller_identity()

    assert len(made.handler.requests) == 1
    assert made._wire().clock.offset_of(made._wire().host) == 0.0


@pytest.mark.parametrize("how", ["option", "environment", "profile"])
def test_the_off_switch(how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """It can be disabled by option, variable and profile."""
    config = tmp_path / "config"
    config.write_text("[default]\ndisable_clock_skew_correction = true\n" if how == "profile" else "")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    if how == "environment":
        monkeypatch.setenv("AWS_DISABLE_CLOCK_SKEW_CORRECTION", "true")
    made = client(Host(HOUR), **({"correct_clock_skew": False} if how == "option" else {}))
    with pytest.raises(errors.ServiceError):
        made.get_caller_identity()

    assert len(made.handler.requests) == 1


def test_an_offset_that_is_known_beforehand() -> None:
    """`system_clock_offset` avoids the extra request. A wrong offset is corrected like a wrong clock."""
    host = Host(HOUR)
    client(host, system_clock_offset=HOUR).get_caller_identity()
    assert host.refused == 0

    made = client(host, system_clock_offset=-HOUR)
    made.get_caller_identity()
    assert host.refused == 1
    assert made._wire().clock.offset_of(made._wire().host) == pytest.approx(HOUR, abs=2)


def test_without_another_attempt_the_next_call_profits() -> None:
    """`retry_mode="off"` means one attempt, but the learned time is kept."""
    made = client(Host(HOUR), retry_mode="off")
    with pytest.raises(errors.ServiceError):
        made.get_caller_identity()

    assert made.get_caller_identity()["Account"] == "123456789012"


class Machine:
    """Clock of a machine that a test can set."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


def with_clock(machine: Machine, *answers: Any) -> Any:
    made = client(*answers)
    made._wiring = made._wire()._replace(clock=Clock(now=machine))
    return made


def test_a_clock_put_right_later_is_followed() -> None:
    """After the machine's clock was set (NTP), the offset is wrong. It is learned again with one extra request."""
    machine, host = Machine(), Host(0.0)
    machine.ahead = -HOUR
    made = with_clock(machine, host)
    made.get_caller_identity()
    machine.ahead = 0.0
    made.get_caller_identity()
    made.get_caller_identity()

    assert host.refused == 2
    assert made._wire().clock.offset_of(made._wire().host) == pytest.approx(0.0, abs=2)


def test_frozen_between_signing_and_sending() -> None:
    """After sleep, the signature is old and the clock is right: the call signs again and learns nothing."""
    machine, host = Machine(), Host(0.0)
    machine.ahead = -HOUR  # the time when it was signed

    def thaw(request: Any) -> HttpResponse:
        machine.ahead = 0.0
        return host(request)

    made = with_clock(machine, thaw, host)

    assert made.get_caller_identity()["ResponseMetadata"]["Attempts"] == 2
    assert made._wire().clock.offset_of(made._wire().host) == 0.0


def test_frozen_before_and_after_the_exchange() -> None:
    """A response that is old when it is read does not set the clock back."""
    machine, host = Machine(), Host(-HOUR)
    machine.ahead = -2 * HOUR  # signed two hours ago, answered one hour ago

    def thaw(request: Any) -> HttpResponse:
        answer = host(request)
        machine.ahead = 0.0
        return answer

    made = with_clock(machine, thaw, Host(0.0))

    assert made.get_caller_identity()["ResponseMetadata"]["Attempts"] == 2
    assert made._wire().clock.offset_of(made._wire().host) == 0.0


def test_a_very_slow_answer_tells_nothing() -> None:
    """After 15 minutes its time of origin is unknown."""
    machine, host = Machine(), Host(HOUR)

    def slow(request: Any) -> HttpResponse:
        answer = host(request)
        machine.ahead += MAX_AGE + 60
        return answer

    made = with_clock(machine, slow)
    with pytest.raises(errors.ServiceError):
        made.get_caller_identity()

    assert made._wire().clock.offset_of(made._wire().host) == 0.0


def test_an_mfa_call_learns_the_time_but_is_not_sent_again() -> None:
    """The next code will be signed with the right time."""
    made = client(Host(HOUR))
    with pytest.raises(errors.ServiceError) as caught:
        made.get_session_token(SerialNumber="arn:aws:iam::123456789012:mfa/demo", TokenCode="123456")

    assert len(made.handler.requests) == 1
    assert caught.value.retryable is False
    assert made._wire().clock.offset_of(made._wire().host) == pytest.approx(HOUR, abs=2)


def test_presigned_requests_use_the_learnt_time() -> None:
    """Otherwise verifiers would reject the first token after the correction."""
    made = client(Host(HOUR))
    made.get_caller_identity()
    url = made.presign("get_caller_identity").url
    stamp = url.partition("X-Amz-Date=")[2][:16]
    from sts.pipeline.recovery import http_time

    assert http_time(stamp) == pytest.approx(time.time() + HOUR, abs=3)


def test_the_correction_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """A wrong clock deserves a warning, because TLS and other programs are affected as well."""
    made = client(Host(HOUR))
    with caplog.at_level(logging.WARNING, "sts"):
        made.get_caller_identity()
        made.get_caller_identity()

    assert len(caplog.records) == 1
    assert "differ by 3600 s" in caplog.text or "differ by 3599 s" in caplog.text


def stamp(moment: float) -> dict[str, str]:
    """Return response headers with *moment* (Unix time)."""
    text = datetime.fromtimestamp(moment, timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    return {"date": text, "x-amz-date": text}


def learnt(signed: float, answered: float, now: float, *, base: float = 1.7e9, enabled: bool = True) -> tuple[bool, float]:
    """Return whether the clock is the cause of an error, and its correction. Times are seconds after *base*."""
    clock = Clock(now=lambda: base + now)
    wiring = SimpleNamespace(settings=SimpleNamespace(correct_clock_skew=enabled), clock=clock, host="h")
    request, response = SimpleNamespace(headers=stamp(base + signed)), SimpleNamespace(headers=stamp(base + answered))
    call: Any = SimpleNamespace(wiring=wiring, http_request=request, http_response=response)
    return correct_clock(call), clock.offset_of("h")


@pytest.mark.parametrize(
    ("signed", "answered", "now", "expected"),
    [
        (0, 239, 0, (False, 0)),
        (0, 240, 0, (True, 240)),
        (0, -239, 0, (False, 0)),
        (0, -240, 0, (True, -240)),
        (0, 500, 260, (True, 240)),
        (0, 500, 261, (True, 0)),
        (0, 5000, 899, (True, 4101)),
        (0, 5000, 900, (True, 0)),
        (0, 5000, -1, (True, 5001)),
        (0, 5000, -2, (True, 0)),
    ],
    ids=str,
)
def test_what_an_answer_tells(signed: float, answered: float, now: float, expected: tuple[bool, float]) -> None:
    """
    Four minutes between signature and answer blame the clock; it is corrected where it is wrong still, by a fresh answer.

    Fresh is one that is read in the second of the signature or up to a quarter of an hour later.
    """
    assert learnt(signed, answered, now) == expected
    assert learnt(signed, answered, now, enabled=False) == (False, 0)


def test_the_last_date_that_is_believed() -> None:
    """That date is used. The next second is ignored."""
    assert learnt(0, 2.2e11 - 1.7e9, 0) == (True, 2.2e11 - 1.7e9)
    assert learnt(0, 2.2e11 - 1.7e9 + 1, 0) == (False, 0)


class CachingProvider:
    """A user's provider that caches, and has no `invalidate`."""

    def cached(self) -> Any:
        return self.retrieve()

    def retrieve(self) -> Any:
        return Credentials("ASIAIOSFODNN7EXAMPLE", "secret", "token")


def test_a_caching_provider_without_invalidate() -> None:
    """The caller gets the error unchanged."""
    made = client(refused("ExpiredToken", status=403), credentials=CachingProvider())
    with pytest.raises(errors.ExpiredTokenException):
        made.get_caller_identity()

    assert len(made.handler.requests) == 1


class ReplacingProvider(CachingProvider):
    """A provider that returns a new session each time, and records which were rejected."""

    def __init__(self, *, has_others: bool = True) -> None:
        self.has_others, self.made = has_others, 0
        self.told: list[str | None] = []

    def retrieve(self) -> Any:
        self.made += 1
        return Credentials("ASIAIOSFODNN7EXAMPLE", "secret", f"token-{self.made}")

    cached = retrieve

    def invalidate(self, credentials: Credentials) -> bool:
        self.told.append(credentials.session_token)
        return self.has_others


def sent_with(provider: ReplacingProvider, *answers: Any) -> list[str]:
    """Make a call that is rejected in the end. Return the tokens with which its requests were signed."""
    made = client(*answers, credentials=provider, retry_strategy=StandardRetry(9, rand=lambda: 0.0))
    with pytest.raises(errors.ServiceError):
        made.get_caller_identity()
    return [request.headers["x-amz-security-token"] for request in made.handler.requests]


@pytest.mark.parametrize("code", sorted(EXPIRED_CODES))
def test_expired_credentials_are_replaced_once_per_call(code: str) -> None:
    """The provider is told which ones were rejected. A second rejection is final."""
    provider = ReplacingProvider()
    assert sent_with(provider, refused(code, status=403)) == ["token-1", "token-2"]
    assert provider.told == ["token-1"]


def test_a_provider_without_others_ends_the_call() -> None:
    """The provider is told, and the caller gets the error."""
    provider = ReplacingProvider(has_others=False)
    assert sent_with(provider, refused("ExpiredToken", status=403)) == ["token-1"]
    assert provider.told == ["token-1"]


def test_other_refusals_leave_the_credentials_alone() -> None:
    """AccessDenied means that they are valid."""
    provider = ReplacingProvider()
    assert sent_with(provider, refused("AccessDenied", status=403)) == ["token-1"]
    assert provider.told == []


def test_a_wrong_clock_and_expired_credentials_in_one_call() -> None:
    """Each is corrected once, in either order."""
    late = refused("RequestExpired", date=formatdate(time.time() + HOUR, usegmt=True))
    expired = refused("ExpiredToken", status=403)
    for answers in ((late, expired, late), (expired, late, expired)):
        provider = ReplacingProvider()
        assert len(sent_with(provider, *answers)) == 3
        assert len(provider.told) == 1


# --- the wait before the next attempt ---


class Driven:
    """A call of `get_caller_identity` that a test drives by hand: the seconds of its waits, and its result or error."""

    def __init__(self, *answers: Any, timeout: float | None = None, **listeners: Any) -> None:
        self.call = call = (request := client().make_request("get_caller_identity")).call
        for event, listener in listeners.items():
            request.on(event, listener)
        call.timeout = timeout
        self.waits: list[float] = []
        self.requests = 0
        self.result = self.error = None
        flow, result = run_call(call), None
        try:
            while True:
                result = self.perform(flow.send(result), answers)
        except StopIteration as done:
            self.result = done.value
        except Exception as error:
            self.error = error

    def perform(self, effect: Any, answers: tuple[Any, ...]) -> Any:
        if isinstance(effect, Sleep):
            self.waits.append(effect.seconds)
        elif isinstance(effect, Send):
            self.requests += 1
            return answers[min(self.requests, len(answers)) - 1]
        return effect.function() if isinstance(effect, Block) else None


@pytest.mark.parametrize(
    ("set_to", "waited"), [("unchanged", 5.0), (5.0, 5.0), (0.25, 0.25), (40.0, 40.0), (0, 0.0), (None, 0.0), (-5, 0.0)]
)
def test_a_delay_of_a_listener_is_used_as_it_is_and_one_of_the_service_is_a_hint(set_to: Any, waited: float) -> None:
    """The service asks for five seconds; the strategy follows. Whatever a listener sets instead is the wait."""

    def listener(response: Any) -> None:
        if set_to != "unchanged":
            response.error.retry_delay = set_to

    made = Driven(refused("Throttling", retry_after="5"), ok(), retry=listener)

    assert made.waits == [waited]
    assert made.result is not None
    assert made.result["ResponseMetadata"]["TotalRetryDelay"] == waited


def test_a_delay_of_a_listener_that_is_no_number_is_refused() -> None:
    """The message names it."""

    def listener(response: Any) -> None:
        response.error.retry_delay = "soon"

    made = Driven(refused("Throttling"), ok(), retry=listener)

    assert isinstance(made.error, errors.ConfigError)
    assert "retry_delay before the next attempt is 'soon'" in str(made.error)
    assert made.requests == 1


@pytest.mark.parametrize(("code", "retrying"), [("Throttling", [True]), ("AccessDenied", [False])])
def test_after_retry_comes_after_the_wait_whether_another_attempt_follows_or_not(code: str, retrying: list[bool]) -> None:
    """`retrying` of the call tells which; the listener of `retry` sees the error with the attempts so far."""
    seen: list[Any] = []
    before: list[Any] = []
    made = Driven(
        refused(code),
        ok(),
        retry=lambda response: before.append((response.error.attempts, response.error.operation)),
        after_retry=lambda response: seen.append((response.request.call.retrying, response.request.call.total_retry_delay > 0)),
    )

    assert before == [(1, "GetCallerIdentity")]
    assert seen == [(retrying[0], retrying[0])]
    assert made.requests == 1 + retrying[0]
    assert not made.call.retrying


def test_an_error_that_a_listener_removes_leads_to_another_attempt() -> None:
    """Also one that would not be tried again."""

    def listener(response: Any) -> None:
        response.request.call.error = None

    made = Driven(refused("AccessDenied", status=403), ok(), retry=listener)

    assert made.error is None
    assert made.requests == 2


def test_an_error_that_a_listener_puts_in_its_place_ends_the_call() -> None:
    """If it is no error of this library, it is raised as it is."""

    def listener(response: Any) -> None:
        response.request.call.error = KeyError("mine")

    made = Driven(refused("Throttling"), ok(), retry=listener)

    assert isinstance(made.error, KeyError)
    assert made.requests == 1


@pytest.mark.parametrize(("timeout", "waits"), [(3600.0, [40.0]), (30.0, [])])
def test_a_wait_beyond_the_timeout_is_not_begun(timeout: float, waits: list[float]) -> None:
    """The error says when the next attempt would start, and has the last error."""

    def listener(response: Any) -> None:
        response.error.retry_delay = 40.0

    made = Driven(refused("Throttling"), ok(), timeout=timeout, retry=listener)

    assert made.waits == waits
    assert (made.error is None) == bool(waits)
    if made.error is not None:
        assert isinstance(made.error, errors.DeadlineExceededError)
        assert "would start in 40.000 s, after the call's timeout" in str(made.error)
        assert getattr(made.error.__cause__, "code", "") == "Throttling"


@pytest.mark.parametrize(("delay", "waits"), [(29.5, [29.5]), (30.0, [])])
def test_a_wait_up_to_the_timeout_leaves_no_time_for_an_attempt(
    delay: float, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next attempt must begin before the timeout."""
    HandTime().replace(monkeypatch)

    def listener(response: Any) -> None:
        response.error.retry_delay = delay

    made = Driven(refused("Throttling"), ok(), timeout=30.0, retry=listener)

    assert made.waits == waits


def test_a_code_that_never_reached_sts_is_sent_again() -> None:
    """Only an answer spends a code."""

    def fail(_request: Any) -> Any:
        raise errors.ConnectTimeoutError("no connection", retryable=True)

    made = client(fail, ok("<GetSessionTokenResponse><GetSessionTokenResult/></GetSessionTokenResponse>"))
    made.get_session_token(SerialNumber="arn:aws:iam::123456789012:mfa/me", TokenCode="123456")

    assert len(made.handler.requests) == 2
