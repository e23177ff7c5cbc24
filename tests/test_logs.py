"""Logs, errors and reprs that can be pasted anywhere: nothing in them is secret."""

from __future__ import annotations

import io
import logging
import os
import pickle
import subprocess
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sts import STS, Credentials, errors
from sts.http import HttpResponse
from sts.logs import LOGGER, SecretFilter, enable_logging
from sts.model.masks import MASK
from sts.testing import LocalSTS
from tests.support.fakes import client, ok, refused


class Everything(logging.Handler):
    """Keep what every logger of the process writes, formatted."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text += logging.Formatter("%(name)s %(message)s").format(record) + "\n"


@pytest.fixture
def everything() -> Iterator[Everything]:
    """Listen at DEBUG to all loggers, urllib3's included."""
    root, handler = logging.getLogger(), Everything()
    before = root.level, LOGGER.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler
    finally:
        root.removeHandler(handler)
        root.setLevel(before[0])
        LOGGER.setLevel(before[1])


def test_one_line_per_call_as_v2_writes_it(everything: Everything) -> None:
    """Service, status, seconds, retries, method and params."""
    client(refused("Throttling"), ok()).get_caller_identity()

    assert "[AWS sts 200 " in everything.text
    assert "1 retries] get_caller_identity({})" in everything.text


class Sink:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def log(self, text: str) -> None:
        self.lines.append(text)


def test_a_logger_of_the_users_gets_the_same_line() -> None:
    """v2's `logger` has a method `log`."""
    sink = Sink()
    made = client(refused("AccessDenied"), logger=sink)
    with pytest.raises(errors.ServiceError):
        made.get_session_token(SerialNumber="arn:aws:iam::123456789012:mfa/demo", TokenCode="987654")

    (line,) = sink.lines
    assert line.startswith("[AWS sts 400 ")
    assert "987654" not in line
    assert MASK in line


def test_enable_logging_writes_to_standard_error_once(capsys: pytest.CaptureFixture[str], kept_logger: None) -> None:
    """Called twice it does not write everything twice, whatever ran before in this process."""
    enable_logging()
    enable_logging("INFO")
    LOGGER.info("SecretAccessKey=s3cret and more")

    written = capsys.readouterr().err
    assert written.count("and more") == 1
    assert "s3cret" not in written


def test_enable_logging_writes_to_the_standard_error_of_now(monkeypatch: pytest.MonkeyPatch, kept_logger: None) -> None:
    """What replaced `sys.stderr` since an earlier call, as a notebook or a test runner does, gets the lines."""
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr("sys.stderr", first)
    enable_logging()
    monkeypatch.setattr("sys.stderr", second)
    enable_logging()
    LOGGER.info("a line")

    assert first.getvalue() == ""
    assert second.getvalue().count("a line") == 1


