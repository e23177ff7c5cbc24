"""A call as an object: unsent, sent, promised, aborted."""

from __future__ import annotations

import gc
import socket
import threading
from typing import Any

import pytest

from sts import STS, AbortController, AssumeRoleCommand, errors
from tests.support.clocks import HandTime
from tests.support.fakes import CREDENTIALS, client, ok, refused
from tests.support.threads import PATIENCE, wait_until

OUTCOME = (errors.RequestAbortedError, "RequestAbortedError", False)


class Waiting:
    """A handler whose exchanges last until `release` is set, deaf to deadlines and aborts."""

    def __init__(self) -> None:
        self.begun, self.release = threading.Semaphore(0), threading.Event()
        self.requests: list[Any] = []

    def send(self, request: Any, *, control: Any) -> Any:
        self.requests.append(request)
        self.begun.release()
        self.release.wait()
        return ok()

    def close(self) -> None:
        pass


def watched(request: Any) -> tuple[Any, list[Any], threading.Event]:
    """Note the end of *request*: each `error`, `complete` and callback."""
    seen: list[Any] = []
    over = threading.Event()
    request.on("error", lambda error, response: seen.append("error"))
    request.on("complete", lambda response: seen.append("complete"))
    return (lambda error, data: (seen.append((type(error), error.code, error.retryable)), over.set())), seen, over


@pytest.mark.parametrize(
    "operation",
    ["AssumeRole", "assumeRole", "assume_role", AssumeRoleCommand({"RoleArn": "a"}), AssumeRoleCommand(RoleArn="a")],
)
def test_a_request_is_made_by_any_name_and_not_sent(operation: Any) -> None:
    """By wire name, camelCase, snake_case or a command. `send()` is a separate step."""
    made = client(ok())
    params = None if isinstance(operation, AssumeRoleCommand) else {"RoleArn": "a"}
    request = made.make_request(operation, params)

    assert (request.operation, dict(request.params), request.start_time) == ("assume_role", {"RoleArn": "a"}, None)
    assert repr(request) == "<Request assume_role unsent>"
    assert made.handler.requests == []


def test_unknown_operations_are_named() -> None:
    """With the nearest one."""
    with pytest.raises(TypeError, match=r"no operation 'assumRole'. Did you mean 'assume_role'"):
        client().make_request("assumRole")
    with pytest.raises(TypeError, match="name or a command, not a int"):
        client().make_request(5)  # type: ignore[arg-type]


def test_send_returns_the_request_and_calls_back_once() -> None:
    """`start_time` and `response` are there afterwards."""
    made, over = client(ok()), threading.Event()
    seen: list[Any] = []
    request = made.make_request("get_caller_identity")
    assert request.send(lambda error, data: (seen.append((error, data["Account"])), over.set())) is request
    assert over.wait(PATIENCE)
    assert seen == [(None, "123456789012")]
    assert request.start_time is not None
    assert request.start_time.tzinfo is not None
    assert request.response.data["Account"] == "123456789012"
    assert repr(request) == "<Request get_caller_identity done>"


def test_sending_twice_is_an_error() -> None:
    """Also after `promise()`, which sends."""
    request = client(ok()).make_request("get_caller_identity")
    request.promise()
    with pytest.raises(RuntimeError, match="sent already"):
        request.send()


def test_the_promise_is_always_the_same() -> None:
    """It sends an unsent request, and joins one that was sent."""
    made = client(ok())
    request = made.make_request("get_caller_identity")
    promise = request.promise()
    assert request.promise() is promise
    assert promise.result(PATIENCE)["Account"] == request.result(PATIENCE)["Account"] == "123456789012"

    sent = made.get_caller_identity(lambda error, data: None)
    assert sent.promise().result(PATIENCE)["Account"] == "123456789012"
    assert len(made.handler.requests) == 2


