"""The commands that return credentials (assume, exec, credential-process): cache, MFA, and secrets on terminals."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import boto3
import botocore.session
import pytest

from sts.cli import main, quick
from sts.cli.command_line import parse
from sts.cli.commands import process
from sts.cli.output import MASK
from sts.testing import LocalSTS
from tests.support.threads import wait_until

ROLE = "arn:aws:iam::123456789012:role/demo"
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def module_server() -> Iterator[LocalSTS]:
    with LocalSTS() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty home of the test's own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("STS_CREDENTIAL_PROCESS", raising=False)
    return tmp_path


@pytest.fixture
def server(module_server: LocalSTS, home: Path, monkeypatch: pytest.MonkeyPatch) -> LocalSTS:
    """Configure the environment for the server."""
    options = module_server.client_options()
    monkeypatch.setenv("AWS_REGION", options["region"])
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", options["endpoint"])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", options["access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", options["secret_access_key"])
    module_server.clear_calls()
    return module_server


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    os.environ.pop("STS_CREDENTIAL_PROCESS", None)
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def pretend_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make standard output look like a terminal."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")


# assume


def test_env_is_read_by_a_shell(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """Values arrive unchanged, and AWS_PROFILE is unset."""
    os.environ["AWS_PROFILE"] = "default"
    try:
        code, out, err = run(capsys, "assume", ROLE)
    finally:
        del os.environ["AWS_PROFILE"]
    assert (code, err) == (0, "")
    script = f'{out}\nprintf "%s\\n" "$AWS_ACCESS_KEY_ID" "$AWS_SESSION_TOKEN" "${{AWS_PROFILE-unset}}" "$AWS_REGION"'
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert said[0].startswith("ASIA")
    assert len(said[1]) > 100
    assert said[2:] == ["unset", server.region]


def test_two_roles_are_one_too_many(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither is assumed."""
    code, _, err = run(capsys, "assume", ROLE, "--role-arn", f"{ROLE}2")
    assert (code, server.calls) == (252, [])
    assert "two roles" in err


