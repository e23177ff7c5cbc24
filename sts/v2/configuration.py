"""`AWS.config` and `AWS.Config`: options for clients, with the defaults of v2."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sts.base.forks import load_library
from sts.base.records import of_whole
from sts.base.spelling import snake_case
from sts.calling.promise import Promise
from sts.errors import ConfigError, STSError
from sts.identity import Credentials as Value
from sts.identity import refuse_pickle
from sts.settings.profiles import load_profiles
from sts.v2.client_options import DEFAULTS, KEYS, KNOWN, TIMEOUT, Options, snake_keys
from sts.v2.credentials.identity import Credentials, where_asked
from sts.v2.errors import credentials_error

_FIPS = {"aws-fips": "us-east-1", "fips-aws-global": "us-east-1", "fips-aws-us-gov-global": "us-gov-west-1"}
_GLOBAL = {"aws-global": "us-east-1", "aws-us-gov-global": "us-gov-west-1"}


def real_region(region: str) -> tuple[str, bool]:
    """Return the region of a pseudo region of v2 (`fips-us-east-1`, `aws-global`), and whether it selects FIPS."""
    if region in _GLOBAL:
        return _GLOBAL[region], False
    if region.startswith("fips-") or region.endswith("-fips"):
        plain = region.replace("fips-dkr-", "").replace("fips-prod-", "").replace("fips-", "").replace("-fips", "")
        return _FIPS.get(region, plain), True
    return region, False


def _profile() -> Mapping[str, Any]:
    """Return the current profile of the shared files. The first call reports that they are invalid."""
    try:
        return load_profiles(os.environ).profiles.get(os.environ.get("AWS_PROFILE") or "default", {})
    except STSError:
        return {}


def _find_region() -> str | None:
    environ = os.environ
    region: Any = environ.get("AWS_REGION") or environ.get("AMAZON_REGION") or environ.get("AWS_DEFAULT_REGION")
    region = region or _profile().get("region")
    return real_region(region)[0] if isinstance(region, str) and region else None


def _find_credentials() -> Any:
    """Return the keys of the environment or of the profile, or None."""
    if not any(map(os.environ.get, ("AWS_ACCESS_KEY_ID", "AMAZON_ACCESS_KEY_ID"))) and not _profile().get("aws_access_key_id"):
        return None
    from sts.v2.credentials.local import EnvironmentCredentials, SharedIniFileCredentials

    makers = (
        lambda: EnvironmentCredentials("AWS"),
        lambda: EnvironmentCredentials("AMAZON"),
        lambda: SharedIniFileCredentials({"disable_assume_role": True}),
    )
    return next((made for made in (make() for make in makers) if not made.needs_refresh()), None)


LOADED: Mapping[str, Callable[[], Any]] = {
    "credentials": _find_credentials,
    "region": _find_region,
    "logger": lambda: sys.stdout if os.environ.get("AWSJS_DEBUG") else None,
}
"""Options that v2 reads from the environment and the shared files at start."""
_SECTIONS: Mapping[str, Any] = {"api_versions": {}, "http_options": {"timeout": TIMEOUT}, "retry_delay_options": {}, "sts": {}}
"""Options whose keys can be assigned, with their defaults."""
_NULLS = ("credentials", "credential_provider", "max_retries", "logger", "params", "region", "max_attempts")
"""Options that stay None in the config of a client."""
_OPTIONS = (KNOWN | LOADED.keys()) - {*KEYS}
"""Keys of a config in v2; a key pair becomes `credentials`."""
_UNSET_BY_NONE = ("region", "max_retries", "http_options", "endpoint")
_UNSET = {"max_retries": None, "endpoint": None, "logger": None, "params": None, "credential_provider": None}
"""Options that a Config used as options resets if they are unset, because v2 copies keys without a value too."""


class Config:
    """
    Options of all services as attributes, in snake_case or camelCase, and sections for one service such as `sts`. Region and
    credentials of the environment and of the shared files are read when the object is created. Each client has its own copy. A
    change of it applies to later calls. Unknown options are None.
    """

    _values: dict[str, Any]
    _client: Any  # set in the config of a client
    region: str | None
    """Region that was set, or region of the environment or the profile."""
    http_options: Any
    """Transport options, an `Options` whose keys can be assigned. Assignable with a mapping."""
    sts: Any
    """Options for STS only, an `Options`. Assignable with a mapping."""

    def __init__(self, options: Mapping[str, Any] | Config | None = None, /, **more: object) -> None:
        vars(self)["_values"] = {}
        self._reset(_given(options, more))

    def _reset(self, options: Mapping[str, Any]) -> None:
        """Replace every option except service sections by *options*, or by the value of the environment."""
        for name in _OPTIONS & self._values.keys():
            del self._values[name]
        for name, value in options.items():
            if name in _OPTIONS:
                self._set(name, value)
        for name, find in LOADED.items():
            if name not in options:
                self._values[name] = find()

    def update(
        self, options: Mapping[str, Any] | Config | None = None, allow_unknown_keys: bool = False, /, **more: object
    ) -> None:
        """Set *options*. Unknown options are ignored unless *allow_unknown_keys*; service sections (mappings) are kept."""
        for name, value in _given(options, more).items():
            if allow_unknown_keys or name in _OPTIONS or (isinstance(value, Mapping) and name not in KEYS):
                self._set(name, value)

    def _set(self, name: str, value: Any) -> None:
        """Set one option like `set` of v2."""
        if value is None and name in _UNSET_BY_NONE:
            self._values.pop(name, None)
            if name in LOADED:
                self._values[name] = LOADED[name]()
            return
        if name == "http_options" and isinstance(value, Mapping):
            value = Options({**self.http_options, **value})
        self._values[name] = _held(name, value)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        plain = snake_case(name)
        if plain != name and hasattr(type(self), plain):
            return getattr(self, plain)
        value = self._values.get(plain)
        if not value and plain == "region":
            return LOADED["region"]()
        if value is None and plain in _SECTIONS:
            value = self._values[plain] = Options(_SECTIONS[plain])
        value = DEFAULTS.get(plain) if value is None else value
        if value is not None or "_client" not in vars(self) or plain in _NULLS:
            return value
        # Options without a name in v2 are read from the resolved settings of the client.
        return self._client.endpoint.hostname if plain == "endpoint" else getattr(self._client._wire().settings, plain, None)

    def __setattr__(self, name: str, value: Any) -> None:
        plain = snake_case(name)
        self._values[plain] = _held(plain, value)

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    def __setitem__(self, name: str, value: Any) -> None:
        setattr(self, name, value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def set(self, name: str, value: object, default: object = None) -> None:
        """Set the option *name* to *value*, or if that is None to *default* or its result. `http_options` are merged."""
        if value is None:
            value = default() if callable(default) else default
        self._set(snake_case(name), value)

    def clear(self) -> None:
        """Reset every option except service sections. Region and credentials are read from the environment again."""
        self._reset({})

    def to_dict(self) -> dict[str, Any]:
        """Return a copy of the options that are set; mappings are copied too."""
        return {
            key: dict(value) if isinstance(value, Options) else value
            for key, value in self._values.items()
            if value is not None and key != "sts"
        }

    def load_from_path(self, path: str) -> Config:
        """Replace the options by those in a JSON file, like `loadFromPath` of v2. Returns this object."""
        with open(path, encoding="utf-8") as file:
            options = json.load(file)
        if not isinstance(options, dict):
            raise ConfigError(f"{path} does not hold a JSON object of options.")
        self._reset(_given(options, {}))
        return self

    def set_promises_dependency(self, dependency: object = None) -> None:
        """Do nothing: the library always uses its own promises, not *dependency*."""

    def get_promises_dependency(self) -> type[Promise[Any]]:
        """Return the promise class of this library."""
        return Promise

    def get_credentials(self, callback: Callable[[Any, Any], object]) -> None:
        """Call *callback* with `(error, credentials)`. The result of the provider chain becomes `credentials`."""
        answer, held = where_asked(callback), self.credentials
        source = "any providers" if held is None else type(held).__name__

        def got(error: Any = None, found: Any = None, *_: Any) -> None:
            if error:
                answer(credentials_error(error, f"Could not load credentials from {source}"), None)
                return
            if held is None:
                self._values["credentials"] = found
            answer(None, found if held is None else held)

        got.direct = True  # type: ignore[attr-defined]  # the answer is given where it was asked for
        if held is None:
            provider = self.credential_provider or load_library("sts.v2.credentials.chain").CredentialProviderChain()
            provider.resolve(got)
        elif callable(getattr(held, "get", None)) and not isinstance(held, Mapping):
            held.get(got)
        else:
            answer(None, held)

    __reduce_ex__ = refuse_pickle

    @of_whole
    def __repr__(self) -> str:
        return f"<{type(self).__name__} {sorted(self.to_dict())}>"


def options_in(options: Any) -> dict[str, Any]:
    """Return *options*, a mapping or a Config, with keys in snake_case."""
    if isinstance(options, Config):
        return {**_UNSET, **options._values}
    if options is None or isinstance(options, Mapping):
        return snake_keys(options or {})
    raise TypeError(f"Options are of type {type(options).__name__}. Use a mapping or an AWS.Config.")


def _given(options: Any, more: Mapping[str, Any]) -> dict[str, Any]:
    """Return *options* and *more*, with a complete key pair turned into `credentials`."""
    given = {**options_in(options), **snake_keys(more)}
    if given.get("access_key_id") and given.get("secret_access_key"):
        given["credentials"] = Credentials(*(given.get(name) for name in KEYS))
    return given


def _held(name: str, value: Any) -> Any:
    """Return *value* in the form in which the option *name* stores it."""
    if isinstance(value, (Mapping, Value)) and name == "credentials":
        return Credentials(value)
    return Options(value) if isinstance(value, dict) and not isinstance(value, Options) else value
