"""`assume_many_async`: the fan-out for asyncio."""

from __future__ import annotations

import asyncio
import operator
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any, Union

from sts.client import STS, AsyncSTS
from sts.errors import ConfigError
from sts.fan_out.assumer import Assumer, client_settings, failed, make_assumer
from sts.fan_out.blocking import FanOutOptions, read_options
from sts.fan_out.results import Assumed, Tally, done_already
from sts.fan_out.targets import Target, TargetLike, check_targets

if TYPE_CHECKING:
    from typing_extensions import Unpack

Targets = Union[Iterable[TargetLike], AsyncIterable[TargetLike]]


async def assume_many_async(targets: Targets, **options: Unpack[FanOutOptions]) -> AsyncGenerator[Assumed, None]:
    """
    Do the same as `assume_many` on the running event loop. Use it with `async for`.

    *targets* may be an async iterable, *client* is an `AsyncSTS`, and *work* may be a coroutine function. *executor* is not
    supported: run `assume_many` with it in a thread.
    """
    check_targets(targets)
    run, arguments = read_options(dict(options))
    if run.get("executor") is not None:
        raise ConfigError(
            "executor= was given, which assume_many_async does not support; call assume_many(executor=...) with "
            "asyncio.to_thread."
        )
    if isinstance(run.get("client"), STS):
        raise ConfigError("client is an STS; it must be an AsyncSTS. For an STS call assume_many.")
    tally = Tally(operator.length_hint(targets, 0) or None, run.get("progress"))
    given: AsyncSTS | None = run.get("client")
    client = given or AsyncSTS(**client_settings(run))
    try:
        assumer = await asyncio.to_thread(make_assumer, client, run, arguments)
        role_name, done = run.get("role_name"), done_already(run.get("resume"))
        wanted = (target async for target in each(targets) if tally.wants(target, role_name, done))
        async for result in results_of(wanted, assumer, run["concurrency"]):
            tally.count(result)
            yield result
    finally:
        if given is None:
            await client.close(wait=False)


async def each(targets: Targets) -> AsyncIterator[TargetLike]:
    """Yield the items of *targets*, a plain or an async iterable."""
    if isinstance(targets, AsyncIterable):
        async for target in targets:
            yield target
    else:
        for target in targets:
            yield target


async def results_of(targets: AsyncIterator[TargetLike], assumer: Assumer, concurrency: int) -> AsyncIterator[Assumed]:
    """Yield the results of *targets*, with at most *concurrency* calls at a time."""
    running: set[asyncio.Task[Assumed]] = set()
    try:
        async for target in targets:
            if len(running) >= concurrency:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
            running.add(asyncio.ensure_future(assume_one(target, assumer)))
        while running:
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in running:
            task.cancel()


async def assume_one(given: Any, assumer: Assumer) -> Assumed:
    """Return the result of one target. Never raises."""
    target: Target | None = None
    try:
        target = assumer.shared.target(given)
        result = assumer.kept(target)
        if result is None:
            result = assumer.finish(target, await assumer.client.assume_role(assumer.params(target)))
        if assumer.work is None:
            return result
        value = assumer.work(result)
        return result._replace(value=await value if hasattr(value, "__await__") else value)
    except Exception as error:  # noqa: BLE001 - the caller's work may raise anything, and no target may end the others
        return failed(given, target, error)
