"""Wiring of v2 clients: the global endpoint without a region, and the current credentials of `config`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sts.base.spelling import camel_case
from sts.credentials.choose import choose_credentials
from sts.credentials.normalize import credentials_of, provider_of
from sts.errors import ConfigError, CredentialsError, MissingRegionError, STSError
from sts.http import AbortSignal
from sts.identity import Credentials as Value
from sts.pipeline.call import Wiring
from sts.pipeline.wiring import wire_client
from sts.retry import RetryToken
from sts.retry.legacy import LegacyRetry
from sts.v2.client_options import KEYS
from sts.v2.configuration import Config
from sts.v2.credentials.identity import Credentials, ask
from sts.v2.errors import MISSING_CREDENTIALS, as_v2, credentials_error, field_of


def wire_v2_client(options: Mapping[str, Any], closing: AbortSignal | None) -> Wiring:
    """Resolve *options* of the library. Like v2, never request the region from the instance metadata."""
    flag = options.get("sts_regional_endpoints")
    if flag not in (None, "legacy", "regional"):
        problem = f"stsRegionalEndpoints is {flag!r}; it must be 'legacy' or 'regional'."
        raise as_v2(ConfigError(problem, code="InvalidConfiguration"))
    try:
        wiring = wire_client(options, closing, choose_credentials)
    except MissingRegionError as error:
        wiring = _wire_without_region(options, closing, error)
    except ConfigError as error:
        raise _coded(error) from None
    if wiring.settings.endpoint and not wiring.settings.region:
        raise missing_region("A custom endpoint needs a region.")
    if isinstance(wiring.retry, LegacyRetry):
        return wiring._replace(retry=_Retry(wiring.retry))
    return wiring


def _coded(error: ConfigError) -> ConfigError:
    """Return *error* with v2's code if the variable or the profile has an invalid value for the regional endpoints."""
    name, key = error._setting
    if name != "sts_regional_endpoints":
        return error
    code = "InvalidConfiguration" if key else "InvalidEnvironmentalVariable"
    return as_v2(ConfigError(error.message, code=code))


def _wire_without_region(options: Mapping[str, Any], closing: AbortSignal | None, missing: MissingRegionError) -> Wiring:
    """Use the global endpoint. A regional or a custom endpoint without a region is an error, as in v2."""
    settings = wire_client({**options, "region": "us-east-1"}, None, choose_credentials).settings
    regional = settings.sts_regional_endpoints == "regional" and settings.sources["sts_regional_endpoints"] != "default"
    if regional or settings.endpoint:
        raise missing_region(missing.message)
    return wire_client({**options, "use_global_endpoint": True}, closing, choose_credentials)


def missing_region(hint: str) -> ConfigError:
    """Return the error of v2 for a missing region."""
    return as_v2(ConfigError("Missing region in config", hint=hint))


class _Retry(LegacyRetry):
    """Copy of a retry strategy whose delay is proposed before the listeners of `retry`, which may change it."""

    def __init__(self, legacy: LegacyRetry) -> None:
        vars(self).update(vars(legacy))

    def delay(self, retry_count: int, error: STSError) -> float:
        """Return the seconds before the next attempt; negative for no retry."""
        return self.milliseconds(retry_count, error) / 1000

    def refresh_retry_token_for_retry(self, token: RetryToken, error: STSError) -> RetryToken | None:
        """Return the token for one more attempt after *error*, or None to give up."""
        delay = error.retry_delay or 0.0
        if token.retry_count + 1 >= self.max_attempts or not error.retryable or delay < 0:
            return None
        return RetryToken(token.retry_count + 1, delay)


class ConfigCredentials:
    """Credential provider of a client: the current `config.credentials`, or the result of its `credentialProvider`."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def cached(self) -> Value | None:
        """Return the cached credentials, or None if they must be fetched."""
        held = self._config.credentials
        return provider_of(held).cached() if hasattr(held, "retrieve") else None

    def retrieve(self) -> Value:
        """Return the credentials. Raises the CredentialsError of v2 for any failure."""
        held = self._config.credentials
        try:
            if hasattr(held, "retrieve") and not isinstance(held, Credentials):
                return provider_of(held).retrieve()
            return self._usable(ask(self._config.get_credentials))
        except Exception as error:
            raise credentials_error(error, MISSING_CREDENTIALS) from error

    def _usable(self, found: Any) -> Value:
        if isinstance(found, Credentials):
            return found.held()
        keys = {name: field_of(found, name, camel_case(name)) for name in KEYS}
        if not (keys["access_key_id"] and keys["secret_access_key"]):
            raise CredentialsError("Missing credentials", code="CredentialsError")
        return credentials_of(keys)

    def invalidate(self, credentials: Value) -> bool:
        """Mark the credentials as expired if they are still *credentials*. Returns whether a refresh is possible."""
        held = self._config.credentials
        if hasattr(held, "invalidate"):
            return bool(held.invalidate(credentials))
        if hasattr(held, "retrieve"):
            return bool(provider_of(held).invalidate(credentials))
        return callable(getattr(held, "get", None))
