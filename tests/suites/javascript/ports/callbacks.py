"""The port of `callbacks.js`."""

import json
import os
import sys
from datetime import datetime, timezone

from sts import v2 as AWS


def show(*values):
    print(json.dumps(values, separators=(",", ":")), flush=True)


sts = AWS.STS({"apiVersion": "2011-06-15", "region": "eu-west-1", "endpoint": os.environ["STS_URL"], "maxRetries": 2})
role = "arn:aws:iam::123456789012:role/demo"


def whoami(creds, callback):
    other = AWS.STS(
        {
            "accessKeyId": creds["AccessKeyId"],
            "secretAccessKey": creds["SecretAccessKey"],
            "sessionToken": creds["SessionToken"],
            "region": "eu-west-1",
            "endpoint": os.environ["STS_URL"],
        }
    )
    other.getCallerIdentity({}, callback)


def on_me(err, me):
    if err:
        sys.exit(1)
    show(me["Arn"], me["Account"])
    sts.assumeRole(
        {"RoleArn": role, "RoleSessionName": "script", "DurationSeconds": 900, "Tags": [{"Key": "team", "Value": "a"}]}, on_role
    )


def on_role(err, data):
    if err:
        sys.exit(1)
    creds = data["Credentials"]
    minutes = round((creds["Expiration"] - datetime.now(timezone.utc)).total_seconds() / 60)
    show(creds["AccessKeyId"][:4], minutes, data["AssumedRoleUser"]["Arn"])
    whoami(creds, on_other)


def on_other(err, other):
    global request
    show(err, other["Arn"])
    request = sts.assumeRole({"RoleArn": role + "-missing", "RoleSessionName": "script"}, on_missing)


def on_missing(err, data):
    response = request.response
    show(err.code, err.statusCode, err.message, err.retryable, isinstance(err.time, datetime), data)
    show(response.httpResponse.statusCode, response.requestId == err.requestId, response.retryCount, response.error is err)
    sts.assumeRole({"RoleSessionName": "xx", "Foo": 1}, on_invalid)


def on_invalid(err, data):
    show(err.code, [one.code for one in err.errors])
    sys.exit(3)


sts.getCallerIdentity(on_me)
