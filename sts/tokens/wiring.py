"""Wiring for signing a token when options, environment and profile must be resolved as for a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sts.credentials.choose import choose_credentials, metadata_region
from sts.pipeline.call import Wiring
from sts.pipeline.wiring import wire_client


def wire(options: Mapping[str, Any], environ: Mapping[str, str]) -> Wiring:
    """Return the wiring of a client with *options*. No connection is made, so nothing has to be released."""
    return wire_client(options, None, choose_credentials, metadata_region, environ)
