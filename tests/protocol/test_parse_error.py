"""Error responses of every form become the right exception, with all data that is present."""

from __future__ import annotations

import json
import pickle
from datetime import datetime, timezone

import pytest

from sts import errors
from sts.errors import ProxyError, ResponseParseError, ServiceError
from sts.http import HttpRequest, HttpResponse
from sts.model.operations import ASSUME_ROLE, GET_CALLER_IDENTITY, OPERATIONS
from sts.protocol.parse_error import parse_error

NOW = datetime(2026, 11, 23, 18, 0, 0, tzinfo=timezone.utc)


def refusal(body, status=403, reason="Forbidden", **headers):
    """Return the exception for a response. Header names have underscores here."""
    body = body.encode() if isinstance(body, str) else body
    response = HttpResponse(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, reason)
    return parse_error(GET_CALLER_IDENTITY, response, now=NOW)


ERROR = "<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no way</Message></Error>"


@pytest.mark.parametrize(
    "body",
    [
        f"<ErrorResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'>{ERROR}<RequestId>in-body</RequestId></ErrorResponse>",
        f"<ErrorResponse>{ERROR}<ResponseMetadata><RequestId>in-body</RequestId></ResponseMetadata></ErrorResponse>",
        f"<ErrorResponse><Errors>{ERROR}</Errors><RequestId>in-body</RequestId></ErrorResponse>",
        f"<Response><Errors>{ERROR}{ERROR}</Errors><RequestID>in-body</RequestID></Response>",
        f"<Errors>{ERROR.replace('<Type>', '<RequestId>in-body</RequestId><Type>')}</Errors>",
        ERROR.replace("<Type>", "<RequestId>in-body</RequestId><Type>"),
        f"<?xml version='1.0'?>\n<ErrorResponse>\n {ERROR}\n <RequestId>in-body</RequestId>\n</ErrorResponse>\n",
        f"<e:ErrorResponse xmlns:e='urn:x'>{ERROR.replace('</', '</e:').replace('<', '<e:').replace('<e:/e:', '</e:')}"
        "<e:RequestId>in-body</e:RequestId></e:ErrorResponse>",
        '{"Error": {"Type": "Sender", "Code": "AccessDenied", "Message": "no way"}, "RequestId": "in-body"}',
        '{"ErrorResponse": {"Error": {"Code": "AccessDenied", "Message": "no way"}, "RequestId": "in-body"}}',
        '{"__type": "com.amazon.coral#AccessDenied", "message": "no way", "requestId": "in-body"}',
        '{"code": "AccessDenied", "message": "no way", "RequestId": "in-body"}',
    ],
)
@pytest.mark.parametrize("content_type", ["text/xml", "text/html", ""])
def test_forms_of_an_error(body, content_type):
    """Each form that real servers send is recognized, whatever its content type."""
    error = refusal(body, content_type=content_type)

    assert type(error) is ServiceError
    assert (error.code, error.message, error.fault, error.request_id) == ("AccessDenied", "no way", "client", "in-body")
    assert (error.status_code, error.operation, error.time) == (403, "GetCallerIdentity", NOW)
    assert error.response["Error"] == {"Type": "Sender", "Code": "AccessDenied", "Message": "no way"}


MODELLED = sorted({error for operation in OPERATIONS for error in operation.errors})


@pytest.mark.parametrize("shape", MODELLED, ids=lambda shape: shape.name)
def test_classes(shape):
    """A modelled error has its class by wire code and by shape name with and without suffix. The code is unchanged."""
    stem = shape.name.removesuffix("Exception")
    for code in {shape.code, shape.name, stem}:
        error = refusal(f"<Error><Code>{code}</Code><Message>m</Message></Error>", shape.status)

        assert type(error) is getattr(errors, shape.name)
        assert error.code == code
        assert error.retryable is shape.retryable
        assert pickle.loads(pickle.dumps(error)).code == code


