"""Retry strategies: vectors of the AWS SDKs, the quota, delays requested by the service, and what the client retries."""

from __future__ import annotations

import json
import math
import re
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.retries import quota, standard

from sts import STS, Credentials, errors
from sts.errors import ConfigError, STSError
from sts.http import Headers
from sts.model.operations import OPERATIONS
from sts.pipeline.recovery import SKEW_CODES
from sts.protocol.parse_error import retry_delay
from sts.retry.adaptive import AdaptiveRetry
from sts.retry.classify import THROTTLING_CODES, TRANSIENT_CODES, TRANSIENT_STATUSES, is_retryable, is_throttling
from sts.retry.legacy import LegacyRetry
from sts.retry.standard import (
    MAX_DELAY,
    MAX_WAIT,
    NO_RETRY_INCREMENT,
    QUOTA,
    ConfiguredRetry,
    NoRetry,
    RetryQuota,
    RetryToken,
    StandardRetry,
    check_delay,
)
from sts.testing import FakeClock, LocalSTS
from tests.support.clocks import HandTime, record_pauses
from tests.support.fakes import client, ok, refused
from tests.support.threads import PATIENCE


def without_address(value: object) -> str:
    """Return the name of a test case. It is the same in every process, so that tests can be distributed."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


DATA = Path(__file__).parent.parent / "data"


def vectors(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


TIMINGS = vectors("retry-vectors/standard-retry-smithy-typescript.json")["retry_timings"]
BOTOCORE = vectors("retry-vectors/standard-retry-botocore.json")
CODES = vectors("retry-vectors/error-classification-smithy-typescript.json")
HINTS = vectors("retry-vectors/retry-after-header-smithy-typescript.json")
IDP = vectors("sts-retry-idp-smithy-rs/cases.json")["cases"]


def error_of(kind: str, **fields: Any) -> STSError:
    return STSError("x", retryable=True, throttling=kind == "THROTTLING", **fields)


def always_one() -> float:
    return 1.0


# --- the published vectors ---


@pytest.mark.parametrize("case", TIMINGS["v2026"], ids=lambda case: case["name"])
def test_costs_and_delays_are_those_of_the_2026_rules(case: Any) -> None:
    """Every step takes the exact cost from the quota and waits exactly, with the jitter fixed at 1."""
    steps = case["steps"]
    retry = StandardRetry(len(steps), rand=always_one)
    token = retry.acquire_initial_retry_token()
    spent = 0
    for step in steps[1:]:
        following = retry.refresh_retry_token_for_retry(token, error_of(step["errorType"]))
        assert following is not None
        token = following
        spent += step["retryCost"]

        assert (token.retry_count, token.cost) == (step["retryCount"], step["retryCost"])
        assert token.delay * 1000 == pytest.approx(step["delayMs"])
        assert retry.quota.available == QUOTA - spent
    assert retry.refresh_retry_token_for_retry(token, error_of("TRANSIENT")) is None


def test_backoff_is_botocores_new_one() -> None:
    """50 ms, doubled, at most 20 s. `v2_1` is botocore's name of the 2026 rules."""
    retry = StandardRetry(99, rand=always_one)
    token = retry.acquire_initial_retry_token()
    delays = []
    for _ in BOTOCORE["backoff_v2_1_seconds"]:
        token = retry.refresh_retry_token_for_retry(token, error_of("TRANSIENT")) or pytest.fail("gave up")
        delays.append(token.delay)

    assert delays == pytest.approx(BOTOCORE["backoff_v2_1_seconds"])


def test_the_quota_is_botocores_new_one() -> None:
    """Costs, capacity and increments are equal."""
    rules = BOTOCORE["quota_v2_1"]
    retry = StandardRetry(3, rand=always_one)
    first = retry.acquire_initial_retry_token()
    transient = retry.refresh_retry_token_for_retry(first, errors.ReadTimeoutError("slow"))
    throttled = retry.refresh_retry_token_for_retry(first, error_of("THROTTLING"))

    assert retry.quota.capacity == rules["max"]
    assert transient.cost == rules["non_throttling_cost"] == rules["timeout_cost"]
    assert throttled.cost == rules["throttling_cost"]
    assert rules["release_on_success_without_retry"] == NO_RETRY_INCREMENT
    retry.record_success(transient)
    assert retry.quota.available == rules["max"] - rules["throttling_cost"]
    retry.record_success(first)
    assert retry.quota.available == rules["max"] - rules["throttling_cost"] + 1


