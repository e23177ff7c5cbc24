"""Credentials as text: for shells, for files, for programs."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from sts.base.time import format_timestamp
from sts.cli.session import client_options
from sts.cli.target import FORGOTTEN, KEYS, exported_names, marks
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
    """Return the variables of *environ* that some SDKs prefer to keys in the environment."""
    return [name for name in UNSET if environ.get(name)]


def exports(arguments: Any, credentials: Credentials, region: str | None) -> dict[str, str | None]:
    """Return the variables that make programs use *credentials*; the value None removes a variable."""
    environ = os.environ
    found = {**variables(credentials, region), **endpoint_variable(arguments)}
    removed = [*FORGOTTEN, *exported_names(environ), *(name for name in KEYS if name in environ), *stale(environ)]
    return {**dict.fromkeys(removed), **found, **marks(arguments, found)}


def endpoint_variable(arguments: Any) -> dict[str, str]:
    """Return the variable for the endpoint of the command line."""
    endpoint = client_options(arguments).get("endpoint")
    return {"AWS_ENDPOINT_URL_STS": endpoint} if endpoint else {}


def shell_lines(shell: str, values: Mapping[str, str | None]) -> str:
    """Return lines for *shell* that set each variable, or remove it if its value is None."""
    assign, remove, quote = SHELLS[shell]
    return "\n".join(
        remove.format(name) if value is None else assign.format(name, quote(value)) for name, value in values.items()
    )


def quote_fish(value: str) -> str:
    """Return *value* in fish's single quotes."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def quote_powershell(value: str) -> str:
    """Return *value* in single quotes of PowerShell, which also treats U+2018 to U+201B as quotes."""
    return "'" + "".join(one * 2 if one in "'\u2018\u2019\u201a\u201b" else one for one in value) + "'"


SHELLS: dict[str, tuple[str, str, Callable[[str], str]]] = {
    "env": ("export {}={}", "unset {}", shlex.quote),
    "fish": ("set -gx {} {}", "set -e {}", quote_fish),
    "powershell": ("$Env:{} = {}", "Remove-Item -ErrorAction Ignore Env:{}", quote_powershell),
}
"""Per shell: syntax to set and to remove a variable, and the function that quotes a value."""


def members(credentials: Credentials) -> dict[str, Any]:
    """Return *credentials* under the member names of the service, with None for absent members."""
    expiration = credentials.expiration
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": format_timestamp(expiration.replace(microsecond=0)) if expiration else None,
        "AccountId": credentials.account_id,
    }


FORMS = ("json", "credential-process", "profile")
"""Forms for files and programs; `SHELLS` has those for shells."""


def document(form: str, members: Mapping[str, Any], region: str | None, name: str) -> str:
    """Return credentials with these *members* in one of `FORMS`: for a profile, that is one called *name*."""
    given = {member: value for member, value in members.items() if value is not None}
    if form == "json":
        return json.dumps({"Credentials": given}, indent=2)
    if form == "credential-process":
        return json.dumps({"Version": 1, **given})
    settings = {
        "aws_access_key_id": members["AccessKeyId"],
        "aws_secret_access_key": members["SecretAccessKey"],
        "aws_session_token": members["SessionToken"],
        "region": region,
    }
    return "\n".join([f"[{name}]", *(f"{key} = {value}" for key, value in settings.items() if value)])
