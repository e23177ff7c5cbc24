"""The port of `promises.js`."""

import asyncio
import json
import os
from datetime import datetime, timezone

from sts import Promise
from sts import v2 as AWS


def show(*values):
    print(json.dumps(values, separators=(",", ":")), flush=True)


AWS.config.update({"region": "us-west-2", "maxRetries": 3, "retryDelayOptions": {"base": 10}})
AWS.config.sts = {"endpoint": os.environ["STS_URL"]}
AWS.config.setPromisesDependency(Promise)
sts = AWS.STS()
arns = ["arn:aws:iam::123456789012:role/demo", "arn:aws:iam::123456789012:role/missing"]
show(sts.config.region, AWS.config.region, sts.config.maxRetries, AWS.config.maxRetries)


async def main():
    me = await sts.getCallerIdentity().promise()
    show(me["Account"], me["Arn"])
    results = await Promise.all(
        sts.assumeRole({"RoleArn": arn, "RoleSessionName": "batch"})
        .promise()
        .then(lambda data: data["AssumedRoleUser"]["Arn"])
        .catch(lambda err: err.code)
        for arn in arns
    )
    show(results)
    settled = await Promise.all_settled(sts.assumeRole({"RoleArn": arn, "RoleSessionName": "batch"}).promise() for arn in arns)
    show([one["status"] for one in settled])
    data = await sts.assumeRole({"RoleArn": arns[0], "RoleSessionName": "batch"}).promise()
    creds = sts.credentialsFrom(data)
    show(
        creds.expired,
        creds.needsRefresh(),
        creds.expireTime > datetime.now(timezone.utc),
        creds.accessKeyId == data["Credentials"]["AccessKeyId"],
    )
    AWS.config.credentials = AWS.Credentials(creds.accessKeyId, creds.secretAccessKey, creds.sessionToken)
    session = await AWS.STS().getCallerIdentity({}).promise()
    show(session["Arn"])
    try:
        await sts.getSessionToken({"DurationSeconds": "abc"}).promise()
    except Exception as err:
        show(err.code)
    return await sts.getAccessKeyInfo({"AccessKeyId": creds.accessKeyId}).promise()


try:
    show(asyncio.run(main())["Account"])
finally:
    show("over")
