"""Responses of real servers, of botocore's test suites, generated ones and hostile ones."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from xml.sax.saxutils import escape

import botocore.parsers
import botocore.session
import pytest
import xmltodict
from hypothesis import given, settings
from hypothesis import strategies as st

from sts.base.time import format_timestamp, parse_timestamp
from sts.errors import ResponseParseError, ServiceError, STSError
from sts.http import MAX_BODY, HttpResponse
from sts.model.operations import ASSUME_ROLE, GET_CALLER_IDENTITY, OPERATIONS
from sts.model.shapes import Boolean, Integer, ListOf, MapOf, Member, Operation, String, Structure
from sts.protocol.body import MAX_TAGS
from sts.protocol.parse import parse_response
from sts.protocol.parse_error import parse_error, read_xml
from tests.support.awsquery_suite import InapplicableError, convert_operation, read_cases
from tests.support.strategies import structures

DATA = Path(__file__).parent.parent / "data"
EXCHANGES = json.loads((DATA / "sts-wire-exchanges" / "exchanges.json").read_text())
EXAMPLES = json.loads((DATA / "service-model" / "examples-1.json").read_text())["examples"]
BY_NAME = {operation.name: operation for operation in OPERATIONS}
MODEL = botocore.session.get_session().get_service_model("sts")

IDENTITY = "<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/demo</Arn>"
ANSWER = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    f"{IDENTITY}</GetCallerIdentityResult><ResponseMetadata><RequestId>in-body</RequestId></ResponseMetadata>"
    "</GetCallerIdentityResponse>"
)
DATA_OF_ANSWER = {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/demo"}


def answer(body, status=200, **headers):
    """Return a response. Header names have underscores here."""
    body = body.encode() if isinstance(body, str) else body
    return HttpResponse(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def members_of(data):
    return {name: value for name, value in data.items() if name != "ResponseMetadata"}


def botocore_says(operation, response):
    raw = {"status_code": response.status, "headers": dict(response.headers), "body": response.body}
    shape = MODEL.operation_model(operation.name).output_shape
    parser = botocore.parsers.create_parser("query")
    return parser.parse(raw, shape)


# --- recorded exchanges ---


def operation_of(exchange):
    """Return the operation of a recorded exchange. Errors of other services are parsed as those of any operation."""
    for operation in OPERATIONS:
        if f"<{operation.name}Result" in exchange["response"]["body"]:
            return operation
    return ASSUME_ROLE


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange["id"])
def test_recorded_exchanges(exchange):
    """Each recorded response is parsed as by botocore. Request ids come from the header if it is present."""
    said = exchange["response"]
    response = HttpResponse(said["status"], said["headers"], said["body"].encode())
    operation = operation_of(exchange)
    if said["status"] == 200:
        data = parse_response(operation, response)
        theirs = botocore_says(operation, response)

        assert members_of(data) == members_of(theirs)
        assert data["ResponseMetadata"]["RequestId"] == said["headers"].get(
            "x-amzn-requestid", theirs["ResponseMetadata"]["RequestId"]
        )
    elif said["body"]:
        error, theirs = parse_error(operation, response), botocore_says(operation, response)

        assert (error.code, error.message) == (theirs["Error"]["Code"], theirs["Error"]["Message"])
        assert error.request_id == theirs["ResponseMetadata"].get("RequestId")
        assert (error.fault, error.status_code) == ("client", said["status"])
    else:
        error = parse_error(operation, response)

        assert (error.code, error.retryable, error.fault) == ("503", True, "server")


def test_expected_results_of_the_recordings():
    """If a recording has botocore's result, ours is equal."""
    expected = [exchange for exchange in EXCHANGES if "expected_botocore" in exchange]
    for exchange in expected:
        said, result = exchange["response"], exchange["expected_botocore"]
        response = HttpResponse(said["status"], said["headers"], said["body"].encode())
        if "Error" in result:
            error = parse_error(ASSUME_ROLE, response)
            assert (error.code, error.message) == (result["Error"]["Code"], result["Error"]["Message"])
        else:
            data = parse_response(operation_of(exchange), response)
            assert data["Credentials"].pop("Expiration") == parse_timestamp(result["Credentials"].pop("Expiration"))
            assert data["Credentials"] == result["Credentials"]

    assert len(expected) == 9


