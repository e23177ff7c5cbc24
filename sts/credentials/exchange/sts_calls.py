"""STS calls of providers, made through the normal pipeline by a client that exists for one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from sts.base.frames import without_locals
from sts.base.records import of_whole
from sts.credentials.exchange.json_credentials import STS, credentials_in
from sts.drivers.blocking import drive
from sts.errors import CredentialsError, MissingRegionError
from sts.identity import CredentialProvider, Credentials, refuse_pickle
from sts.model.lookup import find_operation
from sts.pipeline.call import Call, CallsInProgress, Wiring
from sts.pipeline.run import run_call
from sts.pipeline.wiring import release, wire_client
from sts.settings.table import check_options

if TYPE_CHECKING:
    from sts.pipeline.call import CachedCredentials

USE_GLOBAL: Mapping[str, Any] = {"use_global_endpoint": True}
"""Region to use if none is configured: us-east-1 for FIPS or dual-stack, which the global endpoint does not support."""


class STSCaller(Protocol):
    """Function that makes STS calls. *params* have the service's names. Any callable of this form works as `call=`."""

    def __call__(self, operation: Any, params: Mapping[str, Any], credentials: CredentialProvider | None) -> Mapping[str, Any]:
        """Return the result of *operation* (a method name or a row), signed with *credentials*, or unsigned with None."""


class Calls:
    """Caller of STS with the *options* of a client and its profile. Without a region: *region*, or the global endpoint."""

    def __init__(
        self,
        options: Mapping[str, Any] | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        region: str | None = None,
    ) -> None:
        self._options = dict(options or {})
        check_options(self._options)
        self._environ = environ
        self._region = region
        self._outages: Any = None

    def __call__(self, operation: Any, params: Mapping[str, Any], credentials: CredentialProvider | None) -> Mapping[str, Any]:
        """Make one call and return its result."""
        client = _OneCall(self._wire, credentials)
        try:
            result: dict[str, Any] = drive(run_call(Call(client, find_operation(operation), params)))
            return result
        finally:
            if client._wiring is not None:
                release(client._wiring)

    def _wire(self, provider: CachedCredentials) -> Wiring:
        for more in ({}, {"region": self._region}, USE_GLOBAL):
            with suppress(MissingRegionError):
                return self._wire_with(more, provider)
        return self._wire_with({"region": "us-east-1"}, provider)

    def _wire_with(self, more: Mapping[str, Any], provider: CachedCredentials) -> Wiring:
        wiring = wire_client({**self._options, **more}, None, lambda *_: provider, environ=self._environ, outages=self._outages)
        if wiring.failover is not None:  # the client of the next call leaves out regions that did not respond to this one
            self._outages = wiring.failover.outages
        return wiring

    __reduce_ex__ = refuse_pickle

    @of_whole
    def __repr__(self) -> str:
        return "Calls()"


class _OneCall:
    """Parts of a client that one call needs."""

    def __init__(self, wire: Callable[[CachedCredentials], Wiring], credentials: CredentialProvider | None) -> None:
        self._wiring: Wiring | None = None
        self._calls = CallsInProgress()
        self._make = wire
        self._provider = _Once(credentials)

    def _wire(self) -> Wiring:
        self._wiring = self._make(self._provider)
        return self._wiring


class _Once:
    """Provider that is called when the call needs credentials. A provider that caches is used directly."""

    def __init__(self, provider: CredentialProvider | None) -> None:
        self._provider = provider
        self._credentials: Credentials | None = None

    def cached(self) -> Credentials | None:
        return self._credentials

    @without_locals
    def retrieve(self) -> Credentials:
        if self._provider is None:
            raise CredentialsError("This call must be signed, but the provider has no source credentials.")
        self._credentials = self._provider.retrieve()
        return self._credentials

    def invalidate(self, credentials: Credentials) -> bool:
        self._credentials = None
        forget = getattr(self._provider, "invalidate", None)
        return bool(forget(credentials)) if forget is not None else False


def session_credentials(result: Mapping[str, Any], source: str) -> Credentials:
    """Return the credentials in the *result* of an operation. The account is that of the assumed role."""
    found = result.get("Credentials")
    if not isinstance(found, Mapping):
        raise CredentialsError("STS returned no Credentials.")
    arn = str((result.get("AssumedRoleUser") or {}).get("Arn", ""))
    account = arn.split(":")[4] if arn.count(":") >= 5 else None
    return credentials_in({**found, "AccountId": account}, STS, "STS", source)
