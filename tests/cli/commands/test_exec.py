"""The command `exec`: words, signals, and credentials that renew inside a program."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

import sts
from sts.cli.command_line import parse
from sts.cli.loopback import serve_credentials
from sts.credentials.providers.assume_role import AssumeRoleProvider
from sts.credentials.refresh.cache import CachedProvider
from sts.errors import CredentialsError
from sts.identity import Credentials
from sts.testing import FakeClock, LocalSTS

ROLE = "arn:aws:iam::123456789012:role/demo"
ROOT = Path(__file__).resolve().parents[3]
STS = [sys.executable, "-m", "sts"]


@pytest.mark.parametrize(
    ("words", "profile", "duration", "program"),
    [
        (["prod", "--", "terraform", "plan", "-out", "x"], "prod", None, ["terraform", "plan", "-out", "x"]),
        (["prod", "terraform", "plan", "-out", "x"], "prod", None, ["terraform", "plan", "-out", "x"]),
        (["prod", "--duration", "15m", "--", "env", "--", "x"], "prod", 900, ["env", "--", "x"]),
        (["--duration", "15m", "prod", "--", "env"], "prod", 900, ["env"]),
        (["prod", "--duration", "15m", "env", "--region", "x"], "prod", 900, ["env", "--region", "x"]),
        (["--", "env"], None, None, ["env"]),
        (["prod"], "prod", None, []),
        (["prod", "--duration", "15m"], "prod", 900, []),
        ([], None, None, []),
    ],
)
def test_words(words: list[str], profile: str | None, duration: int | None, program: list[str]) -> None:
    """Options may stand anywhere before the program. Options of the program are passed on unchanged."""
    found = parse(["exec", *words])

    assert (getattr(found, "target", None), found.duration, found.words) == (profile, duration, program)


def test_two_words_before_the_dashes_are_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """One of them is not where it was meant to be."""
    with pytest.raises(SystemExit):
        parse(["exec", "prod", "other", "--", "env"])

    assert "other" in capsys.readouterr().err


def test_a_shell_is_opened_without_a_command(environ: dict[str, str], tmp_path: Path) -> None:
    """The user's own, with a mark that it was."""
    shell = tmp_path / "shell"
    shell.write_text('#!/bin/sh\necho "$STS_SHELL $STS_ASSUMED_PROFILE $AWS_REGION $AWS_ACCESS_KEY_ID"\n')
    shell.chmod(0o700)
    done = subprocess.run([*STS, "exec", "prod"], env={**environ, "SHELL": str(shell)}, capture_output=True, text=True)

    assert done.stdout.startswith("exec prod eu-west-1 ASIA"), done.stderr


READY = """
import os, signal, sys, time
def told(number, frame):
    print("got", signal.Signals(number).name, flush=True)
    sys.exit(7)
for name in ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGINT"):
    signal.signal(getattr(signal, name), told)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGINT"])
@pytest.mark.parametrize("words", [["--local"], ["--server", "prod"]], ids=["local", "server"])
def test_signals_are_passed_on(name: str, words: list[str], environ: dict[str, str]) -> None:
    """The program decides how it ends, and its exit code is returned."""
    command = [*STS, "exec", *words, "--", sys.executable, "-c", READY]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(getattr(signal, name))
    assert process.stdout.readline() == f"got {name}\n"

    process.stdout.close()
    assert process.wait() == 7


# credentials that renew


class Keys:
    """Provider that gives other keys each time."""

    def __init__(self) -> None:
        self.given = 0

    def retrieve(self) -> Credentials:
        self.given += 1
        return Credentials(f"ASIA{self.given:016}", "secret", "token", account_id="123456789012")


def ask(server: Any, path: str = "/", method: str = "GET", **headers: str) -> tuple[int, dict[str, Any], Any]:
    """Return status, body and headers of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    for name, value in {"Host": server.host, "Authorization": server.token, **headers}.items():
        if value:
            connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, json.loads(body) if body else {}, response.headers


def test_the_protocol_of_containers() -> None:
    """The protocol that every AWS SDK reads, on 127.0.0.1 only. Responses must not be cached."""
    with serve_credentials(Keys()) as server:
        status, found, headers = ask(server)
        assert server.server_address[0] == "127.0.0.1"
        assert server.variables()["AWS_CONTAINER_CREDENTIALS_FULL_URI"] == f"http://127.0.0.1:{server.server_port}/"

    assert status == 200
    expected = {"AccessKeyId": f"ASIA{1:016}", "SecretAccessKey": "secret", "Token": "token", "AccountId": "123456789012"}
    assert found == expected
    assert headers["Cache-Control"] == "no-store"
    assert not [name for name in headers if name.lower().startswith("access-control")]