def test_a_callback_makes_a_request_send_itself() -> None:
    """`make_request(operation, params, callback)` as in v2."""
    made, over = client(ok()), threading.Event()
    made.make_request("getCallerIdentity", None, lambda error, data: over.set())
    assert over.wait(PATIENCE)
    made.make_unauthenticated_request("getCallerIdentity", {}, lambda error, data: over.clear())
    assert wait_until(lambda: not over.is_set())
    made.make_request("getCallerIdentity", lambda error, data: over.set())  # type: ignore[arg-type]
    assert over.wait(PATIENCE)
    made.make_unauthenticated_request("getCallerIdentity", lambda error, data: over.clear())  # type: ignore[arg-type]
    assert wait_until(lambda: not over.is_set())
    signed = ["authorization" in request.headers for request in made.handler.requests]
    assert signed == [True, False, True, False]


def test_an_unauthenticated_request_needs_no_credentials() -> None:
    """It is neither signed nor does it ask a provider."""

    def provider() -> Any:
        raise AssertionError("asked for credentials")

    made = client(ok(), credentials=provider, access_key_id=None, secret_access_key=None)
    made.make_unauthenticated_request("getCallerIdentity").result(PATIENCE)

    assert "authorization" not in made.handler.requests[0].headers


def test_a_failed_request_without_listeners_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The callback gets the error. Without a promise there is no unhandled rejection."""
    made, over = client(refused("AccessDenied")), threading.Event()
    made.get_caller_identity(lambda error, data: over.set())
    assert over.wait(PATIENCE)
    made.close()
    gc.collect()

    assert caplog.records == []


def test_a_dropped_promise_of_a_failed_request_is_told(caplog: pytest.LogCaptureFixture, surfaced: list[Any]) -> None:
    """Nobody can handle that rejection any more."""
    made = client(refused("AccessDenied"))
    made.make_request("get_caller_identity").promise()
    made.close()
    assert wait_until(lambda: "the rejection was not handled" in caplog.text)
    assert caplog.text.count("the rejection was not handled") == 1
    assert [error.code for error in surfaced] == ["AccessDenied"]


@pytest.mark.parametrize("when", ["unsent", "sent"])
def test_presigning_sends_nothing(when: str) -> None:
    """The URL holds the call."""
    made = client(ok())
    request = made.make_request("get_caller_identity")
    if when == "sent":
        request.result(PATIENCE)
        made.handler.requests.clear()
    presigned = request.presign(expires_in=60)

    assert "Action=GetCallerIdentity" in presigned.url
    assert "X-Amz-Expires=60" in presigned.url
    assert made.handler.requests == []


# --- abort ---


def test_an_aborted_unsent_request_sends_nothing() -> None:
    """Whoever sends it afterwards gets the error."""
    made = client(ok())
    request = made.make_request("get_caller_identity").abort()
    callback, seen, over = watched(request)
    request.send(callback)
    assert over.wait(PATIENCE)
    assert seen == ["error", "complete", OUTCOME]
    assert made.handler.requests == []


def test_an_aborted_queued_request_ends_at_once() -> None:
    """It does not wait for the calls before it."""
    handler = Waiting()
    made = client(request_handler=handler, max_concurrency=1)
    made.get_caller_identity(lambda error, data: None)
    assert handler.begun.acquire(timeout=PATIENCE)
    request = made.make_request("get_caller_identity")
    callback, seen, over = watched(request)
    request.send(callback)
    request.abort()
    assert over.wait(PATIENCE)
    handler.release.set()
    made.close()
    assert seen == ["error", "complete", OUTCOME]
    assert len(handler.requests) == 1


def test_an_aborted_request_on_the_wire_ends_at_once() -> None:
    """Even if its handler ignores the signal. It is not retried."""
    handler = Waiting()
    made = client(request_handler=handler)
    request = made.make_request("get_caller_identity")
    callback, seen, over = watched(request)
    request.on("retry", lambda response: setattr(response.error, "retryable", True))
    request.send(callback)
    assert handler.begun.acquire(timeout=PATIENCE)
    request.abort()
    assert over.wait(PATIENCE)
    handler.release.set()
    assert seen[:2] == ["error", "complete"]
    assert seen[2][:2] == OUTCOME[:2]
    assert len(seen) == 3
    assert len(handler.requests) == 1


def test_the_events_of_an_abort_on_the_wire() -> None:
    """As in v2, without its second, empty attempt (`sign retry afterRetry` once more)."""
    handler = Waiting()
    made = client(request_handler=handler)
    request = made.make_request("get_caller_identity")
    names: list[str] = []
    for event in ("validate", "build", "sign", "http_error", "send", "retry", "after_retry", "error", "success", "complete"):
        request.on(event, lambda *args, event=event: names.append(event))  # type: ignore[misc]
    request.send()
    assert handler.begun.acquire(timeout=PATIENCE)
    request.abort()
    with pytest.raises(errors.RequestAbortedError):
        request.result(PATIENCE)
    handler.release.set()

    assert names == ["validate", "build", "sign", "http_error", "send", "retry", "after_retry", "error", "complete"]


def test_an_aborted_request_in_backoff_ends_at_once() -> None:
    """The wait ends, and no attempt follows."""
    made = client(refused("Throttling"), retry_mode="legacy", retry_delay_options={"custom_backoff": lambda n, e: 60_000})
    request = made.make_request("get_caller_identity")
    callback, seen, over = watched(request)
    request.on("retry", lambda response: threading.Timer(0.01, request.abort).start())
    request.send(callback)
    assert over.wait(PATIENCE)
    assert seen == ["error", "complete", OUTCOME]
    assert len(made.handler.requests) == 1


def test_an_abort_after_the_end_changes_nothing() -> None:
    """The result stays."""
    made = client(ok())
    request = made.make_request("get_caller_identity")
    data = request.result(PATIENCE)
    assert request.abort().result(PATIENCE) is data


@pytest.mark.parametrize("style", ["blocking", "callback", "command"])
def test_an_abort_signal_stops_a_call(style: str) -> None:
    """`abort_signal=` as in v3. The message has the reason, and the signal keeps no reference to the call."""
    handler, controller = Waiting(), AbortController()
    made = client(request_handler=handler)
    threading.Thread(target=lambda: handler.begun.acquire(timeout=PATIENCE) and controller.abort("enough")).start()
    with pytest.raises(errors.RequestAbortedError, match="enough"):
        if style == "blocking":
            made.get_caller_identity(abort_signal=controller.signal)
        elif style == "command":
            made.send(AssumeRoleCommand(RoleArn="a" * 20, RoleSessionName="bb"), abort_signal=controller.signal)
        else:
            made.get_caller_identity({}, {"abort_signal": controller.signal}, lambda error, data: None).result(PATIENCE)
    handler.release.set()
    assert controller.signal._listeners == {}


def test_an_abort_closes_the_connection(local_sts: Any) -> None:
    """Our handlers close the socket. The next call opens another."""
    local_sts.inject("slow_headers", seconds=3600)
    with STS(**local_sts.client_options(), read_timeout=3600) as made:
        request = made.make_request("get_caller_identity").send()
        assert wait_until(lambda: local_sts.calls)
        request.abort()
        with pytest.raises(errors.RequestAbortedError):
            request.result(PATIENCE)
        made.get_caller_identity()

    assert len(local_sts.calls) == 2


@pytest.mark.parametrize("style", ["blocking", "request"])
def test_a_timeout_covers_everything(style: str) -> None:
    """It ends a call to a host that never responds, and one of a handler that ignores it."""
    handler = Waiting()
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        for options in ({"endpoint": url}, {"request_handler": handler}):
            made = STS(**{**CREDENTIALS, "read_timeout": 3600, **options})  # type: ignore[arg-type]
            with pytest.raises(errors.DeadlineExceededError, match=r"GetCallerIdentity: \d attempts? in \d"):
                if style == "blocking":
                    made.get_caller_identity(timeout=0.1)
                else:
                    made.get_caller_identity({}, {"timeout": 0.1}, lambda error, data: None).result(PATIENCE)
    handler.release.set()


def test_time_in_the_queue_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call whose timeout passed while it waited for its turn is not made."""
    clock, handler = HandTime().replace(monkeypatch), Waiting()
    made = client(request_handler=handler, max_concurrency=1)
    made.get_caller_identity(lambda error, data: None)
    assert handler.begun.acquire(timeout=PATIENCE)
    late = made.get_caller_identity({}, {"timeout": 30}, lambda error, data: None)
    clock.advance(30.0)
    handler.release.set()
    with pytest.raises(errors.DeadlineExceededError, match="before the call could start.*0 attempts"):
        late.result(PATIENCE)
    assert len(handler.requests) == 1
