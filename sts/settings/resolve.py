"""
Look-up of each setting: option, environment, profile, default. Then settings that depend on others are resolved.

A result is a value with its source, in the words that errors and `explain_settings` show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sts.endpoints import host_of, region_of_sts_host
from sts.errors import ConfigError, ProfileNotFoundError
from sts.logs import LOGGER
from sts.settings.kinds import REGION, RETRIES, Kind
from sts.settings.profiles import Profiles
from sts.settings.table import CONNECT_TIMEOUTS, MAX_APP_ID, MODE_ATTEMPTS, SETTINGS, Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sts.settings.sections import Section

DEFAULT = "default"
MAX_QUOTED = 200
CGI_VARIABLE = "REQUEST_METHOD"
"""Set under CGI, where `HTTP_PROXY` contains a header of the client and is therefore ignored."""
PROXY_SCHEMES = ("http", "https", "all", "no")


def find_settings(
    options: Mapping[str, Any],
    environ: Mapping[str, str],
    profiles: Callable[[], Profiles],
    metadata_region: Callable[[], str | None] | None,
) -> dict[str, tuple[Any, str]]:
    """Return value and source of every row of `SETTINGS`, in order."""
    search = _Search(options, environ, profiles)
    for setting in SETTINGS:
        search.found[setting.name] = search.find(setting)
    _settle_region(search, metadata_region)
    _settle_retries(search)
    _settle_defaults_mode(search)
    _settle_proxies(search)
    app_id, source = search.found["user_agent_app_id"]
    if app_id and len(app_id) > MAX_APP_ID:
        LOGGER.warning("user_agent_app_id (%s) has %d characters; AWS recommends at most %d.", source, len(app_id), MAX_APP_ID)
    return search.found


class _Search:
    """Look-up of one setting after another. `found` contains value and source of the earlier ones."""

    __slots__ = ("environ", "found", "loaded", "options", "profiles", "section")

    def __init__(self, options: Mapping[str, Any], environ: Mapping[str, str], profiles: Callable[[], Profiles]) -> None:
        self.options = options
        self.environ = environ
        self.profiles = profiles
        self.found: dict[str, tuple[Any, str]] = {}
        self.loaded: Profiles | None = None
        self.section: Section = {}

    def find(self, setting: Option) -> tuple[Any, str]:
        given = self.options.get(setting.name)
        if given is not None and not (given == "" and setting.kind is REGION):  # users of boto3 pass region_name="" for Ceph
            return _check(setting.name, setting.kind, given, secret=setting.secret), f"option {setting.name}="
        if setting.name == "endpoint" and self.found["ignore_configured_endpoint_urls"][0]:
            return None, DEFAULT
        found = self.find_variable(setting, setting.variables) if setting.variables else None
        if found is None and setting.keys:
            found = self.find_key(setting)
        if found is None and setting.late_variables:
            found = self.find_variable(setting, setting.late_variables)
        return found or (setting.default, DEFAULT)

    def find_variable(self, setting: Option, names: tuple[str, ...]) -> tuple[Any, str] | None:
        for name in names:
            text = self.environ.get(name)
            if text and (text := text.strip()):
                return _read(setting, text, name), name
        return None

    def find_key(self, setting: Option) -> tuple[Any, str] | None:
        profiles = self.loaded or self.load()
        if self.section and setting.name == "endpoint" and (found := self.find_service_endpoint(profiles)):
            return found
        for key in setting.keys:
            text = self.section.get(key)
            if text:
                source = self.profile_source(key)
                return _read(setting, text, source, key), source
        return None

    def find_service_endpoint(self, profiles: Profiles) -> tuple[Any, str] | None:
        name = str(self.section.get("services") or "")
        if not name:
            return None
        if not profiles.services.get(name):
            raise ConfigError(
                f"services = {name} in {self.profile_source('services')}, but [services {name}] is empty or missing"
            )
        service = profiles.services[name].get("sts")
        url = service.get("endpoint_url") if isinstance(service, dict) else None
        return (url, f"[services {name}] in {profiles.config.shown}") if url else None

    def load(self) -> Profiles:
        """Load the shared files. An explicitly chosen profile must exist."""
        profiles = self.loaded = self.profiles()
        name, source = self.found["profile"]
        if name in profiles.profiles or name != "default":
            try:
                self.section = profiles.section(name)
            except ProfileNotFoundError as error:
                raise ProfileNotFoundError(f"{error.message} The profile was chosen by {source}.") from None
        return profiles

    def profile_source(self, key: str) -> str:
        name, files, shown = self.found["profile"][0], self.loaded, "the shared files"
        if files:
            shown = files.origin(name, key) or f"{files.config.shown} and {files.credentials.shown}"
        return f"profile {name!r} in {shown}"


def _check(name: str, kind: Kind, value: Any, *, secret: bool = False) -> Any:
    try:
        return kind.check(value)
    except (ValueError, TypeError):
        given = f"{'not usable' if secret else _quoted(value)} (type {type(value).__name__})"
    raise ConfigError(f"Option {name}= is {given}; it must be {kind.allowed}.")


def _read(setting: Option, text: str | dict[str, str], source: str, key: str = "") -> Any:
    try:
        if isinstance(text, str):
            return setting.kind.read(text)
    except ValueError:
        pass
    given = "a nested block" if isinstance(text, dict) else "not usable" if setting.secret else _quoted(text)
    error = ConfigError(f"{f'{key} of ' if key else ''}{source} is {given}; it must be {setting.kind.allowed}.")
    error._setting = setting.name, key
    raise error


def _quoted(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python refuses to print integers of thousands of digits
        return "too long to show"
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}..."


def _settle_region(search: _Search, metadata_region: Callable[[], str | None] | None) -> None:
    """Read the region from the instance metadata as a last resort, or record where it was looked for."""
    found = search.found
    if found["region"][0] is not None:
        return
    row = next(row for row in SETTINGS if row.name == "region")
    region = metadata_region() if metadata_region and _needs_region(found) else None
    if region:
        found["region"] = _read(row, region, "instance metadata"), "instance metadata"
    else:
        places = ["option region=", *row.variables, search.profile_source("region")]
        found["region"] = None, ", ".join(places + (["instance metadata"] if metadata_region else []))


def _needs_region(found: Mapping[str, tuple[Any, str]]) -> bool:
    """Return True if a region is needed because the global endpoint cannot be used."""
    if found["endpoint"][0] and region_of_sts_host(host_of(str(found["endpoint"][0]))):
        return False
    globally = found["use_global_endpoint"][0] or found["sts_regional_endpoints"][0] == "legacy"
    return not globally or bool(found["use_fips_endpoint"][0] or found["use_dualstack_endpoint"][0])


def _settle_retries(search: _Search) -> None:
    retries = search.options.get("max_retries")
    mode = search.found["retry_mode"][0]
    if retries is not None:
        if search.options.get("max_attempts") is not None:
            raise ConfigError(
                "max_attempts= and max_retries= were given; give one of them. max_attempts= counts the first attempt, "
                "max_retries= (v2's name) does not."
            )
        search.found["max_attempts"] = _check("max_retries", RETRIES, retries) + 1, "option max_retries="
    elif search.found["max_attempts"][1] == DEFAULT and mode in MODE_ATTEMPTS:
        search.found["max_attempts"] = MODE_ATTEMPTS[mode], f"default of retry_mode {mode}"


def _settle_defaults_mode(search: _Search) -> None:
    """Use the connect timeout of the mode. "auto" compares the region with the one that AWS services set for this process."""
    mode, environ = search.found["defaults_mode"][0], search.environ
    if mode == "auto":
        here = (environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")) if environ.get("AWS_EXECUTION_ENV") else None
        mode = "standard" if not here else "in-region" if here == search.found["region"][0] else "cross-region"
    if mode in CONNECT_TIMEOUTS and search.found["connect_timeout"][1] == DEFAULT:
        search.found["connect_timeout"] = CONNECT_TIMEOUTS[mode], f"default of defaults_mode {mode}"


def _settle_proxies(search: _Search) -> None:
    """Use the environment's proxies if no option is set. Lower-case variables take precedence; an empty one means no proxy."""
    proxies, names = {}, []
    for scheme in () if search.found["proxies"][0] is not None else PROXY_SCHEMES:
        name = f"{scheme}_proxy"
        url = search.environ.get(name)
        if url is None and not (scheme == "http" and CGI_VARIABLE in search.environ):
            name = name.upper()
            url = search.environ.get(name)
        if url and url.strip():
            proxies[scheme] = url.strip()
            names.append(name)
    search.found["environment_proxies"] = proxies, ", ".join(names) or DEFAULT
