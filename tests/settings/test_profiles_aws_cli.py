"""Profiles as the AWS CLI writes them: every form of name and value, written by it and read back by it, botocore and us."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from botocore.session import Session

from sts.settings.profiles import load_profiles


def interpreter() -> str | None:
    """Return the Python of the AWS CLI of the registry (`pip install awscli`, in an environment of its own), None without."""
    command = os.environ.get("STS_AWS_CLI") or shutil.which("aws")
    first = Path(command).read_bytes().partition(b"\n")[0] if command else b""
    path = first.removeprefix(b"#!").decode("utf-8", "replace").strip()
    return path if path.startswith("/") and "python" in path.rpartition("/")[2] else None


PYTHON = interpreter()
with_cli = pytest.mark.skipif(not PYTHON, reason="needs the AWS CLI of the registry (set STS_AWS_CLI to its path)")

WRITE = """
import contextlib, io, json, os, sys
from awscli.clidriver import create_clidriver
for home, profile, values in json.load(sys.stdin):
    os.environ["HOME"] = home
    driver = create_clidriver()
    for key, value in values.items():
        with contextlib.redirect_stdout(io.StringIO()):
            code = driver.main(["configure", "set", key, value, f"--profile={profile}"])
        assert code == 0, (profile, key)
"""

NAMES = """plain|Foo Bar|My laptop|Ann's laptop|say "hi" now|tab\tbed|a=b|a#b|a # b|a;b|100%|a:b|$HOME|~|ü ñ|a  b|default|profile
a/b.c@d+e|UPPER lower|x!y|(x)|a,b|{x}|*|-dash|.dot|[a| lead|trail |	tab|a\\ b|a\\\\ b|'q r'|"q r"|a'b c"d|profile
profile x|sso-session|sso-session x|services x|default x|Default|$(x) y|`x` y|# x y|;lead|#lead|<x y>|日 本|😀|123|%(x)s y""".replace(
    "\n", "|"
).split("|")
"""Names that the AWS CLI writes and reads back."""

UNREADABLE = ["O'Brien", 'q"uote', "DOMAIN\\user"]
"""Names whose section of the config file the AWS CLI writes, but neither it nor botocore finds again."""

SECTION = {"aws_access_key_id": "AKID", "aws_secret_access_key": "s/+=", "region": "eu-west-1", "output": "json"}

VALUES = {
    "credential_process": 'helper --arg "team #1" --json',
    "role_arn": "arn:aws:iam::123456789012:role/a/b+c=d,e.f@g-h_i",
    "external_id": "a=b:c/d",
    "role_session_name": "me@example.com",
    "source_profile": "Foo Bar",
    "mfa_serial": "arn:aws:iam::123456789012:mfa/x",
    "ca_bundle": "/a b/c.pem",
    "sso_start_url": "https://x.awsapps.com/start#/",
    "duration_seconds": "3600",
    "web_identity_token_file": "~/tokens/$USER [1]",
    "endpoint_url": "https://[::1]:4566/a?b=c",
    "s3.max_concurrent_requests": "5",
}


def written(tmp_path: Path, cases: list[tuple[str, dict[str, str]]]) -> list[tuple[str, str]]:
    """Let the AWS CLI write each case into a separate home directory. Return the home and profile of each."""
    homes = []
    for number, (profile, _) in enumerate(cases):
        (home := tmp_path / str(number)).mkdir()
        homes.append((str(home), profile))
    job = json.dumps([(home, profile, values) for (home, profile), (_, values) in zip(homes, cases, strict=True)])
    subprocess.run([str(PYTHON), "-c", WRITE], input=job, text=True, check=True, timeout=300)
    return homes


@with_cli
def test_every_name_the_aws_cli_writes_is_read_as_botocore_reads_it(tmp_path, monkeypatch):
    """
    A profile of any name has the same properties for botocore and for us.

    aws/aws-cli#2806, 61418/aws-sso-util#16, awslabs/aws-sdk-rust#1097.
    """
    for home, name in written(tmp_path, [(name, SECTION) for name in NAMES]):
        monkeypatch.setenv("HOME", home)
        theirs = Session(profile=name).get_scoped_config()
        assert load_profiles({"HOME": home}).section(name) == theirs == SECTION, name


@with_cli
def test_names_that_only_we_read_back(tmp_path):
    """
    The AWS CLI writes a quote or backslash in a name without spaces unchanged. botocore reads it as shell quoting and finds
    nothing.
    """
    for home, name in written(tmp_path, [(name, SECTION) for name in UNREADABLE]):
        assert load_profiles({"HOME": home}).section(name) == SECTION, name


FORMS = """plain|a b|a#b|a;b|a = b|=lead|:x|a:b|"half|100%|%(x)s|$HOME/x|~|~/x|\\\\server\\x|C:\\a b\\c|ü ñ|tab\there|[x]|a]b|a\\nb|true|-1
*|a,b|{"a": 1}|a\\|a  b|https://x/start#/|日本|x\u00a0y|a "b" 'c'|trail | lead|""".replace("\n", "|").split("|")
"""Values, in the forms that the AWS CLI writes without a word and reads back."""

