"""Proxies: the proxy for a URL, and what is sent through it."""

from __future__ import annotations

import threading
import time

import pytest

from sts import STS, Credentials
from sts.errors import ConfigError, ConnectTimeoutError, DeadlineExceededError, ProxyError, TLSError
from sts.handlers import HandlerOptions, acquire_handler, release_handler
from sts.handlers.proxies import bypasses_proxy, choose_proxy, mask_proxy, parse_proxy
from sts.http import Control
from sts.pipeline.wiring import transport_of
from sts.settings.settings import transport_settings
from sts.settings.table import PROXY_VARIABLES
from tests.support.clocks import HandTime, record_wakers
from tests.support.threads import PATIENCE
from tests.support.wire import (
    Authority,
    WireServer,
    answering,
    free_port,
    proxying,
    reply,
    request,
    reset,
    server_tls,
    silent,
    unanswering_port,
)


def of_environment(environ):
    """Return the options of a handler from the settings in *environ*."""
    return transport_of(transport_settings(environ), 32)


STS_URL = "https://sts.eu-west-1.amazonaws.com"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def tls(authority):
    return server_tls(authority.sign("server", "127.0.0.1", "sts.test"))


@pytest.fixture(params=["urllib3", "requests"])
def send(request):
    """Return a function that sends with the given options."""
    yield from sending(request.param)


@pytest.fixture
def send_urllib3():
    """Return the same for the handler that supports proxies and applies all limits."""
    yield from sending("urllib3")


def sending(kind):
    acquired = []

    def send_with(url, options, control=None):
        acquired.append(acquire_handler(kind, options))
        return acquired[-1].send(make(url), control=control or Control(connect_timeout=3, read_timeout=3))

    yield send_with
    for handler in acquired:
        release_handler(handler)


make = request


# --- the choice ---


