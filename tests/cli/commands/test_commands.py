"""The other commands (tokens, proofs, console, presigning, decoding, fan-out), and help, output, signals and pipes."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from sts.base.text import fold
from sts.cli import main
from sts.cli.command_table import COMMANDS
from sts.cli.operation_names import operation_commands
from sts.cli.output import render
from sts.cli.progress import BarProgress, PlainProgress, RichProgress, choose
from sts.fan_out import Progress
from sts.testing import LocalSTS
from sts.tokens import console_url
from tests.support.threads import PATIENCE, wait_until

ROLE = "arn:aws:iam::123456789012:role/demo"
ROOT = Path(__file__).resolve().parent.parent.parent.parent
STS = [sys.executable, "-m", "sts"]


@pytest.fixture(scope="module")
def module_server() -> Iterator[LocalSTS]:
    with LocalSTS() as running:
        for account in range(100000000001, 100000000031):
            running.add_role("Audit", account=f"{account}", trusts=["123456789012"])
        yield running


@pytest.fixture
def server(module_server: LocalSTS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalSTS:
    """Configure the environment, and a home of the test's own, for the server."""
    options = module_server.client_options()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_REGION", options["region"])
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", options["endpoint"])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", options["access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", options["secret_access_key"])
    module_server.clear_calls()
    return module_server


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


# help


