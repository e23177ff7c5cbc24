"""Identity tokens of CI jobs. GitHub's is fetched for each exchange, GitLab's is in the environment. Neither is ever shown."""

from __future__ import annotations

import json
import logging
import time
from base64 import urlsafe_b64encode

import pytest

from sts import STS, web_identity_credentials
from sts.credentials import GitHubToken, GitLabToken, default_chain
from sts.errors import CredentialsError, NotConfiguredError
from tests.support.http_server import HTTPServer, files

BEARER = "request-bearer-secret"


def jwt(**claims):
    parts = (json.dumps(part).encode() for part in ({"alg": "RS256"}, claims))
    return ".".join([*(urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "signature-secret"])


def job(server, **more):
    return {
        "GITHUB_ACTIONS": "true",
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{server.url}/idtoken?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER,
        **more,
    }


@pytest.mark.parametrize("audience", ["sts.amazonaws.com", "https://minio.example.com/a b"])
def test_github_is_asked_as_its_toolkit_asks(audience):
    """
    The audience is in the query, the bearer token in the header.

    sigstore/sigstore-python#31, go-gitea/gitea#26383.
    """
    with HTTPServer(lambda _: (200, {"value": "a.b.c"})) as server:
        assert GitHubToken(audience, environ=job(server))() == "a.b.c"
    (seen,) = server.requests
    quoted = {"sts.amazonaws.com": "sts.amazonaws.com"}.get(audience, "https%3A%2F%2Fminio.example.com%2Fa%20b")
    assert seen.path == f"/idtoken?api-version=2.0&audience={quoted}"
    assert seen.headers["authorization"] == f"bearer {BEARER}"


def test_the_services_troubles_are_waited_out():
    """
    Busy and broken answers are tried again.

    aws-actions/configure-aws-credentials#1848.
    """
    answers = [(503, ""), (429, ""), (500, "x"), (200, {"value": "a.b.c"})]
    waits = []
    with HTTPServer(lambda _: answers.pop(0)) as server:
        assert GitHubToken(environ=job(server), sleep=waits.append)() == "a.b.c"
    assert waits == [1.0] * 3


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((403, {"message": f"no right for {BEARER}"}), r"rejected the request \(HTTP 403\)"),
        ((200, "<html>"), "not a JSON object"),
        ((200, {"value": ""}), "returned no token"),
        ((200, {"count": 1}), "returned no token"),
        ((500, {"value": "a.b.secret"}), "HTTP 500"),
    ],
)
def test_what_github_answers_instead_is_told_without_secrets(answer, says, caplog):
    """An error names what failed, and holds neither the bearer token nor an identity token."""
    caplog.set_level(logging.DEBUG)
    with HTTPServer(lambda _: answer) as server, pytest.raises(CredentialsError, match=says) as caught:
        GitHubToken(environ=job(server), sleep=lambda _: None)()
    assert BEARER not in str(caught.value) + repr(caught.value) + caplog.text
    assert "a.b.secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "this is not a job of GitHub Actions"),
        ({"GITHUB_ACTIONS": "true"}, "id-token: write"),
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "http://localhost"}, "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set, although"),
    ],
)
def test_outside_of_a_job_that_may_have_one_there_is_no_token(environ, says):
    """
    The error names the missing permission. It is a NotConfiguredError, so that a chain continues.

    aws-actions/configure-aws-credentials#306, #690.
    """
    with pytest.raises(NotConfiguredError, match=says):
        GitHubToken(environ=environ)()


def test_a_long_job_gets_a_new_token_for_each_session(local_sts, monkeypatch):
    """
    `web_identity_credentials(role, token=GitHubToken())` fetches a token for every exchange: each lives for minutes only.

    aws-actions/configure-aws-credentials#1848, #359, #354, #488, awslabs/mountpoint-s3#784.
    """
    with HTTPServer(lambda _: (200, {"value": local_sts.issue_token(f"repo:org/app:{len(server.requests)}")})) as server:
        for name, value in job(server).items():
            monkeypatch.setenv(name, value)
        options = {"endpoint": local_sts.url}
        credentials = web_identity_credentials(
            local_sts.role.arn, token=GitHubToken(), region="us-east-1", client_options=options
        )
        with STS(credentials=credentials, region="us-east-1", endpoint=local_sts.url) as client:
            client.get_caller_identity()
            credentials.refresh()
            client.get_caller_identity()
    tokens = [call.params["WebIdentityToken"] for call in local_sts.calls if "WebIdentity" in call.operation]
    assert len(tokens) == len(set(tokens)) == len(server.requests) == 2