@pytest.mark.parametrize("case", BOTOCORE["RETRYABLE_THROTTLED_RESPONSES"], ids=str)
def test_throttling_answers(case: Any) -> None:
    """Throttling is recognized by its code, whatever the status is: STS throttles with HTTP 400."""
    assert is_throttling(case["error"] or "", case["status"]) is case["retryable"]


@pytest.mark.parametrize("case", BOTOCORE["RETRYABLE_TRANSIENT_ERRORS"], ids=str)
def test_transient_answers(case: Any) -> None:
    """Every response and failure that botocore classifies as transient is retried. Throttling is classified separately."""
    if isinstance(case["error"], dict):
        assert errors.TransportError("x").retryable is case["retryable"]
    else:
        code, status = case["error"] or "", case["status"]
        transient = is_retryable(code, "", status) and code != "Throttling"
        assert transient is case["retryable"]


def test_codes_and_statuses_are_those_of_the_javascript_sdk() -> None:
    """All of its codes and statuses are among ours."""
    assert set(CODES["CLOCK_SKEW_ERROR_CODES"]) == set(SKEW_CODES)
    assert set(CODES["THROTTLING_ERROR_CODES"]) == set(THROTTLING_CODES)
    assert set(CODES["TRANSIENT_ERROR_CODES"]) - {"TimeoutError"} <= set(TRANSIENT_CODES)
    assert set(CODES["TRANSIENT_ERROR_STATUS_CODES"]) == set(TRANSIENT_STATUSES)
    assert (errors.ConnectTimeoutError.code, errors.ConnectTimeoutError.retryable) == ("TimeoutError", True)
    assert CODES["retry_constants"]["INITIAL_RETRY_TOKENS"] == QUOTA
    assert CODES["retry_constants"]["MAXIMUM_RETRY_DELAY"] == MAX_DELAY * 1000


def headers_of(case: Any, now: datetime) -> Headers:
    def dates(text: str) -> str:
        for form, layout in (("http_date", "%a, %d %b %Y %H:%M:%S GMT"), ("iso", "%Y-%m-%dT%H:%M:%SZ")):
            head, call, rest = text.partition(f"{form}(+")
            if call:
                seconds, _, tail = rest.partition(")")
                text = head + (now + timedelta(seconds=int(seconds))).strftime(layout) + tail
        return text

    return Headers({name: dates(value) for name, value in case["headers"].items()})


@pytest.mark.parametrize("case", HINTS["parse"], ids=lambda case: str(case["headers"]))
def test_how_long_the_service_asks_to_wait(case: Any) -> None:
    """Delays are seconds, dates or milliseconds. A response may contain several."""
    now = datetime.fromtimestamp(HINTS["now_ms"] / 1000, timezone.utc)
    seconds = retry_delay(headers_of(case, now), now)
    expected = case["expect"]

    if expected is None:
        assert seconds is None
    else:
        assert seconds * 1000 == pytest.approx(expected["offset_ms"], abs=expected.get("tolerance_ms", 0))


@pytest.mark.parametrize("case", HINTS["delay_v2026"], ids=str)
def test_a_hint_lengthens_the_delay_within_limits(case: Any) -> None:
    """The delay is never shorter than the computed one, and at most 5 s longer."""
    seconds = retry_delay(Headers({"x-amz-retry-after": case["x-amz-retry-after"]}), datetime.now(timezone.utc))
    retry = StandardRetry(3, rand=always_one)
    token = retry.refresh_retry_token_for_retry(RetryToken(), error_of("TRANSIENT", retry_delay=seconds))

    assert token.delay * 1000 == pytest.approx(case["delay_ms"])
    if "quota_after_failure" in case:
        assert retry.quota.available == case["quota_after_failure"]
        retry.record_success(token)
        assert retry.quota.available == case["quota_after_success"]


