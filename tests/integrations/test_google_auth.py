"""google-auth uses our credentials: the real package signs, and STS accepts the signature."""

from __future__ import annotations

import json
import urllib.parse
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

google_auth = pytest.importorskip("google.auth.aws")

from google.auth import _helpers, exceptions  # noqa: E402

from sts import STS, Credentials, assume_role_credentials  # noqa: E402
from sts.http import HttpRequest  # noqa: E402
from sts.integrations.google_auth import CredentialsSupplier, google_credentials  # noqa: E402
from sts.testing import LocalSTS  # noqa: E402
from tests.support.detour import Detour  # noqa: E402

pytestmark = pytest.mark.integration

DATA = Path(__file__).parent.parent / "data/token-vectors"
EKS = json.loads((DATA / "vectors_eks.json").read_text("utf-8"))
VECTOR = json.loads((DATA / "vectors_vault_gcp.json").read_text("utf-8"))["gcp/raw_options"]
SESSION = Credentials(EKS["access_key"], EKS["secret_key"], EKS["session_token"])
AUDIENCE = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x"


def test_the_signed_request_is_byte_for_byte_the_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    """With keys that came from us."""
    monkeypatch.setattr(_helpers, "utcnow", lambda: datetime.fromisoformat(EKS["now"]))
    supplier = CredentialsSupplier(SESSION, region="us-east-1")
    signer = google_auth.RequestSigner(supplier.get_aws_region(None, None))
    url = VECTOR["url"]

    assert signer.get_request_options(supplier.get_aws_security_credentials(None, None), url, "POST") == VECTOR


@pytest.mark.parametrize("role", [False, True], ids=["user", "role"])
def test_sts_accepts_the_subject_token(role: bool, local_sts: LocalSTS) -> None:
    """As Google would send it, for a user and for a role that renews itself."""
    options = local_sts.client_options()
    credentials: Any = STS(**options)
    if role:
        credentials = assume_role_credentials(local_sts.role.arn, session_name="gcp", client_options=options)
    made = google_credentials(AUDIENCE, credentials)
    token = json.loads(urllib.parse.unquote(made.retrieve_subject_token(None)))
    headers = {header["key"]: header["value"] for header in token["headers"]}
    parts = urllib.parse.urlsplit(token["url"])
    control: Any = None
    answer = Detour(local_sts.url).send(HttpRequest("POST", f"https://{parts.netloc}/?{parts.query}", headers), control=control)

    assert answer.status == 200, answer.body
    assert (b"assumed-role/demo/gcp" if role else b"user/demo") in answer.body
    assert headers["x-goog-cloud-target-resource"] == AUDIENCE
    assert parts.netloc == "sts.us-east-1.amazonaws.com"


def test_keys_are_kept_between_googles_questions(local_sts: LocalSTS) -> None:
    """google-auth fetches the keys each time and caches nothing."""
    supplier = CredentialsSupplier(assume_role_credentials(local_sts.role.arn, client_options=local_sts.client_options()))
    first = supplier.get_aws_security_credentials(None, None)

    assert supplier.get_aws_security_credentials(None, None) == first
    assert [call.operation for call in local_sts.calls] == ["AssumeRole"]


def test_a_service_account_is_impersonated(local_sts: LocalSTS) -> None:
    """If one is named."""
    made = google_credentials(AUDIENCE, SESSION, region="us-east-1", service_account="me@p.iam.gserviceaccount.com")

    assert made.service_account_email == "me@p.iam.gserviceaccount.com"


def test_errors_are_googles_and_say_whether_to_try_again(local_sts: LocalSTS) -> None:
    """With the reason in the text."""
    options = local_sts.client_options()
    supplier = CredentialsSupplier(assume_role_credentials("arn:aws:iam::123456789012:role/none", client_options=options))

    with pytest.raises(exceptions.RefreshError, match="AccessDenied") as denied:
        supplier.get_aws_security_credentials(None, None)
    local_sts.inject("unavailable", times=9)
    throttled = CredentialsSupplier(assume_role_credentials(local_sts.role.arn, client_options={**options, "max_attempts": 1}))
    with pytest.raises(exceptions.RefreshError) as unavailable:
        throttled.get_aws_security_credentials(None, None)
    with pytest.raises(exceptions.RefreshError, match="No region"):
        CredentialsSupplier(SESSION).get_aws_region(None, None)

    assert (denied.value.retryable, unavailable.value.retryable) == (False, True)


def test_the_region_is_also_that_of_the_roles_own_call(
    local_sts: LocalSTS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a profile's role is assumed first."""
    options = local_sts.client_options()
    config = tmp_path / "config"
    config.write_text(
        f"[profile user]\naws_access_key_id = {options['access_key_id']}\n"
        f"aws_secret_access_key = {options['secret_access_key']}\n"
        f"[profile role]\nrole_arn = {local_sts.role.arn}\nsource_profile = user\nregion = us-west-2\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", options["endpoint"])
    supplier = CredentialsSupplier(region="eu-west-1", profile="role")

    assert supplier.get_aws_security_credentials(None, None).access_key_id.startswith("ASIA")
    assert supplier.get_aws_region(None, None) == "eu-west-1"
    assert "/eu-west-1/sts/" in local_sts.calls[-1].headers["authorization"]
