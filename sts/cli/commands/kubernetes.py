"""The command `eks-token`: the exec plugin of a kubeconfig."""

from __future__ import annotations

import json
from typing import Any

from sts.cli.command_parser import CommandParser
from sts.cli.output import is_formed, mask, print_result, warn_hidden
from sts.cli.session import open_client
from sts.tokens.eks import eks_token, exec_credential

TEXT = """Print a token for an EKS cluster as an ExecCredential, for kubectl and other Kubernetes clients.

No request is sent to AWS unless a role must be assumed. In a kubeconfig:

  users:
  - name: prod
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1
        command: sts
        args: [eks-token, --cluster-name, prod, --region, eu-west-1]
        interactiveMode: IfAvailable

Example: sts eks-token --cluster-name prod --region eu-west-1"""


def add_eks_token(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(TEXT, run=print_token, needs="--cluster-name NAME")
    parser.add_argument("--cluster-name", required=True, metavar="NAME", help="name of the cluster, or its id on Outposts")
    parser.add_argument("--token-only", action="store_true", help="print only the token")


def print_token(arguments: Any) -> None:
    """Print the token."""
    with open_client(arguments) as client:
        token = eks_token(arguments.cluster_name, client=client)
    credential = exec_credential(token)
    if is_formed(arguments):
        print_result(arguments, credential, "eks-token")
        return
    if warn_hidden(arguments):
        credential = mask(credential)
    print(credential["status"]["token"] if arguments.token_only else json.dumps(credential))
