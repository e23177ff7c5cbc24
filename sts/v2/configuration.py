"""`AWS.config`: options for every client made afterwards."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sts.base.spelling import snake_case
from sts.base.suggestions import suggest
from sts.errors import ConfigError
from sts.identity import refuse_pickle
from sts.settings.settings import Settings
from sts.v2.background import call_later
from sts.v2.credentials.identity import Credentials
from sts.v2.options import KNOWN, merge, snake_keys, translate
from sts.v2.wiring import wire_v2_client

if TYPE_CHECKING:
    from sts.pipeline.call import CachedCredentials


KEYS = ("access_key_id", "secret_access_key", "session_token")
"""The options that make up credentials."""


class Section:
    """Hold options as attributes, in snake_case or camelCase; one that is not set is None."""

    def __init__(self, options: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        object.__setattr__(self, "_values", {})
        self.update(options, **more)

    def update(self, options: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        """Set *options*; unknown ones are ignored, as in v2."""
        for name, value in {**snake_keys(options or {}), **snake_keys(more)}.items():
            if self._knows(name):
                setattr(self, name, value)

    def clear(self) -> None:
        """Forget every option."""
        self._values.clear()

    def to_dict(self) -> dict[str, Any]:
        """Return a copy of the options that are set."""
        return {key: value for key, value in self._values.items() if value is not None}

    def _knows(self, name: str) -> bool:
        return name in KNOWN

    def _attribute(self, name: str) -> str:
        plain = snake_case(name)
        if not self._knows(plain):
            raise AttributeError(f"There is no option {name!r}.{suggest(plain, KNOWN)}", name=name, obj=self)
        return plain

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        plain = snake_case(name)
        if plain != name and hasattr(type(self), plain):
            return getattr(self, plain)
        if plain == "credentials" and self._values.get("access_key_id"):
            self.credentials = Credentials(*(self._values.get(key) for key in KEYS))
        return self._values.get(self._attribute(name))

    def __setattr__(self, name: str, value: Any) -> None:
        plain = self._attribute(name)
        if plain == "http_options" and isinstance(value, Mapping):
            value = {**(self._values.get(plain) or {}), **snake_keys(value)}
        elif plain == "credentials":
            value = Credentials(value) if isinstance(value, Mapping) else value
            self._forget(KEYS)
        elif plain == "access_key_id":
            self._forget(("credentials",))
        self._values[plain] = value

    def _forget(self, names: Iterable[str]) -> None:
        """Forget the options *names*: of a key pair and credentials that which was set last counts."""
        for name in names:
            self._values.pop(name, None)

    __reduce_ex__ = refuse_pickle

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {sorted(self.to_dict())}>"


class Config(Section):
    """
    Hold the options of all services, and in `sts` those of this one.

    A client takes a snapshot when it is made: its own options win over `config.sts`, and that over `config`.
    """

    def __init__(self, options: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        object.__setattr__(self, "_sts", Section())
        super().__init__(options, **more)

    @property
    def sts(self) -> Section:
        """The options for STS alone; may be assigned a mapping."""
        section: Section = self._sts
        return section

    @sts.setter
    def sts(self, options: Mapping[str, Any] | Section) -> None:
        self._sts.clear()
        self._sts.update(options.to_dict() if isinstance(options, Section) else options)

    @property
    def region(self) -> str | None:
        """The region that was set, else that of the environment."""
        environ = os.environ
        region = self._values.get("region") or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
        return region or None

    @region.setter
    def region(self, region: str | None) -> None:
        self._values["region"] = region

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)
        if found is None and name == "credentials" and os.environ.get("AWS_ACCESS_KEY_ID"):
            return Credentials(*(os.environ.get(f"AWS_{key.upper()}") for key in KEYS))
        return found

    def clear(self) -> None:
        """Forget every option, also those for STS."""
        super().clear()
        self._sts.clear()

    def load_from_path(self, path: str) -> Config:
        """Replace the options by those of a JSON file, as v2's `loadFromPath`."""
        with open(path, encoding="utf-8") as file:
            options = json.load(file)
        if not isinstance(options, dict):
            raise ConfigError(f"{path} does not hold a JSON object of options.")
        self.clear()
        self.update(options)
        return self

    def set_promises_dependency(self, dependency: Any = None) -> None:
        """Do nothing: promises are this library's, whatever *dependency* a script names."""

    def get_credentials(self, callback: Callable[[Any, Any], object]) -> None:
        """Call *callback* with `(error, credentials)`; what the default chain finds is kept as `credentials`."""
        call_later(self._load_credentials, callback)

    def _load_credentials(self) -> Credentials:
        given: Any = Section.__getattr__(self, "credentials")
        if not isinstance(given, Credentials):
            options = translate(merge(self.to_dict(), self.sts.to_dict()))
            given = ProvidedCredentials(wire_v2_client(options, None).credentials)
        credentials: Credentials = given
        credentials.get()
        self.credentials = credentials
        return credentials

    def _knows(self, name: str) -> bool:
        return name == "sts" or super()._knows(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("sts", "region"):
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)


class ClientConfig:
    """Show how a client works: its options under v2's names and in v2's units, then its settings. It cannot be changed."""

    def __init__(self, options: Mapping[str, Any], settings: Callable[[], Settings]) -> None:
        object.__setattr__(self, "_options", Config(options))
        object.__setattr__(self, "_settings", settings)

    @property
    def region(self) -> str | None:
        """The region that is used."""
        settings: Settings = self._settings()
        return settings.region

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        plain = snake_case(name)
        if self._options.to_dict().get(plain) is None and plain in Settings._fields:
            return getattr(self._settings(), plain)
        return getattr(self._options, name)

    def _refuse(self, *_: Any, **__: Any) -> None:
        raise AttributeError("A client keeps the options it was made with; make another AWS.STS with those that you want.")

    __reduce_ex__ = refuse_pickle
    __setattr__ = update = clear = load_from_path = loadFromPath = _refuse  # noqa: N815 - v2's name

    def __repr__(self) -> str:
        return repr(self._options)


class ProvidedCredentials(Credentials):
    """Load from a *provider* of the library."""

    def __init__(self, provider: CachedCredentials) -> None:
        super().__init__()
        self._provider = provider

    def load(self) -> Any:
        """Return what the provider has."""
        return self._provider.retrieve()


config = Config()
"""The one of the namespace; `AWS.config = AWS.Config(...)` puts another in its place."""
