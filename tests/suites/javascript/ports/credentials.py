"""The port of `credentials.js`."""

import json
import os
from datetime import datetime

from sts import v2 as AWS


def show(*values):
    print(json.dumps(values, separators=(",", ":")), flush=True)


AWS.config.update({"region": "us-east-1"})
AWS.config.sts = {"endpoint": os.environ["STS_URL"]}


def role(name):
    return f"arn:aws:iam::123456789012:role/{name}"


def own():
    return AWS.Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])


asked = 0


def token_code(serial, callback):
    global asked
    asked += 1
    show("code for", serial)
    callback(None, os.environ["CODE"])


creds = AWS.ChainableTemporaryCredentials(
    {
        "params": {
            "RoleArn": role("mfa"),
            "RoleSessionName": "mfa",
            "SerialNumber": "arn:aws:iam::123456789012:mfa/demo",
            "DurationSeconds": 900,
        },
        "tokenCodeFn": token_code,
    }
)


def got(err):
    show(err or None, asked, creds.accessKeyId[:4])
    first = AWS.ChainableTemporaryCredentials({"params": {"RoleArn": role("demo"), "RoleSessionName": "first"}})
    second = AWS.ChainableTemporaryCredentials(
        {
            "params": {"RoleArn": role("second"), "RoleSessionName": "second"},
            "masterCredentials": first,
            "stsConfig": {"region": "us-east-1"},
        }
    )
    before = None

    def refresh(_):
        nonlocal before
        show(second.expired, second.needsRefresh(), isinstance(second.expireTime, datetime))
        before = second.accessKeyId
        return second.refreshPromise()

    def use(_):
        show(before != second.accessKeyId)
        AWS.config.credentials = second
        return AWS.STS().getCallerIdentity().promise()

    def expire(me):
        show(me["Arn"])
        second.expired = True
        return AWS.STS({"credentials": second}).getCallerIdentity().promise()

    def fail(me):
        show(me["Arn"], second.expired)
        try:
            AWS.ChainableTemporaryCredentials({"params": {"SerialNumber": "x"}})
        except Exception as err:
            show(err.code)
        return AWS.ChainableTemporaryCredentials(
            {"params": {"RoleArn": role("missing"), "RoleSessionName": "xx"}, "masterCredentials": own()}
        ).getPromise()

    def temporary(_):
        old = AWS.TemporaryCredentials({"RoleArn": role("demo")}, own())
        return old.getPromise().then(lambda _: AWS.STS({"credentials": old}).getCallerIdentity().promise())

    (
        second.getPromise()
        .then(refresh)
        .then(use)
        .then(expire)
        .then(fail)
        .catch(lambda err: show("caught", err.code, err.statusCode))
        .then(temporary)
        .then(lambda me: show(me["Arn"]))
    )


creds.get(got)
