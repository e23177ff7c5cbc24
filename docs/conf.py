"""Sphinx settings of the documentation: `python -m sphinx -W -b html docs build/docs`."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

from sphinx.addnodes import pending_xref

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

from docstrings import to_rst  # noqa: E402

project = "sts-client"
author = "The sts-client contributors"
copyright = f"2026, {author}"
release = version = re.findall(r'"([\d.]+\w*)"', (ROOT / "sts" / "_version.py").read_text(encoding="utf-8"))[0]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton"]
HOMES: dict[str, dict[str, str]] = {}
"""Names of the API: the pages that document them, and their full names there."""
for api_page in sorted((ROOT / "docs" / "reference" / "api").glob("*.md"), key=lambda path: path.stem == "v2"):
    for full_name in re.findall(
        r"^\.\. auto(?:class|exception|data|function):: (\S+)", api_page.read_text("utf-8"), re.MULTILINE
    ):
        HOMES.setdefault(full_name.rpartition(".")[2], {})[api_page.stem] = full_name

exclude_patterns = ["_build", "pictures"]
myst_enable_extensions = ["attrs_inline", "colon_fence"]
myst_heading_anchors = 4
default_role = "code"
nitpicky = False  # the standard library's objects are not in our inventory, and the build needs no network

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
# What the integrations lead to need not be installed to read about them.
autodoc_mock_imports = [
    name
    for name in ("boto3", "botocore", "google", "httpx", "hvac", "kubernetes", "cryptography", "aiobotocore", "anyio")
    if importlib.util.find_spec(name) is None
]

html_theme = "furo"
html_title = f"sts-client {release}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_search_scorer = str(ROOT / "docs" / "search.js")
html_copy_source = False
html_show_sourcelink = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"
# Shown output is not for copying.
copybutton_selector = "div:not(.highlight-output) > div.highlight > pre"


def process_docstring(_app: Any, _what: str, _name: str, _obj: Any, _options: Any, lines: list[str]) -> None:
    """Make reStructuredText of one of our docstrings."""
    lines[:] = to_rst(lines)


def qualify(app: Any, doctree: Any) -> None:
    """Give the short names of types in signatures the module whose page documents them: `Request` is in `sts` and `sts.v2`."""
    page = app.env.docname.rpartition("/")[2]
    for node in doctree.findall(pending_xref):
        if node.get("refdomain") == "py" and (node["reftarget"] in HOMES):
            homes = HOMES[node["reftarget"]]
            node["reftarget"] = homes.get(page) or next(iter(homes.values()))


def setup(app: Any) -> None:
    """Register what the pages need of Sphinx."""
    app.connect("autodoc-process-docstring", process_docstring)
    app.connect("doctree-read", qualify)
