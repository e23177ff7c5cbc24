"""
The methods of the clients: one for each row of the table.

Type checkers read `methods.pyi`, which `python -m tests.tools.generate` makes from the table. `help` and `inspect.signature`
read `Described`, through `__wrapped__`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sts.base.forks import load
from sts.drivers.blocking import drive
from sts.model.operations import OPERATIONS
from sts.model.shapes import describe_operation
from sts.pipeline.call import Call
from sts.pipeline.run import run_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    import inspect
    from typing import Any

    from sts.model.shapes import Operation


class Described:
    """Descriptor that answers `inspect.signature` for a method. A separate class, because inspect is slow and seldom needed."""

    def __init__(self, operation: Operation, *, callback: bool = True) -> None:
        self._operation = operation
        self._callback = callback

    @property
    def __globals__(self) -> dict[str, Any]:
        """Return the namespace in which `typing.get_type_hints` resolves annotations."""
        return globals()

    @property
    def __signature__(self) -> inspect.Signature:
        from sts.calling.method_signatures import signature_of

        return signature_of(self._operation, callback=self._callback)


class OperationMethods:
    """One blocking method for each operation. With a callback it returns a `Request` immediately."""

    def invoke(self, row: Operation | str, *args: Any, signed: bool | None = None, **arguments: Any) -> Any:
        """
        Call an operation that is not a method: a *row* of `sts.vendors` or of your own, or the name of any action.

        The other arguments are those of every method: params as keywords or a mapping, options, callback, timeout=. *signed*
        overrides the row. With an unknown name, the members are sent unchanged, and every value counts as a secret.
        """
        return blocking_method(_invoked(row, args, arguments, signed))(self, *args, **arguments)


class AsyncOperationMethods:
    """One coroutine method for each operation."""

    async def invoke(self, row: Operation | str, *args: Any, signed: bool | None = None, **arguments: Any) -> Any:
        """
        Call an operation that is not a method, as `STS.invoke()` does, without a callback.

        Args:
            row: an operation of `sts.vendors`, or the name of one.
            args: the params as one mapping.
            signed: whether to sign. Default: as defined by the row.
            arguments: members, and options of the call.

        """
        return await async_method(_invoked(row, args, arguments, signed))(self, *args, **arguments)


def _invoked(row: Operation | str, args: tuple[Any, ...], arguments: Mapping[str, Any], signed: bool | None) -> Operation:
    from sts.calling.arguments import CALL_OPTIONS
    from sts.calling.lookup import operation_for  # few programs call other servers

    return operation_for(row, args, {name: value for name, value in arguments.items() if name not in CALL_OPTIONS}, signed)


def blocking_method(operation: Operation) -> Callable[..., Any]:
    """Return the method that makes the call of *operation* on the calling thread, or sends it if there is a callback."""

    def method(
        self: Any, *args: Any, callback: Any = None, timeout: Any = None, abort_signal: Any = None, **members: Any
    ) -> Any:
        try:
            if args or callback is not None or abort_signal is not None or self.listeners:
                read_arguments = load("sts.calling.arguments").read_arguments
                return self._call(operation, read_arguments(operation, args, members, callback, timeout, abort_signal))
            if members:
                load("sts.calling.arguments").check_members(operation, members)
            if timeout is not None:
                timeout = load("sts.calling.arguments").check_timeout(timeout)
            return drive(run_call(Call(self, operation, members, timeout)))
        except BaseException as error:
            del args, members  # the error keeps this frame
            load("sts.base.frames").clear_frames(error)
            raise

    return method


def async_method(operation: Operation) -> Callable[..., Any]:
    """Return the coroutine method that makes the call of *operation*."""

    async def method(self: Any, *args: Any, timeout: Any = None, abort_signal: Any = None, **members: Any) -> Any:
        try:
            read_arguments = load("sts.calling.arguments").read_arguments
            arguments = read_arguments(operation, args, members, None, timeout, abort_signal)
            if arguments.callback is not None:
                raise TypeError(f"AsyncSTS.{operation.method_name}() takes no callback; await it, or use STS.")
            return await self._call(operation, arguments)
        except BaseException as error:
            args = members = arguments = None  # type: ignore[assignment]
            load("sts.base.frames").clear_frames(error)
            raise

    return method


def _bind(owner: type, make: Callable[[Operation], Callable[..., Any]]) -> None:
    callback = make is blocking_method
    for operation in OPERATIONS:
        method = make(operation)
        method.__name__ = operation.method_name
        method.__qualname__ = f"{owner.__name__}.{operation.method_name}"
        method.__doc__ = describe_operation(operation, callback=callback)
        method.__wrapped__ = Described(operation, callback=callback)  # type: ignore[attr-defined]  # functions take any attribute
        setattr(owner, operation.method_name, method)


_bind(OperationMethods, blocking_method)
_bind(AsyncOperationMethods, async_method)