def test_everything_else_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    """Other hosts, paths, methods and tokens. No part of the request is repeated or logged."""
    keys = Keys()
    with serve_credentials(keys) as server:
        port, token = server.server_port, server.token
        refused = [
            ask(server, Host="localhost:" + str(port)),
            ask(server, Host="evil.example"),
            ask(server, Host=""),
            ask(server, Host="127.0.0.1"),
            ask(server, Origin="https://evil.example"),
            ask(server, Authorization=""),
            ask(server, Authorization=token[:-1]),
            ask(server, Authorization=token + "x"),
            ask(server, Authorization=token.upper()),
            ask(server, Authorization=f"Bearer {token}"),
            ask(server, Authorization="\xe9"),
            ask(server, path="/credentials"),
            ask(server, path=f"/?{token}"),
            ask(server, path=f"/{token}", Authorization=""),
            ask(server, path=f"http://127.0.0.1:{port}/x"),
            *(ask(server, method=method) for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", token)),
        ]
        assert ask(server, method="HEAD")[0] == 501

    assert {status for status, *_ in refused} <= {401, 403, 404, 501}
    assert keys.given == 0
    for _, body, headers in refused:
        assert token not in json.dumps(body)
        assert not [name for name in headers if name.lower().startswith("access-control")]
    assert token not in "".join(capfd.readouterr())


def test_two_tokens_are_none() -> None:
    """Nor two hosts."""
    with serve_credentials(Keys()) as server:
        for name, value in (("Authorization", server.token), ("Host", server.host)):
            connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
            connection.putrequest("GET", "/", skip_host=True)
            for header in (("Host", server.host), ("Authorization", server.token), (name, value)):
                connection.putheader(*header)
            connection.endheaders()
            assert connection.getresponse().status in (401, 403)
            connection.close()


def test_a_failure_is_told_to_the_program() -> None:
    """As an error of the endpoint, with its reason. The next request tries again."""

    class Broken:
        def retrieve(self) -> Credentials:
            raise CredentialsError("there is nothing")

    with serve_credentials(Broken()) as server:
        status, found, _ = ask(server)

    assert (status, found) == (500, {"code": "CredentialsError", "message": "there is nothing"})


def test_a_connection_that_says_nothing_holds_up_nobody() -> None:
    """Nor the end of the server."""
    with serve_credentials(Keys()) as server:
        idle = [socket.create_connection(("127.0.0.1", server.server_port)) for _ in range(5)]
        assert ask(server)[0] == 200
    for one in idle:
        one.close()


CHILD = """
import boto3, json, os, sys, time
sts = boto3.client("sts", endpoint_url=os.environ["AWS_ENDPOINT_URL_STS"])
seen = []
for _ in range(3):
    arn = sts.get_caller_identity()["Arn"]
    frozen = sts._request_signer._credentials.get_frozen_credentials()
    seen.append((arn, frozen.access_key))
    sts._request_signer._credentials._expiry_time -= __import__("datetime").timedelta(hours=2)  # as if the session had ended
print(json.dumps(seen))
print(sorted(name for name in os.environ if name.startswith("AWS_")), file=sys.stderr)
"""


def test_boto3_renews_inside_a_program(environ: dict[str, str], server: LocalSTS) -> None:
    """boto3 calls the server when its session expires. No key is in its environment."""
    pytest.importorskip("boto3")
    command = [*STS, "exec", "--server", "--duration", "15m", "prod", "--", sys.executable, "-c", CHILD]
    done = subprocess.run(command, env=environ, capture_output=True, text=True)

    seen = json.loads(done.stdout)
    assert len(seen) == 3, done.stderr
    assert all(":assumed-role/demo/" in arn and key.startswith("ASIA") for arn, key in seen)
    assert "AWS_CONTAINER_CREDENTIALS_FULL_URI" in done.stderr
    assert "AWS_ACCESS_KEY_ID" not in done.stderr


def test_a_default_profile_with_keys_does_not_outrank_the_server(environ: dict[str, str], tmp_path: Path) -> None:
    """SDKs look there before they ask a container's endpoint."""
    with open(tmp_path / ".aws" / "config", "a") as file:
        file.write("[default]\naws_access_key_id = AKIAWRONG\naws_secret_access_key = x\n")
    command = [*STS, "exec", "--server", "prod", "--", sys.executable, "-c", CHILD]
    done = subprocess.run(command, env=environ, capture_output=True, text=True)

    assert all(key.startswith("ASIA") for _, key in json.loads(done.stdout))
    assert "default profile" in done.stderr


def test_the_server_is_gone_with_the_program(environ: dict[str, str]) -> None:
    """Its port refuses connections."""
    show = "import os; print(os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'])"
    command = [*STS, "exec", "--server", "prod", "--", sys.executable, "-c", show]
    url = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout
    port = int(url.rpartition(":")[2].strip().strip("/"))

    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


LONG_JOB = """
import datetime, json, os, sys
import botocore.credentials, botocore.session
offset = datetime.timedelta(0)
credentials = botocore.session.Session().get_credentials()
real = credentials._time_fetcher
credentials._time_fetcher = lambda: real() + offset
for line in sys.stdin:
    offset = datetime.timedelta(minutes=int(line))
    frozen = credentials.get_frozen_credentials()
    print(json.dumps([frozen.access_key, credentials._expiry_time.isoformat()]), flush=True)
"""


def test_a_long_job_survives_many_sessions(environ: dict[str, str]) -> None:
    """A real boto3 calls every ten minutes for three hours. Sessions last fifteen minutes, and the clock is a fake one."""
    pytest.importorskip("botocore")
    clock = FakeClock(datetime.now(timezone.utc).replace(microsecond=0))
    with LocalSTS(clock=clock) as server:
        client = sts.STS(**server.client_options())
        source = AssumeRoleProvider(
            role_arn=ROLE,
            source=client._wire().credentials,
            duration=900,
            call=lambda name, params, _: getattr(client, name)(params),
        )
        with serve_credentials(CachedProvider(source, now=clock)) as running:
            variables = {**environ, **running.variables()}
            child = subprocess.Popen(
                [sys.executable, "-c", LONG_JOB], env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            assert child.stdin is not None
            assert child.stdout is not None
            seen = []
            for minutes in range(0, 180, 10):
                child.stdin.write(f"{minutes}\n")
                child.stdin.flush()
                key, expiration = json.loads(child.stdout.readline())
                assert datetime.fromisoformat(expiration) > clock.now, "the keys had ended"
                seen.append(key)
                clock.advance(600)
            child.stdin.close()
            child.stdout.close()
            assert child.wait() == 0

    assert len(set(seen)) >= 6