# --- generated answers ---


def render(shape, value):
    """Return *value* as the content of an XML element."""
    if isinstance(shape, Structure):
        return "".join(f"<{m.name}>{render(m.shape, value[m.name])}</{m.name}>" for m in shape.members if m.name in value)
    if isinstance(shape, ListOf):
        return "".join(f"<member>{render(shape.item, item)}</member>" for item in value)
    if isinstance(shape, MapOf):
        pairs = ((render(shape.key, key), render(shape.value, item)) for key, item in value.items())
        return "".join(f"<entry><key>{key}</key><value>{item}</value></entry>" for key, item in pairs)
    if isinstance(value, datetime):
        return format_timestamp(value)
    return escape(str(value), {"\r": "&#13;"})


def render_response(operation, data):
    name = operation.name
    result = f"<{name}Result>{render(operation.output, data)}</{name}Result>"
    return f"<{name}Response>{result}<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></{name}Response>"


def in_xml(value):
    """Return True if XML can represent *value*."""
    if isinstance(value, dict):
        return all(map(in_xml, (*value, *value.values())))
    return not isinstance(value, str) or not any(c in "\ufffe\uffff" or (c < " " and c not in "\t\n\r") for c in value)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_generated_answers(operation, data):
    """A rendered result is parsed to the same value, whitespace included. botocore returns the same."""
    result = data.draw(structures(operation.output).filter(in_xml))
    response = answer(render_response(operation, result))
    parsed = parse_response(operation, response)

    assert members_of(parsed) == result
    assert members_of(parsed) == members_of(botocore_says(operation, response))
    assert parsed["ResponseMetadata"] == {"RequestId": "id", "HTTPStatusCode": 200, "HTTPHeaders": {}}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_generated_answers_hold_what_xmltodict_finds(operation, data):
    """Returned text equals that which a reader of any XML finds in the same place."""
    body = render_response(operation, data.draw(structures(operation.output).filter(in_xml)))
    document = xmltodict.parse(body, strip_whitespace=False)[f"{operation.name}Response"][f"{operation.name}Result"]

    def agree(ours, theirs):
        if theirs and "entry" in theirs:
            pairs = theirs["entry"] if isinstance(theirs["entry"], list) else [theirs["entry"]]
            assert ours == {pair["key"] or "": pair["value"] or "" for pair in pairs}
        elif isinstance(ours, dict):
            assert set(ours) == set(theirs or {})
            for name in ours:
                agree(ours[name], theirs[name])
        elif isinstance(ours, str):
            assert ours == (theirs or "")

    agree(members_of(parse_response(operation, answer(body))), document)


@pytest.mark.parametrize(
    ("name", "example"),
    [(name, example) for name, examples in EXAMPLES.items() for example in examples],
    ids=lambda value: value if isinstance(value, str) else value["id"],
)
def test_examples_of_the_service_model(name, example):
    """The example outputs of the service model are parsed."""
    data = members_of(parse_response(BY_NAME[name], answer(render_response(BY_NAME[name], example["output"]))))
    if "Credentials" in data:
        data["Credentials"]["Expiration"] = format_timestamp(data["Credentials"]["Expiration"]).replace("000Z", "Z")

    assert data == example["output"]


def suite_cases():
    for name, suite, case in read_cases("legacy/output/query.json"):
        try:
            operation = convert_operation(suite, case, case.get("result", {}), "output")
        except InapplicableError as reason:
            yield pytest.param(None, case, id=name, marks=pytest.mark.skip(reason=f"STS has no {reason}"))
        else:
            yield pytest.param(operation, case, id=name)


@pytest.mark.parametrize(("operation", "case"), list(suite_cases()))
def test_awsquery_suite(operation, case):
    """Every case that uses only features of STS passes."""
    said = case["response"]
    response = HttpResponse(said["status_code"], said["headers"], said["body"].encode())
    if "error" in case:
        error = parse_error(operation, response)

        assert (error.code, error.message) == (case["errorCode"], case["errorMessage"])
    else:
        data = members_of(parse_response(operation, response))

        assert {name: plain(value) for name, value in data.items()} == case["result"]


def plain(value):
    return int(value.timestamp()) if isinstance(value, datetime) else value


