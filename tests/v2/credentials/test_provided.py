"""v2's credential classes that ask a service: instance metadata, containers, SSO and Cognito, each against a local server."""

from __future__ import annotations

import hashlib
import json
import logging
import pickle
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from sts import STS
from sts import v2 as AWS  # noqa: N812 - the name that scripts use
from sts.errors import ConfigError, CredentialsError, STSError
from sts.testing import LocalSTS
from tests.suites.secrets.test_provider_secrets import CHANGES, DOCUMENTS, REPEATING, SECRET, SPOKEN, TOKEN
from tests.support.fakes import FakeHandler, ok
from tests.support.http_server import HTTPServer, Seen
from tests.support.threads import PATIENCE

ROLE = "/latest/meta-data/iam/security-credentials/"
POOL = "eu-west-1:00000000-1111-2222-3333-444444444444"
SSO = "sso_account_id = 123456789012\nsso_role_name = Reader\n"


def later(**delta: float) -> str:
    return (datetime.now(timezone.utc) + timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Services:
    """Server that responds as the metadata service, a container's agent, SSO and Cognito. Each session has a number."""

    def __init__(self) -> None:
        self.sessions = 0
        self.expires: Callable[[], str] = lambda: later(hours=1)
        self.web_token = "web-identity-token"
        self.refuse: Callable[[Seen], Any] = lambda _: None

    def __call__(self, seen: Seen) -> Any:
        return self.refuse(seen) or self.cognito(seen) or self.sso(seen) or self.metadata(seen) or (404, "")

    def key(self) -> str:
        self.sessions += 1
        return f"ASIASESSION{self.sessions}"

    def metadata(self, seen: Seen) -> Any:
        if seen.path == "/latest/api/token":
            return 200, "metadata-token"
        if seen.path == ROLE:
            return 200, "the-role"
        if seen.path in (f"{ROLE}the-role", "/container"):
            document = {"AccessKeyId": self.key(), "SecretAccessKey": "s", "Token": "t", "Expiration": self.expires()}
            return 200, {"Code": "Success", **document}
        return None

    def sso(self, seen: Seen) -> Any:
        if seen.path == "/token":
            return 200, {"accessToken": "renewed-token", "expiresIn": 3600}
        if seen.path.startswith("/federation/credentials"):
            expires = int(time.time() + 3600) * 1000
            found = {"accessKeyId": self.key(), "secretAccessKey": "s", "sessionToken": "t", "expiration": expires}
            return 200, {"roleCredentials": found}
        return None

    def cognito(self, seen: Seen) -> Any:
        operation = seen.headers.get("x-amz-target", "").removeprefix("AWSCognitoIdentityService.")
        if operation == "GetId":
            return 200, {"IdentityId": f"eu-west-1:identity-{self.sessions}"}
        if operation == "GetOpenIdToken":
            return 200, {"IdentityId": seen.json["IdentityId"], "Token": self.web_token}
        if operation == "GetCredentialsForIdentity":
            document = {"AccessKeyId": self.key(), "SecretKey": "s", "SessionToken": "t", "Expiration": time.time() + 3600}
            return 200, {"IdentityId": seen.json["IdentityId"], "Credentials": document}
        return None


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HTTPServer]:
    """Serve all of them, with no other configuration than where they are."""
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".aws").mkdir()
    AWS.config.clear()
    with HTTPServer(Services()) as server:
        for name in (
            "EC2_METADATA_SERVICE_ENDPOINT",
            "ENDPOINT_URL_SSO",
            "ENDPOINT_URL_SSO_OIDC",
            "ENDPOINT_URL_COGNITO_IDENTITY",
        ):
            monkeypatch.setenv(f"AWS_{name}", server.url)
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{server.url}/container")
        yield server
    AWS.config.clear()


def sso_token(home: Path, name: str, expires: str) -> Path:
    """Write the token that `aws sso login` leaves for an sso-session, or for an access portal."""
    folder = home / ".aws" / "sso" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha1(name.encode()).hexdigest()}.json"
    document = {"startUrl": "https://start", "region": "eu-west-1", "accessToken": "old-token", "expiresAt": expires}
    path.write_text(json.dumps({**document, "refreshToken": "r", "clientId": "c", "clientSecret": "s"}))
    return path


