"""Credentials as text: for shells, for files, for programs."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from sts.base.time import format_timestamp
from sts.cli.exported import FORGOTTEN, KEYS, exported_names, marks
from sts.cli.kept import members
from sts.cli.session import client_options
from sts.identity import Credentials

UNSET = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
"""Variables that some SDKs prefer to keys in the environment."""


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


def exports(arguments: Any, credentials: Credentials, region: str | None) -> dict[str, str | None]:
    """Return the variables to set, and as None those to remove, so that programs use *credentials*."""
    environ = os.environ
    found = {**variables(credentials, region), **endpoint_variable(arguments)}
    removed = [*FORGOTTEN, *exported_names(environ), *(name for name in KEYS if name in environ), *stale(environ)]
    return {**dict.fromkeys(removed), **found, **marks(arguments, found)}


def endpoint_variable(arguments: Any) -> dict[str, str]:
    """Return the variable for the endpoint that the command line gives."""
    endpoint = client_options(arguments).get("endpoint")
    return {"AWS_ENDPOINT_URL_STS": endpoint} if endpoint else {}


def shell_lines(shell: str, values: Mapping[str, str | None]) -> str:
    """Return lines that set each variable in *shell* to its value, or remove it where that is None."""
    assign, remove, quote = SHELLS[shell]
    return "\n".join(
        remove.format(name) if value is None else assign.format(name, quote(value)) for name, value in values.items()
    )


def quote_fish(value: str) -> str:
    """Return *value* in fish's single quotes."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def quote_powershell(value: str) -> str:
    """Return *value* in PowerShell's single quotes; it takes typographic quotes (U+2018 to U+201B) for quotes too."""
    return "'" + "".join(one * 2 if one in "'\u2018\u2019\u201a\u201b" else one for one in value) + "'"


SHELLS: dict[str, tuple[str, str, Callable[[str], str]]] = {
    "env": ("export {}={}", "unset {}", shlex.quote),
    "fish": ("set -gx {} {}", "set -e {}", quote_fish),
    "powershell": ("$Env:{} = {}", "Remove-Item -ErrorAction Ignore Env:{}", quote_powershell),
}
"""How each shell sets a variable, removes it, and quotes a value."""


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
    "json": as_json,
    "credential-process": as_credential_process,
    "profile": as_profile,
}
"""Forms that are not for a shell; those for shells are in `SHELLS`."""
