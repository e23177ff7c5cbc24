"""SVG drawings in the light and in the dark colours of the pages."""

from __future__ import annotations

from html import escape

COLOURS = {
    "light": {
        "text": "#1f2328",
        "muted": "#59636e",
        "line": "#818b98",
        "plain": "#f6f8fa",
        "blue": "#ddf4ff",
        "green": "#dafbe1",
        "yellow": "#fff8c5",
        "red": "#ffcecb",
        "ours": "#0969da",
        "theirs": "#9198a1",
    },
    "dark": {
        "text": "#e6edf3",
        "muted": "#9198a1",
        "line": "#6e7681",
        "plain": "#1c2128",
        "blue": "#10294a",
        "green": "#12361f",
        "yellow": "#4a3b0b",
        "red": "#6e1f22",
        "ours": "#4493f8",
        "theirs": "#656c76",
    },
}
FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif"


class Canvas:
    """A drawing of rectangles, lines and texts in named colours."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self.width, self.height, self.title = width, height, title
        self._parts: list[str] = []

    def box(self, x: float, y: float, width: float, height: float, colour: str = "plain", *, radius: float = 6) -> None:
        """Draw a rectangle with an outline."""
        size = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}"'
        self._parts.append(f'<rect {size} fill="@{colour}" stroke="@line"/>')

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Draw a filled rectangle."""
        self._parts.append(f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="2" fill="@{colour}"/>')

    def text(
        self, x: float, y: float, text: str, *, colour: str = "text", anchor: str = "start", size: int = 13, bold: bool = False
    ) -> None:
        """Write a line of text; (x, y) is on its base line."""
        weight = ' font-weight="600"' if bold else ""
        place = f'x="{x:g}" y="{y:g}" fill="@{colour}" font-size="{size}" text-anchor="{anchor}"{weight}'
        self._parts.append(f"<text {place}>{escape(text)}</text>")

    def line(self, x: float, y: float, to_x: float, to_y: float, *, arrow: bool = False, dashed: bool = False) -> None:
        """Draw a line, with an arrow at its end if wanted."""
        more = (' marker-end="url(#arrow)"' if arrow else "") + (' stroke-dasharray="4 4"' if dashed else "")
        place = f'x1="{x:g}" y1="{y:g}" x2="{to_x:g}" y2="{to_y:g}"'
        self._parts.append(f'<line {place} stroke="@line" stroke-width="1.5"{more}/>')

    def render(self, theme: str) -> str:
        """Return the SVG in the colours of *theme*."""
        body = "\n".join(self._parts)
        for name, value in COLOURS[theme].items():
            body = body.replace(f'"@{name}"', f'"{value}"')
        arrow = (
            '<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            f'<path d="M0 0L8 4L0 8z" fill="{COLOURS[theme]["line"]}"/></marker>'
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" role="img" font-family="{FONT}">\n'
            f"<title>{escape(self.title)}</title>\n<defs>{arrow}</defs>\n{body}\n</svg>\n"
        )