@pytest.mark.parametrize("name", [*COMMANDS, *operation_commands()])
def test_every_command_has_a_page_of_help(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Usage, purpose, every option, an example and exit codes. It is readable on a narrow terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    page = capsys.readouterr().out
    assert [line for line in page.splitlines() if len(line) > 80] == []

    assert caught.value.code == 0
    assert page.startswith(f"usage: sts {name} ")
    assert re.search(rf"Examples?:\s(.*\n)*?.*sts {name}", page)
    assert "exit codes:" in page
    options = page.partition("options")[2].partition("Example")[0]
    for option in re.findall(r"^ {2}(?:-\w, )?(--[\w-]+)[^\n]*\n(?! {20})", options, re.MULTILINE):
        line = next(line for line in options.splitlines() if line.strip().startswith((option, "-h, ")) and option in line)
        assert "  " in line.strip(), f"{option} is not explained"


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """With its one-line description."""
    with pytest.raises(SystemExit):
        main(["--help"])
    page = capsys.readouterr().out

    assert all(f"\n  {name} " in page for name in [*COMMANDS, *operation_commands()])
    assert "130" in page


def test_a_wrong_command_has_a_right_one_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    """In one line, with exit code 252."""
    with pytest.raises(SystemExit) as caught:
        main(["whoam"])

    assert caught.value.code == 252
    assert "Did you mean 'whoami'" in capsys.readouterr().err


# output


def test_every_form_of_output(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON for programs, text for cut, YAML and a table for people."""
    arguments = ["assume-role", "--role-arn", ROLE, "--role-session-name", "ci", "--output"]
    assert re.search(r"^CREDENTIALS\tASIA\w+\t20\d\d-\d\d-\d\dT[\d:]+Z\t", run(capsys, *arguments, "text")[1], re.MULTILINE)
    assert re.search(
        r"^\|\|  Expiration +\|  20\d\d-\d\d-\d\dT[\d:]+Z +\|\|$", run(capsys, *arguments, "table")[1], re.MULTILINE
    )
    assert json.loads(run(capsys, *arguments, "json")[1])["Credentials"]
    assert run(capsys, *arguments, "yaml")[1].startswith("AssumedRoleUser:\n  Arn: arn:")


def test_tables_of_rows_and_folded_text() -> None:
    """A head, aligned columns, nothing lost."""
    rows = [{"a": 1, "b": "x"}, {"a": None, "c": ["y", "z"]}]
    assert render(rows, "readable").splitlines() == ["a  b  c", "1  x", "      y, z"]
    assert "".join(fold("x" * 200, 30)) == "x" * 200
    assert fold("", 10) == [""]


def test_debug_is_safe_to_paste(server: LocalSTS, capsys: pytest.CaptureFixture[str], kept_logger: None) -> None:
    """No secret in the log, whatever the command."""
    done = subprocess.run(
        [*STS, "--debug", "assume", ROLE, "--external-id", "hush-hush", "--format", "json"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    found = json.loads(done.stdout)["Credentials"]

    assert "assume_role" in done.stderr
    for secret in (found["SecretAccessKey"], found["SessionToken"], os.environ["AWS_SECRET_ACCESS_KEY"], "hush-hush"):
        assert secret not in done.stderr


# terminals


def raw_terminal(width: int, *arguments: str, environ: dict[str, str] | None = None, **streams: Any) -> tuple[int, str]:
    """Run a command on its own terminal of *width* columns. Return its exit code and its output."""
    pty = pytest.importorskip("pty", reason="needs pseudo-terminals")
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    terminal = {"stdin": theirs, "stdout": theirs, "stderr": theirs, **streams}
    process = subprocess.Popen(
        [*STS, *arguments], cwd=ROOT, env={**inherited, "TERM": "xterm-256color", **(environ or {})}, **terminal
    )
    os.close(theirs)
    seen = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while piece := os.read(ours, 65536):
            seen += piece
    os.close(ours)
    return process.wait(), seen.decode()


def in_terminal(width: int, *arguments: str, **streams: Any) -> tuple[int, list[str]]:
    """Do the same, and return the lines without what colours them."""
    code, text = raw_terminal(width, *arguments, **streams)
    return code, re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", text).splitlines()


COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")


def test_colour_can_be_switched_off(server: LocalSTS, tmp_path: Path) -> None:
    """By NO_COLOR. A dumb terminal gets plain lines only."""
    pytest.importorskip("rich", reason="needs rich, of the extra cli")
    (tmp_path / "accounts").write_text("100000000001\n100000000002\n")
    command = ["fan-out", "--accounts", str(tmp_path / "accounts"), "--role-name", "Audit", "--out", str(tmp_path / "out")]

    assert COLOUR.search(raw_terminal(80, *command)[1])
    assert not COLOUR.search(raw_terminal(80, *command, environ={"NO_COLOR": "1"})[1])
    assert "\x1b" not in raw_terminal(80, "whoami", environ={"TERM": "dumb"})[1]
    assert raw_terminal(80, *command, environ={"TERM": "dumb"})[1].startswith("sts: 2 of 2 accounts, ")


@pytest.mark.parametrize("width", [60, 80, 160])
@pytest.mark.parametrize(
    "command",
    [
        ["whoami", "--explain"],
        ["configure-report"],
        ["whoami", "--role-arn", ROLE],
        ["assume", ROLE.replace("demo", "none")],
        ["fan-out", "--help"],
        ["presign", "--help"],
        ["--help"],
    ],
    ids=lambda command: "-".join(command[:2]),
)
def test_no_line_is_longer_than_the_terminal_is_wide(command: list[str], width: int, server: LocalSTS) -> None:
    """The terminal breaks no word, and no text is lost."""
    code, lines = in_terminal(width, *command)

    assert code == (254 if "none" in command[-1] else 0), lines
    assert [line for line in lines if len(line.rstrip()) > width] == []
    assert len(lines) > 2


def test_a_report_for_a_program_is_not_folded(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each setting and each provider, to look for with grep."""
    out = run(capsys, "configure-report")[1]
    assert re.search(r"^  environment +yes +gave <Credentials .* account_id=None>$", out, re.MULTILINE)


def test_a_page_of_help_is_as_wide_as_the_terminal_it_is_read_on(tmp_path: Path) -> None:
    """Also in a pager, where standard output is no terminal."""
    with open(tmp_path / "page", "wb") as page:
        in_terminal(60, "assume", "--help", stdout=page)
    lines = (tmp_path / "page").read_text().splitlines()
    assert 50 < max(len(line) for line in lines) <= 60


def test_a_long_example_can_be_copied(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It continues after a backslash, and is the same command for a shell."""
    monkeypatch.setenv("COLUMNS", "60")
    with pytest.raises(SystemExit):
        main(["exec", "--help"])
    page = capsys.readouterr().out
    example = page.partition("Examples:\n")[2].partition("\n\n")[0]

    assert "\\\n" in example
    assert shlex.split(example.splitlines()[0]) == ["sts", "exec", "prod", "--", "terraform", "plan"]
    rest = "\n".join(example.splitlines()[3:]).strip().replace("sts ", "echo ", 1)
    said = subprocess.run(["sh", "-c", rest], capture_output=True, text=True, check=True).stdout
    assert said == f"exec --role-arn {ROLE} --duration 15m -- aws s3 ls\n"


def test_an_error_on_a_terminal_has_its_hint_on_a_line_of_its_own(server: LocalSTS) -> None:
    """Elsewhere it is one line, for logs."""
    _, lines = in_terminal(80, "assume", ROLE.replace("demo", "none"))
    assert lines[0].startswith("sts: AccessDenied: ")
    assert any(line.startswith("Hint: ") for line in lines)


# tokens and proofs


def test_a_token_for_kubernetes(server: LocalSTS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """In the version that kubectl requests. Our verifier accepts it, with exit code 0."""
    monkeypatch.setenv("KUBERNETES_EXEC_INFO", '{"apiVersion": "client.authentication.k8s.io/v1"}')
    code, out, _ = run(capsys, "eks-token", "--cluster-name", "prod", "--role-arn", ROLE)
    credential = json.loads(out)
    assert (code, credential["apiVersion"]) == (0, "client.authentication.k8s.io/v1")

    done = subprocess.run(
        [*STS, "verify", "--cluster-name", "prod", "--endpoint", server.url, "-"],
        input=out,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["CanonicalArn"] == ROLE
    token = credential["status"]["token"]
    refused, _, err = run(capsys, "verify", "--cluster-name", "other", "--endpoint", server.url, token)
    assert refused == 1
    assert token not in err
    assert run(capsys, "verify", token)[0] == 252
    assert run(capsys, "eks-token", "--cluster-name", "prod", "--token-only")[1].startswith("k8s-aws-v1.")


def test_a_proof_of_identity(server: LocalSTS, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Made for one service, refused by another."""
    proof = run(capsys, "prove", "--audience", "https://api.example.com")[1].strip()
    (tmp_path / "proof").write_text(f"{proof}\n")
    where = ["--endpoint", server.url, f"file://{tmp_path}/proof"]

    code, out, _ = run(capsys, "verify", "--audience", "https://api.example.com", *where)
    assert (code, json.loads(out)["Arn"]) == (0, "arn:aws:iam::123456789012:user/demo")
    assert run(capsys, "verify", "--audience", "https://other.example.com", *where)[0] == 1
    assert run(capsys, "verify", "--audience", "x", "--endpoint", server.url, "file:///no/such")[0] == 252
    assert run(capsys, "verify", "--audience", "x", "--endpoint", server.url, "rubbish")[0] == 1


def test_a_verifier_waits_no_longer_than_it_is_told(
    server: LocalSTS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """--timeout limits the request, as in every command. An invalid endpoint is reported first."""
    monkeypatch.setattr("sts.tokens.presigned.TIMEOUT", 3600.0)
    proof = run(capsys, "prove", "--audience", "x")[1].strip()
    server.inject("slow_headers", seconds=3600)
    code, _, err = run(capsys, "verify", "--audience", "x", "--endpoint", server.url, "--timeout", "0.5", proof)
    server.clear_faults()

    assert code == 255, err
    assert run(capsys, "verify", "--audience", "x", "--endpoint", "nope", proof)[0] == 252
    assert run(capsys, "verify", "--audience", "x", "--timeout", "0", proof)[0] == 252


TOKEN_LOADS = """
import sys
from sts.cli import main
code = main(["eks-token", "--cluster-name", "prod", "--profile", "base"])
print(code, *sys.modules, file=sys.stderr)
"""


def test_a_token_loads_no_parser_of_values_and_no_suggestions(tmp_path: Path) -> None:
    """Kubectl starts one process for each command."""
    keys = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x"
    (tmp_path / "config").write_text(f"[profile base]\nregion = us-east-1\n{keys}\n")
    (tmp_path / "config").chmod(0o600)
    environ = {"HOME": str(tmp_path), "PATH": "", "AWS_CONFIG_FILE": str(tmp_path / "config")}
    root = Path(__file__).parent.parent.parent.parent
    done = subprocess.run([sys.executable, "-c", TOKEN_LOADS], capture_output=True, text=True, env=environ, cwd=root)

    code, *loaded = done.stderr.split()
    assert code == "0", done.stderr
    assert not set(loaded) & {"difflib", "pathlib", "sts.cli.shorthand", "sts.cli.advice", "urllib3", "requests", "ssl"}


def test_a_login_for_vault(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """It is signed for the given endpoint."""
    code, out, _ = run(capsys, "vault-login", "--role", "dev", "--server-id", "vault.example.com", "--endpoint", server.url)
    payload = json.loads(out)
    headers = json.loads(base64.b64decode(payload["iam_request_headers"]))

    assert (code, payload["role"]) == (0, "dev")
    assert headers["X-Vault-AWS-IAM-Server-ID"] == ["vault.example.com"]
    assert base64.b64decode(payload["iam_request_url"]).decode() == f"{server.url}/"


def test_vault_s_default_is_the_global_endpoint(
    server: LocalSTS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --region, for any region of the environment."""
    monkeypatch.delenv("AWS_ENDPOINT_URL_STS")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    def url(*more: str) -> str:
        return base64.b64decode(json.loads(run(capsys, "vault-login", *more)[1])["iam_request_url"]).decode()

    assert url() == "https://sts.amazonaws.com/"
    assert url("--region", "eu-west-1") == "https://sts.eu-west-1.amazonaws.com/"


def test_presigned_calls_work(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """The URL alone, and with params, headers and POST what curl needs."""
    url = run(capsys, "presign", "get-caller-identity", "--expires-in", "1m")[1].strip()
    with urllib.request.urlopen(url) as answer:
        assert b"user/demo" in answer.read()
    made = json.loads(
        run(
            capsys,
            "presign",
            "assume-role",
            "--role-arn",
            ROLE,
            "--role-session-name",
            "ci",
            "--tags",
            "a=b",
            "--output",
            "json",
        )[1]
    )
    with urllib.request.urlopen(made["Url"]) as answer:
        assert b"assumed-role/demo/ci" in answer.read()
    curl = run(capsys, "presign", "get-caller-identity", "--headers", "x-a=1 2")[1]
    assert curl.startswith("curl -sS -H 'x-a: 1 2' 'http")
    assume = ["presign", "assume-role", "--role-arn", ROLE, "--role-session-name", "ci", "--method", "POST"]
    posted = json.loads(run(capsys, *assume, "--output", "json")[1])
    request = urllib.request.Request(posted["Url"], posted["Body"].encode(), posted["Headers"])
    with urllib.request.urlopen(request) as answer:
        assert b"assumed-role/demo/ci" in answer.read()
    if shutil.which("curl"):
        done = subprocess.run(["sh", "-c", run(capsys, *assume)[1]], capture_output=True, text=True)
        assert "assumed-role/demo/ci" in done.stdout, done.stderr
    assert run(capsys, "presign", "get-caller-identity", "--expires-in", "8h")[0] == 0
    assert run(capsys, "presign", "get-caller-identity", "--expires-in", "200h")[0] == 252


def test_wrong_words_after_an_operation_are_told_as_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    """What is missing, and the option that was meant."""
    for words, said in (
        (["assume-role"], "the following arguments are required: --role-arn, --role-session-name"),
        (["assume-role", "--rol-arn", "x", "--role-session-name", "ci"], "Did you mean '--role-arn'"),
        (["nonsense"], "invalid choice: 'nonsense'"),
    ):
        with pytest.raises(SystemExit) as caught:
            main(["presign", *words])
        assert caught.value.code == 252
        assert said in capsys.readouterr().err


# console


@pytest.mark.parametrize("command", [["console"], ["login-url"], ["console", "--open"]])
def test_a_link_to_the_console(
    command: list[str], server: LocalSTS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Printed, or opened in a browser where there is one, which shows it in no list of processes."""
    opened: Queue[str] = Queue()

    def fake_url(destination: str, **options: Any) -> str:
        assert options["client"].config.region == "us-east-1"
        assert options["session_duration"] == 3600
        return f"https://signin.aws.amazon.com/federation?{destination}"

    def fake_open(url: str) -> bool:
        # A browser's arguments can be seen by others, so it is given an address that works once, and is sent on from there.
        assert url.startswith("http://127.0.0.1:")
        connection = http.client.HTTPConnection(url.split("/")[2], timeout=10)
        connection.request("GET", f"/{url.split('/')[3]}")
        opened.put(str(connection.getresponse().headers["Location"]))
        connection.close()
        return True

    monkeypatch.setattr("sts.cli.commands.console.console_url", fake_url)
    monkeypatch.setattr("webbrowser.open", fake_open)
    code, out, err = run(capsys, *command, "--role-arn", ROLE, "--destination", "s3/buckets", "--session-duration", "1h")

    assert code == 0
    url = "https://signin.aws.amazon.com/federation?s3/buckets"
    assert out == ("" if "--open" in command else f"{url}\n")
    assert "--open" not in command or opened.get(timeout=PATIENCE) == url
    assert url not in err


def test_long_term_keys_are_refused_by_the_console(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """With exit code 2: they have to become a session first."""
    code, _, err = run(capsys, "login-url")
    assert code == 253
    assert "--role-arn" in err
    code, _, err = run(capsys, "console", "--local", "--role-arn", ROLE)
    assert code == 252
    assert "--local" in err
    assert callable(console_url)


# decode, key-info


def test_a_refusal_is_decoded(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """From the message or the text around it, into readable lines."""
    message = server.encode_authorization_message(
        {
            "allowed": False,
            "explicitDeny": True,
            "matchedStatements": {"items": [{"statementId": "NoDelete", "effect": "DENY"}]},
            "context": {
                "principal": {"arn": "arn:aws:iam::123456789012:user/demo"},
                "action": "s3:DeleteBucket",
                "resource": "arn:aws:s3:::logs",
            },
        }
    )
    code, out, _ = run(capsys, "decode", f"Error: denied. Encoded authorization failure message: {message} (status 403)")
    assert (code, json.loads(out)["action"]) == (0, "s3:DeleteBucket")
    assert "was refused s3:DeleteBucket on arn:aws:s3:::logs" in run(capsys, "decode", message, "--output", "table")[1]
    assert run(capsys, "decode", "nothing here")[0] == 252


@pytest.mark.parametrize("command", [["decode"], ["decode-authorization-message", "--encoded-message"]])
@pytest.mark.parametrize("start", ["-", "--", "-h", "_"])
def test_a_message_may_begin_with_a_hyphen(
    start: str, command: list[str], server: LocalSTS, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is base64 for URLs. It is sent to the service and not read as an option."""
    code, _, err = run(capsys, *command, f"{start}{'x' * 80}", "--output", "json")
    assert (code, "InvalidAuthorizationMessage" in err) == (254, True), err


@pytest.mark.parametrize("form", ["json", "text", "table"])
def test_letters_that_the_terminal_lacks_are_escaped(form: str, server: LocalSTS) -> None:
    """As JSON escapes them, so that JSON stays JSON."""
    message = server.encode_authorization_message(
        {"allowed": False, "context": {"action": "s3:GetObject", "resource": "arn:aws:s3:::logs/gr\u00fcn \U0001f600"}}
    )
    done = subprocess.run(
        [*STS, "decode", message, "--output", form],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0, done.stderr
    assert b"logs/gr\\u00fcn \\ud83d\\ude00" in done.stdout
    if form == "json":
        assert json.loads(done.stdout)["resource"] == "arn:aws:s3:::logs/gr\u00fcn \U0001f600"


def test_the_account_of_a_key(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """Read from the key, or with --ask from the service. The exit code is 1 if the key has no account."""
    assert json.loads(run(capsys, "key-info", "AKIASP2TPHJSQH3FJRUX")[1])["Account"] == "171436882533"
    assert server.calls == []
    assert run(capsys, "key-info", "AKIAJWMRCSBBKQO4HQCQ")[0] == 1
    key = os.environ["AWS_ACCESS_KEY_ID"]
    assert json.loads(run(capsys, "key-info", key, "--ask")[1])["Account"] == "123456789012"
    assert len(server.calls) == 1


# fan-out

ACCOUNTS = "100000000001\n100000000002 # a comment\n\n100000000003,name,more\n"


@pytest.mark.parametrize(
    "text",
    [
        ACCOUNTS,
        '["100000000001", "100000000002", 100000000003]',
        '{"Accounts": [{"Id": "100000000001"}, {"Id": "100000000002"}, {"Id": "100000000003", "Status": "ACTIVE"}]}',
        '{"account": "100000000001"}\n{"account": "100000000002", "session_name": "mine"}\n100000000003\n',
    ],
    ids=["lines", "list", "organizations", "objects"],
)
def test_accounts_in_every_form(text: str, server: LocalSTS, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Lines, JSON, JSON lines, and what AWS Organizations lists."""
    (tmp_path / "accounts").write_text(text)
    code, out, err = run(capsys, "fan-out", "--accounts", str(tmp_path / "accounts"), "--role-name", "Audit")

    records = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert sorted(record["Account"] for record in records) == ["100000000001", "100000000002", "100000000003"]
    assert all(record["Credentials"]["AccessKeyId"].startswith("ASIA") for record in records)
    assert err.startswith("sts: 3 of 3 accounts, ")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ('{"Accounts": []}', 0, "0 of 0 accounts"),
        ("[]", 0, "0 of 0 accounts"),
        ('{"Accounts": 5}', 252, "is not a list"),
        ('["100000000001",', 252, "is not valid JSON"),
        ('{"account": "100000000001"\n', 252, "Line 1 of"),
    ],
)
def test_what_is_no_list_of_accounts_is_said(
    text: str, code: int, said: str, server: LocalSTS, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """An empty list of accounts is valid."""
    (tmp_path / "accounts").write_text(text)
    ended, out, err = run(capsys, "fan-out", "--accounts", str(tmp_path / "accounts"), "--role-name", "Audit")
    assert (ended, out) == (code, "")
    assert said in err
    with pytest.raises(SystemExit):
        main(["fan-out", "--accounts", str(tmp_path / "accounts"), "--role-name", "Audit", "--concurrency", "0"])
    assert "not a whole number from 1" in capsys.readouterr().err


def test_failures_are_told_and_kept(server: LocalSTS, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The exit code is 1. Each error is in the output with its account, and a few are shown to the user."""
    (tmp_path / "accounts").write_text(f"{ACCOUNTS}999999999999\nnonsense\n")
    code, out, err = run(capsys, "fan-out", "--accounts", str(tmp_path / "accounts"), "--role-name", "Audit", "--quiet")

    failed = [record for record in map(json.loads, out.splitlines()) if "Error" in record]
    assert code == 1
    assert {record.get("Account") or record["Target"] for record in failed} == {"999999999999", "nonsense"}
    assert "999999999999: AccessDenied: " in err
    assert run(capsys, "fan-out", "--accounts", "/no/such", "--role-name", "Audit")[0] == 252


def test_profiles_hold_no_secret_and_work(server: LocalSTS, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """They run `sts credential-process`, whose cache the fan-out has filled."""
    (tmp_path / "accounts").write_text(ACCOUNTS)
    code, out, _ = run(
        capsys, "fan-out", "--accounts", str(tmp_path / "accounts"), "--role-name", "Audit", "--format", "profiles", "--quiet"
    )
    assert code == 0
    assert out.count("[profile Audit-1000000000") == 3
    assert "ASIA" not in out
    command = re.findall(r"credential_process = (.*)", out)[0].split()
    assert command[:2] == ["sts", "credential-process"]
    calls = len(server.calls)
    assert run(capsys, *command[1:])[0] == 0
    assert len(server.calls) == calls, "the session was at hand"


def test_env_lines_are_for_env(server: LocalSTS, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One account a line, without quotes."""
    (tmp_path / "accounts").write_text(ACCOUNTS)
    _, out, _ = run(capsys, "fan-out", "--accounts", str(tmp_path / "accounts"), "--role-name", "Audit", "--format", "env")
    loop = 'while read -r id vars; do env $vars sh -c "echo $id \\$AWS_ACCESS_KEY_ID"; done'
    said = subprocess.run(["sh", "-c", loop], input=out, capture_output=True, text=True, check=True).stdout.splitlines()

    assert sorted(line.split()[0] for line in said) == ["100000000001", "100000000002", "100000000003"]
    assert all(line.split()[1].startswith("ASIA") for line in said)


def test_a_fan_out_goes_on_where_it_ended(server: LocalSTS, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """With --out and --resume, in a file that only its owner can read."""
    accounts, out = tmp_path / "accounts", tmp_path / "out.jsonl"
    accounts.write_text(ACCOUNTS)
    arguments = ["fan-out", "--accounts", str(accounts), "--role-name", "Audit", "--out", str(out), "--no-cache"]
    assert run(capsys, *arguments)[0] == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    server.clear_calls()
    accounts.write_text(f"{ACCOUNTS}100000000004\n")
    code, printed, err = run(capsys, *arguments, "--resume")

    assert (code, printed) == (0, "")
    assert len(server.calls) == 1
    assert "3 skipped" in err
    assert len(out.read_text().splitlines()) == 4
    assert run(capsys, "fan-out", "--accounts", str(accounts), "--resume")[0] == 252


def test_nothing_goes_wrong_without_accounts(server: LocalSTS, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """An empty file is answered with nothing."""
    (tmp_path / "accounts").write_text("# none\n")
    assert run(capsys, "fan-out", "--accounts", str(tmp_path / "accounts"), "--role-name", "Audit")[:2] == (0, "")


def test_progress_fits_the_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar in one line of the width of the terminal, and plain lines elsewhere."""
    for width in (40, 60, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        bar = BarProgress(1000)
        bar.state = Progress(500, 1000, 490, 10, 0)
        bar.close()
        lines = capsys.readouterr().err.strip("\n").split("\r")
        assert all(len(line) < width for line in lines)
        assert "500 of 1000 accounts" in lines[-1]
    assert "#" in lines[-1]
    plain = PlainProgress(2)
    plain.show(Progress(1, 2, 1, 0, 0))
    assert capsys.readouterr().err == ""
    plain.show(Progress(2, 2, 1, 1, 0))
    plain.close()
    assert "2 of 2 accounts, 1 failed" in capsys.readouterr().err


@pytest.mark.parametrize(("seconds", "words"), [(10, "30 s left"), (100, "5 min left")])
def test_progress_says_how_long_it_takes(seconds: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Estimated from what is done. At the end no time is shown."""
    progress = PlainProgress(1000)
    progress.state = Progress(250, 1000, 250, 0, 0)
    now = time.monotonic() + seconds
    monkeypatch.setattr("sts.cli.progress.time.monotonic", lambda: now)
    assert progress.text().endswith(words)
    progress.state = Progress(1000, 1000, 1000, 0, 0)
    assert "left" not in progress.text()


def test_a_bar_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Rich's where rich is installed, else plain characters."""
    assert type(choose(1, quiet=False)) is PlainProgress
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert type(choose(1, quiet=False, shared=True)) is PlainProgress
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    assert type(choose(1, quiet=False)) is BarProgress
    monkeypatch.delitem(sys.modules, "rich.progress")
    pytest.importorskip("rich", reason="needs rich, of the extra cli")
    rich = choose(1, quiet=False)
    assert type(rich) is RichProgress
    rich.show(Progress(1, 1, 1, 0, 0))
    rich.close()


# signals and pipes


def heed_interrupts() -> None:
    """Undo what a shell does that runs the tests in the background: its commands ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_quietly(server: LocalSTS) -> None:
    """With 130, and without a traceback, in the middle of a call."""
    server.inject("slow_headers", seconds=3600)
    process = subprocess.Popen([*STS, "get-caller-identity"], stderr=subprocess.PIPE, cwd=ROOT, preexec_fn=heed_interrupts)
    wait_until(lambda: server.calls)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    server.clear_faults()

    assert process.returncode == 130
    assert err == b""


def test_ctrl_c_in_a_fan_out_leaves_what_is_done(server: LocalSTS, tmp_path: Path) -> None:
    """Every printed line is complete, and the last state is shown."""
    (tmp_path / "accounts").write_text("\n".join(f"{account}" for account in range(100000000001, 100000000031)))
    server.rate_limit = 5
    command = [*STS, "fan-out", "--accounts", str(tmp_path / "accounts"), "--role-name", "Audit"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, preexec_fn=heed_interrupts
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, err = process.communicate(timeout=20)
    server.rate_limit = None

    assert process.returncode == 130, err
    assert all(json.loads(line)["Account"] for line in [first, *rest.splitlines()])
    assert "Traceback" not in err
    assert "of 30 accounts" in err


@pytest.mark.skipif(not shutil.which("head"), reason="needs head")
def test_a_reader_that_leaves_is_no_error(server: LocalSTS, tmp_path: Path) -> None:
    """`sts ... | head -1` prints nothing on standard error."""
    (tmp_path / "accounts").write_text("\n".join(f"{account}" for account in range(100000000001, 100000000031)))
    pipe = f"{sys.executable} -m sts fan-out --quiet --accounts {tmp_path}/accounts --role-name Audit | head -1"
    done = subprocess.run(["sh", "-c", pipe], capture_output=True, text=True, cwd=ROOT)
    assert (done.stderr, done.stdout.count("\n")) == ("", 1)
    done = subprocess.run(["sh", "-c", f"{sys.executable} -m sts --help | true"], capture_output=True, text=True, cwd=ROOT)
    assert done.stderr == ""


def test_closed_streams_are_no_error(server: LocalSTS) -> None:
    """Input is then empty and output is dropped. A program of `exec` runs normally."""
    for command, closed, code in (
        ("whoami", ">&-", 0),
        ("whoami", "<&- >&- 2>&-", 0),
        ("exec -- sh -c 'exit 3'", ">&-", 3),
        ("decode -", "<&-", 252),
        ("no-such", "2>&-", 252),
    ):
        done = subprocess.run(
            ["sh", "-c", f"{sys.executable} -m sts {command} {closed}"], capture_output=True, text=True, cwd=ROOT
        )
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), (command, done.stderr)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_one_line() -> None:
    """A failed write is reported in one line, with exit code 1."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*STS, "--local", "get-caller-identity"], stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
    assert (done.returncode, done.stderr) == (255, "sts: [Errno 28] No space left on device\n")


@pytest.mark.slow
def test_the_example_for_the_shell_runs(tmp_path: Path) -> None:
    """As it is, without an AWS account."""
    shim = tmp_path / "sts"
    shim.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m sts "$@"\n')
    shim.chmod(0o755)
    environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    done = subprocess.run(["sh", "examples/shell.sh"], capture_output=True, text=True, cwd=ROOT, env=environ)

    assert done.returncode == 0, done.stderr
    assert "a command with key ASIA" in done.stdout
    assert "[profile demo-123456789012]" in done.stdout
