"""State of LocalSTS: accounts with users, access keys, roles, MFA devices and identity providers, all in memory."""

from __future__ import annotations

import base64
import secrets
import string
from collections.abc import Iterable

from sts.base.records import Record, of_whole
from sts.testing.issuers.mfa import MfaDevice
from sts.testing.issuers.oidc import OidcProvider
from sts.testing.issuers.saml import SamlProvider

DEMO_ACCOUNT = "123456789012"
_UNIQUE_ID = string.ascii_uppercase + "234567"


class User(Record):
    """
    An IAM user (or the root user of an account) with its long-term access key.

    *denies* are patterns such as `sts:AssumeRole` or `sts:*` that its policies deny.
    """

    name: str
    account: str
    arn: str
    user_id: str
    access_key_id: str
    secret_access_key: str
    denies: tuple[str, ...] = ()

    @of_whole
    def __repr__(self) -> str:
        return f"<User {self.arn} access_key_id=...{self.access_key_id[-4:]}>"


class Role(Record):
    """
    An IAM role and its trust policy.

    *trusts* lists principals as in a trust policy: ARNs of users, roles, OIDC and SAML providers, account ids or
    `arn:aws:iam::<account>:root`, or `*`. The `sub` of a web identity token must match one of the patterns *subjects*.
    *audiences*, if given, must contain its `aud`.
    """

    name: str
    account: str
    arn: str
    role_id: str
    trusts: tuple[str, ...]
    max_session_duration: int = 3600
    external_id: str | None = None
    mfa: bool = False
    subjects: tuple[str, ...] = ("*",)
    audiences: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()

    def trusts_any(self, principals: Iterable[str]) -> bool:
        """Return True if the trust policy contains one of *principals*."""
        return "*" in self.trusts or any(principal in self.trusts for principal in principals)


class Accounts:
    """Everything that was added to a server."""

    def __init__(self, account: str) -> None:
        self.default = account
        self.users_by_key: dict[str, User] = {}
        self.roles: dict[str, Role] = {}
        self.devices: dict[str, MfaDevice] = {}
        self.oidc_providers: dict[str, OidcProvider] = {}
        self.saml_providers: dict[str, SamlProvider] = {}
        self.members: dict[str, str] = {}
        self.outbound_federation = True


def make_access_key_id(prefix: str, account: str, tail: str = "") -> str:
    """
    Make an access key id that contains its account, like current ones of AWS.

    The 16 characters after the prefix are base32: a set bit, 40 bits of account id, then random bits (or *tail*).
    """
    number = (1 << 47) | (int(account) << 7) | secrets.randbits(7) * (not tail)
    text = base64.b32encode(number.to_bytes(6, "big") + (b"\0" * 4 if tail else secrets.token_bytes(4))).decode()
    return prefix + text[: 16 - len(tail)] + tail


def unique_id(prefix: str) -> str:
    """Make a unique id of an IAM entity, such as `AROA` and 17 characters."""
    return prefix + "".join(secrets.choice(_UNIQUE_ID) for _ in range(17))
