"""Tokens for databases and queues, byte for byte those of botocore's and AWS's own signers at the same moment."""

from __future__ import annotations

import base64
import copy
import pickle
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, urlsplit

import botocore.session
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from freezegun import freeze_time

from sts import STS, Credentials
from sts.errors import ConfigError, MissingRegionError
from sts.tokens import dsql_token, elasticache_token, memorydb_token, msk_token, rds_token

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TOKENS = [None, "FwoGZXIvYXdzE/+=token"]
NOW = datetime(2026, 11, 30, 12, 34, 56, tzinfo=timezone.utc)
HOST = "mydb.123456789012.eu-west-1.rds.amazonaws.com"


def ours(token: str | None) -> Credentials:
    return Credentials(KEY, SECRET, token)


def theirs(service: str, token: str | None):
    session = botocore.session.Session()
    session.set_credentials(KEY, SECRET, token)
    return session.create_client(service, region_name="eu-west-1")


def signed_by_botocore(service: str, url: str, token: str | None) -> str:
    request = AWSRequest("GET", url)
    SigV4QueryAuth(BotocoreCredentials(KEY, SECRET, token), service, "eu-west-1", expires=900).add_auth(request)
    return request.prepare().url


def same(one: str, other: str) -> bool:
    """Compare everything but the order of the parameters, which no service looks at."""
    one, other = (text if "://" in text else f"https://{text}" for text in (one, other))
    split, other_split = urlsplit(one), urlsplit(other)
    return split[:3] == other_split[:3] and sorted(parse_qsl(split.query)) == sorted(parse_qsl(other_split.query))


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("user", ["admin", "jane.doe@example.com", "a b/c&d"])
def test_rds(token, user):
    """The password is botocore's `generate_db_auth_token`."""
    with freeze_time(NOW):
        golden = theirs("rds", token).generate_db_auth_token(HOST, 5432, user)
    found = rds_token(HOST, 5432, user, credentials=ours(token), now=NOW)
    assert same(found, golden)
    assert found == golden


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("admin", [True, False])
def test_dsql(token, admin):
    """The password is botocore's `generate_db_connect_admin_auth_token` and its sibling."""
    host = "abc123.dsql.eu-west-1.on.aws"
    with freeze_time(NOW):
        client = theirs("dsql", token)
        make = client.generate_db_connect_admin_auth_token if admin else client.generate_db_connect_auth_token
        golden = make(host, "eu-west-1")
    found = dsql_token(host, admin=admin, credentials=ours(token), now=NOW)
    assert same(found, golden)


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("serverless", [True, False])
def test_elasticache(token, serverless):
    """The password is what the ElastiCache user guide signs with botocore."""
    url = f"http://my-cache/?Action=connect&User=iam-user{'&ResourceType=ServerlessCache' if serverless else ''}"
    with freeze_time(NOW):
        golden = signed_by_botocore("elasticache", url, token).removeprefix("http://")
    found = elasticache_token(
        "my-cache", "iam-user", serverless=serverless, region="eu-west-1", credentials=ours(token), now=NOW
    )
    assert same(found, golden)


@pytest.mark.parametrize("token", TOKENS)
def test_memorydb(token):
    """The password is what the MemoryDB user guide signs with botocore."""
    with freeze_time(NOW):
        golden = signed_by_botocore("memorydb", "http://my-cluster/?Action=connect&User=iam-user", token)
    found = memorydb_token("my-cluster", "iam-user", region="eu-west-1", credentials=ours(token), now=NOW)
    assert same(found, golden.removeprefix("http://"))


def decoded(token: str) -> str:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()


@pytest.mark.parametrize("token", TOKENS)
def test_msk(token):
    """The token is what AWS's signer makes: botocore's presigned URL with a user agent behind it, in Base64."""
    url = "https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect"
    with freeze_time(NOW):
        golden = signed_by_botocore("kafka-cluster", url, token)
    found = msk_token("eu-west-1", credentials=ours(token), now=NOW)
    text, _, agent = decoded(found).partition("&User-Agent=")
    assert agent.startswith("sts-client%2F")
    assert "=" not in found
    assert same(text, golden)


