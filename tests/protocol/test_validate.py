"""All problems are reported at once, with advice and without secrets."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta

import botocore.session
import botocore.validate
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sts.errors import ParamValidationError
from sts.model import operations
from sts.model.operations import (
    ASSUME_ROLE,
    ASSUME_ROLE_WITH_SAML,
    ASSUME_ROOT,
    GET_CALLER_IDENTITY,
    GET_FEDERATION_TOKEN,
    GET_SCOPED_CREDENTIALS,
    GET_SESSION_TOKEN,
    GET_WEB_IDENTITY_TOKEN,
    OPERATIONS,
)
from sts.model.patterns import matcher
from sts.model.shapes import ANY_TEXT, ENCODABLE, Boolean, Member, Operation, String, Structure, Timestamp
from sts.protocol.validate import fits, normalize_params, validate_params
from tests.support.strategies import params as valid_params

GOOD = {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "ci"}
MODEL = botocore.session.get_session().get_service_model("sts")


def check(operation, params, checks=True):
    """Normalize and validate like the pipeline. Return the error, or None."""
    try:
        validate_params(operation, normalize_params(operation, params), checks)
    except ParamValidationError as error:
        return error
    return None


PATTERNS = sorted({shape.pattern or ANY_TEXT for shape in vars(operations).values() if isinstance(shape, String)})
MADE_UP = [
    r"[^\u0041]*",
    r"[\u0009\u000A\u000D\u0020-\u0040]*",
    r"[\w]+(-[\w]+)*",
    r"[\w=]{2}",
    r"x[\w]*",
    r"[\w-]+",
    r"[a-f]+",
]


@pytest.mark.parametrize("pattern", [*PATTERNS, ENCODABLE, *MADE_UP])
def test_fits(pattern):
    """The short way for common characters gives the result of the regular expression, for patterns of other tables too."""
    matches = matcher(pattern)
    texts = ["", *map(chr, range(0x300)), *map("x{}".format, map(chr, range(0x80))), "a-b", "a--b", "a=b", "\U0001f600"]

    assert [text for text in texts if fits(pattern, text) != (matches(text) is not None)] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@given(st.data())
@settings(max_examples=15, deadline=None)
def test_valid_params(operation, data):
    """Params within every limit have no problem, for us and for botocore's validator."""
    params = data.draw(valid_params(operation))

    assert check(operation, params) is None
    assert (
        not botocore.validate.ParamValidator().validate(params, MODEL.operation_model(operation.name).input_shape).has_errors()
    )


