"""
Port code of the AWS SDK for JavaScript v3: a client, commands, an abort signal, errors with metadata.

Explained in docs/how-to/calls.md and docs/porting/from-javascript-v3.md.
"""

from sts import (
    AbortController,
    AssumeRoleCommand,
    Credentials,
    GetCallerIdentityCommand,
    RequestAbortedError,
    STSClient,
    STSServiceException,
    get_default_role_assumer,
)
from sts.testing import LocalSTS

ROLE = {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "docs"}


def main() -> None:
    """Run against a local STS; no AWS account is needed."""
    with LocalSTS() as server, STSClient(**server.client_options()) as client:
        print(client.send(GetCallerIdentityCommand())["Arn"])
        print(client.send(AssumeRoleCommand(ROLE))["AssumedRoleUser"]["Arn"])
        client.send(GetCallerIdentityCommand(), lambda error, data: print("called back:", error or data["Account"])).result()

        try:
            client.send(AssumeRoleCommand({**ROLE, "RoleArn": "arn:aws:iam::123456789012:role/none"}))
        except STSServiceException as error:
            print(error.name, error.metadata.http_status_code, error.metadata.attempts, "attempt")

        controller = AbortController()
        controller.abort("changed my mind")
        try:
            client.send(GetCallerIdentityCommand(), abort_signal=controller.signal)
        except RequestAbortedError as error:
            print(error)

        # What v3's credential providers are given to assume roles with.
        options = server.client_options()
        source = Credentials(options.pop("access_key_id"), options.pop("secret_access_key"))
        print(get_default_role_assumer(**options)(source, ROLE))


if __name__ == "__main__":
    main()
