"""Durations as text (`1h30m`, `90m`, `5400`), in the forms of Go, Terraform, aws-vault and ISO 8601."""

from __future__ import annotations

import re

TYPE_CHECKING = False  # type checkers treat this name as typing's, and typing takes time to load
if TYPE_CHECKING:
    from datetime import timedelta

_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_PARTS = "".join(rf"(?:(?P<{unit}>[0-9]{{1,9}}(?:\.[0-9]{{1,6}})?){unit}\s?)?" for unit in _SECONDS)
ALLOWED = "seconds, or numbers with d, h, m and s such as '1h30m'"
"""Completes the sentence "it must be ..."."""


def parse_duration(text: str) -> int:
    """Return *text* in whole seconds. Raise ValueError if it is not a duration."""
    if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        return int(text)
    found = re.fullmatch(_PARTS, re.sub(r"^pt?|(?<=d)t", "", text.strip().lower()), re.ASCII)
    given = {unit: float(number) for unit, number in found.groupdict().items() if number} if found else {}
    seconds = sum(number * _SECONDS[unit] for unit, number in given.items())
    if not given or seconds != int(seconds):
        raise ValueError(f"{text!r} is not a duration; give {ALLOWED}")
    return int(seconds)


def seconds_of(duration: int | timedelta | str | None) -> int | None:
    """Return *duration* in whole seconds. Return None for None and for text that is not a duration."""
    if duration is None or isinstance(duration, int):
        return duration
    try:
        return parse_duration(duration) if isinstance(duration, str) else int(duration.total_seconds())
    except ValueError:
        return None
