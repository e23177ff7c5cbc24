"""The AWS CLI 2's output form YAML: what ruamel.yaml writes in its safe mode, through libyaml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sts.cli.aws_text import is_scalar, plain

WIDTH = 80
"""Column after which libyaml folds a line, at the next single space (`best_width` of its emitter)."""
LONGEST_KEY = 128
"""Bytes of the longest key that libyaml writes without `?` (`yaml_emitter_check_simple_key`)."""
_BREAK = "\n\r\x85\u2028\u2029"
_BLANK = f"[ \t\0{_BREAK}]"
_SPECIAL = "[^\n -~\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]"
"""Characters that libyaml writes as escape sequences (not `IS_PRINTABLE`)."""
_OTHER_TYPE = re.compile(
    r"""
    | ~ | null | Null | NULL | true | True | TRUE | false | False | FALSE | << | =
    | [-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)? | [-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?
    | [-+]?\.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN)
    | [-+]?0b[01_]+ | [-+]?0o?[0-7_]+ | [-+][0-9_]+ | [-+]?0x[0-9a-fA-F_]+
    | [0-9]{4}-[0-9]{2}-[0-9]{2}
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?
      (?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?
    """,
    re.VERBOSE,
)
"""Text without quotes that is no string for ruamel.yaml (its resolvers of YAML 1.2)."""
_NOT_PLAIN = re.compile(
    rf"""---|\.\.\.|[#,\[\]{{}}&*!|>'"%@`]|[?:-](?:{_BLANK}|\Z)|[ ]"""
    rf"|.*?(?::(?:{_BLANK}|\Z)|{_BLANK}\#|[ ]\Z|[{_BREAK}]|{_SPECIAL})",
    re.DOTALL,
)
"""Text that needs quotes: it begins with a mark of YAML or contains one."""
_NEEDS_ESCAPES = re.compile(rf"{_SPECIAL}|[ ][{_BREAK}]|[{_BREAK}][ ]")
"""Text that single quotes cannot hold."""
_ESCAPED = re.compile(rf'{_SPECIAL}|[{_BREAK}\ufeff"\\]')
_ESCAPES = dict(zip('\0\a\b\t\n\v\f\r\x1b"\\\x85\u2028\u2029', '0abtnvfre"\\NLP', strict=True))

_NUMBERS = {"None": "null", "True": "true", "False": "false", "inf": ".inf", "-inf": "-.inf", "nan": ".nan"}


def as_yaml(data: Any) -> str:
    """Return *data* as block YAML, a single value as JSON, or an empty string for an empty mapping."""
    if data == {}:
        return ""
    if is_scalar(data):
        return f"{json.dumps(data, ensure_ascii=False, default=plain)}\n"
    return f"{_block(data, 0, _anchors(data)) if data else '[]'}\n"


def as_yaml_stream(data: Any) -> str:
    """Return *data* as YAML of the form yaml-stream: a list of the one result, or an empty string for an empty mapping."""
    return "" if data == {} else as_yaml([data])


def _anchors(data: Any) -> dict[int, str]:
    """Return the names of the mappings and lists that occur more than once in *data*, by their `id()`."""
    seen: set[int] = set()
    names: dict[int, str] = {}
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if is_scalar(value) or id(value) in names:
            continue
        if id(value) in seen:
            names[id(value)] = f"&id{len(names) + 1:03}"
            continue
        seen.add(id(value))
        waiting += reversed([value[name] for name in sorted(value)] if isinstance(value, Mapping) else value)
    return names


def _block(data: Any, indent: int, anchors: dict[int, str]) -> str:
    """Return the entries of *data*, which begin at column *indent*."""
    items = (f"-{_beside(value, indent, anchors, item=True)}" for value in data)
    return f"\n{' ' * indent}".join(_members(data, indent, anchors) if isinstance(data, Mapping) else items)


def _members(data: Mapping[str, Any], indent: int, anchors: dict[int, str]) -> Iterator[str]:
    for name, value in sorted(data.items(), key=lambda member: member[0]):
        if len(name.encode()) <= LONGEST_KEY and not re.search(f"[{_BREAK}]", name):
            key = _scalar(name, indent, 0, fold=False)
            yield f"{key}:{_below(value, indent, indent + len(key) + 1, anchors)}"
        else:
            yield f"?{_beside(name, indent, anchors)}"
            yield f":{_beside(value, indent, anchors)}"


def _beside(value: Any, indent: int, anchors: dict[int, str], *, item: bool = False) -> str:
    """Return *value* as it follows a mark of one character at *indent*: nested entries begin in the same line."""
    if is_scalar(value) or not value or id(value) in anchors:
        return _below(value, indent, indent + 1, anchors, item=item)
    return f" {_block(value, indent + 2, anchors)}"


def _below(value: Any, indent: int, column: int, anchors: dict[int, str], *, item: bool = False) -> str:
    """Return *value* after a key or mark that ends at *column*: nested entries begin in the next line, an *item*'s inside."""
    if is_scalar(value):
        return f" {_scalar(value, column + 1, indent + 2)}"
    name = anchors.get(id(value), "")
    if name:
        anchors[id(value)] = name.replace("&", "*")
    head = f" {name}" if name else ""
    if name.startswith("*"):
        return head
    if not value:
        return head + (" {}" if isinstance(value, Mapping) else " []")
    inner = indent + 2 if item or isinstance(value, Mapping) else indent
    return f"{head}\n{' ' * inner}{_block(value, inner, anchors)}"


def _scalar(value: Any, column: int, indent: int, *, fold: bool = True) -> str:
    """Return one value, which begins at *column*. Its further lines begin at *indent*."""
    if value is None or isinstance(value, (bool, int, float)):
        return _NUMBERS.get(repr(value), repr(value))
    text = value if isinstance(value, str) else str(plain(value))
    if not (_NOT_PLAIN.match(text) or _OTHER_TYPE.fullmatch(text)):
        return _written(text, text, column, indent, fold=fold)
    if _NEEDS_ESCAPES.search(text):
        escaped = [_escape(one) if _ESCAPED.match(one) else one for one in text]
        return f'"{_written(text, escaped, column + 1, indent, fold=fold, escapes=True)}"'
    doubled = ["''" if one == "'" else one for one in text]
    return f"'{_written(text, doubled, column + 1, indent, fold=fold)}'"


def _escape(one: str) -> str:
    """Return the escape sequence of a character in double quotes."""
    if one in _ESCAPES:
        return f"\\{_ESCAPES[one]}"
    code = ord(one)
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _written(text: str, pieces: Sequence[str], column: int, indent: int, *, fold: bool, escapes: bool = False) -> str:
    """Join *pieces*, the written characters of *text*, and fold lines at single spaces after column `WIDTH`."""
    written = []
    for place, (one, piece) in enumerate(zip(text, pieces, strict=True)):
        before, after = text[max(place - 1, 0) : place], text[place + 1 : place + 2]
        inside = before not in ("", " ") and after != "" and (escapes or after != " ")
        if one == " " and fold and column > WIDTH and inside:
            mark = "\\" if after == " " else ""
            written.append(f"\n{' ' * indent}{mark}")
            column = indent + len(mark)
        elif one in _BREAK and not escapes:
            first = one == "\n" and not (before and before in _BREAK)
            last = not (after and after in _BREAK)
            written.append(("\n" if first else "") + one + (" " * indent if last else ""))
            column = indent
        else:
            written.append(piece)
            column += len(piece)
    return "".join(written)
