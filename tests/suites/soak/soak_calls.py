"""Calls of the soak's threads in every style, and the check of each outcome."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from sts import (
    STS,
    AbortController,
    AsyncSTS,
    DeadlineExceededError,
    RequestAbortedError,
    ServiceError,
    STSError,
    TransportError,
)
from sts.credentials.assumed import assume_role_credentials
from sts.handlers import handler_options
from sts.handlers.requests import RequestsHandler
from tests.suites.soak.soak_jobs import Job, make_job, session_arn
from tests.support.threads import PATIENCE

STYLES = ("blocking", "blocking", "relay", "requests", "callback", "promise", "blocking", "asyncio")
"""Work of each thread, by its number."""
FAULT_CODES = (
    "Throttling",
    "InternalFailure",
    "ServiceUnavailable",
    "ExpiredToken",
    "ExpiredTokenException",
    "SignatureDoesNotMatch",
)
"""Codes of the injected faults. They appear if every attempt of a call had a fault."""
HANG_SECONDS = PATIENCE
GIVEN_UP = 0.03
"""Share of the calls with a short timeout. As many are aborted."""
ASYNC_TASKS = 4


class Soak:
    """Data that the threads of one soak share."""

    def __init__(self, server: Mapping[str, Any]) -> None:
        options = server["options"]
        self.role: str = server["role"]
        self.options = {**options, "connect_timeout": 2, "read_timeout": 5}
        self.where = {key: self.options[key] for key in ("region", "endpoint", "connect_timeout", "read_timeout")}
        self.credentials = assume_role_credentials(self.role, session_name="soak-source", client_options=self.options)
        self.stopping = threading.Event()
        self.outcomes: Counter[str] = Counter()
        self.attempts: Counter[int] = Counter()
        self.problems: list[str] = []
        self.beats: dict[int, float] = {}
        self.callbacks_sent = self.callbacks_run = 0
        self.slowest = (0.0, "")
        self.latest = 0.0
        self.keys: set[str] = set()
        self._lock = threading.Lock()
        self._aborts: list[tuple[float, AbortController]] = []

    def beat(self, number: int) -> None:
        """Record that a thread is alive."""
        self.beats[number] = time.monotonic()

    def problem(self, text: str) -> None:
        """Record a problem."""
        with self._lock:
            if len(self.problems) < 20:
                self.problems.append(text)

    def record(self, job: Job, outcome: Any, started: float, limit: float | None, *, abortable: bool = False) -> None:
        """Check the outcome of a call: its result or its error."""
        elapsed = time.monotonic() - started
        if isinstance(outcome, Mapping):
            name = "ok"
            if (facts := job.facts(outcome)) != job.expected:
                self.problem(f"WRONG ANSWER {job.operation}: {facts!r}, not {job.expected!r}")
        else:
            name = f"{type(outcome).__name__}({outcome.code})" if isinstance(outcome, STSError) else repr(outcome)
            if job.who == "role" and job.operation != "assume_role_with_web_identity" and "ExpiredToken" in name:
                name += " of credentials that rotate"
            if not allowed(outcome, limit=limit, abortable=abortable):
                self.problem(f"UNEXPECTED {job.operation}: {name}: {str(outcome)[:200]}")
        with self._lock:
            self.outcomes[name] += 1
            if isinstance(outcome, Mapping):
                self.attempts[outcome["ResponseMetadata"]["Attempts"]] += 1
            self.slowest = max(self.slowest, (elapsed, f"{threading.current_thread().name} {job.operation} {name}"))
            self.latest = max(self.latest, elapsed - limit if limit is not None else 0.0)

    def controls(self, rand: random.Random) -> dict[str, Any]:
        """Return the options of a call. A few calls have a timeout that is too short, or are aborted."""
        chance = rand.random()
        if chance < GIVEN_UP:
            return {"timeout": rand.uniform(0.001, 0.2)}
        if chance < GIVEN_UP * 2:
            controller = AbortController()
            with self._lock:
                self._aborts.append((time.monotonic() + rand.uniform(0, 0.1), controller))
            return {"abort_signal": controller.signal}
        return {}

    def abort_due(self) -> None:
        """Abort the calls whose time has come, until the soak ends."""
        while not self.stopping.wait(0.005):
            now = time.monotonic()
            with self._lock:
                due = [controller for at, controller in self._aborts if at <= now]
                self._aborts = [(at, controller) for at, controller in self._aborts if at > now]
            for controller in due:
                controller.abort("the soak says so")


def allowed(error: object, *, limit: float | None, abortable: bool) -> bool:
    """Return True if a call may end with *error* under the injected faults."""
    if isinstance(error, DeadlineExceededError):
        return limit is not None
    if isinstance(error, RequestAbortedError):
        return abortable
    if isinstance(error, ServiceError):
        return error.code in FAULT_CODES or error.status_code in (500, 503)
    return isinstance(error, TransportError)


def work(soak: Soak, number: int) -> None:
    """Make calls in the style of thread *number* until the soak ends."""
    style, rand = STYLES[number % len(STYLES)], random.Random()
    try:
        if style == "asyncio":
            asyncio.run(work_async(soak, number, rand))
            return
        more: dict[str, Any] = {}
        handler: Any = None
        if style == "requests":
            more["request_handler"] = RequestsHandler(handler_options(verify=True, cert=None, proxies={}, max_pool=8))
        with STS(**soak.where, credentials=soak.credentials, **more) as role, STS(**soak.options, **more) as user:
            call: Callable[..., Any] = CALLS.get(style, call_blocking)
            while not soak.stopping.is_set():
                soak.beat(number)
                job = make_job(soak.role, rand)
                call(soak, role if job.who == "role" else user, job, soak.controls(rand))
        if handler is not None:
            handler.close()
    except Exception as error:  # a thread that died would make the soak look fine
        soak.problem(f"THREAD DIED {style}: {error!r}")
    finally:
        soak.beats.pop(number, None)


def call_blocking(soak: Soak, client: STS, job: Job, controls: dict[str, Any]) -> Mapping[str, Any] | None:
    """Make a call and check its outcome."""
    started = time.monotonic()
    outcome: Any
    try:
        outcome = getattr(client, job.operation)(job.params, **controls)
    except STSError as error:
        outcome = error
    soak.record(job, outcome, started, controls.get("timeout"), abortable="abort_signal" in controls)
    return outcome if isinstance(outcome, Mapping) else None


def call_relayed(soak: Soak, client: STS, job: Job, controls: dict[str, Any]) -> None:
    """Make a call. If it returns a session, call GetCallerIdentity with its credentials on a new client."""
    data = call_blocking(soak, client, job, controls)
    if data is not None and "AssumedRoleUser" in data:
        arn = session_arn(soak.role, job.params["RoleSessionName"])
        identity = Job("", "get_caller_identity", {}, lambda answer: answer["Arn"], arn)
        with STS(**soak.where, credentials=client.credentials_from(data)) as other:
            call_blocking(soak, other, identity, {})


def call_back(soak: Soak, client: STS, job: Job, controls: dict[str, Any]) -> None:
    """Send a call with a callback, which must be called exactly once."""
    started, done = time.monotonic(), threading.Event()

    def finished(error: Any, data: Any) -> None:
        soak.record(
            job, error if data is None else data, started, controls.get("timeout"), abortable="abort_signal" in controls
        )
        with soak._lock:
            soak.callbacks_run += 1
        done.set()

    with soak._lock:
        soak.callbacks_sent += 1
    getattr(client, job.operation)(job.params, finished, **controls)
    if not done.wait(HANG_SECONDS):
        soak.problem(f"NO CALLBACK {job.operation}")


def call_promised(soak: Soak, client: STS, job: Job, controls: dict[str, Any]) -> None:
    """Send a request, wait for its promise, and abort a few."""
    started, request = time.monotonic(), client.make_request(job.operation, job.params)
    promise = request.promise().then(lambda data: data, lambda error: error)
    if controls:
        request.abort()
    soak.record(job, promise.result(HANG_SECONDS), started, None, abortable=bool(controls))


CALLS: dict[str, Callable[..., Any]] = {"relay": call_relayed, "callback": call_back, "promise": call_promised}


async def work_async(soak: Soak, number: int, rand: random.Random) -> None:
    """Make calls in several tasks of one loop until the soak ends."""
    async with AsyncSTS(**soak.where, credentials=soak.credentials) as role, AsyncSTS(**soak.options) as user:

        async def task(place: int) -> None:
            while not soak.stopping.is_set():
                soak.beat(place)
                job, controls, started = make_job(soak.role, rand), soak.controls(rand), time.monotonic()
                outcome: Any
                try:
                    outcome = await getattr(role if job.who == "role" else user, job.operation)(job.params, **controls)
                except STSError as error:
                    outcome = error
                soak.record(job, outcome, started, controls.get("timeout"), abortable="abort_signal" in controls)

            soak.beats.pop(place)

        # Numbers that no thread has.
        await asyncio.gather(*(task(-(number * ASYNC_TASKS + at + 1)) for at in range(ASYNC_TASKS)))
