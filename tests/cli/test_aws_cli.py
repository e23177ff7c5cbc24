"""The AWS CLI's output and syntax, byte for byte: its own outputs and requests, recorded by `tests/tools/aws_cli.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sts.cli import main
from tests.tools.aws_cli import FILES, REQUIRED, Service, service

DATA = Path(__file__).parent.parent / "data" / "aws_cli"


def recorded(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def running() -> Iterator[str]:
    with service(recorded("answers")) as url:
        yield url


@pytest.fixture
def url(running: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Configure a home with the files that values name."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s" * 40)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    Service.forms.clear()
    return running


OUTPUTS = [*recorded("outputs"), *recorded("outputs_v2")]


@pytest.mark.parametrize("command", REQUIRED)
def test_every_output_equals_the_aws_clis(command: str, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each form (YAML is version 2's), with colors and without, several queries, and both skeletons."""
    pytest.importorskip("jmespath", reason="needs jmespath, of the extra cli")
    cases = [case for case in OUTPUTS if case["words"][0] == command]
    assert len(cases) > 60
    different = []
    for case in cases:
        code = main([*case["words"], "--endpoint", url])
        out = capsys.readouterr().out
        # Where the AWS CLI fails (rows that are no table, sample results that its own model refuses), ours may do better.
        sample = case["words"][-1] == "input"  # the members that are required come first in our table
        same = json.loads(out) == json.loads(case["out"]) if sample else out == case["out"]
        if case["code"] == 0 and not (code == 0 and same):
            different.append((case["words"], out, case["out"]))

    assert different == []


@pytest.mark.parametrize("case", recorded("requests"), ids=lambda case: " ".join(case["words"][-3:]))
def test_every_form_of_value_sends_what_the_aws_cli_sends(case: Any, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Shorthand, JSON, files, and `--cli-input-json`."""
    assert main([*case["words"], "--endpoint", url]) == 0, capsys.readouterr().err

    assert Service.forms[-1] == [tuple(pair) for pair in case["form"]]


@pytest.mark.parametrize("case", recorded("refused"), ids=lambda case: " ".join(case["words"][-3:]))
def test_what_the_aws_cli_refuses_is_refused(case: Any, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is sent, with exit code 252 and the name of the option or of its member."""
    code = main([*case["words"], "--endpoint", url])

    assert (code, Service.forms) == (252, [])
    flag = case["words"][-2]
    member = "".join(word.capitalize() for word in flag.strip("-").split("-"))
    said = capsys.readouterr().err
    assert flag in said or member in said or flag == "--cli-input-json"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["--policy", "fileb://policy.json"], "file://policy.json"),
        (["--policy-arns", "ReadOnlyAccess"], "arn=... or an ARN"),
        (["--tags", "team"], "Key=...,Value=... or key=value"),
        (["--tags", "key=team"], "Key"),
        (["--cli-input-json", '{"Tags": {"Key": "a"}}'], "must be a list"),
        (["--cli-input-json", '{"DurationSeconds": "900"}'], "must be a number"),
    ],
)
def test_a_refusal_says_what_was_meant(words: list[str], meant: str, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The value's form in words that can be typed."""
    assert main(["assume-role", *REQUIRED["assume-role"], *words, "--endpoint", url]) == 252

    assert meant in capsys.readouterr().err


def test_a_wrong_type_in_json_does_not_show_the_value(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It may be a token."""
    words = ["--cli-input-json", '{"WebIdentityToken": ["very-secret"]}']
    assert main(["assume-role-with-web-identity", *REQUIRED["assume-role-with-web-identity"], *words, "--endpoint", url]) == 252

    assert "very-secret" not in capsys.readouterr().err


def test_a_byte_order_mark_is_no_part_of_a_file(url: str, tmp_path: Path) -> None:
    """Some editors write it."""
    (tmp_path / "marked.json").write_bytes(b"\xef\xbb\xbf{}")
    assert main(["assume-role", *REQUIRED["assume-role"], "--policy", "file://marked.json", "--endpoint", url]) == 0

    assert ("Policy", "{}") in Service.forms[-1]