SERVER = {"CI_SERVER_URL": "https://gitlab.example.com", "CI_SERVER_HOST": "gitlab.example.com"}


def gitlab(**claims):
    return jwt(iss="https://gitlab.example.com", sub="project_path:org/app:ref_type:branch:ref:main", **claims)


@pytest.mark.parametrize("variable", [None, "AWS_ID_TOKEN"])
def test_gitlabs_token_is_in_the_environment(variable):
    """The named variable, or the one that holds a token of this server."""
    environ = {
        **SERVER,
        "AWS_ID_TOKEN": gitlab(exp=time.time() + 60),
        "OTHER": jwt(iss="https://elsewhere"),
        "VERSION": "1.2.3",
    }
    assert GitLabToken(variable, environ=environ)() == environ["AWS_ID_TOKEN"]


@pytest.mark.parametrize(
    "environ",
    [
        {"CI_SERVER_URL": "https://GitLab.example.com/", "T": gitlab()},
        {"CI_SERVER_URL": "https://gitlab.example.com", "T": gitlab(), "AGAIN": gitlab()},
        {
            "CI_SERVER_URL": "https://gitlab.example.com",
            "T": gitlab(aud="aws"),
            "CI_JOB_JWT": gitlab(),
            "CI_JOB_JWT_V2": gitlab(),
        },
        {"CI_SERVER_HOST": "gitlab.example.com", "T": gitlab()},
        {"CI_SERVER_URL": "https://example.com/gitlab", "T": jwt(iss="https://example.com/gitlab")},
    ],
)
def test_a_job_s_token_is_found_however_the_server_writes_its_name(environ):
    """
    Capitals, a final slash and a path in the address of the server, the same token twice, and GitLab's older tokens.

    getnora-io/nora#995.
    """
    assert GitLabToken(environ=environ)() == environ["T"]


def test_a_bearer_token_that_was_not_passed_on_is_named():
    """A container of the job has the URL but not its token."""
    environ = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://pipelines.example.com/x", "GITHUB_ACTIONS": "true"}
    with pytest.raises(NotConfiguredError, match="ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set, although"):
        GitHubToken(environ=environ)()


@pytest.mark.parametrize(
    ("variable", "environ", "error", "says"),
    [
        (None, SERVER, NotConfiguredError, "id_tokens"),
        (None, {}, NotConfiguredError, "CI_SERVER_URL is not set"),
        ("MINE", SERVER, NotConfiguredError, "MINE is not set"),
        (None, {**SERVER, "B": gitlab(), "A": gitlab(aud="b")}, NotConfiguredError, "A, B. Choose one"),
        (None, {**SERVER, "A": gitlab(exp=1)}, CredentialsError, "has expired"),
    ],
)
def test_what_keeps_gitlab_from_giving_a_token_is_told(variable, environ, error, says):
    """The error says what to add to the job, or lists the variables."""
    with pytest.raises(error, match=says) as caught:
        GitLabToken(variable, environ=environ)()
    assert "secret" not in str(caught.value)


def test_they_show_and_pickle_nothing():
    """The environment they keep holds secrets."""
    import pickle

    for token in (GitHubToken(environ={"X": BEARER}), GitLabToken(environ={"X": BEARER}), GitLabToken("A")):
        assert BEARER not in repr(token)
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(token)


def test_a_chain_asks_for_a_job_s_token_only_if_it_is_told_to(local_sts, tmp_path):
    """The provider must be added to the default chain. In a job it is used, elsewhere it is skipped."""
    environ = {**files(tmp_path), "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "s" * 40}
    with HTTPServer(lambda _: (200, {"value": local_sts.issue_token("repo:org/app")})) as server:
        found = {}
        for place in (job(server), {}):
            token = GitHubToken(environ=place)
            options = {"endpoint": local_sts.url}
            mine = web_identity_credentials(local_sts.role.arn, token=token, region="us-east-1", client_options=options)
            found[bool(place)] = default_chain(environ=environ).insert_before("environment", mine, "github").retrieve().source
        assert default_chain(environ={**environ, **job(server)}).retrieve().source == "environment"
    assert found == {True: "web-identity", False: "environment"}
