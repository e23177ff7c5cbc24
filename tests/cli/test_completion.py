"""Completion and the functions of shells, from the tables and in the shells themselves."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sts.cli import main, option_table
from sts.cli.command_line import command_parser, top_parser
from sts.cli.command_table import COMMANDS, WORDS
from sts.cli.completion import REGIONS, complete, split_line
from sts.cli.operation_names import operation_commands
from sts.cli.option_table import OPTIONS, Option
from sts.testing import LocalSTS

ROOT = Path(__file__).resolve().parents[2]
ROLE = "arn:aws:iam::123456789012:role/demo"
EVIL = "x$(touch pwned)'y"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write shared files with profiles, one of them with a name that a shell must not read."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(
        f"[default]\nregion = eu-west-1\n[profile prod]\nrole_arn = {ROLE}\n[profile 'a b']\n[profile {EVIL}]\n"
        "[sso-session my]\n[services s]\n"
    )
    (tmp_path / ".aws" / "credentials").write_text("[keys]\naws_access_key_id = AKIA\n[prod]\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def words(*given: str) -> list[str]:
    return [word for word, _ in complete(list(given))]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_words_is_that_of_the_parsers(name: str) -> None:
    """Exactly the options and the first word of each command."""
    actions = command_parser(top_parser(), name)._actions
    flags = {flag for action in actions for flag in action.option_strings} - {"-h", "--help"}
    shared = {flag for option in OPTIONS for flag in (option.flag, *option.aliases) if option.group in WORDS[name].split()}
    common = {flag for option in OPTIONS for flag in (option.flag, *option.aliases) if option.group == "common"}
    own = {word for word in WORDS[name].split() if word.startswith("--")}

    assert flags == shared | common | own
    assert ("target" in WORDS[name].split()) == any(action.dest == "target" for action in actions)


def test_commands_profiles_roles_regions_options() -> None:
    """Each in the places where it is valid."""
    assert {"assume", "assume-role", "exec"} <= set(words(""))
    assert words("ex") == ["exec"]
    assert words("exec", "") == ["default", "prod", "a b", EVIL, "keys", ROLE]
    assert words("exec", "arn:") == [ROLE]
    assert words("assume", "--profile", "p") == ["prod"]
    assert words("--profile", "p") == ["prod"]
    assert words("--profile", "prod", "who") == ["whoami"]
    assert words("whoami", "--region", "eu-w") == ["eu-west-1", "eu-west-2", "eu-west-3"]
    assert words("whoami", "--output", "") == ["json", "text", "table", "yaml", "yaml-stream", "off"]
    assert "--no-cache" in words("whoami", "--no")
    assert words("assume-role", "--role-s") == ["--role-session-name"]
    assert words("presign", "get-c") == ["get-caller-identity"]
    assert words("exec", "prod", "--", "") == []
    assert words("no-such", "") == []


def test_a_row_of_the_table_is_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the values that the row names."""
    row = Option("--made-up", "role", "what it is for", "WORD", complete="region")
    monkeypatch.setattr("sts.cli.completion.OPTIONS", [*OPTIONS, row])

    assert words("exec", "--made") == ["--made-up"]
    assert words("exec", "--made-up", "eusc") == ["eusc-de-east-1"]
    assert option_table.OPTIONS is OPTIONS


def test_every_operation_is_offered() -> None:
    """Under the names of the table."""
    assert set(operation_commands()) <= set(words(""))


def test_regions_are_botocores() -> None:
    """All partitions."""
    loaders = pytest.importorskip("botocore.loaders")
    data = loaders.Loader().load_data("endpoints")

    assert set(REGIONS.split()) >= {region for partition in data["partitions"] for region in partition["regions"]}


def test_quotes_in_a_line() -> None:
    """Also one that is not closed."""
    assert split_line("exec 'a b' --re") == ["exec", "a b", "--re"]
    assert split_line("exec 'a b") == ["exec", "a b"]
    assert split_line("exec 'a b' ") == ["exec", "a b", ""]


def test_completion_loads_neither_parser_nor_library() -> None:
    """Not even argparse: it runs at every press of a key."""
    code = (
        "import sys; before = set(sys.modules); from sts.cli import main; main(['__complete', 'exec p']); "
        "print(*(set(sys.modules) - before), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)

    assert done.stdout == "prod\tprofile\n"
    loaded = set(done.stderr.split())
    assert not loaded & {"argparse", "json", "typing", "sts.client", "sts.model", "sts.settings"}


# shells


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Return a PATH with `sts` in it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "sts").write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m sts "$@"\n')
    (folder / "sts").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def needs(shell: str) -> str:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"needs {shell}")
    return found


