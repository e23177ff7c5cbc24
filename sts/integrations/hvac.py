"""
Log in to HashiCorp Vault with hvac.

hvac's own `auth.aws.iam_login` signs for any region but always sends the global host, which STS rejects outside us-east-1. This
function uses the same region for both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sts.errors import ConfigError
from sts.tokens.vault import vault_login

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sts.tokens.vault import LoginOptions

__all__ = ["login"]


def login(
    hvac_client: Any,
    role: str | None = None,
    *,
    mount_point: str = "aws",
    use_token: bool = True,
    **arguments: Unpack[LoginOptions],
) -> dict[str, Any]:
    """
    Log *hvac_client* (an `hvac.Client`) in with an AWS identity, and return Vault's response.

    Args:
        hvac_client: client to log in. It stores the token if *use_token* is True.
        role: name of the Vault role.
        mount_point: path at which the AWS auth method is mounted.
        use_token: True to use the new token in this client.
        arguments: those of `sts.tokens.vault_login`: server_id, client, region, credentials, profile.

    """
    if not hasattr(hvac_client, "login"):
        raise ConfigError(f"hvac_client is a {type(hvac_client).__name__}; it must be an hvac.Client.")
    payload = vault_login(role, **arguments)
    answer: dict[str, Any] = hvac_client.login(f"/v1/auth/{mount_point.strip('/')}/login", use_token=use_token, json=payload)
    return answer
