"""Hostile input and careless settings: rejected early, with little memory, and without a request to another host."""

from __future__ import annotations

import ast
import base64
import logging
import os
import socket
import ssl
import sys
import tracemalloc
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from sts import STS, errors
from sts.credentials.providers.local import SharedFilesProvider, others_reach
from sts.handlers.tls import tls_context
from sts.http import HttpResponse
from sts.model.operations import ASSUME_ROLE
from sts.protocol.parse import parse_response
from sts.protocol.parse_error import parse_error
from sts.testing import LocalSTS
from sts.tokens import verify_eks_token
from tests.suites.fuzz.targets import URL
from tests.support.fakes import CALLER, CREDENTIALS, FakeHandler, client, ok, refused
from tests.support.wire import WireServer

PACKAGE = Path(__file__).resolve().parent.parent.parent.parent / "sts"
BOMB = (
    b"<!DOCTYPE a [<!ENTITY a0 'ha'>"
    + b"".join(b"<!ENTITY a%d '&a%d;&a%d;'>" % (n, n - 1, n - 1) for n in range(1, 40))
    + b"]>"
)


# --- what a server may send ---

MOST_STEPS = 10_000
"""Calls of functions, in Python and in C, after which a hostile response must have been refused."""


@pytest.mark.parametrize(
    "body",
    [
        BOMB + b"<a>&a39;</a>",
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/x.dtd'><a/>",
        b"<?xml version='1.0'?>\n<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".encode("utf-16"),
        b"<a>&undefined;</a>",
        b"<a>" * 100_000,
        b"<a>" * 100_000 + b"</a>" * 100_000,
        b"<a " + b" ".join(b"x%d='y'" % n for n in range(100_000)) + b"/>",
        b"<a>" + b"x" * (100 * 1024 * 1024) + b"</a>",
        b"{" * 1_000_000,
        b'{"a":' * 300_000,
        b"\x00" * 1_000_000,
    ],
    ids=lambda body: body[:30].decode("latin-1") + f" {len(body)}",
)
@pytest.mark.parametrize("status", [200, 403])
def test_hostile_bodies(body: bytes, status: int) -> None:
    """Entities, DTDs, depth and size are our errors, after few steps, however long the body is, and with little memory."""
    parse_error(ASSUME_ROLE, refused("AccessDenied"))  # loads what it needs
    with pytest.raises(errors.ResponseParseError):
        parse_response(ASSUME_ROLE, HttpResponse(200, {}, b"<a/>"))
    response, steps = HttpResponse(status, {}, body), Counter[str]()
    tracemalloc.start()
    sys.setprofile(lambda frame, event, argument: steps.update({"calls": event in ("call", "c_call")}))
    try:
        if status == 200:
            with pytest.raises(errors.ResponseParseError):
                parse_response(ASSUME_ROLE, response)
        else:
            assert isinstance(parse_error(ASSUME_ROLE, response), errors.STSError)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        sys.setprofile(None)
        tracemalloc.stop()

    assert 0 < steps["calls"] < MOST_STEPS
    assert peak < 40 * 1024 * 1024


