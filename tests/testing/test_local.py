"""LocalSTS as an object: its life, its calls, its threads, its command line and its pytest plugin."""

from __future__ import annotations

import contextlib
import http.client
import multiprocessing
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

import sts.testing
from sts import STS
from sts.handlers.urllib3 import Urllib3Handler
from sts.testing import LocalSTS
from sts.testing.__main__ import main
from tests.support.local_sts_clients import FORM, VERSION, address, boto_client, call, form, raw, send, signed, threads
from tests.support.threads import PATIENCE, wait_until

DEMO = "arn:aws:iam::123456789012:role/demo"


def test_a_server_starts_stops_and_starts_again():
    """By `with` or by calls of the methods. Stopping twice is harmless."""
    server = LocalSTS()
    with pytest.raises(RuntimeError, match=r"call start\(\)"):
        _ = server.url
    assert repr(server) == "<LocalSTS stopped>"
    assert server.start() is server
    first = address(server)
    with pytest.raises(RuntimeError, match="already running"):
        server.start()
    server.stop()
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(first, timeout=1)
    with server as again:
        assert boto_client(again).get_caller_identity()["Account"] == "123456789012"


def test_client_options_are_plain_strings(local_sts):
    """As `STS(**options)` takes them."""
    user = local_sts.add_user("other")

    assert set(local_sts.client_options()) == {"region", "endpoint", "access_key_id", "secret_access_key"}
    assert all(type(value) is str for value in local_sts.client_options().values())
    assert local_sts.client_options()["endpoint"] == local_sts.url
    assert local_sts.client_options(user)["access_key_id"] == user.access_key_id


def test_the_demo_credentials_never_change():
    """Scripts may contain them. The account can be read from the key."""
    with LocalSTS() as one, LocalSTS(account="210987654321") as two:
        assert one.client_options()["access_key_id"] == "AKIARZPUZDIKAALOCSTS"
        assert len(one.client_options()["secret_access_key"]) == 40
        assert (one.user.arn, one.role.arn) == ("arn:aws:iam::123456789012:user/demo", DEMO)
        assert two.role.arn == "arn:aws:iam::210987654321:role/demo"
        assert boto_client(two).get_access_key_info(AccessKeyId="AKIARZPUZDIKAALOCSTS")["Account"] == "123456789012"


def test_a_server_listens_on_loopback_only(local_sts):
    """Loopback is the default; `host` changes it."""
    assert local_sts._listener._socket.getsockname()[0] == "127.0.0.1"
    with LocalSTS(host="0.0.0.0") as server:
        assert server.url.startswith("http://127.0.0.1:")


def test_ipv6_addresses_are_written_in_brackets():
    """Where there is IPv6."""
    try:
        server = LocalSTS(host="::1").start()
    except OSError:
        pytest.skip("no IPv6 here")
    with socket.create_connection(("::1", int(server.url.rpartition(":")[2]))):
        assert server.url.startswith("http://[::1]:")
        server.stop()


def test_a_busy_port_is_an_error(local_sts):
    """At start, not at the first request."""
    with pytest.raises(OSError):
        LocalSTS(port=address(local_sts)[1]).start()


def test_stopping_does_not_wait_for_clients_that_keep_connections(monkeypatch):
    """Idle keep-alive connections are cut, and no thread stays."""
    monkeypatch.setattr("sts.testing.server.listener._JOIN_SECONDS", PATIENCE)
    before = len(threads())
    server = LocalSTS().start()
    connections = [http.client.HTTPConnection(*address(server)) for _ in range(20)]
    for connection in connections:
        connection.request("GET", "/")
        connection.getresponse().read()
    server.stop()

    assert len(threads()) == before
    for connection in connections:
        assert connection.sock.recv(1) == b""
        connection.close()


def test_closed_connections_leave_no_threads(local_sts):
    """Not only at the end."""
    for _ in range(10):
        send(local_sts, "GET")

    assert wait_until(lambda: len(threads()) == 1)


def test_without_more_threads_it_serves_one_request_after_the_other(local_sts, monkeypatch):
    """When none can be started, as after the end of the main thread in Python 3.12: no client waits for a thread in vain."""

    def start(thread):
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", start)
    with (
        STS(**local_sts.client_options()) as first,
        STS(**local_sts.client_options(), request_handler=Urllib3Handler()) as other,
    ):
        for made in (first, other, first):
            assert made.get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]["connection"] == "close"
        other._wire().choose_handler().close()

    assert len(threads()) == 1


