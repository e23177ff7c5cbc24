"""`sts.api`: the description of the service and its operations in v2."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sts.model.operations import API_VERSION, OPERATIONS
from sts.model.shapes import ListOf, Operation, Shape, Structure
from sts.v2.camel_case import CamelCase


def operation_name(operation: Operation) -> str:
    """Return v2's name of *operation*, such as "assumeRole"."""
    return operation.name[0].lower() + operation.name[1:]


class ApiShape:
    """Type of a value: `type`, and for a structure its `members` and the names of the `required` members."""

    def __init__(self, shape: Shape) -> None:
        self.name = getattr(shape, "name", None)
        self.type = "list" if isinstance(shape, ListOf) else type(shape).__name__.lower()
        members = shape.members if isinstance(shape, Structure) else ()
        self.members = {one.name: ApiShape(one.shape) for one in members}
        self.required = [one.name for one in members if one.required]


class ApiOperation:
    """Operation: wire `name`, shapes of `input` and `output`, and `authtype` "none" if it is not signed."""

    paginator = None

    def __init__(self, operation: Operation) -> None:
        self.name = operation.name
        self.input = ApiShape(operation.input)
        self.output = ApiShape(operation.output)
        self.authtype = "" if operation.signed else "none"


class Api(CamelCase):
    """v2's `sts.api`."""

    api_version = API_VERSION
    endpoint_prefix = "sts"
    full_name = "AWS Security Token Service"
    global_endpoint = "sts.amazonaws.com"
    protocol = "query"
    service_id = "STS"
    signature_version = "v4"

    @cached_property
    def operations(self) -> Mapping[str, Any]:
        """Operations by their v2 names."""
        return MappingProxyType({operation_name(one): ApiOperation(one) for one in OPERATIONS})
