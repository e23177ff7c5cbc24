"""
Which proxy, if any, serves a URL: explicit settings or the well-known environment variables, and the exceptions to them.

Nothing here looks at the environment by itself: the caller passes it in, once. A proxy URL may carry `user:password@`,
so a message shows it only through `mask_proxy`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, unquote, urlsplit

from sts.base.records import Record
from sts.errors import ConfigError

LOOPBACK = "localhost,127.0.0.0/8,::1"
"""Hosts that a proxy of the environment never serves: it would look for them on its own machine."""

_SCHEMES = ("https", "http", "all")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Proxy(Record):
    """Hold a proxy: its *url* without credentials, and the value of `Proxy-Authorization`, if any."""

    url: str
    authorization: str | None = None

    def __repr__(self) -> str:
        return f"Proxy(url={self.url!r}, authorization={'***' if self.authorization else None})"


def proxies_from_environment(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """
    Return the proxies *environ* names, as pairs of scheme and URL.

    Lower case wins over upper case, and an empty value switches the proxy off. Under CGI (`REQUEST_METHOD` is set)
    `HTTP_PROXY` is ignored, because a visitor's `Proxy:` header sets it there.
    """
    found = []
    for scheme in _SCHEMES:
        name = f"{scheme}_proxy"
        upper = None if scheme == "http" and "REQUEST_METHOD" in environ else environ.get(name.upper())
        url = environ.get(name, upper)
        if url:
            found.append((scheme, url))
    return tuple(found)


def exceptions_from_environment(environ: Mapping[str, str]) -> str:
    """Return the value of `no_proxy` or `NO_PROXY`, with the loopback hosts added."""
    listed = environ.get("no_proxy", environ.get("NO_PROXY", ""))
    return f"{listed},{LOOPBACK}" if listed else LOOPBACK


def choose_proxy(url: str, proxies: tuple[tuple[str, str], ...], no_proxy: str) -> str | None:
    """
    Return the URL of the proxy that serves *url*, or None for a direct connection.

    *proxies* is keyed by `https://host`, `https`, `all://host` or `all`; the first of these that is present decides.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    table = dict(proxies)
    keys = (f"{parts.scheme}://{host}", parts.scheme, f"all://{host}", "all")
    chosen = next((table[key] for key in keys if key in table), None)
    if not chosen or bypasses_proxy(host, parts.port or _DEFAULT_PORTS.get(parts.scheme, 0), no_proxy):
        return None
    return chosen if "://" in chosen else f"http://{chosen}"


def bypasses_proxy(host: str, port: int, no_proxy: str) -> bool:
    """
    Say whether *no_proxy* lists *host*.

    Entries are separated by commas or spaces: `*`, a name (itself and what ends in `.name`; a leading `.` or `*.` changes
    nothing), an address, a network (`10.0.0.0/8`), each with an optional `:port`. Names are never resolved.
    """
    name = host.strip("[]").rstrip(".").lower()
    return any(_matches(name, port, entry) for entry in no_proxy.replace(",", " ").lower().split())


def parse_proxy(url: str) -> Proxy:
    """Split the credentials off a proxy's URL; raise ConfigError for one that cannot be used."""
    parts = _split(url if "://" in url else f"http://{url}")
    if parts.scheme not in _DEFAULT_PORTS:
        raise ConfigError(
            f"The proxy {mask_proxy(url)} has the scheme {parts.scheme!r}; only http and https proxies can be used here. "
            "For another kind give a requests session that supports it (session=), or except the host with NO_PROXY."
        )
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    authorization = None
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return Proxy(f"{parts.scheme}://{host}:{parts.port or _DEFAULT_PORTS[parts.scheme]}", authorization)


def mask_proxy(url: str) -> str:
    """Return the proxy *url* with user and password replaced by `***`."""
    start, separator, address = url.rpartition("@")
    if not separator:
        return url
    scheme = start.partition("://")[0] + "://" if "://" in start else ""
    return f"{scheme}***@{address}"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        # The text below the "@" may still hold a mistyped password, so nothing of a malformed URL is shown.
        raise ConfigError(
            "A proxy's URL is malformed (not shown: it may hold a password); write http://[user:password@]host:port."
        )
    return parts


def _matches(host: str, port: int, entry: str) -> bool:
    if entry == "*":
        return True
    if "/" in entry:
        return _in_network(host, entry)
    name, ports = _split_port(entry)
    if ports and ports != str(port):
        return False
    name = name.strip("[]").removeprefix("*").lstrip(".").rstrip(".")
    return bool(name) and (host == name or (host.endswith(f".{name}") and not _is_address(host)) or _same_address(host, name))


def _split_port(entry: str) -> tuple[str, str]:
    if entry.startswith("["):
        name, _, rest = entry.partition("]")
        return name, rest.removeprefix(":")
    name, colon, port = entry.rpartition(":")
    # More than one colon without brackets is an IPv6 address, not a port.
    return (name, port) if colon and ":" not in name else (entry, "")


def _numbers(address: str) -> Iterator[tuple[int, int]]:
    from ipaddress import ip_address  # only who has proxies and exceptions to them needs it

    try:
        found = ip_address(address)
    except ValueError:
        return
    yield int(found), found.max_prefixlen


def _is_address(host: str) -> bool:
    return any(True for _ in _numbers(host))


def _same_address(host: str, name: str) -> bool:
    return next(_numbers(host), None) == next(_numbers(name), 0)


def _in_network(host: str, network: str) -> bool:
    start, _, length = network.partition("/")
    bits = int(length) if length.isdecimal() and len(length) <= 3 else -1
    one, other = next(_numbers(host), None), next(_numbers(start.strip("[]")), None)
    if one is None or other is None or one[1] != other[1] or not 0 <= bits <= one[1]:
        return False
    return (one[0] ^ other[0]) >> (one[1] - bits) == 0
