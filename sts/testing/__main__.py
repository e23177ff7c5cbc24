"""`python -m sts.testing`: serve LocalSTS until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from sts.testing.local import LocalSTS


def main(arguments: list[str] | None = None) -> int:
    """Run the server with the options of the command line. Return the exit code."""
    options = _parser().parse_args(arguments)
    server = LocalSTS(host=options.host, port=options.port, region=options.region, account=options.account)
    try:
        server.start()
    except (OSError, OverflowError) as error:  # the latter for a number that is not a port
        reason = getattr(error, "strerror", None) or error
        print(f"Cannot listen on {options.host}:{options.port}: {reason}", file=sys.stderr)
        return 1
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # before the address is printed
        signal.signal(number, lambda *_: stopped.set())
    exports = "\n".join(f"export {name}={value}" for name, value in server.environment().items() if value)
    print(f"LocalSTS serves at {server.url} until Ctrl-C.\nUser {server.user.arn}, role {server.role.arn}.\n\n{exports}\n")
    print("These credentials are public and valid for this server only.", flush=True)
    while not stopped.wait(1):  # Windows delivers Ctrl-C only between waits
        pass
    server.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sts.testing", description="Serve a local STS for tests: real protocol, real signatures, no AWS."
    )
    parser.add_argument("--port", type=int, default=4566, help="port to listen on, 0 for a free one (default: 4566)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--region", help="the only region that signatures may be for (default: any)")
    parser.add_argument("--account", default="123456789012", help="account of the demo user and role (default: 123456789012)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
