"""Chart of the measured comparison, as an SVG for light and dark pages."""

from __future__ import annotations

from html import escape
from typing import Any

SHOWN = ("start to first AssumeRole", "warm call, cpu", "memory after the first call", "installed size")
TITLES = {
    "start to first AssumeRole": "Process start to first AssumeRole",
    "warm call, cpu": "CPU per warm call",
    "memory after the first call": "Memory after the first call",
    "installed size": "Installed size with dependencies",
}
WIDTH, BAR, GAP, LABEL, VALUE = 760, 18, 6, 190, 90
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .bar { fill: #8c959f }
  .ours { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .bar { fill: #6e7681 }
    .ours { fill: #4493f8 }
  }
"""


def draw(results: dict[str, Any]) -> str:
    """Return the SVG of *results*: for each figure a bar for every contender. Shorter is better."""
    parts: list[str] = []
    top = 24
    for name in SHOWN:
        figure = results["figures"].get(name)
        if not figure:
            continue
        medians = {who: value for who, value in figure["medians"].items() if who not in {"bare python", "modules only"}}
        parts.append(
            f'<text class="title" x="8" y="{top}">{escape(TITLES[name])} ({escape(figure["unit"])}, less is better)</text>'
        )
        top += 10
        longest = max(medians.values())
        for who, value in sorted(medians.items(), key=lambda item: item[1]):
            length = max(2, round((WIDTH - LABEL - VALUE) * value / longest))
            kind = "ours" if who.startswith("sts") else "bar"
            middle = top + BAR - 5
            parts.append(f'<text x="{LABEL - 8}" y="{middle}" text-anchor="end">{escape(who)}</text>')
            parts.append(f'<rect class="{kind}" x="{LABEL}" y="{top}" width="{length}" height="{BAR}" rx="3"/>')
            parts.append(f'<text x="{LABEL + length + 6}" y="{middle}">{shown(value)}</text>')
            top += BAR + GAP
        top += 28
    body = "\n".join(parts)
    size = f'width="{WIDTH}" height="{top}" viewBox="0 0 {WIDTH} {top}"'
    caption = f"Measured on {results['date']}; medians of {results['rounds']} interleaved rounds"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(caption)}">\n'
        f"<style>{STYLE}</style>\n{body}\n</svg>\n"
    )


def shown(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"
