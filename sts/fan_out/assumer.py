"""One target of a fan-out: a session from disk or one call, then the caller's work. Every failure becomes a result."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

from sts.base.forks import reset_after_fork
from sts.credentials.exchange.sts_calls import session_credentials
from sts.credentials.normalize import provider_of
from sts.credentials.refresh.disk_cache import CacheOption, disk_cache
from sts.credentials.refresh.keys import aws_cli_key, own_key
from sts.credentials.refreshing import identity_of
from sts.errors import STSError
from sts.fan_out.pace import PacedRetry
from sts.fan_out.results import Assumed
from sts.fan_out.targets import Shared, Target, share
from sts.identity import obtain
from sts.logs import LOGGER

Work = Callable[[Assumed], Any]


class Assumer:
    """Assumes the roles of targets with one shared *client*. Thread-safe. *work* is called with each successful result."""

    def __init__(self, client: Any, shared: Shared, cache: CacheOption, work: Work | None) -> None:
        self.client = paced(client)
        self.shared = shared
        self.work = work
        self._cache = disk_cache(cache)
        provider = client._wire().credentials
        self._whose = identity_of(provider) if self._cache is not None else ""
        self._endpoint = client.config.endpoint

    def __call__(self, given: Any) -> Assumed:
        """Return the result of one target. Never raises."""
        target: Target | None = None
        try:
            target = self.shared.target(given)
            result = self.kept(target) or self.finish(target, self.client.assume_role(self.params(target)))
            return result if self.work is None else result._replace(value=self.work(result))
        except Exception as error:  # noqa: BLE001 - the caller's work may raise anything, and no target may end the others
            return failed(given, target, error)

    def params(self, target: Target) -> dict[str, Any]:
        """Return the params of the call for *target*."""
        return {"RoleSessionName": self.shared.usual_name, **target.params}

    def kept(self, target: Target) -> Assumed | None:
        """Return the result with credentials from the disk cache if they are fresh."""
        entry = None if self._cache is None else self._cache.read(self._key(target))
        if self._cache is None or entry is None or not entry.is_fresh(self._cache.now()):
            return None
        return Assumed(target.given, target.role_arn, target.account, entry.credentials, cached=True)

    def finish(self, target: Target, data: Mapping[str, Any]) -> Assumed:
        """Return the result with the credentials in *data*, and write them to the disk cache."""
        credentials = session_credentials(data, "assume-role")
        if self._cache is not None:
            self._cache.write(self._key(target), credentials)
        return Assumed(target.given, target.role_arn, target.account, credentials)

    def _key(self, target: Target) -> str:
        if self._cache is not None and self._cache.aws_cli_keys:
            return aws_cli_key(target.params)
        return own_key("assume_role", target.params, self._whose, self._endpoint)


def failed(given: Any, target: Target | None, error: Exception) -> Assumed:
    """Return the result of a target that failed."""
    if not isinstance(error, STSError):
        LOGGER.debug("A target of a fan-out failed: %s", type(error).__name__)
    return Assumed(given, target.role_arn if target else "", target.account if target else "", error=error)


def retries_its_own_way(options: Mapping[str, Any]) -> bool:
    """Return True if the client *options* set retries that differ from those of a fan-out."""
    return not {"retry_strategy", "retry_mode"}.isdisjoint(options)


def paced_retry(options: Mapping[str, Any]) -> PacedRetry:
    """Return the retry strategy of a fan-out whose client has *options*."""
    attempts = options.get("max_attempts") or os.environ.get("AWS_MAX_ATTEMPTS") or 5
    return PacedRetry(max(int(attempts), 1))


def paced(client: Any) -> Any:
    """Return a copy of *client*, unless its options set other retries, that uses the pace of a fan-out and shares the rest."""
    if retries_its_own_way(client.options):
        return client
    wiring, _ = client._wire(), client._workers  # create it now, so that it is shared
    twin = copy(client)
    twin._wiring = wiring._replace(retry=paced_retry(client.options))
    reset_after_fork(twin)
    return twin


def client_settings(run: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a fan-out's own client: the given ones, its pace, and enough connections."""
    given = dict(run.get("client_options") or {})
    if not retries_its_own_way(given):
        given["retry_strategy"] = paced_retry(given)
        given.pop("max_attempts", None)
    if run.get("source") is not None:
        given["credentials"] = provider_of(run["source"])
    if run.get("region") is not None:
        given["region"] = run["region"]
    return {"max_concurrency": run["concurrency"], **given}


def make_assumer(client: Any, run: Mapping[str, Any], arguments: Mapping[str, Any]) -> Assumer:
    """
    Return the assumer of a fan-out with the options *run*. Resolving region and credentials may block.

    Raises errors that would affect every target: no region, no credentials, unknown arguments.
    """
    wiring = client._wire()
    obtain(wiring.credentials)
    shared = share(run.get("role_name"), wiring.endpoint.partition, arguments)
    return Assumer(client, shared, run.get("cache"), run.get("work"))
