"""Credentials of an `aws login` session."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from hashlib import sha256
from importlib import import_module
from typing import Any

from sts.base.frames import without_locals
from sts.base.time import format_timestamp, sleep, unix_time
from sts.credentials.chain.chain import NO_OPTIONS, Confidential, Context, text_of
from sts.credentials.exchange.fetch import ask, client_handler, parse_object, read_json, service_options
from sts.credentials.exchange.json_credentials import LOGIN, credentials_in, is_past
from sts.credentials.exchange.service_urls import aws_url, service_url, variants_of
from sts.credentials.providers.sso import TRIES, read_cached
from sts.credentials.refresh.file_lock import locked, write_private
from sts.errors import CredentialsError, STSError
from sts.http import Handler, HttpRequest
from sts.identity import Credentials
from sts.logs import LOGGER
from sts.settings.profiles import Profiles, expand_path
from sts.settings.table import check_options

WHAT = "The AWS sign-in service"
RENEWAL_SECONDS = 5 * 60.0
"""Seconds before the expiration at which a session is renewed (botocore, AWS SDK for JavaScript v3)."""
RENEWAL_KEYS = ("refreshToken", "dpopKey", "clientId")
"""Members that a session needs for renewal. A session without them is rejected, as by all SDKs."""
ADVICE = "Run `aws login` again."
_ENDED = ("TOKEN_EXPIRED", "USER_CREDENTIALS_CHANGED")


class LoginProvider(Confidential):
    """
    Provider that uses the cached session of `aws login`. It renews it before it expires, which needs the package cryptography.

    Args:
        login_session: name of the session, as in the profile.
        cache_directory: folder of the cached sessions. Default: `AWS_LOGIN_CACHE_DIRECTORY`, or `~/.aws/login/cache`.
        region: region for the renewal, unless the cached session contains one.
        url: base URL of the sign-in service instead of AWS's.
        options: transport options of a client: verify, cert, proxies, session, request_handler.

    """

    def __init__(
        self,
        *,
        login_session: str,
        cache_directory: str | None = None,
        region: str | None = None,
        url: str | None = None,
        environ: Mapping[str, str] | None = None,
        handler: Handler | None = None,
        now: Callable[[], float] = unix_time,
        sleep: Callable[[float], object] = sleep,
        **options: Any,
    ) -> None:
        check_options(options)
        self._environ = os.environ if environ is None else environ
        directory = cache_directory or self._environ.get("AWS_LOGIN_CACHE_DIRECTORY") or "~/.aws/login/cache"
        name = f"{sha256(login_session.strip().encode()).hexdigest()}.json"
        self.path = os.path.join(expand_path(directory, self._environ), name)
        self._region = region
        self._url = url
        self._profile: tuple[Profiles | None, str] = (None, "")
        self._handler = handler
        self._options = options
        self._now = now
        self._sleep = sleep

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials of the session. Raise CredentialsError if the user must log in again."""
        document = self._read()
        credentials = _credentials(document)
        if not is_past(credentials.expiration, self._now(), RENEWAL_SECONDS):
            return credentials
        try:
            with locked(f"{self.path}.lock", 30.0):
                return self._renew(self._read())  # another process may have been faster
        except STSError as error:
            if is_past(credentials.expiration, self._now()):
                raise
            LOGGER.warning("The login session was not renewed: %s", error.message)
            return credentials

    def _read(self) -> dict[str, Any]:
        document = read_cached(self.path)
        if document is None or not isinstance(document.get("accessToken"), dict):
            raise CredentialsError(f"The cache has no usable login session. {ADVICE}")
        missing = [key for key in RENEWAL_KEYS if not isinstance(document.get(key), str)]
        if missing:
            raise CredentialsError(f"The cached login session has no {', no '.join(missing)}. {ADVICE}")
        return document

    def _renew(self, document: dict[str, Any]) -> Credentials:
        credentials = _credentials(document)
        if not is_past(credentials.expiration, self._now(), RENEWAL_SECONDS):
            return credentials
        renewed = _merged(document, self._exchange(document), self._now())
        fresh = _credentials(renewed)
        try:
            write_private(self.path, json.dumps(renewed))
        except OSError as error:
            LOGGER.warning("The renewed login session cannot be written to the cache: %s", error.strerror)
        return fresh

    def _exchange(self, document: dict[str, Any]) -> dict[str, Any]:
        region = str(document.get("signInRegion") or self._region or "us-east-1")
        base = (self._url or sign_in_url(region, self._environ, self._options, *self._profile)).rstrip("/")
        url = f"{base}/v1/token"
        proof = _proof(document["dpopKey"], url, self._now())
        hidden = (document["refreshToken"], document["dpopKey"], proof)
        body = {"clientId": document["clientId"], "grantType": "refresh_token", "refreshToken": document["refreshToken"]}
        request = HttpRequest("POST", url, {"content-type": "application/json", "dpop": proof}, json.dumps(body).encode())
        with client_handler(self._handler, self._options, self._environ) as handler:
            response = ask(handler, request, TRIES, what=WHAT, hidden=hidden, sleep=self._sleep)
        ended = (parse_object(response.body) or {}).get("error")
        if response.status >= 400 and ended in _ENDED:
            raise CredentialsError(f"The login session has ended ({ended}). {ADVICE}", status_code=response.status)
        return read_json(response, WHAT, hidden)


def from_profile(profiles: Profiles, profile: str, context: Context) -> LoginProvider:
    """Return the provider of a profile with a `login_session`."""
    section, environ = profiles.profiles[profile], context.environ
    region = context.options.get("region") or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    provider = LoginProvider(
        login_session=str(section["login_session"]),
        region=region or text_of(section, "region"),
        environ=environ,
        handler=context.handler,
        now=context.now,
        sleep=context.sleep,
        **service_options(context),
    )
    provider._profile = profiles, profile
    return provider


def sign_in_url(
    region: str,
    environ: Mapping[str, str],
    options: Mapping[str, Any] = NO_OPTIONS,
    profiles: Profiles | None = None,
    profile: str = "",
) -> str:
    """Return the base URL of the sign-in service of *region*, of the variant that *options*, *environ* or profile request."""
    return service_url("signin", aws_url("signin", region, **variants_of(options, environ)), environ, profiles, profile)


def _proof(pem: str, url: str, now: float) -> str:
    try:
        module = import_module("sts.credentials.providers.dpop")
    except ImportError:
        problem = (
            f"The login session must be renewed, which needs the package cryptography: pip install cryptography. Or: {ADVICE}"
        )
    else:
        return str(module.dpop_proof(pem, "POST", url, now))
    raise CredentialsError(problem)


def _merged(document: dict[str, Any], answer: dict[str, Any], now: float) -> dict[str, Any]:
    """Return the cached *document* with the values from the response."""
    found, seconds = answer.get("accessToken"), answer.get("expiresIn")
    if not isinstance(found, dict) or not isinstance(seconds, int):
        raise CredentialsError(f"{WHAT} returned no accessToken or no expiresIn.")
    expires = format_timestamp(datetime.fromtimestamp(int(now) + seconds, timezone.utc))
    token = {**document["accessToken"], **found, "expiresAt": expires}
    return {**document, "accessToken": token, "refreshToken": answer.get("refreshToken") or document["refreshToken"]}


def _credentials(document: Mapping[str, Any]) -> Credentials:
    return credentials_in(document["accessToken"], LOGIN, "The login session", "login")