@pytest.mark.parametrize(
    ("params", "code", "member", "text"),
    [
        ({"RoleArn": None}, "MissingRequiredParameter", "RoleArn", "Missing required key 'RoleArn' in params: ARN of the role"),
        (
            {"Tags": [{"Key": "a"}]},
            "MissingRequiredParameter",
            "Tags[0].Value",
            "Missing required key 'Value' in params.Tags[0]",
        ),
        ({"Tags": {"a": None}}, "MissingRequiredParameter", "Tags[0].Value", "'Value' in params.Tags[0]"),
        (
            {"role_arn": "x"},
            "UnexpectedParameter",
            "role_arn",
            "Unexpected key 'role_arn' found in params. Did you mean 'RoleArn'?",
        ),
        ({"policyArns": "x"}, "UnexpectedParameter", "policyArns", "Did you mean 'PolicyArns'?"),
        ({"DurationSecond": 1}, "UnexpectedParameter", "DurationSecond", "Did you mean 'DurationSeconds'?"),
        ({"Tags": [{"Key": "a", "Value": "b", "key": "c"}]}, "UnexpectedParameter", "Tags[0].key", "Did you mean 'Key'?"),
        ({5: 1}, "UnexpectedParameter", "5", "Unexpected key 5 (int) found in params."),
        ({"RoleArn": b"bytes"}, "InvalidParameterType", "RoleArn", "to be a string, but found a value of type bytes"),
        ({"RoleArn": 5}, "InvalidParameterType", "RoleArn", "to be a string, but found 5 (int)."),
        ({"RoleArn": "arn:" + "\ud800" * 20}, "InvalidParameterType", "RoleArn", "'\\ud800' at position 5"),
        (
            {"DurationSeconds": True},
            "InvalidParameterType",
            "DurationSeconds",
            "whole seconds or text such as '1h30m', but found True (bool)",
        ),
        (
            {"DurationSeconds": 900.0},
            "InvalidParameterType",
            "DurationSeconds",
            "whole seconds or text such as '1h30m', but found 900.0 (float)",
        ),
        (
            {"DurationSeconds": timedelta(seconds=900.5)},
            "InvalidParameterType",
            "DurationSeconds",
            "found 0:15:00.500000 (timedelta)",
        ),
        (
            {"DurationSeconds": "soon"},
            "InvalidParameterType",
            "DurationSeconds",
            "whole seconds or text such as '1h30m', but found 'soon'.",
        ),
        ({"MinimumSessionTokenSize": "x"}, "InvalidParameterType", "MinimumSessionTokenSize", "a whole number, but found 'x'."),
        ({"Tags": "team"}, "InvalidParameterType", "Tags", "a list or a mapping of keys to values, but found 'team'."),
        ({"Tags": ["team"]}, "InvalidParameterType", "Tags[0]", "a mapping with the keys Key, Value, but found 'team'."),
        ({"Tags": {"a": 5}}, "InvalidParameterType", "Tags[0].Value", "to be a string, but found 5 (int)."),
        (
            {"TransitiveTagKeys": {"a": 1}},
            "InvalidParameterType",
            "TransitiveTagKeys",
            "a list, but found a value of type dict.",
        ),
        ({"TransitiveTagKeys": [None]}, "InvalidParameterType", "TransitiveTagKeys[0]", "a string, but found None (NoneType)."),
        ({"Policy": {"a": {1}}}, "InvalidParameterType", "Policy", "a mapping that can be converted to JSON"),
        ({"RoleSessionName": "x"}, "MinRangeError", "RoleSessionName", "2 to 64 characters, but found 1: 'x'."),
        ({"RoleSessionName": ""}, "MinRangeError", "RoleSessionName", "2 to 64 characters, but found 0: ''."),
        ({"DurationSeconds": 899}, "MinRangeError", "DurationSeconds", "to be 900 to 43200, but found 899."),
        ({"DurationSeconds": -(10**5000)}, "MinRangeError", "DurationSeconds", "found a number of more than 18 digits."),
        ({"Policy": ""}, "MinRangeError", "Policy", "at least 1 characters, but found 0."),
        ({"ProvidedContexts": []}, "MinRangeError", "ProvidedContexts", "1 to 5 items, but found 0."),
        ({"RoleSessionName": "x" * 65}, "MaxRangeError", "RoleSessionName", "but found 65: '" + "x" * 60 + "'..."),
        ({"DurationSeconds": 43201}, "MaxRangeError", "DurationSeconds", "to be 900 to 43200, but found 43201."),
        ({"Tags": {str(n): "" for n in range(51)}}, "MaxRangeError", "Tags", "at most 50 items, but found 51."),
        ({"TokenCode": "1234567"}, "MaxRangeError", "TokenCode", "exactly 6 characters, but found 7."),
        ({"RoleSessionName": "my session"}, "PatternMatchError", "RoleSessionName", "the character ' ' at position 3"),
        (
            {"RoleSessionName": "name\n"},
            "PatternMatchError",
            "RoleSessionName",
            "Allowed: ASCII letters, digits, _ and +=,.@-.",
        ),
        ({"RoleSessionName": "naïve"}, "PatternMatchError", "RoleSessionName", "the character '\\xef' at position 3"),
        ({"SerialNumber": "x" * 9 + "\0"}, "PatternMatchError", "SerialNumber", "the character '\\x00' at position 10"),
        ({"Tags": {"a!": ""}}, "PatternMatchError", "Tags[0].Key", "Allowed: letters, spaces, digits and _.:/=+-@."),
        ({"Policy": "\u20ac"}, "PatternMatchError", "Policy", "has a character at position 1"),
        ({"TokenCode": "12345x"}, "PatternMatchError", "TokenCode", "has a character at position 6"),
    ],
)
def test_one_problem(params, code, member, text):
    """A problem has v2's code, the member, the given value and the allowed values. A single one is the message."""
    error = check(ASSUME_ROLE, {**GOOD, **params})

    assert [(problem.code, problem.member) for problem in error.problems] == [(code, member)]
    assert text in error.message
    assert (error.code, error.message) == (code, error.problems[0].message)
    assert (error.operation, error.retryable) == ("AssumeRole", False)


