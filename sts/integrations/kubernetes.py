"""EKS tokens for the official Kubernetes client: made on demand and renewed before they expire, without a subprocess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, TypeVar

from sts.tokens.eks import EKSToken, eks_token

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sts.tokens.signing import SignerOptions

__all__ = ["refresh_api_key_hook", "use_eks_token"]

C = TypeVar("C")
"""Type of the configuration; the Kubernetes client declares no types."""

MARGIN = timedelta(minutes=2)
"""Time before its expiration at which a token, at most twelve minutes old, is replaced."""

_OTHER_NAME = frozenset({"BearerToken"})
"""Key under which some versions of the client store the token. It takes precedence over `authorization`."""


def refresh_api_key_hook(
    cluster: str, *, now: Callable[[], datetime] = lambda: datetime.now(timezone.utc), **arguments: Unpack[SignerOptions]
) -> Callable[[Any], None]:
    """
    Return a function for `Configuration.refresh_api_key_hook` that renews the token of *cluster*.

    The client calls it before each request. It makes a new token when the old one expires within two minutes. *arguments* are
    those of `eks_token()`: client, region, credentials, profile.
    """
    kept: list[EKSToken] = []

    def refresh(configuration: Any) -> None:
        # No lock: a lock would be copied with the configuration, and making a token twice does no harm.
        if not kept or now() >= kept[0].expiration - MARGIN:
            kept[:] = [eks_token(cluster, now=now(), **arguments)]
        for name in ("authorization", *_OTHER_NAME.intersection(configuration.api_key)):
            configuration.api_key[name] = f"Bearer {kept[0]}"  # replace, never remove: another thread may be reading
            configuration.api_key_prefix.pop(name, None)

    return refresh


def use_eks_token(configuration: C, cluster: str, **arguments: Unpack[SignerOptions]) -> C:
    """
    Configure *configuration*, a `kubernetes.client.Configuration`, to log in to the EKS cluster *cluster*, and return it.

    Set `host` and `ssl_ca_cert` yourself, or with `kubernetes.config.load_kube_config(client_configuration=configuration)`.
    *arguments* are those of `eks_token()`.
    """
    hook = refresh_api_key_hook(cluster, **arguments)
    hook(configuration)
    configuration.refresh_api_key_hook = hook  # type: ignore[attr-defined]  # see C
    return configuration
