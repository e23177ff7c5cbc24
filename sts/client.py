"""The blocking and the asyncio clients. Shared code is in `calling.service_client`."""

from __future__ import annotations

from sts.base.forks import load, load_library
from sts.calling.methods import AsyncOperationMethods, OperationMethods
from sts.calling.service_client import ServiceClient, drive_call
from sts.drivers.blocking import drive
from sts.http import AbortSignal
from sts.pipeline.call import Call
from sts.pipeline.run import run_call
from sts.pipeline.wiring import release
from sts.settings.table import describe_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import Any, TypeVar, overload

    from typing_extensions import Self

    from sts.calling.arguments import Arguments
    from sts.calling.promise import Reactions
    from sts.calling.request import Request
    from sts.commands import Command
    from sts.drivers.workers import Workers
    from sts.explain import Explanation
    from sts.types import Callback, CallOptions

    R = TypeVar("R")


class _Explained(ServiceClient):
    """A client that can explain its configuration."""

    def explain(self, *, ask: bool = True) -> Explanation:
        """
        Return how this client is configured and why: settings with their sources, the endpoint, and the result of each
        credential provider.

        `print(client.explain())` prints a report without secrets. With *ask*, the providers are called unless credentials are
        cached. This may block. Problems are part of the report and are not raised.
        """
        from sts.explain import explain  # loaded only on use

        return explain(self.options, self._wiring, ask=ask)


class STSClient(_Explained):
    """
    A client of AWS Security Token Service. `send(command)` makes calls.

    Creating a client does no I/O. It may be used from any number of threads.
    """

    def _call(self, operation: Any, arguments: Arguments) -> Any:
        """Make a call and return its result. With a callback, send it and return the `Request`."""
        call = Call(self, operation, arguments.params, arguments.timeout, arguments.abort_signal)
        if arguments.callback is not None:
            return self._request_of(call).send(arguments.callback)
        if self.listeners or call.abort is not None:
            return self._request_of(call).perform(drive_call)
        return drive(run_call(call))

    if TYPE_CHECKING:

        @overload
        def send(
            self,
            command: Command[R],
            options: CallOptions | None = None,
            callback: None = None,
            *,
            timeout: float | None = ...,
            abort_signal: AbortSignal | None = ...,
        ) -> R: ...

        @overload
        def send(
            self,
            command: Command[R],
            options: CallOptions | None,
            callback: Callback[R],
            *,
            timeout: float | None = ...,
            abort_signal: AbortSignal | None = ...,
        ) -> Request[R]: ...

        @overload
        def send(
            self,
            command: Command[R],
            options: Callback[R],
            /,
            *,
            timeout: float | None = ...,
            abort_signal: AbortSignal | None = ...,
        ) -> Request[R]: ...

        @overload
        def send(
            self,
            command: Command[R],
            *,
            callback: Callback[R],
            timeout: float | None = ...,
            abort_signal: AbortSignal | None = ...,
        ) -> Request[R]: ...

    def send(
        self,
        command: Command[Any],
        options: Any = None,
        callback: Callback[Any] | None = None,
        *,
        timeout: float | None = None,
        abort_signal: AbortSignal | None = None,
    ) -> Any:
        """
        Make the call of *command*: `send(command)`, `send(command, options)`, `send(command, options, callback)`.

        *options* is a mapping of `timeout` (seconds, for the whole call) and `abort_signal` (of an `AbortController`), which
        can also be keywords. *callback* is called with (error, data); the method then returns a `Request` immediately.
        """
        from sts.calling.lookup import read_command

        try:
            return self._call(*read_command(command, options, callback, timeout, abort_signal))
        except BaseException as error:
            del command, options, callback  # the error keeps this frame
            load("sts.base.frames").clear_frames(error)
            raise

    def close(self, *, wait: bool = True) -> None:
        """
        Refuse new calls, wait for those in flight, and release the connections.

        With `wait=False`, calls in flight are aborted instead. May be called from a callback, and more than once. From a
        credential provider or a listener of the client it does not wait, because the calls may be waiting for that code.
        """
        was_open = self._calls.close()
        if wait and not self._calls.is_inside:
            self._work_off()
            self._calls.wait()
        elif not wait:
            self._closing.abort("the client was closed")
        if was_open and self._wiring is not None:
            release(self._wiring)

    destroy = close

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class STS(OperationMethods, STSClient):
    """
    The aggregated client: one method for each operation of AWS Security Token Service.

    `STS(region="eu-west-1").get_caller_identity()` returns a plain dict; Every method takes its params as keywords or as a
    mapping. With a callback it returns without waiting.
    """