KEYS = ("external_id", "credential_process", "aws_secret_access_key", "ca_bundle", "my_own", "MixedCase", "with-dash", "a.b.c")


@with_cli
def test_every_value_the_aws_cli_writes_is_read_as_botocore_reads_it(tmp_path, monkeypatch):
    """A value with quotes, signs and spaces means the same to botocore and to us."""
    ((home, name),) = written(tmp_path, [("values", VALUES)])
    monkeypatch.setenv("HOME", home)
    theirs = Session(profile=name).get_scoped_config()
    assert load_profiles({"HOME": home}).section(name) == theirs
    assert theirs["s3"] == {"max_concurrent_requests": "5"}
    assert {key: theirs[key] for key in VALUES if key in theirs} == {
        key: text for key, text in VALUES.items() if "." not in key
    }


@with_cli
def test_every_form_of_a_value_is_read_as_botocore_reads_it(tmp_path, monkeypatch):
    """Each form as a text, a command, a secret, a path, and as a key that no tool reads."""
    for home, name in written(tmp_path, [("forms", dict.fromkeys(KEYS, form)) for form in FORMS]):
        monkeypatch.setenv("HOME", home)
        theirs = Session(profile=name).get_scoped_config()
        assert load_profiles({"HOME": home}).section(name) == theirs, theirs
        assert len(theirs) == len(KEYS)


@with_cli
def test_a_profile_that_another_names_may_hold_the_sign_of_a_comment(tmp_path, monkeypatch):
    """`source_profile = team #1` is the profile "team #1" to botocore, the AWS CLI and us, since it is there."""
    names = ["team #1", "team ;1", "a # b"]
    cases = [(name, SECTION | {"source_profile": name, "web_identity_token_file": __file__ + " #1"}) for name in names]
    (tmp_path / "0").mkdir()
    subprocess.run(
        [str(PYTHON), "-c", WRITE], input=json.dumps([(str(tmp_path / "0"), *case) for case in cases]), text=True, check=True
    )
    monkeypatch.setenv("HOME", str(tmp_path / "0"))
    for name in names:
        ours = load_profiles({"HOME": str(tmp_path / "0")}).section(name)
        assert ours["source_profile"] == Session(profile=name).get_scoped_config()["source_profile"] == name
        assert ours["web_identity_token_file"] == __file__


def test_brackets_in_a_name(tmp_path, monkeypatch):
    """
    `[profile [PROD]-x]` is the profile "[PROD]-x" to botocore and to us, whatever comment follows.

    61418/aws-sso-util#31.
    """
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(
        "[profile [PROD]-x]\nregion = a\n[profile a]b]\nregion = b\n[profile c]\nregion = c\n"
    )
    (tmp_path / ".aws" / "credentials").write_text("[[PROD]-x]\naws_access_key_id = AKID\n[a[b]]\naws_access_key_id = AKID\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    theirs = Session().full_config["profiles"]
    assert load_profiles({"HOME": str(tmp_path)}).profiles == theirs
    assert set(theirs) == {"[PROD]-x", "a]b", "c", "a[b]"}


BY_HAND = {
    "nested": "[profile p]\ns3 =\n  a = 1\n  b = 2\nregion = x\n",
    "colon": "[profile p]\nregion: eu-west-1\nrole_arn: arn:aws:iam::1:role/x\n",
    "no spaces": "[profile p]\nregion=eu-west-1\noutput=json",
    "carriage returns": "[profile p]\r\nregion = eu-west-1\r\n",
    "comments": "# one\n; two\n[profile p]\n# three\nregion = eu-west-1\n",
    "capitals": "[profile p]\nREGION = eu-west-1\nAws_Access_Key_Id = AKID\n",
    "empty": "[profile p]\nregion =\noutput = \n",
    "tabs": "[profile\tp]\nregion\t=\teu-west-1\n",
    "spaces in header": "[profile   p]\nregion = eu-west-1\n",
    "quoted header": '[profile "p"]\nregion = eu-west-1\n',
    "blank lines": "\n\n[profile p]\n\nregion = eu-west-1\n\n\noutput = json\n",
    "signs": "[profile p]\nexternal_id = a=b:c;d#e\n",
    "continued": "[profile p]\ncredential_process = helper\n  --json\n",
    "other sections": "[plugins]\ncli_legacy_plugin_path = /x\n[preview]\ncloudfront = true\n[profile p]\nregion = x\n",
}
"""Files by hand, in the forms that boto3 reads."""


@pytest.mark.parametrize("form", BY_HAND)
def test_every_form_of_a_file_that_boto3_reads_is_read_the_same(form, tmp_path, monkeypatch):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_bytes(BY_HAND[form].encode())
    monkeypatch.setenv("HOME", str(tmp_path))
    theirs = Session(profile="p").get_scoped_config()
    assert load_profiles({"HOME": str(tmp_path)}).section("p") == theirs != {}