MAKERS: dict[str, Callable[[], Any]] = {
    "instance metadata": AWS.EC2MetadataCredentials,
    "container": AWS.ECSCredentials,
    "container, its other name": lambda: AWS.RemoteCredentials({"maxRetries": 0, "httpOptions": {"timeout": 5000}}),
    "sso": lambda: AWS.SsoCredentials({"profile": "legacy"}),
    "sso-session": lambda: AWS.SsoCredentials(profile="modern", http_options={"timeout": 5000}),
    "cognito": lambda: AWS.CognitoIdentityCredentials({"IdentityPoolId": POOL}),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=list(MAKERS))
def test_each_class_loads_and_refreshes(services: HTTPServer, tmp_path: Path, make: Callable[[], Any]) -> None:
    """Nothing is sent before the first use. `get` fills the object; `refresh` and `expired` fetch another session."""
    (tmp_path / ".aws" / "config").write_text(
        f"[profile legacy]\n{SSO}sso_start_url = https://start\nsso_region = eu-west-1\n[profile modern]\n{SSO}"
        "sso_session = work\n[sso-session work]\nsso_start_url = https://start\nsso_region = eu-west-1\n"
    )
    for name in ("work", "https://start"):
        sso_token(tmp_path, name, later(hours=8))
    creds = make()
    assert (creds.needsRefresh(), services.requests) == (True, [])
    creds.get_promise().result(PATIENCE)
    assert (creds.accessKeyId, creds.secretAccessKey, creds.sessionToken) == ("ASIASESSION1", "s", "t")
    assert creds.expireTime > datetime.now(timezone.utc) + timedelta(minutes=50)
    assert not creds.expired
    assert not creds.needs_refresh()
    creds.get()
    assert creds.access_key_id == "ASIASESSION1"
    creds.refresh()
    assert creds.access_key_id == "ASIASESSION2"
    creds.expired = True
    done = threading.Event()
    creds.get(lambda error: done.set() if error is None else None)
    assert done.wait(PATIENCE)
    assert creds.access_key_id == "ASIASESSION3"


def test_a_client_signs_with_them_and_has_them_renewed(services: HTTPServer) -> None:
    """Any client accepts them. A session that is about to expire is refreshed before a call."""
    answer: Services = services.answer
    answer.expires = lambda: later(seconds=10)
    creds = AWS.ECSCredentials()
    creds.get()
    answer.expires = lambda: later(hours=1)
    handler = FakeHandler(ok())
    STS(region="eu-west-1", credentials=creds, request_handler=handler).get_caller_identity()
    assert "Credential=ASIASESSION2/" in handler.requests[0].headers["authorization"]
    assert creds.access_key_id == "ASIASESSION2"


def test_metadata_that_is_down_keeps_the_last_keys(services: HTTPServer) -> None:
    """Keys that are expired, or cannot be replaced, are used on for a quarter of an hour and more, as v2 meant it."""
    answer: Services = services.answer
    answer.expires = lambda: later(hours=-1)
    creds = AWS.EC2MetadataCredentials({"maxRetries": 0})
    creds.get()
    assert (creds.access_key_id, creds.needs_refresh()) == ("ASIASESSION1", False)
    assert timedelta(minutes=14) < creds.expire_time - datetime.now(timezone.utc) < timedelta(minutes=21)
    answer.refuse = lambda _: (503, "")
    creds.refresh()
    assert (creds.access_key_id, creds.needs_refresh()) == ("ASIASESSION1", False)


