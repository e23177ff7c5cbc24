"""Made from `__init__.py` by `python -m tests.tools.generate`; do not edit."""

from sts.testing.clocks import FakeClock as FakeClock
from sts.testing.local import LocalSTS as LocalSTS
from sts.testing.network import loopback_only as loopback_only
from sts.testing.stub import StubHandler as StubHandler

__all__: list[str]
