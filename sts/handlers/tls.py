"""
TLS contexts: trusted authorities, the client certificate, and protocol settings.

By default certifi's file is trusted. Loading all of it takes longer than the rest of a first call. So for AWS hosts the context
first contains only Amazon's roots, extracted from that file. If they are not sufficient, `widen` loads the whole file from then
on. In the end, exactly the authorities of the whole file are trusted.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import ssl
import sys
import threading
from collections.abc import Callable
from importlib.machinery import SourceFileLoader

from sts.base.forks import load, reset_after_fork
from sts.endpoints import PARTITIONS
from sts.errors import ConfigError
from sts.handlers.options import Cert

CHAIN_ERRORS = frozenset({2, 18, 19, 20, 21})
"""OpenSSL's verify codes (X509_V_ERR_*) for a chain that does not end at a trusted certificate."""

_KEPT = 32
_AWS_SUFFIXES = tuple(f".{suffix}" for row in PARTITIONS for suffix in (row.dns_suffix, row.dual_stack_dns_suffix))
_LABEL = '# Label: "Amazon Root CA '
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_CERTIFI_INIT = frozenset({"from .core import contents, where", '__all__ = ["contents", "where"]', ""})
_CERTIFI_CORE = frozenset(
    {
        "9617b0cf4cc56f66f850bb10bab1259a5a18c10a1e7235b33ea63aecff13ee23",  # certifi 2022.12.7 and later
        "a910c31725d52704c1fc49a81a9a5a5d4fd1f6a099be197e133c4f32e5779d30",  # 2024.2.2 and later
        "5c55f2727746e697f7edac9e17c377d8752e0da7ecca191531b3b80403d61dad",  # 2025.8.3 and later
    }
)
"""SHA-256 of the `certifi/core.py` files whose `where()` is the `cacert.pem` next to it; distributors change the function."""


