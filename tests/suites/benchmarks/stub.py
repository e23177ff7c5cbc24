"""A canned STS endpoint: answers each request on a kept-alive connection at once, without looking at it. Prints its port."""

from __future__ import annotations

import asyncio
import sys
import time

BODY = (
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>'
    "<AssumedRoleUser><AssumedRoleId>AROA123EXAMPLE123:bench</AssumedRoleId>"
    "<Arn>arn:aws:sts::123456789012:assumed-role/demo/bench</Arn></AssumedRoleUser>"
    "<Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>"
    "<SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey>"
    f"<SessionToken>{'t' * 700}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
    "<PackedPolicySize>6</PackedPolicySize></AssumeRoleResult>"
    "<ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata></AssumeRoleResponse>"
).encode()
ANSWER = (
    b"HTTP/1.1 200 OK\r\nx-amzn-RequestId: c6104cbe-af31-11e0-8154-cbc7ccf896c7\r\nContent-Type: text/xml\r\n"
    b"Content-Length: %d\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\n\r\n%s" % (len(BODY), BODY)
)
THROTTLE_BODY = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"
)
THROTTLE = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s" % (
    len(THROTTLE_BODY),
    THROTTLE_BODY,
)


class Bucket:
    """Let *rate* requests per second pass, None all of them."""

    def __init__(self, rate: float | None) -> None:
        self.rate = rate
        self.level = rate or 0.0
        self.at = time.monotonic()

    def passes(self) -> bool:
        if self.rate is None:
            return True
        now = time.monotonic()
        self.level = min(self.level + (now - self.at) * self.rate, self.rate)
        self.at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


class Stub(asyncio.Protocol):
    """Count Content-Length framed requests and answer each."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            head, separator, rest = self.buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            lower = head.lower()
            at = lower.find(b"content-length:")
            length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            self.transport.write(ANSWER if self.bucket.passes() else THROTTLE)  # type: ignore[attr-defined]


async def main() -> None:
    bucket = Bucket(float(sys.argv[1]) if len(sys.argv) > 1 else None)
    server = await asyncio.get_running_loop().create_server(lambda: Stub(bucket), "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
