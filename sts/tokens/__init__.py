"""
Proofs of identity made of STS requests: tokens for EKS, payloads for Vault, proofs for services of your own, console links.

Names are loaded when first used, so that a process that makes one token stays small.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it for typing's, and typing is not imported
if TYPE_CHECKING:
    from sts.tokens.console import console_url as console_url
    from sts.tokens.databases import ServiceToken as ServiceToken
    from sts.tokens.databases import dsql_token as dsql_token
    from sts.tokens.databases import elasticache_token as elasticache_token
    from sts.tokens.databases import memorydb_token as memorydb_token
    from sts.tokens.databases import msk_token as msk_token
    from sts.tokens.databases import rds_token as rds_token
    from sts.tokens.eks import EKSToken as EKSToken
    from sts.tokens.eks import eks_token as eks_token
    from sts.tokens.eks import exec_credential as exec_credential
    from sts.tokens.eks_verifier import verify_eks_token as verify_eks_token
    from sts.tokens.presigned import RejectedTokenError as RejectedTokenError
    from sts.tokens.presigned import VerifiedIdentity as VerifiedIdentity
    from sts.tokens.proofs import ReplayGuard as ReplayGuard
    from sts.tokens.proofs import identity_proof as identity_proof
    from sts.tokens.proofs import verify_identity_proof as verify_identity_proof
    from sts.tokens.vault import vault_login as vault_login
    from sts.tokens.web_identity_token import WebIdentityToken as WebIdentityToken

_HOMES = {
    "EKSToken": "eks",
    "RejectedTokenError": "presigned",
    "ReplayGuard": "proofs",
    "ServiceToken": "databases",
    "VerifiedIdentity": "presigned",
    "WebIdentityToken": "web_identity_token",
    "console_url": "console",
    "dsql_token": "databases",
    "eks_token": "eks",
    "elasticache_token": "databases",
    "exec_credential": "eks",
    "identity_proof": "proofs",
    "memorydb_token": "databases",
    "msk_token": "databases",
    "rds_token": "databases",
    "vault_login": "vault",
    "verify_eks_token": "eks_verifier",
    "verify_identity_proof": "proofs",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'sts.tokens' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"sts.tokens.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
