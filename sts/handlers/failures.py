"""
Conversion of exceptions of HTTP libraries into errors of `sts.errors`.

Both libraries wrap the standard library's exceptions in several layers. The innermost known exception decides, together with
the stage that the exchange had reached.
"""

from __future__ import annotations

import errno
import http.client
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any, Union

from sts.endpoints import GLOBAL_HOST
from sts.errors import (
    ConfigError,
    ConnectTimeoutError,
    DeadlineExceededError,
    EndpointConnectionError,
    ProxyError,
    ReadTimeoutError,
    ResponseParseError,
    STSError,
    TLSError,
    TransportError,
)
from sts.handlers.exchange import Exchange
from sts.handlers.grammar import IncompleteResponse, InvalidResponse, MalformedChunks, OversizedBody, OversizedResponse
from sts.http import aborted

_CONNECTING = ("connect", "tunnel", "handshake")
_READING = ("response", "body")
_TLS_CLOSED = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
_TEMPORARY = ("502", "503", "504", "429")
_DOING = {
    "connect": "while connecting to {0}",
    "tunnel": "while the proxy was connecting to {0}",
    "handshake": "in the TLS handshake with {0}",
    "send": "while sending the request to {0}",
    "response": "while waiting for the response of {0}",
    "body": "while reading the response of {0}",
}
_ZONE = r"(?:^|\.)([a-z]+(?:-[a-z]+)+-\d[a-z])\."
_VPC_HINT = (
    "In a VPC without internet access only the regional endpoint can be reached (through an interface endpoint): "
    "set the region and do not use the global endpoint."
)


