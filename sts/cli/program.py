"""The program: runs one command, and turns errors into messages and exit codes."""

from __future__ import annotations

import codecs
import os
import sys
from importlib import import_module

from sts.cli.command_table import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED

TYPE_CHECKING = False  # type checkers take it for typing's, and typing takes time to load
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == ["__complete"]:
        return print_completions(words[1] if len(words) > 1 else "")
    if None in (sys.stdin, sys.stdout, sys.stderr):
        open_closed_streams()
    if hasattr(sys.stdout, "reconfigure"):
        codecs.register_error("sts.escape", escape)
        sys.stdout.reconfigure(errors="sts.escape")
    try:
        # Loaded inside the try block so that Ctrl-C during the import ends the command without a traceback.
        arguments = import_module("sts.cli.command_line").parse(argv)
        if arguments.debug:
            import_module("sts.logs").enable_logging()
        code = int(run_signed_in(arguments) or EXIT_DONE)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()  # the reader closed the pipe
        return EXIT_DONE
    except OSError as error:
        _discard_output()  # for example, the disk is full
        tell(str(error))
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:
        if not isinstance(error, import_module("sts.errors").STSError):
            raise
        advice = import_module("sts.cli.advice")
        tell(advice.message_of(error))
        return int(advice.exit_code(error))
    return code


def print_completions(line: str) -> int:
    """Print the completions of the last word of *line*, each with a description after a tab."""
    completion = import_module("sts.cli.completion")
    *before, last = completion.split_line(line) if "'" in line or '"' in line else line.split(" ")
    for word, text in completion.complete([*filter(None, before), last]):
        print(f"{word}\t{text}" if text else word)
    return EXIT_DONE


def open_closed_streams() -> None:
    """Replace closed standard streams by the null device; otherwise a connection could get their file descriptors."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open for as long as the process runs


def escape(error: UnicodeError) -> tuple[str, int]:
    """Write characters that the output encoding lacks as JSON escapes, so that JSON stays valid."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101 - registered for encoding only
    return str(import_module("json").dumps(error.object[error.start : error.end]))[1:-1], error.end


def tell(text: str) -> None:
    """Write an error message to standard error."""
    import_module("sts.cli.terminal").note(text)


def _discard_output() -> None:
    # Keeps the interpreter from reporting a failed flush at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run_signed_in(arguments: Any) -> Any:
    """Run the command; on a missing SSO token, offer a sign-in on the terminal and run the command again."""
    try:
        return run(arguments)
    except Exception as error:
        advice = import_module("sts.cli.advice")
        if not advice.needs_login(error) or not import_module("sts.cli.commands.login").offer(arguments):
            raise
    return run(arguments)


def run(arguments: Any) -> Any:
    """Run the command, with --local against a temporary local server."""
    if arguments.output is not None or arguments.query is not None:
        import_module("sts.cli.usage").check_output(arguments)
    import_module("sts.cli.target").resolve_target(arguments)
    if arguments.no_verify_ssl is False and not arguments.local:
        risk = "others on the network can read and change the requests"
        tell(f"the server's certificate is not verified (--no-verify-ssl): {risk}")
    if not arguments.local:
        return arguments.run(arguments)
    with import_module("sts.testing").LocalSTS() as server:
        arguments.server = server
        return arguments.run(arguments)
