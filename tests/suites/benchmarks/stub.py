"""STS endpoint with fixed responses on kept-alive connections. It does not read the requests, and prints its port."""

from __future__ import annotations

import argparse
import asyncio
import ssl
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
    """Limit of *rate* requests per second. None means no limit."""

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
    """Counter of requests with Content-Length. Each gets a response after *delay* seconds."""

    def __init__(self, bucket: Bucket, delay: float) -> None:
        self.bucket = bucket
        self.delay = delay
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
            answer = ANSWER if self.bucket.passes() else THROTTLE
            if self.delay:
                asyncio.get_running_loop().call_later(self.delay, self.transport.write, answer)  # type: ignore[attr-defined]
            else:
                self.transport.write(answer)  # type: ignore[attr-defined]


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, help="requests a second that are answered; others are throttled")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--tls", help="PEM file with key and certificate")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    context = None
    if given.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(given.tls)
    bucket = Bucket(given.rate)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Stub(bucket, given.delay), "127.0.0.1", given.port, ssl=context, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
