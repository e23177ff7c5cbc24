"""
Code that type checkers refuse, with the reason; never run.

mypy and pyright both complain when one of the expected errors is not there.
"""

from __future__ import annotations

from sts import STS, AssumeRoleCommand
from sts.types import AssumeRoleRequest

ROLE = "arn:aws:iam::123456789012:role/demo"


def wrong(client: STS) -> None:
    client.assume_role(RoleSessionName="ci")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    client.assume_role(RoleArn=ROLE, RoleSessionNam="ci")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    client.assume_role(RoleArn=ROLE, RoleSessionName="ci", DurationSeconds="900")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    client.assume_role(RoleArn=1, RoleSessionName="ci")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    client.get_caller_identity()["Acount"]  # type: ignore[typeddict-item]  # pyright: ignore[reportGeneralTypeIssues]
    client.assume_role(RoleArn=ROLE, RoleSessionName="ci", timeot=3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    client.get_web_identity_token(Audience="me", SigningAlgorithm="RS256", SubjectMode="Me")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    client.get_scoped_credentials(print)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    STS("eu-west-1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    STS(regin="eu-west-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    AssumeRoleCommand({"RoleArn": ROLE})  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    params: AssumeRoleRequest = {"RoleArn": ROLE}  # type: ignore[typeddict-item]  # pyright: ignore[reportAssignmentType]
    print(params)
