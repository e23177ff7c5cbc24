"""Chains of providers: the reader that they share, verdicts, refused credentials, and edited chains."""

from __future__ import annotations

import contextlib
import pickle
from datetime import datetime, timezone
from typing import Any

import pytest

from sts.credentials import Credentials, ProviderChain, StaticProvider
from sts.credentials.chain.chain import name_of_provider
from sts.errors import ConfigError, CredentialsError, NotConfiguredError

KEYS = Credentials("AKIAFOUND0001", "hush")
SESSION = Credentials("ASIAFOUND0001", "hush", "token", datetime(2030, 1, 1, tzinfo=timezone.utc))


class Reader:
    """Reader of profiles that records its calls."""

    def __init__(self, events: list[str]) -> None:
        self.events = events

    def forget(self) -> None:
        self.events.append("forget")

    def notices(self) -> str:
        return "\nA notice."


class Recorded:
    """Provider that records its calls, and returns or raises *outcome*."""

    def __init__(self, events: list[str], outcome: Credentials | Exception, *, has_others: bool = True) -> None:
        self.events, self.outcome, self.has_others = events, outcome, has_others

    def retrieve(self) -> Credentials:
        self.events.append("ask")
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def invalidate(self, credentials: Credentials) -> bool:
        self.events.append(f"refused {credentials.access_key_id}")
        return self.has_others


class Plain:
    """Provider with the required method only."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    def retrieve(self) -> Credentials:
        return self.credentials


def chain_of(events: list[str], outcome: Credentials | Exception) -> ProviderChain:
    return ProviderChain([("first", Recorded(events, outcome))], Reader(events))  # type: ignore[arg-type]  # as a reader


@pytest.mark.parametrize(
    "outcome", [KEYS, NotConfiguredError("nothing"), ValueError("broken")], ids=lambda one: type(one).__name__
)
def test_profiles_are_read_anew_in_each_round(outcome: Any) -> None:
    """
    They are dropped before a call, because files may have changed, and after it, because they contain secrets; also after a
    failure.
    """
    events: list[str] = []
    chain = chain_of(events, outcome)
    with contextlib.suppress(CredentialsError, ValueError):
        chain.retrieve()
    assert events == ["forget", "ask", "forget"]


def test_edited_chains_keep_the_reader() -> None:
    """Their providers read profiles with it."""
    events: list[str] = []
    chain = chain_of(events, KEYS).insert_after("first", StaticProvider(KEYS)).without("static")
    chain.retrieve()
    assert events == ["forget", "ask", "forget"]


def test_verdicts_say_who_gave() -> None:
    """One of each kind, and only those of the last round."""
    chain = ProviderChain(
        [
            ("silent", Recorded([], NotConfiguredError("nothing"))),
            ("static", StaticProvider(KEYS)),
            ("unasked", StaticProvider(KEYS)),
        ]
    )
    for _ in range(2):
        chain.retrieve()
        assert [(one.name, one.gave) for one in chain.verdicts] == [("silent", False), ("static", True)]


def test_a_failure_of_ours_is_quoted() -> None:
    """Its text has no secret, unlike that of a foreign exception. It ends the chain."""
    chain = ProviderChain(
        [("broken", Recorded([], CredentialsError("The file is damaged."))), ("static", StaticProvider(KEYS))]
    )
    with pytest.raises(CredentialsError, match="damaged"):
        chain.retrieve()
    assert [(one.reason, one.gave) for one in chain.verdicts] == [("failed: The file is damaged.", False)]


def test_an_exhausted_chain_lists_reasons_and_notices() -> None:
    """The verdicts in order, then the notices of the reader. Without a reader there are no notices."""
    silent = Recorded([], NotConfiguredError("nothing"))
    with pytest.raises(CredentialsError) as caught:
        chain_of([], NotConfiguredError("not set")).retrieve()
    assert caught.value.message.endswith("Providers called:\n* first: not set\nA notice.")
    assert [one.name for one in caught.value.verdicts] == ["first"]
    with pytest.raises(CredentialsError) as caught:
        ProviderChain([("a", silent), ("b", silent)]).retrieve()
    assert caught.value.message.endswith("Providers called:\n* a: nothing\n* b: nothing")


@pytest.mark.parametrize("has_others", [True, False])
def test_refused_credentials_are_those_of_the_provider_that_gave_them(has_others: bool) -> None:
    """Only that provider is called, and only it decides whether there may be others."""
    asked: list[str] = []
    silent, gave = Recorded([], NotConfiguredError("nothing")), Recorded(asked, SESSION, has_others=has_others)
    chain = ProviderChain([("silent", silent), ("gave", gave), ("unasked", Recorded([], KEYS))])
    chain.retrieve()
    assert chain.invalidate(SESSION) is has_others
    assert asked == ["ask", f"refused {SESSION.access_key_id}"]
    assert silent.events == ["ask"]


@pytest.mark.parametrize(("credentials", "others"), [(KEYS, False), (SESSION, True)])
def test_what_expires_can_be_replaced(credentials: Credentials, others: bool) -> None:
    """
    Without `invalidate()`, a provider has others only if its credentials expire. The same holds for a chain before its first
    call.
    """
    chain = ProviderChain([("plain", Plain(credentials))])
    assert chain.invalidate(credentials) is others
    chain.retrieve()
    assert chain.invalidate(credentials) is others


def test_places_in_a_chain() -> None:
    """Before or after a name. Any form of `credentials=` is accepted. The error for an unknown name lists the known ones."""
    chain = ProviderChain([("a", StaticProvider(KEYS)), ("b", StaticProvider(KEYS))])
    assert chain.insert_before("b", StaticProvider(KEYS), "x").names == ("a", "x", "b")
    assert chain.insert_after("a", StaticProvider(KEYS), "x").names == ("a", "x", "b")
    assert chain.insert_before("a", SESSION, "x").retrieve() is SESSION  # type: ignore[arg-type]  # any form
    assert chain.without().names == chain.names == tuple(name for name, _ in chain) == ("a", "b")
    assert repr(chain) == "ProviderChain(a, b)"
    with pytest.raises(ConfigError, match="no provider 'x'; it has a, b"):
        chain.without("a", "x")
    with pytest.raises(ConfigError, match="no provider 'x'; it has none"):
        chain.without("a", "b").insert_after("x", StaticProvider(KEYS))
    with pytest.raises(TypeError):
        pickle.dumps(chain)


def test_names_of_providers() -> None:
    """Words with dashes, without "provider" at the end, unless that is all."""

    class Provider:
        pass

    class MyVaultProvider:
        pass

    assert [name_of_provider(one) for one in (MyVaultProvider(), Provider(), SESSION)] == [
        "my-vault",
        "provider",
        "credentials",
    ]
