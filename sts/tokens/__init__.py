"""
Identity tokens made from signed STS requests: EKS tokens, Vault login payloads, identity proofs for your own services, console
links.

Names are loaded on first use to keep the memory of a token-only process small.
"""

from __future__ import annotations

from sts._lazy import lazy

_MODULES = {
    "sts.tokens.console": "console_url",
    "sts.tokens.databases": "ServiceToken dsql_token elasticache_token memorydb_token msk_token rds_token",
    "sts.tokens.eks": "EKSToken eks_token exec_credential",
    "sts.tokens.eks_verifier": "verify_eks_token",
    "sts.tokens.presigned": "RejectedTokenError VerifiedIdentity",
    "sts.tokens.proofs": "ReplayGuard identity_proof verify_identity_proof",
    "sts.tokens.vault": "vault_login",
    "sts.tokens.web_identity_token": "WebIdentityToken",
}
__getattr__, __dir__, __all__, _HOMES = lazy(globals(), _MODULES)
