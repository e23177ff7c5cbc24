"""Request bodies, compared byte for byte with those of AWS's own clients and test suites."""

from __future__ import annotations

import itertools
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import parse_qsl, quote

import botocore.serialize
import botocore.session
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sts.errors import ParamValidationError
from sts.http import MAX_BODY
from sts.model.operations import ASSUME_ROLE, GET_CALLER_IDENTITY, OPERATIONS
from sts.model.shapes import Boolean, Member, Operation, Structure, Timestamp
from sts.protocol.serialize import build_request, serialize_params
from sts.signer import percent_encode
from tests.support.awsquery_suite import InapplicableError, convert_operation, read_cases
from tests.support.strategies import params as valid_params

DATA = Path(__file__).parent.parent / "data"
BY_NAME = {operation.name: operation for operation in OPERATIONS}
SNAPSHOTS = json.loads((DATA / "js-v3-request-snapshots" / "cases.json").read_text())
MODEL = botocore.session.get_session().get_service_model("sts")


@pytest.mark.parametrize("case", SNAPSHOTS, ids=lambda case: case["operation"])
def test_javascript_snapshots(case):
    """Each of the 12 bodies equals that of the AWS SDK for JavaScript v3, and so do content type and path."""
    request = build_request(BY_NAME[case["operation"]], case["input"], "https://sts.us-east-1.amazonaws.com")

    assert request.body.decode() == case["body"]
    assert (request.method, request.url) == ("POST", "https://sts.us-east-1.amazonaws.com/")
    assert dict(request.headers) == {"content-type": case["headers"]["content-type"]}


def test_snapshots_are_complete():
    """Every operation has a snapshot."""
    assert {case["operation"] for case in SNAPSHOTS} == set(BY_NAME)


def test_odd_characters():
    """Order, escapes and the empty list are as observed in the JavaScript SDK."""
    params = {
        "Tags": [{"Value": "é/~!*()'", "Key": "a b"}],
        "TransitiveTagKeys": [],
        "DurationSeconds": 900,
        "PolicyArns": [{"arn": "arn:x"}],
        "RoleSessionName": "b",
        "RoleArn": "arn:aws:iam::1:role/r",
    }

    assert serialize_params(ASSUME_ROLE, params) == (
        b"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=b"
        b"&PolicyArns.member.1.arn=arn%3Ax&DurationSeconds=900&Tags.member.1.Key=a%20b"
        b"&Tags.member.1.Value=%C3%A9%2F~%21%2A%28%29%27&TransitiveTagKeys="
    )


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@settings(max_examples=15, deadline=None)
@given(st.data())
def test_botocore_agrees(operation, data):
    """The decoded body has the same pairs as that of botocore's serializer for the same params."""
    params = data.draw(valid_params(operation))
    theirs = botocore.serialize.create_serializer("query").serialize_to_request(params, MODEL.operation_model(operation.name))
    ours = parse_qsl(serialize_params(operation, params).decode("ascii"), keep_blank_values=True, strict_parsing=True)

    assert dict(ours) == {name: str(value) for name, value in theirs["body"].items()}
    assert len(ours) == len(theirs["body"])


def suite_cases():
    for path in ("input/query.json", "legacy/input/query.json"):
        for name, suite, case in read_cases(path):
            try:
                operation = convert_operation(suite, case, case["params"], "input")
            except InapplicableError as reason:
                yield pytest.param(None, suite, case, id=name, marks=pytest.mark.skip(reason=f"STS has no {reason}"))
            else:
                yield pytest.param(operation, suite, case, id=name)


@pytest.mark.parametrize(("operation", "suite", "case"), list(suite_cases()))
def test_awsquery_suite(operation, suite, case):
    """Every case that uses only features of STS passes, except for the version in the body."""
    params = {
        name: datetime.fromtimestamp(value, timezone.utc) if is_time(operation, name) else value
        for name, value in case["params"].items()
    }
    said = case["serialized"]["body"]
    said = said if isinstance(said, str) else "&".join(f"{name}={percent_encode(str(value))}" for name, value in said.items())
    ours = serialize_params(operation, params).decode().replace("2011-06-15", suite["metadata"]["apiVersion"])

    assert sorted(ours.split("&")) == sorted(said.split("&"))


def is_time(operation, name):
    return any(member.name == name and isinstance(member.shape, Timestamp) for member in operation.input.members)


def test_awsquery_suite_is_used():
    """More than a third of the suite applies, so that errors in the conversion of shapes are found."""
    applicable = [case for case in suite_cases() if not case.marks]

    assert len(applicable) >= 25


