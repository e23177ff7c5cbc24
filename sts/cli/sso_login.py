"""
Sign-in to AWS IAM Identity Center: PKCE with a browser on this machine, or a device code for any other browser.

The requests are those of the service models `sso-oidc` and `sso` (botocore 1.44.8). Tokens are cached in the format of the AWS
CLI, and so are registrations of the client, valid for about 90 days: both programs share them. Responses are validated before
they reach a terminal, a browser or a file.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from hashlib import sha1, sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from sts.base.records import Record
from sts.base.time import format_timestamp, parse_timestamp, sleep
from sts.cli.loopback import LoopbackPage, start_browser
from sts.cli.terminal import show_wait, visible
from sts.credentials.exchange.fetch import RefusedError, ask_json
from sts.credentials.exchange.service_urls import aws_url, service_url, variants_of
from sts.credentials.providers.sso import TRIES, SSOSession, read_cached, token_directory
from sts.credentials.refresh.file_lock import write_private
from sts.credentials.refresh.private_files import make_private_folder
from sts.errors import ConfigError, CredentialsError
from sts.http import Handler, HttpRequest
from sts.settings.profiles import Profiles

BROWSER_GRANT, DEVICE_GRANT = "authorization_code", "urn:ietf:params:oauth:grant-type:device_code"
CALLBACK = "/oauth/callback"
SCOPES = "sso:account:access"
"""Default scope of a session; without a scope the service returns no refresh token (AWS CLI 2)."""
LONGEST_SECONDS = 600.0
"""Seconds to wait for the sign-in (AWS CLI 2)."""
POLL_SECONDS, SLOWER_SECONDS = 5, 5
"""Default interval of polling in seconds, and its increase after SlowDownException (RFC 8628)."""
WHAT = "The SSO OIDC service"


class Place(Record):
    """Place of sign-in of a profile: session of the token, addresses of the services, scopes, file of the registered client."""

    session: SSOSession
    oidc_url: str
    portal_url: str
    scopes: tuple[str, ...]
    registration: str


def place_of(profiles: Profiles, profile: str) -> Place:
    """Return the place of sign-in of *profile*. Raises ConfigError if the profile does not configure it."""
    section = profiles.section(profile)
    name = section.get("sso_session")
    found = profiles.sso_sessions.get(str(name), {}) if name else section
    start_url, region = (found.get(key) for key in ("sso_start_url", "sso_region"))
    if not isinstance(start_url, str) or not isinstance(region, str):
        where = f"[sso-session {name}]" if name else f"The profile {profile!r}"
        raise ConfigError(f"{where} has no sso_start_url or no sso_region. Create such a profile with `aws configure sso`.")
    scopes = [scope.strip() for scope in str(found.get("sso_registration_scopes") or SCOPES).split(",") if scope.strip()]
    session = SSOSession(start_url, region, str(name) if name else None, token_directory(os.environ), "")
    variants = variants_of({"profile": profile}, os.environ)
    oidc_url = service_url("sso_oidc", aws_url("oidc", region, **variants), os.environ, profiles, profile)
    portal_url = service_url("sso", aws_url("portal.sso", region, **variants), os.environ, profiles, profile)
    kept = registration_path(session, scopes if name and found.get("sso_registration_scopes") else None)
    return Place(session, oidc_url, portal_url, tuple(scopes) if name else (), kept)


class SignIn(Record):
    """Sign-in at *place*. *tell* shows a line to the user; *sleep* and *now* are the clock."""

    place: Place
    handler: Handler
    tell: Callable[[str], object]
    sleep: Callable[[float], object] = sleep
    now: Callable[[], float] = time.time

    def with_browser(self, browser: str | None = None) -> dict[str, Any]:
        """Sign in with a browser on this machine (PKCE). Returns the token document."""
        with LoopbackPage(CALLBACK) as page:
            page.page = b"You are signed in. You can close this page and go back to the terminal."
            client = self._register(
                grantTypes=[BROWSER_GRANT, "refresh_token"],
                redirectUris=[f"http://127.0.0.1{CALLBACK}"],
                issuerUrl=self.place.session.start_url,
            )
            verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
            url = self._authorize_url(client, page.url, verifier, state)
            self.tell(f"Sign in with the browser that opens, or open this address on this machine:\n{visible(url)}")
            start_browser(url, browser)
            with show_wait("the sign-in in the browser", LONGEST_SECONDS, lines=True):
                code = code_in(page, state)
            answer = self._token(client, grantType=BROWSER_GRANT, code=code, codeVerifier=verifier, redirectUri=page.url)
        return self._keep(client, answer)

    def with_device(self, *, opens: bool, browser: str | None = None) -> dict[str, Any]:
        """Sign in with a code that the user enters in any browser. Returns the token document."""
        client = self._register()
        body = {**pair_of(client), "startUrl": self.place.session.start_url}
        answer = self._ask("/device_authorization", body, (client["clientSecret"],))
        device, user_code = text_in(answer, "deviceCode"), text_in(answer, "userCode")
        address = checked_url(text_in(answer, "verificationUri"))
        whole = checked_url(str(answer.get("verificationUriComplete") or address))
        self.tell(f"Open {visible(address)} in any browser and enter the code {visible(user_code)}\nor open {visible(whole)}")
        if opens:
            start_browser(whole, browser)
        seconds = min(whole_number(answer.get("expiresIn")) or LONGEST_SECONDS, LONGEST_SECONDS)
        with show_wait("the sign-in", seconds, lines=True):
            token = self._poll(client, device, answer, seconds)
        return self._keep(client, token)

    def _register(self, **more: Any) -> dict[str, Any]:
        kept = find_registration(self.place.registration, self.now(), browser="grantTypes" in more)
        if kept is not None:
            return kept
        body = {"clientName": f"sts-client-{self.place.session.name or 'legacy'}", "clientType": "public", **more}
        body |= {"scopes": list(self.place.scopes)} if self.place.scopes else {}
        client = self._ask("/client/register", body, ())
        text_in(client, "clientId"), text_in(client, "clientSecret")
        keep_registration(self.place.registration, client, body)
        return client

    def _authorize_url(self, client: dict[str, Any], redirect: str, verifier: str, state: str) -> str:
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": client["clientId"],
            "redirect_uri": redirect,
            "state": state,
            "code_challenge_method": "S256",
            "code_challenge": challenge,
            "scopes": " ".join(self.place.scopes),
        }
        return checked_url(f"{self.place.oidc_url}/authorize?{urlencode(query)}")

    def _poll(self, client: dict[str, Any], device: str, answer: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Poll for the token until the user has signed in. Raises CredentialsError if the code expires first."""
        pause = whole_number(answer.get("interval")) or POLL_SECONDS
        end = self.now() + seconds
        while self.now() < end:
            try:
                return self._token(client, grantType=DEVICE_GRANT, deviceCode=device)
            except RefusedError as error:
                if error.service_code == "SlowDownException":
                    pause += SLOWER_SECONDS
                elif error.service_code != "AuthorizationPendingException":
                    raise
            self.sleep(pause)
        raise CredentialsError("The sign-in was not completed before the code expired. Run the command again.")

    def _token(self, client: dict[str, Any], **more: str) -> dict[str, Any]:
        hidden = tuple(value for name, value in more.items() if name in ("code", "codeVerifier", "deviceCode"))
        return self._ask("/token", {**pair_of(client), **more}, (client["clientSecret"], *hidden))

    def _ask(self, path: str, body: dict[str, Any], hidden: tuple[str, ...]) -> dict[str, Any]:
        url = f"{self.place.oidc_url}{path}"
        request = HttpRequest("POST", url, {"content-type": "application/json"}, json.dumps(body).encode())
        try:
            return ask_json(self.handler, request, TRIES, what=WHAT, hidden=hidden, sleep=self.sleep)
        except RefusedError as error:
            if error.service_code in ("InvalidClientException", "UnauthorizedClientException"):
                with contextlib.suppress(OSError):
                    os.unlink(self.place.registration)  # the next sign-in registers a new client
            raise

    def _keep(self, client: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        """Cache the token in the file and format of the AWS CLI. Returns the document."""
        session, seconds = self.place.session, whole_number(answer.get("expiresIn"))
        if seconds is None:
            raise CredentialsError(f"{WHAT} returned no expiresIn. Run the command again.")
        document = {
            "startUrl": session.start_url,
            "region": session.region,
            "accessToken": text_in(answer, "accessToken"),
            "expiresAt": moment(self.now() + seconds),
        }
        if session.name:
            document |= pair_of(client)
            document["registrationExpiresAt"] = moment(whole_number(client.get("clientSecretExpiresAt")) or 0)
        if isinstance(answer.get("refreshToken"), str):
            document["refreshToken"] = answer["refreshToken"]
        make_private_folder(session.directory)
        write_private(session.path, json.dumps(document))
        return document


def registration_path(session: SSOSession, scopes: Sequence[str] | None) -> str:
    """Return the file of the registration for *session*. *scopes* are the scopes in the profile, or None."""
    facts = {
        "tool": "botocore",  # part of the file name of the AWS CLI 2
        "startUrl": session.start_url,
        "region": session.region,
        "scopes": list(scopes) if scopes is not None else None,
        "session_name": session.name,
    }
    # SHA-1 as in the AWS CLI. Security does not depend on it.
    digest = sha1(json.dumps(facts, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
    return os.path.join(session.directory, f"{digest}.json")


def find_registration(path: str, now: float, *, browser: bool) -> dict[str, Any] | None:
    """Return the registration in *path* if it is valid at *now* for a sign-in with or without a *browser*, else None."""
    document = read_cached(path)
    if document is None or not all(isinstance(document.get(name), str) for name in ("clientId", "clientSecret", "expiresAt")):
        return None
    try:
        end = parse_timestamp(document["expiresAt"].replace("UTC", "Z"))
    except ValueError:
        return None
    grants = document.get("grantTypes")
    fits = (isinstance(grants, list) and BROWSER_GRANT in grants) == browser
    return {**document, "clientSecretExpiresAt": int(end.timestamp())} if fits and end.timestamp() > now else None


def keep_registration(path: str, client: dict[str, Any], request: dict[str, Any]) -> None:
    """Cache the registration *client*, the response to *request*, for the next sign-in."""
    end = whole_number(client.get("clientSecretExpiresAt"))
    if end is not None:
        kept = {name: request[name] for name in ("scopes", "grantTypes") if name in request}
        make_private_folder(os.path.dirname(path))
        write_private(path, json.dumps({**pair_of(client), "expiresAt": moment(end), **kept}))


def sign_out(place: Place, handler: Handler) -> bool:
    """End the session of *place* at the service and remove its token. Returns whether a token existed."""
    document = read_cached(place.session.path)
    if document is None:
        return False
    token = document.get("accessToken")
    headers = {"x-amz-sso_bearer_token": str(token), "content-type": "application/json"}
    request = HttpRequest("POST", f"{place.portal_url}/logout", headers, b"{}")
    try:
        if isinstance(token, str):
            ask_json(handler, request, TRIES, what="The SSO service", hidden=(token,))
    except CredentialsError:
        pass  # the token has expired or the service is unavailable; the token is removed anyway
    finally:
        os.unlink(place.session.path)
    return True


def code_in(page: LoopbackPage, state: str) -> str:
    """Return the code from the redirect of the browser. A redirect must have the *state* of this sign-in."""
    end = time.monotonic() + LONGEST_SECONDS
    while (left := end - time.monotonic()) > 0:
        query = page.wait(left)
        found = {name: values[0] for name, values in parse_qs(query or "").items()}
        if secrets.compare_digest(found.get("state", "").encode(), state.encode()):
            if "code" in found:
                return found["code"]
            raise CredentialsError(f"The sign-in was refused: {visible(found.get('error', 'no code'))[:100]}.")
        page.query = None
    raise CredentialsError("The sign-in was not completed within 10 minutes. Run the command again, or with --no-browser.")


def checked_url(url: str) -> str:
    """Return *url* if it is https, or http on this machine. Raises CredentialsError otherwise."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")):
        return url
    raise CredentialsError(f"{WHAT} returned the address {visible(url)[:100]!r}. Only https addresses are opened.")


def pair_of(client: dict[str, Any]) -> dict[str, str]:
    """Return the id and the secret of a registered client."""
    return {"clientId": client["clientId"], "clientSecret": client["clientSecret"]}


def text_in(answer: dict[str, Any], name: str) -> str:
    """Return the text of member *name*. Raises CredentialsError if it is missing."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise CredentialsError(f"{WHAT} returned no {name}. Run the command again.")
    return value


def whole_number(value: object) -> int | None:
    """Return *value* if it is a positive whole number, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def moment(seconds: float) -> str:
    """Return a Unix time in the format of the AWS CLI cache."""
    return format_timestamp(datetime.fromtimestamp(int(seconds), timezone.utc))
