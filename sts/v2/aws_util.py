"""The parts of `AWS.util` that scripts use."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import urllib.parse
import uuid
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any

from sts.base.functions import fit
from sts.base.time import parse_timestamp
from sts.errors import STSError
from sts.v2.camel_case import CamelCase


def _bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data


def _digest(digested: bytes, form: str | None) -> Any:
    """Return a digest in a form of Node, or the bytes without a form or for "buffer"."""
    return {"hex": digested.hex, "base64": lambda: base64.b64encode(digested).decode()}.get(form or "", lambda: digested)()


class _Uuid(CamelCase):
    def v4(self) -> str:
        return str(uuid.uuid4())


class _Crypto(CamelCase):
    def sha256(self, data: str | bytes, digest: str | None = None) -> Any:
        """Return the SHA-256 of *data*: bytes, or text with *digest* "hex" or "base64"."""
        return _digest(hashlib.sha256(_bytes(data)).digest(), digest)

    def md5(self, data: str | bytes, digest: str | None = None) -> Any:
        """Return the MD5 of *data*: bytes, or text with *digest* "hex" or "base64"."""
        return _digest(hashlib.md5(_bytes(data), usedforsecurity=False).digest(), digest)

    def hmac(self, key: str | bytes, data: str | bytes, digest: str | None = None, algorithm: str = "sha256") -> Any:
        """Return the HMAC of *data* under *key*: bytes, or text with *digest* "hex" or "base64"."""
        return _digest(hmac.new(_bytes(key), _bytes(data), algorithm).digest(), digest)


class _Base64(CamelCase):
    def encode(self, data: str | bytes | None) -> str | None:
        """Return *data* in Base64."""
        return None if data is None else base64.b64encode(_bytes(data)).decode()

    def decode(self, text: str | None) -> bytes | None:
        """Return the bytes behind Base64 *text*."""
        return None if text is None else base64.b64decode(text)


class _String(CamelCase):
    def upper_first(self, text: str) -> str:
        return text[:1].upper() + text[1:]

    def lower_first(self, text: str) -> str:
        return text[:1].lower() + text[1:]

    def byte_length(self, data: str | bytes | None) -> int:
        """Return the length of *data* in UTF-8."""
        return 0 if data is None else len(_bytes(data))


class _Date(CamelCase):
    def get_date(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.now(timezone.utc)

    def iso8601(self, date: datetime | None = None) -> str:
        """Return a time as `2030-01-02T03:04:05Z`."""
        return (date or self.get_date()).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    def rfc822(self, date: datetime | None = None) -> str:
        """Return a time in the format of HTTP headers."""
        return format_datetime((date or self.get_date()).astimezone(timezone.utc), usegmt=True)

    def unix_timestamp(self, date: datetime | None = None) -> float:
        """Return a time in seconds since 1970."""
        return (date or self.get_date()).timestamp()

    def parse_timestamp(self, value: float | str) -> datetime:
        """Return the time in text, or in seconds since 1970."""
        if isinstance(value, (int, float)) or value.isdigit():
            return datetime.fromtimestamp(float(value), timezone.utc)
        return parse_timestamp(value)


class _ARN(CamelCase):
    def validate(self, text: Any) -> bool:
        """Return whether *text* has the form of an ARN."""
        return isinstance(text, str) and text.startswith("arn:") and text.count(":") >= 5

    def parse(self, arn: str) -> dict[str, str]:
        """Return the parts of *arn* under their v2 names."""
        _, partition, service, region, account, resource = arn.split(":", 5)
        return {"partition": partition, "service": service, "region": region, "accountId": account, "resource": resource}

    def build(self, parts: Mapping[str, str]) -> str:
        """Return the ARN of *parts*."""
        names = ("service", "region", "accountId", "resource")
        if any(parts.get(name) is None for name in names):
            raise ValueError("Input ARN object is invalid: it needs service, region, accountId and resource.")
        return ":".join(["arn", parts.get("partition") or "aws", *(parts[name] for name in names)])


class UtilityFunctions(CamelCase):
    """`AWS.util`."""

    uuid = _Uuid()
    crypto = _Crypto()
    base64 = _Base64()
    string = _String()
    date = _Date()
    ARN = arn = _ARN()

    def copy(self, value: Any) -> Any:
        """Return a shallow copy of *value*, or None for None."""
        return copy.copy(value)

    def update(self, target: MutableMapping[str, Any], source: Mapping[str, Any]) -> Any:
        """Set the keys of *source* in *target*. Returns *target*."""
        target.update(source)
        return target

    def merge(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
        """Return the keys of both mappings. Keys of *other* have precedence."""
        return {**one, **other}

    def is_empty(self, value: Mapping[str, Any] | None) -> bool:
        """Return whether *value* has no keys."""
        return not value

    def is_node(self) -> bool:
        """Return True: the library follows v2 under Node."""
        return True

    def is_browser(self) -> bool:
        """Return False."""
        return False

    def each(self, values: Mapping[str, Any], function: Callable[[str, Any], Any]) -> None:
        """Call *function* with each key and value."""
        for key, value in list(values.items()):
            function(*fit(function, (key, value)))

    def array_each(self, values: Iterable[Any], function: Callable[..., Any]) -> None:
        """Call *function* with each value and its index."""
        for place, value in enumerate(list(values)):
            function(*fit(function, (value, place)))

    def error(self, error: BaseException, options: Mapping[str, Any] | str | None = None) -> Any:
        """
        Return *error* with the fields of *options*, such as `code` and `message`. If the message is replaced, the result is an
        error of this library with the exception as `original_error`.
        """
        fields = {"message": options} if isinstance(options, str) else dict(options or {})
        made: Any = error
        if "message" in fields:
            made = STSError(str(fields.pop("message")), original_error=error)
            made.__cause__ = error
        name = fields.pop("name", None)
        for field, value in fields.items():
            setattr(made, field, value)
        made.time = self.date.get_date()
        name = str(name or fields.get("code") or getattr(made, "name", "Error"))
        setattr(made, "_name" if isinstance(made, STSError) else "name", name)
        return made

    def uri_escape(self, text: str) -> str:
        """Return *text* percent-encoded for a URL."""
        return urllib.parse.quote(text, safe="~")

    def uri_escape_path(self, path: str) -> str:
        """Return *path* with each segment percent-encoded."""
        return "/".join(map(self.uri_escape, path.split("/")))

    def query_params_to_string(self, params: Mapping[str, Any]) -> str:
        """Return *params*, sorted by name, as a query."""
        return "&".join(f"{self.uri_escape(name)}={self.uri_escape(str(params[name]))}" for name in sorted(params))

    def user_agent(self) -> str:
        """Return the first part of the `User-Agent` of this library."""
        from sts._version import __version__

        return f"sts-client/{__version__}"


util = UtilityFunctions()
"""`AWS.util`."""
