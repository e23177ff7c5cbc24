"""State of the namespace for the modules below it: `AWS.config`, which the namespace sets."""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it for typing's, and typing is not imported
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Namespace:
    """State of `sts.v2` for the modules below it."""

    read_config: Callable[[], Any]
    """Returns the current `AWS.config` (a `Config`), which is created on first use and may be replaced by scripts."""


namespace = Namespace()
"""The instance of the process."""
