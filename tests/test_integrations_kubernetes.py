"""The Kubernetes client consumes our tokens: the real package sends them, and gets new ones in time."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta, timezone

import pytest

kubernetes = pytest.importorskip("kubernetes")

from sts import STS, Credentials  # noqa: E402
from sts.integrations.kubernetes import refresh_api_key_hook, use_eks_token  # noqa: E402
from sts.testing import LocalSTS  # noqa: E402
from sts.tokens import verify_eks_token  # noqa: E402
from tests.aws_service import Service  # noqa: E402

KEYS = Credentials("AKIDEXAMPLE", "x")


def test_the_client_sends_a_token_that_the_cluster_accepts(local_sts: LocalSTS) -> None:
    """Through the real API client, to a cluster that asks STS."""
    with Service("kubernetes", {}) as cluster:
        configuration = kubernetes.client.Configuration(host=cluster.url)
        use_eks_token(configuration, "prod", client=STS(**local_sts.client_options()))
        with kubernetes.client.ApiClient(configuration) as api, pytest.raises(kubernetes.client.ApiException):
            kubernetes.client.VersionApi(api).get_code()

    scheme, _, token = cluster.calls[0].headers["authorization"].partition(" ")
    assert scheme == "Bearer"
    assert verify_eks_token(token, "prod", endpoint=local_sts.url).arn == "arn:aws:iam::123456789012:user/demo"


def test_tokens_are_renewed_before_they_expire() -> None:
    """After twelve of their fourteen minutes; until then the same one is sent."""
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
