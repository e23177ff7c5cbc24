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

from sts._lazy import lazy

_MODULES = {
    "sts.testing.clocks": "FakeClock",
    "sts.testing.local": "LocalSTS",
    "sts.testing.network": "loopback_only",
    "sts.testing.stub": "StubHandler",
}
__getattr__, __dir__, __all__, _HOMES = lazy(globals(), _MODULES)
