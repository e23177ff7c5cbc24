"""Options of a handler: certificates, proxies, number of connections to keep. `proxies` chooses among the proxies."""

from __future__ import annotations

import os
from collections.abc import Mapping

from sts.base.records import Record, of_whole, refuse_pickle
from sts.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    FilePath = str | os.PathLike[str]
    """A file or directory name."""
    HandlerKind = Literal["direct", "direct_async", "urllib3", "requests"]
    """Handlers of this package: own sockets (blocking, or on an asyncio loop), urllib3, requests."""

Cert = str | tuple[str, str]
"""A client certificate: one PEM file with both, or (certificate file, key file)."""

KINDS: tuple[HandlerKind, ...] = ("direct", "urllib3", "requests")


class HandlerOptions(Record):
    """
    Settings of a handler. Hashable; equal options share one handler.

    Attributes:
        verify: True (certifi's authorities), False (no verification), or the path of a PEM file or directory.
        cert: the client's certificate.
        proxies: pairs of key (`https`, `http`, `all`, `https://host`) and proxy URL.
        no_proxy: the hosts that are reached directly, in the syntax of `NO_PROXY`.
        max_pool: largest number of open connections to one host.
        kind: the handler to use. None applies the rules of `choose`.

    """

    verify: bool | str = True
    cert: Cert | None = None
    proxies: tuple[tuple[str, str], ...] = ()
    no_proxy: str = ""
    max_pool: int = 32
    kind: HandlerKind | None = None

    def __reduce_ex__(self, protocol: object) -> str:
        return refuse_pickle(self, protocol)

    @of_whole
    def __repr__(self) -> str:
        from sts.handlers.proxies import mask_proxy

        proxies = {key: mask_proxy(url) for key, url in self.proxies}
        return f"HandlerOptions(verify={self.verify!r}, cert={self.cert!r}, proxies={proxies}, no_proxy={self.no_proxy!r})"


def handler_options(
    *,
    verify: bool | FilePath = True,
    cert: FilePath | tuple[FilePath, FilePath] | None = None,
    proxies: Mapping[str, str | None] | None = None,
    max_pool: int = 32,
    kind: str | None = None,
) -> HandlerOptions:
    """
    Check the options of a handler. The environment is not read here, but in `sts.settings`.

    *verify* is True (certifi's authorities), False, or the path of other authorities. *proxies* are URLs by scheme and, under
    `no_proxy`, the exceptions; None means no proxy.

    Raises:
        ConfigError: a file does not exist, or an argument has the wrong type.

    """
    if not isinstance(proxies, (Mapping, type(None))):
        raise ConfigError(
            f"proxies is a {type(proxies).__name__}; give a mapping such as {{'https': 'http://proxy:3128'}}, or {{}} for none."
        )
    given = proxies or {}
    table = tuple(sorted((key.lower(), url) for key, url in given.items() if url and key != "no_proxy"))
    if not isinstance(verify, bool):
        verify = _existing("verify", verify, "the path of a PEM file or directory of certificate authorities")
    return HandlerOptions(verify, _resolve_cert(cert), table, given.get("no_proxy") or "", max_pool, _resolve_kind(kind))


def _resolve_kind(kind: str | None) -> HandlerKind | None:
    found = next((known for known in KINDS if known == kind), None)
    if kind is not None and found is None:
        raise ConfigError(f"request_handler={kind!r} is not a handler; it must be one of {', '.join(map(repr, KINDS))}.")
    return found


def _resolve_cert(cert: FilePath | tuple[FilePath, FilePath] | None) -> Cert | None:
    if cert is None:
        return None
    if isinstance(cert, (tuple, list)):
        if len(cert) != 2:
            raise ConfigError(f"cert has {len(cert)} items; give one path, or (certificate path, key path).")
        wanted = "the path of a PEM file"
        return _existing("cert", cert[0], wanted), _existing("cert (key)", cert[1], wanted)
    return _existing("cert", cert, "the path of a PEM file with certificate and key")


def _existing(name: str, path: FilePath, wanted: str) -> str:
    try:
        text = os.path.expanduser(os.fspath(path))
    except TypeError:
        raise ConfigError(f"{name} is a {type(path).__name__}; give {wanted}.") from None
    if not os.path.exists(text):
        raise ConfigError(f"{name} names {text!r}, which does not exist; give {wanted}.")
    return text
