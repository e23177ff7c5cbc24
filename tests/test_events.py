"""The events of a call: names, order, arguments, and what listeners may do."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from sts import errors
from sts.events import EVENTS, Listeners, event_name
from sts.http import HttpResponse
from tests.support.fakes import CALLER, client, ok, refused
from tests.support.threads import PATIENCE, wait_until

SUCCESS = (
    "validate build after_build sign http_upload_progress http_headers http_download_progress http_data http_done send "
    "validate_response extract_data success complete"
).split()
ANSWERED = SUCCESS[:11]
NO_DELAY = {"retry_mode": "legacy", "retry_delay_options": {"base": 0}}


def record(made: Any, name: str = "get_caller_identity", params: Any = None) -> tuple[list[str], list[tuple[Any, ...]], Any]:
    """Send a request; return the names of its events, their arguments, and the request."""
    request = made.make_request(name, params)
    names: list[str] = []
    arguments: list[tuple[Any, ...]] = []
    for event in EVENTS:
        request.on(event, lambda *args, event=event: (names.append(event), arguments.append(args)))  # type: ignore[misc]
    over = threading.Event()
    request.send(lambda error, data: over.set())
    assert over.wait(PATIENCE)
    return names, arguments, request


def refused_connection() -> errors.EndpointConnectionError:
    return errors.EndpointConnectionError("refused")


@pytest.mark.parametrize(
    ("answers", "params", "sequence"),
    [
        ([ok()], None, SUCCESS),
        (
            [refused("AccessDenied", status=403)],
            None,
            [*ANSWERED, "extract_error", "retry", "after_retry", "error", "complete"],
        ),
        (
            [refused("Throttling"), ok()],
            None,
            [*ANSWERED, "extract_error", "retry", "after_retry", *SUCCESS[3:]],
        ),
        (
            [refused_connection(), refused_connection()],
            None,
            "validate build after_build sign http_error send retry after_retry sign http_error send retry after_retry error "
            "complete".split(),
        ),
        ([ok()], {"Unknown": 1}, ["validate", "error", "complete"]),
    ],
    ids=["success", "service error", "throttle then success", "network error", "validation error"],
)
def test_the_sequences_are_v2s(answers: list[Any], params: Any, sequence: list[str]) -> None:
    """As observed in aws-sdk 2.1693.0, for each way a call can go."""
    names, arguments, request = record(client(*answers, max_retries=1, **NO_DELAY), params=params)
    response = request.response
    expected = {
        "error": (response.error, response),
        "http_headers": (200, None, response, "OK"),
        "http_upload_progress": ({}, response),
        "http_download_progress": ({}, response),
        "http_data": (b"", response),
        "http_error": (None, response),
    }
    assert names == sequence
    for name, args in zip(names, arguments, strict=True):
        if name in {"validate", "build", "after_build", "sign"}:
            assert args == (request,)
        elif name in expected:
            assert len(args) == len(expected[name])
            assert response in args
        else:
            assert args == (response,)


def test_missing_credentials_are_noticed_before_building() -> None:
    """As in v2, which looks for them at `validate`."""
    made = client(ok(), access_key_id=None, secret_access_key=None)
    names, _, request = record(made)

    assert names == ["validate", "error", "complete"]
    assert request.response.error.code == "CredentialsError"


def test_the_values_of_http_events_are_real() -> None:
    """Status, headers, bytes and body are those of the exchange."""
    names, arguments, request = record(client(ok()))
    given = dict(zip(names, arguments, strict=True))
    body = CALLER.encode()

    assert given["http_headers"][0] == 200
    assert given["http_headers"][1]["X-Amzn-RequestId"] == "header-id"
    assert given["http_headers"][3] == "OK"
    assert given["http_upload_progress"][0] == {
        "loaded": len(request.http_request.body),
        "total": len(request.http_request.body),
    }
    assert given["http_download_progress"][0] == {"loaded": len(body), "total": len(body)}
    assert given["http_data"][0] == body
    assert request.http_request.body.startswith(b"Action=GetCallerIdentity")


def test_the_response_knows_each_outcome_when_its_event_fires() -> None:
    """Data at `extract_data`, the error at `extract_error` and `retry`, neither at the next `sign`."""
    made = client(refused("Throttling"), ok(), **NO_DELAY)
    request = made.make_request("get_caller_identity")
    seen: dict[str, Any] = {}

    def note(event: str) -> Any:
        def listener(*args: Any) -> None:
            response = request.response
            code = getattr(response.error, "code", None)
            seen.setdefault(event, []).append((code, (response.data or {}).get("Account"), response.retry_count))

        return listener

    for event in ("sign", "extract_error", "retry", "extract_data", "success", "complete"):
        request.on(event, note(event))
    request.result(PATIENCE)

    assert seen == {
        "sign": [(None, None, 0), (None, None, 1)],
        "extract_error": [("Throttling", None, 0)],
        "retry": [("Throttling", None, 0)],
        "extract_data": [(None, "123456789012", 1)],
        "success": [(None, "123456789012", 1)],
        "complete": [(None, "123456789012", 1)],
    }
    assert request.response.request_id == "header-id"
    assert request.response.max_retries == 3
    assert request.response.redirect_count == 0
    assert isinstance(request.response.http_response, HttpResponse)


def test_headers_set_while_building_are_signed() -> None:
    """At `build` and `after_build`; at `sign` the signature is made, so a header set then travels unsigned."""
    made = client(ok())
    request = made.make_request("get_caller_identity")
    for event in ("build", "after_build", "sign"):
        name = f"x-{event.replace('_', '-')}"
        request.on(event, lambda request, name=name: request.http_request.headers.update({name: "1"}))  # type: ignore[misc]
    request.result(PATIENCE)

    headers = made.handler.requests[0].headers
    assert {"x-build", "x-after-build", "x-sign"} <= set(headers)
    assert "x-after-build;x-amz-content-sha256;x-amz-date;x-build," in headers["authorization"]
    assert "x-sign" not in headers["authorization"]


def test_a_validate_listener_may_change_the_params() -> None:
    """What it leaves is what is checked and sent."""
    made = client(ok(CALLER.replace("GetCallerIdentity", "GetAccessKeyInfo")))
    request = made.make_request("get_access_key_info", {})
    request.on("validate", lambda request: setattr(request, "params", {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}))
    request.result(PATIENCE)

    assert made.handler.requests[0].body.endswith(b"AccessKeyId=AKIAIOSFODNN7EXAMPLE")


@pytest.mark.parametrize(
    ("answer", "change", "attempts"),
    [
        (refused("AccessDenied", status=403), {"retryable": True}, 3),
        (refused("Throttling"), {"retryable": False}, 1),
        (refused("Throttling"), {"retry_delay": 0}, 3),
    ],
)
def test_a_retry_listener_decides_about_the_error(answer: Any, change: dict[str, Any], attempts: int) -> None:
    """`retryable` and `retry_delay` of `response.error` are orders."""
    made = client(answer)

    def listener(response: Any) -> None:
        for name, value in change.items():
            setattr(response.error, name, value)

    made.on("retry", listener)
    with pytest.raises(errors.ServiceError) as caught:
        made.get_caller_identity()

    assert len(made.handler.requests) == attempts
    if "retry_delay" in change:
        assert caught.value.total_retry_delay == 0


@pytest.mark.parametrize("watched", [False, True])
def test_a_date_far_away_is_a_hint_of_the_service_whether_there_are_listeners_or_not(watched: bool) -> None:
    """`Retry-After` in the year 9999 is bounded by the strategy. Only a delay that a listener sets is an order."""
    made = client(refused("Throttling", retry_after="Fri, 31 Dec 9999 23:59:59 GMT"), ok())
    if watched:
        made.on("retry", lambda response: None)
    with pytest.raises(errors.DeadlineExceededError) as caught:
        made.get_caller_identity(timeout=2)

    assert caught.value.__cause__.code == "Throttling"


@pytest.mark.parametrize("event", [event for event in EVENTS if event != "before_presign"])
def test_a_listener_that_raises_fails_the_call_once(event: str) -> None:
    """Whatever the event: one callback with that error, one `complete` and no further attempt."""
    answers: dict[str, Any] = {"http_error": refused_connection(), "error": refused("AccessDenied", status=403)}
    answers.update(dict.fromkeys(("extract_error", "retry", "after_retry"), refused("Throttling")))
    made = client(answers.get(event, ok()), **NO_DELAY)
    request = made.make_request("get_caller_identity")
    raised = errors.EndpointConnectionError("the listener's own, though it looks retryable")
    called: list[Any] = []
    over = threading.Event()

    def explode(*args: Any) -> None:
        called.append(event)
        raise raised

    request.on("complete", lambda response: called.append("complete"))
    request.on(event, explode)
    request.send(lambda error, data: (called.append((error, data)), over.set()))

    assert over.wait(PATIENCE)
    assert called == [event, "complete", (raised, None)] if event != "complete" else ["complete", event, (raised, None)]
    assert len(made.handler.requests) <= 1
    assert request.response.error is raised


@pytest.mark.parametrize("event", ["sign", "complete"])
def test_a_listener_that_raises_is_shown_when_nobody_can_be_told(event: str, surfaced: list[Any]) -> None:
    """A request sent without callback and promise must not hide the bug; a refusal of the service is for its listeners."""

    def explode(*args: Any) -> None:
        raise LookupError("bug")

    refusing = client(refused("AccessDenied", status=403))
    for request in (
        refusing.make_request("get_caller_identity"),
        client(ok()).make_request("get_caller_identity").on(event, explode),
    ):
        request.send()
        assert wait_until(request.future.done)
    assert wait_until(lambda: surfaced)
    assert [repr(error) for error in surfaced] == ["LookupError('bug')"]


@pytest.mark.parametrize("event", SUCCESS)
def test_a_listener_may_abort_until_the_answer_is_read(event: str) -> None:
    """As observed in aws-sdk 2.1693.0: up to `send` the call ends aborted, after `retry` and `after_retry`; then it is too late."""
    made = client(ok(), **NO_DELAY)
    request = made.make_request("get_caller_identity")
    request.on(event, lambda *_: request.abort())
    names: list[str] = []
    for name in EVENTS:
        request.on(name, lambda *args, name=name: names.append(name))  # type: ignore[misc]
    if event in SUCCESS[SUCCESS.index("validate_response") :]:
        assert request.result(PATIENCE)["Account"] == "123456789012"
        assert names == SUCCESS
        return
    with pytest.raises(errors.RequestAbortedError) as caught:
        request.result(PATIENCE)
    assert caught.value.retryable is False
    assert len(made.handler.requests) <= 1
    assert names[-2:] == ["error", "complete"]
    if event in SUCCESS[4:]:
        assert names == [*SUCCESS[:10], "retry", "after_retry", "error", "complete"]


def test_client_listeners_see_every_call_before_the_requests_own() -> None:
    """Blocking calls too; the client's come first, in their order, and `prepend` puts one before them."""
    made = client(ok())
    seen: list[str] = []
    made.on("sign", lambda request: seen.append("first")).on("sign", lambda request: seen.append("second"))
    made.on("sign", lambda request: seen.append("zeroth"), prepend=True)
    made.get_caller_identity()
    assert seen == ["zeroth", "first", "second"]

    seen.clear()
    made.make_request("get_caller_identity").on("sign", lambda request: seen.append("own")).result(PATIENCE)
    assert seen == ["zeroth", "first", "second", "own"]


