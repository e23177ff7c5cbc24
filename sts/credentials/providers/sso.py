"""Credentials of AWS IAM Identity Center (SSO): the cached token of `aws sso login`, its renewal, and a role's credentials."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from hashlib import sha1
from typing import Any
from urllib.parse import urlencode

from sts.base.frames import without_locals
from sts.base.records import Record
from sts.base.time import format_timestamp, sleep, unix_time
from sts.credentials.chain.chain import Confidential, Context
from sts.credentials.exchange.fetch import (
    Tries,
    ask,
    ask_json,
    client_handler,
    error_code,
    parse_object,
    read_json,
    service_options,
)
from sts.credentials.exchange.json_credentials import SSO, credentials_in, is_past, time_in
from sts.credentials.exchange.service_urls import aws_url, service_url, variants_of
from sts.credentials.refresh.file_lock import locked, write_private
from sts.errors import ConfigError, CredentialsError
from sts.http import Handler, HttpRequest
from sts.identity import LEGACY_SSO, Credentials, with_features
from sts.logs import LOGGER
from sts.settings.profiles import Profiles, expand_path
from sts.settings.sections import Section
from sts.settings.table import check_options

WHAT = "The SSO service"
RENEWAL_SECONDS = 5 * 60.0
"""Seconds before the expiration at which a token is renewed (AWS SDK for JavaScript v3)."""
TRIES = Tries(attempts=3, pause=0.5, seconds=10.0)
PROFILE_KEYS = ("sso_account_id", "sso_role_name")
SESSION_KEYS = ("sso_start_url", "sso_region")


class LoginRequiredError(CredentialsError):
    """There is no valid token: the user must sign in."""


class SSOSession(Record):
    """
    Parameters of a token: *start_url*, *region*, and the *name* of the sso-session (None for the legacy form).

    *directory* is the folder of the cache. *advice* tells the user what to do if the token cannot be used.
    """

    start_url: str
    region: str
    name: str | None
    directory: str
    advice: str

    @property
    def path(self) -> str:
        """The file of the cached token."""
        # SHA-1 as in the AWS CLI; nothing depends on its strength.
        digest = sha1((self.name or self.start_url).encode(), usedforsecurity=False).hexdigest()
        return os.path.join(self.directory, f"{digest}.json")


def token_directory(environ: Mapping[str, str]) -> str:
    """Return the folder in which `aws sso login` caches tokens."""
    return expand_path("~/.aws/sso/cache", environ)


def read_cached(path: str) -> dict[str, Any] | None:
    """Return the JSON object in a file, or None if there is none."""
    try:
        with open(path, "rb") as file:
            return parse_object(file.read())
    except OSError:
        return None


class SSOProvider(Confidential):
    """
    Provider of a role's credentials for the cached token of `aws sso login`. The token is renewed if possible.

    Args:
        start_url: the access portal.
        region: the region of IAM Identity Center.
        account_id: the role's account.
        role_name: the role's (permission set's) name.
        session_name: name of the sso-session. None for the legacy form of profiles, whose tokens cannot be renewed.
        cache_directory: folder of the cached tokens. Default: `~/.aws/sso/cache`.
        portal_url: base URL of the service instead of AWS's.
        oidc_url: base URL of the service that renews tokens, instead of AWS's.
        profile: name of the profile, for the advice in errors.
        options: transport options of a client: verify, cert, proxies, session, request_handler.

    """

    def __init__(
        self,
        *,
        start_url: str,
        region: str,
        account_id: str,
        role_name: str,
        session_name: str | None = None,
        cache_directory: str | None = None,
        portal_url: str | None = None,
        oidc_url: str | None = None,
        profile: str | None = None,
        environ: Mapping[str, str] | None = None,
        handler: Handler | None = None,
        now: Callable[[], float] = unix_time,
        sleep: Callable[[float], object] = sleep,
        **options: Any,
    ) -> None:
        check_options(options)
        environ = os.environ if environ is None else environ
        name = f" --profile {profile}" if profile else ""
        directory = cache_directory or token_directory(environ)
        self._session = SSOSession(
            start_url, region, session_name, directory, f"Run `sts login{name}` or `aws sso login{name}`."
        )
        self._query = urlencode({"role_name": role_name, "account_id": account_id})
        self._account_id = account_id
        variants = variants_of(options, environ)
        self._portal_url = (portal_url or service_url("sso", aws_url("portal.sso", region, **variants), environ)).rstrip("/")
        self._oidc_url = (oidc_url or service_url("sso_oidc", aws_url("oidc", region, **variants), environ)).rstrip("/")
        self._environ = environ
        self._handler = handler
        self._options = options
        self._now = now
        self._sleep = sleep

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials of the role. Raise CredentialsError if the user must log in again."""
        with client_handler(self._handler, self._options, self._environ) as handler:
            token = self._access_token(handler)
            url = f"{self._portal_url}/federation/credentials?{self._query}"
            request = HttpRequest("GET", url, {"x-amz-sso_bearer_token": token})
            response = ask(handler, request, TRIES, what=WHAT, hidden=(token,), sleep=self._sleep)
        document = parse_object(response.body) or {}
        if response.status == 401 or error_code(response, document) == "UnauthorizedException":
            raise LoginRequiredError(
                f"The SSO token is no longer accepted. {self._session.advice}", status_code=response.status
            )
        found = read_json(response, WHAT, (token,)).get("roleCredentials")
        if not isinstance(found, dict):
            raise CredentialsError(f"{WHAT} returned no roleCredentials.")
        credentials = credentials_in({**found, "accountId": self._account_id}, SSO, WHAT, "sso")
        return credentials if self._session.name else with_features(credentials, [LEGACY_SSO.feature])

    def _access_token(self, handler: Handler) -> str:
        """Return a valid token, renewed if it is of an sso-session and about to expire. A token is used while it is valid."""
        document = self._read_token()
        expires = time_in(document, "expiresAt", "The cached SSO token")
        if self._session.name and is_past(expires, self._now(), RENEWAL_SECONDS):
            with locked(f"{self._session.path}.lock", 30.0):
                document = self._read_token()  # another process may have been faster
                expires = time_in(document, "expiresAt", "The cached SSO token")
                if is_past(expires, self._now(), RENEWAL_SECONDS):
                    document = self._renewed(document, handler)
                    expires = time_in(document, "expiresAt", "The SSO service")
        if is_past(expires, self._now()):
            raise LoginRequiredError(f"The SSO token expired at {expires}. {self._session.advice}")
        return str(document["accessToken"])

    def _read_token(self) -> dict[str, Any]:
        document = read_cached(self._session.path)
        if document is None or not isinstance(document.get("accessToken"), str) or not document.get("expiresAt"):
            raise LoginRequiredError(f"The cache has no usable SSO token. {self._session.advice}")
        return document

    def _renewed(self, document: dict[str, Any], handler: Handler) -> dict[str, Any]:
        needed = ("refreshToken", "clientId", "clientSecret")
        missing = [key for key in needed if not isinstance(document.get(key), str)]
        registered = time_in(document, "registrationExpiresAt", "The cached SSO token")
        if missing or is_past(registered, self._now()):
            reason = f"it has no {', '.join(missing)}" if missing else "the client's registration has expired"
            LOGGER.info("The SSO token cannot be renewed: %s.", reason)
            return document
        body = {"clientId": document["clientId"], "clientSecret": document["clientSecret"]}
        body |= {"grantType": "refresh_token", "refreshToken": document["refreshToken"]}
        request = HttpRequest(
            "POST", f"{self._oidc_url}/token", {"content-type": "application/json"}, json.dumps(body).encode()
        )
        hidden = tuple(document[key] for key in (*needed, "accessToken"))
        try:
            answer = ask_json(handler, request, TRIES, what="The SSO OIDC service", hidden=hidden, sleep=self._sleep)
            renewed = self._merged(document, answer)
        except CredentialsError as error:
            LOGGER.warning("The SSO token was not renewed: %s", error.message)
            return document
        try:
            write_private(self._session.path, json.dumps(renewed))
        except OSError as error:
            LOGGER.warning("The renewed SSO token cannot be written to the cache: %s", error.strerror)
        return renewed

    def _merged(self, document: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        """Return the cached *document* with the values from the response."""
        token, seconds = answer.get("accessToken"), answer.get("expiresIn")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise CredentialsError("The SSO OIDC service returned no accessToken or no expiresIn.")
        expires = format_timestamp(datetime.fromtimestamp(int(self._now()) + seconds, timezone.utc))
        renewed = {"startUrl": self._session.start_url, "region": self._session.region, **document}
        renewed |= {"accessToken": token, "expiresAt": expires}
        if isinstance(answer.get("refreshToken"), str):
            renewed["refreshToken"] = answer["refreshToken"]
        return renewed

    def _shown(self) -> str:
        return repr(self._session.name or self._session.start_url)


def from_profile(profiles: Profiles, profile: str, context: Context) -> SSOProvider:
    """Return the provider of a profile with `sso_account_id` and `sso_role_name`."""
    found, options = sso_properties(profiles, profile), service_options(context)
    environ, region = context.environ, found["sso_region"]
    name = profiles.profiles[profile].get("sso_session")
    variants = variants_of(options, environ)
    return SSOProvider(
        start_url=found["sso_start_url"],
        region=region,
        account_id=found["sso_account_id"],
        role_name=found["sso_role_name"],
        session_name=str(name) if name else None,
        portal_url=service_url("sso", aws_url("portal.sso", region, **variants), environ, profiles, profile),
        oidc_url=service_url("sso_oidc", aws_url("oidc", region, **variants), environ, profiles, profile),
        profile=profile,
        environ=environ,
        handler=context.handler,
        now=context.now,
        sleep=context.sleep,
        **options,
    )


def sso_properties(profiles: Profiles, profile: str) -> dict[str, str]:
    """Return the four SSO properties of a profile and its sso-session. Raise ConfigError if they are missing or contradict."""
    section = profiles.profiles[profile]
    name = section.get("sso_session")
    session: Section = {}
    if name:
        if str(name) not in profiles.sso_sessions:
            raise ConfigError(f"The profile {profile!r} has sso_session = {name}, but there is no [sso-session {name}].")
        session = profiles.sso_sessions[str(name)]
    for key in SESSION_KEYS:
        if key in section and session.get(key, section[key]) != section[key]:
            raise ConfigError(
                f"The profile {profile!r} and [sso-session {name}] have different {key}; leave it out of the profile."
            )
    merged = {**section, **session}
    missing = [key for key in (*PROFILE_KEYS, *SESSION_KEYS) if not merged.get(key)]
    if missing:
        place = f" and [sso-session {name}]" if name else ""
        raise ConfigError(f"The profile {profile!r}{place} is configured for SSO, but has no {', no '.join(missing)}.")
    return {key: str(merged[key]) for key in (*PROFILE_KEYS, *SESSION_KEYS)}
