"""Code for the namespace of v2 that type checkers accept; checked by mypy and pyright in strict mode, and never run."""

from __future__ import annotations

from typing import Optional

from typing_extensions import assert_type

from sts import Promise
from sts import v2 as AWS  # noqa: N812 - as v2's users write it
from sts.types import AssumeRoleResponse, GetCallerIdentityResponse


def requests() -> None:
    sts = AWS.STS({"region": "eu-west-1", "maxRetries": 2})
    request = sts.assume_role({"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "ci"})
    assert_type(request, AWS.Request[AssumeRoleResponse])
    assert_type(request.promise(), Promise[AssumeRoleResponse])
    assert_type(sts.getCallerIdentity({}), AWS.Request[GetCallerIdentityResponse])
    assert_type(sts.get_caller_identity(report).promise().result(5), GetCallerIdentityResponse)
    assert_type(request.add_listener("complete", print).on_async("sign", print), AWS.Request[AssumeRoleResponse])
    assert_type(request.presign(60), str)
    request.presign(60, lambda error, url: print(error, url))
    sts.make_request("getCallerIdentity", lambda error, data: print(error, data)).abort()
    assert_type(sts.credentials_from({}), Optional[AWS.Credentials])
    assert_type(sts.endpoint, AWS.Endpoint)


def report(error: Optional[BaseException], data: Optional[GetCallerIdentityResponse]) -> None:
    print(error if data is None else data["Account"])


def configuration() -> None:
    AWS.config.update({"region": "eu-west-1"})
    assert_type(AWS.config.region, Optional[str])
    AWS.config.region = "eu-west-2"
    AWS.config.max_retries = 3
    AWS.config.credentials = AWS.Credentials("key", "secret")
    AWS.config.sts = {"endpoint": "http://localhost:4566"}
    AWS.config.get_credentials(lambda error, credentials: print(error, credentials))
    AWS.events.on("complete", print)
    assert_type(AWS.TemporaryCredentials(), AWS.TemporaryCredentials)
