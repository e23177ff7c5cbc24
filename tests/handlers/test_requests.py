"""RequestsHandler: with tools that intercept requests, and with a user's session."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
import requests
import requests_mock
import responses
from requests.adapters import HTTPAdapter

from sts.errors import (
    ConnectTimeoutError,
    DeadlineExceededError,
    EndpointConnectionError,
    ProxyError,
    ReadTimeoutError,
    RequestAbortedError,
    ResponseParseError,
    TLSError,
    TransportError,
)
from sts.handlers import HandlerOptions, session_handler
from sts.handlers.requests import RequestsHandler
from sts.http import MAX_BODY, AbortController, Control
from tests.support.wire import (
    Authority,
    WireServer,
    answering,
    dripping,
    free_port,
    proxying,
    reply,
    request,
    reset,
    server_tls,
    silent,
)

URL = "https://sts.eu-west-1.amazonaws.com/"
QUICK = {"connect_timeout": 3, "read_timeout": 3}


@pytest.fixture
def handler():
    made = RequestsHandler()
    yield made
    made.close()


@pytest.fixture
def session():
    with requests.Session() as made:
        yield made


# --- tools that intercept ---


@responses.activate
def test_responses_sees_the_request_and_gives_the_answer(handler):
    """`responses` intercepts our session and gets the request as it was signed."""
    responses.post(URL, body="<ok/>", status=403, headers={"x-amzn-requestid": "r1"}, content_type="text/xml")
    answer = handler.send(
        request(URL, b"x" * 40_000), control=Control(deadline=time.monotonic() + 2, abort=AbortController().signal)
    )
    assert (answer.status, answer.body, answer.headers["x-amzn-requestid"]) == (403, b"<ok/>", "r1")
    seen = responses.calls[0].request
    assert seen.headers["Authorization"] == "AWS4-HMAC-SHA256 x"
    assert seen.body == b"x" * 40_000


@responses.activate
@pytest.mark.parametrize("status", [301, 302, 307])
def test_responses_may_redirect(handler, status):
    """A redirect made by a tool is returned and not followed."""
    responses.post(URL, status=status, headers={"Location": "https://elsewhere.example/"})
    answer = handler.send(request(URL), control=Control())
    assert (answer.status, answer.headers["location"]) == (status, "https://elsewhere.example/")
    assert len(responses.calls) == 1


@responses.activate
@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (requests.ConnectTimeout("slow"), ConnectTimeoutError),
        (requests.ReadTimeout("slow"), ReadTimeoutError),
        (requests.exceptions.ProxyError("no"), ProxyError),
        (requests.ConnectionError("no"), EndpointConnectionError),
        (ConnectionResetError("reset"), EndpointConnectionError),
        (requests.exceptions.ChunkedEncodingError("cut"), TransportError),
    ],
)
def test_errors_that_a_tool_raises_are_ours(handler, raised, kind):
    """Tests that raise exceptions of requests get our errors."""
    responses.post(URL, body=raised)
    with pytest.raises(kind) as caught:
        handler.send(request(URL), control=Control())
    assert caught.value.original_error is raised


@responses.activate
def test_an_unregistered_call_is_told(handler):
    """The message of `responses` about an unregistered call is passed on."""
    with pytest.raises(EndpointConnectionError, match="refused by Responses"):
        handler.send(request(URL), control=Control())


def test_requests_mock_sees_the_request_and_gives_the_answer(handler):
    """`requests_mock` intercepts our session."""
    with requests_mock.Mocker() as mocker:
        mocker.post(URL, content=b"<ok/>", headers={"Location": "https://x.example/"}, status_code=302)
        assert handler.send(request(URL), control=Control()).status == 302
        mocker.post(URL, content=b"<ok/>")
        assert handler.send(request(URL), control=Control(deadline=time.monotonic() + 2)).body == b"<ok/>"
        assert mocker.request_history[0].headers["authorization"] == "AWS4-HMAC-SHA256 x"


def test_an_answer_of_a_tool_is_bounded_too(handler):
    """A body above the limit is rejected, whatever made it."""
    with requests_mock.Mocker() as mocker:
        mocker.post(URL, content=b"x" * (MAX_BODY + 1))
        with pytest.raises(ResponseParseError):
            handler.send(request(URL), control=Control())


@pytest.mark.integration
def test_moto_answers():
    """`moto.mock_aws` responds to a GetCallerIdentity sent with the handler that is chosen while moto is loaded."""
    code = (
        "import moto; from sts.handlers import *; from sts.http import *\n"
        "with moto.mock_aws():\n"
        "    h = acquire_handler(handler_kind(HandlerOptions()), HandlerOptions())\n"
        "    signed = {'authorization': 'AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/x/sts/y'}\n"
        "    body = b'Action=GetCallerIdentity&Version=2011-06-15'\n"
        f"    r = h.send(HttpRequest('POST', {URL!r}, signed, body), control=Control())\n"
        "    print(type(h).__name__, r.status, b'<Account>123456789012</Account>' in r.body)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["RequestsHandler", "200", "True"]


# --- a session of the user's ---


def test_a_session_keeps_its_adapters_and_is_not_closed(session):
    """The user's mounted adapter sends the request. Closing our handler leaves the session open."""

    class Mine(HTTPAdapter):
        sent = closed = 0

        def send(self, request, **kwargs):
            Mine.sent += 1
            return super().send(request, **kwargs)

        def close(self):
            Mine.closed += 1

    session.mount("http://", Mine())
    handler = session_handler(session, HandlerOptions())
    with WireServer(answering(reply())) as server:
        for _ in range(2):
            assert handler.send(request(server.url), control=Control(**QUICK)).body == b"<ok/>"
    handler.close()
    assert (Mine.sent, Mine.closed) == (2, 0)
    assert server.connections == 1


