"""
Log in to EKS: a token, what kubectl wants printed, the Kubernetes Python client, and the cluster's side that verifies it.

    python examples/eks.py                            against a local STS; needs no AWS account
    python examples/eks.py --aws CLUSTER REGION       a real token for your cluster, as kubectl takes it

Explained in docs/how-to/kubernetes.md.
"""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

from sts import STS
from sts.integrations.kubernetes import refresh_api_key_hook
from sts.testing import LocalSTS
from sts.tokens import RejectedTokenError, eks_token, exec_credential, verify_eks_token


def main() -> None:
    if "--aws" in sys.argv:
        cluster, region = sys.argv[sys.argv.index("--aws") + 1 :]
        print(json.dumps(exec_credential(cluster, region=region)))
        return
    # AWS takes a token for 15 minutes, whatever it says itself.
    with LocalSTS(honor_expires=False) as server:
        run(STS(**server.client_options()), server.url)


def run(client: STS, url: str) -> None:
    token = eks_token("prod", client=client)
    print(f"Token           {token[:24]}... ({len(token)} characters, valid until {token.expiration:%H:%M:%S} UTC)")
    print(f"For kubectl     {exec_credential(token)['apiVersion']}")

    configuration = SimpleNamespace(api_key={}, api_key_prefix={})  # stands for kubernetes.client.Configuration()
    refresh = refresh_api_key_hook("prod", client=client)
    refresh(configuration)  # the Kubernetes client does this before each request
    print(f"For the client  {configuration.api_key['authorization'][:31]}...")

    # `endpoint=` only because STS runs on this machine; a real cluster leaves it out.
    print(f"Verified        {verify_eks_token(token, 'prod', endpoint=url).canonical_arn}")
    try:
        verify_eks_token(token, "staging", endpoint=url)
    except RejectedTokenError as error:
        print(f"Elsewhere       {error}")


if __name__ == "__main__":
    main()
