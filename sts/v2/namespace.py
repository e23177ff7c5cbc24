"""State of the namespace for the modules below it: `AWS.config`, which the namespace sets."""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it for typing's, and typing is not imported
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class SharedConfig(Protocol):
        """`AWS.config` as read by credentials."""

        sts: Any

        def to_dict(self) -> dict[str, Any]:
            """Return a copy of the options that are set."""


class Namespace:
    """State of `sts.v2` for the modules below it."""

    read_config: Callable[[], SharedConfig]
    """Returns the current `AWS.config`, which is created on first use and may be replaced by scripts."""


namespace = Namespace()
"""The instance of the process."""
