"""The command `assume`: a role's credentials for a shell, a file or a program."""

from __future__ import annotations

import argparse
import os
from datetime import datetime
from typing import Any

from sts.base.records import Record
from sts.cli.formats import FOR_SHELLS, FORMATS
from sts.cli.options import add_role, page
from sts.cli.output import MASK, require, warn_hidden
from sts.cli.session import region_of, session_provider
from sts.errors import ConfigError
from sts.identity import Credentials

TEXT = """Assume a role, or several in turn, and print the session's credentials.

Sessions are kept in ~/.aws/sts/cache until it is time for new ones, so that a second call is quick and asks for no
MFA code. --no-cache makes a new one. The forms:

  env                  lines for sh, bash and zsh         eval "$(sts assume ARN)"
  fish, powershell     lines for these shells
  json                 an object like AssumeRole's result
  credential-process   as the setting credential_process wants it
  profile              a section for ~/.aws/credentials

Without a role the credentials that are found anyway are printed, such as those of an SSO profile."""


def add_assume(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    page(
        parser,
        TEXT,
        'eval "$(sts assume arn:aws:iam::123456789012:role/demo)"',
        "sts assume arn:aws:iam::210987654321:role/Audit --chain arn:aws:iam::123456789012:role/Hub --mfa",
        "sts assume arn:aws:iam::123456789012:role/demo --duration max --format profile >> ~/.aws/credentials",
        needs="ARN",
    )
    add_role(parser)
    parser.add_argument("role", nargs="?", metavar="ARN", help="role to assume; the same as --role-arn")
    parser.add_argument(
        "--format", choices=sorted(FORMATS), metavar="FORM", help="env, fish, powershell, json, credential-process or profile"
    )
    parser.add_argument("--profile-name", metavar="NAME", help="name of the section that --format profile prints")
    parser.set_defaults(run=print_session, role=None, format="powershell" if os.name == "nt" else "env", profile_name=None)


def print_session(arguments: Any) -> None:
    """Print the session's credentials."""
    if arguments.role and arguments.role_arn not in (None, arguments.role):
        raise ConfigError(f"Two roles are given, {arguments.role} and --role-arn {arguments.role_arn}; give one of them.")
    arguments.role_arn = arguments.role_arn or arguments.role
    if arguments.chain:
        require(arguments.role_arn, "The role", "--chain says which roles come before it")
    credentials = session_provider(arguments).retrieve()
    if arguments.format not in FOR_SHELLS and warn_hidden(arguments):
        credentials = hidden(credentials)
    name = arguments.profile_name or (arguments.role_arn or "session").rpartition("/")[2]
    print(FORMATS[arguments.format](credentials, region_of(arguments), name))


class Hidden(Record):
    """Credentials as they are shown on a terminal: without their secrets."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None
    expiration: datetime | None
    account_id: str | None


def hidden(credentials: Credentials) -> Any:
    """Return *credentials* without their secrets, to be shown on a terminal."""
    token = MASK if credentials.session_token else None
    return Hidden(credentials.access_key_id, MASK, token, credentials.expiration, credentials.account_id)
