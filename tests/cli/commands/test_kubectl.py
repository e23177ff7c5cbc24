"""The real kubectl runs `sts eks-token` as its credential plugin and sends the token to a cluster, which verifies it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sts.testing import LocalSTS
from sts.tokens import verify_eks_token
from tests.support.wire import Authority, WireServer, answering, reply, server_tls

pytestmark = pytest.mark.integration

KUBECTL = shutil.which("kubectl")


def kubeconfig(url: str, authority: str, api_version: str) -> str:
    """Return a configuration as `aws eks update-kubeconfig` writes it, with our command in the place of `aws`."""
    plugin = {
        "apiVersion": api_version,
        "command": sys.executable,
        "args": ["-m", "sts", "eks-token", "--cluster-name", "prod", "--profile", "prod"],
        "interactiveMode": "Never",
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "prod", "cluster": {"server": url, "certificate-authority": authority}}],
            "users": [{"name": "me", "user": {"exec": plugin}}],
            "contexts": [{"name": "prod", "context": {"cluster": "prod", "user": "me"}}],
            "current-context": "prod",
        }
    )


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_kubectl_sends_our_token(version: str, server: LocalSTS, environ: dict[str, str], tmp_path: Path) -> None:
    """In both versions of the protocol. The cluster reads the role of the profile from it."""
    authority = Authority(tmp_path)
    answer = reply(b'{"major": "1", "minor": "30", "gitVersion": "v1.30.0"}', "200 OK", "Content-Type: application/json")
    tls = server_tls(authority.sign("cluster", "127.0.0.1"))
    with WireServer(answering(answer), tls) as cluster:
        config = tmp_path / "kubeconfig"
        config.write_text(kubeconfig(cluster.url, authority.file, f"client.authentication.k8s.io/{version}"))
        command = [str(KUBECTL), "--kubeconfig", str(config), "get", "--raw", "/version"]
        done = subprocess.run(command, env=environ, capture_output=True, text=True)
        heads = [head.decode() for head, _ in cluster.requests]
    assert done.returncode == 0, done.stderr
    assert "v1.30.0" in done.stdout
    token = heads[0].partition("Bearer ")[2].split()[0]
    assert verify_eks_token(token, "prod", endpoint=server.url).canonical_arn == server.role.arn