def test_a_session_adds_nothing_to_the_request(session, monkeypatch, tmp_path):
    """Its headers, auth, params, cookies and netrc file would break the signature and are not used."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    session.headers["X-Extra"] = "1"
    session.auth = ("me", "hunter2")
    session.params = {"a": "b"}
    session.cookies.set("c", "d")
    with WireServer(answering(reply())) as server:
        session_handler(session, HandlerOptions()).send(request(server.url), control=Control(**QUICK))
    head = server.requests[0][0].lower()
    assert head.startswith(b"post / http/1.1")
    assert b"authorization: aws4-hmac-sha256 x" in head
    assert not any(word in head for word in (b"x-extra", b"cookie", b"basic"))


def test_a_redirect_is_not_read_with_a_session(session):
    """The 60 MB of a redirect are not read, although `Session.send` would read them."""

    def redirecting(sock, server, _):
        server.read(sock)
        sock.sendall(reply(b"x" * 1000, "302 Found", f"Location: {server.url}", length=60_000_000))
        server.stopped.wait()

    with WireServer(redirecting) as server:
        answer = session_handler(session, HandlerOptions()).send(request(server.url), control=Control(**QUICK))
    assert (answer.status, answer.body, len(server.requests)) == (302, b"", 1)


def test_what_a_session_sets_wins(session, tmp_path):
    """`verify`, `cert` and `proxies` of the session take precedence. The options provide missing ones."""
    authority = Authority(tmp_path)
    tls = server_tls(authority.sign("server", "127.0.0.1"))
    with WireServer(answering(reply()), tls) as server:
        with pytest.raises(TLSError):
            session_handler(session, HandlerOptions()).send(request(server.url), control=Control(**QUICK))
        options = HandlerOptions(verify=authority.file)
        assert session_handler(session, options).send(request(server.url), control=Control(**QUICK)).status == 200
        session.verify = authority.file
        assert session_handler(session, HandlerOptions()).send(request(server.url), control=Control(**QUICK)).status == 200


def test_proxies_of_a_session_win(session):
    """The session's proxies are used, even if the options have others."""
    with WireServer(proxying()) as proxy:
        session.proxies = {"http": f"http://127.0.0.1:{proxy.port}"}
        handler = session_handler(session, HandlerOptions(proxies=(("http", f"http://127.0.0.1:{free_port()}"),)))
        assert handler.send(request("http://sts.test/"), control=Control(**QUICK)).body == b"<forwarded/>"
        session.proxies = {}
        handler = session_handler(session, HandlerOptions(proxies=(("http", f"http://127.0.0.1:{proxy.port}"),)))
        assert handler.send(request("http://sts.test/"), control=Control(**QUICK)).body == b"<forwarded/>"


