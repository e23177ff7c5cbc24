"""Sphinx settings of the documentation: `python -m sphinx -W -b html docs build/docs`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

project = "sts-client"
author = "The sts-client contributors"
copyright = f"2026, {author}"
release = version = re.findall(r'"([\d.]+\w*)"', (ROOT / "sts" / "_version.py").read_text(encoding="utf-8"))[0]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
exclude_patterns = ["_build", "pictures"]
myst_enable_extensions = ["attrs_inline", "colon_fence"]
myst_heading_anchors = 4
default_role = "code"
nitpicky = False  # the standard library's objects are not in our inventory, and the build needs no network

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_type_aliases = {"Callback": "Callback"}
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = f"sts-client {release}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_copy_source = False
html_show_sourcelink = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"
# Shown output is not for copying.
copybutton_selector = "div:not(.highlight-output) > div.highlight > pre"

_CODE = re.compile(r"(``[^`]+``|`[^`]+`)")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[A-Za-z_])([\w.]+)\*(?![\w*])")
_SPECIAL = re.compile(r"([*|]|(?<=\w)_(?!\w))")


def plain_text(line: str) -> str:
    """Escape in *line* of a docstring what reStructuredText takes for markup, except code and *names*."""
    parts = _CODE.split(line)
    for index in range(0, len(parts), 2):
        text = _EMPHASIS.sub("\0\\1\1", parts[index])
        parts[index] = _SPECIAL.sub(r"\\\1", text.replace("\\", "\\\\")).replace("\0", "*").replace("\1", "*")
    return "".join(parts)


def indent_of(line: str) -> int:
    """Return the width of the white space before *line*."""
    return len(line) - len(line.lstrip())


def process_docstring(_app: Any, _what: str, _name: str, _obj: Any, _options: Any, lines: list[str]) -> None:
    """Make literal blocks of the indented examples in a docstring, and plain text of the rest (Napoleon has run before)."""
    result: list[str] = []
    literal: int | None = None  # the indent of the text before an example
    for line in lines:
        if literal is not None and line.strip() and indent_of(line) <= literal:
            literal = None
            result.append("")
        if literal is None and _begins_example(result, line):
            literal = indent_of(next(text for text in reversed(result) if text.strip()))
            result += [" " * literal + "::", ""]
        result.append(line if literal is not None or line.lstrip().startswith((":", "..")) else plain_text(line))
    lines[:] = result


def _begins_example(before: list[str], line: str) -> bool:
    if len(before) < 2 or before[-1].strip() or not line.strip():
        return False
    text = next((text for text in reversed(before) if text.strip()), "")
    return bool(text) and indent_of(line) >= indent_of(text) + 4 and not text.lstrip().startswith((":", "..", "- ", "* "))


def setup(app: Any) -> None:
    """Register what the pages need of Sphinx."""
    app.connect("autodoc-process-docstring", process_docstring, priority=900)
