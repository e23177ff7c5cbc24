"""
Settings: the configuration of a client, resolved once into one frozen value with the source of each part.

Precedence: option of the client, environment, profile, default. An empty variable or profile property counts as not set.
`table.py` lists where each setting can be set.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

from sts.base.records import Record, of_whole, refuse_pickle
from sts.endpoints import Endpoint, resolve_endpoint
from sts.errors import ConfigError, MissingRegionError
from sts.settings.profiles import NO_PROFILES, Profiles
from sts.settings.resolve import CGI_VARIABLE, DEFAULT, find_settings
from sts.settings.table import SETTINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, Union

    from typing_extensions import Self

LOOPBACK = "localhost,127.0.0.0/8,::1"
"""Hosts without a proxy of the environment, which would connect to its own machine. In the syntax of `NO_PROXY`."""


class Settings(Record):
    """
    Configuration of a client. Resolved once and immutable.

    Times are seconds. `proxies` are those of the option. `environment_proxies` are those of the environment if the option is
    not set. `sources` contains the source of each field: "option region=", "AWS_REGION", "profile 'dev' in ~/.aws/config",
    "default". Printed values contain no passwords of URLs.
    """

    # Made from the table by `python -m tests.tools.generate`; do not edit.
    profile: str
    region: Union[str, None]
    ignore_configured_endpoint_urls: bool
    endpoint: Union[str, None]
    signing_region: Union[str, None]
    use_fips_endpoint: bool
    use_dualstack_endpoint: bool
    use_global_endpoint: bool
    sts_regional_endpoints: Literal["regional", "legacy"]
    defaults_mode: Literal["legacy", "standard", "in-region", "cross-region", "mobile", "auto"]
    max_attempts: int
    retry_mode: Literal["standard", "adaptive", "legacy", "off"]
    connect_timeout: float
    read_timeout: float
    timeout: Union[float, None]
    correct_clock_skew: bool
    system_clock_offset: float
    user_agent_app_id: Union[str, None]
    custom_user_agent: Union[str, None]
    verify: Union[bool, str]
    cert: Union[str, tuple[str, str], None]
    proxies: Union[Mapping[str, str], None]
    environment_proxies: Mapping[str, str]
    http_handler: Union[str, None]
    param_validation: Union[bool, Mapping[str, bool]]
    max_concurrency: int
    auth_scheme_preference: tuple[str, ...]
    sigv4a_signing_region_set: tuple[str, ...]
    failover_regions: tuple[str, ...]
    # End of what is made.
    sources: Mapping[str, str]

    def credentials(self) -> Any:
        """
        Return the current credentials of the client, like v3's `await client.config.credentials()`. May block.

        Those of an `AsyncSTS` must be awaited.
        """
        obtain = vars(self).get("_obtain")
        if obtain is None:
            raise ConfigError(
                "These settings do not belong to a client, so they have no credentials. Call client.config.credentials()."
            )
        return obtain()

    def __reduce_ex__(self, protocol: Any) -> Any:
        values = [getattr(self, row.name) for row in SETTINGS if row.secret]
        holds_password = any(_shown(value, secret=True) != str(value) for value in values)
        return refuse_pickle(self, protocol) if holds_password else tuple.__reduce_ex__(self, protocol)

    @of_whole
    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value, source in explain_settings(self) if source != DEFAULT)
        return f"<Settings {shown}>"


class _Function:
    """Mixin of values that may be called and awaited; both return the value."""

    __slots__ = ()

    def __call__(self) -> Self:
        """Return the value."""
        return self

    def __await__(self) -> Generator[Any, None, Self]:
        return self
        yield


class TextFunction(_Function, str):
    """String that may be called and awaited."""

    __slots__ = ()


class NumberFunction(_Function, int):
    """Number that may be called and awaited."""

    __slots__ = ()


FUNCTIONS = {"max_attempts": NumberFunction, "region": TextFunction, "retry_mode": TextFunction}
"""Settings that v3 has as functions: `await client.config.region()`."""


def resolve_settings(
    options: Mapping[str, Any],
    environ: Mapping[str, str],
    profiles: Callable[[], Profiles],
    metadata_region: Callable[[], str | None] | None = None,
) -> Settings:
    """
    Resolve all settings. Options that are not settings (credentials, handlers, ...) are ignored.

    *profiles* loads the shared files. It is called once, and only if they are needed. *metadata_region* reads the region from
    the instance metadata. It is called only if a region is needed and no other source has one.

    Raises:
        ConfigError: a value is invalid. The message has its source and the allowed values.
        ProfileNotFoundError: the requested profile is in neither file. A missing `default` is allowed.

    """
    found = find_settings(options, environ, profiles, metadata_region)
    for name, function in FUNCTIONS.items():
        value, source = found[name]
        found[name] = value if value is None else function(value), source
    values = [value for value, _ in found.values()]
    return Settings._make([*values, {name: source for name, (_, source) in found.items()}])


def transport_settings(environ: Mapping[str, str]) -> Settings:
    """Return default settings with the CA bundle and the proxies of *environ*. The shared files are not read."""
    rows = (row for row in SETTINGS if row.name in ("verify", "environment_proxies", "http_handler"))
    names = {name for row in rows for name in (*row.variables, *row.late_variables)}
    read = {name: environ[name] for name in (*names, CGI_VARIABLE) if name in environ}
    return resolve_settings({"profile": "default"}, read, lambda: NO_PROFILES)


def proxies_in_use(settings: Settings) -> Mapping[str, str]:
    """Return the proxies of the option or the environment by scheme, and as `no_proxy` the hosts that are reached directly."""
    if settings.proxies is not None:
        return settings.proxies
    found = dict(settings.environment_proxies)
    exceptions = ",".join(filter(None, (found.pop("no", ""), LOOPBACK)))
    return {**found, "no_proxy": exceptions}


def endpoint_of(settings: Settings) -> Endpoint:
    """Resolve the endpoint of the settings. Raise `MissingRegionError`, with the places where a region was looked for."""
    try:
        found = resolve_endpoint(
            settings.region,
            use_fips=settings.use_fips_endpoint,
            use_dualstack=settings.use_dualstack_endpoint,
            use_global_endpoint=settings.use_global_endpoint or settings.sts_regional_endpoints == "legacy",
            endpoint=settings.endpoint,
        )
    except MissingRegionError:
        raise MissingRegionError(missing_region_message(settings)) from None
    except ConfigError as error:
        names = ("region", "endpoint", "use_fips_endpoint", "use_dualstack_endpoint")
        origins = [f"{name}: {settings.sources[name]}" for name in names if getattr(settings, name)]
        raise ConfigError(f"{error.message} ({'; '.join(origins)})") from None
    return found._replace(signing_region=settings.signing_region) if settings.signing_region else found


def signing_note(settings: Settings, endpoint: Endpoint) -> str:
    """Return a sentence if the signing region differs from the given region, otherwise ""."""
    if not settings.region or endpoint.signing_region == settings.region or not (settings.endpoint or settings.signing_region):
        return ""
    why = f"signing_region ({settings.sources['signing_region']})" if settings.signing_region else "the region of the endpoint"
    return (
        f"Requests are signed for {endpoint.signing_region}, {why}, and not for region {settings.region} "
        f"({settings.sources['region']})."
    )


def missing_region_message(settings: Settings) -> str:
    """Return the message about a missing region: where it was looked for, and what to do."""
    return (
        f"No region was found; looked at {settings.sources['region']}. Give region= (such as 'eu-west-1') or set "
        "AWS_REGION. use_global_endpoint=True and sts_regional_endpoints='legacy' need no region, unless FIPS or "
        "dual-stack is on."
    )


def explain_settings(settings: Settings) -> list[tuple[str, str, str]]:
    """Return name, shown value and source of each setting. URLs are shown without user name, password and query."""
    return [(row.name, _shown(getattr(settings, row.name), secret=row.secret), settings.sources[row.name]) for row in SETTINGS]


def _shown(value: Any, *, secret: bool) -> str:
    if not secret or value is None:
        return str(value)
    if isinstance(value, str):
        return _without_secrets(value)
    return str({scheme: _without_secrets(url) for scheme, url in value.items()})


def _without_secrets(url: str) -> str:
    user, at, address = url.rpartition("@")
    scheme, separator, _ = user.partition("://")
    address, question_mark, _ = address.partition("?")
    return f"{scheme + separator if separator else ''}{at and '...@'}{address}{question_mark and '?...'}"
