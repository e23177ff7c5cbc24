"""The wiring of v2's clients: the global endpoint where no region is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sts.credentials.choose import choose_credentials
from sts.errors import MissingRegionError
from sts.pipeline.wiring import wire_client

if TYPE_CHECKING:
    from sts.http import AbortSignal
    from sts.pipeline.call import Wiring


def wire_v2_client(options: Mapping[str, Any], closing: AbortSignal | None) -> Wiring:
    """Resolve *options* of the library; like v2, never ask the instance metadata for a region."""
    try:
        return wire_client(options, closing, choose_credentials)
    except MissingRegionError:
        return wire_client({**options, "use_global_endpoint": True}, closing, choose_credentials)
