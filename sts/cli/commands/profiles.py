"""The command `profiles`: the profiles of the shared files."""

from __future__ import annotations

import argparse
import os
from typing import Any

from sts.cli.command_parser import CommandParser
from sts.cli.option_table import defaults
from sts.cli.output import print_result, readable
from sts.cli.quick import read_session, session_path
from sts.cli.terminal import note
from sts.settings.profiles import load_profiles

TEXT = """List the profiles of the shared files: account, role, source of the credentials, and expiration of the cached session.

Each name can be the first word of `sts exec`, `assume`, `console` and `whoami`.

Examples:
  sts profiles
  sts profiles --json"""
SOURCES = {
    "source_profile": "profile",
    "credential_source": "credential_source",
    "web_identity_token_file": "web identity",
    "sso_session": "sso",
    "sso_start_url": "sso",
    "credential_process": "credential_process",
    "login_session": "login",
    "aws_access_key_id": "keys",
}
"""Source of a profile's credentials by configuration key; the first key in the profile decides."""


def add_profiles(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(TEXT, run=print_profiles)
    parser.add_argument("--json", action="store_true", help="print JSON; the same as --output json")


def print_profiles(arguments: Any) -> None:
    """Print the profiles."""
    profiles = load_profiles(os.environ).profiles
    rows = [describe(name, section) for name, section in profiles.items()]
    usual = "json" if arguments.json else readable()
    if not rows and usual == "readable":
        note("the shared files have no profiles. Create one with `aws configure` or `aws configure sso`")
        return
    print_result(arguments, rows, "profiles", usual)


def describe(name: str, section: Any) -> dict[str, Any]:
    """Return the description of a profile, without any request."""
    role = text(section, "role_arn") or text(section, "sso_role_name")
    arn = text(section, "role_arn").split(":")
    key = next((key for key in SOURCES if section.get(key)), None)
    source = SOURCES[key] if key else ""
    detail = text(section, key) if key in ("source_profile", "credential_source", "sso_session") else ""
    kept = read_session(session_path(argparse.Namespace(**{**defaults(), "profile": name})))
    return {
        "Profile": name,
        "Account": arn[4] if len(arn) > 5 else text(section, "sso_account_id"),
        "Role": role.rpartition("/")[2] if role else "",
        "Source": f"{source} {detail}".strip() if key != "credential_source" else detail,
        "Region": text(section, "region"),
        "KeptUntil": str(kept["Credentials"]["Expiration"]) if kept is not None else "",
    }


def text(section: Any, key: str) -> str:
    """Return the text of *key* in a profile, or ""."""
    value = section.get(key)
    return value if isinstance(value, str) else ""