def test_the_filter_masks_tracebacks_too() -> None:
    """It can be put on any handler."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(SecretFilter())
    logger = logging.Logger("other")
    logger.addHandler(handler)
    try:
        raise ValueError("aws_session_token=s3cret")
    except ValueError:
        logger.exception("failed with %s", "Token: s3cret")
    logger.warning("%d", 5)

    assert "s3cret" not in stream.getvalue()
    assert "ValueError" in stream.getvalue()


# --- the property ---

PRINTABLE = st.characters(min_codepoint=33, max_codepoint=126)
SECRETS = st.fixed_dictionaries(
    {
        "secret": st.text(st.sampled_from("ABCDEFabcdef0123456789/+="), min_size=16, max_size=44).map(lambda s: "zQ" + s),
        "token": st.text(st.sampled_from("ABCDEFabcdef0123456789/+=%-_."), min_size=16, max_size=200).map(lambda s: "yX" + s),
        "external": st.text(st.sampled_from("ABCDEFabcdef0123456789/+=,.@:-_"), min_size=12, max_size=40).map(
            lambda s: "wV" + s
        ),
    }
)
FORMS = [
    "<html>you sent {0}</html>",
    "<Error><Code>AccessDenied</Code><Message>canonical x-amz-security-token:{0} and {0}</Message></Error>",
    "<Error><Code>SignatureDoesNotMatch</Code><Message>{0}</Message></Error>",
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><SecretAccessKey>{0}</SecretAccessKey></Credentials>",
    "<GetSessionTokenResponse><Odd><SessionToken>{0}</SessionToken></Odd></GetSessionTokenResponse>",
    '{{"Token": "{0}"}}',
    "{0}",
]


def shown_by(error: BaseException) -> str:
    """Everything that a user may print or send of an error."""
    parts = [str(error), repr(error), "".join(traceback.format_exception(error)), repr(error.__dict__)]
    if isinstance(error, errors.STSError):
        copied = pickle.loads(pickle.dumps(error))
        parts += [
            str(copied),
            repr(copied.__dict__),
            pickle.dumps(error).decode("latin-1"),
            str(getattr(error, "response", "")),
        ]
    return "\n".join(parts)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SECRETS, st.sampled_from(FORMS), st.sampled_from([200, 400, 403, 500, 502]))
def test_nothing_that_is_written_holds_a_secret(everything: Everything, secrets: Any, form: str, status: int) -> None:
    """Whatever a server echoes: logs at DEBUG, messages, reprs, tracebacks and pickles are free of the client's secrets."""
    everything.text = ""
    for echoed in secrets.values():
        body = form.format(echoed.replace("&", "&amp;").replace("<", "&lt;")).encode()
        made = client(
            HttpResponse(status, {"content-type": "text/xml"}, body, "Odd"),
            credentials=Credentials("AKIAIOSFODNN7EXAMPLE", secrets["secret"], secrets["token"]),
            max_attempts=1,
        )
        with pytest.raises(errors.STSError) as caught:
            made.assume_role(
                RoleArn="arn:aws:iam::123456789012:role/demo", RoleSessionName="me", ExternalId=secrets["external"]
            )
        written = shown_by(caught.value) + everything.text + repr(made) + repr(made.config) + repr(made._wiring.credentials)
        for secret in secrets.values():
            assert secret not in written


def test_invalid_params_do_not_show_secrets(everything: Everything) -> None:
    """What is wrong with a secret is said without it."""
    made, secret = client(), "s3cret" * 2
    with pytest.raises(errors.ParamValidationError) as caught:
        made.get_session_token(SerialNumber="!", TokenCode=secret, Odd=secret)

    assert secret not in shown_by(caught.value) + everything.text


class Quoting:
    """A handler whose errors show what it was to send."""

    def send(self, request: Any, *, control: Any) -> Any:
        raise ValueError(f"Invalid header value {request.headers['x-amz-security-token']!r}")

    def close(self) -> None:
        pass


def test_a_handler_that_quotes_the_request(everything: Everything) -> None:
    """Its text becomes part of ours, without the token."""
    made = client(request_handler=Quoting(), session_token="s3cret-token-value", max_attempts=1)
    with pytest.raises(errors.TransportError) as caught:
        made.get_caller_identity()

    assert "Invalid header value" in str(caught.value)
    assert "s3cret" not in f"{caught.value} {caught.value!r} {everything.text}"


@pytest.mark.parametrize("handler", ["direct", "urllib3", "requests"])
def test_over_the_wire_at_debug(everything: Everything, handler: str) -> None:
    """urllib3's and requests' own loggers included: calls that succeed, calls that are refused, renewed sessions."""
    with LocalSTS() as server:
        options: dict[str, Any] = server.client_options()
        if handler == "requests":
            import requests

            options["session"] = requests.Session()
        else:
            options["request_handler"] = handler
        secret = options["secret_access_key"]
        with STS(**options) as made:
            made.get_caller_identity()
            data = made.assume_role(RoleArn=server.role.arn, RoleSessionName="me", ExternalId="external-s3cret")
            session = data["Credentials"]
            with STS(**{**options, "credentials": data, "access_key_id": None, "secret_access_key": None}) as inner:
                inner.get_caller_identity()
                with pytest.raises(errors.STSError) as caught:
                    inner.get_session_token()
            with pytest.raises(errors.STSError):
                made.assume_role_with_web_identity(
                    RoleArn=server.role.arn, RoleSessionName="me", WebIdentityToken="eyJhbGciOiJub25lIn0.e30.s3cret"
                )

    written = everything.text + shown_by(caught.value)
    assert ("urllib3" in written) is (handler != "direct")
    for hidden in (secret, session["SecretAccessKey"], session["SessionToken"], "s3cret"):
        assert hidden not in written


