"""The command `exec`: any program, with credentials in its environment."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from typing import Any

from sts.cli.formats import stale, variables
from sts.cli.options import add_role, page
from sts.cli.session import client_options, region_of, session_provider
from sts.cli.terminal import note
from sts.errors import ConfigError

TEXT = """Run a command with the credentials, and the region, in its environment; nothing is written anywhere for it.

AWS_PROFILE is taken away, since some SDKs heed it more than keys. The command gets the credentials once: one that runs
longer than the session needs a profile with `sts credential-process` instead."""
CODES = """exit codes:
  N    the command's own, or 128 and the number of the signal that ended it
  126  the command cannot be run
  127  there is no such command
  1, 2, 130  as for all commands, when there are no credentials to run it with"""
NOT_EXECUTABLE, NOT_FOUND = 126, 127


def add_exec(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    page(
        parser,
        TEXT,
        "sts exec --profile ci -- terraform plan",
        "sts exec --role-arn arn:aws:iam::123456789012:role/demo --duration 15m -- aws s3 ls",
        codes=CODES,
    )
    parser.usage = "sts exec [options] -- COMMAND [ARGUMENT ...]"
    add_role(parser)
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND", help="what to run, with its arguments, after --")
    parser.set_defaults(run=execute)


def execute(arguments: Any) -> int:
    """Become the command; with --local, or on Windows, run it and return its exit code."""
    words = arguments.words[1:] if arguments.words[:1] == ["--"] else arguments.words
    if not words:
        raise ConfigError("There is no command to run; give it after --, as in: sts exec -- env")
    environ = environment(arguments)
    sys.stdout.flush()
    try:
        if arguments.local or os.name == "nt":
            return run_child(words, environ)
        os.execvpe(words[0], words, environ)  # noqa: S606 - running what the user names is the point
    except FileNotFoundError:
        note(f"there is no command {words[0]!r}")
        return NOT_FOUND
    except OSError as error:
        note(f"{words[0]} cannot be run: {error.strerror}")
        return NOT_EXECUTABLE


def environment(arguments: Any) -> dict[str, str]:
    """Return this process's environment with the credentials in it."""
    credentials = session_provider(arguments).retrieve()
    environ = {name: value for name, value in os.environ.items() if name not in stale(os.environ)}
    for name in ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION"):
        environ.pop(name, None)
    endpoint = client_options(arguments).get("endpoint")
    more = {"AWS_ENDPOINT_URL_STS": endpoint} if endpoint else {}
    return {**environ, **variables(credentials, region_of(arguments)), **more}


def run_child(words: list[str], environ: dict[str, str]) -> int:
    """Run the command and return its exit code; Ctrl-C is the command's to handle."""
    child = subprocess.Popen(words, env=environ)  # noqa: S603 - as above
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue  # the terminal has sent it to the command as well
        return code if code >= 0 else 128 - code
