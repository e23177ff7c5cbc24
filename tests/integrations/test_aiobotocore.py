"""Data tools with our credentials, against moto's S3: aiobotocore, s3fs and pandas. A session needs only botocore."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from sts import Credentials
from sts.integrations.boto3 import to_boto3_session, to_botocore_session

pytest.importorskip("aiobotocore")
pytest.importorskip("moto.server")


@pytest.fixture(scope="module")
def s3_url():
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


class Renewing:
    """Give other keys each time, which end soon."""

    def __init__(self) -> None:
        self.given = 0

    def retrieve(self) -> Credentials:
        self.given += 1
        return Credentials(f"ASIA{self.given:016}", "secret-key-of-forty-characters-0123456789", "token")

    def cached(self) -> None:
        return None

    def invalidate(self, credentials: Credentials) -> bool:
        return True


def test_an_aiobotocore_client_signs_with_fresh_credentials(s3_url):
    """
    Each request fetches the credentials, so a session that runs for days is refreshed.

    dbt-labs/dbt-adapters#1997 is what static keys do.
    """
    from sts.integrations.aiobotocore import to_aiobotocore_session

    provider = Renewing()

    async def work():
        session = to_aiobotocore_session(provider, region="us-east-1")
        async with session.create_client("s3", endpoint_url=s3_url) as client:
            await client.create_bucket(Bucket="async")
            before = provider.given
            await client.put_object(Bucket="async", Key="a", Body=b"1")
            answer = await client.get_object(Bucket="async", Key="a")
            assert await answer["Body"].read() == b"1"
            assert provider.given > before

    asyncio.run(work())


def test_s3fs_and_pandas_read_with_them(s3_url):
    """s3fs needs only a session. Libraries on fsspec accept it in their storage options."""
    s3fs = pytest.importorskip("s3fs")
    pandas = pytest.importorskip("pandas")
    from sts.integrations.aiobotocore import to_aiobotocore_session

    provider = Renewing()
    options = {"session": to_aiobotocore_session(provider, region="us-east-1"), "client_kwargs": {"endpoint_url": s3_url}}
    files = s3fs.S3FileSystem(**options, skip_instance_cache=True)
    files.mkdir("data")
    with files.open("data/a.csv", "wb") as file:
        file.write(b"a,b\n1,2\n")
    frame = pandas.read_csv("s3://data/a.csv", storage_options=options)
    assert frame["b"].tolist() == [2]
    assert provider.given > 2


def test_sessions_know_the_region_whenever_a_client_would(monkeypatch):
    """boto3 does not read AWS_REGION, but our sessions do."""
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    keys = Credentials("AKIAIOSFODNN7EXAMPLE", "secret-key-of-forty-characters-0123456789")
    assert to_boto3_session(keys).region_name == "eu-west-1"
    assert to_botocore_session(keys).get_config_variable("region") == "eu-west-1"
    assert to_boto3_session(keys, region="us-west-2").region_name == "us-west-2"


def test_botocore_alone_is_enough():
    """aiobotocore comes without boto3."""
    program = (
        "import sys; sys.modules['boto3'] = None\n"
        "from sts.integrations.boto3 import to_botocore_session\n"
        "print(to_botocore_session({'access_key_id': 'AKIAIOSFODNN7EXAMPLE', 'secret_access_key': 's' * 40}, region='eu-west-1')"
        ".create_client('sts').meta.region_name)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "eu-west-1", done.stderr
