"""Made from `__init__.py` by `python -m tests.tools.generate`; do not edit."""

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

__all__: list[str]
