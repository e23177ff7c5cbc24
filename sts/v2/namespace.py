"""The part of the namespace's state that the modules below it read: `AWS.config`. The namespace fills it in."""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it for typing's, and typing is not imported
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class SharedConfig(Protocol):
        """What credentials read of `AWS.config`."""

        sts: Any

        def to_dict(self) -> dict[str, Any]:
            """Return a copy of the options that are set."""


class Namespace:
    """State of `sts.v2` for the modules below it."""

    read_config: Callable[[], SharedConfig]
    """Returns `AWS.config` as it is now: scripts replace it, and it is made when it is first used."""


namespace = Namespace()
"""The one of the process."""