def test_options_of_the_metadata_service(services: HTTPServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`host`, `endpoint` and the properties of a profile count. Requests without a token are sent only if IMDSv1 is allowed."""
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")
    once = {"maxRetries": 0}
    with pytest.raises(CredentialsError, match="no instance metadata"):
        AWS.EC2MetadataCredentials(once).get()
    AWS.EC2MetadataCredentials({**once, "host": services.url.removeprefix("http://")}).get()
    AWS.EC2MetadataCredentials({**once, "endpoint": services.url}).get()
    monkeypatch.delenv("AWS_EC2_METADATA_SERVICE_ENDPOINT")
    (tmp_path / "other").write_text(f"[vm]\nec2_metadata_service_endpoint = {services.url}\nec2_metadata_v1_disabled = true\n")
    profile = {**once, "profile": "vm", "filename": str(tmp_path / "other")}
    AWS.EC2MetadataCredentials(profile).get()
    answer: Services = services.answer
    answer.refuse = lambda seen: (404, "") if seen.path == "/latest/api/token" else None
    AWS.EC2MetadataCredentials({**once, "endpoint": services.url}).get()
    for disabled in (profile, {**once, "endpoint": services.url, "ec2MetadataV1Disabled": True}):
        with pytest.raises(CredentialsError, match="IMDSv1"):
            AWS.EC2MetadataCredentials(disabled).get()


def test_the_token_of_a_container_is_read_at_each_refresh(
    services: HTTPServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """EKS replaces the file's content."""
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", str(tmp_path / "token"))
    creds = AWS.ECSCredentials()
    for token in ("one", "two"):
        (tmp_path / "token").write_text(token)
        creds.refresh()
    assert [seen.headers["authorization"] for seen in services.requests] == ["one", "two"]


def test_the_token_of_an_sso_session_is_renewed_and_written_back(services: HTTPServer, tmp_path: Path) -> None:
    """An expired token is refreshed if possible. Without a login the error has v2's code."""
    (tmp_path / ".aws" / "config").write_text(
        f"[default]\n{SSO}sso_session = work\n[sso-session work]\nsso_start_url = https://start\nsso_region = eu-west-1\n"
    )
    path = sso_token(tmp_path, "work", later(hours=-1))
    creds = AWS.SsoCredentials()
    creds.get()
    assert creds.access_key_id == "ASIASESSION1"
    assert services.requests[-1].headers["x-amz-sso_bearer_token"] == "renewed-token"
    assert json.loads(path.read_text())["accessToken"] == "renewed-token"
    path.unlink()
    with pytest.raises(CredentialsError, match="aws sso login") as error:
        creds.refresh()
    assert error.value.code == "SsoCredentialsProviderFailure"


def test_a_proxy_is_used_for_sso(services: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy of the class or of `AWS.config` is used for the SSO service, as for STS."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSO", "http://portal.invalid")
    (tmp_path / ".aws" / "config").write_text(f"[default]\n{SSO}sso_start_url = https://start\nsso_region = eu-west-1\n")
    sso_token(tmp_path, "https://start", later(hours=8))
    services.answer = lambda seen: Services().sso(seen._replace(path=seen.path.removeprefix("http://portal.invalid")))
    AWS.SsoCredentials({"httpOptions": {"proxy": services.url}}).get()
    AWS.config.update({"httpOptions": {"proxy": services.url}})
    AWS.SsoCredentials().get()
    assert [seen.path.partition("/federation")[0] for seen in services.requests] == ["http://portal.invalid"] * 2


def test_logins_may_come_later_and_the_identity_is_kept(services: HTTPServer) -> None:
    """v2's scripts set `params.Logins` and refresh when a guest logs in. The identity is fetched once."""
    creds = AWS.CognitoIdentityCredentials({"IdentityPoolId": POOL}, {"region": "eu-west-1"})
    creds.get()
    assert creds.identityId == creds.params["IdentityId"] == "eu-west-1:identity-0"
    creds.params["Logins"] = {"idp.example.com": "login-token"}
    creds.expired = True
    creds.get()
    asked = [seen.json for seen in services.requests]
    assert asked == [
        {"IdentityPoolId": POOL},
        {"IdentityId": "eu-west-1:identity-0"},
        {"IdentityId": "eu-west-1:identity-0", "Logins": {"idp.example.com": "login-token"}},
    ]
    creds.clearCachedId()
    creds.refresh()
    assert creds.identity_id == "eu-west-1:identity-2"


def test_an_identity_that_is_refused_is_forgotten(services: HTTPServer) -> None:
    """The error has the service's code, as in v2, and the next refresh gets another identity."""
    creds = AWS.CognitoIdentityCredentials({"IdentityPoolId": POOL})
    creds.get()
    answer: Services = services.answer
    refusal = (400, {"__type": "NotAuthorizedException", "message": "Logins don't match."})
    answer.refuse = lambda seen: refusal if "GetCredentials" in seen.headers.get("x-amz-target", "") else None
    with pytest.raises(CredentialsError, match="Logins don't match") as error:
        creds.refresh()
    assert (error.value.code, creds.identity_id) == ("NotAuthorizedException", None)
    answer.refuse = lambda _: None
    creds.refresh()
    assert creds.identity_id == "eu-west-1:identity-1"


def test_the_older_flow_of_cognito(services: HTTPServer) -> None:
    """
    With a role: GetId, GetOpenIdToken, then AssumeRoleWithWebIdentity under v2's session name. A refresh repeats all three.
    """
    with LocalSTS() as server:
        AWS.config.update({"region": server.region})
        AWS.config.sts = {"endpoint": server.url}
        services.answer.web_token = server.issue_token()  # type: ignore[attr-defined]
        creds = AWS.CognitoIdentityCredentials({"IdentityPoolId": POOL, "RoleArn": server.role.arn})
        creds.get()
        first = creds.access_key_id
        creds.refresh()
        assert first != creds.access_key_id
        assert [call.params["RoleSessionName"] for call in server.calls] == ["web-identity"] * 2
    targets = [seen.headers["x-amz-target"].rpartition(".")[2] for seen in services.requests]
    assert targets == ["GetId", "GetOpenIdToken", "GetOpenIdToken"]


@pytest.mark.parametrize("where", ["client_config", "config"])
def test_an_endpoint_is_for_cognito_too(services: HTTPServer, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """`endpoint` of the class or of `AWS.config` is for every service, as in v2."""
    monkeypatch.delenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY")
    options = {"endpoint": services.url}
    if where == "config":
        AWS.config.update(options)
    AWS.CognitoIdentityCredentials({"IdentityPoolId": POOL}, options if where == "client_config" else None).get()
    assert len(services.requests) == 2


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: AWS.FileSystemCredentials("/nowhere/at/all"), "ENOENT"),
        (lambda: AWS.EnvironmentCredentials("NONE"), "EnvironmentCredentialsProviderFailure"),
        (lambda: AWS.SharedIniFileCredentials({"profile": "gone"}), "SharedIniFileCredentialsProviderFailure"),
        (lambda: AWS.ProcessCredentials({"profile": "gone"}), "ProcessCredentialsProviderFailure"),
        (lambda: AWS.SsoCredentials({"profile": "gone"}), "SsoCredentialsProviderFailure"),
        (AWS.TokenFileWebIdentityCredentials, "TokenFileWebIdentityCredentialsProviderFailure"),
        (AWS.ECSCredentials, "ECSCredentialsProviderFailure"),
    ],
)
def test_errors_have_the_codes_of_v2(services: HTTPServer, monkeypatch: pytest.MonkeyPatch, make: Any, code: str) -> None:
    """What a script compares `err.code` with, also where the profile itself is missing."""
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/not-allowed")
    with pytest.raises((CredentialsError, ConfigError)) as error:
        make().get()
    assert error.value.code == code


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("SharedIniFileCredentials", {"profil": "prod"}, "Did you mean 'profile'"),
        ("ChainableTemporaryCredentials", {"RoleArn": "arn:aws:iam::123456789012:role/r"}, "params"),
        ("SsoCredentials", {"ssoClient": object()}, "sso_client"),
        ("EC2MetadataCredentials", {"httpOption": {}}, "Did you mean 'http_options'"),
        ("ECSCredentials", {"retries": 1}, "max_retries"),
        ("ProcessCredentials", {"tokenCodeFn": print}, "token_code_fn"),
    ],
)
def test_unknown_options_are_refused(services: HTTPServer, kind: str, options: dict[str, Any], said: str) -> None:
    """A typing error must not end in somebody else's credentials."""
    with pytest.raises(TypeError, match=said):
        getattr(AWS, kind)(options)


