"""
Every fault of a server, on every operation, in every calling style: what comes of it, after how many attempts and how long.

`python -m tests.suites.faults.fault_matrix` prints the table; `test_fault_matrix` holds it. Waits between attempts are left out, timeouts are
a fraction of a second.
"""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from sts import STS, AsyncSTS, errors
from sts.handlers.urllib3 import Urllib3Handler
from sts.model.operations import OPERATIONS
from sts.model.shapes import Operation
from sts.retry.standard import ConfiguredRetry
from sts.testing import LocalSTS
from tests.support.threads import PATIENCE

SHORT = {"read_timeout": 0.2}
LONGER = {"read_timeout": 0.5}
"""Timeout for rows in which the next attempt must succeed, also on a busy machine."""
LASTING = 10 * 3600.0
STYLES = ("sync", "callback", "async")
SUCCESS = "success"


class Row(NamedTuple):
    """One fault, its frequency (None: always) and the expected outcome."""

    title: str
    fault: str
    times: int | None
    outcome: str
    attempts: int
    unsigned_attempts: int | None = None
    details: dict[str, Any] = {}  # noqa: RUF012  # never changed
    server: dict[str, Any] = {}  # noqa: RUF012  # never changed
    options: dict[str, Any] = {}  # noqa: RUF012  # never changed
    kept: bool = False


SLOW = {"seconds": 1.5, "pieces": 4}
ROWS = (
    Row("none", "", None, SUCCESS, 1),
    Row("throttled (HTTP 400) once", "throttle", 1, SUCCESS, 2),
    Row("throttled (HTTP 400) always", "throttle", None, "ServiceError", 3),
    Row("throttled (HTTP 429) always", "throttle", None, "ServiceError", 3, details={"status": 429, "retry_after": 9}),
    Row("HTTP 500 once", "internal_error", 1, SUCCESS, 2),
    Row("HTTP 500 always", "internal_error", None, "ServiceError", 3),
    Row("HTTP 503 always", "unavailable", None, "ServiceError", 3),
    Row("reset before the request is read, once", "reset_before_read", 1, SUCCESS, 2),
    Row("the same on a kept connection", "reset_before_read", 1, SUCCESS, 2, kept=True),
    Row("reset before the request is read, always", "reset_before_read", None, "EndpointConnectionError", 3),
    Row("reset after the request is read, once", "reset_after_read", 1, SUCCESS, 2),
    Row("the same on a kept connection", "reset_after_read", 1, SUCCESS, 2, kept=True),
    Row("reset after the request is read, always", "reset_after_read", None, "EndpointConnectionError", 3),
    Row("no answer within the read timeout, once", "slow_headers", 1, SUCCESS, 2, details={"seconds": 1.5}, options=LONGER),
    Row("no answer within it, always", "slow_headers", None, "ReadTimeoutError", 3, details={"seconds": 1.5}, options=SHORT),
    Row("headers that drip for longer", "slow_headers", None, "ReadTimeoutError", 3, details=SLOW, options=SHORT),
    Row("a body that drips for longer", "slow_body", None, "ReadTimeoutError", 3, details=SLOW, options=SHORT),
    Row(
        "the same under a total timeout", "slow_body", None, "DeadlineExceededError", 1, details=SLOW, options={"timeout": 1.0}
    ),
    Row("a body cut off, once", "truncate", 1, SUCCESS, 2),
    Row("a body cut off, always", "truncate", None, "EndpointConnectionError", 3),
    Row("200 with bytes that are no XML", "garbage", None, "ResponseParseError", 1),
    Row("500 with bytes that are no XML", "garbage", None, "ResponseParseError", 3, details={"status": 500}),
    Row("200 with a captive portal's page", "html", None, "ResponseParseError", 1),
    Row("503 with a web page", "html", None, "ResponseParseError", 3, details={"status": 503}),
    Row("a wrong content type", "wrong_content_type", None, SUCCESS, 1),
    Row("a body of 64 MB", "huge_body", None, "ResponseParseError", 1),
    Row("a clock an hour ahead", "clock_skew", None, SUCCESS, 2, 1),
    Row("a clock an hour behind", "clock_skew", None, SUCCESS, 2, 1, details={"seconds": -3600.0}),
    Row("expired credentials", "expired_token", None, "ExpiredTokenException", 1),
    Row("TLS: certificate of nobody known", "", None, "TLSError", 1, server={"tls": True}),
    Row("TLS: certificate of another host", "", None, "TLSError", 1, server={"tls": "wrong-host"}),
    Row("TLS: certificate that has expired", "", None, "TLSError", 1, server={"tls": "expired"}),
    Row("nobody listens", "stopped", None, "EndpointConnectionError", 3),
)


