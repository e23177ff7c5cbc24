"""Delivery of a response to the client: unchanged, or with an injected fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sts.testing.server.faults import Fault
from sts.testing.server.listener import Connection
from sts.testing.server.wire import Answer, head

_CHUNK = 65536
_HTML = (
    b"<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head>\n"
    b"<body><h1>Welcome</h1><p>Please accept the terms of use.</p></body></html>\n"
)


def stand_in(fault: Fault | None) -> Answer | None:
    """Return the response that *fault* sends instead of the service's, if any."""
    if fault is None:
        return None
    details = fault.details
    if fault.name == "html":
        return Answer(details["status"], [("Content-Type", "text/html; charset=utf-8")], _HTML)
    if fault.name == "garbage":
        noise = bytes(at * 197 % 256 for at in range(details["size"]))  # the same bytes each time, and not XML
        return Answer(details["status"], [("Content-Type", "text/xml")], noise)
    if fault.name == "huge_body":
        return Answer(details["status"], [("Content-Type", "text/xml"), ("Content-Length", str(details["size"]))])
    return None


def deliver(connection: Connection, answer: Answer, fault: Fault | None, *, close: bool = False) -> bool:
    """Send *answer* with *fault*. Return True if the connection can be reused."""
    way = _WAYS.get(fault.name) if fault else None
    if fault and way:
        return way(connection, answer, fault.details) and not close
    connection.send(head(answer, close=close) + answer.body)
    return not close


def _reset(connection: Connection, answer: Answer, details: Mapping[str, Any]) -> bool:  # noqa: ARG001  # one signature
    connection.reset()
    return False


def _slow_headers(connection: Connection, answer: Answer, details: Mapping[str, Any]) -> bool:
    return _drip(connection, head(answer, close=False) + answer.body, details)


def _slow_body(connection: Connection, answer: Answer, details: Mapping[str, Any]) -> bool:
    connection.send(head(answer, close=False))
    return _drip(connection, answer.body, details)


def _drip(connection: Connection, data: bytes, details: Mapping[str, Any]) -> bool:
    """Send *data* in equal pieces with a pause before each. The pauses last `seconds` in total."""
    pieces = max(1, min(int(details["pieces"]), len(data)))
    size = -(-len(data) // pieces)
    for at in range(0, len(data), size):
        if not connection.pause(details["seconds"] / pieces):
            return False
        connection.send(data[at : at + size])
    return True


def _truncate(connection: Connection, answer: Answer, details: Mapping[str, Any]) -> bool:
    size = len(answer.body) // 2 if details["size"] is None else details["size"]
    connection.send(head(answer, close=False) + answer.body[:size])
    return False


def _wrong_content_type(connection: Connection, answer: Answer, details: Mapping[str, Any]) -> bool:
    headers = [(name, details["content_type"] if name == "Content-Type" else value) for name, value in answer.headers]
    connection.send(head(answer._replace(headers=headers), close=False) + answer.body)
    return True


def _huge_body(connection: Connection, answer: Answer, details: Mapping[str, Any]) -> bool:
    connection.send(head(answer, close=False))
    left, chunk = details["size"], b"<a>" * (_CHUNK // 3)
    while left > 0:
        connection.send(chunk[:left])
        left -= len(chunk)
    return True


_WAYS: dict[str, Callable[[Connection, Answer, Mapping[str, Any]], bool]] = {
    "reset_before_read": _reset,
    "reset_after_read": _reset,
    "slow_headers": _slow_headers,
    "slow_body": _slow_body,
    "truncate": _truncate,
    "wrong_content_type": _wrong_content_type,
    "huge_body": _huge_body,
}
