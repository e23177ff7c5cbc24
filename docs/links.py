"""
Check the links of the built site, without a browser and without a network.

    python -m sphinx -W -b html docs build/docs
    python -m docs.links build/docs      fail when a link, picture, script or style leads to no file, or a link to no anchor
"""

from __future__ import annotations

import posixpath
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LEADING = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "src", "object": "data"}
"""Elements that lead to a file, and the attribute that names it."""


@dataclass
class Page(HTMLParser):
    """What a page of the site links to, and the anchors it has."""

    links: set[str] = field(default_factory=set)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Make the parser."""
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the anchor and the link of an element."""
        attributes = dict(attrs)
        self.anchors |= {name for name in (attributes.get("id"), attributes.get("name")) if name}
        link = attributes.get(LEADING.get(tag, ""))
        if link:
            self.links.add(link)


def pages_of(folder: Path) -> list[str]:
    """Return the pages of a built site, as addresses relative to its folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html") if "_static" not in path.parts)


def broken(name: str, links: set[str], anchors: dict[str, set[str]], folder: Path) -> list[str]:
    """Return a line for each link of the page *name* that leads to no file of *folder* or to no anchor of a page."""
    wrong = []
    for link in sorted(links):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path))) if parts.path else name
        anchor = unquote(parts.fragment)
        if not (folder / path).is_file():
            wrong.append(f"{name}: {link} is not there")
        elif anchor and path in anchors and anchor not in anchors[path]:
            wrong.append(f"{name}: {link} has no such anchor")
    return wrong


def main(arguments: list[str]) -> int:
    """Check the site in the folder that is named."""
    folder = Path(arguments[0])
    pages = {name: Page() for name in pages_of(folder)}
    for name, page in pages.items():
        page.feed((folder / name).read_text(encoding="utf-8"))
    anchors = {name: page.anchors for name, page in pages.items()}
    wrong = [line for name, page in pages.items() for line in broken(name, page.links, anchors, folder)]
    print(
        "\n".join(wrong) or f"{len(pages)} pages, {sum(len(page.links) for page in pages.values())} links: all lead somewhere"
    )
    return 1 if wrong or not pages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
