"""The port of `events.js`."""

import json
import os
import re
from datetime import datetime

from sts import v2 as AWS


def show(*values):
    print(json.dumps(values, separators=(",", ":")), flush=True)


AWS.events.on(
    "complete", lambda resp: show("every", resp.request.operation, resp.httpResponse.statusCode or 0, resp.retryCount)
)


def backoff(count, err):
    show("backoff", count, err.code)
    return 5


sts = AWS.STS(
    {
        "region": "us-east-1",
        "endpoint": os.environ["STS_URL"],
        "maxRetries": 2,
        "retryDelayOptions": {"customBackoff": backoff},
    }
)
request = sts.assumeRole({"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "ev"})
request.httpRequest.headers["X-Early"] = "1"


def build(r):
    r.httpRequest.headers["X-Trace"] = "abc"
    show("build", r.httpRequest.method, r.httpRequest.path)


def send(resp):
    text = resp.request.httpRequest.headers["Authorization"]
    show("signed", bool(re.search("x-early", text)), bool(re.search("x-trace", text)))


def extract(resp):
    resp.data["Extra"] = 1


def complete(resp):
    show("complete", resp.error, resp.data is not None)
    refused()


def refused():
    bad = sts.makeRequest("assumeRole", {"RoleArn": "arn:aws:iam::123456789012:role/missing", "RoleSessionName": "ev"})

    def retry(resp):
        if resp.error.code == "AccessDenied":
            resp.error.retryable = True

    def called_back(err, data):
        show("called back", err.code, data)
        last()

    bad.on("retry", retry)
    bad.on("error", lambda err, resp: show("error", err.code, err.statusCode, resp.retryCount, resp.maxRetries))
    bad.send(called_back)


def last():
    def never(resp):
        show("never")

    request = sts.getCallerIdentity()
    request.on("success", never)
    request.removeListener("success", never)
    request.addListener(
        "success",
        lambda resp: show("last", resp.data["Account"], isinstance(request.startTime, datetime), len(resp.requestId) > 10),
    )
    request.promise().then(lambda data: show(data["Account"]))


(
    request.on("validate", lambda r: show("validate", len(r.params), r.operation))
    .on("build", build)
    .on("sign", lambda r: show("sign", r.httpRequest.endpoint.hostname, r.httpRequest.region))
    .on("send", send)
    .on("httpHeaders", lambda status, headers, resp, message: show("headers", status, headers["content-type"], message))
    .on("httpData", lambda chunk, resp: show("data", len(chunk) > 100))
    .on("httpDone", lambda resp: show("done"))
    .on("extractData", extract)
    .on(
        "success",
        lambda resp: show("success", resp.data["AssumedRoleUser"]["Arn"], resp.data["Extra"], resp.request is request),
    )
    .on("error", lambda err, resp: show("error", err.code))
    .on("complete", complete)
)
request.send()
