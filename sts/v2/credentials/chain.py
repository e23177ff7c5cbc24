"""`AWS.CredentialProviderChain`: the first credentials that can be loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from sts.base.forks import load_library
from sts.base.functions import check_function
from sts.calling.promise import Promise
from sts.credentials.chain.chain import Verdict
from sts.credentials.normalize import credentials_of
from sts.errors import CredentialsError, STSError
from sts.identity import Credentials as Value
from sts.v2.background import call_with, outcome_of, promise_of
from sts.v2.credentials import local
from sts.v2.credentials.identity import Credentials, ask, where_asked
from sts.v2.errors import as_v2

Resolved = Callable[..., object]
"""A function of `(error, credentials)`."""


class CredentialProviderChain(Credentials):
    """
    Chain of *providers*: credentials, or functions that return credentials. The first that can be loaded is used. If all fail,
    the error is that of the last provider, as in v2. Its hint lists the failure of each provider.
    """

    default_providers: ClassVar[list[Any]] = [
        lambda: local.EnvironmentCredentials("AWS"),
        lambda: local.EnvironmentCredentials("AMAZON"),
        lambda: local.SsoCredentials(),
        lambda: local.SharedIniFileCredentials(),
        lambda: local.ECSCredentials(),
        lambda: local.ProcessCredentials(),
        lambda: load_library("sts.v2.credentials.issued").TokenFileWebIdentityCredentials(),
        lambda: local.EC2MetadataCredentials(),
    ]
    defaultProviders = _made = default_providers  # noqa: N815 - v2's name, of the class

    def __init__(self, providers: Sequence[object] | None = None) -> None:
        super().__init__()
        if providers is None:  # the default, which a script may have replaced under either spelling
            kind = type(self)
            replaced = kind.defaultProviders is not CredentialProviderChain._made
            providers = list(kind.defaultProviders if replaced else kind.default_providers)
        self.providers = providers
        self.resolve_callbacks: list[Resolved] = []

    def resolve(self, callback: Resolved) -> CredentialProviderChain:
        """Call *callback* with `(error, credentials)`. Concurrent resolutions are coalesced. Returns the chain."""
        check_function("resolve", callback, "callback")
        with self._lock:
            self.resolve_callbacks.append(where_asked(callback))
            first = len(self.resolve_callbacks) == 1
        if first:
            _Resolution(self.providers, self._resolved).go_on()
        return self

    def _resolved(self, error: BaseException | None, credentials: Any) -> None:
        with self._lock:
            waiting, self.resolve_callbacks = self.resolve_callbacks, []
        for callback in waiting:
            call_with(callback, error, credentials)

    def resolve_promise(self) -> Promise[Any]:
        """Return a promise for the credentials."""
        return promise_of(lambda: ask(self.resolve))

    def load(self) -> Value:  # type: ignore[override]  # the form without callback
        """Resolve the chain. Each refresh resolves it again."""
        found = ask(self.resolve)
        return credentials_of(found.retrieve() if hasattr(found, "retrieve") else found)


class _Resolution:
    """Resolution of the providers of a chain, in order."""

    def __init__(self, providers: Sequence[Any], done: Resolved) -> None:
        self._left = list(providers)
        self._done = done
        self._verdicts: list[Verdict] = []

    def go_on(self, error: BaseException | None = None) -> None:
        """Try the next provider. Without one, the resolution ends with *error*."""
        if not self._left:
            self._done(self._explained(error), None)
            return
        given = self._left.pop(0)
        raised, candidate = outcome_of(given) if callable(given) else (None, given)
        if raised is not None or candidate is None:
            self._failed(given, raised or CredentialsError("The provider returned nothing."))
        elif callable(getattr(candidate, "get", None)) and not isinstance(candidate, dict):
            self._ask(candidate)
        else:
            self._done(None, candidate)

    def _ask(self, candidate: Any) -> None:
        def got(error: Any = None, *_: Any) -> None:
            if error:
                self._failed(candidate, error)
            else:
                self._done(None, candidate)

        got.direct = True  # type: ignore[attr-defined]  # it need not run where callbacks do
        raised, _ = outcome_of(lambda: candidate.get(got))
        if raised is not None:
            self._failed(candidate, raised)

    def _failed(self, provider: Any, error: Any) -> None:
        failure = error if isinstance(error, BaseException) else CredentialsError(str(error))
        self._verdicts.append(Verdict(type(provider).__name__, getattr(failure, "message", type(failure).__name__)))
        self.go_on(failure)

    def _explained(self, error: BaseException | None) -> BaseException:
        if error is None:
            return as_v2(CredentialsError("No providers"))
        if isinstance(error, STSError) and len(self._verdicts) > 1:
            reasons = "".join(f"\n* {verdict}" for verdict in self._verdicts)
            error.hint = f"No provider of the chain returned credentials.{reasons}"
            error.__dict__["verdicts"] = tuple(self._verdicts)
        return as_v2(error)
