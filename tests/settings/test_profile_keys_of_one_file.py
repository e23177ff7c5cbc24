"""A profile in both files: key id, secret and token are those of one of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.session import Session

from sts.credentials import SharedFilesProvider
from sts.errors import CredentialsError
from tests.support.http_server import files

ID, SECRET, TOKEN = "aws_access_key_id = {0}ID\n", "aws_secret_access_key = {0}SECRET\n", "aws_session_token = {0}TOKEN\n"
PARTS = [ID + SECRET, ID + SECRET + TOKEN, ID, SECRET, TOKEN, SECRET + TOKEN, ""]


@pytest.mark.parametrize("credentials", PARTS, ids=range(len(PARTS)))
@pytest.mark.parametrize("config", PARTS, ids=range(len(PARTS)))
def test_keys_of_two_files_are_never_mixed(
    config: str, credentials: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are the same that botocore finds. If one half is missing, there are no keys."""
    profile = f"[profile p]\nregion = us-east-1\n{config.format('CONFIG')}"
    environ = files(tmp_path, profile, f"[p]\n{credentials.format('FILE')}")
    try:
        found = SharedFilesProvider("p", environ=environ).retrieve()
    except CredentialsError:
        return
    parts = [part for part in (found.access_key_id, found.secret_access_key, found.session_token) if part]
    assert len({part.startswith("CONFIG") for part in parts}) == 1
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / ".aws" / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / ".aws" / "credentials"))
    theirs = Session(profile="p").get_credentials()
    assert (theirs.access_key, theirs.secret_key, theirs.token) == (
        found.access_key_id,
        found.secret_access_key,
        found.session_token,
    )
