"""
Fan-out over the workers of an executor: threads, processes, or the machines of a cluster.

Workers receive the configuration for resolving credentials, never credentials. They send back the value of `work=`, or without
`work=` the credentials of the sessions in clear text. Targets are sent in small chunks. The targets of a chunk run in parallel
on threads of the worker. Chunks of the same fan-out in one process share a client and its pace.
"""

from __future__ import annotations

import os
import pickle
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import islice
from queue import SimpleQueue
from typing import Any

from sts.client import STS
from sts.credentials.normalize import credentials_of, provider_of
from sts.errors import ConfigError, STSError, TransportError
from sts.fan_out.assumer import Assumer, client_settings, make_assumer
from sts.fan_out.results import Assumed
from sts.identity import Credentials
from sts.settings.table import names_of

LARGEST_CHUNK = 16
KEPT_ASSUMERS = 4
"""Number of fan-outs whose client a worker process keeps."""

Chunk = list[Any]
Wire = dict[str, Any]


def remote_results(
    targets: Iterator[Any], run: Mapping[str, Any], arguments: Mapping[str, Any], total: int | None
) -> Iterator[Assumed]:
    """Yield the results of *targets* as the workers of an executor complete them."""
    concurrency = run["concurrency"]
    # With few targets, chunks are small, so that all workers get some.
    size = max(1, min(LARGEST_CHUNK, concurrency, (total or 4 * LARGEST_CHUNK) // 8))
    return collect(targets, run["executor"], worker_config(run, arguments), size, max(concurrency // size, 2))


def worker_config(run: Mapping[str, Any], arguments: Mapping[str, Any]) -> Wire:
    """Return the configuration of a worker. Raise ConfigError if it would include a secret and `send_secrets` is not set."""
    options, source = dict(run.get("client_options") or {}), run.get("source")
    secrets = sorted(names_of("signs") & set(options))
    secrets += sorted(name for name in names_of("secret") if "@" in str(options.get(name)))  # may contain user and password
    by_name = callable(source) and not hasattr(source, "retrieve") and "<" not in getattr(source, "__qualname__", "<")
    if source is not None and not by_name:
        secrets.append("source")
    if secrets and not run.get("send_secrets"):
        raise ConfigError(
            f"{' and '.join(secrets)} would send secrets to the workers of the executor. Let the workers resolve "
            "credentials themselves (a profile in client_options=, a module-level function as source=), or pass "
            "send_secrets=True."
        )
    if source is None:
        source = options.pop("credentials", None)
    if source is not None and not by_name:
        source = provider_of(source).retrieve().to_dict()  # the current credentials, which can be pickled
    sent = {name: run.get(name) for name in ("role_name", "region", "concurrency", "cache", "work")}
    return {**sent, "id": os.urandom(8).hex(), "arguments": dict(arguments), "source": source, "client_options": options}


def collect(targets: Iterator[Any], executor: Executor, config: Wire, size: int, window: int) -> Iterator[Assumed]:
    """Submit chunks, at most *window* at a time, and yield their results as they arrive."""
    finished: SimpleQueue[tuple[Chunk, Future[list[Wire]]]] = SimpleQueue()
    pending: set[Future[list[Wire]]] = set()
    try:
        while chunk := list(islice(targets, size)):
            if len(pending) >= window:
                yield from received(*finished.get(), pending)
            future = executor.submit(run_chunk, config, chunk)
            pending.add(future)
            future.add_done_callback(lambda future, chunk=chunk: finished.put((chunk, future)))  # type: ignore[misc]
        while pending:
            yield from received(*finished.get(), pending)
    finally:
        for future in pending:
            future.cancel()


def received(chunk: Chunk, future: Future[list[Wire]], pending: set[Future[list[Wire]]]) -> Iterator[Assumed]:
    """Yield the results of one chunk. If the worker was lost, yield an error for each target of the chunk."""
    pending.discard(future)
    try:
        records = future.result()
    except Exception as raised:  # noqa: BLE001 - an executor may fail in any way, and no target may be lost by it
        error = TransportError(
            f"The executor did not run this target: {type(raised).__name__}: {raised}", original_error=raised
        )
        records = [{"role_arn": "", "account": "", "error": error} for _ in chunk]
    for target, record in zip(chunk, records, strict=True):
        keys = record.get("credentials")
        found = Credentials(**keys, source="assume-role") if keys else None
        yield Assumed(target, **{**record, "credentials": found})


_lock = threading.Lock()
_assumers: OrderedDict[str, Assumer] = OrderedDict()


def run_chunk(config: Wire, chunk: Chunk) -> list[Wire]:
    """Process the targets of *chunk* on this worker, and return their results in a form that can be pickled."""
    assumer = assumer_of(config)
    with ThreadPoolExecutor(len(chunk)) as threads:
        return [sent(result, keep=config["work"] is not None) for result in threads.map(assumer, chunk)]


def assumer_of(config: Wire) -> Assumer:
    """Return this process's assumer for the fan-out of *config*."""
    with _lock:
        assumer = _assumers.get(config["id"])
        if assumer is None:
            source = config["source"]
            run = {**config, "source": credentials_of(source) if isinstance(source, Mapping) else source}
            assumer = _assumers[config["id"]] = make_assumer(STS(**client_settings(run)), run, run["arguments"])
            while len(_assumers) > KEPT_ASSUMERS:
                _assumers.popitem(last=False)
        return assumer


def sent(result: Assumed, *, keep: bool) -> Wire:
    """Return *result* in the form that is sent back. With *keep*, its credentials stay on the worker."""
    found: Wire = {**result._asdict(), "credentials": None, "error": sendable(result.error)}
    del found["target"]
    if result.credentials is not None and not keep:
        found["credentials"] = result.credentials.to_dict()
    return found


def sendable(error: Exception | None) -> Exception | None:
    """Return *error*, or an equivalent error if it cannot be pickled."""
    if error is None or isinstance(error, STSError):
        return error
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own pickle, made a moment ago
    except Exception:  # noqa: BLE001 - pickling may fail in any way
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
