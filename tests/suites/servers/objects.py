"""Storing and reading an object with temporary credentials, signed by each of our integrations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

REGION = "us-east-1"
BUCKET, NAME = "with-credentials-of-a-role", "a b+c/é~(1).txt"
BODY = "straße\n".encode()


def with_requests(url: str, credentials: Any) -> bytes:
    """Use requests with our authentication."""
    import requests

    from sts.integrations.requests_auth import SigV4Auth

    with requests.Session() as session:
        session.auth = SigV4Auth("s3", REGION, credentials)
        where = f"{url}/{BUCKET}"
        session.put(where, timeout=10)
        session.put(f"{where}/{quote(NAME)}", data=BODY, timeout=10).raise_for_status()
        session.get(where, params={"list-type": "2", "prefix": "a b+", "delimiter": "/"}, timeout=10).raise_for_status()
        return session.get(f"{where}/{quote(NAME)}", timeout=10).content


def with_httpx(url: str, credentials: Any) -> bytes:
    """Use httpx with our authentication."""
    httpx = pytest.importorskip("httpx", reason="httpx is not installed; pip install '.[servers]'")
    from sts.integrations.httpx_auth import SigV4Auth

    with httpx.Client(auth=SigV4Auth("s3", REGION, credentials), timeout=10) as session:
        where = f"{url}/{BUCKET}"
        session.put(where)
        session.put(f"{where}/{quote(NAME)}", content=BODY).raise_for_status()
        session.get(where, params={"list-type": "2", "prefix": "a b+", "delimiter": "/"}).raise_for_status()
        return bytes(session.get(f"{where}/{quote(NAME)}").content)


def with_boto3(url: str, credentials: Any) -> bytes:
    """Use boto3 with our credentials."""
    pytest.importorskip("boto3", reason="boto3 is not installed; pip install '.[servers]'")
    from sts.integrations.boto3 import to_boto3_session

    s3 = to_boto3_session(credentials, region=REGION).client("s3", endpoint_url=url)
    try:
        s3.head_bucket(Bucket=BUCKET)
    except s3.exceptions.ClientError:
        s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=NAME, Body=BODY)
    body: bytes = s3.get_object(Bucket=BUCKET, Key=NAME)["Body"].read()
    return body


WAYS: tuple[Callable[[str, Any], bytes], ...] = (with_requests, with_httpx, with_boto3)
"""Functions from a server's URL and credentials to the content that was read."""
