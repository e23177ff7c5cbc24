"""One target under atheris, which keeps inputs that reach new code: `python -m tests.suites.fuzz.guided NAME [OPTIONS]`."""

from __future__ import annotations

import sys

import atheris
from hypothesis import HealthCheck, given, settings

with atheris.instrument_imports(include=["sts"]):
    from tests.suites.fuzz.targets import TARGETS


def main() -> None:
    """Fuzz up to libFuzzer's limits. A failure ends the process with its traceback."""
    name = sys.argv.pop(1)
    target = next(target for target in TARGETS if target.name == name)
    quiet = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))

    def feed(value: object) -> None:
        target.check(value)

    test = quiet(given(target.strategy)(feed))
    atheris.Setup(sys.argv, test.hypothesis.fuzz_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
