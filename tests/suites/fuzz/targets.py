"""Targets: a strategy for each reader of external input, and a check that only errors of the library are raised."""

from __future__ import annotations

import base64
import contextlib
import io
import logging
import os
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from sts import errors
from sts.arns import account_id_from_access_key_id
from sts.authorization_messages import describe_message, find_authorization_message
from sts.base.time import parse_http_date, parse_timestamp
from sts.cli import main as cli_main
from sts.cli.command_table import COMMANDS
from sts.credentials.exchange.fetch import Tries, parse_object
from sts.credentials.providers.cognito import CognitoProvider
from sts.credentials.providers.container import ContainerProvider
from sts.credentials.providers.instance import InstanceMetadataProvider
from sts.credentials.providers.process import ProcessProvider, split_command
from sts.credentials.providers.sso import SSOProvider
from sts.credentials.refresh.disk_cache import DiskCache
from sts.endpoints import resolve_endpoint
from sts.handlers.grammar import InvalidResponse
from sts.handlers.http1 import ResponseReader
from sts.handlers.urllib3 import Urllib3Handler
from sts.http import Control, HttpRequest, HttpResponse
from sts.model.operations import OPERATIONS
from sts.protocol.parse import parse_response
from sts.protocol.parse_error import parse_error
from sts.protocol.serialize import build_request
from sts.protocol.validate import normalize_params, validate_params
from sts.settings.profiles import load_profiles
from sts.settings.settings import resolve_settings
from sts.settings.table import SETTINGS
from sts.tokens import console_url, verify_eks_token
from tests.suites.fuzz import inputs

ONCE = Tries(1, 0.0, 1.0)
FOLDER = Path(tempfile.mkdtemp(prefix="sts-fuzz-"))


class Target(NamedTuple):
    """A reader, its inputs, and the function that calls it."""

    name: str
    strategy: st.SearchStrategy[Any]
    check: Callable[[Any], None]


