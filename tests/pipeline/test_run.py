"""The pipeline, driven by hand or over a fake handler."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sts import errors
from sts.http import HttpResponse
from sts.model.operations import OPERATIONS
from sts.pipeline.call import Block, Call, Send, Sleep
from sts.pipeline.run import run_call
from sts.settings.user_agent import invocation_id
from tests.support.clocks import HandTime, record_pauses
from tests.support.fakes import CREDENTIALS, AlwaysLater, FakeHandler, client, ok, refused
from tests.support.threads import PATIENCE


def flow_of(made: Any, name: str = "GetCallerIdentity", params: dict[str, Any] | None = None, **more: Any) -> Any:
    operation = next(one for one in OPERATIONS if one.name == name)
    return run_call(Call(made, operation, params or {}, **more))


def test_a_503_is_retried_with_a_new_signature() -> None:
    """A retryable status waits for the strategy's delay, then signs again."""
    made = client()
    flow = flow_of(made)
    assert isinstance(next(flow), Block)  # reading the settings
    first = flow.send(made._wire())
    assert isinstance(first, Send)

    pause = flow.send(refused("ServiceUnavailable", status=503))
    assert isinstance(pause, Sleep)
    assert 0 <= pause.seconds <= 0.05

    second = flow.send(None)
    assert second.request is not first.request
    assert second.request.headers["amz-sdk-request"] == "attempt=2; max=3"
    assert second.request.headers["amz-sdk-invocation-id"] == first.request.headers["amz-sdk-invocation-id"]


def test_the_first_effect_of_a_used_client_is_the_send() -> None:
    """With resolved settings and cached credentials, the exchange is the first effect."""
    made = client()
    made.get_caller_identity()

    assert isinstance(next(flow_of(made)), Send)


def test_a_result_carries_metadata() -> None:
    """Every result has request id, status, headers and attempts."""
    data = client(refused("Throttling", retry_after="0"), ok()).get_caller_identity(timeout=30)

    metadata = data["ResponseMetadata"]
    assert metadata["RequestId"] == "header-id"
    assert metadata["HTTPStatusCode"] == 200
    assert metadata["HTTPHeaders"]["content-type"] == "text/xml"
    assert (metadata["Attempts"], metadata["RetryAttempts"]) == (2, 1)
    assert metadata["TotalRetryDelay"] >= 0


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_signed_operations_are_signed_and_others_are_not(operation: Any) -> None:
    """Only the table decides whether a request is signed."""
    made = client(param_validation=False)
    flow = flow_of(made, operation.name)
    next(flow)
    headers = flow.send(made._wire()).request.headers

    assert ("authorization" in headers) is operation.signed
    assert ("x-amz-date" in headers) is operation.signed


def test_what_is_signed_on_the_wire() -> None:
    """An STS call signs exactly the expected headers. The SDK's own ones are not signed."""
    made = client(session_token="token")
    made.get_caller_identity()
    headers = made.handler.requests[0].headers

    signed = re.search(r"SignedHeaders=([^,]+)", headers["authorization"])[1]
    assert signed == "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token"
    assert {"user-agent", "amz-sdk-invocation-id", "amz-sdk-request"} <= set(headers)
    assert headers["content-type"] == "application/x-www-form-urlencoded"


def test_an_error_says_where_and_how_often_it_happened() -> None:
    """Every error has operation, region, host and attempts."""
    with pytest.raises(errors.ServiceError) as caught:
        client(refused("AccessDenied", status=403)).get_caller_identity()

    error = caught.value
    assert (error.operation, error.region, error.hostname) == ("GetCallerIdentity", "us-east-1", "sts.us-east-1.amazonaws.com")
    assert error.metadata.attempts == 1
    assert error.time is not None


def test_attempts_end_at_max_attempts() -> None:
    """The last error is raised unchanged."""
    made = client(refused("InternalFailure", status=500), max_attempts=2)
    with pytest.raises(errors.ServiceError) as caught:
        made.get_caller_identity()

    assert len(made.handler.requests) == 2
    assert caught.value.attempts == 2