BASH = """
eval "$(sts completion bash)"
COMP_LINE="$1"; COMP_POINT=${#1}; COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
IFS=$' :' read -ra COMP_WORDS <<< "$1"; COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
_sts_complete
printf '%s\\n' "${COMPREPLY[@]}"
"""


def test_bash_completes(path: str, tmp_path: Path) -> None:
    """Names are quoted before they are inserted. An ARN is completed after its last colon."""

    def ask(line: str) -> list[str]:
        command = [needs("bash"), "--norc", "-c", BASH, "bash", line]
        done = subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, text=True, cwd=tmp_path)
        return done.stdout.splitlines()

    assert ask("sts exec pr") == ["prod"]
    assert ask("sts exec arn:aws:iam::1234") == ["123456789012:role/demo"]
    (quoted,) = ask("sts exec x")
    said = subprocess.run(["bash", "-c", f"printf %s {quoted}"], capture_output=True, text=True, cwd=tmp_path).stdout
    assert said == EVIL
    assert not (tmp_path / "pwned").exists()


def test_fish_completes(path: str, tmp_path: Path) -> None:
    """According to fish itself."""
    script = 'sts completion fish | source; complete -C "sts exec pr"; complete -C "sts assume --regi"'
    environ = {**os.environ, "PATH": path, "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run([needs("fish"), "-c", script], env=environ, capture_output=True, text=True, cwd=tmp_path)

    assert done.stdout.splitlines() == ["prod\tprofile", "--region\tregion to call, such as eu-west-1"], done.stderr


def test_zsh_reads_its_script(path: str, tmp_path: Path) -> None:
    """And has a function for `sts`."""
    script = 'eval "$(sts completion zsh)"; print -r -- $_comps[sts]'
    done = subprocess.run([needs("zsh"), "-f", "-c", script], env={**os.environ, "PATH": path}, capture_output=True, text=True)

    assert done.stdout == "_sts_complete\n", done.stderr


@pytest.fixture(scope="module")
def server() -> Iterator[LocalSTS]:
    with LocalSTS() as running:
        yield running


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_function_assumes_into_the_shell(shell: str, path: str, server: LocalSTS, home: Path) -> None:
    """The prompt shows profile and remaining time. `assume --unset` ends the session."""
    options = server.client_options()
    (home / ".aws" / "config").write_text(
        f"[profile base]\naws_access_key_id = {options['access_key_id']}\n"
        f"aws_secret_access_key = {options['secret_access_key']}\n"
        f"[profile prod]\nrole_arn = {ROLE}\nsource_profile = base\nregion = eu-west-1\n"
    )
    (home / ".aws" / "config").chmod(0o600)
    load = "sts shell-init fish | source" if shell == "fish" else f'PS1="% "; eval "$(sts shell-init {shell})"'
    script = (
        f"{load}\nassume prod\nprintenv AWS_REGION\nsts_prompt\necho\nassume --unset\nprintenv AWS_REGION\nsts_prompt\necho end"
    )
    environ = {**os.environ, "PATH": path, "AWS_ENDPOINT_URL_STS": server.url, "XDG_CONFIG_HOME": str(home)}
    command = [needs(shell), *({"bash": ["--norc"], "zsh": ["-f"], "fish": []}[shell]), "-c", script]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, cwd=home)

    assert re.fullmatch(r"eu-west-1\n\[prod (59|60)m\] \nend\n", done.stdout), (done.stdout, done.stderr)


@pytest.mark.parametrize("command", ["shell-init", "completion"])
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_scripts_are_printed(command: str, shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """For each of the four shells. Another one is an error."""
    assert main([command, shell]) == 0
    assert "sts" in capsys.readouterr().out


def test_the_shell_is_the_users(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where none is named."""
    monkeypatch.setenv("SHELL", "/usr/bin/zsh")
    assert main(["completion"]) == 0
    assert "compdef" in capsys.readouterr().out
    monkeypatch.setenv("SHELL", "/bin/csh")
    assert main(["completion"]) == 252
    assert "csh" in capsys.readouterr().err


def test_the_manual_page_has_every_command_and_option(capsys: pytest.CaptureFixture[str]) -> None:
    """Derived from the tables. troff, if installed, reads it without a warning."""
    assert main(["man"]) == 0
    page = capsys.readouterr().out
    plain = page.replace("\\-", "-")
    assert [name for name in [*COMMANDS, *operation_commands()] if f".B {name}\n" not in plain] == []
    assert [option.flag for option in OPTIONS if option.flag not in plain] == []
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page, capture_output=True, text=True)
        assert done.stderr == ""