@pytest.mark.parametrize("options", [{"maxRetries": "3"}, {"maxRetries": -1}, {"httpOptions": {"timeout": "1s"}}])
def test_options_of_the_wrong_kind_are_refused(services: HTTPServer, options: dict[str, Any]) -> None:
    """The error names the wrong option and what is allowed."""
    for kind in (AWS.EC2MetadataCredentials, AWS.ECSCredentials):
        with pytest.raises(ConfigError, match="whole number of at least 0 and a number of milliseconds"):
            kind(options)


HOSTILE: dict[str, Callable[[], Any]] = {
    **MAKERS,
    "cognito, older flow": lambda: AWS.CognitoIdentityCredentials(
        {"IdentityPoolId": POOL, "RoleArn": f"{SECRET_ROLE}", "Logins": {"i": TOKEN}}
    ),
    "cognito with logins": lambda: AWS.CognitoIdentityCredentials({"IdentityPoolId": POOL, "Logins": {"idp": TOKEN}}),
    "web identity": lambda: AWS.WebIdentityCredentials({"RoleArn": SECRET_ROLE, "WebIdentityToken": TOKEN}),
    "saml": lambda: AWS.SAMLCredentials({"RoleArn": SECRET_ROLE, "PrincipalArn": SECRET_ROLE, "SAMLAssertion": TOKEN}),
    "role": lambda: AWS.TemporaryCredentials({"RoleArn": SECRET_ROLE}),
    "session": lambda: AWS.ChainableTemporaryCredentials({"params": {"DurationSeconds": 900}}),
}
SECRET_ROLE = "arn:aws:iam::123456789012:role/demo"


