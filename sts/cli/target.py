"""
The first word of a command: a profile or the ARN of a role. Without it, the environment or a choice on the terminal decides.

Imports little, because a cached `credential-process` uses this module.
"""

from __future__ import annotations

import os
import time
from importlib import import_module

from sts.cli import exported_variables

TYPE_CHECKING = False  # type checkers take it for typing's, and typing takes time to load
if TYPE_CHECKING:
    from typing import Any

SOURCES = (
    *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    *("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
)
"""Variables that configure a source of credentials."""


def resolve_target(arguments: Any) -> None:
    """Turn the first word into `--profile` or `--role-arn`. Raises UsageError if the options name another one."""
    exported_variables.FORGOTTEN.clear()
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
        exported_variables.forget_exported()
    elif exported_variables.is_expired(os.environ, time.time()):
        repeat_or_refuse(arguments)
    elif hasattr(arguments, "choose") and is_open(arguments):
        arguments.profile = import_module("sts.cli.picker").choose_profile(always=arguments.choose)


def repeat_or_refuse(arguments: Any) -> None:
    """
    Take profile and role of the expired session from our variables if the command renews it.

    Raises CredentialsError if another command would use the expired credentials.
    """
    profile, role = os.environ.get(exported_variables.PROFILE), os.environ.get(exported_variables.ROLE)
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
    exported_variables.forget_exported()


def is_open(arguments: Any) -> bool:
    """Return whether neither the command line nor the environment configures a source of credentials."""
    return not (
        arguments.local
        or arguments.role_arn
        or getattr(arguments, "unset", False)
        or getattr(arguments, "github_oidc", False)
        or any(os.environ.get(name) for name in SOURCES)
    )
