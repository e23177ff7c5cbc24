"""The sub-commands of the operations: make one call, print its result."""

from __future__ import annotations

from typing import Any

from sts.cli.values import member_values
from sts.client import STS
from sts.results import to_json


def call_operation(arguments: Any) -> None:
    """Make the call of an operation's sub-command and print the result as JSON."""
    params = member_values(arguments.operation, arguments)
    with STS(**client_options(arguments)) as client:
        result = getattr(client, arguments.operation.method_name)(params)
    if not arguments.metadata:
        del result["ResponseMetadata"]
    print(to_json(result))


def client_options(arguments: Any) -> dict[str, Any]:
    """Return the client options that the command line asks for; with --local those of a server of our own."""
    if arguments.local:
        from sts.testing import LocalSTS

        return LocalSTS().start().client_options()
    names = ("region", "profile", "endpoint", "timeout")
    return {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}
