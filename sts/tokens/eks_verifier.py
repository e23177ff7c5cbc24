"""Verifier of EKS tokens: returns the caller's identity. It applies the rules of aws-iam-authenticator and stricter ones."""

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
    Verify that *token* is valid for *cluster*, and return the identity that signed it. The verifier sends one request to STS.

    Args:
        token: text after `Bearer ` in the Authorization header.
        cluster: name of the cluster (on Outposts, its id).
        partition: AWS partition. STS endpoints in all its regions are accepted: "aws", "aws-cn", "aws-us-gov", "aws-eusc", ...
        endpoint: URL of the only STS endpoint to accept, if it is not one of AWS's own (for example a `LocalSTS`).
        handler: HTTP handler for the request to STS. Default: a handler of this package.
        now: aware datetime, for tests.

    Raises:
        ConfigError: *cluster* is not a valid name, or the partition is unknown.
        RejectedTokenError: the token is malformed, expired or not for *cluster*, or STS rejected it.
        TransportError: the request to STS failed; try again.

    """
    check_cluster(cluster)
    url = decode_token(token, PREFIX, MAX_LENGTH)
    rules = Rules(CLUSTER_HEADER, partition, endpoint, now or utc_now(), STS_LIFETIME)
    return ask_sts(check_url(url, rules), cluster, handler)