# --- liberal about form ---


@pytest.mark.parametrize(
    "body",
    [
        ANSWER,
        f"<?xml version='1.0' encoding='UTF-8'?>\n{ANSWER}\n",
        "\ufeff" + ANSWER,
        "\n  " + ANSWER,
        ANSWER.replace("><", ">\n  <"),
        ANSWER.replace(' xmlns="https://sts.amazonaws.com/doc/2011-06-15/"', ""),
        ANSWER.replace("</", "</s:").replace("<", "<s:").replace("<s:/s:", "</s:").replace("xmlns=", "xmlns:s="),
        f"<GetCallerIdentityResult>{IDENTITY}</GetCallerIdentityResult>",
        f"<GetCallerIdentityResponse>{IDENTITY}</GetCallerIdentityResponse>",
        f"<Envelope><GetCallerIdentityResult>{IDENTITY}</GetCallerIdentityResult></Envelope>",
        ANSWER.replace("<Account>", "<New><Deep/></New><Account a='b'>"),
        ANSWER.replace("123456789012</Account>", "<![CDATA[123456789012]]></Account>"),
        ANSWER.replace("<Account>", "<!-- a comment --><Account>1<!-- inside -->").replace(
            ">1<!-- inside -->1", "><!-- inside -->1"
        ),
    ],
)
def test_forms_of_a_result(body):
    """Namespaces, prefixes, a missing wrapper, white space, new members, CDATA and comments make no difference."""
    assert members_of(parse_response(GET_CALLER_IDENTITY, answer(body))) == DATA_OF_ANSWER


def test_text_is_never_stripped():
    """White space is part of a text. An empty element is an empty string, and a missing one is absent."""
    body = "<GetCallerIdentityResult><Account> a\n b </Account><Arn/></GetCallerIdentityResult>"

    assert members_of(parse_response(GET_CALLER_IDENTITY, answer(body))) == {"Account": " a\n b ", "Arn": ""}


@pytest.mark.parametrize("body", ["<GetCallerIdentityResponse/>", "<GetCallerIdentityResponse>\n</GetCallerIdentityResponse>"])
def test_empty_results(body):
    """A result without members is empty and not an error."""
    assert members_of(parse_response(GET_CALLER_IDENTITY, answer(body))) == {}


OTHERS = Operation(
    "Op",
    "op",
    "",
    Structure("In"),
    Structure(
        "Out",
        (
            Member("Flag", Boolean("B")),
            Member("Number", Integer("I")),
            Member("List", ListOf("L", String("S"))),
            Member("Inner", Structure("Inner", (Member("Text", String("S")),))),
            Member("Map", MapOf("M", String("K"), String("V"))),
        ),
    ),
)


