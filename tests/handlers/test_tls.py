"""TLS: what is trusted, the errors for what is not, and the limits of a handshake."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import certifi
import pytest
from urllib3.util.ssl_ import create_urllib3_context

from sts.errors import (
    ConfigError,
    ConnectTimeoutError,
    DeadlineExceededError,
    EndpointConnectionError,
    ReadTimeoutError,
    RequestAbortedError,
    TLSError,
)
from sts.handlers import HandlerOptions, acquire_handler, release_handler
from sts.handlers.direct import DirectHandler
from sts.handlers.direct_async import AsyncDirectHandler
from sts.handlers.tls import _contexts, amazon_roots, certifi_file, tls_context
from sts.http import AbortController, Control
from sts.pipeline.wiring import transport_of
from sts.settings.settings import transport_settings
from tests.support.threads import PATIENCE, once
from tests.support.wire import (
    Authority,
    WireServer,
    answering,
    dripping,
    driven,
    reply,
    request,
    reset,
    server_tls,
    silent,
    told,
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.sign("server", "127.0.0.1", "localhost")


@pytest.fixture(params=["direct", "urllib3", "requests"])
def send(request):
    """Return a function that sends with the given options."""
    acquired = []

    def send_with(url, options, control=None, body=b"Action=A"):
        acquired.append(acquire_handler(request.param, options))
        return driven(acquired[-1], make(url, body), control or Control(connect_timeout=3, read_timeout=3))

    yield send_with
    for handler in acquired:
        release_handler(handler)


make = request


def test_an_authority_given_as_file_is_trusted(send, authority, certificate):
    """`verify=path` uses that file. The connection uses TLS 1.2 or newer and is reused."""
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
    """The CA bundle variables work for both handlers."""
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
    """An untrusted, wrong or expired certificate is a TLSError with host, reason and advice, and is not retryable."""
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
    """A server that supports only TLS 1.1 is a TLSError."""
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
        with pytest.raises(TLSError, match="must support https"):
            send(url, HandlerOptions(verify=authority.file))


def reset_later(sock, *_):
    """Reset after the client has begun. Before that, Python's own `wrap_socket` fails and leaves its socket open."""
    sock.recv(1)
    reset(sock)


@pytest.mark.parametrize("end", [lambda sock, *_: sock.close(), reset_later], ids=["closed", "reset"])
def test_a_handshake_that_is_broken_off_may_be_retried(send, authority, end):
    """A connection that breaks during the handshake is a retryable EndpointConnectionError: certificates are not the cause."""
    with WireServer(end) as server, pytest.raises(EndpointConnectionError) as caught:
        send(server.url.replace("http:", "https:"), HandlerOptions(verify=authority.file))
    assert caught.value.retryable


def test_a_client_certificate_is_presented(send, authority, certificate):
    """`cert=` is sent to a server that requires one. Without it the connection fails."""
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


TIMEOUTS = (ConnectTimeoutError, ReadTimeoutError)  # urllib3 calls that a read


def test_a_handshake_is_bounded(send, authority):
    """A server that accepts and stays silent is given up, by the connect timeout alone and by the deadline alone."""
    with WireServer(silent) as server:
        url = server.url.replace("http:", "https:")
        with pytest.raises(TIMEOUTS):
            send(url, HandlerOptions(verify=authority.file), Control(0.1, None))
        with pytest.raises(DeadlineExceededError, match="total timeout|its timeout"):
            send(url, HandlerOptions(verify=authority.file), Control(None, None, time.monotonic() + 0.1))


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 O", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"])
def test_dripping_records_are_bounded(send, authority, certificate, start):
    """A response over TLS that never ends is given up because of the deadline."""
    with WireServer(dripping(start, b"x"), server_tls(certificate)) as server, pytest.raises(DeadlineExceededError):
        send(server.url, HandlerOptions(verify=authority.file), Control(None, None, time.monotonic() + 0.15))


def test_sending_long_bodies_is_bounded(send, authority, certificate):
    """The deadline ends a call whose long body the server begins to read and never reads to its end."""

    def sipping(sock, server, _):
        for _ in range(20):
            sock.recv(16384)
        server.stopped.wait()

    with WireServer(sipping, server_tls(certificate), buffer=32768) as server, pytest.raises(DeadlineExceededError):
        control = Control(None, None, time.monotonic() + 0.2)
        send(server.url, HandlerOptions(verify=authority.file), control, body=b"x" * 40_000_000)