OF_STS = {
    "web identity": "AssumeRoleWithWebIdentity",
    "saml": "AssumeRoleWithSAML",
    "role": "AssumeRole",
    "session": "GetSessionToken",
}


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("kind", HOSTILE)
def test_no_answer_makes_a_class_show_a_secret(
    services: HTTPServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    status: int,
) -> None:
    """Whatever the service returns, neither error, pickle, log nor object shows a secret."""
    monkeypatch.setattr("time.sleep", lambda _: None)  # between the tries
    caplog.set_level(logging.DEBUG)
    keys = AWS.Credentials("AKIAIOSFODNN7EXAMPLE", SECRET, TOKEN)
    AWS.config.update({"region": "eu-west-1", "credentials": keys, "maxRetries": 0, "sts": {"endpoint": services.url}})
    (tmp_path / ".aws" / "config").write_text(
        f"[profile legacy]\n{SSO}sso_start_url = https://start\nsso_region = eu-west-1\n[profile modern]\n{SSO}"
        "sso_session = work\n[sso-session work]\nsso_start_url = https://start\nsso_region = eu-west-1\n"
    )
    documents = [document for document in DOCUMENTS if document not in REPEATING]
    if kind in OF_STS:
        documents = [change(SPOKEN.replace("{0}", OF_STS[kind])) for change in CHANGES]
    for document in documents:
        for name in ("work", "https://start"):
            sso_token(tmp_path, name, later(minutes=1))
        services.answer = lambda seen, document=document: services_or(seen, status, document)  # type: ignore[misc]
        creds = HOSTILE[kind]()
        shown = [repr(creds), str(creds)]
        try:
            creds.get()
        except STSError as error:
            shown += [
                str(error),
                repr(error),
                "".join(traceback.format_exception(error)),
                repr(pickle.loads(pickle.dumps(error))),
            ]
        for text in (*shown, repr(creds), caplog.text):
            assert SECRET not in text
            assert TOKEN not in text
        caplog.clear()


def services_or(seen: Seen, status: int, document: Any) -> Any:
    """Answer the questions on the way as they should be, and the last one with *document*."""
    if seen.path in ("/latest/api/token", ROLE):
        return Services().metadata(seen)
    if "GetId" in seen.headers.get("x-amz-target", ""):
        return Services().cognito(seen)
    return status, document