@pytest.mark.parametrize("token", TOKENS)
def test_msk_beside_awss_own_signer(token, monkeypatch):
    """AWS's package for Kafka clients makes the same token at the same moment."""
    provider = pytest.importorskip("aws_msk_iam_sasl_signer.MSKAuthTokenProvider")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    if token:
        monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    with freeze_time(NOW):
        golden, expires_ms = provider.generate_auth_token("eu-west-1")
    found = msk_token("eu-west-1", credentials=ours(token), now=NOW)
    assert same(decoded(found).partition("&User-Agent=")[0], decoded(golden).partition("&User-Agent=")[0])
    assert found.expiration.timestamp() * 1000 == expires_ms


@pytest.mark.parametrize(
    ("host", "region"),
    [
        (HOST, "eu-west-1"),
        ("x.cluster-ro-abc.us-gov-west-1.rds.amazonaws.com", "us-gov-west-1"),
        ("p.proxy-abc.cn-north-1.rds.amazonaws.com.cn", "cn-north-1"),
        ("localhost", "us-east-1"),
        ("eu-west-1.example.com", "us-east-1"),
    ],
)
def test_the_region_is_that_of_the_host(host, region):
    """
    The region in the host name has precedence over that of the client, which differs for replicated databases.

    paws-r/paws#324.
    """
    client = STS(region="us-east-1", access_key_id=KEY, secret_access_key=SECRET)
    assert f"%2F{region}%2Frds-db" in rds_token(host, 3306, "me", client=client)
    assert f"%2F{region}%2Frds-db" in rds_token(host, 3306, "me", credentials=ours(None), region=region)


def test_without_any_region_there_is_an_error():
    """A name that tells no region needs one."""
    with pytest.raises(MissingRegionError):
        memorydb_token("my-cluster", "me", credentials=ours(None))


def test_a_token_ends_with_what_signed_it():
    """
    A token is valid for fifteen minutes, or until its session expires. Make a new one for each connection.

    open-metadata/OpenMetadata#28730, warpstreamlabs/bento#757, aws/aws-sdk-java#2617, aws/aws-msk-iam-sasl-signer-net#25.
    """
    soon = NOW + timedelta(minutes=5)
    session = Credentials(KEY, SECRET, "t", soon)
    assert rds_token(HOST, 5432, "me", credentials=session, now=NOW).expiration == soon
    assert rds_token(HOST, 5432, "me", credentials=ours(None), now=NOW).expiration == NOW + timedelta(minutes=15)


def test_a_token_is_text_that_does_not_show_itself():
    """It can be given as a password, copied and pickled, and its repr holds nothing of it."""
    token = rds_token(HOST, 5432, "me", credentials=ours(None), now=NOW)
    assert isinstance(token, str)
    assert "Signature" in token
    assert "Signature" not in repr(token)
    for twin in (copy.deepcopy(token), pickle.loads(pickle.dumps(token))):
        assert (twin, twin.expiration) == (token, token.expiration)


@pytest.mark.parametrize("host", ["", "https://x", "x:5432", "x/y", "x?y", "x y", "-x", None, "x@y"])
def test_a_host_is_only_a_host(host):
    """Anything that would be another part of the URL is refused: it could move the signature elsewhere."""
    with pytest.raises(ConfigError, match="no scheme and no port"):
        rds_token(host, 5432, "me", credentials=ours(None))


@pytest.mark.parametrize(("port", "user"), [(0, "me"), (70000, "me"), ("5432", "me"), (True, "me"), (5432, ""), (5432, None)])
def test_port_and_user_are_checked(port, user):
    """The error names the value."""
    with pytest.raises(ConfigError, match="must be"):
        rds_token(HOST, port, user, credentials=ours(None))
