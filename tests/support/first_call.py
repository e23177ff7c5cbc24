"""The modules of `sts` that the first call of a process loads over HTTP, blocking: each one delays every short-lived program."""

from __future__ import annotations

WITH_KEYS_AS_OPTIONS = """
sts sts._lazy sts._version sts.client sts.endpoints sts.errors sts.events sts.http sts.identity sts.logs sts.signer
sts.base sts.base.forks sts.base.records sts.base.time
sts.calling sts.calling.service_client sts.calling.methods
sts.drivers sts.drivers.blocking
sts.handlers sts.handlers.choose sts.handlers.connections sts.handlers.direct sts.handlers.exchange sts.handlers.grammar
sts.handlers.http1 sts.handlers.options sts.handlers.resolve
sts.model sts.model.error_codes sts.model.operations sts.model.shapes
sts.pipeline sts.pipeline.call sts.pipeline.run sts.pipeline.wiring
sts.protocol sts.protocol.body sts.protocol.parse sts.protocol.serialize
sts.retry sts.retry.standard
sts.settings sts.settings.kinds sts.settings.profiles sts.settings.resolve sts.settings.settings sts.settings.table
sts.settings.user_agent
"""

MORE_WITH_KEYS_FROM_VARIABLES = """
sts.base.frames sts.base.functions
sts.credentials sts.credentials.choose
sts.credentials.chain sts.credentials.chain.chain sts.credentials.chain.default
sts.credentials.normalize sts.credentials.providers sts.credentials.providers.local sts.credentials.refresh
sts.credentials.refresh.cache sts.credentials.refresh.circles
sts.drivers.flights sts.drivers.workers
"""

MORE_WITH_PARAMS = """
sts.calling.arguments
sts.protocol.normalize sts.protocol.preflight sts.protocol.validate
"""

MOST = 50
"""Most modules in the first list. Lower it when the list gets shorter."""


def modules(keys: str, operation: str) -> set[str]:
    """Return the modules of a call with *keys* from "options" or "environment"."""
    more = MORE_WITH_KEYS_FROM_VARIABLES if keys == "environment" else ""
    params = "" if operation == "GetCallerIdentity" else MORE_WITH_PARAMS
    return set((WITH_KEYS_AS_OPTIONS + more + params).split())