@pytest.mark.parametrize("kind", ["urllib3", "requests"])
@pytest.mark.parametrize("head", [b"Content-Length: 104857600\r\n", b"Transfer-Encoding: chunked\r\n", b""])
def test_a_hundred_megabytes_are_not_read(kind: str, head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a length, in chunks, or until the end of the connection: a megabyte is read, and the connection is closed."""
    monkeypatch.setattr("sts.pipeline.wiring.handler_kind", lambda _: kind)
    sent = [0]

    def flood(sock: socket.socket, server: WireServer, number: int) -> None:
        sock.recv(65536)
        sock.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        piece = b"a" * 65536
        piece = b"10000\r\n" + piece + b"\r\n" if b"chunked" in head else piece
        while sent[0] < 100 * 1024 * 1024:
            sock.sendall(piece)
            sent[0] += len(piece)

    too_much = pytest.raises(errors.ResponseParseError, match="more than 1048576 bytes")
    with WireServer(flood) as server, STS(**CREDENTIALS, endpoint=server.url) as made, too_much:
        made.get_caller_identity(timeout=20)

    assert sent[0] < 30 * 1024 * 1024


def test_no_redirect_is_followed() -> None:
    """No other host gets the signed request, whatever the target is."""
    with LocalSTS() as other:
        made = client(HttpResponse(307, {"location": f"{other.url}/"}, b""))
        with pytest.raises(errors.ResponseParseError, match="redirects are not followed"):
            made.get_caller_identity()

        assert other.calls == []


# --- what a caller may be made to pass on ---


@pytest.mark.parametrize(
    "value", ["us-east-1\r\nX-Evil: 1", "evil.example/", "us-east-1.evil.example", "@evil", "us east", "\x00"]
)
def test_a_region_cannot_lead_elsewhere(value: str) -> None:
    """The region becomes a part of the host name."""
    made = client(region=value)
    with pytest.raises(errors.ConfigError, match="region"):
        made.get_caller_identity()
    assert made.handler.requests == []


@pytest.mark.parametrize(
    "value",
    [
        "http://h\r\nX: y/",
        "http://h/\n",
        "http://user:pw@h/",
        "ftp://h",
        "file:///etc/passwd",
        "//h",
        "http://h/?a=b",
        "http://h\\@e",
    ],
)
def test_an_endpoint_is_a_plain_url(value: str) -> None:
    """User, query, fragment, spaces and control characters are rejected. A password in it is not shown."""
    made = client(endpoint=value)
    with pytest.raises(errors.ConfigError) as caught:
        made.get_caller_identity()
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("option", ["custom_user_agent", "user_agent_app_id"])
@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "\x00", "é\u202e"])
def test_a_user_agent_stays_one_header(option: str, value: str) -> None:
    """Characters that a token must not contain become a hyphen or a space."""
    made = client(**{option: value})
    made.get_caller_identity()
    headers = made.handler.requests[0].headers

    assert headers["user-agent"].isascii()
    assert headers["user-agent"].isprintable()
    assert "x-evil" not in headers


@pytest.mark.parametrize("value", ["x&Action=AssumeRoot", "x=y", "x\r\nY: z", "x%26a", "x+y", "é"])
def test_a_member_cannot_add_parameters(value: str) -> None:
    """Any value remains the value of its own parameter."""
    from urllib.parse import parse_qsl

    made = client(refused("AccessDenied"), param_validation=False)
    with pytest.raises(errors.ServiceError):
        made.assume_role(RoleArn=value, RoleSessionName=value)
    sent = parse_qsl(made.handler.requests[0].body.decode(), keep_blank_values=True, strict_parsing=True)

    assert sent == [("Action", "AssumeRole"), ("Version", "2011-06-15"), ("RoleArn", value), ("RoleSessionName", value)]


def test_the_trace_id_of_lambda_stays_one_header(monkeypatch: pytest.MonkeyPatch) -> None:
    """The invoker can influence it."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "f")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1\r\nX-Evil: 1")
    made = client()
    made.get_caller_identity()

    assert made.handler.requests[0].headers["x-amzn-trace-id"] == "Root=1%0D%0AX-Evil: 1"


# --- settings ---