FAILURES = {
    "refused": (None, {}, EndpointConnectionError),
    "reset": (lambda sock, *_: reset(sock), {}, EndpointConnectionError),
    "silent": (silent, {"read_timeout": 0.1}, ReadTimeoutError),
    "silent, deadline": (silent, {"deadline": 0.1}, DeadlineExceededError),
    "cut": (answering(reply(b"<a", length=99), close=True), {}, EndpointConnectionError),
    "garbage": (answering(b"garbage\r\n\r\n", close=True), {}, ResponseParseError),
    "huge": (answering(reply(b"x", length=99_000_000)), {}, ResponseParseError),
    "dripping": (dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x"), {"read_timeout": 0.1}, ReadTimeoutError),
    "dripping, deadline": (
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x"),
        {"deadline": 0.1},
        DeadlineExceededError,
    ),
}


@pytest.mark.parametrize("case", FAILURES)
def test_failures_with_a_session(session, case):
    """With the library's own connections, too, errors are ours and the time for bodies is limited."""
    behave, limits, kind = FAILURES[case]
    start = time.monotonic()
    limits = {name: value + (start if name == "deadline" else 0) for name, value in limits.items()}
    if limits:
        limits = {"connect_timeout": None, "read_timeout": None, **limits}
    with WireServer(behave or silent) as server:
        url = server.url if behave else f"http://127.0.0.1:{free_port()}/"
        with pytest.raises(kind) as caught:
            session_handler(session, HandlerOptions()).send(request(url), control=Control(**{**QUICK, **limits}))
    assert caught.value.hostname == "127.0.0.1"


@pytest.mark.parametrize(("status", "retryable"), [("407 Proxy Authentication Required", False), ("503 Busy", True)])
def test_a_proxy_that_refuses_a_session(session, status, retryable):
    """The status from the proxy of a session decides whether the error is retryable, as with our own connections."""
    with WireServer(answering(f"HTTP/1.1 {status}\r\n\r\n".encode(), close=True)) as proxy:
        handler = session_handler(session, HandlerOptions(proxies=(("https", f"http://127.0.0.1:{proxy.port}"),)))
        with pytest.raises(ProxyError, match=status[:3]) as caught:
            handler.send(request("https://sts.test/"), control=Control(**QUICK))
    assert caught.value.retryable is retryable


def test_an_abort_while_a_body_comes_in(session):
    """With a session, an abort ends the reading of the body."""
    controller = AbortController()
    with WireServer(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"", None)) as server:
        threading.Timer(0.1, controller.abort).start()
        with pytest.raises(RequestAbortedError):
            session_handler(session, HandlerOptions()).send(
                request(server.url), control=Control(None, None, abort=controller.signal)
            )


def test_an_adapter_that_makes_answers_by_itself(session):
    """An adapter whose responses have no connection works."""

    class Canned(HTTPAdapter):
        def send(self, request, **_):
            answer = requests.Response()
            answer.status_code, answer._content = 200, b"<ok/>"
            answer.headers["Location"] = "/"
            return answer

    session.mount("http://", Canned())
    assert session_handler(session, HandlerOptions()).send(request("http://x/"), control=Control()).body == b"<ok/>"
