"""Provider chain: the first configured provider returns the credentials. Also the data that its providers share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from sts.base.forks import load
from sts.base.frames import without_locals
from sts.base.records import Record, of_whole
from sts.base.time import sleep, unix_time
from sts.credentials.normalize import provider_of
from sts.errors import ConfigError, CredentialsError, NotConfiguredError, STSError
from sts.identity import CredentialProvider, Credentials, refuse_pickle
from sts.logs import LOGGER
from sts.settings.profiles import Profiles, load_profiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sts.credentials.exchange.sts_calls import STSCaller
    from sts.http import Handler
    from sts.settings.sections import Section

NO_OPTIONS: Mapping[str, Any] = {}
NOT_ASKED = "not called: an earlier provider ended the search"
NOTICED = "Noticed in the shared files:"
"""What begins the notices of an error, each once."""


class Confidential:
    """An object with secrets: it cannot be pickled, and its repr shows only what `_shown()` returns."""

    __reduce_ex__ = refuse_pickle

    @of_whole
    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._shown()})"

    def _shown(self) -> str:
        return ""


class Context(Record):
    """
    Shared data of providers that are configured by a profile or the environment.

    *environ* is `os.environ` or a replacement. It has no default, because help would show its secrets. *options* are those of
    the client for STS calls of providers. *mfa* is a function from a device's serial number to a code. *call* replaces the
    client for these calls. *handler* performs all other HTTP exchanges. *now* and *sleep* exist for tests. With
    *use_environment*, variables may configure credentials, because the profile was not chosen explicitly. *session* holds
    members of AssumeRole that replace those of the profile's own role; a `DurationSeconds` of "max" means the longest session.
    """

    environ: Mapping[str, str]
    options: Mapping[str, Any] = NO_OPTIONS
    mfa: Callable[[str], str] | None = None
    call: STSCaller | None = None
    handler: Handler | None = None
    now: Callable[[], float] = unix_time
    sleep: Callable[[float], object] = sleep
    use_environment: bool = False
    session: Mapping[str, Any] = NO_OPTIONS

    def __reduce_ex__(self, protocol: object) -> str:
        return refuse_pickle(self, protocol)

    @of_whole
    def __repr__(self) -> str:
        return "Context(...)"


class ProfileReader:
    """Reader of the shared files that caches them until `forget()`. `notices()` reports problems of *profile*."""

    def __init__(self, environ: Mapping[str, str], profile: str = "default") -> None:
        self._environ = environ
        self._profile = profile
        self._profiles: Profiles | None = None

    def read(self) -> Profiles:
        """Return both shared files."""
        profiles = self._profiles
        if profiles is None:
            profiles = self._profiles = load_profiles(self._environ)
        return profiles

    def section(self, name: str) -> Section:
        """Return profile *name*. Raise NotConfiguredError for a missing `default`, ProfileNotFoundError for any other."""
        profiles = self.read()
        if name == "default" and name not in profiles.profiles:
            raise NotConfiguredError("There is no profile 'default' in the shared files.")
        return profiles.section(name)

    def notices(self) -> str:
        """Return lines about entries of the shared files without effect, for an error message, or "" if there are none."""
        return str(load("sts.settings.profile_notices").notice_lines(self.read(), self._profile))

    def forget(self) -> None:
        """Drop the cached files, so that they are read again."""
        self._profiles = None

    __reduce_ex__ = refuse_pickle


def text_of(section: Section, key: str) -> str | None:
    """Return the text of a property, or None if it is missing, empty or nested."""
    value = section.get(key)
    return value if isinstance(value, str) and value else None


class Verdict(Record):
    """Result of one provider of a chain: its *name*, the reason (or its credentials), and whether it *gave* credentials."""

    name: str
    reason: str
    gave: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


class ProviderChain:
    """
    Chain of *providers*, pairs of name and provider, called in order. If one is not configured, the next is called. Any other
    error is raised.

    `verdicts` lists the result of each provider in the last call of the chain. A chain is immutable: the methods that edit it
    return a new one. *reader* caches the profiles for the providers of the chain; it is cleared after each call.
    """

    def __init__(self, providers: Sequence[tuple[str, CredentialProvider]], reader: ProfileReader | None = None) -> None:
        self.providers = tuple(providers)
        self.verdicts: tuple[Verdict, ...] = ()
        self._reader = reader
        self._answered: CredentialProvider | None = None

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the first credentials. Raise CredentialsError with the reason of each provider if there are none."""
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
                # The text of an exception of other code may contain a secret.
                verdicts.append(Verdict(name, f"failed: {error if isinstance(error, STSError) else type(error).__name__}"))
                self._add_notices(name, error)
                raise
            else:
                self._answered = provider
                verdicts.append(Verdict(name, f"gave {credentials!r}", gave=True))
                LOGGER.debug("Using credentials ...%s from the provider %s.", credentials.access_key_id[-4:], name)
                return credentials
        reasons = "".join(f"\n* {verdict}" for verdict in verdicts)
        notices = self._reader.notices() if self._reader is not None else ""
        raise CredentialsError(
            "No credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile, or pass "
            f"credentials=. Providers called:{reasons}{notices}",
            verdicts=tuple(verdicts),
        )

    def _add_notices(self, name: str, error: Exception) -> None:
        """Let an *error* about a profile also say what the shared files hold in vain, such as a misspelt key."""
        of_profile = isinstance(error, ConfigError) or (name.endswith("-file") and isinstance(error, CredentialsError))
        if of_profile and isinstance(error, STSError) and self._reader is not None and NOTICED not in error.message:
            try:
                error.message += self._reader.notices()
            except STSError:
                pass

    def invalidate(self, credentials: Credentials) -> bool:
        """Tell the provider of *credentials* that the service rejected them. Return True if it may have others."""
        forget = getattr(self._answered, "invalidate", None)
        return bool(forget(credentials)) if forget is not None else credentials.expiration is not None

    def insert_before(self, name: str, provider: CredentialProvider, new_name: str | None = None) -> ProviderChain:
        """Return a chain that calls *provider* before the one named *name*."""
        return self._insert(self._place(name), provider, new_name)

    def insert_after(self, name: str, provider: CredentialProvider, new_name: str | None = None) -> ProviderChain:
        """Return a chain that calls *provider* after the one named *name*."""
        return self._insert(self._place(name) + 1, provider, new_name)

    def without(self, *names: str) -> ProviderChain:
        """Return a chain without the providers named *names*."""
        for name in names:
            self._place(name)
        return ProviderChain([pair for pair in self.providers if pair[0] not in names], self._reader)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the providers, in the order in which they are called."""
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
    """Return the name of an unnamed provider for verdicts: ProcessProvider becomes "process"."""
    words = "".join(f"-{c.lower()}" if c.isupper() else c for c in type(provider).__name__).strip("-")
    return words.removesuffix("-provider") or words
