"""Injected faults: which there are, their queue, and the responses they change."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from typing import Any

from sts.base.records import Record
from sts.base.suggestions import suggest
from sts.model.lookup import BY_NAME
from sts.model.operations import OPERATIONS
from sts.testing.server.listener import Connection
from sts.testing.server.wire import Answer, head

KINDS: dict[str, dict[str, Any]] = {
    "throttle": {"status": 400, "retry_after": None},
    "internal_error": {"status": 500, "retry_after": None},
    "unavailable": {"status": 503, "retry_after": None},
    "reset_before_read": {},
    "reset_after_read": {},
    "slow_headers": {"seconds": 5.0, "pieces": 1},
    "slow_body": {"seconds": 5.0, "pieces": 10},
    "truncate": {"size": None},
    "garbage": {"status": 200, "size": 512},
    "html": {"status": 200},
    "wrong_content_type": {"content_type": "text/html"},
    "huge_body": {"status": 200, "size": 64 * 1024 * 1024},
    "clock_skew": {"seconds": 3600.0},
    "expired_token": {"status": 403},
}
"""Every fault, with its details and their defaults. All faults also accept `rate`."""
_HUGE_CHUNK = b"<a>" * 21845
_UNANNOUNCED = {"slow_headers", "slow_body", "truncate", "wrong_content_type", "huge_body"}
"""Faults whose responses do not announce that the connection closes."""
_HTML = (
    b"<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head>\n"
    b"<body><h1>Welcome</h1><p>Please accept the terms of use.</p></body></html>\n"
)


class Fault(Record):
    """One fault that applies to one request."""

    name: str
    details: Mapping[str, Any]


class _Injection:
    """Arguments of one `inject` call, and the number of times it still occurs (None: without limit)."""

    def __init__(self, fault: Fault, operation: str | None, times: int | None, rate: float) -> None:
        self.fault = fault
        self.operation = operation
        self.times = times
        self.rate = rate


class FaultQueue:
    """Queue of injected faults, until a matching request arrives. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Injection] = []

    def add(self, name: str, operation: str | None, times: int | None, details: Mapping[str, Any]) -> None:
        """Append a fault. Raise ValueError or TypeError if it is not one of `KINDS`."""
        if name not in KINDS:
            raise ValueError(f"there is no fault {name!r}.{suggest(name, KINDS)} There are {', '.join(KINDS)}")
        unknown = set(details) - set(KINDS[name]) - {"rate"}
        if unknown:
            raise TypeError(f"fault {name!r} takes {', '.join([*KINDS[name], 'rate'])}, not {', '.join(sorted(unknown))}")
        rate = float(details.get("rate", 1.0))
        if (times is not None and times < 1) or not 0 < rate <= 1:
            raise ValueError(f"times={times!r} must be a positive number or None (without limit), rate={rate!r} from 0 to 1")
        if operation is not None and operation not in BY_NAME:
            known = [row.method_name for row in OPERATIONS]
            raise ValueError(f"STS has no operation {operation!r}.{suggest(operation, known)}")
        fault = Fault(name, {**KINDS[name], **details})
        with self._lock:
            self._waiting.append(_Injection(fault, BY_NAME[operation].name if operation else None, times, rate))

    def clear(self) -> None:
        """Remove every fault that has not occurred yet."""
        with self._lock:
            self._waiting.clear()

    def take(self, operation: str | None) -> Fault | None:
        """Return the first waiting fault for *operation*, and count it."""
        with self._lock:
            for injection in self._waiting:
                if injection.operation in (None, operation) and (injection.rate == 1 or random.random() < injection.rate):  # noqa: S311
                    return self._used(injection)
        return None

    def take_before_read(self) -> Fault | None:
        """Return the next fault if it does not depend on the request."""
        with self._lock:
            first = self._waiting[0] if self._waiting else None
            if first and first.fault.name == "reset_before_read" and first.operation is None and first.rate == 1:
                return self._used(first)
        return None

    def _used(self, injection: _Injection) -> Fault:
        if injection.times is not None:
            injection.times -= 1
            if not injection.times:
                self._waiting.remove(injection)
        return injection.fault


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
