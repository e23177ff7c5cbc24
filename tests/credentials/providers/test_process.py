"""Credentials that programs print and files hold."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from sts.credentials import FileSystemProvider, ProcessProvider, default_chain
from sts.credentials.providers.process import split_command
from sts.errors import ConfigError, CredentialsError
from tests.support.http_server import files

GOOD = {"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "hush"}


def printing(document: Any, *, error: str = "", code: int = 0) -> list[str]:
    text = document if isinstance(document, str) else json.dumps(document)
    return [sys.executable, "-c", f"import sys; print({text!r}); sys.stderr.write({error!r}); sys.exit({code})"]


def test_what_it_prints_is_used() -> None:
    """Token, expiration and account are optional. null counts as absent."""
    more = {"SessionToken": "tok", "Expiration": "2199-01-02T03:04:05+00:00", "AccountId": "123456789012"}
    credentials = ProcessProvider(printing({**GOOD, **more})).retrieve()
    assert credentials.to_dict() == {
        "access_key_id": "AKIAPROCESS",
        "secret_access_key": "hush",
        "session_token": "tok",
        "expiration": datetime(2199, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
        "account_id": "123456789012",
    }
    assert credentials.source == "process"
    plain = ProcessProvider(printing({**GOOD, "Expiration": None, "SessionToken": None}), account_id="210987654321").retrieve()
    assert (plain.expiration, plain.session_token, plain.account_id) == (None, None, "210987654321")


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("hush", "not a JSON object"),
        ("[]", "not a JSON object"),
        ({**GOOD, "Version": None}, "no Version"),
        ({**GOOD, "Version": 2}, "another Version"),
        ({**GOOD, "Version": "1"}, "another Version"),
        ({**GOOD, "Version": True}, "another Version"),
        ({**GOOD, "Version": 1.0}, "another Version"),
        ({**GOOD, "AccessKeyId": ""}, "no AccessKeyId"),
        ({"Version": 1}, "no AccessKeyId and no SecretAccessKey"),
        ({**GOOD, "SecretAccessKey": ["hush"]}, "not strings"),
        ({**GOOD, "Expiration": "hush"}, "Expiration that is not a time"),
        ({**GOOD, "Expiration": "2020-01-01T00:00:00Z"}, "expired"),
    ],
)
def test_what_it_must_not_print(document: Any, told: str) -> None:
    """Version must be the number 1. Expired credentials are rejected."""
    with pytest.raises(CredentialsError, match=told) as caught:
        ProcessProvider(printing(document)).retrieve()
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("first\nthe session is over; run: helper login --org acme\n\n", "the session is over; run: helper login --org acme"),
        ("Traceback ...\n  File x\nValueError: no such account\n", "ValueError: no such account"),
        ("\x1b[31mred\x1b[0m", " [31mred [0m"),
        ("x" * 1000, "x" * 300 + "..."),
        ("caf\udce9 is closed", "caf\ufffd is closed"),
    ],
)
def test_a_program_that_fails_has_the_last_word(error: str, shown: str) -> None:
    """
    The error contains the last line of standard error, which often says what to do.

    fwdcloudsec/granted#698, boto/botocore#2779, aws/aws-sdk#358.
    """
    code = f"import sys; sys.stderr.buffer.write({error.encode('utf-8', 'surrogateescape')!r}); sys.exit(3)"
    with pytest.raises(CredentialsError) as caught:
        ProcessProvider([sys.executable, "-c", code]).retrieve()
    assert str(caught.value).endswith(f"failed with exit code 3. Its last line is: {shown}")


@pytest.mark.parametrize(
    "secret", ["password=hush-hush", "token: eyJhbGciOiJSUzI1NiJ9.e30.x", "AKIAIOSFODNN7EXAMPLE", "printed-before"]
)
def test_the_last_word_shows_no_secret(
    secret: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """What the program printed, and what has the name or form of a secret, is masked."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(CredentialsError, match="exit code 3. Its last line is: oh") as caught:
        ProcessProvider(printing({"SecretAccessKey": "printed-before"}, error=f"oh {secret}", code=3)).retrieve()
    told = caplog.text + str(caught.value) + repr(caught.value.__context__) + "".join(capfd.readouterr())
    assert secret.rpartition("=")[2].rpartition(": ")[2] not in told


