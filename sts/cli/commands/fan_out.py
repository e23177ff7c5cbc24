"""The command `fan-out`: one role in many accounts."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import sys
from collections.abc import Iterator
from typing import IO, Any

from sts.cli.command_parser import CommandParser
from sts.cli.formats import variables
from sts.cli.option_table import carried_words
from sts.cli.output import mask, warn_hidden
from sts.cli.progress import choose as choose_progress
from sts.cli.session import caching, role_options, source_provider
from sts.cli.terminal import note
from sts.cli.usage import UsageError
from sts.fan_out.blocking import assume_many
from sts.fan_out.results import Assumed, result_record

TEXT = """Assume one role in many accounts, in parallel, at a rate that the service accepts, and print each result.

The accounts are lines of ids or role ARNs (# begins a comment), JSON objects, one a line, or the output of `aws organizations
list-accounts`. An object may have its own external_id, session_name, tags and other arguments. The forms:

  json      one object a line: Account, RoleArn, and Credentials or Error
  profiles  profiles for ~/.aws/config that run `sts credential-process`: no secrets, refreshed when needed
  env       a line for each account: its id, then variables as for env(1)

Sessions are cached in ~/.aws/sts/cache. With --out, results are appended to a file that only you can read. With --resume,
the same command continues with the accounts that are not done.

Examples:
  sts fan-out --accounts accounts.txt --role-name Audit --format profiles >> ~/.aws/config
  aws organizations list-accounts | sts fan-out --accounts - --role-name Audit --out audit.jsonl --resume
  sts fan-out --accounts ids.txt --role-name Audit --format env | while read -r id vars; do env $vars ./audit; done"""
CODES = """exit codes:
  0    the role was assumed in every account
  1    some accounts failed; the results and standard error give the reasons
  252 to 255  as for all commands; nothing was assumed
  130  interrupted with Ctrl-C; the printed results are valid, and --resume continues after them"""


def add_fan_out(parser: CommandParser) -> None:
    """Add the options of the command."""
    needs = "--accounts FILE --role-name NAME"
    parser.describe(TEXT, run=fan_out, needs=needs, codes=CODES, format="json", concurrency=32)
    parser.add_argument("--accounts", required=True, metavar="FILE", help="file with the accounts, - for standard input")
    parser.add_argument("--role-name", metavar="NAME", help="name of the role in each account, with its path, if any")
    parser.add_argument("--format", choices=("json", "profiles", "env"), help="default: json")
    parser.add_argument("--concurrency", type=number, metavar="N", help="accounts in parallel; default: 32")
    parser.add_argument("--out", metavar="FILE", help="append the results to FILE instead of printing them")
    parser.add_argument("--resume", action="store_true", help="skip accounts whose credentials are in FILE of --out")
    parser.add_argument("--prefix", metavar="TEXT", help="prefix of the profile names; default: name of the role and a dash")
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def number(text: str) -> int:
    """Return a whole number, at least 1."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10000):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 9999")
    return int(text)


def fan_out(arguments: Any) -> int:
    """Assume the roles and print each result when it arrives. Returns exit code 1 if one failed."""
    if arguments.resume and not arguments.out:
        raise UsageError("--out is missing: --resume reads the earlier results from its file. Add --out FILE.")
    if arguments.resume and arguments.format != "json":
        raise UsageError("--resume needs results in the form json, which records finished accounts. Use --format json.")
    targets = list(read_targets(arguments.accounts))
    hide = arguments.out is None and arguments.format != "profiles" and warn_hidden(arguments)
    failures: list[str] = []
    shared = arguments.out is None and sys.stdout.isatty()
    with (
        open_output(arguments.out) as out,
        contextlib.closing(choose_progress(len(targets), quiet=arguments.quiet, shared=shared)) as progress,
    ):
        for result in assume_many(targets, **run_options(arguments), progress=progress.show):
            if not result.ok and len(failures) < 10:
                error = result_record(result)["Error"]
                failures.append(f"{result.account or result.target}: {error['Code']}: {error['Message']}")
            text = form(arguments, result, hide=hide)
            if text:
                print(text, file=out, flush=True)
    for failure in failures:
        note(failure)
    failed = progress.state.failed
    if failed > len(failures):
        note(f"and {failed - len(failures)} more")
    return 1 if failed else 0


def run_options(arguments: Any) -> dict[str, Any]:
    """Return the arguments of `assume_many`."""
    shared = caching(arguments)
    if arguments.profile:  # with --local too
        shared["client_options"] = {**shared["client_options"], "profile": arguments.profile}
    return {
        **role_options(arguments),
        **shared,
        "role_name": arguments.role_name,
        "concurrency": arguments.concurrency,
        "source": source_provider(arguments),
        "resume": arguments.out if arguments.resume else None,
    }


def form(arguments: Any, result: Assumed, *, hide: bool) -> str:
    """Return the lines of one result. The forms that cannot express errors omit failures."""
    if arguments.format == "json":
        record = result_record(result)
        return json.dumps(mask(record) if hide else record)
    if result.credentials is None:
        return ""
    if arguments.format == "profiles":
        return profile_of(arguments, result)
    found = variables(result.credentials)
    pairs = " ".join(f"{name}={'(hidden)' if hide and name != 'AWS_ACCESS_KEY_ID' else value}" for name, value in found.items())
    return f"{result.account} {pairs}"


def profile_of(arguments: Any, result: Assumed) -> str:
    """Return a profile for one account that runs `sts credential-process`."""
    role = result.role_arn.rpartition("/")[2]
    words = ["sts", "credential-process", "--role-arn", result.role_arn]
    source = arguments.profile or os.environ.get("AWS_PROFILE") or ("" if os.environ.get("AWS_ACCESS_KEY_ID") else "default")
    for option, value in (("--profile", source), ("--region", arguments.region), ("--endpoint", arguments.endpoint)):
        words += [option, value] if value else []
    words += carried_words(arguments)
    name = f"{arguments.prefix if arguments.prefix is not None else role + '-'}{result.account}"
    return f"[profile {name}]\ncredential_process = {shlex.join(words)}\n"


@contextlib.contextmanager
def open_output(path: str | None) -> Iterator[IO[str]]:
    """Open the output: standard output, or a file to append to that only its owner can read."""
    if path is None:
        yield sys.stdout
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    if os.name != "nt" and os.fstat(descriptor).st_mode & 0o077:
        note(f"other users can read {path}, and secrets are written to it. Change its mode to 600")
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        yield file


def read_targets(path: str) -> Iterator[Any]:
    """Yield the accounts in a file of any supported form. Raises UsageError for other content."""
    try:
        with contextlib.nullcontext(sys.stdin) if path == "-" else open(path, encoding="utf-8-sig") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"--accounts is {path!r}, and the file cannot be read: {getattr(error, 'strerror', None) or error}. "
            "Give a file with an account on each line, or - for standard input."
        ) from None
    document = read_document(text, path)
    if document is not None:
        yield from document
        return
    for number, line in enumerate(text.splitlines(), 1):
        word = line.partition("#")[0].strip() if not line.lstrip().startswith("{") else line.strip()
        if word.startswith("{"):
            try:
                yield json.loads(word)
            except ValueError as error:
                raise UsageError(f"Line {number} of {path} is not valid JSON: {error}") from None
        elif word:
            yield word.split(",")[0].strip()


def read_document(text: str, path: str) -> list[Any] | None:
    """Return the accounts in *text* if it is one JSON document; None otherwise, such as for lines of JSON."""
    if text.lstrip()[:1] not in ("[", "{"):
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        if text.lstrip().startswith("["):
            raise UsageError(f"{path} is not valid JSON: {error}") from None
        return None
    accounts = document if isinstance(document, list) else document.get("Accounts", [document])
    if not isinstance(accounts, list):
        raise UsageError(f"Accounts in {path} is not a list. Use the output of `aws organizations list-accounts`.")
    return accounts
