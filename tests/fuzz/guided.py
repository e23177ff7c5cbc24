"""One target under atheris, which keeps what reaches new code: `python -m tests.fuzz.guided NAME [libFuzzer options]`."""

from __future__ import annotations

import sys

import atheris
from hypothesis import HealthCheck, given, settings

with atheris.instrument_imports(include=["sts"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Fuzz until libFuzzer's limits are reached; a failure ends the process with its traceback."""
    target = next(target for target in TARGETS if target.name == sys.argv.pop(1))
    quiet = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
    test = quiet(given(target.strategy)(target.check))
    atheris.Setup(sys.argv, test.hypothesis.fuzz_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