def test_order_of_params_does_not_matter():
    """The order of the params does not change the bytes."""
    params = {"RoleArn": "arn", "RoleSessionName": "name", "DurationSeconds": 900, "ExternalId": "x"}
    bodies = {serialize_params(ASSUME_ROLE, dict(order)) for order in itertools.permutations(params.items())}

    assert len(bodies) == 1


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_percent_encoding(text):
    """Text is encoded as by urllib with the unreserved characters of RFC 3986. A lone surrogate is an error."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        return

    assert percent_encode(text) == quote(text, safe="-_.~")


def test_nothing_to_say():
    """An operation without params has action and version. None is left out."""
    assert serialize_params(GET_CALLER_IDENTITY, {"Nonsense": None}) == b"Action=GetCallerIdentity&Version=2011-06-15"
    assert serialize_params(ASSUME_ROLE, {"RoleArn": None, "Tags": [None]}) == b"Action=AssumeRole&Version=2011-06-15&Tags="


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"Polcy": "{}"}, "Polcy=%7B%7D"),
        ({"Flag": True, "Number": 5}, "Flag=true&Number=5"),
        ({"List": ["a", None, "b"]}, "List.member.1=a&List.member.2=b"),
        ({"Map": {"a": "1", "b": [{"c": 2}]}}, "Map.a=1&Map.b.member.1.c=2"),
        ({"a&b=c": "d"}, "a%26b%3Dc=d"),
        ({"Empty": [], "None": None}, "Empty="),
    ],
)
def test_unknown_members_are_sent_as_they_are(given, sent):
    """
    Without validation nothing that was given is dropped: a session would be wider than was asked for.

    minio/minio-cpp#247.
    """
    assert serialize_params(GET_CALLER_IDENTITY, given).decode() == f"Action=GetCallerIdentity&Version=2011-06-15&{sent}"
    tag = {"Tags": [{"Key": "k", "Value": "v", "More": "x"}]}
    assert serialize_params(ASSUME_ROLE, tag).endswith(b"Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member.1.More=x")


OTHERS = Operation(
    "Op", "op", "", Structure("In", (Member("Flag", Boolean("Flag")), Member("When", Timestamp("When")))), Structure("Out")
)


@pytest.mark.parametrize(
    ("params", "pairs"),
    [
        ({"Flag": True}, b"&Flag=true"),
        ({"Flag": False}, b"&Flag=false"),
        ({"When": datetime(2026, 1, 2, 3, 4, 5)}, b"&When=2026-01-02T03%3A04%3A05Z"),
        (
            {"When": datetime(2026, 1, 2, 3, 4, 5, 60000, timezone(timedelta(hours=1)))},
            b"&When=2026-01-02T02%3A04%3A05.060000Z",
        ),
    ],
)
def test_other_scalars(params, pairs):
    """Booleans are lower case. Times are UTC with Z, and naive ones are taken as UTC."""
    assert serialize_params(OTHERS, params) == b"Action=Op&Version=2011-06-15" + pairs


@pytest.mark.parametrize(
    ("params", "member"),
    [
        ({"RoleArn": "\ud800"}, "RoleArn"),
        ({"RoleArn": b"bytes"}, "RoleArn"),
        ({"Tags": "text"}, "Tags"),
        ({"Tags": ["text"]}, "Tags.member.1"),
        ({"Tags": [{"Key": object()}]}, "Tags.member.1.Key"),
        ({"PolicyArns": {"arn": "x"}}, "PolicyArns"),
    ],
)
def test_params_that_were_not_validated(params, member):
    """A value that cannot be sent is a ParamValidationError with the member, even without validation."""
    with pytest.raises(ParamValidationError, match=member.replace(".", r"\.")) as caught:
        serialize_params(ASSUME_ROLE, params)

    assert (caught.value.code, caught.value.problems[0].member) == ("InvalidParameterType", member)
    assert caught.value.operation == "AssumeRole"


def test_large_body():
    """A body over 1 MiB is an error with the longest member. A body of exactly 1 MiB is sent."""
    fixed = len(serialize_params(ASSUME_ROLE, {"RoleArn": "arn", "Policy": ""}))
    params = {"RoleArn": "arn", "Policy": "x" * (MAX_BODY - fixed)}

    assert len(serialize_params(ASSUME_ROLE, params)) == MAX_BODY
    with pytest.raises(ParamValidationError, match=r"1048577 bytes.*Policy") as caught:
        serialize_params(ASSUME_ROLE, params | {"Policy": params["Policy"] + "x"})
    assert caught.value.code == "MaxRangeError"
    assert "xxxx" not in str(caught.value)


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("https://sts.eu-west-1.amazonaws.com", "https://sts.eu-west-1.amazonaws.com/"),
        ("http://localhost:4566/", "http://localhost:4566/"),
        ("http://[::1]:4566", "http://[::1]:4566/"),
        ("https://gateway.example/sts", "https://gateway.example/sts"),
    ],
)
def test_path(endpoint, url):
    """The path of an endpoint is kept. It is / if there is none."""
    assert build_request(GET_CALLER_IDENTITY, {}, endpoint).url == url
