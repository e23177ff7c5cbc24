"""The commands about tokens and proofs of identity: `eks-token`, `vault-login`, `prove`, `verify`."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

from sts import tokens
from sts.cli.command_parser import CommandParser
from sts.cli.output import is_formed, mask, print_result, readable, warn_hidden
from sts.cli.session import call_options, handler_of, open_client, session_provider
from sts.cli.usage import UsageError

EKS = """Print a token for an EKS cluster as an ExecCredential, for kubectl and other Kubernetes clients.

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
VAULT = """Print the payload of an AWS login to HashiCorp Vault or OpenBao, as JSON. No request is sent.

Without --region, the payload is for the global endpoint, which is the default of Vault. With --region, it is for the STS
endpoint of that region. Use the region that the server is configured with.

Example: sts vault-login --role dev --server-id vault.example.com | vault write auth/aws/login -"""
PROVE = """Print a proof of your identity for one service, which verifies it with AWS. No secret is shared.

The proof is valid for one minute. The service verifies it with `sts verify` or sts.tokens.verify_identity_proof().

Example: sts prove --audience https://api.example.com | sts verify --audience https://api.example.com -"""
VERIFY = """Verify a token for an EKS cluster, or a proof made by `sts prove`, and show whose it is.

The request is sent to STS only. A token that names another host, or breaks any other rule, is rejected with exit code 1.
The token is an argument, a file or standard input. Standard input is safest, because other users can see arguments.

Examples:
  sts verify --cluster-name prod file://token
  sts verify --audience https://api.example.com -"""


def add_eks_token(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(EKS, run=print_token, needs="--cluster-name NAME")
    parser.add_argument("--cluster-name", required=True, metavar="NAME", help="name of the cluster, or its id on Outposts")
    parser.add_argument("--token-only", action="store_true", help="print only the token")


def print_token(arguments: Any) -> None:
    """Print the token."""
    with open_client(arguments) as client:
        token = tokens.eks_token(arguments.cluster_name, client=client)
    credential = tokens.exec_credential(token)
    if is_formed(arguments):
        print_result(arguments, credential, "eks-token")
        return
    if warn_hidden(arguments):
        credential = mask(credential)
    print(credential["status"]["token"] if arguments.token_only else json.dumps(credential))


def add_vault_login(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(VAULT, run=print_login)
    parser.add_argument("--role", metavar="NAME", help="role in Vault; default: the name of your AWS role")
    parser.add_argument("--server-id", metavar="ID", help="value of X-Vault-AWS-IAM-Server-ID that the server requires")


def print_login(arguments: Any) -> None:
    """Print the payload."""
    role, server = arguments.role, arguments.server_id
    if arguments.local or arguments.endpoint:
        with open_client(arguments) as client:
            payload = tokens.vault_login(role, server_id=server, client=client)
    else:
        provider = session_provider(arguments)
        payload = tokens.vault_login(role, server_id=server, region=arguments.region, credentials=provider)
    if is_formed(arguments):
        print_result(arguments, payload, "vault-login")
    else:
        print(json.dumps(mask(payload) if warn_hidden(arguments) else payload))


def add_prove(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(PROVE, run=print_proof, needs="--audience NAME")
    parser.add_argument("--audience", required=True, metavar="NAME", help="service that the proof is for")


def print_proof(arguments: Any) -> None:
    """Print the proof."""
    with open_client(arguments) as client:
        proof = tokens.identity_proof(arguments.audience, client=client)
    print(mask({"token": proof})["token"] if warn_hidden(arguments) else proof)


def add_verify(parser: CommandParser) -> None:
    """Add the options of the command."""
    parser.describe(VERIFY, run=verify, needs="TOKEN", partition="aws")
    parser.add_argument("token", metavar="TOKEN", help="token, file://PATH of it, or - for standard input")
    parser.add_argument("--cluster-name", metavar="NAME", help="cluster that an EKS token must be for")
    parser.add_argument("--audience", metavar="NAME", help="service that a proof must be for")
    parser.add_argument("--partition", metavar="NAME", help="AWS partition of the STS endpoints to accept; default: aws")


def verify(arguments: Any) -> None:
    """Print whose token it is. RejectedTokenError becomes exit code 1."""
    token = read_token(arguments.token)
    where: dict[str, Any] = {
        "partition": arguments.partition,
        "endpoint": call_options(arguments).get("endpoint"),
        "handler": handler_of(arguments),
    }
    is_eks = token.startswith(import_module("sts.tokens.eks").PREFIX)
    audience = arguments.cluster_name if is_eks else arguments.audience
    if not audience:
        option = "--cluster-name" if is_eks else "--audience"
        raise UsageError(f"{option} is missing. Name the cluster or the service that the token must be for.")
    check = tokens.verify_eks_token if is_eks else tokens.verify_identity_proof
    identity = check(token, audience, **where)
    members = {"Arn": identity.arn, "Account": identity.account, "UserId": identity.user_id}
    more = {"CanonicalArn": identity.canonical_arn, "SessionName": identity.session_name, "AccessKeyId": identity.access_key_id}
    print_result(arguments, {name: value for name, value in {**members, **more}.items() if value}, "verify", readable())


def read_token(text: str) -> str:
    """Return the token. `-` reads standard input, which can also be an ExecCredential."""
    if text == "-":
        text = sys.stdin.read().strip()
    elif text.startswith("file://"):
        try:
            with open(text[len("file://") :], encoding="utf-8") as file:
                text = file.read().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"The token cannot be read: {type(error).__name__}") from None
    if text.startswith("{"):
        try:
            return str(json.loads(text)["status"]["token"])
        except (ValueError, LookupError, TypeError):
            raise UsageError(
                "The token cannot be read: the JSON is not an ExecCredential with a token. Use the output of `sts eks-token`."
            ) from None
    return text
