"""The table of options: each field of a row has its effect everywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sts.cli import option_table, session
from sts.cli.command_line import parse
from sts.cli.command_parser import CommandParser
from sts.cli.commands.fan_out import profile_of
from sts.cli.option_table import OPTIONS, Option
from sts.cli.quick import session_name
from sts.fan_out.results import Assumed

ROLE = "arn:aws:iam::123456789012:role/demo"


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> Option:
    """Add a row to the table."""
    row = Option("--made-up", "session", "what it is for", "WORD", role="made_up", key=True, carried=True, complete="region")
    monkeypatch.setattr(option_table, "OPTIONS", [*OPTIONS, row])
    return row


def test_a_row_is_parsed_and_has_a_default(made_up: Option) -> None:
    """By every command that takes the group."""
    for words in (["assume", ROLE], ["exec", "prod"], ["fan-out", "--accounts", "-"], ["credential-process"]):
        assert parse(words).made_up is None
        assert parse([*words[:1], "--made-up", "x", *words[1:]]).made_up == "x"


def test_a_row_tells_kept_sessions_apart(made_up: Option) -> None:
    """Else one session's keys would be given to another."""
    names = {session_name(parse(["assume", ROLE, *more])) for more in ([], ["--made-up", "a"], ["--made-up", "b"])}

    assert len(names) == 3


def test_a_row_becomes_an_argument_of_the_role(made_up: Option) -> None:
    """Under the name that it gives."""
    assert session.role_options(parse(["assume", ROLE, "--made-up", "a"])) == {"made_up": "a"}


def test_a_row_is_repeated_in_generated_profiles(made_up: Option) -> None:
    """So that the profile's sessions are those of the fan-out."""
    arguments = parse(["fan-out", "--accounts", "-", "--made-up", "a b", "--mfa", "--tags", "k=v"])
    text = profile_of(arguments, Assumed(target="123456789012", account="123456789012", role_arn=ROLE))

    assert "--made-up 'a b'" in text
    assert "--tags k=v --mfa --made-up" in text


def test_a_row_is_in_the_help(made_up: Option, capsys: pytest.CaptureFixture[str]) -> None:
    """With its placeholder and its text."""
    with pytest.raises(SystemExit):
        parse(["assume", "--help"])

    assert "--made-up WORD" in capsys.readouterr().out


def test_rows_of_the_client_become_its_options() -> None:
    """Both names of an option are the same."""
    words = ["whoami", "--endpoint-url", "http://127.0.0.1:1", "--ca-bundle", "/x", "--cli-read-timeout", "7"]
    found = option_table.client_arguments(parse(words))

    assert found == {"endpoint": "http://127.0.0.1:1", "verify": "/x", "read_timeout": 7.0}
    assert option_table.client_arguments(parse(["whoami", "--ca-bundle", "/x", "--no-verify-ssl"])) == {"verify": False}


def test_every_row_is_well_formed() -> None:
    """Names are unique. Options that change the credentials are part of the key. No secret is written into profiles."""
    assert len({flag for row in OPTIONS for flag in (row.flag, *row.aliases)}) == sum(1 + len(row.aliases) for row in OPTIONS)
    assert all(row.group in option_table.GROUPS for row in OPTIONS)
    assert all(row.key for row in OPTIONS if row.role)
    assert "--mfa-code" not in {row.flag for row in OPTIONS if row.carried or row.key}


def test_a_policy_in_a_file_is_part_of_the_name(tmp_path: Path) -> None:
    """A changed file gives another session."""
    policy = tmp_path / "policy.json"
    policy.write_text("{}")
    words = ["assume", ROLE, "--policy", f"file://{policy}"]
    before = session_name(parse(words))
    policy.write_text('{"Version": "2012-10-17"}')

    assert session_name(parse(words)) != before


def test_a_parser_is_made_of_one_group(made_up: Option) -> None:
    """Commands choose groups. Everything else comes from the table."""
    parser = CommandParser("sts x")
    parser.describe("text\n\nExample: sts x")
    parser.add_options("mfa")

    assert "--mfa" in parser.format_help()
    assert parser.format_help().count("--made-up") == 0
    assert os.environ.get("STS_ASSUMED_PROFILE") is None
