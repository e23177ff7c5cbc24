"""What a handler has to know before it connects: certificates, proxies, how many connections to keep."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Union

from sts.base.records import Record, refuse_pickle
from sts.errors import ConfigError
from sts.handlers.options__proxies import exceptions_from_environment, mask_proxy, proxies_from_environment

if TYPE_CHECKING:
    FilePath = Union[str, os.PathLike[str]]
    """A file or directory name."""

Cert = Union[str, tuple[str, str]]
"""A client certificate: one PEM file with both, or (certificate file, key file)."""


class HandlerOptions(Record):
    """
    Hold the settings of a handler; hashable, and equal options share one handler.

    Attributes:
        verify: True (certifi's authorities), False (no verification), or the path of a PEM file or directory.
        cert: the client's certificate.
        proxies: pairs of key (`https`, `http`, `all`, `https://host`) and proxy URL.
        no_proxy: the hosts that are reached directly, in the syntax of `NO_PROXY`.
        max_pool: connections to one host that are kept open.

    """

    verify: bool | str = True
    cert: Cert | None = None
    proxies: tuple[tuple[str, str], ...] = ()
    no_proxy: str = ""
    max_pool: int = 32

    def __reduce_ex__(self, protocol: object) -> str:
        return refuse_pickle(self, protocol)

    def __repr__(self) -> str:
        proxies = {key: mask_proxy(url) for key, url in self.proxies}
        return f"HandlerOptions(verify={self.verify!r}, cert={self.cert!r}, proxies={proxies}, no_proxy={self.no_proxy!r})"


def handler_options(
    *,
    environ: Mapping[str, str],
    verify: bool | FilePath | None = None,
    cert: FilePath | tuple[FilePath, FilePath] | None = None,
    proxies: Mapping[str, str | None] | None = None,
    ca_bundle: FilePath | None = None,
    max_pool: int = 32,
) -> HandlerOptions:
    """
    Resolve the options of a handler from arguments, *environ* and the profile's *ca_bundle*.

    Authorities: *verify*, then `AWS_CA_BUNDLE`, *ca_bundle*, `REQUESTS_CA_BUNDLE`, then certifi. *proxies* replaces every
    proxy variable ({} means none), and may have a key `no_proxy`; without it the variables decide, except for loopback.

    Raises:
        ConfigError: a file does not exist, or an argument has the wrong type.

    """
    if proxies is not None and not isinstance(proxies, Mapping):
        raise ConfigError(
            f"proxies is a {type(proxies).__name__}; give a mapping such as {{'https': 'http://proxy:3128'}}, or {{}} for none."
        )
    if proxies is None:
        table, no_proxy = proxies_from_environment(environ), exceptions_from_environment(environ)
    else:
        table = tuple(sorted((key.lower(), url) for key, url in proxies.items() if url and key != "no_proxy"))
        no_proxy = proxies.get("no_proxy") or ""
    return HandlerOptions(_resolve_verify(verify, environ, ca_bundle), _resolve_cert(cert), table, no_proxy, max_pool)


def _resolve_verify(verify: bool | FilePath | None, environ: Mapping[str, str], ca_bundle: FilePath | None) -> bool | str:
    if isinstance(verify, bool):
        return verify
    sources: tuple[tuple[str, FilePath | None], ...] = (
        ("verify", verify),
        ("AWS_CA_BUNDLE", environ.get("AWS_CA_BUNDLE")),
        ("the profile's ca_bundle", ca_bundle),
        ("REQUESTS_CA_BUNDLE", environ.get("REQUESTS_CA_BUNDLE")),
    )
    for name, path in sources:
        if path:
            return _existing(name, path, "the path of a PEM file or directory of certificate authorities")
    return True


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
