"""State of `sts.v2` for the modules below it."""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it for typing's, and typing is not imported
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Namespace:
    """State of the process, in attributes of the class."""

    read_config: Callable[[], Any]
    """Returns the current `AWS.config` (a `Config`), which is created on first use and may be replaced by scripts."""
