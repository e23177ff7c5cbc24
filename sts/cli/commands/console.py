"""The commands `console` and `login-url`: sign in to the AWS console with credentials."""

from __future__ import annotations

from typing import Any

from sts.cli.command_parser import CommandParser, duration
from sts.cli.loopback import open_privately
from sts.cli.session import handler_of, open_client
from sts.cli.terminal import note
from sts.cli.usage import UsageError
from sts.errors import CredentialsError
from sts.tokens.console import console_url

TEXT = """Make a link that signs a browser in to the AWS console with temporary credentials, and print it.

The link works for 15 minutes and for anyone who sees it. The browser stays signed in until the credentials expire, or for
--session-duration. AWS accepts that option only for a role that was assumed with the long-term credentials of a user.

Examples:
  sts console prod --open
  sts console prod --browser 'firefox -P work'
  sts console --open --role-arn arn:aws:iam::123456789012:role/demo
  sts console --destination s3/buckets --profile ci"""
LOGIN = """Print a link that signs a browser in to the AWS console with temporary credentials, and nothing else.

`sts console --open` opens the link in a browser.

Example: sts login-url prod --destination cloudwatch/home"""


def add_console(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(TEXT, run=console)
    parser.add_argument("--open", action="store_true", help="open the link in a browser instead of printing it")
    parser.add_argument("--browser", metavar="COMMAND", help="program to open it with, such as 'firefox -P work'")
    add_where(parser)


def add_login_url(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(LOGIN, run=console, open=False, browser=None)
    add_where(parser)


def add_where(parser: CommandParser) -> None:
    """Add the options that both commands share."""
    parser.set_defaults(destination="", choose=True)
    parser.add_argument("--destination", metavar="PATH", help="path in the console, such as s3/buckets, or an https URL")
    parser.add_argument("--session-duration", type=duration, metavar="TIME", help="15m to 12h")
    parser.add_argument("--issuer", metavar="URL", help="page to sign in again, which AWS shows when the session has expired")


def console(arguments: Any) -> None:
    """Open the link if requested and a browser is available; otherwise print it."""
    url = make_url(arguments)
    if arguments.open or arguments.browser:
        if open_privately(url, arguments.browser):
            note("the console opens in the browser")
            return
        note("no browser could be opened. Open this link within 15 minutes, and do not share it")
    print(url)


def make_url(arguments: Any) -> str:
    """Return the link."""
    if arguments.local:
        raise UsageError("--local cannot be used: the AWS console does not accept credentials of a local STS. Remove --local.")
    with open_client(arguments) as client:
        if not client._wire().credentials.retrieve().session_token:
            raise CredentialsError(
                "The credentials are long-term keys of a user, and the console accepts only temporary credentials. "
                "Name a role with --role-arn."
            )
        more = {"session_duration": arguments.session_duration, "issuer": arguments.issuer}
        return console_url(arguments.destination, client=client, **more, handler=handler_of(arguments))
