"""
Make calls with asyncio: many at once, a timeout, a cancellation that closes its connection, and promises.

Explained in docs/how-to/asyncio.md.
"""

import asyncio

from sts import AsyncSTS
from sts.testing import LocalSTS

ROLE = "arn:aws:iam::123456789012:role/demo"


async def main() -> None:
    """Run against a local STS; no AWS account is needed."""
    with LocalSTS() as server:
        async with AsyncSTS(**server.client_options(), max_concurrency=8) as client:
            print((await client.get_caller_identity())["Arn"])

            sessions = [client.assume_role(RoleArn=ROLE, RoleSessionName=f"worker-{number}") for number in range(20)]
            print(len(await asyncio.gather(*sessions)), "sessions, at most 8 requests at a time")

            # A deadline of asyncio's, or `timeout=` of the call; either way nothing goes on behind your back.
            server.inject("slow_headers", seconds=30)
            try:
                await asyncio.wait_for(client.get_caller_identity(), 0.2)
            except asyncio.TimeoutError:
                print("timed out")

            # Requests, events and promises work too; listeners and handlers run on the loop.
            request = client.make_request("get_caller_identity").on("success", lambda response: print("success"))
            print((await request.promise())["Account"])


if __name__ == "__main__":
    asyncio.run(main())