class AsyncSTS(AsyncOperationMethods, _Explained):
    """The same client for asyncio. Every operation is a coroutine method: `async with AsyncSTS(...) as client`."""

    _asynchronous = True

    def _make_workers(self, maximum: int) -> Workers:
        made: Workers = load("sts.drivers.workers").Workers(maximum, daemon=True, name="sts-async")
        return made

    def _read_options(self, configuration: Any, more: dict[str, Any]) -> dict[str, Any]:
        options = super()._read_options(configuration, more)
        if callable(options.get("credentials")) and load("sts.base.functions").is_async(options["credentials"]):
            options["credentials"] = load_library("sts.credentials.coroutine").CoroutineProvider(options["credentials"])
        return options

    async def _obtain_credentials(self) -> Any:
        from sts.drivers.coroutines import in_thread

        return await in_thread(super()._obtain_credentials)

    async def _call(self, operation: Any, arguments: Arguments) -> Any:
        """Make a call without blocking the loop."""
        from sts.drivers.asyncio import drive_async

        def drive(call: Call) -> Awaitable[Any]:
            return drive_async(call, self._workers, self._closing.signal)

        if self._wiring is None or type(self.options.get("credentials")).__name__ == "CoroutineProvider":
            # An async function that returns credentials must run on the caller's loop.
            load_library("sts.drivers.coroutines").remember_loop()
        call = Call(self, operation, arguments.params, arguments.timeout, arguments.abort_signal)
        return await (self._request_of(call).perform_async(drive) if self.listeners else drive(call))

    async def send(
        self,
        command: Command[R],
        options: CallOptions | None = None,
        *,
        timeout: float | None = None,
        abort_signal: AbortSignal | None = None,
    ) -> R:
        """Make the call of *command*. *options* is a mapping of `timeout` (seconds) and `abort_signal`, also as keywords."""
        from sts.calling.lookup import read_command

        try:
            result: R = await self._call(*read_command(command, options, None, timeout, abort_signal))
        except BaseException as error:
            del command  # the error keeps this frame
            load("sts.base.frames").clear_frames(error)
            raise
        return result

    def _launch(self, request: Request[Any]) -> None:
        """Run a sent request as a task of the running loop."""
        from sts.calling.loop import launch_task

        launch_task(request, self._workers, self._closing.signal)

    @property
    def _reactions(self) -> Reactions:
        """The executor of callbacks and promise handlers: the running loop."""
        from sts.calling.loop import LoopReactions

        return LoopReactions()

    async def close(self, *, wait: bool = True) -> None:
        """Refuse new calls, wait for those in flight (with `wait=False` abort them), and release the connections."""
        from sts.calling.loop import wait_until_empty

        was_open = self._calls.close()
        if wait and not self._calls.is_inside:
            await wait_until_empty(self._calls)
        elif not wait:
            self._closing.abort("the client was closed")
        if was_open and self._wiring is not None:
            release(self._wiring)

    destroy = close

    async def __aenter__(self) -> Self:
        from sts.drivers.asyncio import running_loop

        running_loop()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()


class _Doc:
    """Descriptor that adds a line for each option to the docstring of a client, when the docstring is read."""

    def __init__(self, text: str | None) -> None:
        # Python 3.13 removes the indentation of docstrings, older versions do not.
        self._text = "\n".join(line.strip() for line in (text or "").splitlines()).rstrip()

    def __get__(self, _client: object, _kind: type) -> str:
        return f"{self._text}\n\n{describe_options()}"


for _client in (STSClient, STS, AsyncSTS):
    _client.__doc__ = _Doc(_client.__doc__)  # type: ignore[assignment]  # a descriptor that gives one
