"""The port of `aggregated.js`: `await` with AsyncSTS, callbacks with STS."""

import asyncio
import json
import os

from sts import STS, AbortController, AsyncSTS, RequestAbortedError


def show(*values):
    print(json.dumps(values, separators=(",", ":")), flush=True)


async def main():
    async with AsyncSTS(region="us-east-1", endpoint=os.environ["STS_URL"]) as sts:
        show((await sts.get_caller_identity())["Account"])
        me, session = await asyncio.gather(
            sts.get_caller_identity({}),
            sts.assume_role({"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "agg"}),
        )
        show(me["Arn"], session["AssumedRoleUser"]["Arn"])
        controller = AbortController()
        controller.abort()
        try:
            await sts.get_caller_identity({}, {"abort_signal": controller.signal})
        except RequestAbortedError:
            show("aborted")
        settled = await asyncio.gather(
            *(
                sts.assume_role({"RoleArn": f"arn:aws:iam::123456789012:role/{name}", "RoleSessionName": "settle"})
                for name in ("demo", "missing")
            ),
            return_exceptions=True,
        )
        show(["rejected" if isinstance(one, Exception) else "fulfilled" for one in settled], settled[1].name)


def called_back(err, data):
    show(err.name, err.metadata.http_status_code, data)
    sts.destroy()


asyncio.run(main())
sts = STS(region="us-east-1", endpoint=os.environ["STS_URL"])
sts.assume_role({"RoleArn": "arn:aws:iam::123456789012:role/missing", "RoleSessionName": "agg"}, called_back)
