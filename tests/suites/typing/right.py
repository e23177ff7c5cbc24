"""Code that type checkers accept; checked by mypy and pyright in strict mode, and never run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Optional

from typing_extensions import assert_type

from sts import (
    STS,
    AbortController,
    AssumeRoleCommand,
    AsyncSTS,
    Credentials,
    GetCallerIdentityCommand,
    Request,
    ServiceError,
    STSClient,
    STSError,
)
from sts.types import AssumeRoleRequest, AssumeRoleResponse, GetCallerIdentityResponse

ROLE = "arn:aws:iam::123456789012:role/demo"


def blocking(client: STS) -> None:
    me = client.get_caller_identity()
    assert_type(me, GetCallerIdentityResponse)
    assert_type(me["Account"], str)
    session = client.assume_role(RoleArn=ROLE, RoleSessionName="ci", DurationSeconds=timedelta(hours=1), Tags={"a": "b"})
    assert_type(session, AssumeRoleResponse)
    assert_type(session["Credentials"]["Expiration"], datetime)
    assert_type(session.get("PackedPolicySize"), Optional[int])
    assert_type(session["ResponseMetadata"]["Attempts"], int)
    client.assume_role(RoleArn=ROLE, RoleSessionName="ci", Policy={"Version": "2012-10-17"}, PolicyArns=["arn"], timeout=3.0)
    client.assume_role(RoleArn=ROLE, RoleSessionName="ci", Tags=[{"Key": "a", "Value": "b"}], PolicyArns=[{"arn": "arn"}])
    client.assume_root(TargetPrincipal="123456789012", TaskPolicyArn="arn")
    client.get_web_identity_token(Audience="me", SigningAlgorithm="RS256")
    client.get_web_identity_token(Audience="me", SigningAlgorithm="RS256", SubjectMode="OriginIdentity", Scope="read write")
    client.get_session_token()
    assert_type(client.get_scoped_credentials(DurationSeconds=60)["ScopedPoliciesCount"], int)


def mapping(client: STS) -> None:
    params: AssumeRoleRequest = {"RoleArn": ROLE, "RoleSessionName": "ci"}
    assert_type(client.assume_role(params), AssumeRoleResponse)
    assert_type(client.assume_role({"RoleArn": ROLE, "RoleSessionName": "ci"}, {"timeout": 2}), AssumeRoleResponse)


def callbacks(client: STS) -> None:
    def done(error: BaseException | None, data: GetCallerIdentityResponse | None) -> None:
        print(error, data and data["Arn"])

    assert_type(client.get_caller_identity(done), Request[GetCallerIdentityResponse])
    assert_type(client.get_caller_identity({}, done), Request[GetCallerIdentityResponse])
    assert_type(client.get_caller_identity({}, {"timeout": 1}, done), Request[GetCallerIdentityResponse])
    request = client.get_caller_identity(callback=done)
    assert_type(request.result(3), GetCallerIdentityResponse)
    client.assume_role(
        {"RoleArn": ROLE, "RoleSessionName": "ci"}, lambda error, data: print(error, data and data["Credentials"])
    )


def commands(client: STSClient) -> None:
    assert_type(client.send(AssumeRoleCommand({"RoleArn": ROLE, "RoleSessionName": "ci"})), AssumeRoleResponse)
    assert_type(
        client.send(GetCallerIdentityCommand(), timeout=1, abort_signal=AbortController().signal), GetCallerIdentityResponse
    )


async def coroutines() -> None:
    async with AsyncSTS(region="eu-west-1") as client:
        assert_type(await client.get_caller_identity(), GetCallerIdentityResponse)
        assert_type(await client.send(GetCallerIdentityCommand()), GetCallerIdentityResponse)


def options() -> None:
    with STS(region="eu-west-1", max_attempts=5, credentials=Credentials("a", "b"), timeout=2.5) as client:
        assert_type(client.region, Optional[str])
        assert_type(client.endpoint, str)
    STS(credentials=lambda: {"access_key_id": "a", "secret_access_key": "b"}, verify=False, retry_mode="off")


def refusals(client: STS) -> None:
    try:
        client.get_caller_identity()
    except ServiceError as error:
        assert_type(error.code, str)
        assert_type(error.request_id, Optional[str])
        assert_type(error.retryable, bool)


def narrow(error: Optional[STSError], data: Optional[AssumeRoleResponse]) -> None:
    print(error.code if error else data)


def wide(error: Optional[BaseException], data: Optional[AssumeRoleResponse]) -> None:
    print(error or data)


def callbacks_of_any_error(client: STS) -> None:
    client.assume_role({"RoleArn": ROLE, "RoleSessionName": "ci"}, narrow)
    client.assume_role({"RoleArn": ROLE, "RoleSessionName": "ci"}, wide)
    client.assume_role({"RoleArn": ROLE, "RoleSessionName": "ci"}, lambda error, data: print(error and error.code, data))
