"""The TLS settings of our connections: one context for each configuration in a process, because certifi takes 30 ms to load."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache

import certifi

from sts.errors import ConfigError
from sts.handlers.options import Cert
from sts.handlers.sockets import TLSSocket


@lru_cache(maxsize=32)
def tls_context(verify: bool | str, cert: Cert | None) -> ssl.SSLContext:
    """Return the context for these options (see `HandlerOptions`): TLS 1.2 or newer, certificate and host name verified."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = TLSSocket
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        _load_authorities(context, certifi.where() if verify is True else verify)
    if cert is not None:
        _load_certificate(context, cert)
    return context


def _load_authorities(context: ssl.SSLContext, path: str) -> None:
    try:
        if os.path.isdir(path):
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
    except (ssl.SSLError, OSError) as error:
        raise ConfigError(
            f"No certificate authorities could be read from {path!r} ({error}); it must be a PEM file."
        ) from error


def _load_certificate(context: ssl.SSLContext, cert: Cert) -> None:
    certificate, key = (cert, None) if isinstance(cert, str) else cert
    try:
        # Without a password OpenSSL would ask for one on the terminal.
        context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, OSError) as error:
        raise ConfigError(
            f"The client certificate {certificate!r} could not be loaded ({error}); "
            "certificate and unencrypted key must be PEM and belong together."
        ) from error
