"""Shared data of the providers of a chain: the environment, the current shared files, and access to services."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sts.base.forks import load
from sts.base.records import Record, of_whole
from sts.base.time import sleep, unix_time
from sts.errors import ConfigError, NotConfiguredError
from sts.identity import refuse_pickle
from sts.settings.profiles import Profiles, load_profiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sts.credentials.exchange.sts_calls import STSCaller
    from sts.http import Handler
    from sts.settings.sections import Section

NO_OPTIONS: Mapping[str, Any] = {}


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
    """
    Reader of the shared files that caches them until `forget()`, for one call of a chain.

    `notices()` reports problems of *profile*.
    """

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
        """
        Return profile *name*. Raise NotConfiguredError if it is a missing `default`, ProfileNotFoundError for any other missing
        one.
        """
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


def duration_of(section: Section, profile: str) -> int | None:
    """Return `duration_seconds`, or None if it is not set."""
    text = text_of(section, "duration_seconds")
    if text is None:
        return None
    durations = load("sts.base.durations")
    try:
        return int(durations.parse_duration(text))
    except ValueError:
        problem = f"The profile {profile!r} has duration_seconds = {text}; it must be {durations.ALLOWED}."
    raise ConfigError(problem)