@pytest.mark.parametrize("form", ["json", "credential-process", "profile", "fish", "powershell"])
def test_forms_of_a_session(form: str, server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """Each form has what its reader needs."""
    code, out, _ = run(capsys, "assume", ROLE, "--format", form, "--duration", "15m", "--tags", "team=a")

    assert code == 0
    if form == "json":
        assert json.loads(out)["Credentials"]["AccountId"] == "123456789012"
    elif form == "credential-process":
        assert json.loads(out)["Version"] == 1
    elif form == "profile":
        assert out.startswith("[demo]\naws_access_key_id = ASIA")
    else:
        assert {"fish": "set -gx AWS_SESSION_TOKEN '", "powershell": "$Env:AWS_SESSION_TOKEN = '"}[form] in out
    assert server.calls[-1].params["DurationSeconds"] == 900
    assert server.calls[-1].params["Tags"] == [{"Key": "team", "Value": "a"}]


def test_a_chain_ends_with_the_last_role(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """Each role is assumed with the session before it."""
    server.add_role("Hub", trusts=["123456789012"])
    server.add_role("Spoke", trusts=["arn:aws:iam::123456789012:role/Hub"])
    code, _, err = run(
        capsys, "assume", ROLE.replace("demo", "Spoke"), "--chain", ROLE.replace("demo", "Hub"), "--format", "json"
    )
    assert (code, err) == (0, "")
    assert [call.params["RoleArn"].rpartition("/")[2] for call in server.calls] == ["Hub", "Spoke"]
    assert run(capsys, "assume", "--chain", ROLE)[0] == 252


def test_the_longest_session_is_found(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--duration max`."""
    server.add_role("Long", max_session_duration=7200)
    code, _, err = run(capsys, "assume", ROLE.replace("demo", "Long"), "--duration", "max")

    assert (code, err) == (0, "")
    assert [call.params["DurationSeconds"] for call in server.calls][-1] == 7200


def test_secrets_do_not_go_to_a_terminal_unless_asked_for(
    server: LocalSTS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for the lines that a shell is to read."""
    pretend_terminal(monkeypatch)
    for arguments in (
        ["assume", ROLE, "--format", "json"],
        ["assume", ROLE, "--format", "profile"],
        ["credential-process", "--role-arn", ROLE],
        ["assume-role", "--role-arn", ROLE, "--role-session-name", "ci"],
        ["eks-token", "--cluster-name", "prod"],
    ):
        _, out, _ = run(capsys, *arguments)
        assert MASK in out, arguments
        assert "IQoJ" not in out
        assert "k8s-aws-v1" not in out
        assert MASK not in run(capsys, *arguments, "--show-secrets")[1]
    assert "IQoJ" in run(capsys, "assume", ROLE)[1]


def test_end_users_are_not_shown_on_a_terminal_unless_asked_for(
    server: LocalSTS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service calls the propagated context sensitive."""
    provider = server.add_oidc_provider("https://people.example.org", context={"Subject": "email"})
    role = server.add_role("people", trusts=[provider.arn])
    token = server.issue_token(provider=provider, email="a@x")
    arguments = ["--role-arn", role.arn, "--role-session-name", "web", "--web-identity-token", token]
    command = ["assume-role-with-web-identity", *arguments]

    assert '"Subject": "a@x"' in run(capsys, *command)[1]
    pretend_terminal(monkeypatch)
    assert "a@x" not in run(capsys, *command)[1]
    assert "a@x" in run(capsys, *command, "--show-secrets")[1]


# the cache


def test_a_session_is_kept_and_used_again(server: LocalSTS, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One AssumeRole serves many commands, in a file that only the user can read. --no-cache neither reads nor writes it."""
    first = run(capsys, "credential-process", "--role-arn", ROLE)[1]
    again = run(capsys, "credential-process", "--role-arn", ROLE)[1]
    run(capsys, "assume", ROLE)

    assert first == again
    assert len(server.calls) == 1
    cache = home / ".aws" / "sts" / "cache"
    assert {stat.S_IMODE(path.stat().st_mode) for path in cache.iterdir()} == {0o600}
    shutil.rmtree(cache)
    fresh = run(capsys, "credential-process", "--role-arn", ROLE, "--no-cache")[1]
    assert fresh != first
    assert not cache.exists()


def test_whatever_may_change_the_answer_has_another_file(
    server: LocalSTS, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Options, variables and the shared files are part of the key. Secrets are not part of names."""
    names = set()

    def ask(*more: str) -> None:
        run(capsys, "credential-process", "--role-arn", ROLE, *more)
        names.update(path.name for path in (home / ".aws" / "sts" / "cache").glob("cli-*.json"))

    ask()
    ask("--session-name", "other")
    monkeypatch.setenv("AWS_ROLE_SESSION_NAME", "x")
    ask()
    (home / ".aws" / "config").write_text("[default]\nregion = eu-west-1\n")
    ask()
    assert len(names) == 4
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", os.environ["AWS_SECRET_ACCESS_KEY"])
    ask()
    assert len(names) == 4


def test_sessions_of_one_server_are_not_given_to_another(
    server: LocalSTS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even with the same key and role, and for any source of the endpoint."""
    run(capsys, "credential-process", "--role-arn", ROLE)
    with LocalSTS() as other:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", other.url)
        run(capsys, "credential-process", "--role-arn", ROLE)
        assert [call.operation for call in other.calls] == ["AssumeRole"]


def grow_old(path: Path, left: float) -> None:
    """Make the session in *path* one of an hour that has *left* seconds to live."""
    content, now = json.loads(path.read_text()), time.time()
    expiration = datetime.fromtimestamp(now + left, tz=timezone.utc)
    content["Credentials"]["Expiration"] = expiration.strftime("%Y-%m-%dT%H:%M:%SZ")
    path.write_text(json.dumps({**content, "FreshUntil": now - 1, "GoodUntil": now + left - 60}))
    os.utime(path, (now + left - 3600, now + left - 3600))


@pytest.mark.parametrize("damage", ["not json", "[]", '{"Credentials": {}}', "old", "readable", "ended"])
def test_a_file_that_is_of_no_use_is_replaced(
    damage: str, server: LocalSTS, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Damaged, due, ended, or readable by others."""
    run(capsys, "credential-process", "--role-arn", ROLE)
    (path,) = (home / ".aws" / "sts" / "cache").glob("cli-*.json")
    content = json.loads(path.read_text())
    for other in path.parent.iterdir():
        if other != path:
            other.unlink()
    if damage == "readable":
        path.chmod(0o644)
    elif damage in ("old", "ended"):
        grow_old(path, 300 if damage == "old" else 30)
    else:
        path.write_text(damage)
    code, out, _ = run(capsys, "credential-process", "--role-arn", ROLE)

    assert code == 0
    assert json.loads(out)["AccessKeyId"] != content["Credentials"]["AccessKeyId"]
    assert json.loads(path.read_text())["Credentials"]["AccessKeyId"] == json.loads(out)["AccessKeyId"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_session_that_is_still_good_is_used_when_there_is_no_new_one(
    server: LocalSTS, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command works during an outage of STS, with a warning."""
    first = json.loads(run(capsys, "credential-process", "--role-arn", ROLE)[1])
    (path,) = (home / ".aws" / "sts" / "cache").glob("cli-*.json")
    for other in set(path.parent.iterdir()) - {path}:
        other.unlink()
    grow_old(path, 300)
    server.inject("unavailable", times=3)
    code, out, err = run(capsys, "credential-process", "--role-arn", ROLE)
    server.clear_faults()

    assert code == 0
    assert json.loads(out)["AccessKeyId"] == first["AccessKeyId"]
    assert "Fetching credentials failed" in err


def test_processes_that_start_together_ask_once(server: LocalSTS) -> None:
    """One AssumeRole, one answer."""
    command = [sys.executable, "-m", "sts", "credential-process", "--role-arn", ROLE]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) for _ in range(8)]
    outs = {process.communicate()[0] for process in processes}

    assert len(outs) == 1
    assert [call.operation for call in server.calls] == ["AssumeRole"]


HIT = """
import sys, time
from sts.cli import main
main(["credential-process", "--role-arn", {role!r}])
print(*(name for name in sys.modules if name.startswith("sts")), "typing" in sys.modules, file=sys.stderr)
"""


def test_a_hit_loads_next_to_nothing(server: LocalSTS) -> None:
    """No client, no HTTP, not even the typing module: a hit takes little longer than starting Python."""
    code = HIT.format(role=ROLE)
    done = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT) for _ in range(2)]

    assert done[0].stdout == done[1].stdout
    *modules, typing = done[1].stderr.split()
    assert set(modules) == {
        "sts",
        "sts._version",
        "sts._lazy",
        "sts.base",
        "sts.base.records",
        "sts.cli",
        "sts.cli.program",
        "sts.cli.command_table",
        "sts.cli.commands",
        "sts.cli.option_table",
        "sts.cli.command_parser",
        "sts.cli.command_line",
        "sts.base.durations",
        "sts.cli.commands.process",
        "sts.cli.width",
        "sts.cli.quick",
        "sts.cli.target",
        "sts.credentials",
        "sts.credentials.refresh",
        "sts.credentials.refresh.private_files",
    }
    assert typing == "False"


# credential-process in the hands of others


@pytest.fixture
def profile(server: LocalSTS, home: Path, monkeypatch: pytest.MonkeyPatch) -> LocalSTS:
    """Write a profile that runs the command, and a base profile with the keys. The environment has no keys."""
    (home / ".aws").mkdir(exist_ok=True)
    options = server.client_options()
    (home / ".aws" / "config").write_text(
        f"[profile base]\naws_access_key_id = {options['access_key_id']}\n"
        f"aws_secret_access_key = {options['secret_access_key']}\nregion = us-east-1\n"
        f"[profile audit]\nregion = us-east-1\n"
        f"credential_process = env PYTHONPATH={ROOT} {sys.executable} -m sts credential-process "
        f"--profile base --role-arn {ROLE}\n"
        f"[profile circle]\nregion = us-east-1\n"
        f"credential_process = env PYTHONPATH={ROOT} {sys.executable} -m sts credential-process --role-arn {ROLE}\n"
    )
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    return server


def test_botocore_and_boto3_take_it(profile: LocalSTS) -> None:
    """As refreshable credentials with the account. boto3 signs with them."""
    credentials = botocore.session.Session(profile="audit").get_credentials()
    frozen = credentials.get_frozen_credentials()

    assert credentials.method == "custom-process"
    assert frozen.access_key.startswith("ASIA")
    assert frozen.account_id == "123456789012"
    client = boto3.Session(profile_name="audit").client("sts", endpoint_url=profile.url)
    assert client.get_caller_identity()["Arn"].startswith("arn:aws:sts::123456789012:assumed-role/demo/")
    assert [call.operation for call in profile.calls] == ["AssumeRole", "GetCallerIdentity"]


JAVASCRIPT = """
const {fromProcess} = require("@aws-sdk/credential-providers");
fromProcess({profile: "audit"})().then((keys) => process.stdout.write(JSON.stringify(keys)));
"""


@pytest.mark.skipif(not shutil.which("node"), reason="needs node, and NODE_PATH leading to @aws-sdk/credential-providers")
def test_the_aws_sdk_for_javascript_takes_it(profile: LocalSTS) -> None:
    """Its `fromProcess` returns the session with its expiration and account."""
    done = subprocess.run(["node", "-e", JAVASCRIPT], capture_output=True, text=True)
    if "Cannot find module '@aws-sdk" in done.stderr:
        pytest.skip("NODE_PATH does not lead to @aws-sdk/credential-providers")
    keys = json.loads(done.stdout)

    assert keys["accessKeyId"].startswith("ASIA")
    assert keys["accountId"] == "123456789012"
    assert keys["expiration"].endswith("Z")
    assert [call.operation for call in profile.calls] == ["AssumeRole"]


@pytest.mark.skipif(not shutil.which("aws"), reason="needs the AWS CLI, whose botocore is another than the tests'")
def test_the_aws_cli_takes_it(profile: LocalSTS) -> None:
    """A command of its own is signed with the session."""
    command = ["aws", "sts", "get-caller-identity", "--profile", "audit", "--endpoint-url", profile.url, "--output", "json"]
    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["Arn"].startswith("arn:aws:sts::123456789012:assumed-role/demo/")


def test_a_command_runs_in_a_profile_that_runs_a_command(profile: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """`sts whoami --profile` with a credential_process that is ours."""
    code, out, err = run(capsys, "whoami", "--profile", "audit")

    assert (code, err) == (0, "")
    assert json.loads(out)["Source"] == "process"


def test_a_profile_that_asks_for_itself_is_found_out(
    profile: LocalSTS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instead of processes without end."""
    monkeypatch.setenv("AWS_PROFILE", "circle")
    code, _, err = run(capsys, "credential-process", "--role-arn", ROLE)
    assert code == 253
    assert "--profile" in err
    monkeypatch.setenv("STS_CREDENTIAL_PROCESS", process.session_path(parse(["credential-process", "--role-arn", ROLE])))
    assert main(["credential-process", "--role-arn", ROLE]) == 253
    assert "--profile" in capsys.readouterr().err


# exec


def test_a_command_gets_the_session(server: LocalSTS) -> None:
    """In its environment, without AWS_PROFILE. Its exit code is returned."""
    show = "import json, os, sys; print(json.dumps({k: v for k, v in os.environ.items() if k.startswith('AWS_')})); sys.exit(7)"
    done = subprocess.run(
        [sys.executable, "-m", "sts", "exec", "--role-arn", ROLE, "--region", "eu-west-1", "--", sys.executable, "-c", show],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "AWS_DEFAULT_PROFILE": "default"},
    )
    environ = json.loads(done.stdout)

    assert done.returncode == 7
    assert environ["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert environ["AWS_REGION"] == environ["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert environ["AWS_CREDENTIAL_EXPIRATION"].endswith("Z")
    assert "AWS_DEFAULT_PROFILE" not in environ


def test_what_cannot_be_run(server: LocalSTS, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """127 and 126, as shells have it."""
    assert run(capsys, "exec", "--", "no-such-command-anywhere")[0] == 127
    (home / "plain").write_text("not a program")
    assert run(capsys, "exec", "--", str(home / "plain"))[0] == 126


def test_exec_runs_against_the_local_server(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    """Which serves until the command has ended, and not longer."""
    done = subprocess.run(
        [sys.executable, "-m", "sts", "exec", "--local", "--", sys.executable, "-m", "sts", "whoami"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert json.loads(done.stdout)["Arn"] == "arn:aws:iam::123456789012:user/demo"
    assert (done.returncode, done.stderr) == (0, "")


def test_the_local_server_ends_with_the_command(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    """No thread is left, and nothing is kept on disk."""
    before = set(threading.enumerate())
    assert run(capsys, "assume", ROLE, "--local")[0] == 0

    assert wait_until(lambda: not set(threading.enumerate()) - before)
    assert not (home / ".aws" / "sts").exists()


# MFA


def test_one_code_serves_many_roles(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """The session with MFA is cached. The device is found by the name of the user."""
    device = server.add_mfa_device()
    server.add_role("Guarded", mfa=True)
    server.add_role("Guarded2", mfa=True)
    code, _, err = run(capsys, "assume", ROLE.replace("demo", "Guarded"), "--mfa", "--mfa-code", device.code())
    assert (code, err) == (0, "")
    assert run(capsys, "assume", ROLE.replace("demo", "Guarded2"), "--mfa", "--mfa-code", "000000")[0] == 0
    asked = [call.operation for call in server.calls]
    assert asked.count("GetSessionToken") == 1


def test_codes_are_asked_for_on_the_terminal_only(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal the error names the option. Standard input is never read."""
    device = server.add_mfa_device(name="other")
    done = subprocess.run(
        [sys.executable, "-m", "sts", "assume", ROLE, "--mfa-serial", device.serial, "--no-cache"],
        input=f"{device.code()}\n",
        capture_output=True,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    assert done.returncode == 253
    assert "--mfa-code" in done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a pseudo-terminal")
def test_a_code_typed_at_the_terminal(server: LocalSTS, home: Path) -> None:
    """The question is on the terminal, and nothing of it in standard output."""
    import pty

    device = server.add_mfa_device(name="typed")
    out = home / "out"
    child, terminal_fd = pty.fork()
    if child == 0:
        try:
            os.chdir(ROOT)
            os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT, 0o600), 1)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.execv(sys.executable, [sys.executable, "-m", "sts", "assume", ROLE, "--mfa-serial", device.serial, "--no-cache"])
        finally:
            os._exit(99)
    asked = b""
    while b": " not in asked:
        asked += os.read(terminal_fd, 1024)
    os.write(terminal_fd, device.code().encode() + b"\n")
    _, status = os.waitpid(child, 0)
    os.close(terminal_fd)

    assert device.serial.encode() in asked
    assert os.waitstatus_to_exitcode(status) == 0
    assert out.read_text().startswith("export AWS_ACCESS_KEY_ID=ASIA")


# whoami


def test_whoami_says_what_is_known(server: LocalSTS, capsys: pytest.CaptureFixture[str]) -> None:
    """Account, ARN, source, expiration."""
    code, out, _ = run(capsys, "whoami", "--role-arn", ROLE, "--output", "json")

    said = json.loads(out)
    assert code == 0
    assert said["Arn"].startswith("arn:aws:sts::123456789012:assumed-role/demo/")
    assert said["Source"] == "assume-role"
    assert said["Expiration"].endswith("Z")


def test_whoami_explains_also_when_it_cannot_tell(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict of each provider, and exit code 253."""
    code, out, _ = run(capsys, "whoami", "--explain", "--region", "eu-west-1", "--output", "table")

    assert code == 253
    assert "environment" in out
    assert "Problem: " in out


def test_secret_variables_are_no_part_of_a_name() -> None:
    """Nothing that is secret decides where a session is kept."""
    assert {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} <= quick.SECRET_VARIABLES
