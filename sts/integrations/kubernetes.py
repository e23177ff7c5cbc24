"""EKS tokens for the official Kubernetes client: made when needed, renewed before they expire, without a subprocess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from sts.tokens.eks import EKSToken, eks_token

__all__ = ["refresh_api_key_hook", "use_eks_token"]

MARGIN = timedelta(minutes=2)
"""How long before its expiration a token is replaced; it has lived for twelve minutes by then, unless its credentials end."""

_OTHER_NAME = frozenset({"BearerToken"})
"""Under which some versions of the client keep the token; it comes before `authorization`."""


def refresh_api_key_hook(
    cluster: str, *, now: Callable[[], datetime] = lambda: datetime.now(timezone.utc), **arguments: Any
) -> Callable[[Any], None]:
    """
    Return a function for `Configuration.refresh_api_key_hook` that keeps the token of *cluster* fresh.

    The client calls it before each request, and it makes a new token when the old one ends within two minutes. *arguments* are
    those of `eks_token()`: client, region, credentials, profile.
    """
    kept: list[EKSToken] = []

    def refresh(configuration: Any) -> None:
        # Threads may meet here: making a token twice does no harm, so there is no lock that a copied configuration would carry.
        if not kept or now() >= kept[0].expiration - MARGIN:
            kept[:] = [eks_token(cluster, now=now(), **arguments)]
        for name in ("authorization", *_OTHER_NAME.intersection(configuration.api_key)):
            configuration.api_key[name] = f"Bearer {kept[0]}"  # replaced, never removed: another thread may look
            configuration.api_key_prefix.pop(name, None)

    return refresh


def use_eks_token(configuration: Any, cluster: str, **arguments: Any) -> Any:
    """
    Let *configuration*, a `kubernetes.client.Configuration`, log in to the EKS cluster *cluster*; return it.

    `host` and `ssl_ca_cert` are yours to set, or `kubernetes.config.load_kube_config(client_configuration=configuration)` has
    set them. *arguments* are those of `eks_token()`.
    """
    hook = refresh_api_key_hook(cluster, **arguments)
    hook(configuration)
    configuration.refresh_api_key_hook = hook
    return configuration
