"""
From our docstrings to reStructuredText.

A docstring is text with `code`, *names of arguments*, examples indented by four, lists, and the sections Args, Returns,
Raises and the like. Nothing else is markup: everything that reStructuredText would take for some is escaped.
"""

from __future__ import annotations

import re

CODE = re.compile(r"(``[^`]+``|`[^`]+`)")
EMPHASIS = re.compile(r"(?<![\w*])\*(?=[A-Za-z_])([\w.]+)\*(?![\w*])")
SPECIAL = re.compile(r"([*|`]|(?<=\w)_(?!\w))")
SECTION = re.compile(r"(Args|Returns|Raises|Yields|Attributes|Events|Note|Example|Examples):$")
ENTRY = re.compile(r"(\*{0,2}[A-Za-z_][\w.]*(?:, \*{0,2}[A-Za-z_][\w.]*)*): +(.*)")
ITEM = re.compile(r"([-*]|\d+\.) +")


def inline(text: str) -> str:
    """Return a paragraph with its code and its emphasis marked, and the rest escaped."""
    parts = CODE.split(text)
    for index, part in enumerate(parts):
        if index % 2:
            parts[index] = f"``{part.strip('`').strip()}``"
            if parts[index - 1][-1:].isalnum():
                parts[index - 1] += "\\ "
        else:
            marked = EMPHASIS.sub("\0\\1\1", part)
            parts[index] = SPECIAL.sub(r"\\\1", marked.replace("\\", "\\\\")).replace("\0", "*").replace("\1", "*")
            if index and part[:1].isalnum():
                parts[index] = "\\ " + parts[index]
    return "".join(parts)


def indent_of(line: str) -> int:
    """Return the width of the white space before *line*."""
    return len(line) - len(line.lstrip())


def while_deeper(lines: list[str], start: int, indent: int) -> int:
    """Return the index after the lines from *start* that are blank or indented by *indent* and more."""
    end = start
    while end < len(lines) and (not lines[end].strip() or indent_of(lines[end]) >= indent):
        end += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return end


def section(lines: list[str]) -> list[str]:
    """Return the entries of a section as a list; what has no name is a paragraph."""
    entries: list[tuple[str, str]] = []
    base = min((indent_of(line) for line in lines if line.strip()), default=0)
    for line in filter(str.strip, lines):
        found = ENTRY.match(line.strip()) if indent_of(line) == base else None
        if found:
            entries.append((found[1], found[2]))
        elif entries:
            entries[-1] = (entries[-1][0], f"{entries[-1][1]} {line.strip()}")
        else:
            entries.append(("", line.strip()))
    return [f"- ``{name}``: {inline(text)}" if name else inline(text) for name, text in entries]


def to_rst(lines: list[str]) -> list[str]:
    """Return a docstring's *lines* as reStructuredText."""
    result: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if not line.strip():
            index += 1
        elif SECTION.match(line):
            end = while_deeper(lines, index + 1, 1)
            result += [f"**{line.rstrip(':')}**", "", *section(lines[index + 1 : end]), ""]
            index = end
        elif indent_of(line) >= 4:
            end = while_deeper(lines, index, 4)
            result += ["::", "", *lines[index:end], ""]
            index = end
        else:
            end = paragraph_end(lines, index)
            text = " ".join(part.strip() for part in lines[index:end])
            found = ITEM.match(text)
            result += [f"- {inline(text[found.end() :])}" if found else inline(text), ""]
            index = end
    return result


def paragraph_end(lines: list[str], start: int) -> int:
    """Return the index after a paragraph, or an item of a list, with the lines that continue it."""
    end = start + 1
    while end < len(lines) and lines[end].strip() and indent_of(lines[end]) < 4 and not ITEM.match(lines[end].lstrip()):
        if SECTION.match(lines[end]):
            break
        end += 1
    return end
