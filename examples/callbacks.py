"""
Call back with `(error, data)`: every placement of the callback, nested calls, and a scheduler of your own.

Explained in docs/how-to/calls.md.
"""

import queue
import threading

from sts import STS
from sts.testing import LocalSTS

ROLE = "arn:aws:iam::123456789012:role/demo"


def main() -> None:
    """Run against a local STS; no AWS account is needed."""
    with LocalSTS() as server, STS(**server.client_options()) as client:
        # First, or after the params, or by name; the call returns a request at once.
        client.get_caller_identity(lambda error, data: print("I am", error or data["Arn"]))
        client.assume_role({"RoleArn": ROLE, "RoleSessionName": "docs"}, with_role)
        client.assume_role(RoleArn=ROLE, RoleSessionName="docs", timeout=10, callback=with_role)

        # Errors come as the first argument, those of validation too.
        client.assume_role({"RoleArn": "too short"}, lambda error, data: print("refused:", error.code))

        # Calls made in callbacks are fine, and so is waiting in one: callbacks run one at a time, calls beside them.
        done = threading.Event()

        def nested(error, data):
            print("nested:", error or data["Account"])
            done.set()

        def account(error, data):
            print("waited:", client.get_caller_identity()["Account"])
            client.get_caller_identity(nested)

        client.get_caller_identity(account)

        # A program need not wait: it ends when its callbacks have run. Closing the client here is what needs it.
        done.wait(10)

    run_callbacks_here()


def with_role(error, data):
    """Take an outcome, as in the AWS SDK for JavaScript."""
    print("role:", error or data["AssumedRoleUser"]["Arn"])


def run_callbacks_here() -> None:
    """Run callbacks on a thread of one's own, here the main thread; `loop.call_soon_threadsafe` fits as well."""
    todo: queue.Queue = queue.Queue()
    with LocalSTS() as server, STS(**server.client_options(), callback_scheduler=todo.put) as client:
        client.get_caller_identity(lambda error, data: print("on the main thread:", error or data["Account"]))
        todo.get()()


if __name__ == "__main__":
    main()