@pytest.mark.parametrize("tls", [False, True], ids=["handshake", "answer"])
def test_an_abort_ends_the_wait(send, authority, certificate, tls):
    """An abort ends the wait of a thread in the TLS handshake, and of one that waits for the response. Nothing else does."""
    controller = AbortController()
    behave, arrived = told(silent)
    with WireServer(behave, server_tls(certificate) if tls else None) as server:
        once(arrived, controller.abort)
        with pytest.raises(RequestAbortedError):
            control = Control(None, None, abort=controller.signal)
            send(server.url.replace("http:", "https:"), HandlerOptions(verify=authority.file), control)


def test_a_stale_tls_connection_is_replaced(authority, certificate):
    """An idle TLS connection that breaks before the response is replaced without an error."""

    def behave(sock, server, number):
        server.read(sock)
        sock.sendall(reply(b"%d" % number))
        server.read(sock)
        if number > 1:
            sock.sendall(reply(b"%d" % number))

    with WireServer(behave, server_tls(certificate)) as server:
        handler = DirectHandler(HandlerOptions(verify=authority.file))
        assert [driven(handler, make(server.url), Control()).body for _ in range(3)] == [b"1", b"2", b"2"]
        handler.close()


def test_one_context_for_each_configuration(authority):
    """Equal options share a context, because loading the authorities takes long."""
    assert tls_context(authority.file, None) is tls_context(authority.file, None)
    assert tls_context(True, None).minimum_version is ssl.TLSVersion.TLSv1_2
    assert tls_context(True, None).verify_mode is ssl.CERT_REQUIRED
    assert tls_context(True, None).check_hostname
    assert len(tls_context(True, None).get_ca_certs()) > 50


@pytest.mark.parametrize("kind", ["direct", "urllib3"])
def test_authorities_are_loaded_once(kind, authority, certificate, monkeypatch):
    """New connections do not read the file of authorities again."""
    loaded = []
    true = ssl.SSLContext.load_verify_locations
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *a, **k: (loaded.append(1), true(*a, **k))[1])
    monkeypatch.setattr(_contexts, "made", {})
    handler = acquire_handler(kind, HandlerOptions(verify=authority.file, max_pool=3))
    with WireServer(answering(reply(b"", "200 OK", "Connection: close"), close=True), server_tls(certificate)) as server:
        for _ in range(3):
            driven(handler, make(server.url), Control())
    release_handler(handler)
    assert server.connections == 3
    assert len(loaded) == 1


def test_a_directory_of_authorities(tmp_path):
    """A directory is used as OpenSSL's hashed directory."""
    assert tls_context(str(tmp_path), None).verify_mode is ssl.CERT_REQUIRED


def test_unusable_files_are_config_errors(tmp_path, authority):
    """Files without a certificate or key are ConfigErrors that name them. An encrypted key never prompts."""
    bad = tmp_path / "bad.pem"
    bad.write_text("nothing")
    with pytest.raises(ConfigError, match=r"bad\.pem"):
        tls_context(str(bad), None)
    with pytest.raises(ConfigError, match=r"bad\.pem"):
        tls_context(authority.file, str(bad))
    with pytest.raises(ConfigError, match="authority"):
        tls_context(authority.file, authority.file)


def test_a_changed_file_is_read_anew(tmp_path, authority, certificate):
    """Changed authorities and client certificates apply from the next connection on, in the same handler."""
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(Path(Authority(tmp_path, "other").file).read_text())
    handler = DirectHandler(HandlerOptions(verify=str(bundle)))
    with WireServer(answering(reply()), server_tls(certificate)) as server:
        with pytest.raises(TLSError):
            driven(handler, make(server.url), Control())
        bundle.write_text(Path(authority.file).read_text() + "\n")
        assert driven(handler, make(server.url), Control()).status == 200
    handler.close()


def certifi_like(folder, *labelled):
    """Write a package like certifi to *folder*, whose file has *labelled* certificates. Return the file."""
    package = folder / "certifi"
    package.mkdir()
    for name in ("__init__.py", "core.py"):
        (package / name).write_text((Path(certifi.__file__).parent / name).read_text())
    text = "".join(f'# Label: "{label}"\n{Path(file).read_text()}\n' for label, file in labelled)
    (package / "cacert.pem").write_text(text)
    return package / "cacert.pem"


