"""Tokens of AWS IAM Identity Center (SSO): the cache of `aws sso login`, and the renewal of tokens."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from hashlib import sha1
from typing import Any

from sts.base.records import Record
from sts.base.time import format_timestamp
from sts.credentials.exchange.fetch import Tries, ask_json, parse_object
from sts.credentials.exchange.json_credentials import is_past, time_in
from sts.credentials.refresh.file_lock import locked, write_private
from sts.errors import CredentialsError
from sts.http import Handler, HttpRequest
from sts.logs import LOGGER
from sts.settings.profiles import expand_path

RENEWAL_SECONDS = 5 * 60.0
"""Seconds before the expiration at which a token is renewed (AWS SDK for JavaScript v3)."""
TRIES = Tries(attempts=3, pause=0.5, seconds=10.0)


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


def read_token(session: SSOSession) -> dict[str, Any]:
    """Return the cached token document. Raise CredentialsError if there is none, or it cannot be read."""
    document = read_cached(session.path)
    if document is None or not isinstance(document.get("accessToken"), str) or not document.get("expiresAt"):
        raise LoginRequiredError(f"The cache has no usable SSO token. {session.advice}")
    return document


def read_cached(path: str) -> dict[str, Any] | None:
    """Return the JSON object in a file, or None if there is none."""
    try:
        with open(path, "rb") as file:
            return parse_object(file.read())
    except OSError:
        return None


def access_token(
    session: SSOSession,
    handler: Handler,
    oidc_url: str,
    now: Callable[[], float],
    sleep: Callable[[float], object],
) -> str:
    """
    Return a valid token. If it is about to expire, renew it and write it back.

    Only tokens of an sso-session can be renewed. If the renewal fails, the old token is used while it is valid.
    """
    document = read_token(session)
    expires = time_in(document, "expiresAt", "The cached SSO token")
    if session.name and is_past(expires, now(), RENEWAL_SECONDS):
        with locked(f"{session.path}.lock", 30.0):
            document = read_token(session)  # another process may have been faster
            expires = time_in(document, "expiresAt", "The cached SSO token")
            if is_past(expires, now(), RENEWAL_SECONDS):
                document = _renewed(session, document, handler, oidc_url, now, sleep)
                expires = time_in(document, "expiresAt", "The SSO service")
    if is_past(expires, now()):
        raise LoginRequiredError(f"The SSO token expired at {expires}. {session.advice}")
    return str(document["accessToken"])


def _renewed(
    session: SSOSession,
    document: dict[str, Any],
    handler: Handler,
    oidc_url: str,
    now: Callable[[], float],
    sleep: Callable[[float], object],
) -> dict[str, Any]:
    needed = ("refreshToken", "clientId", "clientSecret")
    missing = [key for key in needed if not isinstance(document.get(key), str)]
    registered = time_in(document, "registrationExpiresAt", "The cached SSO token")
    if missing or is_past(registered, now()):
        reason = f"it has no {', '.join(missing)}" if missing else "the client's registration has expired"
        LOGGER.info("The SSO token cannot be renewed: %s.", reason)
        return document
    body = {"clientId": document["clientId"], "clientSecret": document["clientSecret"]}
    body |= {"grantType": "refresh_token", "refreshToken": document["refreshToken"]}
    request = HttpRequest("POST", f"{oidc_url}/token", {"content-type": "application/json"}, json.dumps(body).encode())
    hidden = tuple(document[key] for key in (*needed, "accessToken"))
    try:
        answer = ask_json(handler, request, TRIES, what="The SSO OIDC service", hidden=hidden, sleep=sleep)
        renewed = _merged(session, document, answer, now())
    except CredentialsError as error:
        LOGGER.warning("The SSO token was not renewed: %s", error.message)
        return document
    try:
        write_private(session.path, json.dumps(renewed))
    except OSError as error:
        LOGGER.warning("The renewed SSO token cannot be written to the cache: %s", error.strerror)
    return renewed


def _merged(session: SSOSession, document: dict[str, Any], answer: dict[str, Any], now: float) -> dict[str, Any]:
    """Return the cached *document* with the values from the response."""
    token, seconds = answer.get("accessToken"), answer.get("expiresIn")
    if not isinstance(token, str) or not token or not isinstance(seconds, int):
        raise CredentialsError("The SSO OIDC service returned no accessToken or no expiresIn.")
    expires = format_timestamp(datetime.fromtimestamp(int(now) + seconds, timezone.utc))
    renewed = {"startUrl": session.start_url, "region": session.region, **document}
    renewed |= {"accessToken": token, "expiresAt": expires}
    if isinstance(answer.get("refreshToken"), str):
        renewed["refreshToken"] = answer["refreshToken"]
    return renewed
