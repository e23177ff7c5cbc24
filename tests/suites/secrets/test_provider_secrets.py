"""Secrets of a provider are in no repr, error, log or report of explain(), whatever fails."""

from __future__ import annotations

import contextlib
import json
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sts import STS
from sts.credentials import (
    AssumeRoleProvider,
    CognitoProvider,
    ContainerProvider,
    EnvironmentProvider,
    FileSystemProvider,
    InstanceMetadataProvider,
    LoginProvider,
    ProcessProvider,
    SAMLProvider,
    SharedFilesProvider,
    SSOProvider,
    StaticProvider,
    WebIdentityProvider,
    default_chain,
    provider_of,
)
from sts.credentials.chain.chain import Context
from sts.errors import STSError
from sts.http import HttpResponse
from sts.identity import Credentials
from tests.support.http_server import HTTPServer, files

SECRET = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYSECRETKEY"
TOKEN = "FwoGZXIvYXdzEBYaSECRETSESSIONTOKEN"
KEYS = {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": SECRET, "SessionToken": TOKEN}
SECRETS = (SECRET, TOKEN)
SOURCE = Credentials("AKIAIOSFODNN7EXAMPLE", SECRET, TOKEN)
ROLE = "arn:aws:iam::123456789012:role/demo"

# Answers that servers and programs give, good, broken and hostile; each has secrets in it.
DOCUMENTS: list[Any] = [
    {"Version": 1, "Code": "Success", **KEYS, "Token": TOKEN, "Expiration": "2199-01-01T00:00:00Z"},
    {"Version": 1, "Code": "Success", **KEYS, "Token": TOKEN, "Expiration": "2020-01-01T00:00:00Z"},
    {"Version": 1, **KEYS, "Token": TOKEN, "Expiration": SECRET},
    {"Version": SECRET, **KEYS},
    {"Code": SECRET, "Message": f"bad token {TOKEN}", **KEYS},
    {"__type": f"x#{SECRET}", "message": f"token {TOKEN} is not good"},
    {"error": "invalid_grant", "error_description": f"{TOKEN} was revoked"},
    {"AccessKeyId": [SECRET], "SecretAccessKey": {"a": SECRET}, "Token": 1, "Expiration": [SECRET]},
    {"roleCredentials": {"accessKeyId": "A", "secretAccessKey": SECRET, "sessionToken": TOKEN, "expiration": SECRET}},
    {"roleCredentials": SECRET},
    {"Credentials": {"AccessKeyId": "A", "SecretKey": SECRET, "SessionToken": TOKEN, "Expiration": 1e300}},
    {"accessToken": TOKEN, "expiresIn": SECRET},
    {"accessToken": {"accessKeyId": SECRET}, "expiresIn": SECRET, "refreshToken": TOKEN},
    SECRET,
    f"<html>{SECRET}</html>",
    f"<ErrorResponse><Error><Code>AccessDenied</Code><Message>{SECRET}</Message>",
    [SECRET],
    "",
]

SPOKEN = (
    '<{0}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{0}Result><Credentials>'
    f"<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey><SessionToken>{TOKEN}</SessionToken>"
    "<Expiration>2199-01-01T00:00:00Z</Expiration></Credentials></{0}Result></{0}Response>"
)
OPERATIONS = {"role": "AssumeRole", "web": "AssumeRoleWithWebIdentity", "saml": "AssumeRoleWithSAML"}
# What STS answers: whole, cut off at any place, with something left out, or of another operation.
CHANGES: list[Callable[[str], str]] = [
    lambda text: text,
    lambda text: text[:-10],
    lambda text: text[: text.index(TOKEN) + 3],
    lambda text: text.replace("2199-01-01T00:00:00Z", SECRET),
    lambda text: text.replace("AccessKeyId", "Something"),
    lambda text: text.replace("Response", "Answer"),
    lambda text: text.replace("Credentials", "Keys"),
]


class Answers:
    """A handler that always returns the same response."""

    def __init__(self, status: int, document: Any) -> None:
        body = document if isinstance(document, str) else json.dumps(document)
        self.response = HttpResponse(status, {"x-amzn-errortype": SECRET}, body.encode())

    def send(self, request: Any, *, control: Any) -> HttpResponse:
        return self.response

    def close(self) -> None:
        pass

    def __reduce__(self) -> tuple[Any, ...]:
        return Answers, (200, "")  # what a provider pickles is to be its own


def silent(_: object) -> None:
    """Do not sleep. A function that can be pickled."""


def late() -> float:
    """Return a time shortly before 2030."""
    return 1893455990.0


def sso_cache(folder: Path) -> dict[str, str]:
    import hashlib

    document = {"accessToken": TOKEN, "refreshToken": TOKEN, "clientId": "c", "clientSecret": SECRET}
    login = {
        "accessToken": {
            "accessKeyId": "A",
            "secretAccessKey": SECRET,
            "sessionToken": TOKEN,
            "expiresAt": "2020-01-01T00:00:00Z",
        }
    }
    (folder / f"{hashlib.sha1(b'work').hexdigest()}.json").write_text(
        json.dumps({**document, "expiresAt": "2030-01-01T00:00:00Z"})
    )
    (folder / f"{hashlib.sha256(b'me').hexdigest()}.json").write_text(json.dumps({**login, **document, "dpopKey": SECRET}))
    return {"cache_directory": str(folder)}


def makers(folder: Path, handler: Any, document: Any) -> dict[str, Callable[[], Any]]:
    """Return functions that make each provider so that it receives *document*."""
    text = document if isinstance(document, str) else json.dumps(document)
    (folder / "document").write_text(text)
    (folder / "token").write_text(TOKEN)
    environ = files(
        folder, f"[default]\naws_access_key_id = A\naws_secret_access_key = {SECRET}\naws_session_token = {TOKEN}\n"
    )
    quiet: dict[str, Any] = {"handler": handler, "sleep": silent}
    options: dict[str, Any] = {"request_handler": handler, "region": "us-east-1", "max_attempts": 1}
    cache = sso_cache(folder)
    sso = {
        "start_url": "https://start",
        "region": "us-east-1",
        "account_id": "1" * 12,
        "role_name": "R",
        "session_name": "work",
    }
    now = {"now": late}
    return {
        "environment": lambda: EnvironmentProvider(
            {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": TOKEN}
        ),
        "files": lambda: SharedFilesProvider(environ=environ),
        "static": lambda: StaticProvider(SOURCE),
        "json": lambda: FileSystemProvider(folder / "document"),
        "process": lambda: ProcessProvider(["cat", str(folder / "document")]),
        "process that fails": lambda: ProcessProvider(["sh", "-c", f"echo {SECRET} >&2; exit 2", SECRET]),
        "container": lambda: ContainerProvider(url="http://127.0.0.1/x", token=TOKEN, environ={}, **quiet),
        "metadata": lambda: InstanceMetadataProvider(environ={}, **quiet),
        "sso": lambda: SSOProvider(**sso, **cache, environ=environ, **quiet, **now),
        "login": lambda: LoginProvider(login_session="me", **cache, environ=environ, **quiet),
        "cognito": lambda: CognitoProvider(identity_id="us-east-1:x", logins={"idp": TOKEN}, environ={}, **quiet),
        "role": lambda: AssumeRoleProvider(role_arn=ROLE, source=SOURCE, external_id="ticket-7", **options),
        "web": lambda: WebIdentityProvider(role_arn=ROLE, token=folder / "token", environ={}, sleep=silent, **options),
        "saml": lambda: SAMLProvider(role_arn=ROLE, principal_arn=f"{ROLE}x", assertion=TOKEN * 2, **options),
        "chain": lambda: default_chain(context=Context(environ, options, handler=handler)),
    }


NAMES = [
    "chain",
    "cognito",
    "container",
    "environment",
    "files",
    "json",
    "login",
    "metadata",
    "process",
    "process that fails",
    "role",
    "saml",
    "sso",
    "static",
    "web",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("secrets")


def shown_by(provider: Any, caplog: pytest.LogCaptureFixture) -> str:
    """Return all texts shown when *provider* is called: reprs, errors with tracebacks, logs, the report."""
    caplog.clear()
    parts = [repr(provider), str(provider), repr(provider_of(provider))]
    try:
        credentials = provider.retrieve()
    except STSError as error:
        # The texts of all errors that hang together, as a log of the traceback shows them, without source lines.
        parts += [str(error), repr(error), *texts(error)]
        copied = pickle.loads(pickle.dumps(error))
        parts += [repr(copied), str(vars(copied))]
    else:
        parts += [repr(credentials), str(credentials)]
        with pytest.raises(TypeError):
            pickle.dumps(credentials)
    with contextlib.suppress(TypeError, AttributeError, pickle.PicklingError):
        parts.append(pickle.dumps(provider).decode("latin-1"))
    with STS(region="us-east-1", credentials=provider) as client:
        explanation = client.explain()
    parts += [str(explanation), repr(explanation), json.dumps(explanation.to_dict())]
    return "\n".join([*parts, caplog.text, *(str(vars(record)) for record in caplog.records)])


def texts(error: BaseException) -> list[str]:
    return [line for line in traceback.TracebackException.from_exception(error).format() if not line.startswith("  File")]


STATUSES = [200, 200, 302, 400, 401, 403, 404, 500]
# What repeats a secret that was sent can come only from whom it was sent to.
REPEATING = [
    document
    for document in DOCUMENTS
    if isinstance(document, dict) and TOKEN in str(document.get("message", document.get("error_description", "")))
]


def asked(name: str) -> st.SearchStrategy[tuple[str, Any]]:
    documents = [document for document in DOCUMENTS if name != "metadata" or document not in REPEATING]
    if name in OPERATIONS:
        documents = [change(SPOKEN.replace("{0}", OPERATIONS[name])) for change in CHANGES]
    return st.tuples(st.just(name), st.sampled_from(documents))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.sampled_from(NAMES).flatmap(asked), status=st.sampled_from(STATUSES))
@example(asked=("metadata", DOCUMENTS[4]), status=200)
@example(asked=("container", DOCUMENTS[4]), status=400)
def test_no_secret_is_shown(folder: Path, caplog: pytest.LogCaptureFixture, asked: tuple[str, Any], status: int) -> None:
    """This covers every provider, every kind of response, and the most detailed log level."""
    caplog.set_level(logging.DEBUG, "sts")
    name, document = asked
    provider = makers(folder, Answers(status, document), document)[name]()
    shown = shown_by(provider, caplog)
    for secret in SECRETS:
        assert secret not in shown


def test_every_provider_is_among_them(folder: Path) -> None:
    """A new provider must be added here."""
    assert sorted(makers(folder, None, "")) == NAMES


def test_the_test_can_fail(caplog: pytest.LogCaptureFixture) -> None:
    """A provider that shows a secret is detected."""

    class Talkative:
        def retrieve(self) -> Credentials:
            raise STSError(f"the key {SECRET} is wrong")

    assert SECRET in shown_by(Talkative(), caplog)


def test_temporary_files_hold_no_secret_for_others(tmp_path: Path) -> None:
    """Only the owner can read written files, and no other file remains."""
    cache = sso_cache(tmp_path)
    before = set(tmp_path.iterdir())
    answers = {"accessToken": TOKEN, "expiresIn": 3600, "roleCredentials": {"accessKeyId": "A", "secretAccessKey": SECRET}}
    with HTTPServer(lambda _: (200, answers)) as server:
        urls = {"portal_url": server.url, "oidc_url": server.url}
        sso = {
            "start_url": "https://start",
            "region": "us-east-1",
            "account_id": "1" * 12,
            "role_name": "R",
            "session_name": "work",
        }
        SSOProvider(**sso, **cache, **urls, environ={}, now=late).retrieve()
    assert len(server.requests) == 2
    for path in set(tmp_path.iterdir()) - before:
        assert path.read_bytes() == b""  # the lock
    written = [path for path in before if json.loads(path.read_text()).get("startUrl")]
    assert [path.stat().st_mode & 0o777 for path in written] == [0o600]
