"""The port of `assumers.js`."""

import json
import os
from datetime import datetime

from sts import (
    GetCallerIdentityCommand,
    STSClient,
    STSServiceException,
    get_default_role_assumer,
    get_default_role_assumer_with_web_identity,
)


def show(*values):
    print(json.dumps(values, separators=(",", ":")), flush=True)


config = {"region": "us-east-1", "endpoint": os.environ["STS_URL"]}
source = {"accessKeyId": os.environ["AWS_ACCESS_KEY_ID"], "secretAccessKey": os.environ["AWS_SECRET_ACCESS_KEY"]}
assume = get_default_role_assumer(**config)
session = assume(source, {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "assumer"})
show(session.access_key_id[:4], isinstance(session.expiration, datetime), session.account_id)
chained = assume(session, {"RoleArn": "arn:aws:iam::123456789012:role/second", "RoleSessionName": "chained"})
client = STSClient(**config, credentials=chained)
show(client.send(GetCallerIdentityCommand({}))["Arn"])
client.destroy()
exchange = get_default_role_assumer_with_web_identity(**config)
web = exchange(
    {
        "RoleArn": "arn:aws:iam::123456789012:role/web",
        "RoleSessionName": "web",
        "WebIdentityToken": os.environ["TOKEN"],
    }
)
show(web.access_key_id[:4])
try:
    assume(source, {"RoleArn": "arn:aws:iam::123456789012:role/missing", "RoleSessionName": "assumer"})
except STSServiceException as err:
    show(err.name)
