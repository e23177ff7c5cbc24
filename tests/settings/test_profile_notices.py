"""Notices about sections, keys and quotes of the shared files without effect, each with the probable intention."""

from __future__ import annotations

import pytest

from sts.credentials import default_chain
from sts.errors import STSError
from sts.settings.profile_notices import notices
from sts.settings.profiles import load_profiles
from sts.settings.sections import PROFILE_KEYS, STS_KEYS
from sts.settings.table import SETTINGS


def told(folder, config="", credentials="", name="p"):
    (folder / ".aws").mkdir()
    (folder / ".aws" / "config").write_text(config)
    (folder / ".aws" / "credentials").write_text(credentials)
    return notices(load_profiles({"HOME": str(folder)}), name)


@pytest.mark.parametrize(
    ("config", "credentials", "said"),
    [
        ("[profile p]\nrole_arm = x\n", "", "Unknown key 'role_arm' of profile 'p' in ~/.aws/config has no effect. Did you mean 'role_arn'?"),
        ("[profile p]\nsourceProfile = x\n", "", "Did you mean 'source_profile'?"),
        ("", "[p]\naws_access_key = x\n", "of profile 'p' in ~/.aws/credentials has no effect. Did you mean 'aws_access_key_id'?"),
        ("[profile p]\nsso_session = s\n[sso-session s]\nsso_start_uri = x\n", "", "of [sso-session s] in ~/.aws/config has no effect"),
        ("[profile p]\nregion = 'eu-west-1'\n", "", "The value of region of profile 'p' in ~/.aws/config is in quotes"),
        ("[p]\nregion = x\n", "", "[p] in ~/.aws/config is not used: the correct form is [profile p]"),
        ("[Profile p]\nregion = x\n", "", "[Profile p] in ~/.aws/config is not used: the correct form is [profile p]"),
        ("[sso-sesion s]\nsso_region = x\n", "", "the correct form is [sso-session s]"),
        ("[profile a b]\nregion = x\n", "", "write the name in quotes"),
        ("[profile default]\nregion = x\n[default]\nregion = y\n", "", "[profile default] takes precedence"),
        ("", "[profile p]\nregion = x\n", "write it without 'profile'"),
        ("", "[sso-session p]\nregion = x\n", "move it to the config file"),
        ("[profile p]\naws access key id = x\n", "", "~/.aws/config, line 2: this property is not used, because its name is not valid"),
    ],
)  # fmt: skip
def test_what_has_no_effect_is_told(config, credentials, said, tmp_path):
    """
    Each oddity of the files gives one sentence that names the place.

    aws/aws-sdk-java-v2#3858, boto/botocore#1511 (sections of the other file), boto/botocore#2101 (quotes).
    """
    (one,) = told(tmp_path, config, credentials)
    assert said in one


@pytest.mark.parametrize("key", sorted(PROFILE_KEYS - STS_KEYS))
def test_keys_of_other_tools_are_nothing_special(key, tmp_path):
    """A key that has no effect on STS, but is some other tool's, is not reported."""
    assert told(tmp_path, f"[profile p]\n{key} = x\n") == ()


def test_only_the_profile_that_is_used_is_looked_at(tmp_path):
    """Misspelt keys of other profiles are not reported."""
    assert told(tmp_path, "[profile p]\nregion = a\n[profile q]\nrole_arm = b\n") == ()


def test_notices_show_no_value(tmp_path):
    """A value, which may be a secret, is never shown."""
    assert "SECRET" not in str(told(tmp_path, "", "[p]\naws_secret_acess_key = SECRET\naws_session_token = 'SECRET'\n"))


def test_every_key_that_is_read_is_known():
    """The keys of the settings and of the credential providers are among the known ones."""
    from sts.identity import SOURCES

    read = {key for row in SETTINGS for key in row.keys} | {key for row in SOURCES for key in row.keys}
    assert read <= STS_KEYS


@pytest.mark.parametrize(
    ("config", "credentials", "problem", "told"),
    [
        (
            "[profile p]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profil = base\n",
            "",
            "neither source_profile nor credential_source",
            "Unknown key 'source_profil' of profile 'p' in ~/.aws/config has no effect. Did you mean 'source_profile'?",
        ),
        (
            "[profile p]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = x\n[sso_session s]\nsso_region = x\n",
            "",
            "there is no [sso-session s]",
            "[sso_session s] in ~/.aws/config is not used: the correct form is [sso-session s]",
        ),
        (
            "",
            "[p]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_acces_key = s3cret\n",
            "no aws_secret_access_key",
            "Unknown key 'aws_secret_acces_key' of profile 'p' in ~/.aws/credentials has no effect. Did you mean",
        ),
    ],
)
def test_an_error_about_a_profile_says_what_has_no_effect(config, credentials, problem, told, tmp_path):
    """
    A misspelt key or section is named in the error that it leads to, once and without a value.

    aws/aws-cli#5402, boto/boto3#2560, aws/aws-sdk-java#713.
    """
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(config)
    (tmp_path / ".aws" / "credentials").write_text(credentials)
    (tmp_path / ".aws" / "credentials").chmod(0o600)
    with pytest.raises(STSError) as caught:
        default_chain("p", environ={"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}).retrieve()
    text = str(caught.value)
    assert problem in text
    assert text.count(told) == text.count("Noticed in the shared files:") == 1
    assert "s3cret" not in text
