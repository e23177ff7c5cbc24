"""Credentials as text: for shells, for files, for programs."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from sts.base.time import format_timestamp
from sts.cli.kept import members
from sts.identity import Credentials

UNSET = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
"""Variables that some SDKs heed more than keys in the environment."""


def variables(credentials: Credentials, region: str | None = None) -> dict[str, str]:
    """Return *credentials* (and *region*) as the variables that every AWS SDK reads."""
    found = {
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": credentials.session_token,
        "AWS_CREDENTIAL_EXPIRATION": format_timestamp(credentials.expiration) if credentials.expiration else None,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
    }
    return {name: value for name, value in found.items() if value}


def stale(environ: Mapping[str, str]) -> list[str]:
    """Return the variables of *environ* that would get in the way of credentials in the environment."""
    return [name for name in UNSET if environ.get(name)]


def as_env(credentials: Credentials, region: str | None, name: str) -> str:  # noqa: ARG001 - one form for all formats
    """Return lines for sh, bash and zsh: `eval "$(sts assume ...)"`."""
    lines = [f"export {key}={shlex.quote(value)}" for key, value in variables(credentials, region).items()]
    return "\n".join([*lines, *(f"unset {key}" for key in stale(os.environ))])


def as_fish(credentials: Credentials, region: str | None, name: str) -> str:  # noqa: ARG001 - one form for all formats
    """Return lines for fish: `sts assume --format fish ... | source`."""
    lines = []
    for key, value in variables(credentials, region).items():
        quoted = value.replace("\\", "\\\\").replace("'", "\\'")
        lines.append(f"set -gx {key} '{quoted}'")
    return "\n".join([*lines, *(f"set -e {key}" for key in stale(os.environ))])


def as_powershell(credentials: Credentials, region: str | None, name: str) -> str:  # noqa: ARG001 - one form for all formats
    """Return lines for PowerShell: `sts assume --format powershell ... | Out-String | Invoke-Expression`."""
    lines = []
    for key, value in variables(credentials, region).items():
        quoted = value.replace("'", "''")
        lines.append(f"$Env:{key} = '{quoted}'")
    return "\n".join([*lines, *(f"Remove-Item Env:{key}" for key in stale(os.environ))])


def as_json(credentials: Credentials, region: str | None, name: str) -> str:  # noqa: ARG001 - one form for all formats
    """Return a JSON object like the result of AssumeRole."""
    return json.dumps({"Credentials": given(credentials)}, indent=2)


def as_credential_process(credentials: Credentials, region: str | None, name: str) -> str:  # noqa: ARG001 - one form for all
    """Return what the setting credential_process wants."""
    return json.dumps({"Version": 1, **given(credentials)})


def as_profile(credentials: Credentials, region: str | None, name: str) -> str:
    """Return a profile called *name* for ~/.aws/credentials."""
    found = {
        "aws_access_key_id": credentials.access_key_id,
        "aws_secret_access_key": credentials.secret_access_key,
        "aws_session_token": credentials.session_token,
        "region": region,
    }
    return "\n".join([f"[{name}]", *(f"{key} = {value}" for key, value in found.items() if value)])


def given(credentials: Credentials) -> dict[str, Any]:
    """Return the members that *credentials* have."""
    return {name: value for name, value in members(credentials).items() if value is not None}


Format = Callable[[Credentials, "str | None", str], str]
FORMATS: dict[str, Format] = {
    "env": as_env,
    "json": as_json,
    "powershell": as_powershell,
    "fish": as_fish,
    "credential-process": as_credential_process,
    "profile": as_profile,
}
FOR_SHELLS = frozenset({"env", "fish", "powershell"})
"""Formats whose point is to be read by the shell that they are printed in."""