class Cell(NamedTuple):
    """Outcome of one row, for one operation in one style."""

    row: Row
    operation: Operation
    style: str
    outcome: str
    attempts: int
    seen: int | None
    seconds: float
    completions: list[Any]

    @property
    def expected_attempts(self) -> int:
        """Number of attempts that the row expects for the operation."""
        row = self.row
        return row.attempts if self.operation.signed or row.unsigned_attempts is None else row.unsigned_attempts

    @property
    def problem(self) -> str:
        """Differences from the expected outcome, or nothing."""
        wrong = []
        if self.outcome != self.row.outcome:
            wrong.append(f"{self.outcome} instead of {self.row.outcome}")
        if self.attempts != self.expected_attempts:
            wrong.append(f"{self.attempts} attempts instead of {self.expected_attempts}")
        if self.seen is not None and self.seen != self.attempts:
            wrong.append(f"the server saw {self.seen}")
        if self.seconds > PATIENCE:
            wrong.append(f"it hung for {self.seconds:.0f} s")
        if len(self.completions) != 1:
            wrong.append(f"completed {len(self.completions)} times")
        return "; ".join(wrong)


def params_of(server: LocalSTS, operation: Operation) -> dict[str, Any]:
    """Return params for a successful *operation* on *server*."""
    session = {"RoleArn": server.role.arn, "RoleSessionName": "matrix"}
    return {
        "AssumeRole": lambda: session,
        "AssumeRoleWithSAML": lambda: {
            "RoleArn": server.role.arn,
            "PrincipalArn": server.saml_provider.arn,
            "SAMLAssertion": server.saml_assertion(expires_in=LASTING),
        },
        "AssumeRoleWithWebIdentity": lambda: {**session, "WebIdentityToken": server.issue_token(expires_in=LASTING)},
        "AssumeRoot": lambda: {
            "TargetPrincipal": "210987654321",
            "TaskPolicyArn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
        },
        "DecodeAuthorizationMessage": lambda: {"EncodedMessage": server.encode_authorization_message({"allowed": False})},
        "GetAccessKeyInfo": lambda: {"AccessKeyId": server.user.access_key_id},
        "GetCallerIdentity": dict,
        "GetDelegatedAccessToken": lambda: {"TradeInToken": server.trade_in_token(expires_in=LASTING)},
        "GetFederationToken": lambda: {"Name": "matrix"},
        "GetScopedCredentials": lambda: {"DurationSeconds": 60},
        "GetSessionToken": dict,
        "GetWebIdentityToken": lambda: {"Audience": ["matrix"], "SigningAlgorithm": "RS256", "DurationSeconds": 300},
    }[operation.name]()


def client_options(server: LocalSTS, operation: Operation) -> dict[str, Any]:
    """Return the options of a client that may call *operation*: the demo user's keys, or a session where it needs one."""
    options: dict[str, Any] = server.client_options()
    if operation.name != "GetScopedCredentials" or server.url.startswith("https"):
        return options
    with STS(**options) as client:
        session = client.get_session_token()
    return {"region": options["region"], "endpoint": options["endpoint"], "credentials": session["Credentials"]}


# --- one cell ---


def run_sync(options: dict[str, Any], operation: Operation, params: dict[str, Any], done: list[Any]) -> None:
    """Make the call and return its outcome."""
    with STS(**options) as client:
        try:
            done.append(getattr(client, operation.method_name)(params))
        except errors.STSError as error:
            done.append(error)


def run_callback(options: dict[str, Any], operation: Operation, params: dict[str, Any], done: list[Any]) -> None:
    """Make the call with a callback. Closing the client waits for it."""
    called = threading.Event()

    def callback(error: Any, data: Any) -> None:
        done.append(error or data)
        called.set()

    with STS(**options) as client:
        getattr(client, operation.method_name)(params, callback)
        called.wait(PATIENCE)


def run_async(options: dict[str, Any], operation: Operation, params: dict[str, Any], done: list[Any]) -> None:
    """Make the call on its own loop."""

    async def call() -> None:
        async with AsyncSTS(**options) as client:
            try:
                done.append(await getattr(client, operation.method_name)(params))
            except errors.STSError as error:
                done.append(error)

    asyncio.run(call())


