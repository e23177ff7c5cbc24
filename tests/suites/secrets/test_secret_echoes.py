"""If the other side repeats a request, no part of an error, a log or a traceback shows a secret of it."""

from __future__ import annotations

import io
import logging
import pickle
import re
import traceback
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from sts import STS, Credentials, STSError
from sts.errors import ProxyError, TransportError
from sts.http import HttpRequest, HttpResponse
from sts.logs import LONGEST_MESSAGE
from sts.testing import FakeClock

ROLE = "arn:aws:iam::123456789012:role/demo"
KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "abc+def/" * 5
SESSION_TOKEN = "FwoGZXIvYXdzEXAMPLE+" * 10 + "=="
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "TokenCode": ("assume_role", {"SerialNumber": "arn:aws:iam::123456789012:mfa/me", "TokenCode": "918273"}),
    "ExternalId": ("assume_role", {"ExternalId": "EXTERNAL:ggg/gggg=5"}),
    "Policy": ("assume_role", {"Policy": '{"Statement": ["x&y"], "Version": "2012-10-17"}'}),
    "SAMLAssertion": ("assume_role_with_saml", {"SAMLAssertion": "U0FNTEFTU0VSVElPTmNj+/NjY2NjY2NjY2NjY2NjYw=="}),
    "WebIdentityToken": ("assume_role_with_web_identity", {"WebIdentityToken": "WEBTOKENddd.eee-eddd_dddd.ffffffffff4"}),
    "TradeInToken": ("get_delegated_access_token", {"TradeInToken": "TRADEINkkkkkk/kkkkkkkkkkkkkkkkk9"}),
    "SecretAccessKey": ("assume_role", {}),
    "SessionToken": ("assume_role", {}),
    "Signature": ("assume_role", {}),
}


def error(message: str = "m", code: str = "X", request_id: str = "r") -> bytes:
    parts = f"<Code>{_xml(code)}</Code><Message>{_xml(message)}</Message>"
    return f"<ErrorResponse><Error>{parts}</Error><RequestId>{_xml(request_id)}</RequestId></ErrorResponse>".encode()


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _lower(value: str) -> str:
    return re.sub("%..", lambda escaped: escaped[0].lower(), quote(value, safe=""))


def _lower(value: str) -> str:
    return re.sub("%..", lambda escaped: escaped[0].lower(), quote(value, safe=""))


def _fail(made: BaseException) -> HttpResponse:
    raise made


def _chained(value: str) -> HttpResponse:
    try:
        raise OSError(f"Tunnel connection failed: 407 {value}")
    except OSError as below:
        raise ProxyError("The proxy refused the request.", original_error=below) from below


WAYS: dict[str, Callable[[str, HttpRequest], HttpResponse]] = {
    "message": lambda v, _: HttpResponse(403, {}, error(f"The value {v} is refused")),
    "message, in quotes": lambda v, _: HttpResponse(403, {}, error(f"Invalid token: '{v}'")),
    "message, next to letters": lambda v, _: HttpResponse(403, {}, error(f"got{v}end")),
    "message, percent-encoded": lambda v, _: HttpResponse(403, {}, error(f"got {_lower(v)} there")),
    "message, the whole body": lambda _, r: HttpResponse(403, {}, error(r.body.decode())),
    "message, all headers": lambda _, r: HttpResponse(403, {}, error(str(dict(r.headers)))),
    "message, very long": lambda v, _: HttpResponse(403, {}, error("x" * (LONGEST_MESSAGE - 5) + " " + v * 3)),
    "JSON message": lambda v, _: HttpResponse(400, {}, b'{"message": "got ' + v.replace('"', '\\"').encode() + b'"}'),
    "code": lambda v, _: HttpResponse(403, {}, error(code=v)),
    "code in a header": lambda v, _: HttpResponse(403, {"x-amzn-errortype": v}, b'{"message": "m"}'),
    "request id": lambda v, _: HttpResponse(403, {}, error(request_id=v)),
    "request id in a header": lambda v, _: HttpResponse(403, {"x-amzn-requestid": v}, error(request_id="")),
    "request id of a page": lambda v, _: HttpResponse(502, {"x-amzn-requestid": v}, b"<html>"),
    "extended request id": lambda v, _: HttpResponse(403, {"x-amz-id-2": v}, error()),
    "CloudFront id": lambda v, _: HttpResponse(403, {"x-amz-cf-id": v}, error()),
    "reason": lambda v, _: HttpResponse(500, {}, b"", f"no {v}"),
    "reason of a page": lambda v, _: HttpResponse(502, {}, b"<html>", f"no{v}"),
    "page": lambda v, _: HttpResponse(502, {}, f"<html>{v}".encode()),
    "result of something else": lambda v, _: HttpResponse(200, {}, f"<{quote(v, safe='').replace('%', '.')}/>".encode()),
    "location": lambda v, _: HttpResponse(302, {"location": f"http://x/{quote(v, safe='')}"}, b""),
    "proxy": lambda v, _: HttpResponse(407, {}, b"who are you", f"auth {v}"),
    "exception of the handler": lambda v, _: _fail(ValueError(f"cannot send {v}")),
    "error of the handler": lambda v, _: _fail(TransportError(f"cannot send {v}")),
    "exception below an error": lambda v, _: _chained(v),
}


