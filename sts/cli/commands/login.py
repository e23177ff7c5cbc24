"""The commands `login` and `logout`: tokens of AWS IAM Identity Center."""

from __future__ import annotations

import argparse
import os
from typing import Any

from sts.cli.command_parser import CommandParser
from sts.cli.session import call_options, profile_name
from sts.cli.sso_login import Place, SignIn, place_of, sign_out
from sts.cli.terminal import ask, has_terminal, note
from sts.credentials.exchange.fetch import client_handler
from sts.settings.profiles import load_profiles

LOGIN = """Sign in to AWS IAM Identity Center for a profile with sso_session or sso_start_url, as `aws sso login` does.

The command opens a browser on this machine. With --no-browser, as on a server, it shows an address and a code for any other
browser. The token is cached in ~/.aws/sso/cache in the format of the AWS CLI: both programs use it and refresh it.

Examples:
  sts login prod
  sts login prod --no-browser"""
LOGOUT = """End the session that `sts login` or `aws sso login` began for a profile, and remove its token.

Example: sts logout prod"""
QUESTION = "The SSO token is missing or has expired. Sign in now? [Y/n] "


def add_login(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(LOGIN, run=login, needs="[PROFILE]", choose=True)
    parser.add_argument("--no-browser", action="store_true", help="show an address and a code instead of opening a browser")
    parser.add_argument("--use-device-code", action="store_true", help="use a code even with a browser")
    parser.add_argument("--browser", metavar="COMMAND", help="program to open the page with")


def add_logout(parser: CommandParser) -> None:
    """Describe the command."""
    parser.describe(LOGOUT, run=logout, needs="[PROFILE]", choose=True)


def login(arguments: Any) -> None:
    """Sign in."""
    place, connection = service_of(arguments)
    device = arguments.no_browser or arguments.use_device_code or not place.session.name
    with connection as handler:
        sign_in = SignIn(place, handler, note)
        if device:
            document = sign_in.with_device(opens=not arguments.no_browser, browser=arguments.browser)
        else:
            document = sign_in.with_browser(arguments.browser)
    note(f"signed in to {place.session.start_url}; the token is valid until {document['expiresAt']}")


def offer(arguments: Any) -> bool:
    """Offer a sign-in on the terminal. Returns False without a terminal or if the user declines."""
    try:
        if not has_terminal() or ask(QUESTION).lower() not in ("", "y", "yes"):
            return False
    except OSError:
        return False
    login(argparse.Namespace(**{"no_browser": False, "use_device_code": False, "browser": None, **vars(arguments)}))
    return True


def logout(arguments: Any) -> None:
    """Sign out."""
    place, connection = service_of(arguments)
    with connection as handler:
        found = sign_out(place, handler)
    note(f"signed out of {place.session.start_url}" if found else "there was no token to remove")


def service_of(arguments: Any) -> tuple[Place, Any]:
    """Return the place of sign-in for the profile of the command line or the environment, and the connection to it."""
    place = place_of(load_profiles(os.environ), profile_name(arguments))
    transport = {name: value for name, value in call_options(arguments).items() if name == "verify"}
    return place, client_handler(None, transport, os.environ)
