"""
Chain calls with promises: then, catch, finally_, all, and awaiting one on an event loop.

Explained in docs/how-to/calls.md.
"""

import asyncio

from sts import STS, Promise
from sts.testing import LocalSTS

ROLE = "arn:aws:iam::123456789012:role/demo"


def main() -> None:
    """Run against a local STS; no AWS account is needed."""
    with LocalSTS() as server, STS(**server.client_options()) as client:

        def identity():
            return client.make_request("get_caller_identity").promise()

        def assume(name):
            return client.make_request("assume_role", {"RoleArn": ROLE, "RoleSessionName": name}).promise()

        # A handler that returns a promise is waited for, as in JavaScript.
        chain = identity().then(lambda me: assume(me["Arn"].rpartition("/")[2]))
        chain = chain.then(lambda data: data["AssumedRoleUser"]["Arn"])
        print(chain.finally_(lambda: print("done")).result(timeout=10))

        # Errors pass on until somebody catches them.
        print(assume("?").then(lambda data: "never").catch(lambda error: f"caught {error.code}").result())

        # Several at once.
        print([one["AssumedRoleUser"]["Arn"] for one in Promise.all(map(assume, ("first", "second"))).result()])
        print([one["status"] for one in Promise.all_settled([identity(), assume("!")]).result()])

        # Any running loop can await one.
        async def on_a_loop():
            return (await identity())["Account"]

        print(asyncio.run(on_a_loop()))


if __name__ == "__main__":
    main()
