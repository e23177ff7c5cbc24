"""
Tools to test code that uses STS without AWS: `LocalSTS`, an STS endpoint on loopback.

    with LocalSTS() as server:
        client = STS(**server.client_options())

It uses the real wire protocol, verifies signatures, returns the service's error messages and can inject faults
(`server.inject`). `python -m sts.testing --port 4566` runs it as a program. For pytest there are the fixtures `local_sts` and
`sts_client`. `StubHandler` responds from a queue without a server, `FakeClock` is a clock that tests move, and
`loopback_only()` blocks the real network.
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
