"""`--generate-cli-skeleton`: an operation's params, or its result, as JSON to fill in."""

from __future__ import annotations

from typing import Any

from sts.model.shapes import Boolean, Integer, ListOf, MapOf, Shape, String, Structure

EPOCH = "1970-01-01T00:00:00"
"""Sample timestamp of the AWS CLI."""


def skeleton(shape: Shape, *, named: bool = False, name: str = "") -> Any:
    """Return a sample value of *shape*. With *named*, as for results, text is the name of the member."""
    if isinstance(shape, Structure):
        return {member.name: skeleton(member.shape, named=named, name=member.name) for member in shape.members}
    if isinstance(shape, ListOf):
        return [skeleton(shape.item, named=named, name=shape.item.name)]
    if isinstance(shape, MapOf):
        return {"KeyName": skeleton(shape.value, named=named)}
    if isinstance(shape, String):
        return name if named else (shape.enum or ("",))[0]
    return 0 if isinstance(shape, Integer) else True if isinstance(shape, Boolean) else EPOCH
