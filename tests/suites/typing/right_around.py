"""Code around the clients that type checkers accept: credentials, promises, tokens, fan-out, testing kit. Never run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Optional

from typing_extensions import assert_type

from sts import (
    STS,
    AsyncSTS,
    Credentials,
    PresignedRequest,
    Promise,
    RefreshingCredentials,
    Request,
    Response,
    account_id_from_access_key_id,
    assume_many,
    assume_many_async,
    assume_role_credentials,
    mfa_session,
    parse_arn,
    profile_credentials,
    session_name,
    to_json,
)
from sts.credentials import AssumeRoleProvider, CachedProvider, ProviderChain, default_chain, from_ini
from sts.fan_out import Assumed, Summary
from sts.http import Control, Headers, HttpRequest, HttpResponse
from sts.testing import FakeClock, LocalSTS, StubHandler
from sts.tokens import EKSToken, VerifiedIdentity, WebIdentityToken, console_url, eks_token, vault_login, verify_eks_token
from sts.types import AssumeRoleResponse, GetCallerIdentityResponse
from sts.vendors.minio import ASSUME_ROLE

ROLE = "arn:aws:iam::123456789012:role/demo"


def credentials(client: STS) -> None:
    role = assume_role_credentials(ROLE, source=Credentials("a", "b"), tags={"a": "b"}, duration=timedelta(hours=1), cache=True)
    assert_type(role, RefreshingCredentials)
    assert_type(role.retrieve(), Credentials)
    assert_type(role.retrieve().expiration, Optional[datetime])
    assert_type(profile_credentials("dev", mfa=lambda serial: serial).retrieve().session_token, Optional[str])
    assert_type(mfa_session(lambda serial: serial, "serial"), RefreshingCredentials)
    assert_type(default_chain("dev").without("sso").insert_before("process", role), ProviderChain)
    assert_type(from_ini(profile="dev").retrieve(), Credentials)
    assert_type(CachedProvider(AssumeRoleProvider(role_arn=ROLE)).retrieve(), Credentials)
    session = client.assume_role(RoleArn=ROLE, RoleSessionName="ci")
    STS(credentials=client.credentials_from(session))
    STS(credentials=session)


def headers_seen(status: int, headers: Headers, response: Response, reason: str) -> None: ...


def promises(client: STS) -> None:
    assert_type(client.invoke("GetCallerIdentity"), dict[str, Any])
    assert_type(client.invoke(ASSUME_ROLE, {"DurationSeconds": 900}, {"timeout": 3}, signed=True), dict[str, Any])
    assert_type(client.invoke("X", lambda error, data: None, Member="value"), Request[dict[str, Any]])
    assert_type(client.invoke("X", {}, callback=lambda error, data: None), Request[dict[str, Any]])
    request = client.make_request("get_caller_identity")
    request.on("build", lambda request: print(request.params)).once("afterBuild", lambda request: print(request.operation))
    client.on("retry", lambda response: print(response.error, response.retry_count))
    assert_type(client.on("error", lambda error, response: print(error, response.request_id)), STS)
    client.on("http_headers", headers_seen).off("http_headers")
    called = client.get_caller_identity(lambda error, data: None)
    assert_type(called, Request[GetCallerIdentityResponse])
    assert_type(called.promise(), Promise[GetCallerIdentityResponse])
    assert_type(called.promise().then(lambda data: data["Account"]), Promise[str])
    assert_type(called.promise().then(lambda data: data["Account"]).result(1), str)
    assert_type(called.promise().catch(lambda error: None), Promise[Optional[GetCallerIdentityResponse]])
    assert_type(called.promise().finally_(lambda: None), Promise[GetCallerIdentityResponse])
    assert_type(Promise.all([called.promise()]), Promise[list[GetCallerIdentityResponse]])
    assert_type(called.result(), GetCallerIdentityResponse)
    assert_type(called.response, Response)
    assert_type(client.presign("get_caller_identity", expires_in=60), PresignedRequest)
    assert_type(client.presign("get_caller_identity").headers, dict[str, str])


async def awaited(client: STS) -> None:
    assert_type(await client.get_caller_identity(lambda error, data: None).promise(), GetCallerIdentityResponse)
    async for result in assume_many_async(["123456789012"], role_name="Audit"):
        assert_type(result, Assumed)
    async with AsyncSTS(region="eu-west-1") as asynchronous:
        assert_type(await asynchronous.assume_role({"RoleArn": ROLE, "RoleSessionName": "ci"}), AssumeRoleResponse)
        assert_type(await asynchronous.invoke("X", timeout=3, Member=["value"]), dict[str, Any])


def fan_out() -> None:
    for result in assume_many(["123456789012"], role_name="Audit"):
        assert_type(result, Assumed)
        assert_type(result.account, str)
        assert_type(result.credentials, Optional[Credentials])
    assert_type(assume_many(["123456789012"], role_name="Audit", on_result=print), Summary)


def tokens(client: STS) -> None:
    token = eks_token("prod", client=client)
    assert_type(token, EKSToken)
    assert_type(token.expiration, datetime)
    assert_type(verify_eks_token(token, "prod"), VerifiedIdentity)
    assert_type(vault_login("dev"), dict[str, str])
    assert_type(console_url("s3"), str)
    assert_type(WebIdentityToken("me", client=client)(), str)


def small_helpers(data: AssumeRoleResponse) -> None:
    assert_type(to_json(data), str)
    assert_type(account_id_from_access_key_id("ASIA"), Optional[str])
    assert_type(parse_arn(ROLE).resource_id, str)
    assert_type(session_name(), str)


class OwnHandler:
    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        assert_type(request.headers.get("host"), Optional[str])
        assert_type(control.deadline, Optional[float])
        return HttpResponse(200, {}, b"")

    def close(self) -> None: ...


def own_parts() -> None:
    STS(request_handler=OwnHandler(), callback_scheduler=lambda run: run(), credentials=lambda: Credentials("a", "b"))


def testing() -> None:
    clock = FakeClock()
    clock.advance(timedelta(minutes=1))
    with LocalSTS(clock=clock) as server:
        server.inject("throttle", times=2)
        client = STS(**server.client_options())
        assert_type(client, STS)
        assert_type(server.calls[0].operation, Optional[str])
        assert_type(server.calls[0].status, Optional[int])
    with StubHandler() as stub:
        stub.add("get_caller_identity", {"Account": "1"}).add_error("assume_role", "AccessDenied", status=403)
        assert_type(stub.client(), STS)
        assert_type(stub.calls[0].params, dict[str, str])
