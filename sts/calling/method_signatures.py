"""Signatures of the operation methods for `inspect.signature`. The only module that imports inspect."""

from __future__ import annotations

from inspect import BoundArguments, Parameter, Signature
from typing import Any

from sts.calling.arguments import CALL_OPTIONS
from sts.model.shapes import Boolean, Integer, ListOf, MapOf, Operation, Shape, String, Structure, Timestamp


class CallSignature(Signature):
    """Signature that binds like the methods: positional arguments (params, a callback) may replace required keywords."""

    def bind(self, *args: Any, **kwargs: Any) -> BoundArguments:
        """Return the arguments by name. Raise TypeError for a call that no method accepts."""
        by_position = len(args) > ("self" in self.parameters)
        return self.bind_partial(*args, **kwargs) if by_position else super().bind(*args, **kwargs)


def signature_of(operation: Operation, *, callback: bool = True) -> Signature:
    """Return the signature of the method of *operation*, which may take a *callback*: members as keywords, then options."""
    parameters = [
        Parameter("self", Parameter.POSITIONAL_ONLY),
        Parameter("args", Parameter.VAR_POSITIONAL, annotation=f"params | options{' | callback' if callback else ''}"),
        *(
            Parameter(
                member.name,
                Parameter.KEYWORD_ONLY,
                default=Parameter.empty if member.required else None,
                annotation=python_type(member.shape),
            )
            for member in operation.input.members
        ),
        *(Parameter(name, Parameter.KEYWORD_ONLY, default=None) for name in CALL_OPTIONS if callback or name != "callback"),
    ]
    return CallSignature(parameters, return_annotation=operation.output.name)


_TYPES: dict[Any, str] = {
    String: "str",
    Integer: "int",
    Boolean: "bool",
    Timestamp: "datetime",
    Structure: "dict",
    MapOf: "dict",
}


def python_type(shape: Shape) -> str:
    """Return the name of the Python type for values of *shape*."""
    return f"list[{python_type(shape.item)}]" if isinstance(shape, ListOf) else _TYPES[type(shape)]
