"""Splitting of the URL of a request."""

from __future__ import annotations

from sts.errors import ConfigError

DEFAULT_PORTS = {"http": 80, "https": 443}


def split_url(url: str) -> tuple[str, str, str]:
    """
    Split an absolute *url* into origin, host with port, and request target: `("http://h:80", "h:80", "/path?query")`.

    Raises:
        ConfigError: the URL is not an http or https one, or holds user and password, spaces, control or non-ASCII characters.

    """
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ConfigError("The URL of the request has a space, control or non-ASCII character; percent-encode it.")
    scheme, _, rest = url.partition("#")[0].partition("://")
    scheme = scheme.lower()
    ends = [place for place in (rest.find("/"), rest.find("?")) if place >= 0]
    end = min(ends) if ends else len(rest)
    place, target = rest[:end], rest[end:]
    if scheme not in ("http", "https") or not _is_place(place):
        raise ConfigError("The URL of a request must begin with http:// or https:// and a host, without user and password.")
    return f"{scheme}://{place}", place, target if target[:1] == "/" else f"/{target}"


def _is_place(place: str) -> bool:
    host, mark, port = place[1:].partition("]") if place.startswith("[") else place.partition(":")
    if place.startswith("["):
        named, port = mark == "]" and ":" in host, port.removeprefix(":") if port.startswith(":") else port and "x"
    else:
        named = host != ""
    numbered = not port or (port.isdecimal() and len(port) <= 5 and int(port) < 65536)
    return named and numbered and not any(character in host for character in "@\\[]")


def split_origin(origin: str) -> tuple[bool, str, int]:
    """Split the first item of `split_url` into TLS or not, the host (without brackets) and the port."""
    scheme, _, place = origin.partition("://")
    if place.startswith("["):
        host, _, port = place[1:].partition("]")
        port = port.removeprefix(":")
    else:
        host, _, port = place.partition(":")
    return scheme == "https", host, int(port or DEFAULT_PORTS[scheme])