@pytest.mark.parametrize(
    ("content", "data"),
    [
        ("<Flag>true</Flag>", {"Flag": True}),
        ("<Flag> False </Flag>", {"Flag": False}),
        ("<Number> -5 </Number>", {"Number": -5}),
        ("<Flag/><Number/>", {}),
        ("<List/>", {"List": []}),
        ("<List>\n</List>", {"List": []}),
        ("<List><member>a</member></List>", {"List": ["a"]}),
        ("<List><member>a</member><member/></List>", {"List": ["a", ""]}),
        ("<Inner/>", {"Inner": {}}),
        ("<Inner><Text>a</Text></Inner>", {"Inner": {"Text": "a"}}),
        ("<Map/>", {"Map": {}}),
        ("<Map>\n</Map>", {"Map": {}}),
        ("<Map><entry><key>a</key><value> 1 </value></entry></Map>", {"Map": {"a": " 1 "}}),
        ("<Map><entry><value>1</value><key>b</key></entry><entry><key/><value/></entry></Map>", {"Map": {"b": "1", "": ""}}),
        ("<Map><other>x</other><entry><key>a</key><new/><value>1</value></entry></Map>", {"Map": {"a": "1"}}),
    ],
)
def test_kinds_of_members(content, data):
    """Each kind of shape is parsed: alone, empty and repeated."""
    assert members_of(parse_response(OTHERS, answer(f"<OpResult>{content}</OpResult>"))) == data


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("<Flag>maybe</Flag>", "Out.Flag"),
        ("<Number>many</Number>", "Out.Number"),
        ("<Number><a/></Number>", "Out.Number"),
        ("<List>text</List>", "Out.List"),
        ("<Inner>text</Inner>", "Out.Inner"),
        ("<Inner/><Inner/>", "Out.Inner"),
        ("<Flag>true</Flag><Flag>true</Flag>", "Out.Flag"),
        ("<List><member><a/></member></List>", "Out.List"),
        ("<Inner><Text><a/></Text></Inner>", "Out.Inner.Text"),
        ("<Map>text</Map>", "Out.Map"),
        ("<Map><entry>text</entry></Map>", "Out.Map"),
        ("<Map><entry><key>a</key></entry></Map>", "Out.Map"),
        ("<Map><entry><value>a</value></entry></Map>", "Out.Map"),
        ("<Map><entry/></Map>", "Out.Map"),
        ("<Map><entry><key>a</key><key>b</key><value/></entry></Map>", "Out.Map.key"),
        ("<Map><entry><key>a</key><value><a/></value></entry></Map>", "Out.Map.value"),
        ("<Map>" + "<entry><key>a</key><value>1</value></entry>" * 2 + "</Map>", "Out.Map"),
    ],
)
def test_members_that_do_not_fit(content, where):
    """A member of the wrong type is a ResponseParseError with its position."""
    with pytest.raises(ResponseParseError, match=f"in {where}, it") as caught:
        parse_response(OTHERS, answer(f"<OpResult>{content}</OpResult>", x_amzn_requestid="id"))

    assert (caught.value.status_code, caught.value.request_id, caught.value.operation) == (200, "id", "Op")


@pytest.mark.parametrize(
    "expiration",
    [
        "2026-11-23T18:00:00Z",
        "2026-11-23T18:00:00.123456789Z",
        "2026-11-23T18:00:00+00:00",
        "1795456800",
        " 2026-11-23T18:00:00Z ",
    ],
)
def test_expirations(expiration):
    """Expirations in each form that servers send are aware UTC times."""
    body = f"<AssumeRoleResult><Credentials><Expiration>{expiration}</Expiration></Credentials></AssumeRoleResult>"
    moment = parse_response(ASSUME_ROLE, answer(body))["Credentials"]["Expiration"]

    assert moment.replace(microsecond=0) == datetime(2026, 11, 23, 18, tzinfo=timezone.utc)
    assert moment.tzinfo is timezone.utc


@pytest.mark.parametrize(
    ("headers", "request_id"),
    [
        ({"x_amzn_requestid": "a", "x_amz_request_id": "c"}, "a"),
        ({"x_amzn_request_id": "b"}, "b"),
        ({"X_Amz_Request_Id": "c"}, "c"),
        ({}, "in-body"),
    ],
)
def test_request_id(headers, request_id):
    """The request id of the headers takes precedence over that of the body. The result has headers by lower-case name."""
    metadata = parse_response(GET_CALLER_IDENTITY, answer(ANSWER, **headers))["ResponseMetadata"]

    assert metadata["RequestId"] == request_id
    assert metadata["HTTPHeaders"] == {name.replace("_", "-").lower(): value for name, value in headers.items()}


def test_members_come_in_the_order_of_the_table():
    """The order in which a server sends them does not matter."""
    body = "<GetCallerIdentityResult><Arn>a</Arn><Account>1</Account><UserId>u</UserId></GetCallerIdentityResult>"
    names = [member.name for member in GET_CALLER_IDENTITY.output.members]

    assert list(members_of(parse_response(GET_CALLER_IDENTITY, answer(body)))) == names


def test_no_request_id_at_all():
    """Without a request id, the metadata has none."""
    assert "RequestId" not in parse_response(GET_CALLER_IDENTITY, answer("<GetCallerIdentityResponse/>"))["ResponseMetadata"]


