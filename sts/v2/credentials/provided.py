"""Credentials of v2 from a provider of this library, refreshed in the background before they expire."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sts.base.suggestions import suggest
from sts.credentials.chain.chain import Context, ProfileReader, ProviderChain
from sts.credentials.chain.default import ProfileLink
from sts.credentials.refresh.cache import CachedProvider
from sts.errors import ConfigError, CredentialsError
from sts.identity import CredentialProvider
from sts.identity import Credentials as Value
from sts.v2.background import outcome_of
from sts.v2.client_options import KEYS, KNOWN, merge, snake_keys, translate
from sts.v2.credentials.identity import Credentials, ask
from sts.v2.namespace import Namespace


class LoadedCredentials(Credentials):
    """Credentials from a *provider*. Clients refresh them early, like those of any other provider."""

    error_code = ""
    """Code of errors about missing credentials or invalid configuration."""

    def __init__(self, provider: CredentialProvider) -> None:
        super().__init__()
        self.expired = True
        self._refresher = CachedProvider(provider)
        self._loaded: Value | None = None

    def _read_options(self, known: Sequence[str], options: Mapping[str, Any] | None, more: Mapping[str, Any]) -> dict[str, Any]:
        """Return options in snake_case. Raises TypeError for an option that neither the class (*known*) nor a client has."""
        given = snake_keys({**(options or {}), **more})
        for name in given:
            if name not in known and name not in KNOWN:
                kind = type(self).__name__
                raise TypeError(f"AWS.{kind} has no option {name!r}.{suggest(name, known)} It may have {', '.join(known)}.")
        return given

    def load(self) -> Value:  # type: ignore[override]  # the form without callback
        """Fetch the credentials from the provider."""
        try:
            self._loaded = self._refresher.refresh()
        except (CredentialsError, ConfigError) as error:
            error.code = self.error_code or error.code
            raise
        return self._loaded

    def cached(self) -> Value | None:
        """Return the credentials, or None if they must be refreshed. Early refreshes run in the background."""
        if self.needs_refresh() or self.own("get"):
            return None
        renewed = self._refresher.cached()
        if renewed is not None and self._loaded is not None and renewed is not self._loaded:
            self._loaded = renewed
            self.fill(renewed)
        return self._value()

    def invalidate(self, credentials: Value) -> bool:
        """Mark the credentials as expired if they are still *credentials*. Returns whether a refresh is possible."""
        super().invalidate(credentials)
        return self._refresher.invalidate(credentials)

    def _value(self) -> Value:
        loaded, value = self._loaded, super()._value()
        # The value of the provider also has the account and the source.
        same = loaded is not None and all(getattr(loaded, name) == getattr(value, name) for name in KEYS)
        return loaded if loaded is not None and same else value


def client_options(given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the options for STS calls: *given*, in terms of v2, override those of `AWS.config`."""
    config = Namespace.read_config()
    return translate(merge(config.to_dict(), snake_keys(config.sts), snake_keys(given or {})))


def profile_provider(profile: str, context: Context, *sources: str) -> CredentialProvider:
    """Return the provider of the first of *sources* that *profile* configures."""
    reader = ProfileReader(context.environ)
    return ProviderChain([(source, ProfileLink(source, profile, reader, context)) for source in sources], reader)


def code_from(function: Any, error_code: str) -> Callable[[str], str]:
    """Return *function* (v2's `tokenCodeFn`) as a function that waits for its callback and returns the code."""
    if not callable(function):
        raise ConfigError(
            f"tokenCodeFn must be a function when params.SerialNumber is given, not {type(function).__name__}: it is called "
            "with the serial number and a callback for (error, code).",
            code=error_code,
        )

    def code(serial: str) -> str:
        error, value = outcome_of(lambda: ask(function, serial))
        if error is not None:
            cause = getattr(error, "message", None) or str(error)
            raise CredentialsError(f"Error fetching MFA token: {cause}", code=error_code) from error
        return str(value)

    return code
