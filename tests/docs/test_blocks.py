"""Every block of the README and of the pages under docs/ runs as it stands, and prints what the page shows."""

from __future__ import annotations

import ast
import codeop
import configparser
import importlib
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.blocks import PAGES, ROOT, SHELLS, Block, blocks_of, check, matches

BLOCKS = {path: blocks_of(path.read_text(encoding="utf-8")) for path in PAGES}
RUN = [
    path for path, blocks in BLOCKS.items() if any(block.is_run and block.language in ("python", *SHELLS) for block in blocks)
]
OURS = {"sts", "tests"}
SMALL = {"boto3", "httpx", "requests"}
"""Packages of [test] that pages import."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(block: Block) -> set[str]:
    """Return the modules that a block of Python imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def packages(path: Path) -> set[str]:
    """Return the packages of others that a page's blocks import."""
    blocks = [block for block in BLOCKS[path] if block.is_run and block.language == "python"]
    return {name.partition(".")[0] for block in blocks for name in imports(block)} - sys.stdlib_module_names - OURS


def pages() -> Iterator[Any]:
    """Give the pages that run; those that need more than [test] are for CI."""
    for path in RUN:
        yield pytest.param(path, id=name_of(path), marks=[] if packages(path) <= SMALL else [pytest.mark.integration])


@pytest.mark.slow
@pytest.mark.parametrize("path", list(pages()))
def test_the_blocks_of_a_page_run_one_after_another(path: Path) -> None:
    """In a process, a folder and a home of their own, with nothing configured: as a reader pastes them."""
    missing = sorted(name for name in packages(path) if importlib.util.find_spec(name) is None)
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")

    assert check(path) == ""


def test_the_pattern_finds_every_block() -> None:
    """An unclosed fence, or a fence with options of another kind, would hide blocks from the tests."""
    for path, blocks in BLOCKS.items():
        text = path.read_text(encoding="utf-8")
        fences = sum(line.strip().startswith("```") for line in text.splitlines())
        directives = sum(line.strip().startswith("```{") for line in text.splitlines())
        outputs = sum(block.output is not None for block in blocks)
        assert fences == 2 * (len(blocks) + outputs + directives), name_of(path)
        assert all(block.language != "output" for block in blocks), f"{name_of(path)} shows output of no block"
    assert len(RUN) > 30


@pytest.mark.parametrize("path", [path for path, blocks in BLOCKS.items() if blocks], ids=name_of)
def test_blocks_that_are_not_run_are_right_as_far_as_can_be_seen(path: Path) -> None:
    """Python compiles and finds what it imports of ours; settings and documents can be read."""
    for block in BLOCKS[path]:
        if block.language == "python":
            compile(block.text, str(path), "exec")
            for node in ast.walk(ast.parse(block.text)):
                if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "sts":
                    try:
                        module = importlib.import_module(node.module or "")
                    except ImportError as error:
                        cause = error.__cause__ or error
                        assert isinstance(cause, ModuleNotFoundError), name_of(path)
                        assert not (cause.name or "").startswith("sts"), name_of(path)  # what a bridge leads to may be missing
                        continue
                    for alias in node.names:
                        found = hasattr(module, alias.name) or importlib.util.find_spec(f"{node.module}.{alias.name}")
                        assert found, block.text
        elif block.language == "ini":
            configparser.ConfigParser(interpolation=None).read_string(block.text)
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "yaml":
            pytest.importorskip("yaml").safe_load(block.text)


PROGRAMS = {"docs/porting/from-javascript-v2.md", "docs/reference/providers.md"}
"""Pages with classes of several methods, which are for a file."""


@pytest.mark.parametrize("path", [path for path in RUN if name_of(path) not in PROGRAMS], ids=name_of)
def test_a_block_of_python_can_be_pasted_at_the_prompt(path: Path) -> None:
    """Before Python 3.13 the prompt takes lines one by one: a blank line ends a class, and a loop ends with a blank line only."""
    for block in BLOCKS[path]:
        lines: list[str] = []
        for line in [*block.text.splitlines(), ""] if block.is_run and block.language == "python" else []:
            lines.append(line)
            if codeop.compile_command("\n".join(lines), f"{name_of(path)}:{block.line + 1}") is not None:
                lines.clear()
        assert "".join(lines) == "", f"{name_of(path)}:{block.line + 1} does not end"


@pytest.mark.parametrize("path", RUN, ids=name_of)
def test_a_page_says_how_to_install_what_it_imports(path: Path) -> None:
    """A reader with nothing but this package and its dependencies meets no ModuleNotFoundError."""
    names = {"google": "google-auth", "azure": "azure-identity"}
    installed = " ".join(re.findall(r"pip install ([^`\n]+)", path.read_text(encoding="utf-8"))).replace("'", " ")
    named = {re.split(r"\W", name)[0] if name not in names.values() else name for name in installed.split()}

    assert {names.get(name, name) for name in packages(path) - {"requests", "urllib3", "docs"}} - named == set()


@pytest.mark.slow
def test_a_block_that_needs_no_other_runs_alone(tmp_path: Path) -> None:
    path = ROOT / "docs/how-to/testing.md"
    assert "Each block of this page runs by itself" in path.read_text(encoding="utf-8")
    alone = tmp_path / "page.md"
    for block in BLOCKS[path]:
        alone.write_text(f"```{block.language}\n{block.text}```\n", encoding="utf-8")
        assert check(alone) == "", block.text


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "a\nb\n", False),
        ("key ASIA...\n", "key ASIAXYZ\n", True),
        ("...\n", "anything\nat all\n", True),
        ("a...c\n", "ab\n", False),
        ("(1)\n", "1\n", False),
    ],
)
def test_shown_output_is_compared_and_dots_stand_for_anything(shown: str, printed: str, same: bool) -> None:
    assert matches(shown, printed) is same


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("```python\n1 / 0\n```\n", "ZeroDivisionError"),
        ("```python\nprint(1)\n```\n\n```output\n2\n```\n", "shown is"),
        ("```bash\nfalse\n```\n", "exit code 1"),
        ("```bash\nx=1\necho $x\n```\n\n```output\n2\n```\n", "shown is"),
        ("```python\nprint(name_from_nowhere)\n```\n", "NameError"),
        ("```python\nx = 1\n```\n\n```python\nprint(x)\n```\n\n```output\n1\n```\n", ""),
        ("```bash\nexport A=1\n```\n\n```python\nimport os\nprint(os.environ['A'])\n```\n\n```output\n1\n```\n", ""),
        ("<!-- not run: why -->\n```python\n1 / 0\n```\n", ""),
    ],
)
def test_a_wrong_page_is_found(page: str, complaint: str, tmp_path: Path) -> None:
    """The test of the test: what fails or prints something else is reported."""
    path = tmp_path / "page.md"
    path.write_text(page)

    report = check(path)

    assert complaint in report if complaint else report == ""
