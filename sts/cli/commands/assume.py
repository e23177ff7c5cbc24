"""The command `assume`: a role's credentials for a shell, a file or a program."""

from __future__ import annotations

import os
from typing import Any

from sts.cli.command_parser import CommandParser
from sts.cli.formats import FORMS, SHELLS, document, exports, members, shell_lines
from sts.cli.output import mask, print_text, warn_hidden
from sts.cli.session import region_of, retrieve
from sts.cli.target import exported_names
from sts.cli.terminal import note
from sts.cli.usage import UsageError

TEXT = """Assume a role and print the session's credentials, for a shell by default.

The first word is a profile, or the ARN of a role that the current credentials may assume. Without it, the command renews
the session that it exported before, or asks for a profile on the terminal. The forms:

  env                  lines for sh, bash and zsh         eval "$(sts assume prod)"
  fish, powershell     lines for these shells             sts assume prod --format fish | source
  json                 an object like AssumeRole's result
  credential-process   as the setting credential_process requires it
  profile              a section for ~/.aws/credentials

`sts shell-init` prints a shell function that needs no eval. Sessions are cached in ~/.aws/sts/cache until they must be
refreshed, so that a second call is fast and asks for no MFA code. --no-cache makes a new session.

Examples:
  eval "$(sts assume prod)"
  eval "$(sts assume arn:aws:iam::123456789012:role/demo)"
  eval "$(sts assume --unset)"
  sts assume arn:aws:iam::210987654321:role/Audit --chain arn:aws:iam::123456789012:role/Hub --mfa
  sts assume prod --duration max --format profile >> ~/.aws/credentials"""


def add_assume(parser: CommandParser) -> None:
    """Add the options of the command."""
    usual = "powershell" if os.name == "nt" else "env"
    parser.describe(TEXT, run=assume, needs="[PROFILE]", format=usual, choose=True, renews=True)
    forms = "env, fish, powershell, json, credential-process or profile"
    parser.add_argument("--format", choices=sorted([*SHELLS, *FORMS]), metavar="FORM", help=forms)
    parser.add_argument("--profile-name", metavar="NAME", help="name of the profile in --format profile; default: role name")
    parser.add_argument("--unset", action="store_true", help="remove the variables that an earlier call exported")


def assume(arguments: Any) -> None:
    """Print the credentials of the session, or the lines that remove those of an earlier call."""
    if arguments.unset:
        form = arguments.format if arguments.format in SHELLS else "env"
        print(shell_lines(form, dict.fromkeys(exported_names(os.environ))))
        return
    if arguments.chain and not arguments.role_arn:
        raise UsageError("The role is missing: --chain names only the roles before it. Name the role with --role-arn.")
    earlier = os.environ.get("AWS_SESSION_TOKEN") and arguments.profile is None and arguments.role_arn
    if earlier:
        note("the role is assumed from within another session; AWS limits such a chain to one hour")
    credentials = retrieve(arguments)
    region = region_of(arguments)
    if arguments.format in SHELLS:
        print(shell_lines(arguments.format, exports(arguments, credentials, region)))
        return
    found = mask(members(credentials)) if warn_hidden(arguments) else members(credentials)
    name = arguments.profile_name or (arguments.role_arn or arguments.profile or "session").rpartition("/")[2]
    print_text(document(arguments.format, found, region, name))
