"""Almost valid inputs: samples of each format, truncated, repeated, swapped and mixed with the tokens of their readers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

SESSION = (
    b'<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>'
    b"<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>"
    b"<Expiration>2026-11-23T18:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>A:me</AssumedRoleId>"
    b"<Arn>arn:aws:sts::123456789012:assumed-role/demo/me</Arn></AssumedRoleUser><PackedPolicySize>6</PackedPolicySize>"
    b"</AssumeRoleResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>"
)
REFUSAL = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error>"
    b"<RequestId>1</RequestId></ErrorResponse>"
)
PROPAGATED = (
    b"<AssumeRoleWithSAMLResult><TrustedIdentityPropagationContext><TransactionContext><IdentityProvider>"
    b"<entry><key>a</key><value>1</value></entry><entry><key>b</key><value/></entry>"
    b"</IdentityProvider></TransactionContext></TrustedIdentityPropagationContext></AssumeRoleWithSAMLResult>"
)
XML = (
    SESSION,
    PROPAGATED,
    REFUSAL,
    b"<Errors><Error><Code>A</Code></Error></Errors>",
    b'{"Error": {"Code": "A", "Message": "b"}}',
)
XML_PARTS = (
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"&b;",
    b"&#x0;",
    b"&#55296;",
    b"<![CDATA[",
    b"]]>",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"<a>",
    b"</a>",
    b"<member>",
    b"<entry>",
    b"<key>a</key>",
    b"<value/>",
    b"<Error>",
    b"<Code/>",
    b"xmlns:x='y'",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x00",
    b"<" * 50,
    b"<html>",
)
INI = (
    b"[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n",
    b"[profile ci]\nregion=eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/demo\nsource_profile=default\ns3 =\n  a = b\n",
    b"[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://x/start\n[services s]\nsts =\n  endpoint_url = http://l\n",
)
INI_PARTS = (b"[", b"]", b"=", b"\n", b"\n  ", b"#", b";", b"profile ", b"\t", b"\r", b"\xff", b"\x00", b"[]", b"[profile ]")
KEYS = {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": "secret"}
JSON = tuple(
    json.dumps(one).encode()
    for one in (
        {"Version": 1, **KEYS, "SessionToken": "token", "Expiration": "2026-11-23T18:00:00Z"},
        {"Code": "Success", **KEYS, "Token": "token", "Expiration": "2099-11-23T18:00:00Z", "Type": "AWS-HMAC"},
        {"roleCredentials": {"accessKeyId": "A", "secretAccessKey": "b", "sessionToken": "c", "expiration": 4102444800000}},
        {"accessToken": "t", "expiresAt": "2099-01-01T00:00:00Z", "refreshToken": "r", "clientId": "c", "clientSecret": "s"},
        {"Credentials": {"AccessKeyId": "A", "SecretKey": "b", "SessionToken": "c", "Expiration": 4.1e9}, "IdentityId": "i"},
        {"__type": "a#ThrottlingException", "message": "slow"},
        {"Credentials": {**KEYS, "SessionToken": "t", "Expiration": "2099-01-01T00:00:00Z"}, "ProviderType": "sts"},
    )
)
JSON_PARTS = (
    b"null",
    b"[]",
    b"{}",
    b"1e999",
    b"NaN",
    b'"',
    b"\\ud800",
    b"{" * 200,
    b"[" * 2000,
    b"[" * 100_000,
    b"-1",
    b"1" * 400,
    b"\xff",
    b"true",
)
HTTP = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/xml\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    b"HTTP/1.1 400 Bad Request\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08",
    b"HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n",
)
HTTP_PARTS = (
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: -1\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"ffffffffffff\r\n",
    b"\r\n",
    b"\n",
    b"\x00",
    b": ",
    b"Set-Cookie: a=b\r\n",
    b"A" * 70000,
    b"HTTP/9.9 999 x\r\n\r\n",
)


@st.composite
def nearly(draw: Any, samples: Sequence[bytes], parts: Sequence[bytes]) -> bytes:
    """Return a sample with a few changes."""
    data = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        kind = draw(st.sampled_from(("cut", "double", "part", "bytes", "replace", "join")))
        piece = {
            "cut": lambda: b"",
            "double": lambda: data[start:end] * 2,  # noqa: B023  # called at once
            "part": lambda: draw(st.sampled_from(parts)),
            "bytes": lambda: draw(st.binary(max_size=8)),
            "replace": lambda: draw(st.sampled_from(parts)),
            "join": lambda: draw(st.sampled_from(samples)),
        }[kind]()
        data = data[:start] + piece + data[start if kind in ("part", "join") else end :]
    return data


HTTP = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 5\r\n\r\n<ok/>",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\n<o\r\n3\r\nk/>\r\n0\r\nA: b\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.0 403 Forbidden\r\nConnection: close\r\n\r\n<no/>",
    b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n",
)
HTTP_PARTS = (
    *(b"\r\n", b"\r", b"\n", b"\0", b" ", b"\t", b";", b":", b",", b"+5", b"-1", b"0x5", b"5 ", b"\x0b", b"\xb2", b"_"),
    *(b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
)


def of(samples: Sequence[bytes], parts: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return a strategy for bytes similar to *samples*, and for any others."""
    return st.one_of(nearly(samples, parts), nearly(samples, parts), st.binary(max_size=200))


TEXTS = st.text(max_size=60)
ODD_TEXTS = st.one_of(
    TEXTS, st.sampled_from(["", " ", "\r\n", "a\r\nX-Evil: 1", "\x00", "é", "😀", "../..", "%00", "a" * 5000])
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["retry-after", "x-amz-retry-after", "date", "age", "content-type", "x-amzn-errortype", "location", "x-odd"]
    ),
    st.one_of(ODD_TEXTS, st.sampled_from(["120", "Mon, 23 Nov 2026 18:00:00 GMT", "2026-11-23T18:00:00Z", "1e9", "-1", "٣"])),
    max_size=4,
)
STATUSES = st.sampled_from([200, 201, 204, 301, 304, 400, 401, 403, 404, 407, 429, 500, 502, 503, 504, 599])
"""HTTP statuses."""
