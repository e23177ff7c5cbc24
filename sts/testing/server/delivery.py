"""Delivery of a response to the client: unchanged, or with an injected fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sts.testing.server.faults import Fault
from sts.testing.server.listener import Connection
from sts.testing.server.wire import Answer, head

_HUGE_CHUNK = b"<a>" * 21845
_UNANNOUNCED = {"slow_headers", "slow_body", "truncate", "wrong_content_type", "huge_body"}
"""Faults whose responses do not announce that the connection closes."""
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
    name, details = (fault.name, fault.details) if fault else ("", {})
    if name in ("reset_before_read", "reset_after_read"):
        connection.reset()
        return False
    if name == "wrong_content_type":
        headers = [(key, details["content_type"] if key == "Content-Type" else value) for key, value in answer.headers]
        answer = answer._replace(headers=headers)
    opening, body = head(answer, close=close and name not in _UNANNOUNCED), answer.body
    if name == "slow_headers":
        return _drip(connection, opening + body, details) and not close
    if name == "truncate":
        size = len(body) // 2 if details["size"] is None else details["size"]
        connection.send(opening + body[:size])
        return False
    if name == "slow_body":
        connection.send(opening)
        return _drip(connection, body, details) and not close
    connection.send(opening + body)
    if name == "huge_body":
        for left in range(details["size"], 0, -len(_HUGE_CHUNK)):
            connection.send(_HUGE_CHUNK[:left])
    return not close


def _drip(connection: Connection, data: bytes, details: Mapping[str, Any]) -> bool:
    """Send *data* in equal pieces with a pause before each. The pauses last `seconds` in total."""
    pieces = max(1, min(int(details["pieces"]), len(data)))
    size = -(-len(data) // pieces)
    for at in range(0, len(data), size):
        if not connection.pause(details["seconds"] / pieces):
            return False
        connection.send(data[at : at + size])
    return True
