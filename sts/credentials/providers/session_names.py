"""Generated session names. CloudTrail shows them, so they identify where the session was created."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from importlib import import_module

LONGEST_NAME = 64
_NOT_ALLOWED = re.compile(r"[^\w+=,.@-]+", re.ASCII)


def session_name(given: str | Mapping[str, str] | None = None) -> str:
    """
    Return a valid session name: from the text *given*, or `lambda-<function>`, `github-<repository>-<run>` or `<user>@<host>`.

    In a text, characters that STS does not allow become dashes, and 64 characters are kept. A mapping replaces the environment.
    The owner of the role sees the name in CloudTrail. Give your own text if it must not contain user and host.
    """
    if isinstance(given, str):
        return valid_name(given)
    environ = os.environ if given is None else given
    function, repository = environ.get("AWS_LAMBDA_FUNCTION_NAME"), environ.get("GITHUB_REPOSITORY")
    if function:
        return valid_name(f"lambda-{function}")
    if repository and environ.get("GITHUB_ACTIONS") == "true":
        run = environ.get("GITHUB_RUN_ID", "0")
        return f"{valid_name(f'github-{repository}')[: LONGEST_NAME - 1 - len(run)]}-{run}"
    host = os.uname().nodename if hasattr(os, "uname") else environ.get("COMPUTERNAME", "")
    return valid_name(f"{_user(environ)}@{host.partition('.')[0] or 'unknown'}")


def valid_name(text: str) -> str:
    """Return *text* as a session name: dashes for characters that STS does not allow, and at most 64 characters."""
    name = _NOT_ALLOWED.sub("-", text)[:LONGEST_NAME]
    return name if len(name) >= 2 else f"sts-{name}"


def _user(environ: Mapping[str, str]) -> str:
    for variable in ("LOGNAME", "USER", "USERNAME"):
        if environ.get(variable):
            return environ[variable]
    try:
        name: str = import_module("pwd").getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError, AttributeError):  # Windows, or a container's user without an entry
        return "sts"
    return name
