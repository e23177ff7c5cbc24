"""Roles of profiles: `role_arn` with `source_profile` or `credential_source`, in chains of any length."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sts.base.durations import ALLOWED, parse_duration
from sts.base.forks import load
from sts.base.records import Record
from sts.credentials.chain.chain import text_of
from sts.errors import ConfigError
from sts.settings.sections import Section

CREDENTIAL_SOURCES = ("Environment", "EcsContainer", "Ec2InstanceMetadata", "WebIdentityToken", "EksContainer")
"""
Values of `credential_source`, in any case. The first three are those of all SDKs; "Environment" also means the web identity of
the environment if that has no keys. The last two mean the identities of a pod only: its web identity (IRSA), or either of both.
"""


class RolePlan(Record):
    """
    Resolved role chain of a profile.

    *base* is the profile whose own credentials start the chain; *credential_source* starts it instead. *roles* are the profiles
    whose roles are then assumed, in this order.
    """

    base: str | None
    credential_source: str | None
    roles: tuple[str, ...]


def plan_roles(profiles: Mapping[str, Section], name: str) -> RolePlan:
    """Return the role chain of profile *name* of *profiles*. Raise ConfigError for cycles and contradictions."""
    trail: list[str] = []
    while True:
        section = profiles[name]
        if trail and (_has_keys(section) or not wants_role(section)):
            named = None if section.get("role_arn") or _has_keys(section) else _source_of(name, section)
            return RolePlan(None if named else name, named, tuple(reversed(trail)))
        trail.append(name)
        source, named = text_of(section, "source_profile"), _source_of(name, section)
        _check_sources(name, source, named)
        if named or source is None:
            return RolePlan(None, named, tuple(reversed(trail)))
        if source not in profiles:
            raise ConfigError(f"The profile {name!r} has source_profile = {source}, but there is no such profile.")
        if source == name and _has_keys(section):
            return RolePlan(name, None, tuple(reversed(trail)))
        if source in trail:
            raise ConfigError(
                f"The profiles assume each other's roles in a circle: {' -> '.join([*trail, source])}. One of them needs "
                "credentials of its own."
            )
        name = source


def wants_role(section: Section) -> bool:
    """Return True if a profile's role is assumed with AssumeRole. With a web identity it is not."""
    return bool(section.get("role_arn")) and not section.get("web_identity_token_file")


def _has_keys(section: Section) -> bool:
    return bool(section.get("aws_access_key_id") or section.get("aws_secret_access_key"))


def _check_sources(name: str, source: str | None, named: str | None) -> None:
    if source and named:
        raise ConfigError(f"The profile {name!r} has both source_profile and credential_source; leave one of them out.")
    if not source and not named:
        raise ConfigError(
            f"The profile {name!r} has a role_arn, but neither source_profile nor credential_source. Add source_profile = the "
            f"profile whose credentials may assume the role, or credential_source = one of {', '.join(CREDENTIAL_SOURCES)}."
        )


def _source_of(name: str, section: Section) -> str | None:
    """Return `credential_source` in the spelling of `CREDENTIAL_SOURCES`, or None if it is not set."""
    given = text_of(section, "credential_source")
    known = {source.lower(): source for source in CREDENTIAL_SOURCES}
    if given and given.lower() not in known:
        raise ConfigError(
            f"The profile {name!r} has credential_source = {given}; it must be one of {', '.join(CREDENTIAL_SOURCES)}."
        )
    return known[given.lower()] if given else None


def role_params(section: Section, profile: str) -> dict[str, Any]:
    """Return the members of AssumeRole that the *section* of a profile sets."""
    keys = text_of(section, "transitive_tag_keys")
    members = {
        "RoleArn": str(section["role_arn"]),
        "RoleSessionName": text_of(section, "role_session_name"),
        "DurationSeconds": duration_of(section, profile),
        "ExternalId": text_of(section, "external_id"),
        "SerialNumber": text_of(section, "mfa_serial"),
        "Tags": tags_of(section, profile),
        "TransitiveTagKeys": keys and [name.strip() for name in keys.replace("\n", ",").split(",") if name.strip()],
        "SourceIdentity": text_of(section, "source_identity"),
    }
    return {name: value for name, value in members.items() if value is not None}


def duration_of(section: Section, profile: str) -> int | None:
    """Return `duration_seconds`, or None if it is not set."""
    text = text_of(section, "duration_seconds")
    if text is None:
        return None
    try:
        return int(parse_duration(text))
    except ValueError:
        problem = f"The profile {profile!r} has duration_seconds = {text}; it must be {ALLOWED}."
    raise ConfigError(problem)


def mfa_of(section: Section) -> Callable[[str], str] | None:
    """Return the source of MFA codes of a profile with an MFA device and a program."""
    command = text_of(section, "mfa_process")
    if not section.get("mfa_serial") or not command or not command.strip():
        return None
    program: Callable[[str], str] = load("sts.credentials.providers.process").MFAProgram(command)
    return program


def tags_of(section: Section, profile: str) -> dict[str, str] | None:
    """Return the session tags of a profile: `tags = key=value, ...`, or a nested block of keys and values."""
    given = section.get("tags")
    if isinstance(given, dict):
        return dict(given)
    if not given:
        return None
    pairs = [item.partition("=") for item in given.replace("\n", ",").split(",") if item.strip()]
    if not all(key.strip() and equals for key, equals, _ in pairs):
        raise ConfigError(f"The profile {profile!r} has tags that are not of the form key=value, key=value.")
    return {key.strip(): value.strip() for key, _, value in pairs}
