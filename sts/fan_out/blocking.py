"""`assume_many`: a fan-out over threads of this process, or over the workers of an executor."""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypedDict, Union, overload

from sts.client import STS, AsyncSTS
from sts.credentials.refresh.disk_cache import CacheOption
from sts.drivers.workers import Workers
from sts.errors import ConfigError
from sts.fan_out.assumer import Assumer, Work, client_settings, make_assumer
from sts.fan_out.remote import remote_results
from sts.fan_out.results import Assumed, Progress, Resume, Summary, Tally, done_already
from sts.fan_out.targets import MEMBERS, TargetLike, check_targets

if TYPE_CHECKING:
    from datetime import timedelta

    from typing_extensions import Unpack

    from sts.client import AsyncSTS, STSClient
    from sts.credentials.exchange.role_sessions import Policy
    from sts.identity import CredentialsLike

CONCURRENCY = 32
Results = Generator[Assumed, None, None]
"""Iterate over it to get results. `close()` stops the fan-out early."""


class FanOutOptions(TypedDict, total=False):
    """Options of `assume_many` other than targets and *on_result*."""

    role_name: str | None
    concurrency: int
    client: STSClient | AsyncSTS | None
    source: CredentialsLike | None
    region: str | None
    client_options: Mapping[str, Any] | None
    cache: CacheOption
    resume: Resume
    progress: Union[Callable[[Progress], object], None]
    work: Work | None
    executor: Executor | None
    send_secrets: bool
    session_name: str | None
    duration: Union[int, timedelta, str, None]
    external_id: str | None
    policy: Policy | None
    policy_arns: Sequence[str | Mapping[str, str]] | None
    tags: Mapping[str, str] | Sequence[Mapping[str, str]] | None
    transitive_tag_keys: Sequence[str] | None
    source_identity: str | None


@overload
def assume_many(targets: Iterable[TargetLike], *, on_result: None = None, **options: Unpack[FanOutOptions]) -> Results: ...


@overload
def assume_many(
    targets: Iterable[TargetLike], *, on_result: Callable[[Assumed], object], **options: Unpack[FanOutOptions]
) -> Summary: ...


def assume_many(
    targets: Iterable[TargetLike], *, on_result: Callable[[Assumed], object] | None = None, **options: Any
) -> Results | Summary:
    """
    Assume a role in each of many accounts. Yield one `Assumed` for each target when it is done, in any order.

    A failure is the result of its target and does not stop the others. Errors that would affect all targets (no region, no
    credentials) are raised before the first call. Results are not kept, so a thousand targets need no more memory than ten.
    Throttled calls are repeated until they succeed. All calls together follow the rate that the service accepts.

    *targets* are account ids, role ARNs, or mappings with `account` or `role_arn` and any session arguments. Accounts as listed
    by AWS Organizations also work. Any iterable is accepted and read as needed. With *on_result*, a function called with each
    result, `assume_many` returns a `Summary` when all targets are done.

    Args:
        targets: see above.
        on_result: see above.
        **options: any of these. role_name: the role in each account, with its path if it has one. concurrency: number of
                targets at the same time. Default: 32. client: client for the calls. Default: a client made from the next three
                options. If it has `retry_strategy` or `retry_mode`, it keeps its own handling of throttled calls. source:
                credentials that sign the calls, in any form that `STS(credentials=)` accepts. Default: the default chain.
                region: region of the calls. client_options: other options of the client. cache: read and write sessions on
                disk, like `assume_role_credentials(cache=)`. resume: earlier results. Their targets are skipped unless they
                failed or their sessions have expired. An iterable of results, records, account ids and ARNs, or the path of a
                file with one record (`result_record`) per line. progress: called with a `Progress` after each target. work:
                function called with each `Assumed`, on the thread or worker where the role was assumed. It returns the `value`
                of the result. executor: `concurrent.futures.Executor` that runs the targets, such as a Dask cluster's. Its
                workers get configuration only; each resolves credentials itself. send_secrets: send the current credentials of
                *source*, and secrets in the options, to the workers. session_name, duration, external_id, policy, policy_arns,
                tags, transitive_tag_keys, source_identity: see `assume_role_credentials`.

    """
    tally = Tally(operator.length_hint(targets, 0) or None, options.get("progress"))
    counted = count(start(targets, options, tally), tally)
    if on_result is None:
        return counted
    for result in counted:
        on_result(result)
    return tally.summary()


def start(targets: Iterable[TargetLike], options: dict[str, Any], tally: Tally) -> Iterator[Assumed]:
    """Check everything that affects all targets, and return the iterator of results."""
    check_targets(targets)
    run, arguments = read_options(options)
    role_name, done = run.get("role_name"), done_already(run.get("resume"))
    wanted = (target for target in targets if tally.wants(target, role_name, done))
    if run.get("executor") is not None:
        return remote_results(wanted, run, arguments, tally.total)
    if isinstance(run.get("client"), AsyncSTS):
        raise ConfigError("client is an AsyncSTS; it must be an STS. For an AsyncSTS call assume_many_async.")
    assumer = make_assumer(run.get("client") or STS(**client_settings(run)), run, arguments)
    return local_results(wanted, assumer, run["concurrency"], owned=run.get("client") is None)


def read_options(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split *options* into those of the run and arguments of the sessions. Raise ConfigError if they contradict each other."""
    run, arguments = {"concurrency": CONCURRENCY}, dict(options)
    for name in (FanOutOptions.__optional_keys__ - MEMBERS.keys()) & options.keys():
        run[name] = arguments.pop(name)
    concurrency = run["concurrency"]
    if not isinstance(concurrency, int) or isinstance(concurrency, bool) or concurrency < 1:
        raise ConfigError(f"concurrency is {concurrency!r}; it must be a whole number, at least 1.")
    if run.get("client") is not None:
        given = next((name for name in ("source", "region", "client_options", "executor") if run.get(name) is not None), None)
        if given:
            raise ConfigError(f"client= and {given}= were given; give either a client or the options for a new one.")
    return run, arguments


def count(results: Iterator[Assumed], tally: Tally) -> Results:
    """Yield *results* and count them."""
    for result in results:
        tally.count(result)
        yield result


def local_results(targets: Iterator[Any], assumer: Assumer, concurrency: int, *, owned: bool) -> Iterator[Assumed]:
    """Yield the results of *targets*, with at most *concurrency* threads of this process at a time."""
    finished: SimpleQueue[Assumed] = SimpleQueue()
    workers = Workers(concurrency, daemon=True, idle=1.0, name="sts-fan-out")
    stopped = threading.Event()
    waiting = 0
    try:
        for target in targets:
            if waiting >= 2 * concurrency:
                waiting -= 1
                yield finished.get()

            def run(target: Any = target) -> None:
                if not stopped.is_set():
                    finished.put(assumer(target))

            waiting += 1
            if not workers.submit(run):
                run()
        for _ in range(waiting):
            yield finished.get()
    finally:
        stopped.set()
        if owned:
            assumer.client.close(wait=False)
