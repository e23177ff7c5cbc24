"""The `user-agent` and trace headers, in the format shared by all AWS SDKs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping

from sts._version import __version__
from sts.base.forks import reset_after_fork

_TOKEN = frozenset("!$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
MAX_FEATURES = 1024
"""Longest feature list in bytes. Further ids are dropped."""
STANDARD_RETRIES = "E"
RETRY_FEATURES = {"legacy": "D", "standard": STANDARD_RETRIES, "adaptive": "F"}
"""Feature id of each retry mode."""
OWN_ENDPOINT = "N"
"""Feature id of an endpoint other than AWS's own."""
GIVEN_KEYS = "e"
"""Feature id of keys that the program passes to the client."""
_PLATFORMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy"}


def sanitize(text: str, *, allow_hash: bool = False) -> str:
    """Replace characters that are not allowed in an HTTP token by a hyphen. Keep `#` only with *allow_hash*."""
    return "".join(c if c in _TOKEN or (allow_hash and c == "#") else "-" for c in text)


def encode_features(ids: Iterable[str]) -> str:
    """Join feature ids with commas, dropping those beyond 1024 bytes."""
    text = ""
    for one in ids:
        longer = f"{text},{one}" if text else one
        if len(longer) <= MAX_FEATURES:
            text = longer
    return text


class UserAgents(dict[tuple[str, ...], str]):
    """`user-agent` values of one client, each built once for the feature ids of the credentials."""

    def __init__(self, features: Iterable[str], build: Callable[[Iterable[str]], str]) -> None:
        super().__init__()
        self._features = tuple(features)
        self._build = build

    def __missing__(self, ids: tuple[str, ...]) -> str:
        self[ids] = text = self._build(dict.fromkeys((*self._features, *ids)))
        return text


def build_user_agent(
    environ: Mapping[str, str],
    *,
    retry_mode: str = "standard",
    features: Iterable[str] = (),
    app_id: str | None = None,
    custom: str | None = None,
) -> str:
    """Return the `user-agent` value: library, metadata version, platform, language, configuration, app id, custom text."""
    system = os.uname() if hasattr(os, "uname") else None
    name, python = sys.platform, sys.implementation.name
    parts = [f"sts-client/{__version__}", "ua/2.1", f"os/{_PLATFORMS.get(name, 'other')}"]
    if system:
        parts[-1] += f"#{sanitize(system.release, allow_hash=True)}"
        parts.append(f"md/arch#{sanitize(system.machine)}")
    version = ".".join(map(str, sys.version_info[:3]))
    parts += [f"lang/python#{version}", f"md/pyimpl#{sanitize(_IMPLEMENTATIONS.get(python, python))}", "api/sts#2011-06-15"]
    if environ.get("AWS_EXECUTION_ENV"):
        parts.append(f"exec-env/{sanitize(environ['AWS_EXECUTION_ENV'], allow_hash=True)}")
    parts.append(f"cfg/retry-mode#{sanitize(retry_mode)}")
    if listed := encode_features(features):
        parts.append(f"m/{listed}")
    if app_id:
        parts.append(f"app/{sanitize(app_id)}")
    if custom:
        parts.append(" ".join("/".join(sanitize(p, allow_hash=True) for p in word.split("/")) for word in custom.split()))
    return " ".join(parts)


def lambda_trace_id(environ: Mapping[str, str]) -> str | None:
    """Return the value of `x-amzn-trace-id` inside AWS Lambda, with invalid header characters percent-encoded, or None."""
    trace_id = environ.get("_X_AMZN_TRACE_ID")
    if not trace_id or not environ.get("AWS_LAMBDA_FUNCTION_NAME"):
        return None
    raw = trace_id.encode("utf-8", "surrogateescape")
    return "".join(chr(b) if 0x20 <= b < 0x7F else f"%{b:02X}" for b in raw)


class _Random:
    """Thread-safe source of 16 random bytes. Reads many at once, because other threads may run at each system call."""

    def __init__(self) -> None:
        self._after_fork()
        reset_after_fork(self)

    def _after_fork(self) -> None:
        """Drop the bytes read by the parent process, which has them too."""
        self._read: list[bytes] = []

    def take(self) -> bytes:
        """Return 16 bytes that were never returned before."""
        while True:
            try:
                return self._read.pop()
            except IndexError:
                block = os.urandom(64 * 16)
                self._read.extend(block[at : at + 16] for at in range(0, len(block), 16))


_random = _Random()


def invocation_id() -> str:
    """Return a random UUID (version 4). The uuid module is not used because it is slow to import."""
    raw = bytearray(_random.take())
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
