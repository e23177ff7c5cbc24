"""Exchanges of providers with services other than STS: number of tries, errors, and secrets that errors hide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sts.credentials.chain.chain import Context
from sts.credentials.exchange.fetch import (
    RefusedError,
    Tries,
    ask_json,
    client_handler,
    code_in,
    exchange,
    has_document,
    parse_object,
    read_json,
    service_options,
)
from sts.errors import CredentialsError, EndpointConnectionError, STSError, TLSError
from sts.http import HttpRequest, HttpResponse
from tests.support.fakes import FakeHandler

REQUEST = HttpRequest("GET", "http://agent/", {})
BROKEN = EndpointConnectionError("The connection was refused.")


def answer(status: int = 200, body: Any = None, **headers: str) -> HttpResponse:
    """Return an answer with a JSON *body*, or with bytes."""
    content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    return HttpResponse(status, {name.replace("_", "-"): value for name, value in headers.items()}, content, "")


def tried(*answers: Any, tries: Tries, **options: Any) -> tuple[Any, int, list[float]]:
    """Return the outcome, how many requests there were, and the pauses between them."""
    handler, pauses = FakeHandler(*answers), list[float]()
    try:
        outcome: Any = exchange(handler, REQUEST, tries, pauses.append, **options).status
    except STSError as error:
        outcome = type(error)
    return outcome, len(handler.requests), pauses


@pytest.mark.parametrize(
    ("answers", "outcome", "requests"),
    [
        ([answer(200)], 200, 1),
        ([answer(404)], 404, 1),
        ([answer(428)], 428, 1),
        ([answer(430)], 430, 1),
        ([answer(499)], 499, 1),
        ([answer(429)], 429, 3),
        ([answer(500)], 500, 3),
        ([answer(503), answer(200)], 200, 2),
        ([BROKEN], EndpointConnectionError, 3),
        ([BROKEN, answer(500), answer(200)], 200, 3),
        ([TLSError("The certificate is not trusted.")], TLSError, 1),
    ],
)
def test_what_is_tried_again(answers: list[Any], outcome: Any, requests: int) -> None:
    """Overloaded services and broken connections, up to the limit, with a pause between. The last outcome counts."""
    assert tried(*answers, tries=Tries(3, pause=0.5)) == (outcome, requests, [0.5] * (requests - 1))


def test_a_service_that_answers_may_be_asked_more_often() -> None:
    """If there is no response, the process may run outside AWS, and fewer tries are made."""
    tries = Tries(1, answers=3)
    assert tried(answer(503), tries=tries)[:2] == (503, 3)
    assert tried(BROKEN, tries=tries)[:2] == (EndpointConnectionError, 1)
    assert tried(answer(503), tries=Tries(4, answers=3))[:2] == (503, 4)


def test_the_defaults_of_tries() -> None:
    """Three, a second apart, of two seconds each."""
    handler = FakeHandler(answer(500))
    pauses: list[float] = []
    exchange(handler, REQUEST, Tries(), pauses.append)
    assert pauses == [1.0, 1.0]
    assert {(control.connect_timeout, control.read_timeout) for control in handler.controls} == {(2.0, 2.0)}


def test_an_incomplete_answer_is_tried_again() -> None:
    """The caller defines what is complete. An error needs no document."""
    cut = answer(200, b'{"a": ')
    assert tried(cut, answer(), tries=Tries(3), is_complete=has_document)[:2] == (200, 2)
    assert tried(cut, tries=Tries(3))[:2] == (200, 1)
    assert [has_document(one) for one in (answer(), cut, answer(200, b""), answer(404, b""))] == [True, False, False, True]


@pytest.mark.parametrize("body", [b"", b"[]", b'"a"', b"nonsense", b"[" * 100_000, b"\xff"], ids=lambda body: str(body[:10]))
def test_what_is_no_object_is_refused(body: bytes) -> None:
    """A successful response must be a JSON object. The error shows no part of it, because it may contain keys."""
    assert parse_object(body) is None
    with pytest.raises(CredentialsError, match=r"^The agent returned \(HTTP 200\) a body that is not a JSON object\.$"):
        read_json(answer(200, body), "The agent")


@pytest.mark.parametrize(("status", "good"), [(199, False), (200, True), (299, True), (300, False), (404, False)])
def test_which_statuses_are_successes(status: int, good: bool) -> None:
    """200 to 299."""
    if good:
        assert read_json(answer(status, {"a": 1}), "The agent") == {"a": 1}
        return
    with pytest.raises(RefusedError, match=rf"^The agent rejected the request \(HTTP {status}\)\.$") as caught:
        read_json(answer(status, {"a": 1}), "The agent")
    assert (caught.value.status_code, caught.value.service_code, caught.value.request_id) == (status, "", None)


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        ({"__type": "com.amazon#UnauthorizedException"}, {}, "UnauthorizedException"),
        ({"__type": "NotFound:http://internal/"}, {}, "NotFound"),
        ({"code": "A", "Code": "B", "error": "C"}, {}, "A"),
        ({"code": 5, "Code": "not a code", "error": "invalid_grant"}, {}, "invalid_grant"),
        ({"code": "A"}, {"x_amzn_errortype": "FromHeader"}, "FromHeader"),
        ({"code": "A" * 100}, {}, "A" * 100),
        ({"code": "A" * 101}, {}, ""),
        ({"code": "1A"}, {}, ""),
        (b"nonsense", {}, ""),
    ],
    ids=str,
)
def test_codes_of_errors(body: Any, headers: dict[str, str], code: str) -> None:
    """From the header or one of four members, without namespace and URI. A value without the form of a code is ignored."""
    with pytest.raises(RefusedError) as caught:
        read_json(answer(400, body, **headers), "The agent")
    assert caught.value.service_code == code
    assert str(caught.value).startswith(f"The agent rejected the request (HTTP 400{f', {code}' if code else ''})")


def test_no_code_among_candidates() -> None:
    """Neither texts nor others."""
    assert code_in(None, 5, "", "a b") == ""


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"message": "No such\nrole", "Message": "other"}, ": No such role"),
        ({"message": 5, "Message": "other"}, ": other"),
        ({"error": "invalid_grant", "error_description": "The code was used."}, ": The code was used."),
        ({"message": "x" * 201}, f": {'x' * 200}"),
        (
            {"message": "Token SECRETSECRET is bad", "token": "SECRETSECRET"},
            ": (the message is not shown, because it repeats a secret)",
        ),
        ({"message": "Key 123456789 is bad", "key": "123456789"}, ": (the message is not shown, because it repeats a secret)"),
        ({"message": "In 12345678", "key": "12345678"}, ": In 12345678"),
        ({"message": "InvalidGrant it is", "code": "InvalidGrant"}, ": InvalidGrant it is"),
        ({"message": "number 5", "key": 5}, ": number 5"),
        ({"message": "hidden: hush-hush"}, ": (the message is not shown, because it repeats a secret)"),
    ],
    ids=str,
)
def test_messages_of_errors(body: Any, shown: str) -> None:
    """One line of at most 200 characters. A message with a secret of the request or a long text of the document is dropped."""
    with pytest.raises(RefusedError) as caught:
        read_json(answer(400, body), "The agent", ("hush-hush", ""))
    assert caught.value.message.partition(")")[2] == shown


def test_a_code_and_a_request_id_hide_secrets() -> None:
    """An answer may repeat a secret of the request anywhere."""
    with pytest.raises(RefusedError) as caught:
        read_json(answer(400, {"code": "hushhush"}, x_amzn_requestid="hushhush"), "The agent", ("hushhush",))
    assert "hushhush" not in f"{caught.value} {caught.value.service_code} {caught.value.request_id}"
    with pytest.raises(RefusedError) as caught:
        read_json(answer(400, {"code": "Denied"}, x_amzn_requestid="abc-1"), "The agent", ("hushhush",))
    assert (caught.value.service_code, caught.value.request_id) == ("Denied", "abc-1")


@pytest.mark.parametrize(("text", "kept"), [("The connection was refused.", True), ("No host hushhush.", False)])
def test_no_answer_at_all(text: str, kept: bool) -> None:
    """The error names the service. The failure is its cause only if it contains no secret."""
    failure = EndpointConnectionError(text)
    with pytest.raises(CredentialsError, match=r"^The agent did not respond: ") as caught:
        ask_json(FakeHandler(failure), REQUEST, Tries(1), what="The agent", hidden=("hushhush",))
    assert "hushhush" not in str(caught.value)
    assert (caught.value.original_error is failure) is kept


def test_an_answer_is_a_document() -> None:
    """After the tries, and complete."""
    handler, pauses = FakeHandler(answer(503), answer(200, b"{"), answer(200, {"a": 1})), list[float]()
    asked = ask_json(handler, REQUEST, Tries(3), what="The agent", sleep=pauses.append, is_complete=has_document)
    assert (asked, len(handler.requests), pauses) == ({"a": 1}, 3, [1.0, 1.0])


def test_a_providers_exchanges_go_the_way_of_its_client(tmp_path: Path) -> None:
    """CA bundle, certificates, proxies, session and handler of the client are passed on. Unset options are omitted."""
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    session = object()
    options = {"verify": str(bundle), "proxies": {"https": "http://proxy:1"}, "session": session, "request_handler": None}
    found = service_options(Context({}, options))
    assert (found["verify"], found["session"]) == (str(bundle), session)
    assert found["proxies"]["https"] == "http://proxy:1"
    assert None not in service_options(Context({}, {})).values()
    assert {"cert", "session", "request_handler"}.isdisjoint(service_options(Context({}, {})))


def test_the_handler_of_a_client() -> None:
    """The one that is given, else its `request_handler`, else one that its options make: a name among them."""
    given, own = FakeHandler(answer()), FakeHandler(answer())
    with client_handler(given, {"request_handler": own}, {}) as handler:
        assert handler is given
    with client_handler(None, {"request_handler": own}, {}) as handler:
        assert handler is own
    kinds = []
    for options in ({}, {"request_handler": "urllib3"}, {"request_handler": "requests"}):
        with client_handler(None, options, {}) as handler:
            kinds.append(type(handler))
    assert len(set(kinds)) == 3
    assert given.closed == own.closed == 0
