"""Provider chains: the first provider that is configured gives the credentials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sts.base.frames import without_locals
from sts.base.records import Record, of_whole
from sts.credentials.chain.context import ProfileReader
from sts.credentials.given import provider_of
from sts.errors import ConfigError, CredentialsError, NotConfiguredError, STSError
from sts.identity import CredentialProvider, Credentials, refuse_pickle
from sts.logs import LOGGER

NOT_ASKED = "not asked: an earlier provider had the last word"


class Verdict(Record):
    """Hold what one provider of a chain said: its *name*, why it gave nothing (or what it gave), and whether it *gave* any."""

    name: str
    reason: str
    gave: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


class ProviderChain:
    """
    Ask *providers*, pairs of name and provider, in order; "not configured" moves on to the next, any other error is raised.

    `verdicts` says what each provider answered when the chain was last asked. A chain never changes: the methods that edit
    it return a new one. *reader* is what providers of one chain read profiles with, told to forget them after each round.
    """

    def __init__(self, providers: Sequence[tuple[str, CredentialProvider]], reader: ProfileReader | None = None) -> None:
        self.providers = tuple(providers)
        self.verdicts: tuple[Verdict, ...] = ()
        self._reader = reader
        self._answered: CredentialProvider | None = None

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the first credentials; raise CredentialsError that lists why each provider gave none."""
        verdicts: list[Verdict] = []
        try:
            return self._ask(verdicts)
        finally:
            self.verdicts = tuple(verdicts)
            if self._reader is not None:
                self._reader.forget()

    def _ask(self, verdicts: list[Verdict]) -> Credentials:
        if self._reader is not None:
            self._reader.forget()
        for name, provider in self.providers:
            try:
                credentials = provider.retrieve()
            except NotConfiguredError as error:
                verdicts.append(Verdict(name, error.message))
            except Exception as error:
                # The text of an exception that is not ours may hold anything.
                verdicts.append(Verdict(name, f"failed: {error if isinstance(error, STSError) else type(error).__name__}"))
                raise
            else:
                self._answered = provider
                verdicts.append(Verdict(name, f"gave {credentials!r}", gave=True))
                LOGGER.debug("Credentials ...%s come from the provider %s.", credentials.access_key_id[-4:], name)
                return credentials
        raise _exhausted(verdicts, self._reader.notices() if self._reader is not None else "")

    def invalidate(self, credentials: Credentials) -> bool:
        """Tell the provider that gave *credentials* that the service refused them; return whether it may have others."""
        forget = getattr(self._answered, "invalidate", None)
        return bool(forget(credentials)) if forget is not None else credentials.expiration is not None

    def insert_before(self, name: str, provider: CredentialProvider, new_name: str | None = None) -> ProviderChain:
        """Return a chain that asks *provider* before the one called *name*."""
        return self._insert(self._place(name), provider, new_name)

    def insert_after(self, name: str, provider: CredentialProvider, new_name: str | None = None) -> ProviderChain:
        """Return a chain that asks *provider* after the one called *name*."""
        return self._insert(self._place(name) + 1, provider, new_name)

    def without(self, *names: str) -> ProviderChain:
        """Return a chain without the providers called *names*."""
        for name in names:
            self._place(name)
        return ProviderChain([pair for pair in self.providers if pair[0] not in names], self._reader)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the providers, in the order in which they are asked."""
        return tuple(name for name, _ in self.providers)

    def _insert(self, place: int, provider: CredentialProvider, name: str | None) -> ProviderChain:
        given = provider if hasattr(provider, "retrieve") else provider_of(provider)
        pair = (name or name_of_provider(provider), given)
        return ProviderChain([*self.providers[:place], pair, *self.providers[place:]], self._reader)

    def _place(self, name: str) -> int:
        if name not in self.names:
            raise ConfigError(f"The chain has no provider {name!r}; it has {', '.join(self.names) or 'none'}.")
        return self.names.index(name)

    def __iter__(self) -> Iterator[tuple[str, CredentialProvider]]:
        return iter(self.providers)

    __reduce_ex__ = refuse_pickle

    @of_whole
    def __repr__(self) -> str:
        return f"ProviderChain({', '.join(self.names)})"


def name_of_provider(provider: Any) -> str:
    """Return how a provider is called in verdicts when nobody named it: ProcessProvider is "process"."""
    words = "".join(f"-{c.lower()}" if c.isupper() else c for c in type(provider).__name__).strip("-")
    return words.removesuffix("-provider") or words


def _exhausted(verdicts: Sequence[Verdict], notices: str) -> CredentialsError:
    reasons = "".join(f"\n* {verdict}" for verdict in verdicts)
    return CredentialsError(
        "No credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile, or pass "
        f"credentials=. Asked were:{reasons}{notices}",
        verdicts=tuple(verdicts),
    )
