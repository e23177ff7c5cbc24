"""TLS: what is trusted, what is said about what is not, and that a handshake is bounded like everything else."""

from __future__ import annotations

import ssl
import threading
import time

import pytest

from sts.errors import (
    ConfigError,
    ConnectTimeoutError,
    DeadlineExceededError,
    EndpointConnectionError,
    RequestAbortedError,
    TLSError,
)
from sts.handlers import HandlerOptions, acquire_handler, release_handler
from sts.handlers.tls import tls_context
from sts.http import AbortController, Control
from sts.pipeline.wiring import transport_of
from sts.settings.settings import transport_settings
from tests.support.wire import PROMPT, Authority, WireServer, answering, dripping, reply, request, reset, server_tls, silent


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.sign("server", "127.0.0.1", "localhost")


@pytest.fixture(params=["urllib3", "requests"])
def send(request):
    """Return a function that sends with options of its own."""
    acquired = []

    def send_with(url, options, control=None, body=b"Action=A"):
        acquired.append(acquire_handler(request.param, options))
        return acquired[-1].send(make(url, body), control=control or Control(connect_timeout=3, read_timeout=3))

    yield send_with
    for handler in acquired:
        release_handler(handler)


make = request


def test_an_authority_given_as_file_is_trusted(send, authority, certificate):
    """`verify=path` verifies with that file; the connection speaks TLS 1.2 or newer and is kept."""
    versions = []

    def behave(sock, server, _):
        versions.append(sock.version())
        while server.read(sock):
            sock.sendall(reply())

    with WireServer(behave, server_tls(certificate)) as server:
        for _ in range(3):
            assert send(server.url, HandlerOptions(verify=authority.file)).body == b"<ok/>"
    assert versions == ["TLSv1.3"]


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_an_authority_of_the_environment_is_trusted(send, authority, certificate, variable):
    """The CA bundle variables work for both handlers alike."""
    with WireServer(answering(reply()), server_tls(certificate)) as server:
        options = transport_of(transport_settings({variable: authority.file}), 32)
        assert send(server.url, options).status == 200


def test_verification_can_be_switched_off(send, certificate):
    """`verify=False` accepts any certificate."""
    with WireServer(answering(reply()), server_tls(certificate)) as server, pytest.warns(Warning, match="verif"):
        assert send(server.url, HandlerOptions(verify=False)).status == 200


@pytest.mark.parametrize(
    ("name", "hosts", "days", "trusted", "words"),
    [
        ("untrusted", ["127.0.0.1"], 2, False, "unable to get local issuer|self.signed"),
        ("mismatch", ["sts.example.com", "127.0.0.2"], 2, True, "not valid for '127.0.0.1'|mismatch"),
        ("expired", ["127.0.0.1"], -1, True, "expired"),
    ],
)
def test_a_bad_certificate_is_explained(send, authority, name, hosts, days, trusted, words):
    """An untrusted, mismatched or expired certificate: a TLSError that names host, reason and what to set, not retryable."""
    bad = server_tls(authority.sign(name, *hosts, days=days))
    with WireServer(answering(reply()), bad) as server, pytest.raises(TLSError, match=words) as caught:
        send(server.url, HandlerOptions(verify=authority.file if trusted else True))
    error = caught.value
    assert f"127.0.0.1:{server.port}" in str(error)
    assert "AWS_CA_BUNDLE" in str(error)
    assert not error.retryable
    assert error.hostname == "127.0.0.1"
    assert isinstance(error.original_error, Exception)
    assert not server.requests


def test_old_tls_is_refused(send, authority, certificate):
    """A server that only speaks TLS 1.1 is a TLSError."""
    old = server_tls(certificate)
    with pytest.warns(DeprecationWarning):
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with WireServer(answering(reply()), old) as server, pytest.raises(TLSError, match=r"TLS 1\.2"):
        send(server.url, HandlerOptions(verify=authority.file))


