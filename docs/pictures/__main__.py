"""
Draw the pictures of the README and of the pages, in light and dark, into `docs/_static`.

    python -m docs.pictures              draw all
    python -m docs.pictures --check      fail when a drawing is not what the code and the measurements say

The pictures of terminals are real runs and differ from run to run: `--check` leaves them out.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from docs.pictures import diagrams
from docs.pictures.chart import chart

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "docs" / "_static"
RESULTS = ROOT / "tests" / "suites" / "benchmarks" / "results.json"


def drawings() -> dict[str, str]:
    """Return the SVG of every drawing that follows from the tree, by file name."""
    pictures = {
        "call": diagrams.call(),
        "floors": diagrams.floors(),
        "refresh": diagrams.refresh(),
        "eks": diagrams.eks(),
        "service-identity": diagrams.service_identity(),
        "benchmarks": chart(json.loads(RESULTS.read_text(encoding="utf-8"))),
    }
    return {f"{name}-{theme}.svg": picture.render(theme) for name, picture in pictures.items() for theme in ("light", "dark")}


def stale() -> list[str]:
    """Return the names of drawings that are missing or not what they should be."""
    return [
        name
        for name, svg in drawings().items()
        if not (STATIC / name).exists() or (STATIC / name).read_text(encoding="utf-8") != svg
    ]


def main() -> int:
    """Draw or check."""
    if "--check" in sys.argv:
        for name in stale():
            print(f"docs/_static/{name} is out of date; run python -m docs.pictures")
        return 1 if stale() else 0
    from docs.pictures.terminals import terminals  # needs rich

    made = drawings()
    made |= {f"terminal-{name}-{theme}.svg": svg for name, themes in terminals().items() for theme, svg in themes.items()}
    for name, svg in made.items():
        (STATIC / name).write_text(svg, encoding="utf-8")
    print(f"{len(made)} pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