@pytest.mark.parametrize("case", [case for case in IDP if "responses" in case], ids=lambda case: case["note"])
def test_an_identity_provider_out_of_reach(case: Any) -> None:
    """The code `IDPCommunicationError` is retried for every operation. `ValidationError` is not."""
    answers = [refused(one["error_code"], status=one["status"]) for one in case["responses"]]
    for operation in OPERATIONS:
        made = client(*answers, max_attempts=case["max_attempts"], param_validation=False, retry_strategy=quick())
        with pytest.raises(errors.ServiceError):
            made.make_request(operation.name, {}).result(PATIENCE)

        assert len(made.handler.requests) == case["expected_attempts"]


@pytest.mark.parametrize("case", [case for case in IDP if "error" in case], ids=str)
def test_the_modelled_error_says_it_is_retryable(case: Any) -> None:
    """A user's strategy can read it."""
    name, code = case["error"].removesuffix(")").split(" (code ")

    assert getattr(errors, name).retryable
    assert is_retryable(code, "", 400)


@pytest.mark.parametrize("case", [case for case in IDP if "authorization" in case.get("expected", "")], ids=str)
def test_who_signs(case: Any) -> None:
    """The federated operations need no credentials."""
    made = client(refused("AccessDenied"), param_validation=False)
    with pytest.raises(errors.ServiceError):
        made.make_request(case["operation"], {}).result(PATIENCE)

    assert ("authorization" in made.handler.requests[0].headers) is ("present" in case["expected"])


# --- strategies ---


def quick(max_attempts: int = 3) -> StandardRetry:
    """The standard strategy without delays."""
    return StandardRetry(max_attempts, rand=lambda: 0.0)


def test_full_jitter() -> None:
    """The delay is anything from zero to the computed one."""
    retry = StandardRetry(3, rand=lambda: 0.25)

    assert retry.refresh_retry_token_for_retry(RetryToken(1, 0.05), error_of("TRANSIENT")).delay == 0.025


