"""What is printed for PowerShell, parsed with a grammar of its language."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from sts.cli import main
from sts.cli.formats import shell_lines

pytestmark = pytest.mark.integration
NASTY = "it's `$(x)`; \u2018a\u2019 \"b\" # {c} @'\n'@"


@pytest.fixture(scope="module")
def parser() -> Any:
    """Return a parser of PowerShell."""
    grammar = pytest.importorskip("tree_sitter_powershell", reason="tree-sitter-powershell is part of the extra [integration]")
    library = import_module("tree_sitter")
    return library.Parser(library.Language(grammar.language()))


@pytest.mark.parametrize(
    "words",
    [["shell-init", "powershell"], ["completion", "powershell"], ["assume", "--local", "--format", "powershell"]],
    ids=lambda words: words[0],
)
def test_it_is_powershell(words: list[str], parser: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Each script and the lines that set variables."""
    assert main([*words, *(["--show-secrets"] if "assume" in words else [])]) == 0
    text = capsys.readouterr().out

    assert len(text) > 200
    assert not parser.parse(text.encode()).root_node.has_error
    assert parser.parse(f"{text}\nif (".encode()).root_node.has_error


def test_a_value_is_one_literal(parser: Any) -> None:
    """Whatever quotes and variables stand in it."""
    tree = parser.parse(shell_lines("powershell", {"AWS_SESSION_TOKEN": NASTY}).encode())

    found = [node.type for node in nodes(tree.root_node)]
    assert not tree.root_node.has_error
    assert found.count("verbatim_string_characters") == 1
    assert "sub_expression" not in found


def nodes(node: Any) -> list[Any]:
    """Return *node* and all nodes below it."""
    return [node, *(one for child in node.children for one in nodes(child))]
