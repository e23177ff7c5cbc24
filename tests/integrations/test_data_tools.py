"""Tools that read data with our credentials, and renew them: obstore, pyarrow, Delta Lake, opensearch-py."""

from __future__ import annotations

import json
import os
import sys
import threading
from datetime import datetime, timedelta, timezone

import pytest

from sts import Credentials
from sts.testing import LocalSTS
from tests.support.aws_service import Service

SECRET = "secret-key-of-forty-characters-0123456789"


class Renewing:
    """Provider of other keys each time, which end after *lifetime*."""

    def __init__(self, lifetime: timedelta) -> None:
        self.given = 0
        self.lifetime = lifetime
        self.lock = threading.Lock()

    def retrieve(self) -> Credentials:
        with self.lock:
            self.given += 1
            return Credentials(f"ASIA{self.given:016}", SECRET, "token", datetime.now(timezone.utc) + self.lifetime)

    def cached(self) -> None:
        return None

    def invalidate(self, credentials: Credentials) -> bool:
        return True


@pytest.fixture(scope="module")
def s3_url():
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket(s3_url):
    from sts.integrations.boto3 import to_boto3_session

    s3 = to_boto3_session(Renewing(timedelta(hours=1)), region="us-east-1").client("s3", endpoint_url=s3_url)
    s3.create_bucket(Bucket="reports")
    s3.put_object(Bucket="reports", Key="a.csv", Body=b"cost\n1\n2\n")


def test_obstore_asks_again_when_credentials_end(s3_url, bucket):
    """
    A store that lives longer than a session is given another one.

    apache/arrow-rs#3446, duckdb/duckdb-aws#26.
    """
    store = pytest.importorskip("obstore.store")
    provider = Renewing(timedelta(0))  # sessions that have just ended

    def credential_provider():
        keys = provider.retrieve()
        return {
            "access_key_id": keys.access_key_id,
            "secret_access_key": keys.secret_access_key,
            "token": keys.session_token,
            "expires_at": keys.expiration,
        }

    files = store.S3Store(
        "reports",
        region="us-east-1",
        endpoint=s3_url,
        client_options={"allow_http": True},
        credential_provider=credential_provider,
    )
    for _ in range(3):
        assert bytes(files.get("a.csv").bytes()) == b"cost\n1\n2\n"
    assert provider.given > 2


def test_pyarrow_reads_through_a_session_that_renews(s3_url, bucket):
    """
    Each request of the file system of s3fs is signed with the credentials of that moment.

    apache/arrow#45603, apache/arrow#18888 are what keys do that pyarrow keeps.
    """
    s3fs = pytest.importorskip("s3fs")
    fs = pytest.importorskip("pyarrow.fs")
    from sts.integrations.aiobotocore import to_aiobotocore_session

    provider = Renewing(timedelta(hours=1))
    files = s3fs.S3FileSystem(
        session=to_aiobotocore_session(provider, region="us-east-1"),
        client_kwargs={"endpoint_url": s3_url},
        skip_instance_cache=True,
    )
    arrow = fs.PyFileSystem(fs.FSSpecHandler(files))
    for _ in range(2):
        before = provider.given
        with arrow.open_input_stream("reports/a.csv") as stream:
            assert stream.read() == b"cost\n1\n2\n"
        assert provider.given > before


def test_delta_lake_and_pyarrow_run_the_command_of_a_profile(s3_url, bucket, tmp_path, monkeypatch):
    """
    Both find a profile with `credential_process`, run `sts credential-process` and sign with the role.

    delta-io/delta-rs#2117, delta-io/delta-rs#2909.
    """
    deltalake = pytest.importorskip("deltalake")
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import fs

    config = tmp_path / "config"
    command = (
        f"{sys.executable} -m sts credential-process base --role-arn arn:aws:iam::123456789012:role/demo --session-name delta"
    )
    with LocalSTS() as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        config.write_text(
            f"[profile base]\naws_access_key_id = {os.environ['AWS_ACCESS_KEY_ID']}\n"
            f"aws_secret_access_key = {os.environ['AWS_SECRET_ACCESS_KEY']}\n"
            f"[profile report]\nregion = us-east-1\ncredential_process = {command}\n"
        )
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        for name, value in {"AWS_CONFIG_FILE": str(config), "AWS_PROFILE": "report", "HOME": str(tmp_path)}.items():
            monkeypatch.setenv(name, value)
        options = {"AWS_ENDPOINT_URL": s3_url, "AWS_ALLOW_HTTP": "true", "AWS_FORCE_CREDENTIAL_LOAD": "true"}
        deltalake.write_deltalake("s3://reports/costs", pyarrow.table({"cost": [1, 2]}), storage_options=options)
        assert deltalake.DeltaTable("s3://reports/costs", storage_options=options).to_pyarrow_table().num_rows == 2
        files = fs.S3FileSystem(endpoint_override=s3_url.removeprefix("http://"), scheme="http", region="us-east-1")
        with files.open_input_stream("reports/a.csv") as stream:
            assert stream.read() == b"cost\n1\n2\n"
        assert {(call.operation, call.params["RoleSessionName"]) for call in server.calls} == {("AssumeRole", "delta")}


def test_the_default_connection_of_opensearch_py_signs_with_fresh_credentials():
    """
    Its signer accepts botocore's form of our credentials and reads them at each request. The service accepts each signature.

    opensearch-project/opensearch-py#546, DavidMuller/aws-requests-auth#27.
    """
    opensearch = pytest.importorskip("opensearchpy")
    from sts.integrations.boto3 import to_botocore_credentials

    provider = Renewing(timedelta(hours=1))
    secrets = {f"ASIA{number:016}": SECRET for number in range(1, 20)}
    with Service("es", secrets) as service:
        auth = opensearch.Urllib3AWSV4SignerAuth(to_botocore_credentials(provider), "us-east-1", "es")
        search = opensearch.OpenSearch(hosts=[service.url], http_auth=auth)
        for number in range(2):
            document = {"cost": number, "text": "ü /?&="}
            answer = search.transport.perform_request("PUT", f"/reports/_doc/{number}", body=document)
            assert (json.loads(answer) if isinstance(answer, str) else answer) == document
        search.transport.perform_request("POST", "/reports/_search", params={"q": "cost:1"}, body={})
        search.close()
    assert service.statuses == [200, 200, 200]
    keys = {call.headers["authorization"].partition("Credential=")[2].partition("/")[0] for call in service.calls}
    assert len(keys) == 3
