"""No object of the library shows or pickles a secret. Every object reachable from a program's objects is checked."""

from __future__ import annotations

import asyncio
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sts import STS, AsyncSTS, assume_many, assume_role_credentials, mfa_session, profile_credentials, web_identity_credentials
from sts import v2 as AWS  # noqa: N812 - the name that scripts use
from sts.commands import AssumeRoleWithWebIdentityCommand, GetSessionTokenCommand
from sts.credentials import default_chain
from sts.credentials.chain.chain import Context
from sts.errors import STSError
from sts.http import Headers, HttpRequest, HttpResponse
from sts.identity import Credentials
from sts.pipeline.presign import PresignedRequest
from sts.settings.profiles import load_profiles
from sts.testing import LocalSTS
from tests.support.reachable import reachable

SECRET = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYSECRETKEY"
TOKEN = "FwoGZXIvYXdzEBYaSECRETSESSIONTOKEN"
CODE = "918273"
WEB_TOKEN = "eyJhbGciOiJub25lIn0.WEB-IDENTITY-TOKEN.c2ln"
PASSED_ON = (AssumeRoleWithWebIdentityCommand, GetSessionTokenCommand, PresignedRequest)
"""Objects that users make to pass them on. Others are pickled without their secrets, or not at all."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[LocalSTS]:
    """Serve STS. The shared files contain unknown secret keys."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".aws").mkdir()
    keys = f"aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {SECRET}\naws_session_token = {TOKEN}\n"
    (tmp_path / ".aws" / "credentials").write_text(f"[default]\n{keys}")
    with LocalSTS() as running:
        yield running
    AWS.config.clear()


def given(server: LocalSTS) -> dict[str, Any]:
    """Return the address of the server, and secret keys that it rejects."""
    keys = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": SECRET, "session_token": TOKEN}
    return {"region": server.region, "endpoint": server.url, **keys}


def failing(call: Callable[[], Any]) -> BaseException | None:
    """Return the error of *call*, or None."""
    try:
        call()
    except STSError as error:
        return error
    return None


def clients(server: LocalSTS) -> Iterator[Any]:
    """Clients of every style, before and after a failed call."""
    proxies = {"https": f"http://me:{SECRET}@127.0.0.1:1", "http": f"http://me:{SECRET}@127.0.0.1:1", "no_proxy": "127.0.0.1"}
    client = STS(**given(server), proxies=proxies, params={"TokenCode": CODE})
    yield client
    yield failing(client.get_caller_identity)
    yield from (client, client.config, client.explain(), client.presign("get_caller_identity"))
    alone = AsyncSTS(**given(server))

    async def call() -> Any:
        try:
            return await alone.get_caller_identity()
        finally:
            await alone.close()

    yield alone
    yield failing(lambda: asyncio.run(call()))
    yield alone
    chosen = STS(region=server.region, endpoint=server.url)
    yield failing(chosen.get_caller_identity)
    yield chosen


def requests(server: LocalSTS) -> Iterator[Any]:
    """Requests before and after sending, with their HTTP exchange, their promise and the argument of their listeners."""
    own = server.client_options()
    client = STS(**own)
    seen: list[Any] = []
    params = {"RoleArn": server.role.arn, "RoleSessionName": "ci"}
    for operation, more in (("assume_role", {}), ("assume_role_with_web_identity", {"WebIdentityToken": WEB_TOKEN})):
        request = client.make_request(operation, {**params, **more})
        yield request
        request.on("complete", seen.append)
        request.send()
        yield failing(request.result)
        yield from (request, request.promise(), request.http_request, request.response, *seen)
    for command in (
        AssumeRoleWithWebIdentityCommand({**params, "WebIdentityToken": WEB_TOKEN}),
        GetSessionTokenCommand({"SerialNumber": "arn:aws:iam::123456789012:mfa/me", "TokenCode": CODE}),
    ):
        yield command
        yield failing(lambda command=command: client.send(command))  # type: ignore[misc]


def credentials(server: LocalSTS) -> Iterator[Any]:
    """Refreshing credentials of every kind, before and after their first use."""
    options, address = given(server), {"region": server.region, "endpoint": server.url}
    device = server.add_mfa_device()
    for made in (
        assume_role_credentials(
            server.role.arn, client_options=options, mfa=lambda _: CODE, mfa_serial=device.serial, cache=True
        ),
        assume_role_credentials(
            server.role.arn, client_options=server.client_options(), cache="aws-cli", chain=[server.role.arn]
        ),
        mfa_session(lambda _: CODE, device.serial, client_options=options),
        web_identity_credentials(server.role.arn, token=lambda: WEB_TOKEN, client_options=address),
        profile_credentials(cache=True, client_options=address),
        default_chain(environ={**os.environ, "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": SECRET}),
        default_chain(),
    ):
        yield made
        yield failing(made.retrieve)
        yield made
    yield load_profiles(os.environ)
    yield Context({"AWS_SECRET_ACCESS_KEY": SECRET})
    yield from assume_many(["123456789012", "210987654321"], role_name="demo", client_options=server.client_options())


