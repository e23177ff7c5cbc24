"""`--github-oidc`: a role for the job of GitHub Actions that runs the command."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sts.cli import main
from sts.testing import LocalSTS


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[LocalSTS, str, list[str]]]:
    """Configure the environment of a job. Yield the server, the ARN of a role and the requests to GitHub."""
    asked: list[str] = []
    with LocalSTS() as server:
        provider = server.add_oidc_provider("https://token.actions.githubusercontent.com", audiences=["sts.amazonaws.com"])
        role = server.add_role("deploy", trusts=[provider.arn])
        token = server.issue_token(provider=provider, subject="repo:me/x:ref:refs/heads/main", audience="sts.amazonaws.com")

        class GitHub(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(f"{self.path} {self.headers['Authorization']}")
                body = json.dumps({"value": token}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), GitHub) as github:
            threading.Thread(target=github.serve_forever, args=(0.05,), daemon=True).start()
            monkeypatch.setenv("HOME", str(tmp_path))
            monkeypatch.setenv("AWS_REGION", "us-east-1")
            monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
            monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"http://127.0.0.1:{github.server_port}/token?api-version=2")
            monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "job-token")
            yield server, role.arn, asked
            github.shutdown()


def test_a_job_assumes_its_role(job: tuple[LocalSTS, str, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    """No key is configured anywhere."""
    server, role, asked = job
    assert main(["credential-process", "--github-oidc", "--role-arn", role, "--duration", "15m"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert found["AccessKeyId"].startswith("ASIA")
    assert [call.operation for call in server.calls] == ["AssumeRoleWithWebIdentity"]
    assert server.calls[0].params["DurationSeconds"] == 900
    assert asked == ["/token?api-version=2&audience=sts.amazonaws.com bearer job-token"]
    assert main(["whoami", role, "--github-oidc"]) == 0
    assert ":assumed-role/deploy/" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--tags", "a=b"], ["--external-id", "xx"], ["--mfa"], ["--source-identity", "me"]])
def test_what_the_operation_does_not_take_is_refused(
    words: list[str], job: tuple[LocalSTS, str, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The error has the name of the option, and nothing is sent."""
    server, role, asked = job
    assert main(["credential-process", "--github-oidc", "--role-arn", role, *words]) == 252

    assert words[0] in capsys.readouterr().err
    assert (server.calls, asked) == ([], [])


def test_outside_of_a_job_it_says_so(
    job: tuple[LocalSTS, str, list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And a role is needed."""
    _, role, _ = job
    assert main(["credential-process", "--github-oidc"]) == 252
    assert "--role-arn" in capsys.readouterr().err
    monkeypatch.delenv("ACTIONS_ID_TOKEN_REQUEST_URL")
    assert main(["credential-process", "--github-oidc", "--role-arn", role]) == 253
    assert "job-token" not in capsys.readouterr().err
