"""`AWS.Endpoint`: an address and its parts."""

from __future__ import annotations

from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


class Endpoint(str):
    """Be the *url* of an endpoint, a string, that knows its parts; without a scheme it is https, or http without *tls*."""

    __slots__ = ()

    def __new__(cls, url: str, *, tls: bool = True) -> Endpoint:
        """Return *url* with a scheme: its own, else https, or http without *tls*."""
        return super().__new__(cls, url if "://" in url else f"http{'s' if tls else ''}://{url}")

    @property
    def href(self) -> str:
        """The URL with its path."""
        return f"{self}" if self.count("/") > 2 else f"{self}/"

    @property
    def protocol(self) -> str:
        """The scheme with a colon, as in JavaScript."""
        return f"{urlsplit(self).scheme}:"

    @property
    def hostname(self) -> str:
        """The host's name."""
        return urlsplit(self).hostname or ""

    @property
    def host(self) -> str:
        """The host's name, with the port unless that is the scheme's own."""
        return urlsplit(self).netloc

    @property
    def port(self) -> int:
        """The port."""
        parts = urlsplit(self)
        return parts.port or _PORTS.get(parts.scheme, 443)