def test_plain_http_on_the_tls_port_is_explained(send, authority):
    """A server without TLS is a TLSError that says so."""
    with WireServer(answering(b"HTTP/1.1 400 Bad Request\r\n\r\n", close=True)) as server:
        url = server.url.replace("http:", "https:")
        server.behave = lambda sock, *_: (sock.recv(10), sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
        with pytest.raises(TLSError, match="must speak https"):
            send(url, HandlerOptions(verify=authority.file))


@pytest.mark.parametrize("end", [lambda sock, *_: sock.close(), lambda sock, *_: reset(sock)], ids=["closed", "reset"])
def test_a_handshake_that_is_broken_off_may_be_retried(send, authority, end):
    """A connection that breaks during the handshake is no verdict on certificates: EndpointConnectionError, retryable."""
    with WireServer(end) as server, pytest.raises(EndpointConnectionError) as caught:
        send(server.url.replace("http:", "https:"), HandlerOptions(verify=authority.file))
    assert caught.value.retryable


def test_a_client_certificate_is_presented(send, authority, certificate):
    """`cert=` is shown to a server that demands one; without it the connection fails."""
    cert = authority.sign("client")
    demanding = server_tls(certificate, authority.file)
    names = []

    def behave(sock, server, _):
        names.append(sock.getpeercert()["subject"])
        while server.read(sock):
            sock.sendall(reply())

    with WireServer(behave, demanding) as server:
        assert send(server.url, HandlerOptions(verify=authority.file, cert=cert)).status == 200
        assert send(server.url, HandlerOptions(verify=authority.file, cert=(cert, cert))).status == 200
        with pytest.raises((TLSError, EndpointConnectionError)):
            send(server.url, HandlerOptions(verify=authority.file))
    assert names == [((("commonName", "client"),),)] * 2


def test_a_handshake_is_bounded(send, authority):
    """A server that accepts and stays silent is given up at the connect timeout, or at the deadline."""
    with WireServer(silent) as server:
        url = server.url.replace("http:", "https:")
        for name, limit, kind in (("connect_timeout", 0, ConnectTimeoutError), ("deadline", 1, DeadlineExceededError)):
            start = time.monotonic()
            control = Control(**{name: 0.1 + start * limit})
            with pytest.raises(kind, match="handshake"):
                send(url, HandlerOptions(verify=authority.file), control)
            assert time.monotonic() - start < PROMPT


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"])
def test_dripping_records_are_bounded(send, authority, certificate, start):
    """An answer that drips in over TLS ends at the deadline."""
    with WireServer(dripping(start, b"x"), server_tls(certificate)) as server:
        begun = time.monotonic()
        with pytest.raises(DeadlineExceededError):
            send(server.url, HandlerOptions(verify=authority.file), Control(deadline=begun + 0.15))
        assert time.monotonic() - begun < 0.4


def test_sending_long_bodies_is_bounded(send, authority, certificate):
    """A server that takes a long body in sips cannot stretch the deadline."""

    def sipping(sock, server, _):
        while not server.stopped.wait(0.005):
            sock.recv(16384)

    with WireServer(sipping, server_tls(certificate), buffer=32768) as server:
        begun = time.monotonic()
        with pytest.raises(DeadlineExceededError):
            send(server.url, HandlerOptions(verify=authority.file), Control(deadline=begun + 0.2), body=b"x" * 40_000_000)
        assert time.monotonic() - begun < 0.6


@pytest.mark.parametrize("tls", [False, True], ids=["handshake", "answer"])
def test_an_abort_ends_the_wait(send, authority, certificate, tls):
    """An abort wakes a thread in the TLS handshake, and one that waits for the answer."""
    controller = AbortController()
    with WireServer(silent, server_tls(certificate) if tls else None) as server:
        threading.Timer(0.1, controller.abort).start()
        begun = time.monotonic()
        with pytest.raises(RequestAbortedError):
            send(server.url.replace("http:", "https:"), HandlerOptions(verify=authority.file), Control(abort=controller.signal))
        assert time.monotonic() - begun < 0.4


def test_a_stale_tls_connection_is_replaced(send, authority, certificate):
    """A kept TLS connection that breaks before the answer is replaced at no cost."""

    def behave(sock, server, number):
        server.read(sock)
        sock.sendall(reply(b"%d" % number))
        server.read(sock)
        if number > 1:
            sock.sendall(reply(b"%d" % number))

    with WireServer(behave, server_tls(certificate)) as server:
        options = HandlerOptions(verify=authority.file)
        assert [send(server.url, options).body for _ in range(3)] == [b"1", b"2", b"2"]


def test_one_context_for_each_configuration(authority):
    """Equal options share a context, for loading the authorities takes long."""
    assert tls_context(authority.file, None) is tls_context(authority.file, None)
    assert tls_context(True, None).minimum_version is ssl.TLSVersion.TLSv1_2
    assert tls_context(True, None).verify_mode is ssl.CERT_REQUIRED
    assert tls_context(True, None).check_hostname
    assert len(tls_context(True, None).get_ca_certs()) > 50


def test_authorities_are_loaded_once(send, authority, certificate, monkeypatch):
    """New connections do not read the file of authorities again."""
    loaded = []
    true = ssl.SSLContext.load_verify_locations
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *a, **k: (loaded.append(1), true(*a, **k))[1])
    tls_context.cache_clear()
    with WireServer(answering(reply(b"", "200 OK", "Connection: close"), close=True), server_tls(certificate)) as server:
        for _ in range(3):
            send(server.url, HandlerOptions(verify=authority.file))
    assert server.connections == 3
    assert len(loaded) == 1


def test_a_directory_of_authorities(tmp_path):
    """A directory is accepted as OpenSSL's hashed directory."""
    assert tls_context(str(tmp_path), None).verify_mode is ssl.CERT_REQUIRED


def test_unusable_files_are_config_errors(tmp_path, authority):
    """Files that hold no certificate or no key are ConfigErrors that name them; an encrypted key never prompts."""
    bad = tmp_path / "bad.pem"
    bad.write_text("nothing")
    with pytest.raises(ConfigError, match=r"bad\.pem"):
        tls_context(str(bad), None)
    with pytest.raises(ConfigError, match=r"bad\.pem"):
        tls_context(authority.file, str(bad))
    with pytest.raises(ConfigError, match="authority"):
        tls_context(authority.file, authority.file)
