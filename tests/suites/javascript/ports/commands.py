"""The port of `commands.js`."""

import json
import os
from datetime import datetime

from sts import AssumeRoleCommand, ExpiredTokenException, GetCallerIdentityCommand, STSClient, STSServiceException


def show(*values):
    print(json.dumps(values, separators=(",", ":")), flush=True)


client = STSClient(region="eu-west-1", endpoint=os.environ["STS_URL"], max_attempts=2, retry_mode="standard")
input = {
    "RoleArn": "arn:aws:iam::123456789012:role/demo",
    "RoleSessionName": "v3",
    "DurationSeconds": 900,
    "Tags": [{"Key": "team", "Value": "a"}],
    "TransitiveTagKeys": ["team"],
}
command = AssumeRoleCommand(input)
show(command.input is input)
data = client.send(command)
credentials, metadata = data["Credentials"], data["ResponseMetadata"]
show(data["AssumedRoleUser"]["Arn"], credentials["AccessKeyId"][:4], isinstance(credentials["Expiration"], datetime))
show(metadata["HTTPStatusCode"], len(metadata["RequestId"]) > 10, metadata["Attempts"], int(metadata["TotalRetryDelay"]))
scoped = STSClient(
    region="eu-west-1",
    endpoint=os.environ["STS_URL"],
    credentials={
        "accessKeyId": credentials["AccessKeyId"],
        "secretAccessKey": credentials["SecretAccessKey"],
        "sessionToken": credentials["SessionToken"],
    },
)
show(scoped.send(GetCallerIdentityCommand({}))["Arn"])
try:
    client.send(AssumeRoleCommand({**input, "RoleArn": "arn:aws:iam::123456789012:role/missing"}))
except ExpiredTokenException:
    show("expired")
except STSServiceException as err:
    show(err.name, err.fault, err.metadata.http_status_code, err.message)


def called_back(err, data):
    show(err, data["Account"])
    client.destroy()
    scoped.destroy()


client.send(GetCallerIdentityCommand({}), called_back)