def test_all_problems_at_once():
    """Several problems are listed as in v2, each with its code, in the order of the table."""
    error = check(ASSUME_ROLE, {"RoleArn": 5, "DurationSeconds": 1, "Tags": {"a": 5}, "Nonsense": 1})

    assert error.code == "MultipleValidationErrors"
    assert [(problem.code, problem.member) for problem in error.problems] == [
        ("InvalidParameterType", "RoleArn"),
        ("MissingRequiredParameter", "RoleSessionName"),
        ("MinRangeError", "DurationSeconds"),
        ("InvalidParameterType", "Tags[0].Value"),
        ("UnexpectedParameter", "Nonsense"),
    ]
    lines = error.message.splitlines()
    assert lines[0] == "There were 5 validation errors:"
    assert lines[2].startswith("* MissingRequiredParameter: Missing required key 'RoleSessionName' in params")


@pytest.mark.parametrize(
    ("checks", "codes"),
    [
        (True, {"MinRangeError", "MaxRangeError", "PatternMatchError", "UnexpectedParameter"}),
        (False, set()),
        ({}, {"MinRangeError", "MaxRangeError", "PatternMatchError", "UnexpectedParameter"}),
        ({"min": False}, {"MaxRangeError", "PatternMatchError", "UnexpectedParameter"}),
        ({"min": True, "max": False, "pattern": False}, {"MinRangeError", "UnexpectedParameter"}),
        ({"min": False, "max": False, "pattern": False}, {"UnexpectedParameter"}),
    ],
)
def test_checks_can_be_switched(checks, codes):
    """False disables all checks, and a mapping disables the kinds of limits it contains."""
    params = {**GOOD, "DurationSeconds": 1, "SourceIdentity": "x" * 257, "ExternalId": "a b", "Nonsense": 1}
    error = check(ASSUME_ROLE, params, checks)

    assert {problem.code for problem in error.problems} == codes if error else not codes


def test_values_that_are_named():
    """A member with listed values accepts only these. Without the check it accepts any."""
    params = {"Audience": "me", "SigningAlgorithm": "RS256", "SubjectMode": "awsidentity"}
    error = check(GET_WEB_IDENTITY_TOKEN, params)

    assert (error.code, error.problems[0].member) == ("EnumError", "SubjectMode")
    assert error.message == "Expected params.SubjectMode to be 'AWSIdentity' or 'OriginIdentity', but found 'awsidentity'."
    assert check(GET_WEB_IDENTITY_TOKEN, params, {"enum": False}) is None
    assert check(GET_WEB_IDENTITY_TOKEN, {**params, "SubjectMode": "OriginIdentity"}) is None


@pytest.mark.parametrize("params", [{}, {"Policy": None}, {"ScopedSessionDescription": "a test"}])
def test_one_of_several_members(params):
    """If the service needs one of several members, one is enough. Without any, the error is raised before sending."""
    error = check(GET_SCOPED_CREDENTIALS, params)

    assert (error.code, error.problems[0].member) == ("MissingRequiredParameter", "params")
    assert "'Policy' or 'DurationSeconds'" in error.message
    assert check(GET_SCOPED_CREDENTIALS, {**params, "DurationSeconds": timedelta(seconds=1)}) is None
    assert check(GET_SCOPED_CREDENTIALS, {**params, "Policy": {"Version": "2012-10-17"}}) is None