@pytest.mark.parametrize("kind", ["urllib3", "requests"])
def test_urls_with_secrets_in_their_query(kind: str, everything: Everything, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verifier sends a presigned URL, the console a session: urllib3 logs the path of each request, and no more of ours."""
    from sts.handlers import acquire_handler, handler_options, release_handler
    from sts.http import Control, HttpRequest

    handler = acquire_handler(kind, handler_options())  # type: ignore[arg-type]  # one of the two
    with LocalSTS() as server, STS(**server.client_options()) as made:
        url = made.presign("get_caller_identity").url
        assert handler.send(HttpRequest("GET", url), control=Control()).status == 200
    release_handler(handler)

    assert '"GET /?... HTTP/1.1" 200' in everything.text
    assert "X-Amz" not in everything.text


def test_what_others_send_is_logged_as_ever(everything: Everything) -> None:
    """The filter looks only at exchanges of ours."""
    import urllib3

    with LocalSTS() as server:
        urllib3.PoolManager().request("GET", f"{server.url}/?a=b", retries=False)

    assert '"GET /?a=b HTTP/1.1"' in everything.text


def test_a_query_stays_out_of_tracebacks() -> None:
    """A pool of a session of the user's quotes the URL it could not reach."""
    import requests

    from sts.handlers import handler_options, session_handler
    from sts.http import Control, HttpRequest

    handler = session_handler(requests.Session(), handler_options())
    request = HttpRequest("GET", "http://127.0.0.1:9/?Session=s3cret")
    with pytest.raises(errors.EndpointConnectionError) as caught:
        handler.send(request, control=Control(1.0, 1.0))

    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("library", ["loguru", "structlog", "adapter", "js"])
def test_loggers_of_other_libraries_are_written_to(library: str, capfd: pytest.CaptureFixture[str]) -> None:
    """
    `logger=` takes loguru's, structlog's and the standard library's adapters, whose `log` wants a level first, and JavaScript's.

    Delgan/loguru#1307, Delgan/loguru#990, hynek/structlog#779.
    """
    lines: list[str] = []
    if library == "loguru":
        logger = pytest.importorskip("loguru").logger
        sink = logger.add(lambda message: lines.append(str(message)))
    elif library == "structlog":
        logger = pytest.importorskip("structlog").wrap_logger(
            type("P", (), {"info": staticmethod(lines.append)})(), processors=[lambda _, __, e: e["event"]]
        )
    elif library == "adapter":
        handler = logging.Handler()
        handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
        target = logging.Logger("x")
        target.addHandler(handler)
        logger = logging.LoggerAdapter(target, {})
    else:
        logger = type("Console", (), {"log": staticmethod(lines.append)})()
    client(ok(), logger=logger).get_caller_identity()
    if library == "loguru":
        logger.remove(sink)
    assert len(lines) == 1
    assert "get_caller_identity({})" in lines[0]


def test_a_variable_switches_logging_on() -> None:
    """`STS_DEBUG=1` logs to standard error as `enable_logging()` does, masked."""
    # The value is not in the program: Python 3.13 shows its lines in tracebacks.
    program = (
        "import os; from tests.support.fakes import client; "
        "client().assume_role(RoleArn='arn:aws:iam::123456789012:role/x', RoleSessionName='me', ExternalId=os.environ['GIVEN'])"
    )
    told = {}
    for value in ("1", "", "0"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            env={**os.environ, "STS_DEBUG": value, "GIVEN": "s3cr3t-id"},
            timeout=120,
        )
        told[value] = done.stderr
    assert "assume_role(" in told["1"]
    assert "s3cr3t-id" not in told["1"]
    assert "DEBUG" not in told[""] + told["0"]
