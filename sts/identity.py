"""Credentials: the value, its possible sources, the provider protocol, and the provider of a fixed value."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from datetime import datetime

from sts.base.records import Record, of_whole
from sts.base.records import refuse_pickle as refuse_pickle
from sts.errors import ConfigError, CredentialsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, Protocol
else:
    Protocol = object  # a means of type checkers, and typing is slow to import


class Source(Record):
    """
    One source of credentials: the only place that defines its name. `sts.credentials.chain` maps names to loaders.

    Attributes:
        name: `Credentials.source`, and the provider's name in the default chain.
        feature: id in the user agent (Smithy's registry, `feature_id_to_metric_value.json` of smithy-rs).
        is_role: True if its credentials are role sessions, so that AssumeRole with them is role chaining.
        is_kept: True if the command line caches its sessions on disk, because they cost a call to AWS and perhaps an MFA code.
        keys: profile properties; one of them selects this source.
        unless: profile properties that select another source instead.
        variables: environment variables; one of them selects this source.
        profile_feature: additional feature id if configured by a profile.
        variable_feature: additional feature id if configured by variables.

    """

    name: str
    feature: str
    is_role: bool = False
    is_kept: bool = False
    keys: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    profile_feature: str = ""
    variable_feature: str = ""


ASSUMED_ROLE = "assume-role"
CHAINED_ROLE = "chained-role"
"""Source of a role session that was obtained with another role session (role chaining)."""
_CONTAINER_VARIABLES = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
_TOKEN_FILE = "web_identity_token_file"

SOURCES = (
    Source("static", "e"),
    Source("environment", "g", variables=("AWS_ACCESS_KEY_ID",)),
    Source(ASSUMED_ROLE, "i", is_role=True, is_kept=True, keys=("role_arn",), unless=(_TOKEN_FILE,)),
    Source(
        "web-identity",
        "k",
        is_role=True,
        is_kept=True,
        keys=(_TOKEN_FILE,),
        variables=("AWS_WEB_IDENTITY_TOKEN_FILE",),
        profile_feature="q",
        variable_feature="h",
    ),
    Source("sso", "s", is_role=True, is_kept=True, keys=("sso_account_id", "sso_role_name"), profile_feature="r"),
    Source("shared-credentials-file", "n", keys=("aws_access_key_id",)),
    Source("login", "AD", keys=("login_session",), profile_feature="AC"),
    Source("process", "w", keys=("credential_process",), profile_feature="v"),
    Source("config-file", "n", keys=("aws_access_key_id",)),
    Source("container", "z", is_role=True, variables=_CONTAINER_VARIABLES),
    Source("instance-metadata", "0", is_role=True),
    Source("profile", "n"),
    Source(CHAINED_ROLE, "i", is_role=True, is_kept=True),
    Source("saml", "j", is_role=True, is_kept=True),
    Source("session-token", "m", is_kept=True),
    Source("federation-token", "l"),
    Source("cognito", "8"),
)
"""All sources of credentials. Those of the default chain are in its order, which is botocore's."""

LEGACY_SSO = Source("sso", "u", profile_feature="t")
"""An SSO profile without `sso_session`: other feature ids, otherwise like the row "sso"."""
ROLE_FEATURES = {"source_profile": ("o", "n"), "credential_source": ("p",)}
"""Additional feature ids of a profile's role, by the property for its source."""
NO_SOURCE = Source("", "e")
"""Credentials created by user code, without a source."""


def source_of(credentials: Credentials) -> Source:
    """Return the row for the source of *credentials*, or `NO_SOURCE`."""
    return next((row for row in SOURCES if row.name == credentials.source), NO_SOURCE)


class Credentials:
    """
    Credentials that sign requests. Immutable. The repr and pickle contain no secrets; `to_dict()` returns them.

    Args:
        access_key_id: "AKIA..." for long-term keys of a user, "ASIA..." for a session.
        secret_access_key: the secret that belongs to the access key id.
        session_token: token of a session, or None for long-term keys.
        expiration: aware datetime, or None if the credentials do not expire.
        account_id: twelve digits, if the provider returned them.
        source: name of the provider ("environment", "assume-role", ...). Ignored in comparisons.

    Raises CredentialsError for a part that is empty, too long, or has an invalid character such as a line break. So the data of
    a server, program or file is checked before it is used, sent or written.

    """

    __slots__ = ("_features", "access_key_id", "account_id", "expiration", "secret_access_key", "session_token", "source")

    _features: tuple[str, ...]
    access_key_id: str
    secret_access_key: str
    session_token: str | None
    expiration: datetime | None
    account_id: str | None
    source: str | None

    def __init__(
        self,
        access_key_id: str,
        secret_access_key: str,
        session_token: str | None = None,
        expiration: datetime | None = None,
        account_id: str | None = None,
        source: str | None = None,
    ) -> None:
        if expiration is not None and not (isinstance(expiration, datetime) and expiration.tzinfo):
            naive = isinstance(expiration, datetime)
            kind = "a datetime without a time zone" if naive else f"of type {type(expiration).__name__}"
            raise ConfigError(
                f"expiration is {kind}; it must be an aware datetime such as datetime.now(timezone.utc), or None."
            )
        assign = object.__setattr__
        assign(self, "access_key_id", access_key_id)
        assign(self, "secret_access_key", secret_access_key)
        assign(self, "session_token", session_token)
        assign(self, "expiration", expiration)
        assign(self, "account_id", account_id)
        assign(self, "source", source)
        assign(self, "_features", (source_of(self).feature,))
        check_credentials(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the five fields of the value, with secrets in clear text. `Credentials(**d)` makes an equal one."""
        return {
            "access_key_id": self.access_key_id,
            "secret_access_key": self.secret_access_key,
            "session_token": self.session_token,
            "expiration": self.expiration,
            "account_id": self.account_id,
        }

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"Credentials are immutable; make new ones with another {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"Credentials are immutable; {name} cannot be deleted")

    def __await__(self) -> Generator[Any, None, Credentials]:
        """Return the credentials: code ported from JavaScript awaits `client.config.credentials()`."""
        return self
        yield

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Credentials) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.access_key_id, self.secret_access_key, self.session_token))

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(
            "Credentials cannot be pickled, because the pickle would contain the secret; send to_dict() if that is intended"
        )

    def __copy__(self) -> Credentials:
        return self

    def __deepcopy__(self, memo: object) -> Credentials:
        return self

    @of_whole
    def __repr__(self) -> str:
        expiration = self.expiration.isoformat() if self.expiration else None
        return f"<Credentials ...{self.access_key_id[-4:]} expiration={expiration} account_id={self.account_id}>"


_LENGTHS = {"access key id": 256, "secret access key": 1024, "session token": 32768, "account id": 64}
"""Longest allowed parts in characters: several times those of AWS and other servers (IAM: 128, 40; tokens up to 12000)."""
_QUOTES = "\"'`\u2018\u2019\u201c\u201d"


def check_credentials(credentials: Credentials) -> None:
    """Raise CredentialsError for parts that cannot be used in a header, file or shell. Values are not shown."""
    key, secret, token = credentials.access_key_id, credentials.secret_access_key, credentials.session_token
    account: object = getattr(credentials, "account_id", None)
    source: str | None = getattr(credentials, "source", None)
    whose = f"the credentials ({source or 'given'})"
    parts: dict[str, object] = dict(zip(_LENGTHS, (key, secret, token or "-", account or "-"), strict=True))
    if not all(isinstance(part, str) for part in parts.values()):
        kinds = ", ".join(type(part).__name__ for part in (key, secret, token, *([account] if account else [])))
        raise CredentialsError(
            f"The credentials ({source or 'given'}) have parts of the types {kinds}; all parts must be strings."
        )
    for name, part in parts.items():
        text = str(part)
        if not text or not (text.isascii() and text.isprintable()) or " " in text or text[0] in _QUOTES:
            raise CredentialsError(
                f"The {name} of {whose} is empty, or has a space, quote, line break or another invalid character. Copy it "
                "again without quotes and surrounding text."
            )
        if len(text) > _LENGTHS[name]:
            raise CredentialsError(f"The {name} of {whose} has {len(text)} characters; at most {_LENGTHS[name]} are allowed.")


def features_of(credentials: Any) -> tuple[str, ...]:
    """Return the user-agent feature ids for the source of *credentials*, also for objects of other libraries."""
    found: tuple[str, ...] | None = getattr(credentials, "_features", None)
    return (source_of(credentials).feature,) if found is None else found


def with_features(credentials: Credentials, ids: Iterable[str]) -> Credentials:
    """Return equal credentials with exactly these user-agent feature ids, each once."""
    copy = Credentials(**credentials.to_dict(), source=credentials.source)
    object.__setattr__(copy, "_features", tuple(dict.fromkeys(filter(None, ids))))
    return copy


class CredentialProvider(Protocol):
    """Interface of credential providers."""

    def retrieve(self) -> Credentials:
        """Return credentials, or raise `CredentialsError`."""


class CachingProvider(CredentialProvider, Protocol):
    """Credential provider that keeps what it obtained."""

    def cached(self) -> Credentials | None:
        """Return the credentials at hand, None if new ones must be obtained."""

    def invalidate(self, credentials: Credentials) -> bool:
        """Forget *credentials*, which the service refused; return whether others can be obtained."""


CredentialsLike = Credentials | CredentialProvider | Mapping[str, object] | Callable[..., object]
"""What `credentials=` takes: a value, a provider, a mapping with the keys, or a function that returns one of these."""


def obtain(provider: CachingProvider) -> Credentials:
    """Return the cached credentials of *provider*, or wait for new ones."""
    return provider.cached() or provider.retrieve()


class StaticProvider:
    """Provider that always returns the same credentials."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def retrieve(self) -> Credentials:
        """Return the credentials."""
        return self._credentials

    cached = retrieve

    def invalidate(self, credentials: Credentials) -> bool:  # noqa: ARG002 - nothing else can be had
        """Return False: there are no other credentials."""
        return False

    @of_whole
    def __repr__(self) -> str:
        return f"StaticProvider({self._credentials!r})"


def static_provider(options: Mapping[str, Any]) -> StaticProvider | None:
    """Return the provider of the keys among the *options* of a client, or None without. Raises ConfigError for half a pair."""
    key, secret = options.get("access_key_id"), options.get("secret_access_key")
    if options.get("credentials") is not None or not (key or secret):
        return None
    if not (key and secret):
        raise ConfigError("access_key_id and secret_access_key belong together; give both or neither.")
    return StaticProvider(Credentials(key, secret, options.get("session_token"), source="static"))
