"""Proxies: which one serves a URL, and which hosts are reached directly. Loaded only if there are proxies."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from sts.base.records import Record, of_whole
from sts.errors import ConfigError

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Proxy(Record):
    """A proxy: its *url* without credentials, and the value of `Proxy-Authorization`, if any."""

    url: str
    authorization: str | None = None

    @of_whole
    def __repr__(self) -> str:
        return f"Proxy(url={self.url!r}, authorization={'***' if self.authorization else None})"


def choose_proxy(url: str, proxies: tuple[tuple[str, str], ...], no_proxy: str) -> str | None:
    """
    Return the URL of the proxy that serves *url*, or None for a direct connection.

    The keys of *proxies* are `https://host`, `https`, `all://host` or `all`. The first of these that is present is used.
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
    Return True if *no_proxy* contains *host*.

    Entries are separated by commas or spaces: `*`, a name (which includes its subdomains; a leading `.` or `*.` is ignored), an
    address, or a network (`10.0.0.0/8`), each with an optional `:port`. Names are never resolved.
    """
    name = host.strip("[]").rstrip(".").lower()
    return any(_matches(name, port, entry) for entry in no_proxy.replace(",", " ").lower().split())


def parse_proxy(url: str) -> Proxy:
    """Remove the credentials from a proxy's URL. Raise ConfigError if it cannot be used."""
    parts = _split(url if "://" in url else f"http://{url}")
    if parts.scheme not in _DEFAULT_PORTS:
        raise ConfigError(
            f"The proxy {mask_proxy(url)} has the scheme {parts.scheme!r}; only http and https proxies can be used here. "
            "For another scheme use a requests session that supports it (session=), or exempt the host with NO_PROXY."
        )
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    authorization = None
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = f"Basic {b64encode(pair.encode()).decode()}"
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
        # The text after the "@" may still contain a mistyped password, so nothing of a malformed URL is shown.
        raise ConfigError(
            "The URL of a proxy is malformed (not shown, because it may contain a password); give http://[user:password@]host:port."
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
