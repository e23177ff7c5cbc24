"""Notices, for reports and errors, about entries of the shared files without effect, with the probable correction."""

from __future__ import annotations

from collections.abc import Iterator

from sts.base.suggestions import suggest
from sts.settings.profiles import Profiles, SharedFile
from sts.settings.sections import PROFILE_KEYS, STS_KEYS, Section, unquoted


def notices(profiles: Profiles, name: str) -> tuple[str, ...]:
    """Return a sentence, without values, about each problem in the shared files that can affect profile *name*."""
    found = [text for file in (profiles.config, profiles.credentials) for text in file.ignored.values()]
    section = profiles.profiles.get(name, {})
    for file in (profiles.config, profiles.credentials):
        found += _of_section(f"profile {name!r}", file, file.profiles.get(name, {}))
    session = str(section.get("sso_session") or "")
    found += _of_section(f"[sso-session {session}]", profiles.config, profiles.sso_sessions.get(session, {}))
    return tuple(dict.fromkeys(found))


def notice_lines(profiles: Profiles, name: str) -> str:
    """Return the notices as lines to add to an error, or "" if there are none."""
    lines = "".join(f"\n* {text}" for text in notices(profiles, name))
    return f"\nNoticed in the shared files:{lines}" if lines else ""


def _of_section(place: str, file: SharedFile, section: Section) -> Iterator[str]:
    for key, value in section.items():
        if key not in PROFILE_KEYS and (meant := suggest(key, STS_KEYS)):
            yield f"Unknown key {key!r} of {place} in {file.shown} has no effect.{meant}"
        elif key in STS_KEYS and isinstance(value, str) and unquoted(key, value) != value:
            yield f"The value of {key} of {place} in {file.shown} is in quotes, which are left out; boto3 keeps them."
