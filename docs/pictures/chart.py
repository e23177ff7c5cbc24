"""The chart of the measurements, from what `python -m tests.suites.benchmarks --write` kept."""

from __future__ import annotations

from typing import Any

from docs.pictures.canvas import Canvas

SHOWN = {
    "start to first AssumeRole": "Process start to first AssumeRole",
    "start to first AssumeRole over TLS, cpu": "CPU of the same over TLS",
    "warm call, cpu": "CPU per warm call",
    "warm call over TLS, cpu": "The same over TLS",
    "1,000 tasks, service of 50 ms, cpu": "CPU per call of 1,000 asyncio tasks",
    "memory after the first call": "Memory after the first call",
    "installed size": "Installed size with dependencies",
}
"""The figures that are shown, where they were measured."""
HIDDEN = {"bare python", "modules only"}
LABEL, LENGTH, BAR, GAP = 190, 470, 18, 6


def number(value: float) -> str:
    """Return a measurement with as many digits as it deserves."""
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def chart(results: dict[str, Any]) -> Canvas:
    """Draw a bar for every contender of every figure; shorter is better."""
    figures = [(title, results["figures"][name]) for name, title in SHOWN.items() if name in results["figures"]]
    bars = [{who: value for who, value in figure["medians"].items() if who not in HIDDEN and value} for _, figure in figures]
    height = 20 + sum(54 + len(medians) * (BAR + GAP) for medians in bars)
    picture = Canvas(760, height, f"Measured on {results['date']}; medians of {results['rounds']} interleaved rounds")
    top = 24
    for (title, figure), medians in zip(figures, bars, strict=True):
        picture.text(8, top, f"{title} ({figure['unit']}, less is better)", bold=True)
        top += 12
        for who, value in sorted(medians.items(), key=lambda item: item[1]):
            length = max(2, round(LENGTH * value / max(medians.values())))
            picture.text(LABEL - 8, top + 14, who, anchor="end")
            picture.bar(LABEL, top, length, BAR, "ours" if who.startswith("sts") else "theirs")
            picture.text(LABEL + length + 6, top + 14, number(value))
            top += BAR + GAP
        top += 42
    return picture