def explain(error: Exception, exchange: Exchange, *more: BaseException) -> STSError:
    """Return the error to raise for *error*, which ended *exchange*. *more* are causes that it does not contain."""
    failure = _explain((*more, *causes(error)), exchange)
    failure.hostname = exchange.host
    failure.original_error = error
    if isinstance(failure, TransportError):
        failure.answered = exchange.received or exchange.stage == "body"
    return failure


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and the exceptions it wraps: arguments, `reason`, causes; outermost first."""
    found: list[BaseException] = [error]
    for link in found:  # the list grows during the loop
        yield link
        for inner in (*link.args, getattr(link, "reason", None), link.__cause__):
            if isinstance(inner, BaseException) and not any(inner is known for known in found):
                found.append(inner)


def functions_of(error: BaseException) -> set[str]:
    """Return the names of the functions that *error* passed through."""
    names, frame = set(), error.__traceback__
    while frame is not None:
        names.add(frame.tb_frame.f_code.co_name)
        frame = frame.tb_next
    return names


def _explain(chain: tuple[BaseException, ...], exchange: Exchange) -> STSError:
    if exchange.aborted:
        return aborted(exchange.control)
    for kind, describe in _DESCRIPTIONS:
        found = next((link for link in reversed(chain) if isinstance(link, kind)), None)
        if found is not None:
            return describe(found, exchange)
    if exchange.stage in _READING:
        return _not_http(chain[-1], exchange)  # for example two different lengths of one body
    return TransportError(f"The exchange with {exchange.place} failed {_doing(exchange)}: {chain[-1]}")


def _timed_out(_: BaseException, exchange: Exchange) -> STSError:
    control = exchange.control
    if exchange.late:
        return DeadlineExceededError(f"The call's total timeout passed {_doing(exchange)}.")
    if exchange.stage in _CONNECTING:
        hint = _VPC_HINT if exchange.host == GLOBAL_HOST else None
        within = "" if control.connect_timeout is None else f" within the connect timeout of {control.connect_timeout:g} s"
        return ConnectTimeoutError(f"No connection to {_peer(exchange)}{within}, {_doing(exchange)}.", hint=hint)
    within = "" if control.read_timeout is None else f" within the read timeout of {control.read_timeout:g} s"
    return ReadTimeoutError(f"No complete response from {exchange.place}{within}, {_doing(exchange)}.")


def _tls_failed(error: BaseException, exchange: Exchange) -> STSError:
    if isinstance(error, _TLS_CLOSED):
        return _broken(error, exchange)
    if not isinstance(error, ssl.SSLCertVerificationError):
        reason = str(getattr(error, "reason", None) or error).replace("_", " ").lower()
        return TLSError(
            f"The TLS connection to {_peer(exchange)} failed: {reason}. TLS 1.2 or newer is required, "
            f"and the endpoint must support https on this port.{_through(exchange)}"
        )
    reason = str(getattr(error, "verify_message", None) or error).rstrip(".")  # not set if verification is done in Python
    return TLSError(
        f"The certificate of {_peer(exchange)} cannot be trusted: {reason}. If a proxy or a private authority issued it, "
        "pass its PEM file with AWS_CA_BUNDLE or verify=. If a date is invalid, check the clock of this machine."
    )


def _unresolved(error: BaseException, exchange: Exchange) -> STSError:
    text = f"The name of {_peer(exchange)} could not be resolved ({getattr(error, 'strerror', None) or error})."
    if exchange.proxy is not None:
        return ProxyError(f"{text} Check the proxy setting.")
    zone = re.search(_ZONE, exchange.host)
    advice = f"{zone[1]} is an availability zone; its region is {zone[1][:-1]}." if zone else "Check the region or endpoint."
    return EndpointConnectionError(
        f"{text} {advice} Check also that the DNS of this machine resolves other names.", code="UnknownEndpoint"
    )


def _incomplete(error: Any, exchange: Exchange) -> STSError:
    if isinstance(error, MalformedChunks):
        reason = f"its chunks are malformed: {error}"
    elif isinstance(error, IncompleteResponse):
        received = f"{error.got} of {error.expected} bytes arrived"
        reason = "its headers or chunks are cut off" if error.expected is None else received
    elif isinstance(error.expected, int):  # the bytes that are missing, in http.client's error
        got = error.partial if isinstance(error.partial, int) else len(error.partial)  # urllib3's has a number
        reason = f"{got} of {got + error.expected} bytes arrived"
    else:
        reason = "its headers or chunks are malformed or cut off"
    return EndpointConnectionError(f"The response of {exchange.place} was incomplete: {reason}.")


def _invalid(error: BaseException, exchange: Exchange) -> STSError:
    if isinstance(error, OversizedBody):
        text = f"The response of {exchange.place} (HTTP {error.status}) has {error}, and a response of STS has a few thousand. "
        return ResponseParseError(f"{text}The rest was not read. Check the endpoint.", status_code=error.status)
    if isinstance(error, OversizedResponse):
        return ResponseParseError(f"The response of {exchange.place} has oversized headers: {error}.")
    text = f"{exchange.place} responded with data that is not HTTP, or is ambiguous: {error}."
    return ResponseParseError(text, retryable=True)


def _broken(_: BaseException, exchange: Exchange) -> STSError:
    if exchange.proxy is not None and exchange.stage in ("connect", "tunnel"):
        text = f"The proxy {exchange.proxy} closed the connection {_doing(exchange)}."
        return ProxyError(f"{text} It may require a login, block this host, or not support TLS tunnels.")
    return EndpointConnectionError(f"{exchange.place} closed the connection {_doing(exchange)}.{_through(exchange)}")


def _refused(_: BaseException, exchange: Exchange) -> STSError:
    if exchange.proxy is not None:
        return ProxyError(f"The proxy {exchange.proxy} refused the connection. Check the proxy setting.")
    return EndpointConnectionError(
        f"{exchange.place} refused the connection. Check the endpoint, and that a server listens there.",
        code="UnknownEndpoint",
    )


def _unreachable(error: BaseException, exchange: Exchange) -> STSError:
    if exchange.proxy is not None and exchange.stage in ("connect", "tunnel"):
        return _proxy_failed(error, exchange)
    reason = getattr(error, "strerror", None) or str(error)
    if getattr(error, "errno", None) in (errno.EMFILE, errno.ENFILE):
        return TransportError(f"No connection to {exchange.place}: {reason}. This process has too many files open.")
    return EndpointConnectionError(f"The connection to {exchange.place} failed {_doing(exchange)}: {reason}.")


def _proxy_failed(error: BaseException, exchange: Exchange) -> STSError:
    words = str(getattr(error, "strerror", None) or error).removeprefix("Tunnel connection failed: ")
    reason = "".join(character if character.isprintable() else " " for character in words)
    advice = (
        " Set user and password in the URL of the proxy: http://user:password@host:port." if reason.startswith("407") else ""
    )
    final = exchange.stage == "tunnel" and reason[:1] == "4" and not reason.startswith(_TEMPORARY)
    failure = f"The proxy {exchange.proxy} did not connect to {exchange.place}: {reason}.{advice}"
    return ProxyError(failure, retryable=not final, fault="client" if final else "server")


def _not_http(error: BaseException, exchange: Exchange) -> STSError:
    oversize = isinstance(error, http.client.LineTooLong) or "headers" in str(error)
    what = f"oversized headers ({error})" if oversize else "data that is not HTTP"
    if exchange.proxy is not None and exchange.stage in ("connect", "tunnel"):
        return ProxyError(f"The proxy {exchange.proxy} responded with {what}. Check the proxy setting.", retryable=not oversize)
    return ResponseParseError(f"{exchange.place} responded with {what}.", retryable=not oversize)


def _unusable(error: BaseException, exchange: Exchange) -> STSError:
    if exchange.stage in (*_READING, "tunnel"):
        return _not_http(error, exchange)  # for example a negative number of bytes
    reason = str(error).rstrip(".")
    if "header" in reason.lower():  # `http.client` quotes the whole value of the header, which may be a secret
        reason = "a header has a character that HTTP does not allow"
    return ConfigError(f"The request to {exchange.place} cannot be sent: {reason}.")


def _doing(exchange: Exchange) -> str:
    return _DOING[exchange.stage].format(exchange.place)


def _through(exchange: Exchange) -> str:
    if exchange.proxy is None or exchange.stage != "handshake":
        return ""
    return f" The proxy {exchange.proxy} may require a login, block this host, or not support TLS tunnels."


def _peer(exchange: Exchange) -> str:
    if exchange.proxy is not None and exchange.stage == "connect":
        return f"the proxy {exchange.proxy}"
    return exchange.place


_Kinds = Union[type[BaseException], tuple[type[BaseException], ...]]
_DESCRIPTIONS: tuple[tuple[_Kinds, Callable[[BaseException, Exchange], STSError]], ...] = (
    # Specific before general: most of them are also an OSError.
    (TimeoutError, _timed_out),
    (ssl.SSLError, _tls_failed),
    (socket.gaierror, _unresolved),
    ((IncompleteResponse, MalformedChunks, http.client.IncompleteRead), _incomplete),
    (InvalidResponse, _invalid),
    (ConnectionRefusedError, _refused),
    (ConnectionError, _broken),
    (http.client.HTTPException, _not_http),
    (ValueError, _unusable),
    (OSError, _unreachable),  # requests' own exceptions are of this kind
)
