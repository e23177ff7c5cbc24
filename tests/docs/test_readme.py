"""Every code block of the README runs, in order, against a local STS."""

from __future__ import annotations

import ast
import asyncio
import builtins
import importlib
import inspect
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sts import STS
from sts.cli import main
from sts.credentials.chain.default import LINKS
from sts.identity import Credentials, StaticProvider
from sts.settings.table import SETTINGS
from sts.testing import LocalSTS

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^( *)(<!-- not run: [^\n]+ -->\n\1)?```(\w+)\n(.*?)^ *```$", README, re.MULTILINE | re.DOTALL)
PYTHON = [text for _, unrun, language, text in BLOCKS if language == "python" and not unrun]
SHOWN = [text for _, unrun, language, text in BLOCKS if language == "python" and unrun]
COMMANDS = [
    line.split(" #")[0].strip()
    for _, unrun, language, text in BLOCKS
    if language == "console" and not unrun
    for line in text.splitlines()
    if line.strip().startswith("sts ")
]
ROLE = "arn:aws:iam::123456789012:role/demo"
# What the blocks take for granted.
NAMES: dict[str, Any] = {
    **dict.fromkeys(["arn", "role_arn", "spoke_arn", "hub_arn", "middle_arn", "audit_arn", "deploy_arn"], ROLE),
    "spoke_arns": [ROLE],
    "serial": "arn:aws:iam::123456789012:mfa/me",
    "ask": lambda serial: "123456",
    "accounts": ["123456789012"],
    "my_provider": StaticProvider(Credentials("AKIAIOSFODNN7EXAMPLE", "secret")),
}

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


@pytest.fixture(scope="module")
def server() -> Iterator[LocalSTS]:
    with LocalSTS() as running:
        yield running


@pytest.fixture
def like_aws(server: LocalSTS, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let every client reach the local STS as if it were AWS; return the names the blocks take for granted."""
    options = server.client_options()
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", options["endpoint"])
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", options["access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", options["secret_access_key"])
    return {**NAMES, "client": STS(), "__name__": "readme"}


def test_the_readme_has_code() -> None:
    """The pattern that finds the blocks finds all of them."""
    assert len(BLOCKS) == README.count("```") // 2
    assert len(PYTHON) > 5


@pytest.mark.parametrize("text", SHOWN, ids=lambda text: text.splitlines()[0][:40])
def test_blocks_that_need_more_than_this_machine_import_what_there_is(text: str) -> None:
    """They compile, and what they import from this package exists."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sts":
            module = importlib.import_module(node.module or "")
            assert all(hasattr(module, alias.name) for alias in node.names)


@pytest.mark.parametrize("text", PYTHON, ids=lambda text: text.splitlines()[0][:40])
def test_each_python_block_runs_by_itself(text: str, like_aws: dict[str, Any]) -> None:
    """With nothing but its own imports and the names it takes for granted; `await` works as in the asyncio prompt."""
    code = compile(text, "README block", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if code.co_flags & inspect.CO_COROUTINE:
        function = eval(code, like_aws)
        asyncio.run(function)
    else:
        exec(code, like_aws)


@pytest.mark.parametrize("text", SHOWN, ids=lambda text: text.splitlines()[0][:40])
def test_blocks_that_do_not_run_import_what_they_use(text: str) -> None:
    """So that they can be typed as they stand; what is the reader's own is named as in all blocks."""
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    known = {
        alias.asname or alias.name for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names
    }
    known |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    known |= {node.name for node in nodes if isinstance(node, ast.ExceptHandler) and node.name}
    used = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}

    assert (
        used
        - known
        - {name.partition(".")[0] for name in known}
        - set(dir(builtins))
        - {*NAMES, "client", "ec2", "instance", "url"}
        == set()
    )


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.usefixtures("like_aws")
def test_commands_run(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each `sts ...` line does what it says."""
    assert main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out


def test_links_lead_somewhere() -> None:
    """Every file that is named in backticks with a slash exists, and so does every heading that is linked to."""
    headings = {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ")).strip().lower().replace(" ", "-")
        for line in README.splitlines()
        if line.startswith("#")
    }
    for anchor in re.findall(r"\]\(#([^)]+)\)", README):
        assert anchor in headings, anchor
    for name in re.findall(r"`((?:sts|tests|examples|\.ci)/[\w./-]+)`", README):
        assert (ROOT / name).exists(), name


VARIABLE = re.compile(r"""["']((?:AWS|_X_AMZN|GITHUB|BOTO)_[A-Z0-9_]*[A-Z0-9])["']""")
PROFILE_KEY = re.compile(r"""(?:text_of\(\w+, |[sS]ection\.get\(|section\[|properties\.get\()["'](\w+)["']""")


def literals(pattern: re.Pattern[str]) -> set[str]:
    """Return what *pattern* finds in the modules that read the environment and the shared files."""
    paths = [path for path in (ROOT / "sts").rglob("*.py") if path.parent.name not in ("cli", "testing", "tokens")]
    return {name for path in paths for name in pattern.findall(path.read_text(encoding="utf-8"))}


def test_every_variable_and_key_that_is_read_is_in_the_readme() -> None:
    """The tables are complete: whatever the source names, and each row of the table of settings."""
    variables = literals(VARIABLE) | {name for row in SETTINGS for name in (*row.variables, *row.late_variables)}
    keys = (
        literals(PROFILE_KEY)
        | {key for row in SETTINGS for key in row.keys}
        | {key for link in LINKS.values() for key in link.keys}
    )
    assert len(variables) > 40
    assert len(keys) > 30
    missing = {name for name in variables | keys if f"`{name}`" not in README and f"`{name.upper()}`" not in README}
    assert missing == set()


@pytest.mark.parametrize("name", PEERS.split())
def test_what_other_sdks_read_is_read_or_named(name: str) -> None:
    """Each variable and key of botocore and the JavaScript SDK that could concern STS is in the README, also if it has no effect."""
    assert f"`{name}`" in README
