"""The command `exec`: any program, with credentials in its environment or from a server on loopback."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from importlib import import_module
from typing import Any

from sts.cli.command_parser import CommandParser
from sts.cli.formats import endpoint_variable, exports, stale
from sts.cli.session import region_of, retrieve, session_provider
from sts.cli.target import ENDPOINT, KEY, KEYS, OURS, REGION, SERVED, SHELL, exported_names, marks
from sts.cli.terminal import note
from sts.settings.profiles import load_profiles

TEXT = """Run a command with the credentials and the region in its environment.

The first word is a profile, or the ARN of a role to assume. Without a command, a shell is opened. AWS_PROFILE is removed,
because some SDKs prefer it to keys. Keys in the environment expire with the session. With --server the program gets the
address of a server on 127.0.0.1 instead, from which each AWS SDK fetches new credentials while the program runs.

Examples:
  sts exec prod -- terraform plan
  sts exec --server prod -- terraform apply
  sts exec prod
  sts exec --role-arn arn:aws:iam::123456789012:role/demo --duration 15m -- aws s3 ls"""
CODES = """exit codes:
  N    exit code of the command, or 128 plus the number of the signal that ended it
  126  the command cannot be run
  127  the command was not found
  252 to 255  as for all commands; the command was not run"""
NOT_EXECUTABLE, NOT_FOUND = 126, 127
PASSED_ON = ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGBREAK")
"""Signals to forward to the program. SIGINT is forwarded only if no terminal sends it to the program as well."""


def add_exec(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(TEXT, run=execute, codes=CODES, choose=False, renews=True)
    parser.usage = "sts exec [PROFILE] [options] [-- COMMAND [ARGUMENT ...]]"
    parser.add_argument("--server", dest="serve", action="store_true", help="serve credentials on 127.0.0.1, and refresh them")
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND", help="command to run and its arguments, after --")
    parser.takes_program = True


def execute(arguments: Any) -> int:
    """Replace this process by the command. With work to do while it runs, run it as a child and return its exit code."""
    words, more = arguments.words, {}
    if not words:
        words, more = [os.environ.get("SHELL") or ("powershell" if os.name == "nt" else "/bin/sh")], {SHELL: "exec"}
        if os.environ.get(SHELL):
            note("this shell was opened by `sts exec`; the new shell runs inside it")
    if arguments.serve:
        provider = session_provider(arguments)
        provider.retrieve()  # fails before the command runs
        with import_module("sts.cli.loopback").serve_credentials(provider) as server:
            return run_child(words, {**served_environment(arguments, server), **more})
    environ = {**environment(arguments), **more}
    sys.stdout.flush()
    if arguments.local or os.name == "nt":
        return run_child(words, environ)
    try:
        os.execvpe(words[0], words, environ)  # noqa: S606 - running what the user names is the point
    except OSError as error:
        return tell_failure(words[0], error)


def environment(arguments: Any) -> dict[str, str]:
    """Return the environment of this process with the credentials."""
    changes = exports(arguments, retrieve(arguments), region_of(arguments))
    kept = {name: value for name, value in os.environ.items() if name not in changes and name not in SERVED}
    return {**kept, **{name: value for name, value in changes.items() if value is not None}}


def served_environment(arguments: Any, server: Any) -> dict[str, str]:
    """Return the environment with the address of *server*, without variables that SDKs prefer to it."""
    region = region_of(arguments)
    regions = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else {}
    found = {**server.variables(), **regions, **endpoint_variable(arguments)}
    away = {*exported_names(os.environ), *KEYS, *stale(os.environ), *SERVED, *OURS, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"}
    away |= {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"}
    kept = {name: value for name, value in os.environ.items() if name not in away}
    ours = {name: value for name, value in marks(arguments, found).items() if name not in (KEY, REGION, ENDPOINT)}
    return {**kept, **found, **ours, **hide_default_profile()}


def hide_default_profile() -> dict[str, str]:
    """Return variables that hide a default profile with credentials, which SDKs would prefer to the server."""
    section = load_profiles(os.environ).profiles.get("default", {})
    sources = ("aws_access_key_id", "role_arn", "credential_process", "sso_session", "sso_start_url", "web_identity_token_file")
    if not any(section.get(name) for name in (*sources, "login_session")):
        return {}
    note("the default profile has credentials; the shared files are hidden from the program so that it uses the server")
    return {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def run_child(words: list[str], environ: dict[str, str]) -> int:
    """Run the command and return its exit code. Signals are forwarded to the command."""
    children: list[subprocess.Popen[bytes]] = []
    waiting: list[int] = []
    interactive = is_in_foreground()

    def pass_on(number: int, _frame: object) -> None:
        if number == signal.SIGINT and interactive:
            return
        for child in children:
            child.send_signal(number)
        if not children:
            waiting.append(number)

    names = [getattr(signal, name) for name in PASSED_ON if hasattr(signal, name)]
    earlier = {name: signal.signal(name, pass_on) for name in names}
    try:
        children.append(subprocess.Popen(words, env=environ))  # noqa: S603 - running what the user names is the point
        for number in waiting:
            children[0].send_signal(number)
        code = children[0].wait()
    except OSError as error:
        return tell_failure(words[0], error)
    finally:
        for name, handler in earlier.items():
            signal.signal(name, handler)
    return code if code >= 0 else 128 - code


def is_in_foreground() -> bool:
    """Return whether Ctrl-C on the terminal reaches both this process and its children."""
    try:
        with open("/dev/tty", encoding="utf-8") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except (OSError, AttributeError):
        return os.name == "nt"


def tell_failure(word: str, error: OSError) -> int:
    """Report why the command cannot be run. Returns the exit code."""
    if isinstance(error, FileNotFoundError):
        note(f"the command {word!r} was not found. Write a command with arguments after --, as in: sts exec prod -- env")
        return NOT_FOUND
    note(f"{word} cannot be run: {error.strerror}")
    return NOT_EXECUTABLE
