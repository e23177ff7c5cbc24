"""
Port a script of the AWS SDK for JavaScript v2 line by line: AWS.config, requests, promises, AWS.Credentials.

Explained in docs/porting/from-javascript-v2.md.
"""

from sts import v2 as AWS  # noqa: N812 - its name in every script that is ported
from sts.testing import LocalSTS

ROLE = {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "docs"}


def main() -> None:
    """Run against a local STS; no AWS account is needed."""
    with LocalSTS() as server:
        options = server.client_options()
        AWS.config.update({"region": options["region"], "maxRetries": 2, "httpOptions": {"timeout": 5000}})
        AWS.config.credentials = AWS.Credentials(options["access_key_id"], options["secret_access_key"])
        AWS.config.sts = {"endpoint": options["endpoint"]}
        AWS.events.on("complete", lambda response: print("-", response.request.operation, response.request_id is not None))

        sts = AWS.STS()

        # sts.assumeRole(params).promise().then(...)
        print(sts.assume_role(ROLE).promise().then(lambda data: data["AssumedRoleUser"]["Arn"]).result())

        # sts.getCallerIdentity({}, function (err, data) { ... })
        def report(err, data):
            print(err.code if err else data["Arn"])

        sts.get_caller_identity({}, report).promise().result()

        # const req = sts.assumeRole(params); req.on('success', ...); req.send()
        request = sts.assume_role(ROLE)
        request.on("success", lambda response: print("expires", response.data["Credentials"]["Expiration"].year > 2000))
        request.send()

        # AWS.config.credentials = sts.credentialsFrom(data)
        AWS.config.credentials = sts.credentials_from(request.promise().result())
        print(AWS.STS().get_caller_identity().promise().result()["Arn"])


if __name__ == "__main__":
    main()
