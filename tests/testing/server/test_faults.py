"""Every fault that LocalSTS can show, as it looks from a plain socket."""

from __future__ import annotations

import email.utils
import socket
import ssl
import sys
import threading
import time

import pytest
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

from sts.errors import ConfigError
from sts.model.operations import OPERATIONS
from sts.testing import LocalSTS
from sts.testing.server.faults import KINDS
from sts.testing.server.listener import Connection
from tests.support.local_sts_clients import address, boto_client, call, form, raw, send, signed, threads
from tests.support.threads import PATIENCE, wait_until

BODY = form("GetCallerIdentity")


def request_bytes(server, body=BODY, **headers):
    """Return a signed request as bytes."""
    named = {**signed(server, body), "Host": server.url.partition("://")[2], "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"POST / HTTP/1.1\r\n{lines}\r\n{body}".encode()


def exchange(server, **headers):
    """Return what the server sends until it closes the connection."""
    return raw(server, request_bytes(server, **{"Connection": "close", **headers}))


def identify(server):
    return call(server, "GetCallerIdentity")


@pytest.mark.parametrize(
    ("fault", "status", "code", "message"),
    [
        ("throttle", 400, "Throttling", "Rate exceeded"),
        ("internal_error", 500, "InternalFailure", None),
        ("unavailable", 503, "ServiceUnavailable", None),
        ("expired_token", 403, "ExpiredToken", "The security token included in the request is expired"),
    ],
)
def test_refusing_faults_answer_in_the_services_form(local_sts, fault, status, code, message):
    """Once, then the service answers again."""
    local_sts.inject(fault)
    first, second = identify(local_sts), identify(local_sts)

    assert (first.status, first.code, second.status) == (status, code, 200)
    assert message in (None, first.message)
    assert f"<Type>{'Sender' if status < 500 else 'Receiver'}</Type>" in first.body
    assert [(one.fault, one.status, one.code) for one in local_sts.calls] == [(fault, status, code), (None, 200, None)]


def test_refusing_faults_take_status_and_retry_after(local_sts):
    """As services that throttle with 429 do."""
    local_sts.inject("throttle", status=429, retry_after=3)
    reply = identify(local_sts)

    assert (reply.status, reply.headers["Retry-After"]) == (429, "3")


def test_reset_before_read_does_not_perform_the_operation(local_sts):
    """The connection is reset, and nothing was read."""
    local_sts.inject("reset_before_read")
    with pytest.raises(ConnectionResetError):
        exchange(local_sts)

    assert [(one.operation, one.fault, one.status) for one in local_sts.calls] == [(None, "reset_before_read", None)]
    assert identify(local_sts).status == 200


def test_reset_before_read_for_one_operation_looks_at_the_request_first(local_sts):
    """It still does not perform the operation."""
    local_sts.inject("reset_before_read", operation="get_caller_identity")
    role = send(local_sts, body=form("AssumeRole"))
    with pytest.raises(ConnectionResetError):
        exchange(local_sts)

    assert role.status == 403
    assert [(one.operation, one.status) for one in local_sts.calls] == [("AssumeRole", 403), ("GetCallerIdentity", None)]


def test_reset_after_read_performs_the_operation(local_sts):
    """A code of an MFA device is used up, though no answer came."""
    device = local_sts.add_mfa_device()
    body = form("GetSessionToken", SerialNumber=device.serial, TokenCode=device.code())
    local_sts.inject("reset_after_read")
    with pytest.raises(ConnectionResetError):
        raw(local_sts, request_bytes(local_sts, body))
    second = send(local_sts, body=body, headers=signed(local_sts, body))

    assert (local_sts.calls[0].principal, local_sts.calls[0].status) == (local_sts.user.arn, None)
    assert second.message == "MultiFactorAuthentication failed with invalid MFA one time pass code."


@pytest.fixture
def delivery(monkeypatch):
    """What the server sends and the pauses before it, in seconds. No test waits for them."""
    events, true = [], Connection.send
    monkeypatch.setattr(Connection, "pause", lambda connection, seconds: events.append(seconds) or True)
    monkeypatch.setattr(Connection, "send", lambda connection, data: events.append(data) or true(connection, data))
    return events


def test_slow_headers_are_silent_first(local_sts, delivery):
    """Nothing comes for that time, then everything."""
    local_sts.inject("slow_headers", seconds=15)
    received = exchange(local_sts)

    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert delivery == [15.0, received]


def test_slow_headers_can_drip(local_sts, delivery):
    """In pieces, so that no single read waits long."""
    local_sts.inject("slow_headers", seconds=20, pieces=20)
    received = exchange(local_sts)

    assert delivery[::2] == [1.0] * 20
    assert len(delivery[1]) < len(received) / 15
    assert b"".join(delivery[1::2]) == received


def test_slow_bodies_drip(local_sts, delivery):
    """The headers come at once, the body over that time."""
    local_sts.inject("slow_body", seconds=20, pieces=5)
    received = exchange(local_sts)
    headers, *drips = delivery

    assert headers.endswith(b"\r\n\r\n")
    assert drips[::2] == [4.0] * 5
    assert headers + b"".join(drips[1::2]) == received


def test_a_pause_ends_when_the_server_stops():
    """Otherwise it lasts as long as it is to."""

    class Stopping(threading.Event):
        def wait(self, timeout=None):
            asked.append(timeout)
            return self.is_set()

    asked, stopping = [], Stopping()
    connection = Connection(None, stopping)
    assert connection.pause(2.5)
    stopping.set()
    assert not connection.pause(3.5)
    assert asked == [2.5, 3.5]


def parts(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    return int(head.split()[1]), headers, body


@pytest.mark.parametrize(("size", "expected"), [(0, 0), (7, 7), (None, None)])
def test_truncated_bodies_end_early(local_sts, size, expected):
    """Content-Length is larger than the body that is sent. The default is half of the body."""
    local_sts.inject("truncate", **({} if size is None else {"size": size}))
    status, headers, body = parts(exchange(local_sts))

    assert status == 200
    assert len(body) < int(headers["Content-Length"])
    assert len(body) == (int(headers["Content-Length"]) // 2 if expected is None else expected)


def test_garbage_is_no_xml(local_sts):
    """The content type still says XML."""
    local_sts.inject("garbage", size=100)
    status, headers, body = parts(exchange(local_sts))

    assert (status, headers["Content-Type"], len(body)) == (200, "text/xml", 100)
    with pytest.raises(UnicodeDecodeError):
        body.decode()


def test_html_is_what_a_captive_portal_says(local_sts):
    """With any status."""
    local_sts.inject("html", status=511)
    status, headers, body = parts(exchange(local_sts))

    assert (status, headers["Content-Type"]) == (511, "text/html; charset=utf-8")
    assert body.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("details", [{}, {"content_type": "application/json"}])
def test_the_content_type_can_be_wrong(local_sts, details):
    """The body is right."""
    local_sts.inject("wrong_content_type", **details)
    status, headers, body = parts(exchange(local_sts))

    assert (status, headers["Content-Type"]) == (200, details.get("content_type", "text/html"))
    assert body.startswith(b"<GetCallerIdentityResponse")


def test_huge_bodies_come_as_promised(local_sts):
    """In chunks, so the server's memory stays flat."""
    local_sts.inject("huge_body", size=1_000_001)
    status, headers, body = parts(exchange(local_sts))

    assert (status, headers["Content-Length"], len(body)) == (200, "1000001", 1_000_001)


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_clock_skew_moves_the_servers_clock(local_sts, seconds):
    """`Date` shows the changed time, and the signature is rejected because of it. The next request meets the true time."""
    local_sts.inject("clock_skew", seconds=seconds)
    reply = identify(local_sts)
    difference = email.utils.parsedate_to_datetime(reply.headers["Date"]).timestamp() - time.time()

    assert abs(difference - seconds) < 5
    assert reply.code == "SignatureDoesNotMatch"
    assert ("Signature expired" if seconds > 0 else "Signature not yet current") in reply.message
    assert identify(local_sts).status == 200


def test_every_fault_hits_every_operation(local_sts):
    """The server survives every fault in every operation."""
    for fault in KINDS:
        for operation in OPERATIONS:
            details = {"seconds": 0.001} if fault.startswith("slow") else {"size": 10} if fault == "huge_body" else {}
            local_sts.inject(fault, operation=operation.method_name, **details)
            try:
                call(local_sts, operation.name)
            except OSError:
                assert fault in ("reset_before_read", "reset_after_read")
            except Exception as error:
                assert fault in ("truncate", "garbage"), error
    local_sts.clear_calls()

    assert identify(local_sts).status == 200
    assert [one.fault for one in local_sts.calls] == [None]


# --- the queue ---


def codes(server, times):
    return [identify(server).code for _ in range(times)]


def test_faults_happen_in_order_and_as_often_as_asked(local_sts):
    """Then the service answers."""
    local_sts.inject("throttle", times=2)
    local_sts.inject("unavailable")

    assert codes(local_sts, 4) == ["Throttling", "Throttling", "ServiceUnavailable", None]


def test_faults_wait_for_their_operation(local_sts):
    """Others pass them."""
    local_sts.inject("throttle", operation="AssumeRole")
    local_sts.inject("unavailable", operation="get_caller_identity")

    assert codes(local_sts, 2) == ["ServiceUnavailable", None]
    assert call(local_sts, "AssumeRole").code == "Throttling"


def test_faults_last_until_they_are_cleared(local_sts):
    """With times=None."""
    local_sts.inject("throttle", times=None)

    assert codes(local_sts, 5) == ["Throttling"] * 5
    local_sts.clear_faults()
    assert codes(local_sts, 1) == [None]


def test_faults_may_hit_a_share_of_the_requests(local_sts):
    """A rate of 0.5 hits about half of the requests."""
    local_sts.inject("throttle", times=None, rate=0.3)
    found = [send(local_sts, body=BODY).code for _ in range(400)]

    assert 60 < found.count("Throttling") < 180


@pytest.mark.parametrize(
    ("error", "fault", "options", "words"),
    [
        (ValueError, "throtle", {}, "Did you mean 'throttle'?"),
        (ValueError, "throttle", {"operation": "AssumeRol"}, "Did you mean 'assume_role'?"),
        (TypeError, "throttle", {"seconds": 1}, "takes status, retry_after, rate, not seconds"),
        (ValueError, "throttle", {"times": 0}, "times=0"),
        (ValueError, "throttle", {"rate": 1.5}, "rate=1.5"),
    ],
)
def test_faults_that_do_not_exist_are_refused(local_sts, error, fault, options, words):
    """When they are injected, not when they should happen."""
    with pytest.raises(error) as caught:
        local_sts.inject(fault, **options)

    assert words in str(caught.value)
    assert identify(local_sts).status == 200


def test_a_rate_limit_throttles_what_is_too_much(local_sts):
    """A burst as large as the rate passes, the rest is throttled until time passes."""
    local_sts.rate_limit = 5
    found = codes(local_sts, 8)

    assert local_sts.rate_limit == 5
    assert found[:5] == [None] * 5
    assert found[-1] == "Throttling"
    local_sts.rate_limit = None
    assert codes(local_sts, 3) == [None] * 3


def test_stop_does_not_wait_for_slow_faults(monkeypatch):
    """A server that is busy being slow, or sending to a client that does not read, stops. All its threads have ended then."""
    monkeypatch.setattr("sts.testing.server.listener._JOIN_SECONDS", PATIENCE)
    server = LocalSTS().start()
    server.inject("slow_headers", seconds=3600)
    server.inject("huge_body", size=1 << 30)
    data = request_bytes(server)
    with socket.create_connection(address(server)) as slow, socket.create_connection(address(server)) as huge:
        slow.sendall(data)
        wait_until(lambda: server.calls)
        huge.sendall(data)
        huge.recv(10)
        server.stop()
        assert threads() == []


# --- TLS ---


def handshake(server, context, name):
    with (
        socket.create_connection(address(server), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        secure.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        return secure.recv(12)


def test_tls_is_served_with_a_certificate_nobody_trusts():
    """Clients must be configured to trust it."""
    with LocalSTS(tls=True) as server:
        certificate = server.certificate

        assert server.url.startswith("https://127.0.0.1:")
        assert handshake(server, ssl.create_default_context(cafile=certificate), "127.0.0.1") == b"HTTP/1.1 302"
        assert handshake(server, ssl.create_default_context(cafile=certificate), "localhost") == b"HTTP/1.1 302"
        with pytest.raises(ssl.SSLCertVerificationError, match=r"self.signed"):
            handshake(server, ssl.create_default_context(), "127.0.0.1")
    assert server.certificate is None


@pytest.mark.parametrize(("flaw", "words"), [("wrong-host", "IP address mismatch"), ("expired", "expired")])
def test_certificates_can_have_other_flaws(flaw, words):
    """Even for a client that trusts them."""
    with LocalSTS(tls=flaw) as server, pytest.raises(ssl.SSLCertVerificationError, match=words):
        handshake(server, ssl.create_default_context(cafile=server.certificate), "127.0.0.1")


def test_botocore_speaks_tls_with_the_server(monkeypatch):
    """Signatures hold over HTTPS, and a client that hangs in the handshake does not hold up the end."""
    monkeypatch.setattr("sts.testing.server.listener._JOIN_SECONDS", PATIENCE)
    with LocalSTS(tls=True) as server, socket.create_connection(address(server)):
        client = boto_client(server)
        with pytest.raises(Exception, match="SSL"):
            client.get_caller_identity()
        client._endpoint.http_session = URLLib3Session(verify=server.certificate)
        assert client.get_caller_identity()["Account"] == "123456789012"
        server.inject("throttle")
        with pytest.raises(ClientError, match="Throttling"):
            client.get_caller_identity()
        server.stop()
        assert threads() == []


def test_unknown_flaws_are_refused():
    """And a missing package is named."""
    with pytest.raises(ValueError, match="'self-signed', 'wrong-host', 'expired'"):
        LocalSTS(tls="revoked").start()


def test_tls_needs_cryptography(monkeypatch):
    """The error names the package to install."""
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.delitem(sys.modules, "sts.testing.server.tls", raising=False)
    with pytest.raises(ConfigError, match="pip install cryptography"):
        LocalSTS(tls=True).start()
