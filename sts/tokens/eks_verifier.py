"""The other side of an EKS token: who sent it, by the rules of aws-iam-authenticator and some more."""

from __future__ import annotations

from datetime import datetime

from sts.base.frames import without_locals
from sts.base.time import utc_now
from sts.http import Handler
from sts.tokens.eks import CLUSTER_HEADER, MAX_LENGTH, PREFIX, check_cluster
from sts.tokens.presigned import STS_LIFETIME, Rules, VerifiedIdentity, ask_sts, check_url, decode_token


@without_locals
def verify_eks_token(
    token: str,
    cluster: str,
    *,
    partition: str = "aws",
    endpoint: str | None = None,
    handler: Handler | None = None,
    now: datetime | None = None,
) -> VerifiedIdentity:
    """
    Ask STS who made *token*, which has to be one for *cluster*, and return who it was.

    Args:
        token: what came after `Bearer `.
        cluster: name of the cluster (on Outposts, its id).
        partition: AWS partition whose STS, in any of its regions, may be asked: "aws", "aws-cn", "aws-us-gov", "aws-eusc", ...
        endpoint: URL of the only STS to be asked, where that is not AWS's own: a `LocalSTS`, say.
        handler: performs the exchange with STS; else one of ours does.
        now: an aware time; for tests.

    Raises:
        ConfigError: *cluster* is no name, or there is no such partition.
        RejectedTokenError: the token breaks a rule, or STS does not accept it.
        TransportError: STS could not be asked; try again.

    """
    check_cluster(cluster)
    url = decode_token(token, PREFIX, MAX_LENGTH)
    rules = Rules(CLUSTER_HEADER, partition, endpoint, now or utc_now(), STS_LIFETIME)
    return ask_sts(check_url(url, rules), cluster, handler)