def test_connections_are_kept_alive(local_sts):
    """Several requests use one connection, also pipelined. `Connection: close` and HTTP/1.0 end it."""
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    assert raw(local_sts, request * 3 + last).count(b"HTTP/1.1 302 Found") == 4
    assert raw(local_sts, b"GET / HTTP/1.0\r\n\r\n" + request).count(b"HTTP/1.1 302 Found") == 1
    assert b"Connection: close" in raw(local_sts, last)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/2\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
        (b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 300 + b"\r\n", 431),
        (b"G@T / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.10\r\n\r\n", 400),
        (b"GET /\x00 HTTP/1.1\r\n\r\n", 400),
        (b"GET /\xe9 HTTP/1.1\r\n\r\n", 400),
        (b"GET elsewhere HTTP/1.1\r\n\r\n", 400),
        (b"GET http://[::1/ HTTP/1.1\r\n\r\n", 400),
        (b"GET http://[::g]/ HTTP/1.1\r\n\r\n", 400),
        (b"GET http://user@host/ HTTP/1.1\r\n\r\n", 400),
        (b"GET http://host:99999/ HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a]b[\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: [v1.x]\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\na : b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\na: b\r\n c\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\na: b\rc\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\na: \x00\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length:\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1_0\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 5000 + b"\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n", 400),
    ],
)
def test_what_is_no_request_is_refused(local_sts, data, status):
    """The response names the problem, and the connection is closed."""
    try:
        answer = raw(local_sts, data)
    except ConnectionResetError:  # what was not read may cost the answer
        return
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


def test_nothing_that_is_sent_ends_a_thread_with_an_exception(local_sts, monkeypatch):
    """Each randomly changed request gets a response or a closed connection, and the server continues."""
    failed = []
    monkeypatch.setattr(threading, "excepthook", lambda args: failed.append(args.exc_value))
    changing = random.Random(7)
    whole = (
        b"POST /?Action=GetCallerIdentity&X-Amz-Date=1 HTTP/1.1\r\nHost: x\r\nAuthorization: AWS4-HMAC-SHA256 Credential=a/b/c"
    )
    whole += b"\r\nContent-Length: 35\r\nX-Amz-Date: 20260101T000000Z\r\n\r\nAction=AssumeRole&Version=2011-06-15"
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(changing.randint(1, 4)):
            place = changing.randrange(len(data))
            data[place : place + changing.randint(0, 3)] = changing.choice(
                [b"", b"\r\n", b"\n", b"\0", b"[", b"]", b":", b"%", b"\xff", b"/", b"9" * 30, b"-", b"&", b";", b"=", b" "]
            )
        with socket.create_connection(("127.0.0.1", int(local_sts.url.rpartition(":")[2])), timeout=60) as sock:
            sock.sendall(data)
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(65536):
                    pass
    assert failed == []
    assert not [call for call in local_sts.calls if call.status == 500]
    with STS(**local_sts.client_options()) as made:
        assert made.get_caller_identity()["Account"] == "123456789012"


def test_sixty_four_connections_are_served_at_once(local_sts):
    """Each keeps its connection over several calls, and none is dropped."""
    together = threading.Barrier(64)

    def calls():
        connection = http.client.HTTPConnection("127.0.0.1", int(local_sts.url.rpartition(":")[2]), timeout=60)
        connection.connect()
        sock = connection.sock
        together.wait(60)
        statuses = []
        for _ in range(5):
            connection.request("GET", "/")
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        same = connection.sock is sock
        connection.close()
        return statuses == [302] * 5 and same

    with ThreadPoolExecutor(64) as pool:
        assert all(one.result() for one in [pool.submit(calls) for _ in range(64)])


def test_the_calls_that_are_kept_are_bounded():
    """A server that runs for days does not grow."""
    with LocalSTS(max_calls=3) as server:
        for _ in range(5):
            send(server, "GET")
        assert len(server.calls) == 3
    assert LocalSTS()._service.calls.maxlen == 1000