def test_headers():
    """Ids and delays come from the headers. The request id of a header takes precedence over that of the body."""
    error = refusal(
        f"<ErrorResponse>{ERROR}<RequestId>in-body</RequestId></ErrorResponse>",
        x_amzn_requestid="header",
        x_amz_id_2="extended",
        x_amz_cf_id="cloudfront",
        retry_after="3",
    )

    assert error.metadata[:4] == (403, "header", "extended", "cloudfront")
    assert error.retry_delay == 3.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry_after": "120"}, 120.0),
        ({"retry_after": "0.5"}, 0.5),
        ({"retry_after": "Mon, 23 Nov 2026 18:00:30 GMT"}, 30.0),
        ({"retry_after": "Mon, 23 Nov 2026 17:00:00 GMT"}, 0.0),
        ({"retry_after": "Mon, 23 Nov 2026 19:00:30 GMT", "date": "Mon, 23 Nov 2026 19:00:00 GMT"}, 30.0),
        ({"x_amz_retry_after": "1500"}, 1.5),
        ({"x_amz_retry_after": "1500", "retry_after": "9"}, 9.0),
        ({"x_amz_retry_after": "1500", "retry_after": "soon"}, 1.5),
        ({"retry_after": "Mon, 23 Nov 2026 18:00:30 GMT, 45"}, 45.0),
        ({"retry_after": "2026-11-23T18:00:30Z"}, 30.0),
        ({"x_amz_retry_after": "soon", "retry_after": "9"}, 9.0),
        ({"retry_after": "-1"}, None),
        ({"retry_after": "nan"}, None),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "9" * 400}, None),
    ],
)
def test_retry_delay(headers, seconds):
    """Seconds, milliseconds and dates (by the server's clock) are parsed. Other values are ignored."""
    assert refusal(ERROR, **headers).retry_delay == seconds


@pytest.mark.parametrize(
    ("type_", "status", "fault"),
    [
        ("Sender", 500, "client"),
        ("Receiver", 400, "server"),
        ("", 400, "client"),
        ("", 503, "server"),
        ("Other", 500, "server"),
    ],
)
def test_fault(type_, status, fault):
    """Type determines the fault, or else the status."""
    assert refusal(f"<Error><Type>{type_}</Type><Code>C</Code></Error>", status).fault == fault


@pytest.mark.parametrize(
    ("body", "status", "headers", "code", "message"),
    [
        ("", 503, {}, "503", "The service sent no message, HTTP 503 Reason"),
        ("", 404, {}, "NotFound", "The service sent no message, HTTP 404 Reason"),
        (
            "",
            403,
            {"x_amzn_errortype": "AccessDeniedException:http://internal.amazon.com/"},
            "AccessDeniedException",
            "HTTP 403",
        ),
        ('{"message": "Forbidden"}', 403, {}, "403", "Forbidden"),
        ('{"message": "Forbidden"}', 403, {"x_amzn_errortype": "ForbiddenException"}, "ForbiddenException", "Forbidden"),
        ("<Error><Code>Odd</Code></Error>", 400, {}, "Odd", "The service sent no message, HTTP 400 Reason"),
        ("<Error><Code/><Message>text</Message></Error>", 400, {}, "400", "text"),
        ("<Error><Message>text</Message></Error>", 404, {}, "NotFound", "text"),
        ("<UnknownOperationException/>", 404, {}, "UnknownOperation", "The endpoint does not know this operation."),
        ("<Error><Code> Spaced </Code><Message> as sent </Message></Error>", 400, {}, "Spaced", " as sent "),
    ],
)
def test_what_is_missing(body, status, headers, code, message):
    """A missing code becomes the status (NotFound for 404), and a missing message says so. No KeyError is raised."""
    error = refusal(body, status, "Reason", **headers)

    assert isinstance(error, ServiceError)
    assert error.code == code
    assert message in error.message


@pytest.mark.parametrize("status", [400, 403, 500, 502, 503, 504])
@pytest.mark.parametrize(
    "body",
    [
        "<html><head><title>Bad gateway</title></head></html>",
        "<!DOCTYPE html><p>Bad gateway",
        "Bad gateway",
        '{"Bad gateway": 1}',
        '["Bad gateway"]',
        "{Bad gateway",
        b"\xff\xfe\x00Bad gateway",
        "<Error/><!-- Bad gateway -->",
        "<a><b>Bad gateway</b></a>",
    ],
)
def test_not_an_answer_of_sts(status, body):
    """The body of a proxy is a ResponseParseError with status and first bytes. The status decides whether it is retryable."""
    error = refusal(body, status, "Odd", x_amzn_requestid="id")

    assert type(error) is ResponseParseError
    assert f"HTTP {status} Odd" in error.message
    assert "Bad gateway" in error.message
    assert (error.status_code, error.request_id, error.retryable) == (status, "id", status >= 500)
    assert ("web page" in (error.hint or "")) == ("<html" in str(body))


def test_throttled_by_a_proxy():
    """429 is throttling, whatever sends it, and its delay is used."""
    error = refusal("Too many", 429, retry_after="2")

    assert (error.retryable, error.throttling, error.retry_delay) == (True, True, 2.0)


