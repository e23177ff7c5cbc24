"""`AWS.CredentialProviderChain`: the first credentials that can be loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from sts.calling.promise import Promise
from sts.credentials.chain.chain import Verdict
from sts.errors import CredentialsError, STSError
from sts.identity import Credentials as Value
from sts.v2.background import call_later, promise_of
from sts.v2.credentials.identity import Credentials


class CredentialProviderChain(Credentials):
    """
    Try *providers*, credentials or functions that return some, in order; the first that can be loaded are the chain's.

    Unlike v2's, the error at the end lists why each of them gave nothing.
    """

    default_providers: ClassVar[list[Any]] = []

    def __init__(self, providers: Sequence[Any] | None = None) -> None:
        super().__init__()
        self.providers = list(self.default_providers if providers is None else providers)

    def resolve(self, callback: Callable[[Any, Any], object]) -> CredentialProviderChain:
        """Call *callback* with `(error, credentials)`; return the chain."""
        call_later(self.find, callback)
        return self

    def resolve_promise(self) -> Promise[Any]:
        """Return a promise for the credentials."""
        return promise_of(self.find)

    def find(self) -> Any:
        """Return the first credentials that can be loaded; raise CredentialsError with every provider's reason."""
        verdicts = []
        for provider in self.providers:
            candidate = provider
            try:
                if callable(provider):
                    candidate = provider()
                if isinstance(candidate, Credentials):
                    candidate.get()
            except STSError as error:
                verdicts.append(Verdict(type(candidate).__name__, error.message))
            else:
                return candidate
        reasons = "".join(f"\n* {verdict}" for verdict in verdicts)
        raise CredentialsError(f"No provider of the chain gave credentials.{reasons}", verdicts=tuple(verdicts))

    def load(self) -> Value:
        """Resolve the chain, at each refresh anew."""
        found: Value = self.find().retrieve()
        return found