def test_chunked_bodies_and_expect_are_understood(local_sts):
    """HTTP/1.1 requires both of every server."""
    body = form("AssumeRole").encode()
    chunked = b"Transfer-Encoding: chunked\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n"
    answer = raw(local_sts, b"POST / HTTP/1.1\r\nHost: x\r\n" + chunked % (body[:5], len(body) - 5, body[5:]))

    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 Forbidden")
    assert b"<Code>MissingAuthenticationToken</Code>" in answer


def test_calls_are_recorded(local_sts):
    """With operation, params, headers, principal and status. Secrets are readable by the test."""
    token = "secret-external-id"
    call(local_sts, "AssumeRole", RoleArn=DEMO, RoleSessionName="ci", ExternalId=token, **{"Tags.member.1.Key": "a"})
    call(local_sts, "AssumeRole", RoleArn=DEMO, RoleSessionName="ci", ExternalId=token)
    send(local_sts, body=f"Action=GetFoo&Version={VERSION}")
    first, second, third = local_sts.calls

    assert (first.operation, first.principal, first.status, first.code) == (
        "AssumeRole",
        local_sts.user.arn,
        400,
        "ValidationError",
    )
    assert first.params["Tags"] == [{"Key": "a"}]
    assert (second.method, second.status, second.params["ExternalId"]) == ("POST", 200, token)
    assert second.headers["X-Amz-Date"] == second.headers["x-amz-date"]
    assert (third.operation, third.principal, third.status, third.code) == (None, None, 400, "InvalidAction")
    local_sts.clear_calls()
    assert local_sts.calls == []


def test_recorded_calls_show_no_secrets(local_sts):
    """Neither headers nor sensitive members are in the repr."""
    credentials = boto_client(local_sts).assume_role(RoleArn=DEMO, RoleSessionName="ci")["Credentials"]
    boto_client(local_sts, credentials).assume_role(
        RoleArn=DEMO,
        RoleSessionName="ci",
        ExternalId="the-external-id",
        ProvidedContexts=[{"ContextAssertion": "the-assertion"}],
    )
    web_token, assertion = local_sts.issue_token(), local_sts.saml_assertion()
    send(local_sts, body=form("AssumeRoleWithWebIdentity", RoleArn=DEMO, RoleSessionName="ci", WebIdentityToken=web_token))
    send(local_sts, body=form("AssumeRoleWithSAML", RoleArn=DEMO, PrincipalArn=DEMO, SAMLAssertion=assertion))
    shown = repr(local_sts.calls) + repr(local_sts.user) + repr(local_sts)

    for secret in ("the-external-id", "the-assertion", web_token, assertion, credentials["SessionToken"], "Signature="):
        assert secret not in shown
    assert local_sts.user.secret_access_key not in shown
    assert "'WebIdentityToken': '***'" in shown


def test_recorded_calls_are_bounded():
    """The last ones are kept."""
    with LocalSTS(max_calls=3) as server:
        for n in range(5):
            send(server, body=f"Action=A{n}&Version={VERSION}", headers={**FORM, "X-Number": str(n)})

        assert [one.headers["x-number"] for one in server.calls] == ["2", "3", "4"]


def test_many_servers_and_many_clients_at_once():
    """32 threads call 4 servers, each with its own connection. Every response is the right one."""
    servers = [LocalSTS().start() for _ in range(4)]

    def work(number):
        server = servers[number % 4]
        client = boto_client(server)
        names = [f"s{number}-{n}" for n in range(5)]
        arns = [client.assume_role(RoleArn=DEMO, RoleSessionName=name)["AssumedRoleUser"]["Arn"] for name in names]
        return [arn.rpartition("/")[2] for arn in arns] == names

    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(work, range(32)))
    counts = [len(server.calls) for server in servers]
    for server in servers:
        server.stop()

    assert all(results)
    assert counts == [40] * 4


def test_an_assumed_role_costs_the_server_little(local_sts, monkeypatch):
    """Verified, validated, performed and rendered with at most two thousand calls of functions, those in C included."""
    body = form("AssumeRole", RoleArn=DEMO, RoleSessionName="ci")
    headers = signed(local_sts, body)
    connection = http.client.HTTPConnection(*address(local_sts))
    counted = Counter()
    threading.setprofile(lambda frame, event, argument: counted.update({"calls": event in ("call", "c_call")}))
    try:
        for _ in range(200):
            connection.request("POST", "/", body, headers)
            assert connection.getresponse().read()
    finally:
        threading.setprofile(None)
    connection.close()

    assert 100 < counted["calls"] / 200 < 2000


