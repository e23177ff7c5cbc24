"""Tools that intercept requests see the requests of this library without extra code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests_mock
import responses

from sts import STS
from sts.testing import LocalSTS
from tests.support.fakes import CALLER, CREDENTIALS

pytestmark = pytest.mark.filterwarnings("ignore")
ROOT = Path(__file__).resolve().parent.parent.parent
URL = "https://sts.us-east-1.amazonaws.com/"


@pytest.mark.integration
def test_moto_answers_in_process() -> None:
    """`mock_aws` is sufficient."""
    moto = pytest.importorskip("moto", reason="moto is part of the extra [test]")
    with moto.mock_aws():
        me = STS(region="us-east-1").get_caller_identity()
        session = STS(region="us-east-1").assume_role(RoleArn="arn:aws:iam::123456789012:role/demo", RoleSessionName="ci")

    assert me["Account"] == "123456789012"
    assert session["Credentials"]["AccessKeyId"].startswith("ASIA")


@responses.activate
def test_responses_answers_in_process() -> None:
    """The client gets the registered response."""
    responses.post(URL, body=CALLER, content_type="text/xml")

    assert STS(**CREDENTIALS).get_caller_identity()["Account"] == "123456789012"
    assert responses.calls[0].request.body == b"Action=GetCallerIdentity&Version=2011-06-15"


def test_requests_mock_answers_in_process() -> None:
    """The same holds for an adapter of requests-mock."""
    with requests_mock.Mocker() as mocker:
        mocker.post(URL, text=CALLER, headers={"content-type": "text/xml"})

        assert STS(**CREDENTIALS).get_caller_identity()["Account"] == "123456789012"
        assert "Authorization" in mocker.last_request.headers


RECORDED = """
import sys, vcr
from sts import STS
cassette, options = sys.argv[1], eval(sys.argv[2])
with vcr.use_cassette(cassette, record_mode="once"):
    print(STS(**options, max_attempts=1).get_caller_identity()["Arn"])
"""


@pytest.mark.integration
def test_vcrpy_records_and_replays(local_sts: LocalSTS, tmp_path: Path) -> None:
    """A second run replays what the first run recorded, without a server."""
    pytest.importorskip("vcr", reason="vcrpy is part of the extra [test]")
    options = {**local_sts.client_options()}
    arguments = [sys.executable, "-c", RECORDED, str(tmp_path / "cassette.yaml"), repr(options)]
    runs = []
    for _ in range(2):
        done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
        runs.append(done.stdout.strip() or done.stderr)
        local_sts.stop()

    assert runs == ["arn:aws:iam::123456789012:user/demo"] * 2


XRAY = """
import json, sys
from aws_xray_sdk.core import patch, xray_recorder

class Nowhere:
    def send_entity(self, entity): pass
    def set_daemon_address(self, address): pass

xray_recorder.configure(service="test", sampling=False, emitter=Nowhere())
options, when = eval(sys.argv[1]), sys.argv[2]
from sts import STS
if when == "late":
    STS(**options).get_caller_identity()
patch(("httplib",))
import boto3, http.client
keys = {f"aws_{name}": options[name] for name in ("access_key_id", "secret_access_key")}
seen = []

def by_hand():
    connection = http.client.HTTPConnection(options["endpoint"].partition("//")[2])
    connection.request("GET", "/")
    connection.getresponse().read()
    connection.close()
    return {"Account": "123456789012"}

for call in (
    by_hand,
    boto3.client("sts", region_name="us-east-1", endpoint_url=options["endpoint"], **keys).get_caller_identity,
    STS(**options).get_caller_identity,
):
    segment = xray_recorder.begin_segment("test")
    assert call()["Account"] == "123456789012"
    kept = ("name", "namespace", "http")
    seen.append([{k: v for k, v in json.loads(one.serialize()).items() if k in kept} for one in segment.subsegments])
    xray_recorder.end_segment()
print(json.dumps(seen))
"""


@pytest.mark.integration
@pytest.mark.parametrize("when", ["early", "late"])
def test_x_ray_sees_what_it_sees_of_boto3(local_sts: LocalSTS, when: str) -> None:
    """The patch of `http.client` is active. urllib3 2 bypasses it for both libraries."""
    pytest.importorskip("aws_xray_sdk", reason="aws-xray-sdk is part of the extra [integration]")
    arguments = [sys.executable, "-c", XRAY, repr(local_sts.client_options()), when]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    by_hand, theirs, ours = json.loads(done.stdout or done.stderr)
    assert by_hand != []
    assert ours == theirs


RECORDING = """
import pytest
from sts import STS

@pytest.mark.vcr
def test_a(options):
    client = STS(**options)
    assert [client.get_caller_identity()["Account"] for _ in "12"] == ["123456789012"] * 2

@pytest.mark.vcr
def test_b(options):
    assert STS(**options).get_caller_identity()["Account"] == "123456789012"

@pytest.fixture
def options():
    return {options}