@pytest.mark.parametrize("body", ["<html>authenticate</html>", "", "<Error><Code>ProxyAuth</Code></Error>"])
def test_proxy_wants_a_password(body):
    """407 is a ProxyError that says where to set user and password, whatever its body is."""
    error = refusal(body, 407, "Proxy Authentication \x1b[31mRequired")

    assert str(error).isprintable()
    assert type(error) is ProxyError
    assert (error.retryable, error.fault) == (False, "client")
    assert "HTTPS_PROXY" in error.hint


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
def test_redirects(status):
    """A redirect is not followed. The error has its target without the query, and advice."""
    error = refusal("<html>moved</html>", status, "Found", location="https://login.example/portal?session=s3cret")

    assert type(error) is ResponseParseError
    assert "captive portal" in str(error.hint)
    assert "redirects to https://login.example/portal, and redirects are not followed" in error.message
    assert "s3cret" not in str(error)
    assert error.retryable is False


@pytest.mark.parametrize(
    "echo",
    [
        "Action=AssumeRoleWithWebIdentity&WebIdentityToken=s3cret",
        "X-Amz-Security-Token: s3cret",
        '{"sessionToken": "s3cret"}',
        "<SecretAccessKey>s3cret</SecretAccessKey>",
        "SAMLAssertion=s3cret",
        "TokenCode='s3cret'",
    ],
)
def test_secrets_in_first_bytes(echo):
    """The first bytes end before a possible secret, even if a proxy echoes the request."""
    error = refusal(f"Blocked by policy of example.com: {echo}", 502)

    assert "Blocked by policy" in error.message
    assert "s3cret" not in f"{error} {error!r}"


def test_first_bytes_are_short_and_printable():
    """Of a long body with control characters, one short line is shown."""
    message = refusal(b"\x1b[2Jstart\r\n\t\x00" + b"x" * 100_000, 502).message

    assert len(message) < 400
    assert message.isprintable()


@pytest.mark.parametrize("given", ["", "a b", "x-amz-security-token: FwoG", "a\x1b[31m", "i" * 129, "é"])
def test_what_is_no_request_id_is_not_shown(given):
    """A server that repeats the request there would put a session token into every error. The id of the body is used then."""
    body = f"<ErrorResponse>{ERROR}<RequestId>in-body</RequestId></ErrorResponse>"
    assert refusal(body, x_amzn_requestid=given).request_id == "in-body"
    assert refusal(json.dumps({"Code": "A", "Message": "m", "RequestId": given})).request_id is None


def test_nothing_moves_the_cursor_of_a_terminal():
    """Control characters in code and message become spaces. Line ends of a message are kept."""
    error = refusal(json.dumps({"Code": "Odd\x1b[2J\nCode", "Message": "first\nsecond\x1b[31m\x9b\x00\x7fthird"}))

    assert error.code == "Odd [2J Code"
    assert error.message == "first\nsecond [31m   third"


def test_long_codes_are_cut():
    """The length of a code is limited."""
    assert len(refusal(f"<Error><Code>{'C' * 5000}</Code></Error>").code) == 128


def test_hint_knows_request_and_params():
    """The hint uses data of the request: host, session token and params in any form."""
    body = "<Error><Code>InvalidClientTokenId</Code><Message>The security token is invalid.</Message></Error>"
    request = HttpRequest("POST", "https://sts.af-south-1.amazonaws.com/", {"x-amz-security-token": "t"})
    for params in (None, {}, {"Tags": {"a": "b"}}, "odd", 5):
        error = parse_error(ASSUME_ROLE, HttpResponse(403, {}, body.encode()), request=request, params=params)

        assert error.hostname == "sts.af-south-1.amazonaws.com"
        assert "opt-in" in error.hint
        assert error.hint in str(error)


def test_json_and_xml_say_the_same():
    """Numbers and nulls in JSON are harmless."""
    error = refusal(json.dumps({"Error": {"Code": 400, "Message": None, "Type": ["Sender"]}, "RequestId": None}), 400)

    assert (error.code, error.request_id) == ("400", None)


CANONICAL = """The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing
method. Consult the service documentation for details.

The Canonical String for this request should have been
'POST
/

content-type:application/x-www-form-urlencoded'

The String-to-Sign should have been
'AWS4-HMAC-SHA256
20261130T120000Z'
"""


def test_a_refused_signature_is_read_on_one_screen(caplog):
    """The text that the service signed is a page long. It is logged at DEBUG only. The failure and the hint come first."""
    caplog.set_level("DEBUG", "sts")
    body = f"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>{CANONICAL}</Message></Error></ErrorResponse>"
    error = parse_error(GET_CALLER_IDENTITY, HttpResponse(403, {"x-amzn-requestid": "id-1"}, body.encode()))
    text = str(error)
    assert "POST" not in text
    assert len(text.splitlines()) < 5
    assert text.startswith("SignatureDoesNotMatch: The request signature we calculated does not match")
    assert text.index("Hint: The secret access key") < text.index("(GetCallerIdentity, HTTP 403, request id id-1)")
    assert "String-to-Sign" in caplog.text
