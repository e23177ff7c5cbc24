"""Choice of the handler: each rule, its evaluation at each call, and options that take precedence."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import types
from pathlib import Path

import pytest
import urllib3.connectionpool
import urllib3.util.connection

from sts import STS, ConfigError
from sts.handlers import HandlerOptions, handler_kind, handler_options
from sts.handlers.choose import RULES
from sts.pipeline.wiring import transport_of
from sts.settings.settings import transport_settings
from sts.testing import LocalSTS
from tests.support.fakes import CREDENTIALS

PLAIN = HandlerOptions()


@pytest.fixture(autouse=True)
def without_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove tools that intercept requests; other tests may have loaded them."""
    for name in ("responses", "requests_mock"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_without_tools_and_proxies_the_handler_is_our_own() -> None:
    """This also holds if urllib3 and http.client are loaded, as they are in this process."""
    assert handler_kind(PLAIN) == "direct"


@pytest.mark.parametrize("name", ["responses", "requests_mock"])
def test_tools_that_intercept_requests_choose_requests(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """These tools intercept only requests. moto's `mock_aws` loads `responses`."""
    monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    assert handler_kind(PLAIN) == "requests"
    monkeypatch.delitem(sys.modules, name)
    assert handler_kind(PLAIN) == "direct"


def test_a_proxy_chooses_urllib3() -> None:
    """The scheme of the proxy does not matter."""
    assert handler_kind(HandlerOptions(proxies=(("https", "http://proxy:3128"),))) == "urllib3"


class OtherSocket(socket.socket):
    """Socket class of a tool."""


class OtherConnection(http.client.HTTPConnection):
    """Connection class of a tool."""


def wrapper(*args: object, **more: object) -> None:
    """Function of a tool."""


class Wrapper:
    """Object that replaces a function, like those of wrapt, with the attributes of the wrapped function."""

    def __init__(self, function: object) -> None:
        self.__wrapped__ = function
        self.__globals__ = function.__globals__  # type: ignore[attr-defined]

    def __call__(self, *args: object, **more: object) -> None:
        """Do nothing."""


POOL, CONNECTION = urllib3.connectionpool.HTTPConnectionPool, http.client.HTTPConnection
PATCHES = {
    "a socket class": (socket, "socket", OtherSocket),
    "connect of all sockets": (socket.socket, "connect", wrapper),
    "http.client replaced": (http.client, "HTTPConnection", OtherConnection),
    "a method wrapped by a function": (CONNECTION, "putrequest", wrapper),
    "a method wrapped by an object": (CONNECTION, "getresponse", Wrapper(CONNECTION.getresponse)),
    "reading wrapped": (http.client.HTTPResponse, "read", wrapper),
    "printing what is sent": (CONNECTION, "debuglevel", 1),
    "urlopen wrapped": (POOL, "urlopen", Wrapper(POOL.urlopen)),
    "connections replaced": (POOL, "ConnectionCls", OtherConnection),
    "TLS connections replaced": (urllib3.connectionpool.HTTPSConnectionPool, "ConnectionCls", OtherConnection),
    "addresses chosen": (urllib3.util.connection, "allowed_gai_family", lambda: socket.AF_INET),
    "names resolved": (urllib3.util.connection, "create_connection", wrapper),
}


@pytest.mark.parametrize("case", PATCHES)
def test_a_patched_library_is_used(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool sees the call. Without the patch, the default handler is used again."""
    owner, name, patch = PATCHES[case]
    monkeypatch.setattr(owner, name, patch, raising=False)
    assert handler_kind(PLAIN) == "urllib3"
    monkeypatch.undo()
    for module in ("responses", "requests_mock"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    assert handler_kind(PLAIN) == "direct"


def test_a_patched_look_up_of_names_is_used_by_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """`socket.getaddrinfo` is looked up at each call."""
    monkeypatch.setattr(socket, "getaddrinfo", wrapper)
    assert handler_kind(PLAIN) == "direct"


def test_each_rule_has_a_reason() -> None:
    """Each reason is one sentence, and all differ."""
    assert len({rule.reason for rule in RULES}) == len(RULES) == 6


@pytest.mark.parametrize("kind", ["direct", "urllib3", "requests"])
def test_what_is_asked_for_stands_above_the_rules(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The handler can be set by an option or a variable. The option takes precedence."""
    monkeypatch.setitem(sys.modules, "responses", types.ModuleType("responses"))
    assert handler_kind(handler_options(kind=kind)) == kind
    settings = transport_settings({"STS_HTTP_HANDLER": kind})
    assert handler_kind(transport_of(settings, 1)) == kind
    assert handler_kind(transport_of(transport_settings({"STS_HTTP_HANDLER": "urllib3"}), 1, kind)) == kind


@pytest.mark.parametrize("kind", ["direct", "urllib3", "requests"])
def test_a_client_takes_the_handler_it_is_told(local_sts: LocalSTS, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The handler is set by `request_handler="urllib3"` and by `STS_HTTP_HANDLER=urllib3`."""
    with STS(**local_sts.client_options(), request_handler=kind) as client:
        client.get_caller_identity()
        assert type(client._wire().choose_handler()).__name__ == f"{kind.title()}Handler"
    monkeypatch.setenv("STS_HTTP_HANDLER", kind)
    with STS(**local_sts.client_options()) as client:
        client.get_caller_identity()
        assert type(client._wire().choose_handler()).__name__ == f"{kind.title()}Handler"


@pytest.mark.parametrize("given", ["curl", "http1"])
def test_another_name_is_an_error(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error contains the option or the variable, the value, and the allowed values."""
    with pytest.raises(ConfigError, match="request_handler=.*'direct', 'urllib3', 'requests'"):
        STS(**CREDENTIALS, request_handler=given).get_caller_identity()
    monkeypatch.setenv("STS_HTTP_HANDLER", given)
    with pytest.raises(ConfigError, match="STS_HTTP_HANDLER.*'direct', 'urllib3', 'requests'"):
        STS(**CREDENTIALS).get_caller_identity()


def test_a_first_call_loads_no_http_library(local_sts: LocalSTS) -> None:
    """Neither choosing a handler nor sending loads one."""
    code = (
        f"import sys; from sts import STS; STS(**{dict(local_sts.client_options())!r}).get_caller_identity()\n"
        "print([n for n in ('urllib3', 'requests', 'http.client', 'email', 'certifi', 'ssl', 'encodings.idna') if n in sys.modules])"
    )
    root = Path(__file__).resolve().parent.parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