"""


@pytest.mark.integration
def test_pytest_recording_records_and_replays(tmp_path: Path) -> None:
    """Each test has its own cassette. The second run needs no server and must not use the network."""
    pytest.importorskip("pytest_recording", reason="pytest-recording is part of the extra [integration]")
    with LocalSTS() as server:
        (tmp_path / "test_recorded.py").write_text(RECORDING.replace("{options}", repr(server.client_options())))
        plugins = ("-p", "no:cacheprovider", "-p", "no:xdist", "-c", "/dev/null", "--rootdir", str(tmp_path))
        command = [sys.executable, "-W", "ignore", "-m", "pytest", "-q", *plugins]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        for mode in (["--record-mode=once"], ["--record-mode=none", "--block-network"]):
            done = subprocess.run(
                [*command, *mode, "test_recorded.py"],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert "2 passed" in done.stdout, done.stdout + done.stderr
            assert len(server.calls) == 3
            server.stop()
    assert sorted(path.name for path in (tmp_path / "cassettes" / "test_recorded").iterdir()) == ["test_a.yaml", "test_b.yaml"]


MOCKET = """
import sys
from mocket import Mocketizer
from mocket.mocks.mockhttp import Entry
from sts import STS
options, answer = eval(sys.argv[1]), sys.argv[2]
if sys.argv[3] == "late":
    STS(**options).get_caller_identity()
Entry.single_register(Entry.POST, "https://sts.us-east-1.amazonaws.com/", body=answer)
with Mocketizer():
    print(STS(region="us-east-1", access_key_id="AKIAIOSFODNN7EXAMPLE", secret_access_key="x" * 40).get_caller_identity()["Account"])
print(STS(**options).get_caller_identity()["Account"])
"""


@pytest.mark.integration
@pytest.mark.parametrize("when", ["early", "late"])
def test_mocket_answers(local_sts: LocalSTS, when: str) -> None:
    """Within the mock the client gets the registered response, afterwards that of the real server."""
    pytest.importorskip("mocket", reason="mocket is part of the extra [integration]")
    arguments = [sys.executable, "-W", "ignore", "-c", MOCKET, repr(local_sts.client_options()), CALLER, when]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["123456789012"] * 2, done.stderr


TRUSTSTORE = """
import sys, truststore
truststore.inject_into_ssl()
import asyncio
from sts import STS, AsyncSTS
from sts.errors import TLSError
options = eval(sys.argv[1])

async def on_loop():
    async with AsyncSTS(**options) as client:
        return (await client.get_caller_identity())["Account"]

for call in (lambda: STS(**options).get_caller_identity()["Account"], lambda: asyncio.run(on_loop())):
    try:
        print(call())
    except TLSError:
        print("TLSError")
"""


@pytest.mark.integration
@pytest.mark.parametrize("trusted", [True, False])
def test_truststore_decides_what_is_trusted(trusted: bool) -> None:
    """Both own handlers trust exactly the authorities of the system."""
    pytest.importorskip("truststore", reason="truststore is part of the extra [integration]")
    with LocalSTS(tls=True) as server:
        arguments = [sys.executable, "-c", TRUSTSTORE, repr({**server.client_options(), "max_attempts": 1})]
        environment = {**os.environ, **({"SSL_CERT_FILE": str(server.certificate)} if trusted else {})}
        done = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["123456789012" if trusted else "TLSError"] * 2, done.stderr


FUTURE = """
import sys, urllib3
assert "future" in (urllib3.__doc__ or "").lower() or int(urllib3.__version__.rpartition(".")[2]) >= 900, urllib3.__version__
from sts import STS
from sts.handlers import HandlerOptions, handler_kind
options = eval(sys.argv[1])
for more in ({}, {"request_handler": "urllib3"}, {"request_handler": "requests"}):
    client = STS(**options, **more, max_attempts=1)
    for name in ("one", "two", "three"):
        answer = client.assume_role(RoleArn="arn:aws:iam::123456789012:role/demo", RoleSessionName=name)
        assert answer["AssumedRoleUser"]["Arn"].endswith(name)
print(handler_kind(HandlerOptions()))
"""


@pytest.mark.integration
def test_urllib3_future_in_the_place_of_urllib3(local_sts: LocalSTS, tmp_path: Path) -> None:
    """All handlers work, and the default one remains the default. Runs in a separate environment."""
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv makes the environment of this test, and is not installed")
    packages = ["requests", "xmltodict", "certifi", "typing-extensions"]
    python = str(tmp_path / "venv" / "bin" / "python")
    for command in (
        [uv, "venv", "-q", "--python", sys.executable, str(tmp_path / "venv")],
        [uv, "pip", "install", "-q", "-p", python, *packages],
        [uv, "pip", "uninstall", "-q", "-p", python, "urllib3"],
        [uv, "pip", "install", "-q", "-p", python, "urllib3-future"],
    ):
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            pytest.skip(f"the environment cannot be made: {made.stderr[-300:]}")
    arguments = [python, "-c", FUTURE, repr(local_sts.client_options())]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["direct"], done.stderr
