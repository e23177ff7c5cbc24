"""What a token is signed with where options, environment and profile have to be asked, as for a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sts.credentials.choose import choose_credentials, metadata_region
from sts.pipeline.call import Wiring
from sts.pipeline.wiring import wire_client


def wire(options: Mapping[str, Any], environ: Mapping[str, str]) -> Wiring:
    """Return the wiring of a client with *options*; no connection is made, so there is nothing to release."""
    return wire_client(options, None, choose_credentials, metadata_region, environ)