def test_once_and_off() -> None:
    """A `once` listener sees one event; a removed one none."""
    made = client(ok())
    seen: list[int] = []

    def listener(*args: Any) -> None:
        seen.append(1)

    made.once("complete", listener)
    for _ in range(2):
        made.get_caller_identity()
    assert seen == [1]

    made.on("complete", listener).once("complete", listener).off("complete", listener)
    made.on("sign", listener).off("sign")
    made.get_caller_identity()
    assert seen == [1]
    assert not made.listeners


def test_a_listener_may_be_added_after_sending() -> None:
    """v2's scripts write `sts.assumeRole(params, callback).on(...)`."""
    gate, over = threading.Event(), threading.Event()
    made = client(lambda request: gate.wait(PATIENCE) and ok())
    made.get_caller_identity(lambda error, data: None).on("complete", lambda response: over.set())
    gate.set()

    assert over.wait(PATIENCE)


@pytest.mark.parametrize("name", EVENTS)
def test_both_spellings_are_known(name: str) -> None:
    """v2's camelCase and Python's snake_case."""
    head, *rest = name.split("_")

    assert event_name(head + "".join(word.title() for word in rest)) == event_name(name) == name


def test_an_unknown_event_is_an_error_with_a_suggestion() -> None:
    """On requests and clients, for `on`, `once` and `off`."""
    made = client(ok())
    for owner in (made, made.make_request("get_caller_identity")):
        for method in (owner.on, owner.once, owner.off):
            with pytest.raises(ValueError, match="no event 'htpHeaders'.*Did you mean 'httpHeaders'"):
                method("htpHeaders", print)


