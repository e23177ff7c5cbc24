"""Methods that add users, roles, devices and identity providers to a LocalSTS, and that issue their tokens."""

from __future__ import annotations

import secrets
from base64 import b32encode, b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sts.testing.issuers.mfa import MfaDevice
from sts.testing.issuers.oidc import OidcProvider
from sts.testing.issuers.saml import RECIPIENT, Assertion, SamlProvider, write_assertion
from sts.testing.service.accounts import Accounts, Role, User, make_access_key_id, unique_id
from sts.testing.service.federate import oidc_arn
from sts.testing.service.sessions import Mint

DEMO_MEMBER_ACCOUNT = "210987654321"
DEMO_SECRET = "demo/secret/of/LocalSTS/not/for/real/AWS"
DEMO_ISSUER = "https://idp.example.com"


class Registry:
    """Accounts of a server. Every `add_*` returns the added object and may be called while the server runs."""

    def __init__(self, account: str, clock: Callable[[], float]) -> None:
        self.accounts = Accounts(account)
        self._mint = Mint()
        self.clock = clock
        demo_key = make_access_key_id("AKIA", account, tail="LOCSTS")
        self.user = self.add_user("demo", access_key_id=demo_key, secret_access_key=DEMO_SECRET)
        self.oidc_provider = self.add_oidc_provider(DEMO_ISSUER)
        self.saml_provider = self.add_saml_provider("demo")
        self.role = self.add_role("demo", trusts=[account, self.oidc_provider.arn, self.saml_provider.arn])
        self.add_member_account(DEMO_MEMBER_ACCOUNT)

    def add_user(
        self,
        name: str,
        *,
        account: str | None = None,
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
        denies: Iterable[str] = (),
    ) -> User:
        """
        Add an IAM user with one access key, *access_key_id* and *secret_access_key*, both generated if not given.

        The *name* `root` adds the root user of the account. *denies* are actions that its policies deny, such as
        `sts:AssumeRole` or `sts:*`.
        """
        account = account or self.accounts.default
        path, user_id = ("root", account) if name == "root" else (f"user/{name}", unique_id("AIDA"))
        key_id = access_key_id or make_access_key_id("AKIA", account)
        secret = secret_access_key or b64encode(secrets.token_bytes(30)).decode()
        user = User(name, account, f"arn:aws:iam::{account}:{path}", user_id, key_id, secret, tuple(denies))
        self.accounts.users_by_key[key_id] = user
        return user

    def delete_access_key(self, access_key_id: str) -> None:
        """Delete a user's *access_key_id*. Requests signed with it are rejected from now on."""
        del self.accounts.users_by_key[access_key_id]

    def add_role(
        self,
        name: str,
        *,
        trusts: Iterable[str] | None = None,
        account: str | None = None,
        path: str = "/",
        max_session_duration: int = 3600,
        external_id: str | None = None,
        mfa: bool = False,
        subjects: Iterable[str] = ("*",),
        audiences: Iterable[str] = (),
        denies: Iterable[str] = (),
    ) -> Role:
        """
        Add the role *name*.

        *trusts* are the principals that may assume it: ARNs of users, roles, OIDC and SAML providers, account ids, or `*`; None
        means its own account. Callers must pass *external_id* and, with *mfa*, an MFA code. The `sub` of a web identity token
        must match one of the patterns *subjects* (`repo:me/*`), and its `aud` must be one of *audiences*, if these are set.
        *path* begins and ends with a slash; *max_session_duration* is in seconds, 3600 to 43200; *denies* are actions that the
        role's policies deny.
        """
        account = account or self.accounts.default
        arn = f"arn:aws:iam::{account}:role{path}{name}"
        named = [account] if trusts is None else trusts
        principals = tuple(f"arn:aws:iam::{one}:root" if one.isdigit() else one for one in named)
        conditions = (max_session_duration, external_id, mfa, tuple(subjects), tuple(audiences))
        role = Role(name, account, arn, unique_id("AROA"), principals, *conditions, tuple(denies))
        self.accounts.roles[arn] = role
        return role

    def add_mfa_device(self, user: User | None = None, *, name: str | None = None, seed: str | None = None) -> MfaDevice:
        """Add a virtual MFA device to *user* (the demo user if None). *name* and the base32 *seed* are generated if None."""
        user = user or self.user
        serial = f"arn:aws:iam::{user.account}:mfa/{name or user.name}"
        device = MfaDevice(serial, seed or b32encode(secrets.token_bytes(20)).decode(), user.arn, self.clock)
        self.accounts.devices[serial] = device
        return device

    def add_oidc_provider(
        self,
        issuer: str,
        *,
        audiences: Iterable[str] = ("sts.amazonaws.com",),
        keys: Iterable[Mapping[str, Any]] = (),
        secret: str | None = None,
        account: str | None = None,
        context: Mapping[str, str] | None = None,
    ) -> OidcProvider:
        """
        Add an OpenID Connect provider with URL *issuer*.

        It accepts tokens of `issue_token`, tokens signed with one of *keys* (JSON Web Keys: RSA, EC on P-256 or P-384), and
        tokens signed with HS256 and *secret*, for one of *audiences*. Roles trust its ARN, which is in *account*.

        With *context* it has a context provider, which sets the trusted identity propagation context of sessions from claims:
        `Subject` and `SubjectType` of the origin identity, and other names of the transaction context: `{"Subject": "email",
        "tenant": "tid"}`.
        """
        arn = oidc_arn(account or self.accounts.default, issuer)
        provider = OidcProvider(issuer, arn, audiences, keys=[dict(key) for key in keys], secret=secret, context=context)
        self.accounts.oidc_providers[arn] = provider
        return provider

    def issue_token(
        self,
        sub: str = "demo-subject",
        aud: str | list[str] = "sts.amazonaws.com",
        *,
        provider: OidcProvider | None = None,
        expires_in: float = 3600,
        algorithm: str = "ES256",
        **claims: object,
    ) -> str:
        """
        Return a web identity token of *provider* (the demo one if None), signed with *algorithm*: ES256, RS256, ES384, HS256.

        *sub*, *aud* and other *claims* are its content. *expires_in* is in seconds and may be negative. The first RS256 token
        of a process takes about a second.
        """
        now = int(self.clock())
        standard = {"sub": sub, "aud": aud, "iat": now, "exp": int(now + expires_in)}
        return (provider or self.oidc_provider).issue({**standard, **claims}, algorithm)

    def add_saml_provider(
        self, name: str, *, issuer: str = f"{DEMO_ISSUER}/saml", account: str | None = None, verify: bool = True
    ) -> SamlProvider:
        """Add a SAML provider *name* to *account*. With *verify* False it does not check the signatures of *issuer*."""
        arn = f"arn:aws:iam::{account or self.accounts.default}:saml-provider/{name}"
        provider = self.accounts.saml_providers[arn] = SamlProvider(arn, issuer, verify=verify)
        return provider

    def saml_assertion(
        self,
        role: Role | None = None,
        *,
        provider: SamlProvider | None = None,
        subject: str = "demo-subject",
        session_name: str = "demo@example.com",
        tags: Mapping[str, str] | None = None,
        transitive_tag_keys: Iterable[str] = (),
        source_identity: str | None = None,
        expires_in: float = 300,
    ) -> str:
        """
        Return an assertion (base64) of *provider* that allows *subject* to assume *role*. None means the demo provider and
        role.

        *session_name*, *tags*, *transitive_tag_keys* and *source_identity* are its attributes for the session. *expires_in* is
        in seconds and may be negative.
        """
        provider, role = provider or self.saml_provider, role or self.role
        assertion = Assertion(
            issuer=provider.issuer,
            subject=subject,
            subject_type="persistent",
            recipient=RECIPIENT,
            session_name=session_name,
            roles=((role.arn, provider.arn),),
            tags=dict(tags or {}),
            transitive=tuple(transitive_tag_keys),
            source_identity=source_identity,
            expires=self.clock() + expires_in,
        )
        return provider.sign(write_assertion(assertion))

    def add_member_account(self, account: str) -> None:
        """Allow users and roles of the server's own account to call AssumeRoot for *account*."""
        self.accounts.members[account] = self.accounts.default

    def trade_in_token(self, principal: str | None = None, *, duration: int = 3600, expires_in: float = 900) -> str:
        """
        Return a token that GetDelegatedAccessToken exchanges for a session of the role with ARN *principal* (None: the demo
        role).

        *duration* is the lifetime of the session and *expires_in* that of the token, in seconds.
        """
        content = [principal or self.role.arn, duration, self.clock() + expires_in]
        return self._mint.encode_message({"trade_in": content})

    def encode_authorization_message(self, message: Mapping[str, Any]) -> str:
        """Return *message* as text that DecodeAuthorizationMessage of this server can decode."""
        return self._mint.encode_message(message)
