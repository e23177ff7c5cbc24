"""The STS calls of providers: made through the pipeline, like anybody's, by a client that lives for one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from sts.base.frames import without_locals
from sts.base.records import of_whole
from sts.credentials.exchange.documents import STS, credentials_in
from sts.drivers.blocking import drive
from sts.errors import CredentialsError, MissingRegionError
from sts.identity import CredentialProvider, Credentials, refuse_pickle
from sts.model.lookup import find_operation
from sts.pipeline.call import Call, Gate, Wiring
from sts.pipeline.run import run_call
from sts.pipeline.wiring import release, wire_client
from sts.settings.table import check_options

if TYPE_CHECKING:
    from sts.pipeline.call import CachedCredentials

USE_GLOBAL: Mapping[str, Any] = {"use_global_endpoint": True}
"""What to use where nothing gives a region; with FIPS or dual-stack, which the global endpoint has not, us-east-1."""


class STSCaller(Protocol):
    """Make STS calls; *params* have the service's names. Any callable of this form may be given as `call=`."""

    def __call__(self, operation: Any, params: Mapping[str, Any], credentials: CredentialProvider | None) -> Mapping[str, Any]:
        """Return the result of *operation* (a method's name, or a row), signed with *credentials*, None for an unsigned one."""


class Calls:
    """
    Make STS calls with the *options* of a client.

    The profile among *options* is where settings come from. Without any region, *region* is the last resort before the
    global endpoint.
    """

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
            client.release()

    def _wire(self, provider: CachedCredentials) -> Wiring:
        for more in ({}, {"region": self._region}, USE_GLOBAL):
            try:
                return self._wire_with(more, provider)
            except MissingRegionError:
                continue
        return self._wire_with({"region": "us-east-1"}, provider)

    def _wire_with(self, more: Mapping[str, Any], provider: CachedCredentials) -> Wiring:
        wiring = wire_client({**self._options, **more}, None, lambda *_: provider, environ=self._environ, outages=self._outages)
        if wiring.failover is not None:
            self._outages = wiring.failover.outages  # the next call's client leaves out what did not answer this one
        return wiring

    __reduce_ex__ = refuse_pickle

    @of_whole
    def __repr__(self) -> str:
        return "Calls()"


class _OneCall:
    """What a call needs to know of its client, for one call."""

    def __init__(self, wire: Callable[[CachedCredentials], Wiring], credentials: CredentialProvider | None) -> None:
        self._wiring: Wiring | None = None
        self._gate = Gate()
        self._make = wire
        self._provider = _Once(credentials)

    def _wire(self) -> Wiring:
        """Resolve the settings and return the wiring."""
        self._wiring = self._make(self._provider)
        return self._wiring

    def release(self) -> None:
        """Let go of the connections."""
        if self._wiring is not None:
            release(self._wiring)


class _Once:
    """Ask a provider when the call needs it; a provider that caches for itself is used as it is."""

    def __init__(self, provider: CredentialProvider | None) -> None:
        self._provider = provider
        self._credentials: Credentials | None = None

    def cached(self) -> Credentials | None:
        return self._credentials

    @without_locals
    def retrieve(self) -> Credentials:
        if self._provider is None:
            raise CredentialsError("This call is signed, but the provider was given no source credentials for it.")
        self._credentials = self._provider.retrieve()
        return self._credentials

    def invalidate(self, credentials: Credentials) -> bool:
        self._credentials = None
        forget = getattr(self._provider, "invalidate", None)
        return bool(forget(credentials)) if forget is not None else False


def session_credentials(result: Mapping[str, Any], source: str) -> Credentials:
    """Return the credentials in the *result* of an operation; the account is that of the assumed role."""
    found = result.get("Credentials")
    if not isinstance(found, Mapping):
        raise CredentialsError("STS gave no Credentials.")
    arn = str((result.get("AssumedRoleUser") or {}).get("Arn", ""))
    account = arn.split(":")[4] if arn.count(":") >= 5 else None
    return credentials_in({**found, "AccountId": account}, STS, "STS", source)
