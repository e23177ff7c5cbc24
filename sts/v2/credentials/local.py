"""Credential classes of v2 for this machine: environment, files, processes, metadata services."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sts.base.functions import check_function
from sts.credentials.chain.chain import Context, text_of
from sts.credentials.exchange.fetch import Tries
from sts.credentials.normalize import CallableProvider
from sts.credentials.providers.container import ContainerProvider
from sts.credentials.providers.instance import InstanceMetadataProvider
from sts.credentials.providers.json_file import FileSystemProvider
from sts.credentials.providers.local import EnvironmentProvider, SharedFilesProvider
from sts.errors import ConfigError, CredentialsError
from sts.identity import CredentialProvider
from sts.identity import Credentials as Value
from sts.settings import kinds
from sts.settings.profiles import load_profiles
from sts.settings.sections import Section
from sts.v2.background import call_later, call_with, outcome_of
from sts.v2.client_options import snake_keys
from sts.v2.credentials.identity import Credentials, ErrorCallback, ask
from sts.v2.credentials.provided import LoadedCredentials, client_options, code_from, profile_provider
from sts.v2.errors import as_v2

RETRIES, TIMEOUT, PAUSE = 3, 1000, 0.1
"""Defaults of v2 for metadata services: retries, milliseconds per try, seconds between tries."""
PROFILE_OPTIONS = ("callback", "filename", "profile")
REMOTE_OPTIONS = ("http_options", "max_retries")
METADATA_OPTIONS = (*REMOTE_OPTIONS, "ec2_metadata_v1_disabled", "endpoint", "filename", "host", "profile")


class ReadCredentials(Credentials):
    """Credentials that are read synchronously, by the constructor and at each refresh."""

    def refresh(self, callback: ErrorCallback | None = None) -> None:
        """Read again, then call *callback* with the error or None. Without a callback, raise the error."""
        check_function("refresh", callback, "callback")
        error, value = outcome_of(self._read)
        if error is not None and (callback is None or not isinstance(error, Exception)):
            raise error
        if error is None:
            self.fill(value)
        if callback is not None:
            call_with(callback, as_v2(error))

    if TYPE_CHECKING:

        def _read(self) -> Value:
            """Read the credentials. Each class has its own way."""


class EnvironmentCredentials(ReadCredentials):
    """Credentials in the variables `_ACCESS_KEY_ID`, `_SECRET_ACCESS_KEY`, `_SESSION_TOKEN` with *env_prefix*."""

    def __init__(self, env_prefix: str | None = None) -> None:
        super().__init__()
        self.env_prefix = env_prefix
        self.get(lambda _: None)

    def _read(self) -> Value:
        prefix = f"{self.env_prefix}_" if self.env_prefix else ""
        names = [f"{prefix}{name}" for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")]
        key, secret, token = (os.environ.get(name, "").strip() for name in names)
        if not (key and secret):
            missing = names[1] if key else names[0]
            raise CredentialsError(f"Variable {missing} not set.", code="EnvironmentCredentialsProviderFailure")
        if self.env_prefix:
            return EnvironmentProvider(prefix=self.env_prefix).retrieve()
        return Value(key, secret, token or None, source="environment")


class FileSystemCredentials(ReadCredentials):
    """Credentials in the JSON file *filename*, read at once and at each refresh."""

    def __init__(self, filename: str) -> None:
        super().__init__()
        self.filename = filename
        self.get(lambda _: None)

    def _read(self) -> Value:
        try:
            with open(os.path.expanduser(self.filename), "rb"):
                pass
        except OSError as error:
            code = errno.errorcode.get(error.errno or 0, "EIO")
            raise CredentialsError(f"{code}: {error.strerror}, open '{self.filename}'", code=code) from error
        try:
            return FileSystemProvider(self.filename).retrieve()
        except CredentialsError as error:
            error.code = "FileSystemCredentialsProviderFailure"
            raise


class ProfileCredentials(LoadedCredentials):
    """Credentials from the *_source* that a profile of the shared files configures. *_known* are the names of its options."""

    _known: tuple[str, ...] = PROFILE_OPTIONS
    _source = ""

    def __init__(self, options: Mapping[str, Any] | None = None, /, **more: object) -> None:
        given = self._read_options(self._known, options, more)
        self.filename = given.get("filename")
        self.profile = profile_name(given)
        self._http_options = given.get("http_options")
        super().__init__(CallableProvider(self._fetch))
        self._start(given.get("callback"))

    def _start(self, callback: ErrorCallback | None) -> None:
        """Load, as the constructors of v2 do. A failure goes to *callback* and to the next use."""
        if self._calls_service():  # in the background, and without a callback at the first use
            if callback is not None:
                call_later(lambda: ask(self.get), lambda error, _: call_with(callback, error))
            return
        error, _ = outcome_of(lambda: ask(self.get))
        if error is not None and not isinstance(error, Exception):
            raise error
        if callback is not None:
            call_with(callback, error)

    def _calls_service(self) -> bool:
        return self._source == "sso"

    def _fetch(self) -> Value:
        if not self._section():
            raise CredentialsError(f"Profile {self.profile} not found", code=self.error_code)
        return self.provider().retrieve()

    def provider(self) -> CredentialProvider:
        """Return the provider that the profile configures now."""
        return profile_provider(self.profile, self.context(), self._source)

    def context(self, **more: Any) -> Context:
        """Return the context of the provider: shared files and client options."""
        options = client_options({"http_options": self._http_options})
        return Context(environ_with(self.filename), {"profile": self.profile, **options}, **more)

    def _section(self) -> Section:
        return load_profiles(environ_with(self.filename)).profiles.get(self.profile, {})


class SharedIniFileCredentials(ProfileCredentials):
    """
    Keys of a profile, or credentials of its role.

    *options*: `profile`, `filename`, `disable_assume_role`, `prefer_static_credentials`, `token_code_fn` (called with the
    serial number and a callback for `(error, code)`), `http_options`, `callback`. Keys are read at once. A role is assumed at
    once only if there is a callback.
    """

    error_code = "SharedIniFileCredentialsProviderFailure"
    _known = (*PROFILE_OPTIONS, "disable_assume_role", "http_options", "prefer_static_credentials", "token_code_fn")

    def __init__(self, options: Mapping[str, Any] | None = None, /, **more: object) -> None:
        given = self._read_options(self._known, options, more)
        function = given.get("token_code_fn")
        self._mfa = None if function is None else code_from(function, self.error_code)
        self.role_arn: str | None = None
        self.token_code_fn = function
        self.disable_assume_role = bool(given.get("disable_assume_role"))
        self.prefer_static_credentials = bool(given.get("prefer_static_credentials"))
        super().__init__(given)

    def _calls_service(self) -> bool:
        return self._wants_role() and not self.disable_assume_role

    def provider(self) -> CredentialProvider:
        """Return the provider of the role of the profile, or of its keys."""
        if not self._wants_role():
            if not self._has_keys():
                raise CredentialsError(f"Credentials not set for profile {self.profile}")
            return SharedFilesProvider(self.profile, self.context().environ)
        if self.disable_assume_role:
            raise CredentialsError(
                f"The profile {self.profile!r} assumes a role, and disable_assume_role is set. Remove one of them."
            )
        self.role_arn = text_of(self._section(), "role_arn")
        return profile_provider(self.profile, self.context(mfa=self._mfa), "assume-role")

    def _wants_role(self) -> bool:
        return bool(text_of(self._section(), "role_arn")) and not (self.prefer_static_credentials and self._has_keys())

    def _has_keys(self) -> bool:
        section = self._section()
        return bool(text_of(section, "aws_access_key_id") and text_of(section, "aws_secret_access_key"))


class ProcessCredentials(ProfileCredentials):
    """Credentials from `credential_process` of a profile. *options*: `profile`, `filename`, `callback`."""

    error_code = "ProcessCredentialsProviderFailure"
    _source = "process"


class SsoCredentials(ProfileCredentials):
    """SSO credentials of a profile (`aws sso login`). *options*: `profile`, `filename`, `http_options`, `callback`."""

    error_code = "SsoCredentialsProviderFailure"
    _known = (*PROFILE_OPTIONS, "http_options")
    _source = "sso"


class EC2MetadataCredentials(LoadedCredentials):
    """
    Credentials of the instance role.

    *options*: `http_options` with `timeout` (ms, 1000), `max_retries` (3), `ec2_metadata_v1_disabled`; `host` or `endpoint` of
    the service; `profile` and `filename` for the settings `ec2_metadata_*` of the shared files.
    """

    def __init__(self, options: Mapping[str, Any] | None = None, /, **more: object) -> None:
        given = self._read_options(METADATA_OPTIONS, options, more)
        provider = InstanceMetadataProvider(
            endpoint=f"http://{given['host']}" if given.get("host") else given.get("endpoint"),
            v1_disabled=given.get("ec2_metadata_v1_disabled"),
            section=lambda: load_profiles(environ_with(given.get("filename"))).profiles.get(profile_name(given), {}),
            tries=tries(given),
        )
        super().__init__(provider)


class RemoteCredentials(LoadedCredentials):
    """Credentials of the container. *options*: `http_options` with `timeout` (ms, 1000), `max_retries` (3)."""

    error_code = "ECSCredentialsProviderFailure"

    def __init__(self, options: Mapping[str, Any] | None = None, /, **more: object) -> None:
        given = self._read_options(REMOTE_OPTIONS, options, more)
        super().__init__(ContainerProvider(tries=tries(given)))


ECSCredentials = RemoteCredentials


def tries(options: Mapping[str, Any]) -> Tries:
    """Return number and timeout of tries from options of v2."""
    retries = options.get("max_retries")
    timeout = snake_keys(options.get("http_options") or {}).get("timeout") or TIMEOUT
    try:
        kept = RETRIES if retries is None else kinds.RETRIES.check(retries)
        return Tries(kept + 1, PAUSE, kinds.SECONDS.check(timeout) / 1000)
    except ValueError:
        problem = f"max_retries is {retries!r} and http_options.timeout {timeout!r}; they must be "
    raise ConfigError(f"{problem}{kinds.RETRIES.allowed} and a number of milliseconds.")


def profile_name(options: Mapping[str, Any]) -> str:
    """Return the profile that *options* or the environment name."""
    return options.get("profile") or os.environ.get("AWS_PROFILE") or "default"


def environ_with(filename: str | None) -> Mapping[str, str]:
    """Return the environment, with *filename* as the credentials file if it is set."""
    return {**os.environ, "AWS_SHARED_CREDENTIALS_FILE": filename} if filename else os.environ