# --- not an answer ---


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("", "it is empty"),
        ("   ", "it is empty"),
        ("garbage", "begins: 'garbage'"),
        (b"\x00\xff\xfe\x80", "begins:"),
        (ANSWER[:-10], "cannot|not XML that can be read"),
        ("<html><body>Please sign in</body></html>", "root is <html>.*Please sign in.*captive portal"),
        ("<!DOCTYPE html><html><body>Please sign in", "document type declaration.*captive portal"),
        ('{"GetCallerIdentityResponse": {}}', "not XML that can be read"),
        (ANSWER.replace("GetCallerIdentity", "AssumeRole"), "root is <AssumeRoleResponse>"),
        (b"<GetCallerIdentityResponse>\xff</GetCallerIdentityResponse>", "not XML that can be read"),
    ],
)
def test_not_an_answer(body, text):
    """A 2xx body that is not a response to the operation is a ResponseParseError with status and first bytes."""
    with pytest.raises(ResponseParseError, match=rf"(?s)HTTP 200.*({text})") as caught:
        parse_response(GET_CALLER_IDENTITY, answer(body))

    assert (caught.value.status_code, caught.value.retryable) == (200, False)


def test_refusal_with_status_200():
    """An error body is an error, whatever its status."""
    body = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"

    with pytest.raises(ServiceError) as caught:
        parse_response(GET_CALLER_IDENTITY, answer(body))
    assert (caught.value.code, caught.value.status_code) == ("AccessDenied", 200)


CREDENTIALS = (
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><SecretAccessKey>s3cret-key</SecretAccessKey>"
    "<SessionToken>s3cret-token</SessionToken><AccessKeyId>ASIA</AccessKeyId></Credentials></AssumeRoleResult></AssumeRoleResponse>"
)


@pytest.mark.parametrize("length", range(0, len(CREDENTIALS), 3))
def test_truncated_answers_show_no_secret(length):
    """Wherever a response is cut off, the error does not show the secrets before that point."""
    with pytest.raises(ResponseParseError) as caught:
        parse_response(ASSUME_ROLE, answer(CREDENTIALS[:length]))

    assert "s3cret" not in f"{caught.value} {caught.value!r}"


# --- attacks ---

LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + ANSWER.replace("123456789012</Account>", "&b;</Account>")


@pytest.mark.parametrize(
    "body",
    [
        LAUGHS,
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + ANSWER.replace("123456789012</Account>", "&x;</Account>"),
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/evil.dtd">' + ANSWER,
        ANSWER.replace("123456789012</Account>", "&undeclared;</Account>"),
        LAUGHS.encode("utf-16"),
        "<a>" * 100_000 + "</a>" * 100_000,
        "<a>" * 200_000,
        "<GetCallerIdentityResponse>" + "<a/>" * 5000 + "</GetCallerIdentityResponse>",
        "<GetCallerIdentityResponse>" + "x" * MAX_BODY + "</GetCallerIdentityResponse>",
        '{"a":' * 100_000,
    ],
)
def test_hostile_answers(body):
    """DTDs, entities, deep or endless nesting and large bodies are rejected without parsing, as results and as errors."""
    with pytest.raises(ResponseParseError):
        parse_response(GET_CALLER_IDENTITY, answer(body))

    assert type(parse_error(GET_CALLER_IDENTITY, answer(body, 400))) is ResponseParseError


def test_deep_nesting_within_bounds():
    """Nesting as deep as the limit on tags allows is parsed and ignored."""
    depth = MAX_TAGS // 2 - 20
    body = ANSWER.replace("<Account>", "<a>" * depth + "</a>" * depth + "<Account>")

    assert members_of(parse_response(GET_CALLER_IDENTITY, answer(body))) == DATA_OF_ANSWER


@given(
    st.binary(max_size=60)
    | st.text(max_size=60).map(str.encode)
    | st.sampled_from([200, 5, 9]).map(lambda n: ANSWER.encode()[n:])
)
@settings(max_examples=150, deadline=None)
def test_any_bytes(body):
    """For any input, the parser raises only our errors."""
    for status in (200, 400, 503):
        try:
            found = (
                parse_error(ASSUME_ROLE, answer(body, status)) if status > 299 else parse_response(ASSUME_ROLE, answer(body))
            )
        except STSError as error:
            found = error
        str(found).encode()


def test_read_xml():
    """Elements are dicts by name, lists if a name repeats, unchanged text, or None if empty."""
    assert read_xml(b"<a x='1'><b> t </b><c/><d>1</d><d>2</d></a>") == {"a": {"b": " t ", "c": None, "d": ["1", "2"]}}