class _Contexts:
    """TLS contexts of this process, by the options they were made from."""

    def __init__(self) -> None:
        self.made: dict[tuple[object, ...], ssl.SSLContext] = {}
        self.insufficient = False
        self.upstream: str | None = None
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Replace the lock, which may have been held by a thread of the parent."""
        self.lock = threading.RLock()


_contexts = _Contexts()


def tls_context(
    verify: bool | str, cert: Cert | None, host: str = "", make: Callable[[], ssl.SSLContext] | None = None
) -> ssl.SSLContext:
    """
    Return the context for *host* with these options (see `HandlerOptions`): TLS 1.2 or newer, certificate and name verified.

    *make* returns the context that the certificates are loaded into. A new one is made when a file has changed (modification
    time, size or inode).

    Raises:
        ConfigError: a file cannot be read, or has no valid certificate or key.

    """
    bundle, genuine = certifi_file() if verify is True else (verify or "", False)
    is_aws = host.rstrip(".").lower().endswith(_AWS_SUFFIXES)
    narrow = genuine and not _contexts.insufficient and is_aws and ssl.SSLContext.__module__ == "ssl"
    files = (bundle, *((cert,) if isinstance(cert, str) else cert or ()))
    make = make or make_plain_context
    key = (ssl.SSLContext, make, narrow, cert, *((name, _version(name)) for name in files))
    with _contexts.lock:
        context = _contexts.made.get(key)
        if context is None:
            context = make()
            _load_files(context, bundle, cert, narrow=narrow)
            _contexts.made[key] = context
            if len(_contexts.made) > _KEPT:
                del _contexts.made[next(iter(_contexts.made))]
        return context


def widen(context: ssl.SSLContext, error: BaseException) -> bool:
    """
    Return True to connect once more with a new context: *error* means that Amazon's roots are not sufficient.

    This happens behind a proxy whose authority was added to certifi's file. From then on the whole file is loaded.
    """
    if not getattr(context, "_amazon_only", False) or getattr(error, "verify_code", 0) not in CHAIN_ERRORS:
        return False
    _contexts.insufficient = True
    return True


def certifi_file() -> tuple[str, bool]:
    """
    Return the path that `certifi.where()` returns, and whether it is the file that certifi itself ships.

    Importing certifi is slow. It is imported only if its code is not a known version, which returns the file next to it.
    """
    known = sys.modules.get("certifi")
    if known is None:
        _contexts.upstream = _contexts.upstream or _upstream_file()
        if _contexts.upstream:
            return _contexts.upstream, True
    certifi = known or load("certifi")
    path = str(certifi.where())
    folder = os.path.dirname(str(getattr(certifi, "__file__", None)))
    genuine = getattr(certifi.where, "__module__", "") == "certifi.core" and path == os.path.join(folder, "cacert.pem")
    return path, genuine


def _upstream_file() -> str:
    """Return the path of the file next to an unchanged certifi, or "" if that is not certain."""
    spec = importlib.util.find_spec("certifi")
    if spec is None or type(spec.loader) is not SourceFileLoader or spec.origin is None:
        return ""
    folder = os.path.dirname(spec.origin)
    try:
        with open(os.path.join(folder, "__init__.py"), encoding="utf-8") as file:
            lines = {line.rstrip() for line in file if not line.startswith("__version__ = ")}
        with open(os.path.join(folder, "core.py"), "rb") as source:
            digest = hashlib.sha256(source.read()).hexdigest()
    except (OSError, ValueError):
        return ""
    return os.path.join(folder, "cacert.pem") if lines <= _CERTIFI_INIT and digest in _CERTIFI_CORE else ""


def _version(path: str) -> tuple[object, ...]:
    """Return a value that changes when the file or folder *path* does."""
    try:
        found = os.stat(path)
        entries = sorted(os.listdir(path)) if os.path.isdir(path) else []
        inner = [_version(os.path.join(path, name)) for name in entries]
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_size, found.st_ino, *inner)


def make_plain_context() -> ssl.SSLContext:
    """Return a context without certificates, with the settings of urllib3's `create_urllib3_context()`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET
    context.hostname_checks_common_name = False
    context.post_handshake_auth = True
    if sys.version_info >= (3, 13):
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    if os.environ.get("SSLKEYLOGFILE"):
        context.keylog_filename = os.path.expandvars(os.environ["SSLKEYLOGFILE"])
    return context


def _load_files(context: ssl.SSLContext, bundle: str, cert: Cert | None, *, narrow: bool) -> None:
    context.set_alpn_protocols(["http/1.1"])
    if bundle:
        _load_authorities(context, bundle, narrow=narrow)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if cert is None:
        return
    certificate, key = (cert, None) if isinstance(cert, str) else cert
    try:
        # Without a password OpenSSL would ask for one on the terminal.
        context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, OSError) as error:
        raise ConfigError(
            f"The client certificate {certificate!r} cannot be loaded ({error}); certificate and key must be PEM, the key must "
            "be unencrypted and belong to the certificate."
        ) from error


def _load_authorities(context: ssl.SSLContext, path: str, *, narrow: bool) -> None:
    try:
        roots = amazon_roots(path) if narrow else ""
        if roots:
            context.load_verify_locations(cadata=roots)
            context._amazon_only = True  # type: ignore[attr-defined]  # for `widen`
        elif os.path.isdir(path):
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
    except (ssl.SSLError, OSError) as error:
        raise ConfigError(
            f"The certificate authorities in {path!r} cannot be loaded ({error}); give a PEM file or a directory of them."
        ) from error


def amazon_roots(path: str) -> str:
    """Return the certificates labelled as Amazon's roots in certifi's file *path*, or "" without such labels."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    found, place = [], text.find(_LABEL)
    while place >= 0:
        begin = text.find(_BEGIN, place)
        end = text.find(_END, begin)
        following = text.find(_LABEL, place + 1)
        if 0 <= begin < end and (following < 0 or end < following):
            found.append(text[begin : end + len(_END)])
        place = following
    return "\n".join(found)
