"""
The target of a command: the profile or role in its first word, in the variables of an earlier command, or chosen.

`assume` and `exec` export the variables that every AWS SDK reads. A few of our own record the profile and role of the session,
and the key and region that were exported. A later command uses them to repeat or remove the session, and to give a named
profile precedence. Imports little, because a cached `credential-process` uses this module.
"""

from __future__ import annotations

import os
import time
from importlib import import_module

TYPE_CHECKING = False  # type checkers take it for typing's, and typing takes time to load
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

SOURCES = (
    *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    *("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
)
"""Variables that configure a source of credentials."""
PROFILE, ROLE, KEY = "STS_ASSUMED_PROFILE", "STS_ASSUMED_ROLE", "STS_ASSUMED_KEY_ID"
REGION, ENDPOINT, UNTIL = "STS_ASSUMED_REGION", "STS_ASSUMED_ENDPOINT", "STS_ASSUMED_UNTIL"
SHELL = "STS_SHELL"
"""Set in the shell that `exec` opens without a command."""
OURS = (PROFILE, ROLE, KEY, REGION, ENDPOINT, UNTIL)
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION")
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
SERVED = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN")
"""Variables of `exec --server`."""


def resolve_target(arguments: Any) -> None:
    """Turn the first word into `--profile` or `--role-arn`. Raises UsageError if the options name another one."""
    FORGOTTEN.clear()
    word = getattr(arguments, "target", None)
    if word:
        name, what = ("role_arn", "role") if word.startswith("arn:") else ("profile", "profile")
        other = getattr(arguments, name)
        if other not in (None, word):
            flag = f"--{name.replace('_', '-')}"
            raise import_module("sts.cli.usage").UsageError(
                f"The command line names two {what}s: {word} and {flag} {other}. Name only one of them."
            )
        setattr(arguments, name, word)
    if arguments.profile is not None and not arguments.local:
        forget_exported()
    elif is_expired(os.environ, time.time()):
        repeat_or_refuse(arguments)
    elif hasattr(arguments, "choose") and is_open(arguments):
        arguments.profile = import_module("sts.cli.picker").choose_profile(always=arguments.choose)


def repeat_or_refuse(arguments: Any) -> None:
    """Take profile and role of the expired session if the command renews it. Raises CredentialsError otherwise."""
    profile, role = os.environ.get(PROFILE), os.environ.get(ROLE)
    if not getattr(arguments, "renews", False):
        ended = os.environ.get("AWS_CREDENTIAL_EXPIRATION")
        again = 'eval "$(sts assume)"' if profile or role else 'eval "$(sts assume PROFILE)"'
        raise import_module("sts.errors").CredentialsError(
            f"The credentials in AWS_ACCESS_KEY_ID and the variables beside it expired at {ended}. "
            f'Renew them with: {again}. Remove them with: eval "$(sts assume --unset)"'
        )
    arguments.profile = arguments.profile or profile
    if not arguments.role_arn and role:
        arguments.role_arn = role
    forget_exported()


def is_open(arguments: Any) -> bool:
    """Return whether neither the command line nor the environment configures a source of credentials."""
    return not (
        arguments.local
        or arguments.role_arn
        or getattr(arguments, "unset", False)
        or getattr(arguments, "github_oidc", False)
        or any(os.environ.get(name) for name in SOURCES)
    )


def exported_names(environ: Mapping[str, str]) -> list[str]:
    """Return the variables in *environ* that `assume` or `exec` exported, unless they have changed since."""
    names = [name for name in KEYS if name in environ] if environ.get(KEY) and environ.get(KEY) == environ.get(KEYS[0]) else []
    names += [name for name in REGIONS if environ.get(REGION) and environ.get(name) == environ.get(REGION)]
    endpoint = "AWS_ENDPOINT_URL_STS"
    names += [endpoint] if environ.get(ENDPOINT) and environ.get(endpoint) == environ.get(ENDPOINT) else []
    return [*names, *(name for name in OURS if name in environ)]


def marks(arguments: Any, values: Mapping[str, str]) -> dict[str, str]:
    """Return our own variables for the exported AWS variables *values*. A region set by the user is not marked."""
    environ = os.environ
    own_region = REGION not in environ and any(environ.get(name) for name in REGIONS)
    found = {
        PROFILE: arguments.profile or environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE") or "",
        ROLE: getattr(arguments, "role_arn", None) or "",
        KEY: values.get("AWS_ACCESS_KEY_ID", ""),
        REGION: "" if own_region else values.get("AWS_REGION", ""),
        ENDPOINT: values.get("AWS_ENDPOINT_URL_STS", ""),
        UNTIL: str(end) if (end := unix_time(values.get("AWS_CREDENTIAL_EXPIRATION", ""))) else "",
    }
    return {name: value for name, value in found.items() if value}


FORGOTTEN: list[str] = []
"""Variables that `forget_exported` removed from this process; the shell still has them."""


def forget_exported() -> None:
    """Remove the variables that `assume` or `exec` exported from the environment of this process."""
    FORGOTTEN[:] = exported_names(os.environ)
    for name in FORGOTTEN:
        del os.environ[name]
    if os.environ.get(SHELL):
        for name in SERVED:
            os.environ.pop(name, None)


def is_expired(environ: Mapping[str, str], now: float) -> bool:
    """Return whether the exported session has expired."""
    if not environ.get(KEY) or environ.get(KEY) != environ.get(KEYS[0]):
        return False
    end = unix_time(environ.get("AWS_CREDENTIAL_EXPIRATION", ""))
    return end is not None and end <= now


def unix_time(text: str) -> int | None:
    """Return the Unix time of an expiration in the environment, or None if it is not a UTC time."""
    from calendar import timegm  # loaded only if a session was exported
    from time import strptime

    try:
        return timegm(strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        return None
