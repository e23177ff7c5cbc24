"""
One MFA code for many roles, also across runs: a session proved by the device, kept on disk, and roles assumed from it.

    python examples/mfa.py                                           against a local STS; needs no AWS account
    python examples/mfa.py --aws MFA_SERIAL ROLE_ARN [ROLE_ARN ...]  against AWS; asks for the code at the terminal

Explained in docs/how-to/mfa.md.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

from sts import assume_role_credentials, mfa_session
from sts.testing import LocalSTS


def main() -> None:
    if "--aws" in sys.argv:
        serial, *roles = sys.argv[sys.argv.index("--aws") + 1 :]
        run(lambda device: input(f"Code of {device}: "), serial, roles, {}, True)
        return
    with LocalSTS() as server, tempfile.TemporaryDirectory() as folder:
        device = server.add_mfa_device()
        roles = [server.add_role(name, mfa=True).arn for name in ("audit", "deploy", "support")]

        def ask(serial: str) -> str:
            print(f"  asked for a code of {serial}")
            return device.code()

        for number in (1, 2):
            print(f"Run {number}")
            run(ask, device.serial, roles, server.client_options(), folder)


def run(ask: Callable[[str], str], serial: str, roles: Sequence[str], options: dict[str, Any], cache: str | bool) -> None:
    session = mfa_session(ask, serial, client_options=options, cache=cache)
    for role_arn in roles:
        creds = assume_role_credentials(role_arn, source=session, cache=cache)
        print(f"  {role_arn}: {creds.retrieve().access_key_id}")


if __name__ == "__main__":
    main()
