"""
The command line: `sts` and `python -m sts`.

Exit codes: 0 done; 1 the service refused, or no answer came; 2 the command, its params or the configuration cannot be used.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from sts.cli.parser import parse
from sts.errors import ConfigError, CredentialsError, ParamValidationError, STSError

EXIT_DONE, EXIT_REFUSED, EXIT_USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = parse(argv)
    if arguments.debug:
        from sts.logs import enable_logging

        enable_logging()
    try:
        return int(arguments.run(arguments) or EXIT_DONE)
    except STSError as error:
        print(f"sts: {error}", file=sys.stderr)
        return EXIT_USAGE if isinstance(error, (ConfigError, CredentialsError, ParamValidationError)) else EXIT_REFUSED
    except BrokenPipeError:
        # The reader has gone; keep the interpreter from complaining about it when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE
    except KeyboardInterrupt:
        return 130
