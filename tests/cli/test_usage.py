"""Values and options of the command line that cannot be used: exit code 252, and the flag's name in the message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sts.cli import main
from sts.cli.command_line import MODULES
from sts.cli.usage import UNFORMED, in_flags

FORMED = {"whoami", "profiles", "eks-token", "vault-login", "verify", "presign", "decode", "key-info", "configure-report"}
"""Commands that print results in the AWS CLI's forms, as operations do."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_REGION", "us-east-1")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(words)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("command", ["get-caller-identity", "whoami", "assume", "configure-report"])
@pytest.mark.parametrize(
    ("flag", "value", "allowed"),
    [
        ("--region", "a b", "such as 'eu-west-1'"),
        ("--region", "eu-west-1/", "such as 'eu-west-1'"),
        ("--profile", "", "not empty"),
        ("--endpoint", "", "not empty"),
        ("--endpoint", "localhost", "'http://' or 'https://'"),
        ("--endpoint", "ftp://localhost", "'http://' or 'https://'"),
        ("--timeout", "-1", "above 0"),
        ("--connect-timeout", "0", "above 0"),
        ("--read-timeout", "nan", "above 0"),
        ("--ca-bundle", "", "PEM"),
        ("--ca-bundle", "/nowhere.pem", "PEM"),
    ],
)
def test_a_wrong_value_of_an_option_names_its_flag(
    command: str, flag: str, value: str, allowed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not the name of the client's option, which a person at a shell did not write."""
    code, out, err = run(capsys, command, f"{flag}={value}")

    assert (code, out) == (252, "")
    assert err.startswith(f"sts: {flag} ")
    assert allowed in err
    assert "option " not in err


def test_the_same_value_elsewhere_is_configuration(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 253, and the name of the variable."""
    monkeypatch.setenv("AWS_REGION", "a b")
    code, _, err = run(capsys, "get-caller-identity")

    assert code == 253
    assert "AWS_REGION" in err


@pytest.mark.parametrize("words", [["whoami", "prdo"], ["whoami", "--profile", "prdo"]])
def test_a_profile_that_is_a_word_is_no_option(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """It was chosen on the command line, either way."""
    code, _, err = run(capsys, *words)

    assert code == 253
    assert "The profile was chosen on the command line." in err


def test_errors_name_options_as_on_the_command_line() -> None:
    """Addresses stay as they are."""
    assert in_flags("looked at option region=, AWS_REGION. Give region= (such as ...)") == (
        "looked at --region, AWS_REGION. Give --region (such as ...)"
    )
    assert in_flags("Option read_timeout= is x; leave out endpoint=.") == "--read-timeout is x; leave out --endpoint."
    assert (
        in_flags("endpoint='x' cannot be used (verify: option verify=)")
        == "--endpoint 'x' cannot be used (verify: --ca-bundle)"
    )
    assert (
        in_flags("https://x.example/?region=a&profile=b my_region='c'") == "https://x.example/?region=a&profile=b my_region='c'"
    )


def test_every_command_prints_results_or_text_of_its_own() -> None:
    """None ignores `--output`."""
    assert FORMED.isdisjoint(UNFORMED)
    assert FORMED | set(UNFORMED) == set(MODULES)


@pytest.mark.parametrize("command", UNFORMED)
@pytest.mark.parametrize("words", [["--output", "json"], ["--query", "x"], ["--query", ""]])
def test_options_without_an_effect_are_refused(command: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A script that counts on the form would read something else."""
    needed = {"fan-out": ["--accounts", "-"], "prove": ["--audience", "x"]}.get(command, [])
    code, out, err = run(capsys, command, *needed, *words)

    assert (code, out) == (252, "")
    assert f"{words[0]} cannot be used with `sts {command}`" in err


def test_tokens_and_reports_take_the_forms_of_results(capsys: pytest.CaptureFixture[str]) -> None:
    """As `aws eks get-token --query status.token --output text`."""
    pytest.importorskip("jmespath", reason="needs jmespath, of the extra cli")
    token = ["eks-token", "--cluster-name", "prod", "--local"]
    assert run(capsys, *token, "--query", "status.token", "--output", "text")[1].startswith("k8s-aws-v1.")
    assert run(capsys, *token, "--output", "yaml")[1].startswith("apiVersion: client.authentication.k8s.io/v1")
    assert run(capsys, "vault-login", "--local", "--query", "iam_http_request_method")[1] == '"POST"\n'
    report = ["configure-report", "--local", "--offline", "--output"]
    assert run(capsys, *report, "yaml")[1].startswith("credentials: null\nendpoint: http://127.0.0.1:")
    assert json.loads(run(capsys, *report, "json")[1])["signing_region"] == "us-east-1"