def v2(server: LocalSTS) -> Iterator[Any]:
    """The namespace of v2: its configuration, a client, a request, and every class of credentials."""
    AWS.config.update({**given(server), "sts": {"secretAccessKey": SECRET}})
    client = AWS.STS()
    request = client.getCallerIdentity()
    yield from (AWS.config, AWS.config.sts, client, request)
    yield failing(request.promise().result)
    yield request
    serial = "arn:aws:iam::123456789012:mfa/me"
    once = {"maxRetries": 0, "httpOptions": {"timeout": 100}}
    for made in (
        AWS.Credentials("AKIA", SECRET, TOKEN),
        AWS.TemporaryCredentials({"RoleArn": server.role.arn, "SerialNumber": serial, "TokenCode": CODE}),
        AWS.ChainableTemporaryCredentials(params={"SerialNumber": serial}, tokenCodeFn=lambda _, done: done(None, CODE)),
        AWS.WebIdentityCredentials({"RoleArn": server.role.arn, "WebIdentityToken": WEB_TOKEN}),
        AWS.TokenFileWebIdentityCredentials(),
        AWS.SAMLCredentials({"RoleArn": server.role.arn, "PrincipalArn": f"{server.role.arn}x", "SAMLAssertion": SECRET}),
        AWS.CognitoIdentityCredentials({"IdentityId": "eu-west-1:x", "Logins": {"idp": WEB_TOKEN}}, once),
        AWS.SharedIniFileCredentials(),
        AWS.EnvironmentCredentials(),
        AWS.ProcessCredentials(),
        AWS.SsoCredentials(),
        AWS.FileSystemCredentials("/nowhere"),
        AWS.ECSCredentials(once),
        AWS.EC2MetadataCredentials(once),
        AWS.CredentialProviderChain(),
    ):
        yield made
        yield failing(made.get)
        yield made


@pytest.mark.parametrize("objects", [clients, requests, credentials, v2])
def test_nothing_behind_what_a_program_holds_shows_a_secret(objects: Callable[..., Iterator[Any]], server: LocalSTS) -> None:
    """Repr, string, pickle and pickling error of each reachable object in every state."""
    looked_at = 0
    for root in objects(server):
        for one in reachable(root):
            looked_at += 1
            assert not shown(one), f"{type(one).__qualname__} shows a secret"
            assert isinstance(one, PASSED_ON) or not pickled(one), f"the pickle of a {type(one).__qualname__} holds a secret"
    assert looked_at > 100


def secrets_in(text: str) -> list[str]:
    return [secret for secret in (SECRET, TOKEN, CODE, WEB_TOKEN) if secret in text]


def shown(one: Any) -> list[str]:
    # A URL or a token that is text is what it says.
    return [] if isinstance(one, str) else secrets_in(f"{one!r} {one} {one!s:>5}")


def pickled(one: Any) -> list[str]:
    try:
        return secrets_in(pickle.dumps(one).decode("latin-1"))
    except Exception as error:
        return secrets_in(f"{error!r}")


def test_the_search_finds_what_is_hidden() -> None:
    """The search covers attributes, slots, closures, methods and causes, so the test above can fail."""

    class Loud:
        __module__ = "sts.loud"
        __slots__ = ("inner",)

        def __init__(self, inner: Any = None) -> None:
            self.inner = inner

        def __repr__(self) -> str:
            return SECRET

        def method(self) -> None:
            pass

    loud = Loud()
    error = ValueError()
    error.__cause__ = KeyError(loud)
    for root in ([loud], {"a": Loud(loud)}, lambda: loud, loud.method, error):
        assert any(shown(one) for one in reachable(root))
    assert pickled(Credentials("AKIA", SECRET)) == []
    assert pickled([SECRET]) == [SECRET]


def test_headers_and_exchanges_show_no_secret_and_stay_where_they_are() -> None:
    """Printed headers omit the signature. An exchange cannot be pickled, but can be copied."""
    import copy

    headers = Headers({"Authorization": SECRET, "X-Amz-Security-Token": TOKEN, "content-type": "text/xml"})
    assert f"{headers} {headers!r}".count("text/xml") == 2
    request, response = HttpRequest("POST", "https://h/", headers, b"x"), HttpResponse(200, headers, b"y")
    for one in (headers, request, response):
        assert not shown(one)
        with pytest.raises(TypeError, match="cannot be pickled, because the pickle would contain a secret"):
            pickle.dumps(one)
    for copied in (copy.copy(request), copy.deepcopy(request)):
        assert (copied.headers["authorization"], copied.body) == (SECRET, b"x")
        assert copied.headers is not request.headers
    assert pickle.loads(pickle.dumps(Headers({"content-type": "text/xml"}))) == {"content-type": "text/xml"}