RUN: dict[str, Callable[..., None]] = {"sync": run_sync, "callback": run_callback, "async": run_async}


def run_cell(server: LocalSTS, row: Row, operation: Operation, style: str) -> Cell:
    """Make one call under the row's fault, with its own connections."""
    server.clear_faults()
    params = params_of(server, operation)
    handler = Urllib3Handler()
    options: dict[str, Any] = {
        **client_options(server, operation),
        "retry_strategy": ConfiguredRetry(3, 0.0),
        "read_timeout": PATIENCE,
        "request_handler": handler,
        **row.options,
    }
    server.clear_faults()
    if row.fault == "stopped":
        options["endpoint"] = "http://127.0.0.1:9"
    if row.kept:
        STS(**options).get_caller_identity()
    server.clear_calls()
    if row.fault and row.fault != "stopped":
        server.inject(row.fault, operation=operation.name if row.kept else None, times=row.times, **row.details)
    done: list[Any] = []
    began = time.monotonic()
    try:
        RUN[style](options, operation, params, done)
    finally:
        handler.close()
    return judge(Cell(row, operation, style, "", 0, None, time.monotonic() - began, done), server)


def judge(cell: Cell, server: LocalSTS) -> Cell:
    """Return outcome and attempts, from the result of the call and from the requests that the server received."""
    if not cell.completions:
        return cell._replace(outcome="nothing")
    given = cell.completions[0]
    seen = None if cell.row.server or cell.row.fault == "stopped" else len(server.calls)
    if isinstance(given, errors.STSError):
        return cell._replace(outcome=type(given).__name__, attempts=given.attempts, seen=seen)
    return cell._replace(outcome=SUCCESS, attempts=given["ResponseMetadata"]["Attempts"], seen=seen)


# --- the whole ---


def run_row(row: Row, style: str) -> list[Cell]:
    """Run a row in one style on its own server, for each operation."""
    with LocalSTS(**row.server) as server:
        server.add_member_account("210987654321")
        return [run_cell(server, row, operation, style) for operation in OPERATIONS]


def run_matrix(workers: int = 16) -> list[Cell]:
    """Run all rows in all styles, several at a time. Return the cells."""
    LocalSTS().issue_token(algorithm="RS256")  # takes a second, once in a process
    waiting: queue.SimpleQueue[tuple[Row, str]] = queue.SimpleQueue()
    for row in sorted(ROWS, key=lambda row: "slow" not in row.fault):  # the long ones first
        for style in STYLES:
            waiting.put((row, style))
    cells: list[Cell] = []

    def work() -> None:
        with suppress(queue.Empty):
            while True:
                cells.extend(run_row(*waiting.get_nowait()))

    threads = [threading.Thread(target=work, name=f"matrix-{n}") for n in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return cells


def table(cells: Iterable[Cell]) -> str:
    """Return the table in Markdown: a line for each fault, with the outcome of all its cells."""
    cells = list(cells)
    lines = ["| fault | outcome | attempts | cells right | slowest |", "| --- | --- | --- | --- | --- |"]
    for row in ROWS:
        own = [cell for cell in cells if cell.row == row]
        if own:
            attempts = "/".join(map(str, sorted({cell.attempts for cell in own}, reverse=True)))
            outcomes = ", ".join(sorted({cell.outcome for cell in own}))
            right = sum(not cell.problem for cell in own)
            slowest = max(cell.seconds for cell in own)
            lines.append(f"| {row.title} | `{outcomes}` | {attempts} | {right} of {len(own)} | {slowest:.2f} s |")
    return "\n".join(lines)


def main() -> int:
    """Print the table and all errors. Return the number of wrong cells."""
    began = time.monotonic()
    cells = run_matrix()
    sys.stdout.write(table(cells) + "\n\n")
    wrong = [cell for cell in cells if cell.problem]
    for cell in wrong:
        sys.stdout.write(f"{cell.row.title}, {cell.operation.name}, {cell.style}: {cell.problem}\n")
    sys.stdout.write(
        f"{len(cells)} cells ({len(ROWS)} faults, {len(OPERATIONS)} operations, {len(STYLES)} styles), {len(wrong)} wrong, "
        f"{time.monotonic() - began:.1f} s\n"
    )
    return min(len(wrong), 100)


if __name__ == "__main__":
    sys.exit(main())