@pytest.fixture
def fresh_certifi(monkeypatch, tmp_path):
    """Return a function that replaces certifi, which is not loaded, with such a package."""

    def install(*labelled):
        file = certifi_like(tmp_path, *labelled)
        for name in ("certifi", "certifi.core"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.syspath_prepend(str(tmp_path))
        for name, value in (("made", {}), ("insufficient", False), ("upstream", None)):
            monkeypatch.setattr(_contexts, name, value)
        return file

    return install


def test_the_file_of_certifi_is_found_without_importing_it(fresh_certifi, authority):
    """This applies if its code is a known version that returns the file next to it."""
    file = fresh_certifi(("Amazon Root CA 1", authority.file))
    assert certifi_file() == (str(file), True)
    assert "certifi" not in sys.modules


def test_a_changed_certifi_is_imported_and_asked(fresh_certifi, authority, tmp_path):
    """This applies to the changed versions of distributors."""
    file = fresh_certifi(("Amazon Root CA 1", authority.file))
    (file.parent / "core.py").write_text("def where():\n    return '/etc/ssl/ca.pem'\n\ndef contents():\n    return ''\n")
    assert certifi_file() == ("/etc/ssl/ca.pem", False)


def test_for_aws_hosts_amazons_roots_come_first(fresh_certifi, authority, tmp_path, monkeypatch):
    """The whole file is loaded as soon as they do not suffice, and the process remembers it."""
    other = Authority(tmp_path, "Other authority")
    fresh_certifi(("Amazon Root CA 1", authority.file), ("Other", other.file))
    narrow = tls_context(True, None, "sts.eu-west-1.amazonaws.com")
    assert len(narrow.get_ca_certs()) == 1
    assert len(tls_context(True, None, "sts.example.com").get_ca_certs()) == 2
    true = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *more: true("127.0.0.1", *more))
    server_side = server_tls(other.sign("aws", "sts.eu-west-1.amazonaws.com"))
    handler = DirectHandler()
    with WireServer(answering(reply()), server_side) as server:
        url = f"https://sts.eu-west-1.amazonaws.com:{server.port}/"
        assert driven(handler, make(url), Control()).status == 200
        handler.close()
        assert driven(handler, make(url), Control()).status == 200
    handler.close()
    assert server.connections == 3
    assert len(tls_context(True, None, "sts.eu-west-1.amazonaws.com").get_ca_certs()) == 2


def test_a_certificate_that_nobody_signed_is_refused_for_aws_hosts_too(fresh_certifi, authority, tmp_path, monkeypatch):
    """The whole file verifies them."""
    fresh_certifi(("Amazon Root CA 1", authority.file))
    true = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *more: true("127.0.0.1", *more))
    stranger = server_tls(Authority(tmp_path, "stranger").sign("aws", "sts.amazonaws.com"))
    with WireServer(answering(reply()), stranger) as server, pytest.raises(TLSError):
        driven(DirectHandler(), make(f"https://sts.amazonaws.com:{server.port}/"), Control())
    assert not server.requests


def test_a_file_without_labels_is_loaded_whole(fresh_certifi, authority):
    """Its content is unknown."""
    fresh_certifi(("Some root", authority.file))
    assert len(tls_context(True, None, "sts.amazonaws.com").get_ca_certs()) == 1
    assert not getattr(tls_context(True, None, "sts.amazonaws.com"), "_amazon_only", False)


def test_amazons_roots_are_in_certifi():
    """The labels are those that the code searches for."""
    assert amazon_roots(certifi.where()).count("BEGIN CERTIFICATE") == 4


