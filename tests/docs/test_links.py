"""The check of the built site's links finds what leads nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.links import main


@pytest.mark.parametrize(
    ("link", "complaint"),
    [
        ("", ""),
        ("#here", ""),
        ("how-to/b.html", ""),
        ("how-to/b.html#there", ""),
        ("how-to/b.html?q=word#there", ""),
        ("https://example.com/nowhere#at-all", ""),
        ("#there", "has no such anchor"),
        ("how-to/b.html#here", "has no such anchor"),
        ("b.html", "is not there"),
        ("how-to/", "is not there"),
        ("../a.html", "is not there"),
    ],
)
def test_a_link_that_leads_nowhere_is_named(
    link: str, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "how-to").mkdir()
    (tmp_path / "a.html").write_text(f'<h1 id="here">A</h1><a href="{link}">b</a>')
    (tmp_path / "how-to" / "b.html").write_text('<a name="there"></a><a href="../a.html#here">a</a>')

    code = main([str(tmp_path)])

    printed = capsys.readouterr().out
    assert (code, printed.splitlines()) == (1, [f"a.html: {link} {complaint}"]) if complaint else code == 0, printed


@pytest.mark.parametrize("element", ['<img src="x.svg">', '<script src="x.js"></script>', '<link href="x.css">'])
def test_a_missing_picture_script_or_style_is_named(element: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.html").write_text(element)

    assert main([str(tmp_path)]) == 1
    assert "is not there" in capsys.readouterr().out


def test_a_folder_without_pages_fails(tmp_path: Path) -> None:
    """A wrong path must not look like a site without mistakes."""
    assert main([str(tmp_path)]) == 1