def test_what_a_program_says_before_it_is_stopped_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The output of a program that waits usually names the reason."""

    def run(command: Any, *_: Any) -> Any:
        raise subprocess.TimeoutExpired(command, 1.0, output=b"", stderr=b"open https://example.com\n")

    monkeypatch.setattr("sts.credentials.providers.process.run_program", run)
    with pytest.raises(CredentialsError, match=r"was stopped\. Its last line is: open https://example\.com$"):
        ProcessProvider(["helper"], timeout=1.0).retrieve()


def test_a_program_that_prints_something_else_has_the_last_word() -> None:
    """With exit code 0 and no JSON, the error contains the output on standard error."""
    with pytest.raises(CredentialsError, match="not a JSON object. Its last line is: log in first"):
        ProcessProvider(printing("nothing", error="log in first")).retrieve()


def test_a_program_that_does_not_end_is_stopped() -> None:
    """A job must not hang because of an invisible window."""
    with pytest.raises(CredentialsError, match="did not exit within") as caught:
        ProcessProvider(
            [sys.executable, "-c", "import time; print('hush', flush=True); time.sleep(30)"], timeout=0.3
        ).retrieve()
    assert caught.value.__context__ is None


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_program_that_prints_without_end_is_stopped(stream: str) -> None:
    """What it prints is kept in memory: a megabyte is enough for anybody."""
    code = f"import sys\nwhile True: sys.{stream}.write('hush' * 10000)"
    with pytest.raises(CredentialsError, match="printed more than 1048576 bytes") as caught:
        ProcessProvider([sys.executable, "-c", code]).retrieve()
    assert "hush" not in str(caught.value)


def test_what_a_program_leaves_running_is_not_waited_for(tmp_path: Path) -> None:
    """An agent that it started may hold its output open for days."""
    path = tmp_path / "pid"
    agent = "import time; time.sleep(600)"
    code = (
        f"import subprocess, sys; agent = subprocess.Popen([sys.executable, '-c', {agent!r}])\n"
        f"open({str(path)!r}, 'w').write(str(agent.pid)); print({json.dumps(GOOD)!r})"
    )
    try:
        assert ProcessProvider([sys.executable, "-c", code], timeout=300).retrieve().access_key_id == "AKIAPROCESS"
    finally:
        os.kill(int(path.read_text()), signal.SIGTERM)


@pytest.mark.parametrize("command", ["", "   ", "echo 'unfinished", []])
def test_a_command_must_have_words(command: Any) -> None:
    """An open quote is a mistake, and the command is not shown: it may hold a password."""
    with pytest.raises(ConfigError) as caught:
        ProcessProvider(command).retrieve()
    assert "unfinished" not in str(caught.value)


def test_there_is_no_shell(tmp_path: Path) -> None:
    """Quotes group words. No other character is special."""
    assert split_command("""a 'b c' "d e" $HOME ~ | cat""") == ["a", "b c", "d e", "$HOME", "~", "|", "cat"]
    marker = tmp_path / "marker"
    with pytest.raises(CredentialsError):
        ProcessProvider(f"echo hush; touch {marker}").retrieve()
    assert not marker.exists()
    with pytest.raises(CredentialsError, match="cannot be run: No such file"):
        ProcessProvider("/no/such/program --password hush").retrieve()


def test_a_profile_configures_it(tmp_path: Path) -> None:
    """The account of the profile is used where the program tells none."""
    (tmp_path / "print.json").write_text(json.dumps(GOOD))
    config = f"[profile p]\ncredential_process = cat {tmp_path}/print.json\naws_account_id = 123456789012\n"
    credentials = default_chain("p", environ=files(tmp_path, config)).retrieve()
    assert (credentials.access_key_id, credentials.account_id) == ("AKIAPROCESS", "123456789012")


def test_a_json_file_of_v2(tmp_path: Path) -> None:
    """It is read at each refresh. The error for an invalid file does not show its content."""
    path = tmp_path / "credentials.json"
    path.write_text('{"accessKeyId": "AKIAFILE", "secretAccessKey": "hush", "expireTime": "2199-01-01T00:00:00.000Z"}')
    provider = FileSystemProvider(path)
    assert provider.retrieve().expiration == datetime(2199, 1, 1, tzinfo=timezone.utc)
    for content, told in (("hush", "not a JSON object"), ('{"secretAccessKey": "hush"}', "no accessKeyId")):
        path.write_text(content)
        with pytest.raises(CredentialsError, match=told) as caught:
            provider.retrieve()
        assert "hush" not in str(caught.value)
    path.unlink()
    with pytest.raises(CredentialsError, match="No such file"):
        provider.retrieve()