@pytest.mark.parametrize("listener", [None, 5, "print"])
def test_a_listener_must_be_a_function(listener: Any) -> None:
    """And not async: nobody would await it."""

    async def coroutine() -> None:
        pass

    for bad in (listener, coroutine):
        with pytest.raises(TypeError):
            Listeners().add("build", bad)
        with pytest.raises(TypeError):
            Listeners().add_once("build", bad)


def test_presigning_emits_what_building_does() -> None:
    """As observed in aws-sdk 2.1693.0; a header added on the way is signed, as scripts for EKS tokens have it."""
    made = client(ok(), params={"DurationSeconds": 900})
    request, seen = made.make_request("get_session_token"), []
    for event in EVENTS:
        request.on(event, lambda *args, event=event: seen.append((event, *args)))  # type: ignore[misc]
    request.on("build", lambda request: request.http_request.headers.update({"x-k8s-aws-id": "cluster"}))
    presigned = request.presign(expires_in=60)

    assert seen == [(event, request) for event in ("before_presign", "validate", "build", "after_build", "sign")]
    assert "SignedHeaders=host%3Bx-k8s-aws-id" in presigned.url
    assert "DurationSeconds=900" in presigned.url
    assert presigned.headers == {"x-k8s-aws-id": "cluster"}

    made.on("afterBuild", lambda request: request.http_request.headers.update({"x-all": "1"}))
    assert made.presign("get_caller_identity").headers == {"x-all": "1"}


def test_presigning_emits_why_it_failed() -> None:
    """Validation first, as in v2; a listener's own error fails it too."""
    request, seen = client(ok()).make_request("assume_role", {}), []
    for event in EVENTS:
        request.on(event, lambda *args, event=event: seen.append(event))  # type: ignore[misc]
    with pytest.raises(errors.ParamValidationError):
        request.presign()
    assert seen == ["before_presign", "validate", "error", "complete"]

    with pytest.raises(ZeroDivisionError):
        client(ok()).make_request("get_caller_identity").on("build", lambda _: 1 / 0).presign()


def test_a_call_without_listeners_makes_no_emitter() -> None:
    """The plain call does no event work beyond one check."""
    made = client(ok())
    calls: list[Any] = []
    made.request_of = lambda call: calls.append(call)  # type: ignore[method-assign,assignment,return-value]
    made.get_caller_identity()

    assert calls == []
