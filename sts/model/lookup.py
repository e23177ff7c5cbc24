"""Find an operation by any of its names."""

from __future__ import annotations

from sts.model.operations import OPERATIONS
from sts.model.shapes import Operation

BY_NAME = {
    name: operation
    for operation in OPERATIONS
    for name in (operation.name, operation.name[0].lower() + operation.name[1:], operation.method_name)
}
"""The operations by wire name, camelCase name and snake_case name."""


def find_operation(name: str) -> Operation:
    """Return the operation called *name* in any spelling. Raises TypeError, with the nearest name, if there is none."""
    operation = BY_NAME.get(name)
    if operation is None:
        from sts.base.suggestions import suggest

        raise TypeError(f"STS has no operation {name!r}.{suggest(name, [one.method_name for one in OPERATIONS])}")
    return operation