def test_a_wait_beyond_the_deadline_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call waits for an attempt that could not start in time."""
    pauses = record_pauses(monkeypatch, HandTime().replace(monkeypatch))
    made = client(refused("Throttling", retry_after="4"), retry_strategy=AlwaysLater(60.0))
    with pytest.raises(errors.DeadlineExceededError, match=r"1 attempt in .* last error was: Throttling") as caught:
        made.get_caller_identity(timeout=5)

    assert pauses == []
    assert caught.value.retryable is False
    assert caught.value.code == "TimeoutError"


@pytest.mark.parametrize("name", ["AssumeRoot", "GetScopedCredentials", "GetWebIdentityToken"])
def test_regional_operations_never_go_to_the_global_endpoint(name: str) -> None:
    """A call that can only fail there is an error with advice, before sending."""
    made = client(use_global_endpoint=True, param_validation=False)
    with pytest.raises(errors.ConfigError, match="regional endpoint"):
        made.make_request(name, {}).result(PATIENCE)

    assert made.handler.requests == []


def test_bound_params_fill_what_an_operation_has() -> None:
    """`params=` adds members that the call leaves out, for operations that have them."""
    made = client(params={"RoleSessionName": "bound", "DurationSeconds": 900}, param_validation=False)
    made.get_caller_identity()
    flow = flow_of(made, "AssumeRole", {"DurationSeconds": 1000})
    body = next(flow).request.body

    assert made.handler.requests[0].body == b"Action=GetCallerIdentity&Version=2011-06-15"
    assert body == b"Action=AssumeRole&Version=2011-06-15&RoleSessionName=bound&DurationSeconds=1000"


def test_in_lambda_the_trace_id_is_read_for_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Lambda process serves many invocations, each with its own trace id."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "f")
    made = client()
    for trace_id in ("Root=1", "Root=2"):
        monkeypatch.setenv("_X_AMZN_TRACE_ID", trace_id)
        made.get_caller_identity()

    assert [request.headers["x-amzn-trace-id"] for request in made.handler.requests] == ["Root=1", "Root=2"]


def test_invocation_ids_are_version_4_uuids() -> None:
    """The expression is written by hand, so the test compares it with the format."""
    seen = {invocation_id() for _ in range(100)}

    assert len(seen) == 100
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one) for one in seen)


def test_a_closed_client_makes_no_calls() -> None:
    """The error says so before anything else happens."""
    made = client()
    made.close()
    with pytest.raises(errors.ConfigError, match="closed"):
        made.get_caller_identity()


def test_the_users_handler_is_not_closed_with_the_client() -> None:
    """The user who makes a handler closes it."""
    handler = FakeHandler(ok())
    with client(request_handler=handler) as made:
        made.get_caller_identity()

    assert handler.closed == 0


@pytest.mark.parametrize("answer", [None, "text", HttpResponse(200, {}, "text"), HttpResponse("200", {}, b"")])  # type: ignore[arg-type]
def test_a_handler_answers_with_a_response(answer: Any) -> None:
    """Any other value is a failure of the handler. The error says what it must return."""
    with pytest.raises(errors.TransportError, match=r"The request handler failed: TypeError: .* must return HttpResponse"):
        client(answer, max_attempts=1).get_caller_identity()


def test_one_handler_sees_one_control_for_all_usual_calls() -> None:
    """A call without its own options creates no control object."""
    made = client()
    made.get_caller_identity()
    made.get_caller_identity()
    made.get_caller_identity(timeout=3)

    first, second, third = made.handler.controls
    assert first is second
    assert third.deadline is not None
    assert (third.connect_timeout, third.read_timeout) == (5.0, 30.0)


def test_credentials_are_the_wire_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Explicit keys take precedence over those of the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    made = client()
    made.get_caller_identity()

    assert f"Credential={CREDENTIALS['access_key_id']}/" in made.handler.requests[0].headers["authorization"]
