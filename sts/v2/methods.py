"""Methods of `AWS.STS`, one for each row of the table. Type checkers read `methods.pyi`, which is generated from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sts.calling.arguments import read_arguments
from sts.model.operations import OPERATIONS
from sts.model.shapes import Operation, describe_operation


class RequestMethods:
    """One method per operation, which returns a request, sent if there is a callback."""


def _method_of(operation: Operation) -> Callable[..., Any]:
    def method(
        self: Any, *args: Any, callback: Any = None, timeout: Any = None, abort_signal: Any = None, **members: Any
    ) -> Any:
        return self._call(operation, read_arguments(operation, args, members, callback, timeout, abort_signal))

    method.__name__ = operation.method_name
    method.__qualname__ = f"RequestMethods.{operation.method_name}"
    method.__doc__ = describe_operation(operation)
    return method


for _operation in OPERATIONS:
    setattr(RequestMethods, _operation.method_name, _method_of(_operation))