def test_lone_surrogates_without_pattern_checks():
    """Text that cannot be encoded is a wrong type, even if patterns are not checked."""
    error = check(ASSUME_ROLE, {**GOOD, "Policy": "\udfff"}, {"pattern": False})

    assert error.code == "InvalidParameterType"


def test_control_characters_without_a_pattern():
    """A member without a pattern accepts any text without control characters. Line breaks are allowed."""
    params = {"TaskPolicyArn": "arn:aws:iam::aws:policy/x"}

    assert check(ASSUME_ROOT, {**params, "TargetPrincipal": "123456789012\n"}) is None
    assert check(ASSUME_ROOT, {**params, "TargetPrincipal": "123456789012\x07"}).code == "PatternMatchError"


SECRET = "5ecret-5ecret"


@pytest.mark.parametrize(
    "value", [SECRET, SECRET.encode(), [SECRET], {SECRET: 1}, SECRET + "\x00", SECRET * 20000, SECRET + "\ud800"]
)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_secrets_are_not_shown(operation, value):
    """No error text, problem or repr shows the value of a sensitive member, however wrong it is."""
    secrets = [member.name for member in operation.input.members if member.sensitive]
    error = check(operation, dict.fromkeys(secrets, value) | {"Nonsense": 1})

    assert error is not None
    assert "5ecret" not in f"{error} {error!r} {error.problems} {error.args}"


@pytest.mark.parametrize("checks", [{"pattern": False}, {"max": False}, {"enum": True}])
def test_secrets_are_not_shown_with_some_checks_off(checks):
    """Whichever limits a client leaves out, a sensitive value of the wrong type or length stays hidden."""
    for value in (123456, SECRET + "\ud800", "5"):
        error = check(ASSUME_ROLE_WITH_SAML, {"RoleArn": "x", "PrincipalArn": "x", "SAMLAssertion": value}, checks)
        told = next(problem.message for problem in error.problems if problem.member == "SAMLAssertion")

        assert not {"5ecret", "123456", "'5'"} & {text for text in ("5ecret", "123456", "'5'") if text in told}


def test_a_value_of_60_characters_is_shown_whole():
    """A longer one is cut."""
    names = (("a" * 60, f"{'a' * 60!r}."), ("a" * 61, f"{'a' * 60!r}...."))
    for name, shown in names:
        assert check(GET_FEDERATION_TOKEN, {"Name": name}).message.endswith(f"but found {len(name)}: {shown}")


@pytest.mark.parametrize("value", [123456, 123456.5, 123456**9])
def test_secrets_of_the_wrong_type_are_not_shown(value):
    """An MFA code given as a number is an error that does not show it."""
    error = check(ASSUME_ROLE, {**GOOD, "TokenCode": value})

    assert error.code == "InvalidParameterType"
    assert not [digits for digits in ("123456", str(value)) if digits in str(error)]


@pytest.mark.parametrize("size", [10_000_000])
def test_large_values(size):
    """The error for a member of 10 MB has an ordinary length."""
    error = check(ASSUME_ROLE_WITH_SAML, {"RoleArn": "x" * size, "PrincipalArn": GOOD["RoleArn"], "SAMLAssertion": "y" * size})

    assert {problem.code for problem in error.problems} == {"MaxRangeError"}
    assert len(str(error)) < 1000


@given(
    st.dictionaries(
        st.sampled_from([m.name for m in ASSUME_ROLE.input.members]),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text(st.characters(exclude_categories=[]))
            | st.binary(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
            max_leaves=5,
        ),
    )
)
@settings(max_examples=150, deadline=None)
def test_anything(params):
    """For any input, there is no problem or one ParamValidationError whose text can be printed anywhere."""
    error = check(ASSUME_ROLE, params)

    if error:
        assert error.code in {"MultipleValidationErrors", error.problems[0].code}
        str(error).encode("utf-8")


