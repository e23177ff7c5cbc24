"""
A fan-out spread over the workers of an executor: here processes of this machine, with Dask the machines of a cluster.

    python examples/fan_out_cluster.py           against a local STS that this script starts; needs no AWS account

What travels to the workers is configuration; each finds credentials itself (here in the environment), and what it does with
an account's session stays there. With a Dask cluster, say `executor = distributed.Client(address).get_executor()`.

Explained in docs/how-to/many-accounts.md.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from sts import STS, assume_many
from sts.fan_out import Assumed
from sts.testing import LocalSTS


def main() -> None:
    accounts = [f"{number}" for number in range(100000000001, 100000000041)]
    with LocalSTS() as server:
        for account in accounts:
            server.add_role("Audit", account=account, trusts=["123456789012"])
        options = server.client_options()
        os.environ["AWS_ACCESS_KEY_ID"] = options["access_key_id"]
        os.environ["AWS_SECRET_ACCESS_KEY"] = options["secret_access_key"]
        os.environ["AWS_ENDPOINT_URL_STS"] = options["endpoint"]
        with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as executor:
            results = list(assume_many(accounts, role_name="Audit", region="us-east-1", executor=executor, work=who))
    print(f"{sum(result.ok for result in results)} of {len(results)} accounts done")
    print("by worker:", sorted(Counter(result.value[0] for result in results if result.ok).values()))
    print("for example:", min(result.value[1] for result in results if result.ok))


def who(result: Assumed) -> tuple[int, str]:
    """Say who did what; runs on a worker."""
    with STS(region="us-east-1", credentials=result.credentials) as client:
        return os.getpid(), client.get_caller_identity()["Arn"].rpartition("/")[0]


if __name__ == "__main__":
    main()
