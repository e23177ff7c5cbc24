"""What commands print: forms, colors, unsafe characters, queries, times."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest

from sts.cli import main
from sts.cli.advice import exit_code, message_of
from sts.cli.aws_text import as_text
from sts.cli.output import render, use_color
from sts.cli.terminal import visible, visible_data, visible_lines
from sts.errors import ConfigError, CredentialsError, ParamValidationError, ServiceError, STSError
from sts.testing import LocalSTS

UNSAFE = "\x00\x07\x1b\r\x7f\x85\x9b\u200e\u2028\u202e\u2066\ufeff"


class Terminal(io.StringIO):
    """Stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("NO_COLOR", "FORCE_COLOR", "AWS_DEFAULT_OUTPUT", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    return tmp_path


def test_unsafe_characters_are_escaped() -> None:
    """In values also line ends. Safe characters of any script stay."""
    assert not set(UNSAFE) & set(visible(UNSAFE))
    assert visible("a\nb\tc") == "a\\u000ab\\u0009c"
    assert visible_lines("a\nb\tc\r") == "a\nb\tc\\u000d"
    assert visible("é 日本 \U0001f600") == "é 日本 \U0001f600"
    assert visible_data({"a\x1b": ["b\x9b", {"c": 1}]}) == {"a\\u001b": ["b\\u009b", {"c": 1}]}


@pytest.mark.parametrize("form", ["json", "text", "table", "yaml", "yaml-stream", "readable"])
def test_a_terminal_gets_no_unsafe_character_in_any_form(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the other side put where."""
    monkeypatch.setenv("TERM", "dumb")
    data = {"Arn": f"a{UNSAFE}b", f"Name{UNSAFE}": {"Deep": [f"{UNSAFE}\n"]}}
    shown = render(data, form, "Op", "off", terminal=True)

    assert not set(UNSAFE) & set(shown)
    if form == "json":
        assert json.loads(shown) == data


def test_a_refusal_is_one_line_of_safe_characters(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line of the service's own would look like one of ours."""
    error = ServiceError(f"denied{UNSAFE}\nsts: all is well", code="AccessDenied\n")
    for shown in (error, caused(error)):
        assert "\n" not in message_of(shown)
        assert not set(UNSAFE) & set(message_of(shown))
    assert "denied" in message_of(error)


def caused(error: Exception) -> STSError:
    """Return an error that *error* is the cause of, and that repeats it."""
    outer = CredentialsError(f"no credentials: {error}")
    outer.__cause__ = error
    return outer


@pytest.mark.parametrize(
    ("error", "code"),
    [(ParamValidationError("x"), 252), (ConfigError("x"), 253), (CredentialsError("x"), 253), (STSError("x"), 255)],
)
def test_exit_codes(error: STSError, code: int) -> None:
    """The AWS CLI 2's, but for those that the page on exit codes lists."""
    assert exit_code(error) == code


def test_a_source_of_credentials_that_does_not_respond_is_no_configuration(
    clean: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 255, as for the service: trying again may help."""
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/x")
    code, _, err = run(capsys, "get-caller-identity", "--region", "us-east-1")

    assert code == 255
    assert "did not respond" in err


def test_who_decides_about_colors(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--color`, then NO_COLOR, then FORCE_COLOR, then the terminal."""
    terminal, pipe = Terminal(), io.StringIO()
    assert use_color(None, terminal)
    assert not use_color(None, pipe)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert use_color(None, pipe)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not use_color(None, terminal)
    assert not use_color("auto", terminal)
    assert use_color("on", pipe)
    assert not use_color("off", terminal)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "0")
    monkeypatch.setenv("TERM", "dumb")
    assert not use_color(None, terminal)


def test_output_is_configured_as_for_the_aws_cli(
    clean: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `--output`, AWS_DEFAULT_OUTPUT or the profile. An unknown form is an error before anything is sent."""
    (clean / "config").write_text("[default]\noutput = text\n")
    words = ["get-caller-identity", "--local"]
    assert run(capsys, *words)[1].count("\t") == 2
    monkeypatch.setenv("AWS_DEFAULT_OUTPUT", "table")
    assert run(capsys, *words)[1].startswith("------")
    assert run(capsys, *words, "--output", "yaml")[1].startswith("Account: '")
    monkeypatch.setenv("AWS_DEFAULT_OUTPUT", "yaml-stream")
    assert run(capsys, *words)[1].startswith("- Account: '")
    monkeypatch.setenv("AWS_DEFAULT_OUTPUT", "off")
    assert run(capsys, *words)[:2] == (0, "")
    monkeypatch.setenv("AWS_DEFAULT_OUTPUT", "xml")
    code, _, err = run(capsys, *words)
    assert code == 253
    assert "AWS_DEFAULT_OUTPUT is 'xml'" in err


@pytest.mark.parametrize(("written", "form"), [("wire", r"Z"), ("none", r"Z"), ("iso8601", r"\+00:00")])
def test_times_are_written_as_configured(written: str, form: str, clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`cli_timestamp_format` of the profile."""
    (clean / "config").write_text(f"[default]\ncli_timestamp_format = {written}\n")
    out = run(capsys, "get-session-token", "--local", "--query", "Credentials.Expiration", "--output", "text")[1]

    assert re.fullmatch(rf"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d{form}\n", out)


def test_a_wrong_query_is_told_before_anything_is_sent(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the place in the expression."""
    pytest.importorskip("jmespath")
    with LocalSTS() as server:
        code, out, err = run(
            capsys,
            "get-caller-identity",
            "--endpoint",
            server.url,
            "--region",
            "us-east-1",
            "--query",
            "Account[",
            "--output",
            "text",
        )
        assert (code, out, server.calls) == (252, "", [])
    assert "--query is 'Account['" in err


def test_a_request_without_a_signature_needs_no_credentials(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The service refuses it, not we."""
    with LocalSTS() as server:
        where = ["--endpoint", server.url, "--region", "us-east-1"]
        assert run(capsys, "get-caller-identity", *where)[0] == 253
        assert run(capsys, "get-caller-identity", *where, "--no-sign-request")[0] == 254


def test_an_unverified_server_is_told(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error."""
    code, _, err = run(
        capsys, "get-caller-identity", "--no-verify-ssl", "--endpoint", "http://127.0.0.1:1", "--region", "us-east-1"
    )
    assert code == 253
    assert "not verified" in err


def test_mixed_results_are_no_text() -> None:
    """The error names what to change, and is not a traceback."""
    with pytest.raises(STSError, match="--query") as failed:
        as_text([{"a": 1}, "b"])
    assert exit_code(failed.value) == 255


def test_a_table_that_does_not_fit_is_shown_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """No word is torn apart on a narrow terminal."""
    rows = [{"Profile": "prod", "Role": "ProductionAdministrator", "Region": ""}, {"Profile": "x", "Role": "y", "Region": "z"}]
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "40")
    assert render(rows, "readable") == (
        "Profile  prod\nRole     ProductionAdministrator\n\nProfile  x\nRole     y\nRegion   z\n"
    )
    monkeypatch.setenv("COLUMNS", "80")
    assert render(rows, "readable").splitlines()[0].split() == ["Profile", "Role", "Region"]


def test_a_table_has_no_empty_column_and_no_empty_line_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Width is scarce on a terminal."""
    rows = [{"Profile": "prod", "Role": "", "Region": "eu-west-1"}, {"Profile": "x", "Role": "", "Region": ""}]
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "80")
    for terminal in ("dumb", "xterm"):
        monkeypatch.setenv("TERM", terminal)
        lines = render(rows, "readable").splitlines()
        assert "Profile" in lines[0]
        assert "Role" not in lines[0]
        assert lines[-1].strip()