def test_an_empty_quota_ends_retries_for_all_threads() -> None:
    """All threads together can make 500 / 14 retries, and then none until calls succeed."""
    retry = quick(2)
    granted: list[Any] = []

    def fail() -> None:
        granted.extend(retry.refresh_retry_token_for_retry(RetryToken(), error_of("TRANSIENT")) for _ in range(10))

    threads = [threading.Thread(target=fail) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(token is not None for token in granted) == 500 // 14
    for _ in range(14):
        retry.record_success(RetryToken())
    assert retry.refresh_retry_token_for_retry(RetryToken(), error_of("TRANSIENT")) is not None


def test_the_quota_never_overflows() -> None:
    """It is never larger than the capacity."""
    capacity = 10
    quota = RetryQuota(capacity)
    quota.release(100)
    assert quota.available == capacity
    assert quota.acquire(capacity + 1) is False
    assert quota.acquire(capacity) is True


def test_a_mended_cause_costs_nothing() -> None:
    """It takes neither delay nor quota. The cost of an earlier retry of the call is still returned."""
    retry = StandardRetry(3, rand=always_one)
    token = retry.refresh_retry_token_for_retry(RetryToken(), error_of("TRANSIENT"))
    mended = retry.refresh_retry_token_for_retry(token, error_of("TRANSIENT", mended=True))

    assert (mended.delay, mended.retry_count) == (0.0, 2)
    retry.record_success(mended)
    assert retry.quota.available == QUOTA


@pytest.mark.parametrize(
    "retry", [StandardRetry(5), AdaptiveRetry(5), NoRetry(), LegacyRetry(5), ConfiguredRetry(5)], ids=without_address
)
def test_what_is_not_retryable_is_not_tried_again(retry: Any) -> None:
    """This holds for every strategy."""
    assert retry.refresh_retry_token_for_retry(retry.acquire_initial_retry_token(), STSError("no")) is None


def test_configured_delays() -> None:
    """The delay is a number, or a function of the attempts so far."""
    fixed = ConfiguredRetry(2, 1.5).refresh_retry_token_for_retry(RetryToken(), error_of("TRANSIENT"))
    computed = ConfiguredRetry(9, lambda attempt: attempt * 2.0).refresh_retry_token_for_retry(RetryToken(2), error_of("x"))

    assert (fixed.delay, computed.delay) == (1.5, 6.0)
    assert ConfiguredRetry(2).refresh_retry_token_for_retry(RetryToken(), error_of("TRANSIENT")).delay == 0.0


class Fixed(ConfiguredRetry):
    """A strategy whose tokens have an unchecked delay."""

    def refresh_retry_token_for_retry(self, token: RetryToken, error: STSError) -> RetryToken | None:
        return RetryToken(token.retry_count + 1, self._delay_of(0))


@pytest.mark.parametrize("given", [None, "1", math.nan, math.inf])
@pytest.mark.parametrize(
    ("options", "named"),
    [
        (lambda given: {"retry_delay_options": {"custom_backoff": lambda *_: given}}, "custom_backoff .* milliseconds"),
        (lambda given: {"retry_strategy": ConfiguredRetry(3, lambda _: given)}, "delay= .* seconds"),
        (lambda given: {"retry_strategy": Fixed(3, lambda _: given)}, "The retry strategy's delay .* seconds"),
    ],
    ids=["custom_backoff", "ConfiguredRetry", "a strategy of the user's"],
)
def test_a_delay_that_nobody_can_wait(options: Any, named: str, given: Any) -> None:
    """The error names its origin. No exception of the clock is raised, and nothing waits for ever."""
    with pytest.raises(ConfigError, match=named):
        client(refused("Throttling"), ok(), **options(given)).get_caller_identity()


def test_the_longest_delay() -> None:
    """Both limits are allowed. Negative numbers have a meaning for v2's `custom_backoff`."""
    assert (check_delay(MAX_WAIT), check_delay(-MAX_WAIT)) == (MAX_WAIT, -MAX_WAIT)
    with pytest.raises(ConfigError, match="at most 1000000000"):
        check_delay(MAX_WAIT + 1)


@pytest.mark.parametrize("given", ["1", math.nan, math.inf])
def test_a_delay_that_a_listener_got_wrong(given: Any) -> None:
    """The same holds for `error.retry_delay`."""
    caller = client(refused("Throttling"), ok())
    caller.on("retry", lambda response: setattr(response.error, "retry_delay", given))
    with pytest.raises(ConfigError, match="retry_delay .* seconds"):
        caller.get_caller_identity()


@pytest.mark.parametrize(("base", "jitter", "delays"), [(None, 1.0, [0.1, 0.2, 0.4, 0.8]), (300, 0.5, [0.15, 0.3, 0.6, 1.2])])
def test_delays_of_v2(base: Any, jitter: float, delays: list[float]) -> None:
    """The delay is a random part of `base * 2 ** retry_count` ms (default base: 100), whatever the service requests."""
    strategy = LegacyRetry(9, rand=lambda: jitter, **({} if base is None else {"base": base}))
    token, found = strategy.acquire_initial_retry_token(), []
    for _ in delays:
        following = strategy.refresh_retry_token_for_retry(token, error_of("THROTTLING", retry_delay=30.0))
        assert following is not None
        token = following
        found.append(token.delay)

    assert found == pytest.approx(delays)


def test_delays_of_very_many_attempts() -> None:
    """Doubling stops before an overflow."""
    for strategy in (StandardRetry(10**6), LegacyRetry(10**6), LegacyRetry(10**6, base=0)):
        following = strategy.refresh_retry_token_for_retry(RetryToken(5000), error_of("TRANSIENT"))
        assert following is not None
        assert 0 <= following.delay <= 1e9


def test_botocore_has_the_same_limits() -> None:
    """The installed version is compared. Where they differ, its defaults are the older ones."""
    assert StandardRetry().max_attempts == standard.DEFAULT_MAX_ATTEMPTS
    assert quota.RetryQuota.INITIAL_CAPACITY == QUOTA


# --- which strategy a client has ---


@pytest.mark.parametrize(
    ("options", "kind", "attempts"),
    [
        ({}, StandardRetry, 3),
        ({"max_attempts": 5}, StandardRetry, 5),
        ({"max_retries": 0}, StandardRetry, 1),
        ({"retry_mode": "adaptive", "max_attempts": 7}, AdaptiveRetry, 7),
        ({"retry_mode": "off"}, NoRetry, 1),
        ({"retry_mode": "legacy"}, LegacyRetry, 4),
        ({"retry_mode": "legacy", "max_retries": 1}, LegacyRetry, 2),
        ({"retry_delay_options": {"base": 300}}, LegacyRetry, 4),
        ({"retry_delay_options": {"customBackoff": lambda *_: 0}, "max_retries": 6}, LegacyRetry, 7),
    ],
    ids=without_address,
)
def test_the_options_choose_the_strategy(options: Any, kind: type, attempts: int) -> None:
    """The strategy depends on the mode, or on v2's options, which imply v2's mode."""
    retry = client(**options)._wire().retry

    assert type(retry) is kind
    assert retry.max_attempts == attempts


def test_the_environment_chooses_the_strategy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables are those of every AWS SDK."""
    monkeypatch.setenv("AWS_RETRY_MODE", "adaptive")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    made = client()

    assert isinstance(made._wire().retry, AdaptiveRetry)
    assert made._wire().retry.max_attempts == 2


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"retry_strategy": object()}, "acquire_initial_retry_token.*max_attempts"),
        ({"retry_delay_options": {"bse": 1}}, "key 'bse'; allowed keys are base and custom_backoff"),
        ({"retry_delay_options": {"base": "1"}}, "must be a number of milliseconds"),
        ({"retry_delay_options": "100"}, "retry_delay_options= is not usable .*a mapping"),
        ({"retry_delay_options": {"custom_backoff": 3}}, "not a function"),
        ({"retry_delay_options": {"base": 1}, "retry_mode": "standard"}, "works only with retry_mode='legacy'"),
    ],
    ids=without_address,
)
def test_options_that_cannot_be_used(options: Any, says: str) -> None:
    """The error contains the option, its value, and the allowed values."""
    with pytest.raises(errors.ConfigError, match=says):
        client(**options)._wire()


# --- what the client tries again ---

TRANSPORT = [
    errors.ConnectTimeoutError("x"),
    errors.ReadTimeoutError("x", answered=True),
    errors.EndpointConnectionError("x"),
    errors.TransportError("x"),
    errors.ProxyError("x"),
]


@pytest.mark.parametrize("failure", TRANSPORT, ids=lambda failure: type(failure).__name__)
def test_connection_failures_are_tried_again(failure: STSError) -> None:
    """They are retried whether or not bytes were sent, because every operation of STS may be repeated."""
    made = client(failure, ok(), retry_strategy=quick())

    assert made.get_caller_identity()["ResponseMetadata"]["Attempts"] == 2


@pytest.mark.parametrize("failure", [errors.TLSError("x"), errors.ResponseParseError("x")], ids=lambda one: type(one).__name__)
def test_failures_that_stay_are_not(failure: STSError) -> None:
    """A certificate does not become trusted by a retry."""
    made = client(failure, ok(), retry_strategy=quick())
    with pytest.raises(type(failure)):
        made.get_caller_identity()

    assert len(made.handler.requests) == 1


def test_a_verification_key_out_of_reach_is_tried_again() -> None:
    """Only this cause of InvalidIdentityToken is temporary."""
    params = {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "s1", "WebIdentityToken": "t" * 20}
    for message, attempts in (("Couldn't retrieve verification key from your identity provider", 3), ("No provider", 1)):
        made = client(refused("InvalidIdentityToken", message), retry_strategy=quick())
        with pytest.raises(errors.InvalidIdentityTokenException):
            made.assume_role_with_web_identity(params)

        assert len(made.handler.requests) == attempts


CODE_PARAMS = {"SerialNumber": "arn:aws:iam::123456789012:mfa/demo", "TokenCode": "123456"}


@pytest.mark.parametrize(
    ("answer", "attempts"),
    [
        (refused("Throttling"), 1),
        (refused("InternalFailure", status=500), 1),
        (refused("ExpiredToken", status=403), 1),
        (errors.ResponseParseError("<html>", retryable=True, answered=True), 1),
        (errors.ReadTimeoutError("after some bytes", answered=True), 1),
        (errors.EndpointConnectionError("cut off", answered=True), 1),
        (errors.ConnectTimeoutError("nobody there"), 3),
        (errors.EndpointConnectionError("refused"), 3),
    ],
    ids=without_address,
)
def test_a_code_of_an_mfa_device_is_sent_again_only_if_nothing_was_answered(answer: Any, attempts: int) -> None:
    """A code works once. A retry would only hide the first error."""
    made = client(answer, retry_strategy=quick(), session_token="t" * 20)
    with pytest.raises(errors.STSError) as caught:
        made.get_session_token(CODE_PARAMS)

    assert len(made.handler.requests) == attempts
    assert isinstance(caught.value, errors.TransportError) or caught.value.retryable is False


@pytest.mark.parametrize("kind", ["urllib3", "requests", "session"])
@pytest.mark.parametrize(
    ("fault", "attempts"), [("truncate", 1), ("slow_body", 1), ("slow_headers", 3), ("reset_after_read", 3), ("huge_body", 1)]
)
def test_a_piece_of_an_answer_spends_the_code_of_an_mfa_device(
    local_sts: LocalSTS, kind: str, fault: str, attempts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over HTTP: a truncated or slow body shows that STS has seen the code. Without a response it has not."""
    monkeypatch.setattr("sts.pipeline.wiring.handler_kind", lambda _: kind)
    local_sts.inject(fault, times=None, **({"seconds": 3.0} if fault.startswith("slow") else {}))
    session = {"session": requests.Session()} if kind == "session" else {}
    made = STS(**local_sts.client_options(), retry_strategy=quick(), read_timeout=0.4, **session)
    with made, pytest.raises(errors.TransportError) as caught:
        made.get_session_token(CODE_PARAMS)

    assert caught.value.attempts == len(local_sts.calls) == attempts


class Rotating:
    """A provider that returns other credentials after each rejection."""

    def __init__(self) -> None:
        self.asked = 0

    def retrieve(self) -> Any:
        self.asked += 1
        from sts import Credentials

        return Credentials("ASIAIOSFODNN7EXAMPLE", "secret", f"token-{self.asked}")


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException"])
def test_expired_credentials_are_renewed_once_and_then_tried_again(code: str) -> None:
    """The second attempt is signed with the new ones. If they are rejected as well, the error is raised."""
    provider = Rotating()
    made = client(refused(code, status=403), ok(), credentials=provider, access_key_id=None, secret_access_key=None)
    assert made.get_caller_identity()["ResponseMetadata"]["Attempts"] == 2
    tokens = [request.headers["x-amz-security-token"] for request in made.handler.requests]
    assert tokens == ["token-1", "token-2"]

    made = client(refused(code, status=403), credentials=provider, access_key_id=None, secret_access_key=None)
    with pytest.raises(errors.ExpiredTokenException):
        made.get_caller_identity()
    assert len(made.handler.requests) == 2


def test_credentials_that_cannot_change_are_not_tried_again() -> None:
    """A user's fixed keys cannot be replaced."""
    made = client(refused("ExpiredToken", status=403))
    with pytest.raises(errors.ExpiredTokenException):
        made.get_caller_identity()

    assert len(made.handler.requests) == 1


class Failing:
    def __init__(self, error: Exception) -> None:
        self.error, self.asked = error, 0

    def retrieve(self) -> Any:
        self.asked += 1
        raise self.error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.ServiceError("no", code="ExpiredToken", retryable=True), errors.ServiceError),
        (errors.EndpointConnectionError("no"), errors.EndpointConnectionError),
        (errors.CredentialsError("none"), errors.CredentialsError),
        (KeyError("s3cret"), errors.CredentialsError),
    ],
    ids=without_address,
)
def test_a_provider_that_fails_is_asked_once(error: Exception, kind: type) -> None:
    """It has its own retries, and may have asked a user for a code. The text of other exceptions is not shown."""
    provider = Failing(error)
    made = client(credentials=provider, access_key_id=None, secret_access_key=None)
    with pytest.raises(kind) as caught:
        made.get_caller_identity()

    assert provider.asked == 1
    assert made.handler.requests == []
    assert "s3cret" not in str(caught.value)


