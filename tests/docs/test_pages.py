"""What the README and the pages say is complete and current, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.pictures import __main__ as pictures
from sts.identity import SOURCES
from sts.settings.table import SETTINGS
from tests.docs.blocks import PAGES, ROOT
from tests.support.mistakes import MISTAKES

README = (ROOT / "README.md").read_text(encoding="utf-8")
ENVIRONMENT = (ROOT / "docs/reference/environment.md").read_text(encoding="utf-8")
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")

PEERS = """
AWS_REGION AWS_DEFAULT_REGION AWS_PROFILE AWS_DEFAULT_PROFILE AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE HOME USERPROFILE
HOMEPATH HOMEDRIVE AWS_MAX_ATTEMPTS AWS_RETRY_MODE AWS_USE_FIPS_ENDPOINT AWS_USE_DUALSTACK_ENDPOINT AWS_ENDPOINT_URL_STS
AWS_ENDPOINT_URL AWS_IGNORE_CONFIGURED_ENDPOINT_URLS AWS_SDK_UA_APP_ID AWS_DEFAULTS_MODE AWS_AUTH_SCHEME_PREFERENCE
AWS_SIGV4A_SIGNING_REGION_SET AWS_DISABLE_CLOCK_SKEW_CORRECTION AWS_ENABLE_DEFAULT_SOCKET_TIMEOUT_2026 AWS_EXECUTION_ENV
AWS_LAMBDA_FUNCTION_NAME _X_AMZN_TRACE_ID AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN
AWS_CREDENTIAL_EXPIRATION AWS_CREDENTIAL_SCOPE AWS_ACCOUNT_ID AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_ARN AWS_ROLE_SESSION_NAME
AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN
AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE AWS_EC2_METADATA_DISABLED AWS_EC2_METADATA_V1_DISABLED AWS_EC2_METADATA_SERVICE_ENDPOINT
AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE AWS_LOGIN_CACHE_DIRECTORY AWS_CA_BUNDLE REQUESTS_CA_BUNDLE AWS_METADATA_SERVICE_TIMEOUT
AWS_METADATA_SERVICE_NUM_ATTEMPTS AWS_IMDS_USE_IPV6 AWS_STS_REGIONAL_ENDPOINTS AWS_NEW_RETRIES_2026 AWS_ACCOUNT_ID_ENDPOINT_MODE
AWS_DISABLE_HOST_PREFIX_INJECTION AWS_DATA_PATH BOTOCORE_TCP_KEEPALIVE HTTPS_PROXY HTTP_PROXY NO_PROXY
region max_attempts retry_mode use_fips_endpoint use_dualstack_endpoint services endpoint_url ignore_configured_endpoint_urls
sdk_ua_app_id sdk-ua-app-id defaults_mode auth_scheme_preference sigv4a_signing_region_set disable_clock_skew_correction ca_bundle
sts_regional_endpoints role_arn source_profile credential_source role_session_name external_id mfa_serial duration_seconds
web_identity_token_file credential_process sso_session sso_start_url sso_region sso_account_id sso_role_name login_session
aws_access_key_id aws_secret_access_key aws_session_token aws_security_token aws_account_id aws_credential_scope tcp_keepalive
ec2_metadata_service_endpoint ec2_metadata_service_endpoint_mode ec2_metadata_v1_disabled imds_use_ipv6 metadata_service_timeout
metadata_service_num_attempts
"""
"""What botocore and the AWS SDK for JavaScript v3 read of the environment and of profiles, where it could concern STS."""


def anchors(path: Path) -> set[str]:
    """Return the anchors of the headings of a page, as GitHub and MyST make them."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(path: Path) -> None:
    text = re.sub(r"^( *)```.*?^ *```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for found in LINK.finditer(text):
        target, _, anchor = (found[1] or found[2]).partition("#")
        if target.startswith(("http:", "https:")):
            continue
        there = (path.parent / target).resolve() if target else path
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), f"{target}#{anchor}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_are_named_exist(path: Path) -> None:
    for name in re.findall(r"`((?:sts|tests|docs|examples|\.ci)/[\w./-]+)`", path.read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), name


def test_the_readme_is_short() -> None:
    """One screen or three: at most 180 lines and 9 KB."""
    assert len(README.splitlines()) <= 180
    assert len(README.encode()) <= 9 * 1024


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.*")), ids=lambda path: path.name)
def test_an_example_and_its_pages_name_each_other(example: Path) -> None:
    """Each program is linked from a page besides the list of all, and names the page."""
    pages = [path for path in PAGES if path.name != "index.md" and f"examples/{example.name})" in path.read_text("utf-8")]
    named = re.findall(r"\bdocs/[\w./-]+\.md", example.read_text("utf-8"))

    assert pages
    assert sorted(named) == [str(path.relative_to(ROOT)) for path in pages if path.is_relative_to(ROOT / "docs")]


def test_pictures_are_what_the_code_says() -> None:
    assert pictures.stale() == []


def test_every_picture_is_on_a_page() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES)

    assert [path.name for path in sorted((ROOT / "docs/_static").glob("*.svg")) if path.name not in text] == []


def test_the_catalogue_of_messages_has_every_mistake() -> None:
    text = (ROOT / "docs/reference/messages.md").read_text(encoding="utf-8")

    assert [mistake.name for mistake in MISTAKES if f"## {mistake.name}\n" not in text] == []


VARIABLE = re.compile(r"""["']((?:AWS|_X_AMZN|GITHUB|BOTO|STS|ACTIONS|AMAZON|CI_SERVER)_[A-Z0-9_]*[A-Z0-9])["']""")
PROFILE_KEY = re.compile(r"""(?:text_of\(\w+, |[sS]ection\.get\(|section\[|properties\.get\()["'](\w+)["']""")


def literals(pattern: re.Pattern[str]) -> set[str]:
    """Return what *pattern* finds in the modules that read the environment and the shared files."""
    inside = {"testing", "tokens"}
    paths = [path for path in (ROOT / "sts").rglob("*.py") if not inside & set(path.relative_to(ROOT).parts)]
    return {name for path in paths for name in pattern.findall(path.read_text(encoding="utf-8"))}


def test_every_variable_and_key_that_is_read_is_in_the_reference() -> None:
    """The tables are complete: whatever the source names, and each row of the table of settings."""
    variables = literals(VARIABLE) | {name for row in SETTINGS for name in (*row.variables, *row.late_variables)}
    keys = literals(PROFILE_KEY) | {key for row in SETTINGS for key in row.keys} | {key for row in SOURCES for key in row.keys}

    assert len(variables) > 40
    assert len(keys) > 30
    missing = {name for name in variables | keys if f"`{name}`" not in ENVIRONMENT and f"`{name.upper()}`" not in ENVIRONMENT}
    assert missing == set()


@pytest.mark.parametrize("name", PEERS.split())
def test_what_other_sdks_read_is_read_or_named(name: str) -> None:
    """Each variable and key of botocore and the JavaScript SDK that could concern STS is named, also if it has no effect."""
    assert f"`{name}`" in ENVIRONMENT
