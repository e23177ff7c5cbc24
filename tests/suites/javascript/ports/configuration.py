"""The port of `configuration.js`."""

import json
import os
import re
import sys
import tempfile

from sts import v2 as AWS


def show(*values):
    print(json.dumps(values, separators=(",", ":")), flush=True)


file = os.path.join(tempfile.mkdtemp(prefix="port-"), "config.json")
with open(file, "w") as out:
    json.dump(
        {
            "accessKeyId": "AKIAFROMFILE00000000",
            "secretAccessKey": "secretsecretsecret",
            "region": "us-east-1",
            "maxRetries": 1,
        },
        out,
    )
AWS.config.loadFromPath(file)
os.unlink(file)


class Logger:
    def log(self, line):
        show(re.sub(r" \d[\d.]*s ", " ", line.split("(")[0]), bool(re.search("SensitiveInformation", line)))


AWS.config.update({"logger": Logger(), "httpOptions": {"timeout": 5000, "connectTimeout": 1000}, "correctClockSkew": True})
AWS.config.update({"sts": {"endpoint": os.environ["STS_URL"]}})
show(AWS.config.region, AWS.config.maxRetries, AWS.config.credentials.accessKeyId)
chain = AWS.CredentialProviderChain(
    [
        lambda: AWS.EnvironmentCredentials("NOPE"),
        lambda: AWS.EnvironmentCredentials("AWS"),
    ]
)


def resolved(err, credentials):
    if err:
        sys.exit(2)
    AWS.config.credentials = credentials
    AWS.config.getCredentials(configured)


def configured(err, credentials):
    global sts
    show(err or None, AWS.config.credentials.accessKeyId[:4])
    sts = AWS.STS({"params": {"RoleSessionName": "bound"}})
    show(sts.endpoint.protocol, sts.endpoint.hostname, sts.config.httpOptions["timeout"])
    sts.assumeRole({"RoleArn": "arn:aws:iam::123456789012:role/demo"}, assumed)


def assumed(err, data):
    show(data["AssumedRoleUser"]["AssumedRoleId"].split(":")[1])
    request = sts.getCallerIdentity()

    def build(r):
        request.httpRequest.headers["x-k8s-aws-id"] = "my-cluster"

    request.on("build", build)
    url = request.presign(60)
    show(url.startswith(os.environ["STS_URL"]), "X-Amz-Expires=60" in url, "SignedHeaders=host%3Bx-k8s-aws-id" in url)
    sts.makeUnauthenticatedRequest(
        "assumeRoleWithWebIdentity",
        {"RoleArn": "arn:aws:iam::123456789012:role/web", "WebIdentityToken": "bad.token.x"},
        unauthenticated,
    )


def unauthenticated(err, data):
    show(err.code, err.statusCode)
    AWS.config.logger = None
    web = AWS.WebIdentityCredentials({"RoleArn": "arn:aws:iam::123456789012:role/web", "WebIdentityToken": os.environ["TOKEN"]})

    def got(err):
        show(err or None, len(web.data["Provider"]) > 0)
        web.params["WebIdentityToken"] = "again.bad.x"
        web.refresh(refreshed)

    def refreshed(err):
        show(err.code)
        sys.exit(0)

    web.get(got)


chain.resolve(resolved)