class Answering:
    """A handler that returns the same responses to all requests, one after the other."""

    def __init__(self, *answers: HttpResponse) -> None:
        self.answers = list(answers)

    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        """Return the next response. The last one is repeated."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def close(self) -> None:
        """Do nothing."""


def telling(error: BaseException) -> None:
    """Assert that an error of ours is short and printable."""
    assert isinstance(error, errors.STSError), repr(error)
    text = str(error)
    assert len(text) < 20_000, len(text)
    assert error.code, repr(error)


@contextlib.contextmanager
def ours(*more: type[BaseException]) -> Any:
    """Accept our errors, and the given ones."""
    try:
        yield
    except errors.STSError as error:
        telling(error)
    except more:
        pass


ANSWERS = st.tuples(st.sampled_from(OPERATIONS), inputs.STATUSES, inputs.HEADERS, inputs.of(inputs.XML, inputs.XML_PARTS))


def check_result(given: Any) -> None:
    """Parse a result."""
    operation, _, headers, body = given
    with ours():
        assert isinstance(parse_response(operation, HttpResponse(200, headers, body)), dict)


def check_refusal(given: Any) -> None:
    """Parse an error response. The exception is returned, and never raised by the parser."""
    operation, status, headers, body = given
    telling(parse_error(operation, HttpResponse(status, headers, body, "Odd")))


def check_profiles(given: Any) -> None:
    """Read shared files and resolve every setting from them."""
    config, credentials, profile = given
    (FOLDER / "config").write_bytes(config)
    (FOLDER / "credentials").write_bytes(credentials)
    environ = {
        "AWS_CONFIG_FILE": str(FOLDER / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(FOLDER / "credentials"),
        "AWS_PROFILE": profile,
        "HOME": str(FOLDER),
    }
    with ours():
        resolve_settings({}, environ, lambda: load_profiles(environ))


VARIABLES = sorted({variable for setting in SETTINGS for variable in (*setting.variables, *setting.late_variables)})


def check_settings(environ: dict[str, str]) -> None:
    """Resolve settings and the endpoint from an environment."""
    environ = {**environ, "HOME": str(FOLDER), "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    with ours():
        settings = resolve_settings({}, environ, lambda: load_profiles(environ))
        repr(settings)
        resolve_endpoint(settings.region, endpoint=settings.endpoint)


class Printed(ProcessProvider):
    """A process with a known output."""

    def __init__(self, output: bytes) -> None:
        super().__init__("program")
        self.output = output

    def _run(self, words: Any, what: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(words, 0, self.output, b"")


def check_process(output: bytes) -> None:
    """Parse the output of a credential process."""
    with ours():
        Printed(output).retrieve()


def check_command(command: str) -> None:
    """Split the command of a credential process."""
    with ours():
        assert split_command(command)


def no_pause(_: float) -> None:
    """Wait for nothing."""


def check_container(given: Any) -> None:
    """Parse the response of a container endpoint."""
    status, headers, body = given
    handler = Answering(HttpResponse(status, headers, body))
    with ours():
        ContainerProvider(url="http://127.0.0.1/x", environ={}, handler=handler, tries=ONCE, sleep=no_pause).retrieve()


def check_metadata(given: Any) -> None:
    """Read token, role and document of the instance metadata."""
    (status, headers, body), token, role = given
    handler = Answering(HttpResponse(200, {}, token), HttpResponse(200, {}, role), HttpResponse(status, headers, body))
    with ours():
        InstanceMetadataProvider(environ={}, handler=handler, sleep=no_pause).retrieve()


def check_sso(given: Any) -> None:
    """Read a cached SSO token, the response to its renewal, and that of the portal."""
    cached, (status, headers, body) = given
    name = "9b6e0c3d0f4b5c3d4f1e2a.json"
    for path in FOLDER.glob("*.json"):
        path.unlink()
    provider = SSOProvider(
        start_url="https://x/start",
        region="us-east-1",
        account_id="123456789012",
        role_name="demo",
        session_name="corp",
        cache_directory=str(FOLDER),
        environ={},
        handler=Answering(HttpResponse(status, headers, body)),
        sleep=no_pause,
    )
    Path(provider._session.path or name).write_bytes(cached)
    with ours():
        provider.retrieve()


def check_cognito(given: Any) -> None:
    """Read the responses of Cognito."""
    status, headers, body = given
    with ours():
        CognitoProvider(
            identity_pool_id="us-east-1:pool",
            environ={},
            handler=Answering(HttpResponse(status, headers, body)),
            sleep=no_pause,
        ).retrieve()


def check_disk_cache(content: bytes) -> None:
    """Read a cached session. A damaged file counts as absent."""
    cache = DiskCache(FOLDER / "cache")
    os.makedirs(FOLDER / "cache", exist_ok=True)
    Path(cache.path("key")).write_bytes(content)
    cache.read("key")


URL = (
    b"https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256"
    b"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261123%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20261123T180000Z"
    b"&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=" + b"a" * 64
)
URL_PARTS = (
    b"&",
    b"%",
    b"%00",
    b"@evil.example",
    b"#",
    b"Action=AssumeRole",
    b"//",
    b"http:",
    b"?",
    b";",
    b"..",
    b"\xc3\xa9",
    b"\r\n",
)
CALLER = b'{"GetCallerIdentityResponse": {"GetCallerIdentityResult": {"Account": "1", "Arn": "arn:aws:iam::1:user/a", "UserId": "A"}}}'


def check_eks_token(given: Any) -> None:
    """Verify an EKS token of an unknown author, and read the response of STS to it."""
    url, raw, (status, headers, body) = given
    token = raw if raw is not None else "k8s-aws-v1." + base64.urlsafe_b64encode(url).decode().rstrip("=")
    now = datetime(2026, 11, 23, 18, 1, tzinfo=timezone.utc)
    with ours():
        verify_eks_token(token, "cluster", handler=Answering(HttpResponse(status, headers, body)), now=now)


def check_console(given: Any) -> None:
    """Read the response of the federation endpoint."""
    status, headers, body = given
    keys = {"access_key_id": "ASIAIOSFODNN7EXAMPLE", "secret_access_key": "secret", "session_token": "token"}
    with ours():
        console_url(credentials=keys, region="us-east-1", handler=Answering(HttpResponse(status, headers, body)))


def check_message(given: Any) -> None:
    """Find an encoded authorization message in any text, and describe the decoded one."""
    text, decoded = given
    with ours():
        find_authorization_message(text)
    with ours():
        parsed = parse_object(decoded)
        if parsed is not None:
            describe_message(parsed)


def check_texts(text: str) -> None:
    """Parse times, account ids and endpoints."""
    for read in (parse_timestamp, parse_http_date):
        with contextlib.suppress(ValueError):
            read(text)
    account_id_from_access_key_id(text)
    with ours():
        resolve_endpoint("us-east-1", endpoint=text)
    with ours():
        resolve_endpoint(text)


DECODED = (
    b'{"allowed": false, "explicitDeny": true, "matchedStatements": {"items": [{"statementId": "a", "effect": "DENY"}]}, '
    b'"failures": {"items": []}, "context": {"principal": {"id": "A", "arn": "arn:aws:iam::1:user/a"}, '
    b'"action": "ec2:RunInstances", "resource": "arn:aws:ec2:us-east-1:1:instance/*", '
    b'"conditions": {"items": [{"key": "a", "values": {"items": [{"value": "b"}]}}]}}}'
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), inputs.ODD_TEXTS, st.binary(max_size=9)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(inputs.TEXTS, inner, max_size=3)),
    max_leaves=6,
)


def check_params(given: Any) -> None:
    """Validate params, and serialize valid and unvalidated ones."""
    operation, params, validation = given
    with ours():
        normal = normalize_params(operation, params)
        validate_params(operation, normal, validation)
        if validation is True:
            build_request(operation, normal, "https://sts.us-east-1.amazonaws.com")


HARMLESS = sorted({*COMMANDS, *(one.method_name.replace("_", "-") for one in OPERATIONS)} - {"exec", "console", "fan-out"})
FLAGS = (
    "--region --profile --output --query --role-arn --role-session-name --duration-seconds --tags --policy --timeout --help "
    "--version --debug --no --explain --cluster --endpoint --expires-in --external-id --json us-east-1 json text table 900 -1 "
    "file://nowhere a=b {} [] arn:aws:iam::123456789012:role/demo --"
)
WORDS = st.one_of(st.sampled_from(FLAGS.split()), inputs.TEXTS.filter(lambda text: "/" not in text))
QUIET = {
    "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "HOME": str(FOLDER),
}


def check_cli(argv: list[str]) -> None:
    """Run the command line. Any arguments result in an exit code; no server listens where it would call."""
    before, folder = dict(os.environ), os.getcwd()
    os.environ.update(QUIET)
    os.chdir(FOLDER)
    level = logging.getLogger("sts").level
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            try:
                code: Any = cli_main(argv)
            except SystemExit as ended:
                code = ended.code
        assert code is None or isinstance(code, int), code
    finally:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(before)
        logger = logging.getLogger("sts")
        logger.setLevel(level)
        logger.handlers[:] = [one for one in logger.handlers if type(one).__name__ != "_Shown"]


class Wire:
    """Serve bytes: every client gets them, and then the end of the connection."""

    def __init__(self) -> None:
        self.data = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                sock, _ = self.listener.accept()
                with sock:
                    sock.recv(65536)
                    sock.sendall(self.data)


_wire: list[Wire] = []


def check_wire(data: bytes) -> None:
    """Read raw bytes from a socket as an HTTP response."""
    if not _wire:
        _wire.append(Wire())
    _wire[0].data = data
    handler = Urllib3Handler()
    try:
        with ours():
            response = handler.send(HttpRequest("POST", _wire[0].url, {"a": "b"}, b"x"), control=Control(2.0, 2.0))
            assert len(response.body) <= 1024 * 1024
    finally:
        handler.close()


JSON_ANSWERS = st.tuples(inputs.STATUSES, inputs.HEADERS, inputs.of(inputs.JSON, inputs.JSON_PARTS))
OK_JSON = st.tuples(st.just(200), st.just({}), inputs.of(inputs.JSON, inputs.JSON_PARTS))
INIS = inputs.of(inputs.INI, inputs.INI_PARTS)


def check_http_answer(given: tuple[bytes, int]) -> None:
    """Read an HTTP response in one piece and in two. The outcome is equal, and only InvalidResponse is raised."""
    data, place = given
    assert read_http_answer(data) == read_http_answer(data[:place], data[place:])


def read_http_answer(*pieces: bytes) -> tuple[object, ...]:
    """Return the outcome of a reader for *pieces* and the end of the connection."""
    reader = ResponseReader()
    try:
        complete = any(reader.feed(piece) for piece in pieces) or reader.eof()
    except InvalidResponse as error:
        return (type(error),)
    return complete, reader.status, reader.reason, reader.body, dict(reader.headers)


TARGETS = (
    Target("HTTP answer", st.tuples(inputs.of(inputs.HTTP, inputs.HTTP_PARTS), st.integers(0, 300)), check_http_answer),
    Target("result", ANSWERS, check_result),
    Target("refusal", ANSWERS, check_refusal),
    Target("profile files", st.tuples(INIS, INIS, st.sampled_from(["default", "ci", "corp"])), check_profiles),
    Target(
        "environment",
        st.dictionaries(st.sampled_from(VARIABLES), inputs.ODD_TEXTS.filter(lambda text: "\x00" not in text), max_size=5),
        check_settings,
    ),
    Target("credential process", inputs.of(inputs.JSON, inputs.JSON_PARTS), check_process),
    Target("command of a process", inputs.ODD_TEXTS, check_command),
    Target("container", st.one_of(JSON_ANSWERS, OK_JSON), check_container),
    Target(
        "instance metadata",
        st.tuples(
            st.one_of(JSON_ANSWERS, OK_JSON), st.binary(max_size=20), st.one_of(st.just(b"role"), st.binary(max_size=20))
        ),
        check_metadata,
    ),
    Target("SSO", st.tuples(inputs.of(inputs.JSON, inputs.JSON_PARTS), st.one_of(JSON_ANSWERS, OK_JSON)), check_sso),
    Target("Cognito", st.one_of(JSON_ANSWERS, OK_JSON), check_cognito),
    Target("disk cache", inputs.of(inputs.JSON, inputs.JSON_PARTS), check_disk_cache),
    Target(
        "EKS token",
        st.tuples(
            st.one_of(st.just(URL), inputs.nearly((URL,), URL_PARTS)),
            st.one_of(st.none(), st.none(), inputs.ODD_TEXTS),
            st.tuples(inputs.STATUSES, inputs.HEADERS, inputs.of((CALLER, *inputs.XML), inputs.JSON_PARTS)),
        ),
        check_eks_token,
    ),
    Target("console", st.one_of(JSON_ANSWERS, OK_JSON), check_console),
    Target("authorization message", st.tuples(inputs.ODD_TEXTS, inputs.of((DECODED,), inputs.JSON_PARTS)), check_message),
    Target("times, ids, endpoints", inputs.ODD_TEXTS, check_texts),
    Target(
        "params",
        st.tuples(
            st.sampled_from(OPERATIONS),
            st.one_of(st.dictionaries(st.sampled_from(["RoleArn", "Tags", "Policy", "DurationSeconds", "x"]), VALUES), VALUES),
            st.sampled_from([True, True, False]),
        ),
        check_params,
    ),
    Target(
        "command line",
        st.tuples(st.sampled_from([*HARMLESS, "x"]), st.lists(WORDS, max_size=6)).map(lambda g: [g[0], *g[1]]),
        check_cli,
    ),
    Target("HTTP", inputs.of(inputs.HTTP, inputs.HTTP_PARTS), check_wire),
)
"""All readers of external input."""
