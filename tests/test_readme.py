"""Every code block of the README runs, in order, against a local STS."""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sts.cli import main
from sts.credentials.static import StaticProvider
from sts.credentials.value import Credentials
from sts.testing import LocalSTS

ROOT = Path(__file__).resolve().parent.parent
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
    return {**NAMES, "__name__": "readme"}


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


def test_python_blocks_run_in_order(like_aws: dict[str, Any]) -> None:
    """Each block may use what those before it defined; `await` works at top level, as in the asyncio prompt."""
    for number, text in enumerate(PYTHON, 1):
        code = compile(text, f"README block {number}", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        if code.co_flags & inspect.CO_COROUTINE:
            function = eval(code, like_aws)
            asyncio.run(function)
        else:
            exec(code, like_aws)


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
