"""MFA devices: who supplies the codes, and which devices have none."""

from __future__ import annotations

import pytest

from sts.credentials.normalize import provider_of
from sts.credentials.providers.mfa import SessionTokenProvider
from sts.errors import CredentialsError


@pytest.mark.parametrize("kind", ["u2f/user/me/default-ABC", "fido2/user/me", "passkey/me"])
def test_a_fido_device_is_told_before_anybody_is_asked(kind: str) -> None:
    """
    A security key has no codes, and STS would reject any input.

    aws/aws-cli#3607, aws/aws-cli#4094, broamski/aws-mfa#34.
    """
    asked: list[str] = []
    provider = SessionTokenProvider(
        provider_of({"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "s" * 40}),
        mfa=lambda serial: asked.append(serial) or "123456",
        mfa_serial=f"arn:aws:iam::123456789012:{kind}",
    )
    with pytest.raises(CredentialsError, match="FIDO security key"):
        provider.retrieve()
    assert asked == []
    with pytest.raises(CredentialsError, match="FIDO security key"):  # not "pass mfa=", which would not help
        SessionTokenProvider(provider.source, mfa_serial=f"arn:aws:iam::123456789012:{kind}")