def test_a_cut_of_a_tls_connection_is_no_end(authority, certificate):
    """A body without a length ends only with close_notify. Without it the error is retryable."""

    def cut(sock, server, _):
        server.read(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n<half")
        socket.socket(fileno=sock.detach()).close()

    def end(sock, server, _):
        server.read(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n<whole/>")
        sock.unwrap()

    handler = DirectHandler(HandlerOptions(verify=authority.file))
    with WireServer(cut, server_tls(certificate)) as server, pytest.raises(EndpointConnectionError) as caught:
        driven(handler, make(server.url), Control())
    assert caught.value.retryable
    with WireServer(end, server_tls(certificate)) as server:
        assert driven(handler, make(server.url), Control()).body == b"<whole/>"


def test_the_contexts_settings_are_those_of_urllib3(authority):
    """Options and flags are equal on every version of Python."""
    ours, theirs = tls_context(authority.file, None), create_urllib3_context()
    assert (ours.options, ours.verify_flags) == (theirs.options, theirs.verify_flags)
    assert (ours.minimum_version, ours.maximum_version) == (theirs.minimum_version, theirs.maximum_version)
    assert ours.hostname_checks_common_name is theirs.hostname_checks_common_name is False
    assert ours.post_handshake_auth is theirs.post_handshake_auth is True


def test_keys_are_logged_where_the_variable_says(authority, tmp_path, monkeypatch):
    """`SSLKEYLOGFILE` works as in urllib3."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    monkeypatch.setattr(_contexts, "made", {})
    assert tls_context(authority.file, None).keylog_filename == str(tmp_path / "keys")


@pytest.mark.parametrize(("host", "name"), [("localhost", "localhost"), ("127.0.0.1", None)])
def test_the_server_is_told_the_name(authority, certificate, host, name):
    """SNI is sent for names, not for addresses."""
    names = []
    context = server_tls(certificate)
    context.sni_callback = lambda _sock, told, _context: names.append(told)
    with WireServer(answering(reply()), context) as server:
        handler = DirectHandler(HandlerOptions(verify=authority.file))
        assert driven(handler, make(server.url.replace("127.0.0.1", host)), Control()).status == 200
    handler.close()
    assert names == [name]


@pytest.fixture(params=["blocking", "asyncio"])
def own(request):
    """Return a function that sends with one of our own handlers."""

    def send_with(url, options, body=b"Action=A"):
        if request.param == "blocking":
            handler = DirectHandler(options)
            try:
                return handler.send(make(url, body), control=Control(20, 20))
            finally:
                handler.close()

        async def main():
            handler = AsyncDirectHandler(options)
            try:
                return await handler.send(make(url, body), control=Control(20, 20))
            finally:
                handler.close()

        return asyncio.run(main())

    return send_with


def test_a_context_that_verifies_after_the_handshake_is_heard(own, authority, certificate, monkeypatch):
    """truststore verifies with the operating system, which works only with `wrap_bio`."""

    class Verifying(ssl.SSLObject):
        def do_handshake(self):
            super().do_handshake()
            raise ssl.SSLCertVerificationError(f"not trusted here: {self.server_hostname}")

    def context(*_, **__):
        made = ssl.create_default_context(cafile=authority.file)
        made.sslobject_class = Verifying
        return made

    monkeypatch.setattr("sts.handlers.tls.tls_context", context)
    with WireServer(answering(reply()), server_tls(certificate)) as server:
        with pytest.raises(TLSError, match=r"not trusted here: 127\.0\.0\.1"):
            own(server.url, HandlerOptions())
        assert server.requests == []


@pytest.mark.parametrize("size", [16_384, 16_385, 100_000, 1_000_000])
def test_a_body_of_many_records_is_sent_whole(own, authority, certificate, size):
    """A TLS record has at most 16 KiB. A SAML assertion may be longer."""
    body = bytes(range(256)) * (size // 256) + b"." * (size % 256)
    with WireServer(answering(reply()), server_tls(certificate)) as server:
        assert own(server.url, HandlerOptions(verify=authority.file), body).status == 200
        assert server.requests[0][1] == body


def test_a_reset_before_the_handshake_leaves_no_socket_behind(own, authority):
    """It works at any moment. A socket that is collected without being closed is a warning, which is an error here."""
    with WireServer(lambda sock, *_: reset(sock)) as server:
        for _ in range(100):
            with pytest.raises(EndpointConnectionError):
                own(server.url.replace("http:", "https:"), HandlerOptions(verify=authority.file))
    gc.collect()


def test_an_unusable_file_is_named_before_anything_is_connected(own, tmp_path):
    """The error leaves no socket open."""
    (tmp_path / "bad.pem").write_text("no certificate")
    with WireServer(answering(reply())) as server:
        with pytest.raises(ConfigError, match=r"bad\.pem"):
            own(server.url.replace("http:", "https:"), HandlerOptions(verify=str(tmp_path / "bad.pem")))
        assert server.connections == 0


@pytest.mark.parametrize("size", [1, 5, 21])
def test_records_may_come_in_any_pieces(own, authority, certificate, size):
    """This includes records of the handshake, and session tickets before a response."""
    with (
        WireServer(answering(reply(b"<ok/>" * 40)), server_tls(certificate)) as server,
        WireServer(slicing(server.port, size)) as between,
    ):
        answer = own(between.url.replace("http:", "https:"), HandlerOptions(verify=authority.file))
        assert answer.body == b"<ok/>" * 40


def slicing(port, size):
    """Forward all data to *port*, and return the data from it in pieces of *size* bytes."""

    def behave(sock, server, _):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with socket.create_connection(("127.0.0.1", port)) as there:
            back = threading.Thread(target=copy, args=(there, sock, size), daemon=True)
            back.start()
            copy(sock, there, 65536)
            back.join(PATIENCE)

    return behave


def copy(source, target, size):
    with suppress(OSError):
        while block := source.recv(size):
            target.sendall(block)
    for sock in (source, target):
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