@pytest.mark.parametrize(
    ("environ", "url", "chosen"),
    [
        ({}, STS_URL, None),
        ({"HTTPS_PROXY": "http://p:1"}, STS_URL, "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "https_proxy": "http://q:2"}, STS_URL, "http://q:2"),
        ({"HTTPS_PROXY": "http://p:1", "https_proxy": ""}, STS_URL, None),
        ({"HTTP_PROXY": "http://p:1"}, STS_URL, None),
        ({"HTTP_PROXY": "http://p:1"}, "http://host", "http://p:1"),
        ({"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, "http://host", None),
        ({"http_proxy": "http://p:1", "REQUEST_METHOD": "GET"}, "http://host", "http://p:1"),
        ({"ALL_PROXY": "http://a:1"}, STS_URL, "http://a:1"),
        ({"all_proxy": "http://a:1", "HTTPS_PROXY": "http://p:1"}, STS_URL, "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "amazonaws.com"}, STS_URL, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "amazonaws.com", "no_proxy": "other"}, STS_URL, "http://p:1"),
        ({"ALL_PROXY": "http://a:1"}, "http://localhost:4566", None),
        ({"ALL_PROXY": "http://a:1", "NO_PROXY": "x"}, "http://127.9.9.9:4566", None),
        ({"ALL_PROXY": "http://a:1"}, "https://[::1]:1", None),
    ],
)
def test_the_environment_chooses_the_proxy(environ, url, chosen):
    """Precedence: scheme before ALL, lower before upper case, NO_PROXY before both. Not loopback, nor HTTP_PROXY under CGI."""
    options = of_environment(environ)
    assert choose_proxy(url, options.proxies, options.no_proxy) == chosen


@pytest.mark.parametrize(
    ("proxies", "url", "chosen"),
    [
        ({}, STS_URL, None),
        ({"https": "p:1"}, STS_URL, "http://p:1"),
        ({"all": "p:1"}, STS_URL, "http://p:1"),
        ({"https": None, "all": "p:1"}, STS_URL, "http://p:1"),
        ({"https": "p:1", "https://sts.eu-west-1.amazonaws.com": "q:2"}, STS_URL, "http://q:2"),
        ({"all://sts.eu-west-1.amazonaws.com": "q:2", "all": "p:1"}, STS_URL, "http://q:2"),
        ({"HTTPS": "p:1"}, STS_URL, "http://p:1"),
        ({"http": "p:1"}, "http://127.0.0.1:80", "http://p:1"),
        ({"https": "p:1", "no_proxy": ".amazonaws.com"}, STS_URL, None),
    ],
)
def test_explicit_proxies_replace_the_environment(proxies, url, chosen):
    """With `proxies=` the variables are ignored, even for loopback."""
    settings = transport_settings({"ALL_PROXY": "http://env:1", "NO_PROXY": "*"})
    options = transport_of(settings._replace(proxies=proxies), 32)
    assert choose_proxy(url, options.proxies, options.no_proxy) == chosen


@pytest.mark.parametrize(
    ("no_proxy", "host", "port", "bypassed"),
    [
        ("", "a.b", 443, False),
        ("*", "a.b", 443, True),
        ("a.b", "a.b", 443, True),
        ("a.b", "x.a.b", 443, True),
        (".a.b", "x.a.b", 443, True),
        (".a.b", "a.b", 443, True),
        ("*.a.b", "x.a.b", 443, True),
        ("a.b", "xa.b", 443, False),
        ("A.B", "a.b", 443, True),
        ("a.b.", "a.b", 443, True),
        ("a.b", "a.b.", 443, True),
        ("x, a.b ,y", "a.b", 443, True),
        ("x a.b", "a.b", 443, True),
        ("a.b:443", "a.b", 443, True),
        ("a.b:80", "a.b", 443, False),
        (".b:443", "a.b", 443, True),
        ("10.0.0.1", "10.0.0.1", 443, True),
        ("10.0.0.1:80", "10.0.0.1", 443, False),
        (".0.0.1", "10.0.0.1", 443, False),
        ("10.0.0.0/8", "10.2.3.4", 443, True),
        ("10.0.0.0/8", "11.2.3.4", 443, False),
        ("10.1.2.3/8", "10.9.9.9", 443, True),
        ("0.0.0.0/0", "8.8.8.8", 443, True),
        ("10.0.0.0/33", "10.0.0.0", 443, False),
        ("10.0.0.0/x", "10.0.0.0", 443, False),
        ("10.0.0.0/8", "ten.example", 443, False),
        ("fe80::/10", "fe80::1", 443, True),
        ("fe80::/10", "[fe81::1]", 443, True),
        ("::1", "::1", 443, True),
        ("0:0::1", "::1", 443, True),
        ("[::1]:443", "::1", 443, True),
        ("[::1]:80", "::1", 443, False),
        ("::/0", "1.2.3.4", 443, False),
        (",, ,", "a.b", 443, False),
    ],
)
def test_no_proxy_rules(no_proxy, host, port, bypassed):
    """It contains names with their subdomains, addresses, networks and ports."""
    assert bypasses_proxy(host, port, no_proxy) is bypassed


@pytest.mark.parametrize(
    ("url", "parsed", "authorization"),
    [
        ("http://p:3128", "http://p:3128", None),
        ("p:3128", "http://p:3128", None),
        ("p", "http://p:80", None),
        ("https://p/", "https://p:443", None),
        ("http://u:w@p:1", "http://p:1", "Basic dTp3"),
        ("http://u%40d:w%3A@p:1", "http://p:1", "Basic dUBkOnc6"),
        ("http://[::1]:1", "http://[::1]:1", None),
    ],
)
def test_a_proxy_url_is_taken_apart(url, parsed, authorization):
    """The credentials become a header and are not shown."""
    proxy = parse_proxy(url)
    assert (proxy.url, proxy.authorization) == (parsed, authorization)
    assert not authorization or authorization not in repr(proxy)


@pytest.mark.parametrize(
    "url", ["socks5://u:hunter2@p:1", "http://u:hunter2@", "http://u:hunter2@p:x", "http://u:hunter2@p:0", "ftp://p"]
)
def test_an_unusable_proxy_is_a_config_error(url):
    """A URL that is not of an http(s) proxy is rejected, and its password is not shown."""
    with pytest.raises(ConfigError) as caught:
        parse_proxy(url)
    assert "hunter2" not in str(caught.value)


def test_passwords_are_masked():
    """Neither `mask_proxy` nor the repr of the options contains user or password."""
    assert mask_proxy("http://me:hunter2@p:1") == "http://***@p:1"
    assert mask_proxy("me:hunter2@p:1") == "***@p:1"
    assert mask_proxy("http://p:1") == "http://p:1"
    options = of_environment({"HTTPS_PROXY": "http://me:hunter2@p:1"})
    assert "hunter2" not in repr(options)
    assert "p:1" in repr(options)


@pytest.mark.parametrize(
    ("value", "shown", "used"),
    [
        ("   ", "", None),
        ("", "", None),
        (" http://127.0.0.2:9 ", "http://127.0.0.2:9", "http://127.0.0.2:9"),
        ("\tp:1\n", "p:1", "http://p:1"),
    ],
)
@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_a_call_uses_the_proxy_that_its_settings_show(monkeypatch, name, value, shown, used):
    """Spaces around a value are ignored. A value of spaces counts as absent."""
    for variable in PROXY_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv(name, value)
    with STS(region="eu-west-1", credentials=Credentials("AKIAEXAMPLE", "s")) as client:
        settings = client.config
    options = transport_of(settings, 1)

    key = name.partition("_")[0].lower()
    assert settings.environment_proxies == ({key: shown} if shown else {})
    assert choose_proxy(STS_URL, options.proxies, options.no_proxy) == used
    assert settings.sources["environment_proxies"] == (name if shown else "default")


# --- on the wire ---


def test_https_goes_through_a_tunnel(send, authority, tls):
    """An https URL uses CONNECT. Only the proxy gets its credentials, and the tunnel is reused."""
    with WireServer(answering(reply()), tls) as server, WireServer(proxying("Basic bWU6aHVudGVyMg==")) as proxy:
        options = HandlerOptions(authority.file, proxies=(("https", f"http://me:hunter2@127.0.0.1:{proxy.port}"),))
        for _ in range(3):
            assert send(f"https://sts.test:{server.port}/", options).status == 200
    assert proxy.connections == server.connections == 1
    assert proxy.requests[0][0].startswith(b"CONNECT sts.test:%d HTTP/1." % server.port)
    assert all(b"proxy-authorization" not in head.lower() for head, _ in server.requests)
    assert server.requests[0][0].startswith(b"POST / HTTP/1.1")


def test_http_is_forwarded(send):
    """The proxy gets the complete http URL."""
    with WireServer(proxying("Basic bWU6aHVudGVyMg==")) as proxy:
        options = HandlerOptions(proxies=(("http", f"me:hunter2@127.0.0.1:{proxy.port}"),))
        for _ in range(2):
            assert send("http://sts.test:1234/x?y", options).body == b"<forwarded/>"
    assert proxy.requests[0][0].startswith(b"POST http://sts.test:1234/x?y HTTP/1.1\r\n")


def test_a_proxy_may_speak_tls(send, authority, tls):
    """A proxy with an https URL is reached over TLS. The tunnel through it has its own TLS."""
    with WireServer(answering(reply()), tls) as server, WireServer(proxying(), tls) as proxy:
        options = HandlerOptions(authority.file, proxies=(("https", f"https://127.0.0.1:{proxy.port}"),))
        assert send(f"https://sts.test:{server.port}/", options).status == 200
        with pytest.raises(TLSError, match="the proxy 127"):
            send(f"https://sts.test:{server.port}/", options._replace(verify=True))


def test_no_proxy_goes_directly(send):
    """A host in no_proxy is reached without the proxy."""
    with WireServer(answering(reply())) as server:
        options = HandlerOptions(proxies=(("all", f"http://127.0.0.1:{free_port()}"),), no_proxy="127.0.0.0/8")
        assert send(server.url, options).status == 200


@pytest.mark.parametrize(
    ("answer", "words", "retryable"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407.*user:password@", False),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "403 Forbidden", False),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "502 Bad Gateway", True),
        (b"HTTP/1.1 403 \x1b[31mred\r\n\r\n", r"403  \[31mred\.$", False),
    ],
)
def test_a_proxy_that_refuses_is_explained(send, answer, words, retryable):
    """A rejected tunnel is a ProxyError with the proxy's reason. It is retryable if the status is temporary."""
    with WireServer(proxying(refusal=answer)) as proxy, pytest.raises(ProxyError, match=words) as caught:
        send(f"{STS_URL}/", HandlerOptions(proxies=(("https", f"http://me:hunter2@127.0.0.1:{proxy.port}"),)))
    assert caught.value.retryable is retryable
    assert caught.value.hostname == "sts.eu-west-1.amazonaws.com"
    assert "hunter2" not in f"{caught.value} {caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize("url", [f"{STS_URL}/", "http://sts.test/"])
def test_a_proxy_that_is_not_there_is_explained(send, url):
    """A proxy that refuses or resets the connection, or whose name cannot be resolved, is a retryable ProxyError."""
    with WireServer(lambda sock, *_: reset(sock)) as resetting:
        ports = (f"127.0.0.1:{free_port()}", "proxy.invalid:1", *([f"127.0.0.1:{resetting.port}"] if "https" in url else []))
        for place in ports:
            with pytest.raises(ProxyError) as caught:
                send(url, HandlerOptions(proxies=(("all", f"http://me:hunter2@{place}"),)))
            assert place in str(caught.value)
            assert "hunter2" not in str(caught.value)
            assert caught.value.retryable


@pytest.mark.parametrize("where", ["connect", "silent", "drip"])
def test_a_slow_proxy_is_bounded(send_urllib3, where):
    """Connecting to the proxy and opening the tunnel count towards the connect timeout and end at the deadline."""
    behave = proxying(drip=True) if where == "drip" else silent
    with unanswering_port() as port, WireServer(behave) as proxy:
        options = HandlerOptions(proxies=(("all", f"http://127.0.0.1:{port if where == 'connect' else proxy.port}"),))
        with pytest.raises(ConnectTimeoutError):
            send_urllib3(f"{STS_URL}/", options, Control(0.1, None))
        with pytest.raises(DeadlineExceededError):
            send_urllib3(f"{STS_URL}/", options, Control(None, None, time.monotonic() + 0.1))


def test_the_tunnel_and_the_handshake_share_the_connect_timeout(send_urllib3, monkeypatch):
    """One wait of that length covers both: it ends the call in the handshake after the proxy has opened the tunnel."""
    shaking = threading.Event()
    clock = HandTime().replace(monkeypatch, "handlers.exchange")
    asked = record_wakers(monkeypatch, clock, "handlers.urllib3", lambda: shaking.wait(PATIENCE))

    def tunnel(sock, server, _):
        server.read(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        sock.recv(1)
        shaking.set()
        server.stopped.wait()

    with WireServer(tunnel) as proxy:
        options = HandlerOptions(proxies=(("all", f"http://127.0.0.1:{proxy.port}"),))
        with pytest.raises(ConnectTimeoutError):
            send_urllib3(f"{STS_URL}/", options, Control(connect_timeout=90))
    assert shaking.is_set()
    assert asked == [90.0]


def test_a_socks_proxy_is_refused(send):
    """A SOCKS proxy is a ConfigError with advice, not a silent direct connection."""
    with pytest.raises(ConfigError, match="session="):
        send(f"{STS_URL}/", HandlerOptions(proxies=(("https", "socks5://me:hunter2@p:1"),)))
