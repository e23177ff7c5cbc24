"""
Test code that uses STS without AWS: `LocalSTS`, an STS endpoint on loopback.

    with LocalSTS() as server:
        client = STS(**server.client_options())

It speaks the real wire protocol, verifies signatures, refuses in the service's words and can be told to misbehave
(`server.inject`). `python -m sts.testing --port 4566` runs it alone; pytest users have the fixture `local_sts`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sts.testing.local import LocalSTS as LocalSTS

_HOMES = {"LocalSTS": "sts.testing.local"}

__all__ = ["LocalSTS"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
