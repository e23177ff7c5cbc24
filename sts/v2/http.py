"""HTTP requests of v2: `AWS.Endpoint`, `request.httpRequest`, and the headers of requests and responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from sts.base.records import of_whole
from sts.calling.request import Request as PlainRequest
from sts.http import Headers
from sts.http import HttpRequest as Sent
from sts.protocol.serialize import CONTENT_TYPE
from sts.v2.camel_case import CamelCase

if TYPE_CHECKING:
    from sts.http import HeaderSource

_SIGNATURE = ("authorization", "date", "x-amz-date", "x-amz-security-token")
"""Headers that the signer sets."""


class Endpoint(str):
    """
    The *url* of an endpoint: a string with its parts as attributes. The default scheme is https, or http without *tls*.
    *config*, the second parameter in v2, may have `ssl_enabled`.
    """

    __slots__ = ()

    def __new__(cls, url: str, config: Any = None, *, tls: bool = True) -> Endpoint:
        """Return *url* with its own scheme, or https, or http without *tls*."""
        if not isinstance(url, str):
            raise TypeError(f"Invalid endpoint: {url!r}; it must be a URL or a host name.")
        if config is not None:
            values = config if isinstance(config, dict) else vars(config)
            tls = values.get("sslEnabled", values.get("ssl_enabled", tls)) is not False
        return super().__new__(cls, url if url.startswith("http") else f"http{'s' if tls else ''}://{url}")

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
        """The host name."""
        return urlsplit(self).hostname or ""

    @property
    def host(self) -> str:
        """The host name, with the port unless it is the default port of the scheme."""
        return urlsplit(self).netloc.rpartition("@")[2]

    @property
    def port(self) -> int:
        """The port."""
        parts = urlsplit(self)
        return parts.port or (80 if parts.scheme == "http" else 443)

    @property
    def path(self) -> str:
        """The path and the query."""
        return self.href[len(f"{self.protocol}//{urlsplit(self).netloc}") :].partition("#")[0]

    @property
    def pathname(self) -> str:
        """The path."""
        return urlsplit(self.href).path


class HeaderView:
    """View of headers like a JavaScript object: absent headers are None, and names are also attributes."""

    __slots__ = ("_added", "_headers")

    def __init__(self, headers: Headers, added: Mapping[str, str] | None = None) -> None:
        object.__setattr__(self, "_headers", headers)
        object.__setattr__(self, "_added", added or {})

    _headers: Headers
    _added: Mapping[str, str]
    """Headers outside the mapping that are sent too."""

    def __getitem__(self, name: str) -> str | None:
        return self._headers.get(name) or self._added.get(name.lower())

    def __setitem__(self, name: str, value: Any) -> None:
        self._headers[name] = str(value)

    def __delitem__(self, name: str) -> None:
        self._headers.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._headers

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)

    def __eq__(self, other: object) -> bool:
        return bool(self._headers == (other._headers if isinstance(other, HeaderView) else other))

    __hash__ = None  # type: ignore[assignment]  # mutable

    def __getattr__(self, name: str) -> Any:
        return getattr(self._headers, name) if hasattr(Headers, name) else self._headers.get(name)

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    @of_whole
    def __repr__(self) -> str:
        return repr(self._headers)


class HttpRequest(CamelCase):
    """
    HTTP request: unsigned at `build`, signed from `sign` on. Headers, body, method, path and endpoint may be changed at any
    time. Changes before `sign` are signed. *endpoint* is a URL, *region* the signing region.
    """

    def __init__(self, endpoint: str, region: str | None = None) -> None:
        self._endpoint = Endpoint(endpoint)
        self._own = Sent("POST", self._endpoint.href)
        self._region = region
        self._request: PlainRequest[Any] | None = None
        self._changed: set[str] = set()

    @classmethod
    def of(cls, request: Any) -> HttpRequest:
        """Return the HTTP request of *request*, an `AWS.Request`, before `build`."""
        wiring = request.service._wire()
        made = cls(request.service.endpoint, wiring.endpoint.signing_region)
        made._request = request
        made._own.headers["user-agent"] = wiring.user_agents[()]
        return made

    @property
    def _target(self) -> Sent:
        built = None if self._request is None else self._request.call.http_request
        return self._own if built is None else built

    def take_early(self) -> None:
        """Apply changes made before `build` or in an earlier run. Called before the listeners of `build`."""
        early, built = self._own, self._target
        if early is built:
            return
        built.headers.update({name: text for name, text in early.headers.items() if name not in _SIGNATURE})
        for name in self._changed:
            setattr(built, name, getattr(early, name))
        if built.headers.get("content-type") == CONTENT_TYPE:
            built.headers["content-type"] = f"{CONTENT_TYPE}; charset=utf-8"  # the spelling of v2
        if "body" not in self._changed:  # v2 sorts the form
            form: str = built.body.decode()
            built.body = "&".join(sorted(form.split("&"), key=lambda part: part.partition("=")[0])).encode()
        self._own = built

    @property
    def headers(self) -> HeaderView:
        """The headers, case-insensitive. After `build` they include `Host` and `Content-Length`, which the connection adds."""
        built = self._target
        if self._request is None or not getattr(self._request.call.emit, "built", False):
            return HeaderView(built.headers)
        return HeaderView(built.headers, {"host": Endpoint(built.url).host, "content-length": str(len(built.body))})

    @headers.setter
    def headers(self, headers: HeaderSource) -> None:
        self._target.headers = Headers(headers)

    @property
    def params(self) -> dict[str, str]:
        """The form as a mapping, empty before `build`. Changes of it have no effect."""
        return dict(parse_qsl(self._target.body.decode(), keep_blank_values=True))

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self._target.method

    @method.setter
    def method(self, method: str) -> None:
        self._change("method", method)

    @property
    def body(self) -> bytes:
        """The body, empty before `build`. Text is encoded as UTF-8."""
        return self._target.body

    @body.setter
    def body(self, body: str | bytes) -> None:
        self._change("body", body.encode() if isinstance(body, str) else body)

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint of the request."""
        return self._endpoint

    @endpoint.setter
    def endpoint(self, endpoint: str) -> None:
        self.update_endpoint(endpoint)

    def update_endpoint(self, endpoint: str) -> None:
        """Send the request to *endpoint*."""
        self._endpoint = Endpoint(endpoint)
        self._change("url", self._endpoint.href)

    @property
    def path(self) -> str:
        """The path on the endpoint, with the query."""
        return Endpoint(self._target.url).path

    @path.setter
    def path(self, path: str) -> None:
        self._change("url", f"{self._endpoint.protocol}//{self._endpoint.host}{path}")

    def pathname(self) -> str:
        """Return the path without the query."""
        return self.path.partition("?")[0]

    def search(self) -> str:
        """Return the query."""
        return self.path.partition("?")[2]

    @property
    def region(self) -> str | None:
        """The signing region."""
        return self._region

    @region.setter
    def region(self, region: str) -> None:
        self._region = region
        if self._request is not None:
            self._request.call.signing_region = region

    def append_to_user_agent(self, text: str) -> None:
        """Add *text* to the `User-Agent`."""
        self.headers["user-agent"] = f"{self.get_user_agent()} {text}".strip()

    def get_user_agent(self) -> str:
        """Return the `User-Agent`."""
        return self._target.headers.get("user-agent", "")

    def get_user_agent_header_name(self) -> str:
        """Return "User-Agent"."""
        return "User-Agent"

    def _change(self, name: str, value: Any) -> None:
        self._changed.add(name)
        setattr(self._target, name, value)

    @of_whole
    def __repr__(self) -> str:
        return repr(self._target)


def build_as_get(request: Any) -> None:
    """Move the form of *request* into its URL."""
    sent = request.http_request
    sent.method, sent.path, sent.body = "GET", f"{sent.endpoint.path}?{sent.body.decode()}", b""
    del sent.headers["content-type"]
