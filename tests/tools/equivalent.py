"""Mutations that change nothing that a test could see, each with the reason; `tests.tools.mutate` leaves them out."""

from __future__ import annotations

EQUIVALENT: dict[str, dict[str, str]] = {}
"""For each module the names of mutations (`function: original -> replacement`), with the reason."""
