"""
Corner cases of files and environment compared with botocore: the same outcome, or a difference with its reason.

In the texts ` | ` ends a line, `K:X` stands for the keys AKIAX, `R:x` for the role x, `S:` for an SSO account and role, `W:` for
where SSO is, `P:` for a process that prints keys, and `T:` for the file of a web identity token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sts.credentials import default_chain
from sts.credentials.refresh.cache import CachedProvider
from sts.errors import CredentialsError
from tests.support.botocore_credentials import Setup, answer, ours, prepare, theirs
from tests.support.http_server import HTTPServer

HERE = {"AWS_ENDPOINT_URL": "{server}", "AWS_DEFAULT_REGION": "eu-west-1"}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s"}
PRINTED = json.dumps({"Version": 1, "AccessKeyId": "AKIAP", "SecretAccessKey": "s", "SessionToken": "t"})
SHORT = {
    r"K:(\w+)": r"aws_access_key_id = AKIA\1\naws_secret_access_key = s",
    r"R:(\w+)": r"role_arn = arn:aws:iam::123456789012:role/\1",
    r"S:": "sso_account_id = 123456789012\nsso_role_name = R",
    r"W:": "sso_start_url = https://start\nsso_region = us-east-1",
    r"P:": f"echo '{PRINTED}'",
    r"T:": "web_identity_token_file = {home}/token",
}

# Name, config file, credentials file, environment, explicit profile.
SAME = [
    ("role in credentials file", "[profile base] | K:BASE", "[default] | R:c | source_profile = base", HERE, None),
    ("source only in credentials", "[default] | R:c | source_profile = base", "[base] | K:B2", HERE, None),
    ("source is process", "[default] | R:c | source_profile = p | [profile p] | credential_process = P:", "", HERE, None),
    ("source is sso", "[default] | R:c | source_profile = p | [profile p] | S: | W:", "", HERE, None),
    (
        "source is sso-session",
        "[default] | R:c | source_profile = p | [profile p] | S: | sso_session = work | [sso-session work] | W:",
        "",
        HERE,
        None,
    ),
    ("source is web", "[default] | R:c | source_profile = p | [profile p] | R:w | T:", "", HERE, None),
    ("source web w/out role", "[default] | R:c | source_profile = p | [profile p] | T:", "", HERE, None),
    ("source missing", "[default] | R:c | source_profile = gone", "", HERE, None),
    ("source without creds", "[default] | R:c | source_profile = p | [profile p] | region = us-east-1", "", HERE, None),
    ("source_profile default explicit", "[default] | K:D | [profile dev] | R:c | source_profile = default", "", HERE, "dev"),
    (
        "source with named source",
        "[default] | R:c | source_profile = p | [profile p] | R:p | credential_source = Environment",
        "",
        {**HERE, **KEYS},
        "default",
    ),
    (
        "three deep",
        "[default] | R:c | source_profile = p | [profile p] | R:p | source_profile = q | [profile q] | R:q | source_profile = base | [profile base] | K:BASE",
        "",
        HERE,
        None,
    ),
    (
        "middle has keys",
        "[default] | R:c | source_profile = p | [profile p] | R:p | K:M | source_profile = base | [profile base] | K:BASE",
        "",
        HERE,
        None,
    ),
    (
        "middle half keys",
        "[default] | R:c | source_profile = p | [profile p] | R:p | aws_access_key_id = AKIAH | source_profile = base | [profile base] | K:BASE",
        "",
        HERE,
        None,
    ),
    ("self keys", "[default] | R:c | K:S | source_profile = default", "", HERE, None),
    ("self process", "[default] | R:c | credential_process = P: | source_profile = default", "", HERE, None),
    ("self none", "[default] | R:c | source_profile = default", "", HERE, None),
    ("cycle", "[default] | R:c | source_profile = p | [profile p] | R:p | source_profile = default", "", HERE, None),
    (
        "both sources",
        "[default] | R:c | source_profile = base | credential_source = Environment | [profile base] | K:BASE",
        "",
        {**HERE, **KEYS},
        "default",
    ),
    ("no source", "[default] | R:c", "", HERE, None),
    ("no source with keys", "[default] | R:c | K:X", "", HERE, None),
    ("no source with process", "[default] | R:c | credential_process = P:", "", HERE, None),
    ("bad credential_source", "[default] | R:c | credential_source = ecscontainer", "", HERE, None),
    ("named env missing", "[default] | R:c | credential_source = Environment", "", HERE, "default"),
    ("named env half", "[default] | R:c | credential_source = Environment", "", {**HERE, "AWS_ACCESS_KEY_ID": "A"}, "default"),
    (
        "named env token",
        "[default] | R:c | credential_source = Environment",
        "",
        {**HERE, **KEYS, "AWS_SECURITY_TOKEN": "o", "AWS_SESSION_TOKEN": "t"},
        "default",
    ),
    ("named ecs missing", "[default] | R:c | credential_source = EcsContainer", "", HERE, None),
    (
        "named ecs",
        "[default] | R:c | credential_source = EcsContainer",
        "",
        {**HERE, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{server}/container"},
        None,
    ),
    ("named imds disabled", "[default] | R:c | credential_source = Ec2InstanceMetadata", "", HERE, None),
    (
        "named imds",
        "[default] | R:c | credential_source = Ec2InstanceMetadata",
        "",
        {**HERE, "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{server}"},
        None,
    ),
    (
        "upper keys",
        "[default] | ROLE_ARN = arn:aws:iam::123456789012:role/u | Source_Profile = base | [profile base] | K:BASE",
        "",
        HERE,
        None,
    ),
    ("quoted profile", '[profile "my prof"] | K:Q', "", HERE, "my prof"),
    (
        "process account",
        '[default] | credential_process = echo \'{"Version": 1, "AccessKeyId": "AKIAP", "SecretAccessKey": "s", "SessionToken": "t", "AccountId": "111122223333"}\' | aws_account_id = 999988887777',
        "",
        HERE,
        None,
    ),
    ("process account profile", "[default] | credential_process = P: | aws_account_id = 999988887777", "", HERE, None),
    ("process fail", "[default] | credential_process = false", "", HERE, None),
    ("process missing", "[default] | credential_process = /nope/x", "", HERE, None),
    ("process junk", "[default] | credential_process = echo hi", "", HERE, None),
    (
        "process v2",
        '[default] | credential_process = echo \'{"Version": 2, "AccessKeyId": "AKIAP", "SecretAccessKey": "s", "SessionToken": "t"}\'',
        "",
        HERE,
        None,
    ),
    (
        "process no secret",
        '[default] | credential_process = echo \'{"Version": 1, "AccessKeyId": "AKIAP", "SessionToken": "t"}\'',
        "",
        HERE,
        None,
    ),
    (
        "process no token",
        '[default] | credential_process = echo \'{"Version": 1, "AccessKeyId": "AKIAP", "SecretAccessKey": "s"}\'',
        "",
        HERE,
        None,
    ),
    (
        "process quotes",
        '[default] | credential_process = sh -c "echo \'{\\"Version\\":1,\\"AccessKeyId\\":\\"A\\",\\"SecretAccessKey\\":\\"s\\"}\'"',
        "",
        HERE,
        None,
    ),
    ("process and keys", "[default] | credential_process = P: | K:C", "", HERE, None),
    ("process and keys in credentials", "[default] | credential_process = P:", "[default] | K:C", HERE, None),
    ("process in credentials file", "", "[default] | credential_process = P:", HERE, None),
    (
        "process exp null",
        '[default] | credential_process = echo \'{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":null}\'',
        "",
        HERE,
        None,
    ),
    (
        "process exp bad",
        '[default] | credential_process = echo \'{"Version": 1, "AccessKeyId": "AKIAP", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "soon"}\'',
        "",
        HERE,
        None,
    ),
    (
        "process exp offset",
        '[default] | credential_process = echo \'{"Version": 1, "AccessKeyId": "AKIAP", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "2199-01-01T00:00:00+02:00"}\'',
        "",
        HERE,
        None,
    ),
    (
        "env exp",
        "",
        "",
        {**HERE, **KEYS, "AWS_CREDENTIAL_EXPIRATION": "2199-01-01T00:00:00Z", "AWS_ACCOUNT_ID": "123456789012"},
        None,
    ),
    ("env empty key", "[default] | K:D", "", {**HERE, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "s"}, None),
    ("env empty token", "", "", {**HERE, **KEYS, "AWS_SESSION_TOKEN": ""}, None),
    ("env only secret", "[default] | K:D", "", {**HERE, "AWS_SECRET_ACCESS_KEY": "s"}, None),
    ("profile missing", "", "", {**HERE, "AWS_PROFILE": "gone"}, None),
    ("profile missing explicit", "", "", {**HERE, **KEYS}, "gone"),
    ("explicit beats env", "[profile dev] | K:D", "", {**HERE, **KEYS}, "dev"),
    ("env beats AWS_PROFILE", "[profile dev] | K:D", "", {**HERE, **KEYS, "AWS_PROFILE": "dev"}, None),
    ("explicit empty profile", "[profile dev] | region = us-east-1", "", {**HERE, **KEYS}, "dev"),
    (
        "explicit with container",
        "[profile dev] | region = us-east-1",
        "",
        {**HERE, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{server}/container"},
        "dev",
    ),
    (
        "web env with explicit",
        "[profile dev] | K:D",
        "",
        {**HERE, "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/e"},
        "dev",
    ),
    (
        "web env with AWS_PROFILE role",
        "[profile dev] | R:c | source_profile = base | [profile base] | K:BASE",
        "",
        {
            **HERE,
            "AWS_PROFILE": "dev",
            "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token",
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/e",
        },
        None,
    ),
    (
        "web env with AWS_PROFILE keys",
        "[profile dev] | K:D",
        "",
        {
            **HERE,
            "AWS_PROFILE": "dev",
            "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token",
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/e",
        },
        None,
    ),
    (
        "web env with gone AWS_PROFILE",
        "",
        "",
        {
            **HERE,
            "AWS_PROFILE": "gone",
            "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token",
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/e",
        },
        None,
    ),
    (
        "web profile env name",
        "[default] | R:w | T: | role_session_name = prof",
        "",
        {**HERE, "AWS_ROLE_SESSION_NAME": "envname"},
        None,
    ),
    ("web file missing", "[default] | R:w | web_identity_token_file = {home}/nope", "", HERE, None),
    ("web role env file profile", "[default] | T:", "", {**HERE, "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/e"}, None),
    ("web file env role profile", "[default] | R:w", "", {**HERE, "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token"}, None),
    ("web and source", "[default] | R:w | T: | source_profile = base | [profile base] | K:BASE", "", HERE, None),
    ("web and keys", "[default] | R:w | T: | K:Z", "", HERE, None),
    (
        "container token newline",
        "",
        "",
        {**HERE, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{server}/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\nb"},
        None,
    ),
    ("container bad host", "", "", {**HERE, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/x"}, None),
    (
        "container file missing",
        "",
        "",
        {
            **HERE,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{server}/container",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/nope",
        },
        None,
    ),
    ("container localhost", "", "", {**HERE, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{local}/container"}, None),
    ("imds TRUE", "", "", {**HERE, "AWS_EC2_METADATA_DISABLED": "TRUE", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{server}"}, None),
    ("imds yes", "", "", {**HERE, "AWS_EC2_METADATA_DISABLED": "yes", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{server}"}, None),
    (
        "imds profile endpoint",
        "[default] | ec2_metadata_service_endpoint = {server}",
        "",
        {**HERE, "AWS_EC2_METADATA_DISABLED": "false"},
        None,
    ),
    (
        "imds profile endpoint slash",
        "[default] | ec2_metadata_service_endpoint = {server}/",
        "",
        {**HERE, "AWS_EC2_METADATA_DISABLED": "false"},
        None,
    ),
    ("sso mismatch", "[default] | S: | sso_session = work | sso_region = eu-west-1 | [sso-session work] | W:", "", HERE, None),
    ("sso no region", "[default] | S: | sso_start_url = https://start", "", HERE, None),
    ("sso only account", "[default] | sso_account_id = 123456789012", "", HERE, None),
    ("sso only start", "[default] | W: | K:T", "", HERE, None),
    ("sso session only", "[default] | sso_session = work | K:T | [sso-session work] | W:", "", HERE, None),
    ("sso session gone", "[default] | S: | sso_session = gone", "", HERE, None),
    ("sso and keys", "[default] | S: | W: | K:T", "", HERE, None),
    ("sso other url", "[default] | S: | sso_start_url = https://other | sso_region = us-east-1", "", HERE, None),
    ("sso in credentials file", "", "[default] | S: | W:", HERE, None),
    ("sso url with hash", "[default] | S: | sso_start_url = https://start/# | sso_region = us-east-1", "", HERE, None),
    ("login gone", "[default] | login_session = arn:x", "", HERE, None),
    ("login and keys config", "[default] | login_session = arn:x | K:L", "", HERE, None),
    ("login and keys creds", "[default] | login_session = arn:x", "[default] | K:L", HERE, None),
    ("duration 0", "[default] | R:c | source_profile = base | duration_seconds = 0 | [profile base] | K:BASE", "", HERE, None),
    (
        "duration neg",
        "[default] | R:c | source_profile = base | duration_seconds = -5 | [profile base] | K:BASE",
        "",
        HERE,
        None,
    ),
    (
        "duration small",
        "[default] | R:c | source_profile = base | duration_seconds = 5 | [profile base] | K:BASE",
        "",
        HERE,
        None,
    ),
    ("creds half config whole", "[default] | K:W", "[default] | aws_access_key_id = A", HERE, None),
    ("token in config keys in creds", "[default] | aws_session_token = t", "[default] | K:W", HERE, None),
    ("config keys half", "[default] | aws_access_key_id = A", "", HERE, None),
    ("config secret only", "[default] | aws_secret_access_key = s", "", HERE, None),
    ("creds half", "", "[default] | aws_access_key_id = A", HERE, None),
    ("both files", "[default] | K:CONF", "[default] | K:CRED", HERE, None),
    (
        "region of role profile",
        "[default] | R:c | source_profile = base | region = ap-south-2 | [profile base] | K:BASE | region = us-west-2",
        "",
        {"AWS_ENDPOINT_URL": "{server}"},
        None,
    ),
    (
        "region of middle",
        "[default] | R:c | source_profile = p | region = eu-west-3 | [profile p] | R:p | source_profile = base | region = ap-south-2 | [profile base] | K:BASE",
        "",
        {"AWS_ENDPOINT_URL": "{server}"},
        None,
    ),
    (
        "url of role profile",
        "[default] | R:c | source_profile = p | region = eu-west-3 | endpoint_url = {server}/a | [profile p] | R:p | source_profile = base | endpoint_url = {server}/b | [profile base] | K:BASE",
        "",
        {},
        None,
    ),
    (
        "url services",
        "[default] | R:c | source_profile = base | services = s | endpoint_url = {server}/a | [profile base] | K:BASE | [services s] | sts = |   endpoint_url = {server}/s",
        "",
        {"AWS_DEFAULT_REGION": "eu-west-1"},
        None,
    ),
    (
        "services gone",
        "[default] | R:c | source_profile = base | services = gone | endpoint_url = {server}/a | [profile base] | K:BASE",
        "",
        {"AWS_DEFAULT_REGION": "eu-west-1"},
        None,
    ),
    ("ignore profile", "[default] | K:I | ignore_configured_endpoint_urls = true", "", HERE, None),
    ("AWS_DEFAULT_PROFILE", "[profile dev] | K:D", "", {**HERE, "AWS_DEFAULT_PROFILE": "dev"}, None),
    ("bad config file no env", "[default | x", "", HERE, None),
    ("bad creds file", "[default] | K:D", "[default", HERE, None),
]

# The same, and why it differs.
DIFFERENT = [
    (
        "env expired",
        "",
        "",
        {**HERE, **KEYS, "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"},
        None,
        "an expired session of the environment: the chain gives it, and the refresher refuses it, saying so",
    ),
    (
        "env padded",
        "",
        "",
        {**HERE, "AWS_ACCESS_KEY_ID": " AKIA ", "AWS_SECRET_ACCESS_KEY": "s"},
        None,
        "blanks around a variable are dropped: no key has any",
    ),
    (
        "web tilde",
        "[default] | R:w | web_identity_token_file = ~/token",
        "",
        HERE,
        None,
        "`~` in web_identity_token_file is the home directory",
    ),
    (
        "duration plus",
        "[default] | R:c | source_profile = base | duration_seconds = +900 | [profile base] | K:BASE",
        "",
        HERE,
        None,
        "duration_seconds is digits",
    ),
    (
        "session name bad",
        "[default] | R:c | source_profile = base | role_session_name = a b | [profile base] | K:BASE",
        "",
        HERE,
        None,
        "a name that STS would refuse is refused before the network",
    ),
    (
        "external id empty",
        "[default] | R:c | source_profile = base | external_id = | [profile base] | K:BASE",
        "",
        HERE,
        None,
        "an empty property counts as not set",
    ),
    (
        "role arn bad",
        "[default] | role_arn = nonsense | source_profile = base | [profile base] | K:BASE",
        "",
        HERE,
        None,
        "the form of a role's ARN is not checked for a host that is not AWS's: other servers have their own",
    ),
    (
        "account in config keys in creds",
        "[default] | aws_account_id = 123456789012",
        "[default] | K:W",
        HERE,
        None,
        "both files together make the profile",
    ),
    (
        "region of base only",
        "[default] | R:c | source_profile = base | [profile base] | K:BASE | region = us-west-2",
        "",
        {"AWS_ENDPOINT_URL": "{server}"},
        None,
        "no region: signed for us-east-1",
    ),
    (
        "fips region pseudo",
        "[default] | R:c | source_profile = base | region = aws-global | [profile base] | K:BASE",
        "",
        {"AWS_ENDPOINT_URL": "{server}"},
        None,
        "aws-global is signed for us-east-1",
    ),
    (
        "web duration",
        "[default] | R:w | T: | duration_seconds = 1800",
        "",
        HERE,
        None,
        "duration_seconds counts for web identities too (boto/botocore#3411)",
    ),
    ("bad config file", "[default | x", "", {**HERE, **KEYS}, None, "keys in the environment need no file"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    with HTTPServer(answer) as running:
        yield running


def spelt_out(text: str) -> str:
    for short, long in SHORT.items():
        text = re.sub(rf"(?<![\w/]){short}", long, text)
    return "".join(f"{line}\n" for line in text.split(" | ")) if text else ""


def outcomes(server: HTTPServer, home: Path, case: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what ours and botocore make of a case."""
    config, credentials, variables, profile = case
    setup = Setup(spelt_out(config), spelt_out(credentials), variables, profile).filled(server, home)  # type: ignore[arg-type]
    environ = prepare(setup, home)
    return ours(setup, environ), theirs(setup, environ)


@pytest.mark.parametrize("case", [case[1:] for case in SAME], ids=[case[0] for case in SAME])
def test_a_corner_case_ends_as_with_botocore(server: HTTPServer, tmp_path: Path, case: tuple[str, ...]) -> None:
    """Keys, token and account. For roles also the caller, the region and the URL of the call."""
    mine, his = outcomes(server, tmp_path, case)
    assert mine == his


@pytest.mark.parametrize("case", [case[1:] for case in DIFFERENT], ids=[case[0] for case in DIFFERENT])
def test_a_difference_is_there_and_has_a_reason(server: HTTPServer, tmp_path: Path, case: tuple[str, ...]) -> None:
    """When botocore changes, this tells."""
    *rest, reason = case
    mine, his = outcomes(server, tmp_path, tuple(rest))
    assert mine != his, reason


def test_an_expired_session_of_the_environment_is_told() -> None:
    """A client that uses the chain raises the error before anything is sent."""
    environ = {"HOME": "/nowhere", **KEYS, "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}
    with pytest.raises(CredentialsError, match="expired at 2020-01-01"):
        CachedProvider(default_chain(environ=environ)).retrieve()
