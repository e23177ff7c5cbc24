"""The Kubernetes client consumes our tokens: the real package sends them, and gets new ones in time."""

from __future__ import annotations

import copy
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

kubernetes = pytest.importorskip("kubernetes")

from sts import STS, Credentials  # noqa: E402
from sts.integrations.kubernetes import refresh_api_key_hook, use_eks_token  # noqa: E402
from sts.testing import LocalSTS  # noqa: E402
from sts.tokens import verify_eks_token  # noqa: E402
from tests.support.aws_service import Service  # noqa: E402

pytestmark = pytest.mark.integration

KEYS = Credentials("AKIDEXAMPLE", "x")


def test_the_client_sends_a_token_that_the_cluster_accepts(local_sts: LocalSTS) -> None:
    """Through the real API client, to a cluster that verifies with STS."""
    with Service("kubernetes", {}) as cluster:
        configuration = kubernetes.client.Configuration(host=cluster.url)
        use_eks_token(configuration, "prod", client=STS(**local_sts.client_options()))
        with kubernetes.client.ApiClient(configuration) as api, pytest.raises(kubernetes.client.ApiException):
            kubernetes.client.VersionApi(api).get_code()

    scheme, _, token = cluster.calls[0].headers["authorization"].partition(" ")
    assert scheme == "Bearer"
    assert verify_eks_token(token, "prod", endpoint=local_sts.url).arn == "arn:aws:iam::123456789012:user/demo"


def test_tokens_are_renewed_before_they_expire() -> None:
    """After twelve of their fourteen minutes. Until then the same token is sent."""
    now = [datetime(2026, 1, 1, tzinfo=timezone.utc)]
    configuration = kubernetes.client.Configuration()
    configuration.refresh_api_key_hook = refresh_api_key_hook("c", now=lambda: now[0], region="us-east-1", credentials=KEYS)

    def sent() -> str | None:
        key: str | None = configuration.get_api_key_with_prefix("authorization")
        return key

    first = sent()
    now[0] += timedelta(minutes=12) - timedelta(seconds=1)
    same = sent()
    now[0] += timedelta(seconds=1)

    assert first == same
    assert first != sent()
    assert str(first).startswith("Bearer k8s-aws-v1.")


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_a_kubeconfig_runs_the_command(
    version: str, local_sts: LocalSTS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As its exec plugin, in either API version. The cluster accepts the printed token."""
    options = local_sts.client_options()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", options["endpoint"])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", options["access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", options["secret_access_key"])
    plugin = {
        "apiVersion": f"client.authentication.k8s.io/{version}",
        "command": sys.executable,
        "args": ["-m", "sts", "eks-token", "--cluster-name", "prod", "--region", options["region"]],
        "env": [{"name": "PYTHONPATH", "value": str(Path(__file__).resolve().parent.parent.parent)}],
        "interactiveMode": "IfAvailable",
    }
    kubeconfig = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "prod", "user": "me"}}],
        "clusters": [{"name": "prod", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "me", "user": {"exec": plugin}}],
    }
    configuration = kubernetes.client.Configuration()
    kubernetes.config.load_kube_config_from_dict(kubeconfig, client_configuration=configuration)
    (token,) = {value.removeprefix("Bearer ") for value in configuration.api_key.values()}

    assert verify_eks_token(token, "prod", endpoint=local_sts.url).arn == "arn:aws:iam::123456789012:user/demo"


@pytest.mark.parametrize("name", ["authorization", "BearerToken"])
def test_what_a_kubeconfig_left_behind_gives_way(name: str) -> None:
    """Loading one leaves an old token, with or without a prefix, under either name."""
    configuration = kubernetes.client.Configuration()
    configuration.api_key[name], configuration.api_key_prefix[name] = "old", "Bearer"
    use_eks_token(configuration, "c", region="us-east-1", credentials=KEYS)
    key = configuration.auth_settings()["BearerToken"]["value"]

    assert key.startswith("Bearer k8s-aws-v1.")


def test_a_configuration_can_be_copied() -> None:
    """As the API client does with the default one."""
    configuration = use_eks_token(kubernetes.client.Configuration(), "c", region="us-east-1", credentials=KEYS)
    copied = copy.deepcopy(configuration)

    assert copied.get_api_key_with_prefix("authorization") == configuration.get_api_key_with_prefix("authorization")