class Echo:
    """Respond with the content of the request."""

    def __init__(self, way: Callable[[str, HttpRequest], HttpResponse], value: str) -> None:
        self.way, self.value = way, value

    def send(self, request: HttpRequest, *, control: Any) -> HttpResponse:
        if self.value == "Signature":
            self.value = request.headers.get("authorization", "").rpartition("Signature=")[2]
        return self.way(self.value, request)

    def close(self) -> None:
        pass


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All texts of all loggers, formatted as in a program."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root, own = logging.getLogger(), logging.getLogger("sts")
    before = root.level, own.level
    root.addHandler(handler)
    root.setLevel(1)
    own.setLevel(1)
    yield text
    root.removeHandler(handler)
    root.setLevel(before[0])
    own.setLevel(before[1])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("secret", CALLS)
def test_no_part_of_an_error_shows_what_was_repeated(secret: str, way: str, log: io.StringIO) -> None:
    """This covers text, repr, fields, pickle, log and traceback of the error."""
    operation, params = CALLS[secret]
    value = {"SecretAccessKey": SECRET, "SessionToken": SESSION_TOKEN, "Signature": "Signature"}.get(secret) or params[secret]
    params = _complete(operation, params)
    echo = Echo(WAYS[way], value)
    client = STS(
        region="us-east-1",
        access_key_id=KEY,
        secret_access_key=SECRET,
        session_token=SESSION_TOKEN,
        request_handler=echo,
        max_attempts=2,
        retry_delay_options={"base": 0},
    )
    with pytest.raises(STSError) as caught:
        client.make_request(operation, params).result()
    logging.getLogger("sts").error("failed", exc_info=caught.value)
    shown = caught.value
    places = {
        "str": str(shown),
        "repr": repr(shown),
        "fields": repr(vars(shown)),
        "response": repr(getattr(shown, "response", "")),
        "metadata": repr(shown.metadata),
        "log": log.getvalue(),
        "traceback": "".join(traceback.format_exception(shown)).replace(f"{value!r}", ""),
        "pickle": pickle.dumps(shown).decode("latin-1"),
    }
    secrets = {echo.value} | ({SECRET, SESSION_TOKEN} if "headers" in way else set())
    forms = {form for each in secrets for form in (each, quote(each, safe=""), _lower(each), _xml(each))}

    assert [place for place, text in places.items() if any(form in text for form in forms)] == []
    assert len(str(shown)) < 2 * LONGEST_MESSAGE


@pytest.mark.parametrize("way", [WAYS["page"], lambda v, _: HttpResponse(503, {}, error(f"The value {v} is refused"))])
def test_a_signature_of_an_earlier_attempt_is_not_shown(way: Callable[[str, HttpRequest], HttpResponse]) -> None:
    """A server, or something on the way, repeats the first request when the second one, of a later second, has been sent."""
    with FakeClock() as clock:

        class LaterEcho(Echo):
            def send(self, request: HttpRequest, *, control: Any) -> HttpResponse:
                clock.advance(2)
                return super().send(request, control=control)

        echo = LaterEcho(way, "Signature")
        options: dict[str, Any] = {"request_handler": echo, "max_attempts": 3, "retry_delay_options": {"base": 0}}
        client = STS(region="us-east-1", access_key_id=KEY, secret_access_key=SECRET, **options)
        with pytest.raises(STSError) as caught:
            client.get_caller_identity()

    assert len(echo.value) == 64
    assert echo.value not in f"{caught.value} {caught.value!r} {vars(caught.value)} {traceback.format_exception(caught.value)}"


class Renewed:
    """A provider with a first session, which the service rejects, and a second one."""

    def __init__(self) -> None:
        # Words, which nothing but the value itself gives away.
        self.sessions = [Credentials(KEY, f"secret-words-{number}", f"token-words-{number}") for number in (1, 2)]

    def retrieve(self) -> Credentials:
        return self.sessions[0]

    cached = retrieve

    def invalidate(self, credentials: Credentials) -> bool:
        return len(self.sessions) > 1 and self.sessions.pop(0) is credentials


@pytest.mark.parametrize("value", ["secret-words-1", "secret-words-2", "token-words-1", "token-words-2"])
def test_keys_of_an_earlier_attempt_are_not_shown(value: str) -> None:
    """The service may repeat the rejected session, which it took for expired, when the next one has been tried."""
    codes = iter(("ExpiredToken", "AccessDenied"))
    echo = Echo(lambda v, _: HttpResponse(403, {}, error(f"The value {v} is refused", next(codes))), value)
    client = STS(region="us-east-1", credentials=Renewed(), request_handler=echo)
    with pytest.raises(STSError, match="AccessDenied") as caught:
        client.get_caller_identity()

    assert value not in f"{caught.value} {caught.value!r} {vars(caught.value)} {traceback.format_exception(caught.value)}"


def _complete(operation: str, params: dict[str, Any]) -> dict[str, Any]:
    if operation == "get_delegated_access_token":
        return params
    named = {"PrincipalArn": "arn:aws:iam::123456789012:saml-provider/x"} if "saml" in operation else {"RoleSessionName": "abc"}
    return {"RoleArn": ROLE, **named, **params}


def test_a_message_is_bounded() -> None:
    """A response of a megabyte would fill a log."""
    echo = Echo(lambda _, __: HttpResponse(400, {}, error("y" * 900_000, "c" * 500_000, "i" * 500_000)), "")
    client = STS(region="us-east-1", access_key_id=KEY, secret_access_key=SECRET, request_handler=echo, max_attempts=1)
    with pytest.raises(STSError) as caught:
        client.get_caller_identity()

    assert len(str(caught.value)) < 2 * LONGEST_MESSAGE
    assert len(repr(vars(caught.value))) < 4 * LONGEST_MESSAGE