class Recorder(NoRetry):
    """Calls of a user's strategy."""

    max_attempts = 2

    def __init__(self) -> None:
        self.told: list[Any] = []

    def refresh_retry_token_for_retry(self, token: Any, error: STSError) -> Any:
        self.told.append(error.code)
        return RetryToken(token.retry_count + 1) if token.retry_count < 1 else None

    def record_success(self, token: Any) -> None:
        self.told.append(token.retry_count)


def test_any_object_with_the_protocol_is_a_strategy() -> None:
    """It decides about retries and gets the outcome."""
    recorder = Recorder()
    made = client(refused("AccessDenied", status=403), ok(), retry_strategy=recorder)
    made.get_caller_identity()

    assert recorder.told == ["AccessDenied", 1]
    assert made.handler.requests[1].headers["amz-sdk-request"] == "attempt=2; max=2"


class Late(Recorder):
    """A strategy that delays the first attempt."""

    def acquire_initial_retry_token(self) -> RetryToken:
        return RetryToken(delay=20.0)


def test_a_strategy_may_delay_the_first_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The delay is part of the call, also for the timeout."""
    made, pauses = client(retry_strategy=Late()), record_pauses(monkeypatch, HandTime().replace(monkeypatch))
    metadata = made.get_caller_identity()["ResponseMetadata"]

    assert pauses == [20.0]
    assert (metadata["Attempts"], metadata["TotalRetryDelay"]) == (1, 20.0)
    with pytest.raises(errors.DeadlineExceededError, match="0 attempts"):
        made.get_caller_identity(timeout=19)


class Relentless(Recorder):
    """A strategy that never gives up and returns invalid delays."""

    max_attempts = 10**9

    def refresh_retry_token_for_retry(self, token: Any, error: STSError) -> Any:
        return RetryToken(token.retry_count + 1, -5.0)


@pytest.mark.parametrize("answer", [errors.RequestAbortedError("stop"), errors.DeadlineExceededError("late")], ids=repr)
def test_no_strategy_tries_again_what_the_caller_has_given_up(answer: Any) -> None:
    """Otherwise an abort could be retried for ever."""
    made = client(answer, retry_strategy=Relentless())
    with pytest.raises(type(answer)):
        made.get_caller_identity()

    assert len(made.handler.requests) == 1


def test_no_strategy_and_no_listener_sends_an_mfa_code_again() -> None:
    """STS has used it. Another attempt could only hide the first error, or lock the device."""
    made = client(refused("Throttling"), retry_strategy=Relentless(), session_token="t" * 20)
    made.on("retry", lambda response: setattr(response.error, "retryable", True))
    with pytest.raises(errors.ServiceError, match="Throttling"):
        made.get_session_token(CODE_PARAMS)

    assert len(made.handler.requests) == 1


def test_a_provider_that_fails_before_the_next_attempt_is_not_asked_on() -> None:
    """This holds for every strategy: it has its own retries, and may have asked a user."""
    asked: list[int] = []

    class Once:
        def retrieve(self) -> Credentials:
            asked.append(1)
            if len(asked) > 1:
                raise errors.CredentialsError("no more", retryable=True)
            return Credentials("ASIAIOSFODNN7EXAMPLE", "secret", "token", clock.now + timedelta(seconds=100))

    def slow(_: Any) -> Any:
        clock.advance(200.0)
        return refused("Throttling")

    options = {**dict.fromkeys(("access_key_id", "secret_access_key")), "credentials": Once()}
    with FakeClock() as clock, pytest.raises(errors.CredentialsError, match="no more"):
        client(slow, retry_strategy=Relentless(), **options).get_caller_identity(timeout=3600)

    assert len(asked) == 2


def test_a_relentless_strategy_ends_with_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """The computation of its delays does not matter."""
    clock = HandTime().replace(monkeypatch)
    made = client(lambda request: clock.advance(1000.0) or refused("Throttling"), retry_strategy=Relentless())
    with pytest.raises(errors.DeadlineExceededError):
        made.get_caller_identity(timeout=3500)

    assert len(made.handler.requests) == 4
