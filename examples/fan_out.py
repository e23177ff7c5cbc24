"""
One role in many accounts, at the rate that the service takes; what fails is told, and ends nothing.

    python examples/fan_out.py                          against a local STS that this script starts; needs no AWS account
    python examples/fan_out.py --aws Audit accounts.txt     against AWS: the role's name, and a file with an account id a line

Explained in docs/how-to/many-accounts.md.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from sts import assume_many
from sts.fan_out import Assumed, Progress
from sts.testing import LocalSTS


def main() -> None:
    if "--aws" in sys.argv:
        role_name, path = sys.argv[-2:]
        run(Path(path).read_text().split(), role_name=role_name, cache=True)
        return
    accounts = [f"{number}" for number in range(100000000001, 100000000061)]
    with LocalSTS() as server:
        for account in accounts:
            server.add_role("Audit", account=account, trusts=["123456789012"])
        server.rate_limit = 50
        server.inject("internal_error", times=None, rate=0.05)
        run([*accounts, "999999999999"], role_name="Audit", client_options=server.client_options())


def run(accounts: list[str], **options: Any) -> None:
    failed: list[Assumed] = []
    names: set[str] = set()
    for result in assume_many(accounts, work=audit, progress=show, session_name="audit", **options):
        if result.ok:
            names.add(result.value)
        else:
            failed.append(result)
    print(f"{len(names)} accounts audited as {sorted(names)[0] if names else 'nobody'} and others")
    for result in failed:
        print(f"{result.account} failed: {getattr(result.error, 'code', '')}")


def audit(result: Assumed) -> str:
    """Do what is to be done in one account, on a thread, with its credentials; here, say in which account that was."""
    assert result.credentials is not None
    return f"{result.account} with key ...{result.credentials.access_key_id[-4:]}"


def show(progress: Progress) -> None:
    if progress.done % 20 == 0:
        print(f"{progress.done} of {progress.total} done, {progress.failed} failed")


if __name__ == "__main__":
    main()