# --- processes ---


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_the_child_of_a_fork_does_not_serve(local_sts):
    """It can call the parent's server, its own stop() does nothing, and the port is free once the parent stops."""
    host, port = address(local_sts)
    idle = socket.create_connection((host, port))
    send(local_sts, "GET")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            status = send(local_sts, "GET").status
            local_sts.stop()
            os.write(writer, f"{status} {len(local_sts.calls)}".encode())
            signal.pause()  # the parent ends this
        finally:
            os._exit(0)
    try:
        assert os.read(reader, 100) == b"302 1"
        assert send(local_sts, "GET").status == 302
        local_sts.stop()
        idle.settimeout(2)
        assert idle.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, port), timeout=1)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        idle.close()


def _identify(options):
    request_body = form("GetCallerIdentity")
    with_url = type("Server", (), {"url": options["endpoint"], "client_options": lambda self: options})()
    return send(with_url, body=request_body, headers=signed(with_url, request_body)).status


def test_spawned_processes_can_call_the_server(local_sts):
    """They get its options."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(_identify, [local_sts.client_options()]) == [200]


def run_module(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "sts.testing", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_the_module_serves_alone():
    """`python -m sts.testing` prints what to export, serves, and ends on Ctrl-C with status 0."""
    process = run_module("--port", "0", "--account", "210987654321")
    try:
        lines = [process.stdout.readline() for _ in range(9)]
        exported = dict(re.findall(r"export (\w+)=(\S+)", "".join(lines)))
        status = _identify(
            {
                "endpoint": exported["AWS_ENDPOINT_URL_STS"],
                "access_key_id": exported["AWS_ACCESS_KEY_ID"],
                "secret_access_key": exported["AWS_SECRET_ACCESS_KEY"],
            }
        )
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=5)
    finally:
        process.kill()

    assert status == 200
    assert "arn:aws:iam::210987654321:user/demo" in lines[1]
    assert exported["AWS_REGION"] == exported["AWS_DEFAULT_REGION"] == "us-east-1"
    assert (process.returncode, errors) == (0, "")


def test_the_module_says_why_it_cannot_serve(local_sts):
    """One line, status 1."""
    process = run_module("--port", str(address(local_sts)[1]))
    _, errors = process.communicate(timeout=10)

    assert process.returncode == 1
    assert errors.startswith(f"Cannot listen on 127.0.0.1:{address(local_sts)[1]}: ")
    assert errors.count("\n") == 1


def test_a_port_that_is_none_is_said(capsys):
    """One line, status 1."""
    assert main(["--port", "99999"]) == 1
    assert re.fullmatch(r"Cannot listen on 127.0.0.1:99999: .*port.*\n", capsys.readouterr().err)


def test_the_plugin_loads_nothing_until_it_is_used(tmp_path):
    """Importing the plugin, or the package, loads neither the server nor botocore nor cryptography."""
    heavy = "{'sts.testing.local', 'http.server', 'xml.etree', 'botocore', 'cryptography', 'ssl', 'asyncio', 'xmltodict'}"
    loads = "import pytest, sys; before = set(sys.modules); import sts.testing.pytest_plugin"
    script = f"{loads}; print({heavy} & (set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_the_plugin_gives_users_a_server(tmp_path):
    """A test with the argument `local_sts` gets a new server."""
    (tmp_path / "test_it.py").write_text(
        "def test_one(local_sts):\n    local_sts.add_role('x')\n    assert local_sts.url.startswith('http://127.0.0.1:')\n"
        "def test_two(local_sts):\n    assert not [arn for arn in local_sts.accounts.roles if arn.endswith('/x')]\n"
    )
    plugins = ["-p", "no:cacheprovider", "-p", "sts.testing.pytest_plugin"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-m", "pytest", "-q", *plugins, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)

    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_the_package_is_lazy_but_tells_its_names():
    """`dir()` works, unknown names fail as usual."""
    assert "LocalSTS" in dir(sts.testing)
    with pytest.raises(AttributeError, match="Nothing"):
        _ = sts.testing.Nothing