def test_operations_without_members():
    """The error for an operation without params says so."""
    assert check(GET_CALLER_IDENTITY, {}) is None
    assert "This operation takes no parameters." in check(GET_CALLER_IDENTITY, {"RoleArn": "x"}).message
    assert check(GET_SESSION_TOKEN, {}) is None


OTHERS = Operation(
    "Op", "op", "", Structure("In", (Member("Flag", Boolean("B")), Member("When", Timestamp("T")))), Structure("Out")
)


@pytest.mark.parametrize(
    ("params", "codes"),
    [
        ({"Flag": True, "When": datetime(2026, 1, 1)}, []),
        ({"Flag": "true", "When": "2026-01-01"}, ["InvalidParameterType", "InvalidParameterType"]),
    ],
)
def test_other_shapes(params, codes):
    """Booleans and times are checked too."""
    error = check(OTHERS, params)

    assert [problem.code for problem in error.problems] == codes if error else not codes


def test_difflib_is_loaded_only_for_unknown_names():
    """Valid params do not need the import for suggestions."""
    code = (
        "import sys; from sts.model.operations import GET_SESSION_TOKEN as op; from sts.protocol.validate import validate_params as v\n"
        "v(op, {'DurationSeconds': 900}); assert 'difflib' not in sys.modules\n"
        "try: v(op, {'Duration': 900})\nexcept Exception: assert 'difflib' in sys.modules\nelse: assert False"
    )

    subprocess.run([sys.executable, "-c", code], check=True)


def test_members_that_are_left_out_on_purpose():
    """They are not missing. Other members are, and given ones are checked."""

    def codes(params, omitted):
        try:
            validate_params(ASSUME_ROLE, params, omitted=frozenset(omitted))
        except ParamValidationError as error:
            return [(problem.code, problem.member) for problem in error.problems]
        return []

    missing = "MissingRequiredParameter"
    assert codes({}, GOOD) == []
    assert codes({}, ["RoleArn"]) == [(missing, "RoleSessionName")]
    assert codes({}, []) == [(missing, "RoleArn"), (missing, "RoleSessionName")]
    assert codes({**GOOD, "RoleSessionName": "x"}, GOOD) == [("MinRangeError", "RoleSessionName")]


WORDS = r"[\x21\x23-\x2B\x2D-\x5B\x5D-\x7E]+( [\x21\x23-\x2B\x2D-\x5B\x5D-\x7E]+)*"
TWO_TEXTS = Operation(
    "Op",
    "op",
    "",
    Structure("In", (Member("Open", String("S", pattern=WORDS)), Member("Secret", String("S", pattern=WORDS), sensitive=True))),
    Structure("Out"),
)


def test_characters_in_the_wrong_order():
    """The value is shown unless it is a secret."""
    expected = "to be printable ASCII without double quotes, commas and backslashes, and one space between words"
    shown, hidden = check(TWO_TEXTS, {"Open": "a  b"}), check(TWO_TEXTS, {"Secret": "a  b"})
    assert (shown.code, shown.message) == ("PatternMatchError", f"Expected params.Open {expected}, but found 'a  b'.")
    assert (hidden.code, hidden.message) == ("PatternMatchError", f"Expected params.Secret {expected}.")
    assert check(TWO_TEXTS, {"Open": "a b", "Secret": "a"}) is None


@pytest.mark.parametrize("number", [10**18, -(10**18), 10**18 - 1, 1 - 10**18])
def test_long_numbers_are_not_written_out(number):
    """Numbers of up to 18 digits are."""
    found = "a number of more than 18 digits" if abs(number) == 10**18 else str(number)
    assert check(ASSUME_ROLE, {**GOOD, "DurationSeconds": number}).message.endswith(f", but found {found}.")
