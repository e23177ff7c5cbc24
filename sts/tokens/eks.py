"""
Authentication tokens for Amazon EKS: a presigned GetCallerIdentity URL, bound to one cluster.

    k8s-aws-v1. + base64url without padding of https://sts.REGION.amazonaws.com/?Action=GetCallerIdentity&...

The cluster name is a signed header that is not part of the URL. The cluster adds its own name as the header and sends the
request to STS. Source: kubernetes-sigs/aws-iam-authenticator, pkg/token/token.go.
"""

from __future__ import annotations

import binascii
import os
from collections.abc import Mapping
from datetime import datetime, timedelta

from sts.base.forks import load
from sts.base.frames import without_locals
from sts.base.time import utc_now
from sts.errors import ConfigError
from sts.http import HttpRequest
from sts.signer import presign_url
from sts.tokens.signing import GET_CALLER_IDENTITY, SignedToken, Signing, signing_for

TYPE_CHECKING = False  # type checkers treat this name as typing's, and typing is not imported
if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Unpack

    from sts.client import AsyncSTS, STSClient
    from sts.identity import CredentialsLike
    from sts.tokens.signing import SigningOptions

PREFIX = "k8s-aws-v1."
CLUSTER_HEADER = "x-k8s-aws-id"
EXPIRES_IN = 60
"""Seconds in X-Amz-Expires. AWS ignores the value and accepts the URL for 15 minutes; old authenticators allow at most 60."""
LIFETIME = timedelta(minutes=14)
"""Time for which a client uses a token: one minute less than STS accepts it."""
MAX_LENGTH = 4096
"""Longest token that EKS accepts, in characters."""

V1 = "client.authentication.k8s.io/v1"
V1BETA1 = "client.authentication.k8s.io/v1beta1"
API_VERSIONS = (V1, V1BETA1, "client.authentication.k8s.io/v1alpha1")
MAX_QUOTED = 80
"""Characters of an invalid apiVersion to show in an error."""


class EKSToken(SignedToken):
    """
    A token for one EKS cluster: a `str` with the content *text*, valid until *expiration* (an aware datetime). Send it after
    `Bearer `.

    The repr hides the token, because it is enough to act as you in the cluster.
    """


@without_locals
def eks_token(
    cluster: str,
    *,
    client: STSClient | AsyncSTS | None = None,
    region: str | None = None,
    credentials: CredentialsLike | None = None,
    profile: str | None = None,
    now: datetime | None = None,
) -> EKSToken:
    """
    Return a token for the EKS cluster named *cluster* (on Outposts, its id); nothing is sent.

    It is signed with the credentials of *client*. Without a client, it is signed with those of a client made from *region*,
    *credentials* (any form that `STS(credentials=)` accepts, such as `assume_role_credentials(...)`) and *profile*. *now* is an
    aware datetime, for tests. The call blocks while credentials are fetched; from asyncio use `await
    asyncio.to_thread(eks_token, ...)`.

    Raises:
        ConfigError: the cluster name is invalid, or the token would be longer than the 4096 characters that EKS accepts.
        CredentialsError: there are no credentials.

    """
    check_cluster(cluster)
    signing = signing_for(client, region=region, credentials=credentials, profile=profile, now=now)
    url = presigned_identity(signing, {CLUSTER_HEADER: cluster}, EXPIRES_IN)
    text = encode_url(PREFIX, url)
    if len(text) > MAX_LENGTH:
        raise ConfigError(
            f"The token would have {len(text)} characters, but EKS accepts at most {MAX_LENGTH}. The session token alone has "
            f"{len(signing.credentials.session_token or '')}. Session tags, long session policies and chained roles make it "
            "long: use a session with fewer of them."
        )
    return EKSToken(text, signing.expiration(now or utc_now(), LIFETIME))


def exec_credential(
    token: EKSToken | str, *, environ: Mapping[str, str] | None = None, **arguments: Unpack[SigningOptions]
) -> dict[str, Any]:
    """
    Return *token* as the `ExecCredential` that a kubectl plugin prints as JSON.

    *token* may also be a cluster name: a token is then made with `eks_token(token, **arguments)`. The API version is the one
    requested by `KUBERNETES_EXEC_INFO` in *environ*, or v1beta1 if that is not set. Raises ConfigError if
    `KUBERNETES_EXEC_INFO` is malformed.
    """
    environ = os.environ if environ is None else environ
    if not isinstance(token, EKSToken):
        token = eks_token(token, **arguments)
    return {
        "kind": "ExecCredential",
        "apiVersion": _api_version(environ.get("KUBERNETES_EXEC_INFO")),
        "spec": {},
        "status": {"expirationTimestamp": f"{token.expiration:%Y-%m-%dT%H:%M:%SZ}", "token": str(token)},
    }


def _api_version(info: str | None) -> str:
    if not info:
        return V1BETA1
    try:
        document = load("json").loads(info)
    except (ValueError, RecursionError):
        raise _bad_info("not a JSON document") from None
    if not isinstance(document, dict) or "apiVersion" not in document:
        raise _bad_info("a document without an apiVersion")
    version = document["apiVersion"]
    if version not in API_VERSIONS:
        raise _bad_info(f"for apiVersion {ascii(version)[:MAX_QUOTED]}")
    return str(version)


def _bad_info(found: str) -> ConfigError:
    # Do not show the text itself: the cluster's configuration in it may hold secrets.
    return ConfigError(
        f"KUBERNETES_EXEC_INFO is {found}; it must be the ExecCredential that kubectl sets, with an apiVersion of "
        f"{', '.join(API_VERSIONS)}. Unset it to use the version {V1BETA1}."
    )


def check_cluster(cluster: str) -> None:
    """Raise ConfigError unless *cluster* is a valid cluster name."""
    if isinstance(cluster, str) and cluster.startswith(PREFIX):
        raise ConfigError(
            "cluster is a token as plain text; it must be the cluster's name, or an EKSToken returned by eks_token()."
        )
    if not isinstance(cluster, str) or not cluster or not (cluster.isascii() and cluster.isprintable()) or " " in cluster:
        raise ConfigError(f"cluster is {cluster!r}; it must be the cluster's name, without spaces.")


def presigned_identity(signing: Signing, headers: Mapping[str, str], expires_in: int) -> str:
    """Return the presigned URL of GetCallerIdentity. *headers* are signed but are not part of the URL."""
    return presign_url(
        HttpRequest("GET", f"{signing.url}?{GET_CALLER_IDENTITY}", headers),
        signing.credentials,
        service=signing.endpoint.signing_name,
        region=signing.endpoint.signing_region,
        expires_in=expires_in,
        now=signing.now,
    )


def encode_url(prefix: str, url: str) -> str:
    """Return *prefix* and *url* as one word: base64 with `-` and `_`, without padding."""
    text = binascii.b2a_base64(url.encode(), newline=False).decode()  # base64 itself imports re
    return prefix + text.rstrip("=").replace("+", "-").replace("/", "_")