def test_tls_is_1_2_at_least_and_verified() -> None:
    """`verify=False` disables verification, but not the minimum version."""
    usual, careless = tls_context(True, None), tls_context(False, None)

    assert usual.minimum_version == careless.minimum_version == ssl.TLSVersion.TLSv1_2
    assert (usual.verify_mode, usual.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.skipif(os.name == "nt", reason="modes do not tell on Windows")
@pytest.mark.parametrize(
    ("mode", "warned"), [(0o600, False), (0o400, False), (0o644, True), (0o640, True), (0o620, True), (0o602, True)]
)
def test_a_credentials_file_that_others_can_read_or_write(
    mode: int, warned: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is read, with one warning."""
    path = tmp_path / "credentials"
    path.write_text("[default]\naws_access_key_id = AKIA\naws_secret_access_key = s3cret\n")
    path.chmod(mode)
    environ = {"AWS_SHARED_CREDENTIALS_FILE": str(path), "AWS_CONFIG_FILE": os.devnull, "HOME": str(tmp_path)}
    with caplog.at_level(logging.WARNING, "sts"):
        for _ in range(2):
            assert SharedFilesProvider("default", environ).retrieve().access_key_id == "AKIA"

    assert caplog.text.count("chmod 600") == warned
    assert "s3cret" not in caplog.text
    assert others_reach(str(path)) is warned
    assert not others_reach(str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("how", "value", "result"),
    [
        ("option", "sigv4a", "sigv4a"),
        ("option", "sigv4a,sigv4", "sigv4"),
        ("option", ["sigv4", "sigv4a"], "sigv4"),
        ("environment", "sigv4a", "sigv4a"),
        ("environment", "sigv4a, sigv4", "sigv4"),
        ("profile", "sigv4a", "sigv4a"),
        ("profile", "sigv4a,sigv4", "sigv4"),
        ("region set option", "*", "sigv4"),
    ],
)
def test_sigv4a(
    how: str, value: Any, result: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """If required, it signs. Where SigV4 may be used for AWS, which does not support it, a debug line says so."""
    config = tmp_path / "config"
    config.write_text(f"[default]\nauth_scheme_preference = {value}\n" if how == "profile" else "")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    if how == "environment":
        monkeypatch.setenv("AWS_AUTH_SCHEME_PREFERENCE", value)
    name = {"option": "auth_scheme_preference", "region set option": "sigv4a_signing_region_set"}.get(how)
    made = client(**({name: value} if name else {}))
    with caplog.at_level(logging.DEBUG, "sts"):
        made.get_caller_identity()
    algorithm = {"sigv4": "AWS4-HMAC-SHA256 ", "sigv4a": "AWS4-ECDSA-P256-SHA256 "}[result]
    assert made.handler.requests[0].headers["authorization"].startswith(algorithm)
    told = [record.levelname for record in caplog.records if "SigV4a" in record.getMessage()]
    assert told == (["DEBUG"] if result == "sigv4" else [])


# --- the code ---


def comparisons_of(tree: ast.AST) -> list[str]:
    """Return the comparisons by == or != with a name or attribute of a signature or a digest."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, (ast.Eq, ast.NotEq)) for op in node.ops):
            sides = [node.left, *node.comparators]
            named = {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in sides}
            if named & {"signature", "digest", "mac", "seal", "expected_signature", "proof"}:
                found.append(ast.unparse(node))
    return found


def test_signatures_are_compared_in_constant_time() -> None:
    """`hmac.compare_digest` is used, never ==."""
    found = {str(path): comparisons_of(ast.parse(path.read_text(encoding="utf-8"))) for path in PACKAGE.rglob("*.py")}

    assert {path: lines for path, lines in found.items() if lines} == {}
    assert comparisons_of(ast.parse("a.signature == b")) == ["a.signature == b"]


FORBIDDEN = {"eval", "exec", "compile", "__import__"}
LOADERS = {"pickle.load", "pickle.loads", "os.system", "marshal.loads", "yaml.load", "shelve.open"}
IMPORTERS = {"_lazy.py": {"__import__"}, "forks.py": {"__import__"}}
"""Modules that import modules from the package's own tables, with the calls for it: importlib takes longer to load."""
OWN_CHILDREN = {"remote.py"}
"""Modules that unpickle data of this program's own child processes, sent through a pool."""


def test_nothing_is_evaluated_or_unpickled() -> None:
    """No eval, pickle.load, shell or unsafe XML parser is used on external data."""
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        names = {node.func.id for node in calls if isinstance(node.func, ast.Name)}
        attributes = {
            f"{node.func.value.id}.{node.func.attr}"
            for node in calls
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
        }
        assert not (names - IMPORTERS.get(path.name, set())) & FORBIDDEN, path
        assert path.name in OWN_CHILDREN or not attributes & LOADERS, path
        for node in calls:
            shell = [word.value for word in node.keywords if word.arg == "shell"]
            assert not shell or (isinstance(shell[0], ast.Constant) and shell[0].value is False), path


def test_results_are_plain_data() -> None:
    """Data of a server becomes only strings, numbers, booleans, times, lists and dicts."""
    data = client(ok(CALLER)).get_caller_identity()

    assert {type(value) for value in data.values()} == {str, dict}


def test_a_handler_of_the_users_gets_clean_headers_only() -> None:
    """It need not check them."""
    handler = FakeHandler(ok())
    client(request_handler=handler, custom_user_agent="a\r\nb").get_caller_identity()
    headers = handler.requests[0].headers

    assert all(name.isascii() and value.isprintable() for name, value in headers.items())


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"GetCallerIdentityResponse":' * 50_000, b"\xff", b"[]", b"1"], ids=len)
def test_an_endless_json_answer_to_a_verifier(body: bytes) -> None:
    """Found by fuzzing: the token of an attacker leads to a server whose response is too deep for the JSON parser."""
    now = datetime(2026, 11, 23, 18, 1, tzinfo=timezone.utc)
    token = "k8s-aws-v1." + base64.urlsafe_b64encode(URL).decode().rstrip("=")
    with pytest.raises(errors.TransportError, match="not a GetCallerIdentity response"):
        verify_eks_token(token, "cluster", handler=FakeHandler(HttpResponse(200, {}, body)), now=now)
