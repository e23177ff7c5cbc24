"""Credentials from the agent of a container: Amazon ECS, EKS Pod Identity, and compatible agents."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from sts.base.frames import without_locals
from sts.base.time import sleep
from sts.credentials.chain.chain import Confidential, Context
from sts.credentials.exchange.fetch import Tries, ask_json, direct_handler, has_document
from sts.credentials.exchange.json_credentials import metadata_credentials
from sts.errors import ConfigError, CredentialsError, NotConfiguredError
from sts.http import Handler, HttpRequest, HttpResponse
from sts.identity import Credentials

ECS_URL = "http://169.254.170.2"
PLAIN_HOSTS = ("localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23")
"""Hosts that may be contacted over plain HTTP, in addition to loopback addresses: the agents of Amazon ECS and EKS."""
TRIES = Tries(attempts=3, pause=1.0, seconds=2.0)
READS, PAUSE = 11, 0.1
"""Number of times a token file is read until it contains a token, and the seconds between them."""
WHAT = "The container's credentials endpoint"


class ContainerProvider(Confidential):
    """
    Provider that calls the endpoint in `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `..._FULL_URI`, never through a proxy.

    The token comes from the file `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`, read each time, or from
    `AWS_CONTAINER_AUTHORIZATION_TOKEN`.

    Args:
        url: the endpoint, instead of the environment's.
        token_file: file with the token, instead of the environment's.
        token: the token itself; a file takes precedence.
        tries: number of attempts, pause between them and timeout of each, in seconds.

    """

    def __init__(
        self,
        *,
        url: str | None = None,
        token_file: str | None = None,
        token: str | None = None,
        environ: Mapping[str, str] | None = None,
        handler: Handler | None = None,
        tries: Tries = TRIES,
        sleep: Callable[[float], object] = sleep,
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self._url = url
        self._token_file = token_file
        self._token = token
        self._handler = handler
        self._tries = tries
        self._sleep = sleep

    @without_locals
    def retrieve(self) -> Credentials:
        """Return the credentials. Raise NotConfiguredError if the environment configures no endpoint."""
        url = self._url or container_url(self._environ)
        check_url(url)
        token = self._read_token()
        request = HttpRequest("GET", url, {"accept": "application/json", **({"authorization": token} if token else {})})
        hidden = (token,) if token else ()
        with direct_handler(self._handler, self._environ if url.startswith("https:") else None) as handler:
            document = ask_json(
                handler, request, self._tries, what=WHAT, hidden=hidden, sleep=self._sleep, is_complete=_is_complete
            )
        return metadata_credentials(document, WHAT, "container")

    def _read_token(self) -> str | None:
        environ = self._environ
        path = self._token_file or environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
        fixed = self._token or environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN") or ""
        token = read_token(path, self._sleep) if path else fixed
        if "\r" in token or "\n" in token:
            raise CredentialsError("The container's authorization token has a line break, which is not allowed in a header.")
        return token or None


def _is_complete(response: HttpResponse) -> bool:
    # Agents return 404 until they know the task that they have just started (botocore retries as well).
    return response.status != 404 and has_document(response)


def from_environment(context: Context, section: Callable[[], Mapping[str, Any]]) -> ContainerProvider:  # noqa: ARG001
    """Return the provider of a chain. It does not depend on the profile."""
    return ContainerProvider(environ=context.environ, handler=context.handler, sleep=context.sleep)


def container_url(environ: Mapping[str, str]) -> str:
    """Return the URL of the endpoint. The relative form takes precedence."""
    relative, full = (environ.get(f"AWS_CONTAINER_CREDENTIALS_{kind}_URI") for kind in ("RELATIVE", "FULL"))
    if relative:
        return f"{ECS_URL}/{relative.removeprefix('/')}"
    if full:
        return full
    raise NotConfiguredError("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set.")


def check_url(url: str) -> None:
    """Raise ConfigError for a URL that must not receive a token: anything except HTTPS, loopback and the known agents."""
    try:
        parts = urlsplit(url)
        host, scheme = parts.hostname or "", parts.scheme
    except ValueError:
        host, scheme = "", ""
    if not host or scheme not in ("http", "https"):
        raise ConfigError(
            "The URI of the container's credentials has no scheme or no host; it must be http://host/path or https."
        )
    if scheme == "http" and not (host in PLAIN_HOSTS or is_loopback(host)):
        raise ConfigError(
            f"The host {host!r} of the container's credentials is not allowed with http; use https, a loopback address or one "
            f"of {', '.join(PLAIN_HOSTS)}."
        )


def is_loopback(host: str) -> bool:
    """Return True if *host* is a loopback address in numeric form: a name could resolve to any host."""
    numbers = host.split(".")
    is_v4 = len(numbers) == 4 and all(n.isascii() and n.isdigit() and len(n) <= 3 and int(n) < 256 for n in numbers)
    return (is_v4 and numbers[0] == "127") or host in ("::1", "0:0:0:0:0:0:0:1")


def read_token(path: str, sleep: Callable[[float], object] | None = None) -> str:
    """
    Return the content of a token file, "" if it stays empty. Raise CredentialsError if it cannot be read.

    A file that is missing, empty or partly written is read again for up to a second: it may be about to be replaced.
    """
    for _ in range(READS - 1):
        try:
            if (token := _read_once(path)).strip():
                return token
        except CredentialsError:
            pass
        (sleep or time.sleep)(PAUSE)
    return _read_once(path)


def _read_once(path: str) -> str:
    try:
        with open(path, encoding="utf-8-sig") as file:  # editors on Windows write a byte order mark
            return file.read()
    except OSError as error:
        problem = error.strerror or type(error).__name__
    except UnicodeDecodeError:
        problem = "it is not UTF-8 text"
    raise CredentialsError(f"The token file {path!r} cannot be read: {problem}.")
