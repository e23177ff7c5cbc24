"""The command line: sub-commands from the table, JSON out, errors in one line, exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sts.cli import main
from sts.model.operations import OPERATIONS
from sts.testing import LocalSTS

ROLE = "arn:aws:iam::123456789012:role/demo"


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    with LocalSTS() as running:
        yield running


@pytest.fixture
def at_server(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configure the environment for the server."""
    options = server.client_options()
    monkeypatch.setenv("AWS_REGION", options["region"])
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", options["endpoint"])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", options["access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", options["secret_access_key"])


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.usefixtures("at_server")
def test_a_result_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Without metadata, unless requested."""
    code, out, err = run(capsys, "get-caller-identity")

    assert (code, err) == (0, "")
    assert json.loads(out)["Arn"] == "arn:aws:iam::123456789012:user/demo"
    assert "ResponseMetadata" not in out
    assert "RequestId" in run(capsys, "get-caller-identity", "--metadata")[1]


@pytest.mark.usefixtures("at_server")
def test_every_form_of_value(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Numbers, pairs, lists, JSON and files."""
    policy = tmp_path / "policy.json"
    policy.write_text('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}\n')
    arguments = ["assume-role", "--role-arn", ROLE, "--role-session-name", "ci", "--duration-seconds", "900"]
    code, out, err = run(
        capsys, *arguments, "--tags", "team=a", "env=b=c", "--transitive-tag-keys", "team", "--policy", f"file://{policy}"
    )
    assert (code, err) == (0, "")
    assert json.loads(out)["Credentials"]["Expiration"].endswith("Z")

    assert run(capsys, *arguments, "--tags", '[{"Key": "a", "Value": "b"}]')[0] == 0


def test_a_local_server_needs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """`--local` brings its own server and credentials, before or after the command."""
    assert run(capsys, "get-caller-identity", "--local")[0] == 0
    assert run(capsys, "--local", "get-caller-identity")[0] == 0


@pytest.mark.usefixtures("at_server")
def test_a_refusal_is_one_line_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 254, on standard error."""
    code, out, err = run(capsys, "assume-role", "--role-arn", f"{ROLE}-not", "--role-session-name", "ci")

    assert (code, out) == (254, "")
    assert err.startswith("sts: AccessDenied: ")
    assert "Hint: " in err
    assert err.count("\n") == 1


def test_what_cannot_be_used_has_an_exit_code_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """Bad params, missing configuration and bad usage alike."""
    wrong = ["--role-arn", ROLE, "--role-session-name", "ci", "--duration-seconds", "soon", "--local"]
    assert run(capsys, "assume-role", *wrong)[0] == 252
    code, _, err = run(capsys, "get-caller-identity")
    assert code == 253
    assert "AWS_REGION" in err
    assert run(capsys, "assume-role", "--role-arn", "file:///no/such", "--role-session-name", "ci", "--local")[0] == 252
    for words in (["no-such-command"], ["assume-role"], []):
        with pytest.raises(SystemExit) as caught:
            main(words)
        assert caught.value.code == 252
    assert capsys.readouterr().err.endswith("sts: error: a COMMAND is missing. `sts --help` lists them\n")


def test_no_answer_exits_with_255(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection is one readable line."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    code, _, err = run(capsys, "get-caller-identity", "--region", "us-east-1", "--endpoint", "http://127.0.0.1:1")

    assert code == 255
    assert "127.0.0.1" in err


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_help_has_every_member_and_an_example(operation: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` of each command is derived from its row."""
    with pytest.raises(SystemExit) as caught:
        main([operation.method_name.replace("_", "-"), "--help"])
    text = " ".join(capsys.readouterr().out.split())

    assert caught.value.code == 0
    assert "Example: sts " in text
    assert text.count("--") >= len(operation.input.members)
    assert operation.doc.split(";")[0].split()[0] in text


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is the package's."""
    from sts import __version__

    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"sts-client {__version__}\n"
