"""Look-up of operations by name."""

from __future__ import annotations

from sts.model.operations import OPERATIONS
from sts.model.shapes import Operation

BY_NAME = {
    name: operation
    for operation in OPERATIONS
    for name in (operation.name, operation.name[0].lower() + operation.name[1:], operation.method_name)
}
"""Operations by wire name, camelCase name and snake_case name."""


def look_up(name: str) -> Operation | None:
    """Return the operation *name*: one of AWS in any spelling, or of another server by its wire name; None if unknown."""
    found = BY_NAME.get(name)
    if found is None and name[:1].isupper():
        from sts.vendors.minio import ROWS  # import late: few programs call other servers

        found = next((row for row in ROWS if row.name == name), None)
    return found


def find_operation(name: str | Operation) -> Operation:
    """Return the operation *name* in any spelling. Raise TypeError, with the nearest name, if it is unknown."""
    if isinstance(name, Operation):
        return name
    operation = look_up(name)
    if operation is None:
        from sts.base.suggestions import suggest

        raise TypeError(f"STS has no operation {name!r}.{suggest(name, [one.method_name for one in OPERATIONS])}")
    return operation
