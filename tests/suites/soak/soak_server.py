"""Server of the soak in its own process: LocalSTS with faults, short sessions and randomly closed connections."""

from __future__ import annotations

import json
import random
import socket
import struct
import sys
import threading
from collections import Counter
from typing import Any

from sts.testing import LocalSTS
from sts.testing.server.faults import Fault
from sts.testing.service.sessions import Caller, Limits, Mint

ISSUER = "https://soak.example.com"
SECRET = "soak-secret-that-both-processes-know"
SESSION_SECONDS = 6
CUT_SECONDS = 0.05
FAULTS: dict[str, tuple[float, dict[str, Any]]] = {
    "throttle": (0.04, {}),
    "internal_error": (0.03, {}),
    "unavailable": (0.02, {}),
    "reset_before_read": (0.02, {}),
    "reset_after_read": (0.02, {}),
    "truncate": (0.02, {}),
    "slow_headers": (0.015, {"seconds": 0.2, "pieces": 3}),
    "slow_body": (0.015, {"seconds": 0.2, "pieces": 3}),
    "wrong_content_type": (0.01, {}),
    "garbage": (0.003, {}),
    "html": (0.003, {}),
    "huge_body": (0.001, {"size": 2 * 1024 * 1024}),
    "expired_token": (0.002, {}),
    "clock_skew": (0.001, {}),
}
"""Faults with their share of all requests (20 % together) and their details."""


class Tally:
    """Counter of requests and of their faults."""

    def __init__(self) -> None:
        self.requests = 0
        self.cuts = 0
        self.faults: Counter[str] = Counter()


def shorten_sessions() -> None:
    """Let every session last a few seconds, so that credentials rotate all the time."""
    issue = Mint.issue

    def issue_short(self: Mint, caller: Caller, limits: Limits, now: float) -> dict[str, Any]:
        return issue(self, caller, limits._replace(duration=SESSION_SECONDS), now)

    Mint.issue = issue_short  # type: ignore[method-assign]


def inject_all(server: LocalSTS) -> None:
    """Inject every fault without end. Each applies only to requests without an earlier one."""
    left = 1.0
    for fault, (share, details) in FAULTS.items():
        server.inject(fault, times=None, rate=share / left, **details)
        left -= share


def count_requests(server: LocalSTS, tally: Tally) -> None:
    """Count every request and its fault."""
    take = server._faults.take

    def counted(operation: str | None) -> Fault | None:
        fault = take(operation)
        tally.requests += 1
        if fault:
            tally.faults[fault.name] += 1
        return fault

    server._faults.take = counted  # type: ignore[method-assign]


def cut_connections(server: LocalSTS, tally: Tally, stopping: threading.Event) -> None:
    """Close a connection every few moments, idle or not: orderly, or (every second one) with a reset."""
    while not stopping.wait(CUT_SECONDS * 2 * random.random()):
        listener = server._listener
        with listener._lock:  # type: ignore[union-attr]
            connections = list(listener._connections.values())  # type: ignore[union-attr]
        if connections:
            cut(random.choice(connections).socket, reset=bool(tally.cuts % 2))
            tally.cuts += 1


def cut(connection: socket.socket, *, reset: bool) -> None:
    """Shut down a connection that another thread serves. That thread closes it."""
    try:
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # closed already


def main() -> None:
    """Serve until the end of standard input. Print a line with the client's options first, and one with the counts last."""
    shorten_sessions()
    tally, stopping = Tally(), threading.Event()
    with LocalSTS(max_calls=100) as server:
        provider = server.add_oidc_provider(ISSUER, secret=SECRET)
        role = server.add_role("soak", trusts=[server.accounts.default, provider.arn])
        count_requests(server, tally)
        print(json.dumps({"options": server.client_options(), "role": role.arn, "user": server.user.arn}), flush=True)
        for line in sys.stdin:
            if line.strip() == "begin":  # what comes before is set up undisturbed
                inject_all(server)
                threading.Thread(target=cut_connections, args=(server, tally, stopping), daemon=True).start()
        stopping.set()
    print(json.dumps({"requests": tally.requests, "cuts": tally.cuts, "faults": tally.faults}), flush=True)


if __name__ == "__main__":
    main()
