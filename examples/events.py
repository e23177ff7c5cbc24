"""
Watch and steer requests with v2's events: order, a signed header of one's own, retries, and an abort.

Explained in docs/how-to/calls.md.
"""

from sts import STS, RequestAbortedError
from sts.events import EVENTS
from sts.testing import LocalSTS


def main() -> None:
    """Run against a local STS; no AWS account is needed."""
    with LocalSTS() as server, STS(**server.client_options()) as client:
        # The order of events of one request, with a throttled first attempt.
        server.inject("throttle")
        request = client.make_request("getCallerIdentity")
        seen = []
        for event in EVENTS:
            request.on(event, lambda *args, event=event: seen.append(event))
        request.on("retry", lambda response: setattr(response.error, "retry_delay", 0.01))
        print(request.result()["Arn"], "after", " ".join(seen))

        # A header set while the request is built is signed. Listeners of the client see every call, blocking ones too.
        client.on("build", lambda request: request.http_request.headers.update({"x-team": "docs"}))
        client.on(
            "complete", lambda response: print(response.request.operation, "ended after", response.retry_count, "retries")
        )
        client.get_caller_identity()
        print("the server saw x-team:", server.calls[-1].headers["x-team"])

        # Stop a request wherever it is.
        server.inject("slow_headers", seconds=30)
        request = client.make_request("getCallerIdentity").on("sign", lambda request: request.abort())
        try:
            request.result()
        except RequestAbortedError as error:
            print("aborted:", error.code)


if __name__ == "__main__":
    main()
