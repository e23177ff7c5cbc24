"""
Region failover: if a region does not respond, the call continues in the next one.

Only an outage is a reason: no connection, no response, or status 5xx for the last attempt. An error response is a response.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sts.base.records import Record
from sts.endpoints import partition_of, resolve_endpoint
from sts.errors import (
    ConfigError,
    DeadlineExceededError,
    ProxyError,
    RequestAbortedError,
    ResponseParseError,
    STSError,
    TLSError,
    TransportError,
)
from sts.logs import LOGGER
from sts.pipeline.recovery import is_code_spent

if TYPE_CHECKING:
    from sts.endpoints import Endpoint
    from sts.http import HttpRequest
    from sts.pipeline.call import Call, Flow, Wiring
    from sts.settings.settings import Settings

    Attempts = Callable[[Call, Wiring, HttpRequest], Flow]

FIRST_OUTAGE, LONGEST_OUTAGE = 60.0, 900.0
"""Seconds for which a region that did not respond is skipped. Each further failure doubles them."""


class Outages:
    """
    Hosts that did not respond, and the time until which they are skipped.

    After that time one call tries the host; other calls skip it until it responds. Thread-safe without a lock: in the worst
    case two calls try.
    """

    def __init__(self) -> None:
        self._until: dict[str, tuple[float, float]] = {}

    def is_over(self, host: str) -> bool:
        """Return True if *host* may be tried. If it had failed, this call is the one that tries."""
        until, length = self._until.get(host, (0.0, 0.0))
        now = time.monotonic()
        if until > now:
            return False
        if length:
            self._until[host] = (now + length, length)
        return True

    def note_failure(self, host: str) -> None:
        """Skip *host* for a while."""
        length = min(self._until.get(host, (0.0, FIRST_OUTAGE / 2))[1] * 2, LONGEST_OUTAGE)
        self._until[host] = (time.monotonic() + length, length)

    def note_response(self, host: str) -> None:
        """Use *host* again."""
        self._until.pop(host, None)


class Failover(Record):
    """Endpoints of a client's regions, the preferred one first, and which of them did not respond."""

    endpoints: tuple[Endpoint, ...]
    outages: Outages

    def in_order(self) -> Iterator[Endpoint]:
        """Yield the endpoints to try: first those without an outage, then the others."""
        left_out = []
        for endpoint in self.endpoints:
            if self.outages.is_over(host_of(endpoint)):
                yield endpoint
            else:
                left_out.append(endpoint)
        yield from left_out


def host_of(endpoint: Endpoint) -> str:
    """Return the host of an endpoint's URL."""
    return urlsplit(endpoint.url).hostname or ""


def failover_of(settings: Settings, endpoint: Endpoint, outages: Outages | None) -> Failover:
    """Return the failover of a client with *settings*. Raise ConfigError if it is impossible."""
    for name in ("endpoint", "use_global_endpoint", "signing_region"):
        if getattr(settings, name):
            raise ConfigError(
                f"failover_regions and {name} ({settings.sources[name]}) cannot be combined: only regional endpoints of "
                "AWS can replace each other. Leave one of them out."
            )
    if settings.region is None or settings.region not in endpoint.url:
        raise ConfigError(
            f"failover_regions does not work with the global endpoint {endpoint.url}. Give a region, and leave out "
            f"sts_regional_endpoints='legacy' ({settings.sources['sts_regional_endpoints']})."
        )
    found = [endpoint]
    for region in dict.fromkeys(settings.failover_regions):
        if partition_of(region).name != endpoint.partition:
            raise ConfigError(
                f"failover_regions has {region!r}, which is not a region of the partition {endpoint.partition}, the "
                f"partition of {settings.region}. Credentials work in one partition only."
            )
        if region != settings.region:
            fips, dualstack = settings.use_fips_endpoint, settings.use_dualstack_endpoint
            found.append(resolve_endpoint(region, use_fips=fips, use_dualstack=dualstack))
    return Failover(tuple(found), outages or Outages())


def run_in_regions(call: Call, wiring: Wiring, unsigned: HttpRequest, attempt: Attempts) -> Flow:
    """
    Run the attempts of *call* in one region after the other until one responds. Return the result.

    If a later region returns an error, the error of the first region is raised, with a note: its outage is the cause.
    """
    failover: Failover = wiring.failover
    first: STSError | None = None
    endpoints = failover.in_order()
    endpoint: Endpoint | None = next(endpoints)
    while endpoint is not None:
        try:
            data: dict[str, Any] = yield from _run_in(call, wiring, unsigned, endpoint, attempt)
        except STSError as error:
            failed, call.error = error, error
        else:
            failover.outages.note_response(host_of(endpoint))
            data["ResponseMetadata"]["Region"] = endpoint.signing_region
            return data
        if not is_outage(call, failed):
            raise _with_note(first, failed, endpoint)
        failover.outages.note_failure(host_of(endpoint))
        first = _with_note(first, failed, endpoint)
        region, endpoint = endpoint.signing_region, next(endpoints, None)
        if endpoint is not None:
            LOGGER.warning("STS in %s does not respond (%s); continuing in %s.", region, failed.code, endpoint.signing_region)
    assert first is not None  # noqa: S101 - there is a first endpoint
    raise first


def _run_in(call: Call, wiring: Wiring, unsigned: HttpRequest, endpoint: Endpoint, attempt: Attempts) -> Flow:
    call.earlier = call.attempt
    if endpoint is wiring.endpoint:
        call.wiring = wiring
        return (yield from attempt(call, wiring, unsigned))
    moved = unsigned.copy()
    moved.url = endpoint.url + unsigned.url.removeprefix(wiring.endpoint.url)
    call.wiring = wiring._replace(endpoint=endpoint, host=host_of(endpoint))
    return (yield from attempt(call, call.wiring, moved))


def is_outage(call: Call, error: STSError) -> bool:
    """Return True if *error* means that the region did not respond, and *call* may be made in another one."""
    if is_code_spent(call, error):
        return False  # an MFA code can be used once
    if isinstance(error, (TLSError, RequestAbortedError, DeadlineExceededError)):
        return False
    if isinstance(error, TransportError) and not isinstance(error, (ProxyError, ResponseParseError)):
        return True
    return error.status_code is not None and error.status_code >= 500


def _with_note(first: STSError | None, error: STSError, endpoint: Endpoint) -> STSError:
    """Return the error to raise: *error*, or the *first* one with a note about it."""
    if first is None or isinstance(error, (RequestAbortedError, DeadlineExceededError)):
        return error
    first.message += f" The call continued in {endpoint.signing_region}, which failed: {error.code}: {error.message}"
    first.args = (first.message,)
    return first
