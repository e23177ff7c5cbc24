"""
Test code that uses STS without AWS: `LocalSTS`, an STS endpoint on loopback.

    with LocalSTS() as server:
        client = STS(**server.client_options())

It speaks the real wire protocol, verifies signatures, refuses in the service's words and can be told to misbehave
(`server.inject`). `python -m sts.testing --port 4566` runs it alone; pytest users have the fixtures `local_sts` and
`sts_client`. `StubHandler` answers from a queue without any server, `FakeClock` is a clock to move by hand, and
`loopback_only()` refuses the real network.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sts.testing.clocks import FakeClock as FakeClock
    from sts.testing.local import LocalSTS as LocalSTS
    from sts.testing.network import loopback_only as loopback_only
    from sts.testing.stub import StubHandler as StubHandler

_HOMES = {
    "FakeClock": "sts.testing.clocks",
    "LocalSTS": "sts.testing.local",
    "StubHandler": "sts.testing.stub",
    "loopback_only": "sts.testing.network",
}

__all__ = ["FakeClock", "LocalSTS", "StubHandler", "loopback_only"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
