"""
Masks: remove possible secrets from texts that people paste, by value, by name and by form.

The library's own output leaves secrets out and needs no masks. Masks protect texts of other origin: the response of a proxy
that echoes the request, the message of a service, an exception raised by user code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache

from sts.base.masks import SECRET_HEADERS
from sts.model.operations import OPERATIONS
from sts.model.shapes import ListOf, Shape, Structure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MASK = "***SensitiveInformation***"
SHORTEST = 6
"""Shortest value to search for. A shorter one would mask half the text."""
LONG, PIECE = 40, 12
"""Length from which a value is also searched in pieces, and the length of a piece."""

_OTHER_NAMES = (
    # credentials in the files and documents of other tools, headers and queries of signed requests, OAuth
    "access_?key_?id",
    "aws_(?:secret_access_key|session_token|access_key_id)",
    "secret_?access_?key",
    "session_?token",
    "security_?token",
    "x-amz-(?:signature|credential)",
    *sorted(SECRET_HEADERS),
    "(?:access|refresh|id|bearer|client)_?token",
    "client_?secret",
    "device_?code",
    "password",
    "signature",
    "token",
    "jwt",
)


def _table_names(shape: Shape) -> Iterator[str]:
    if isinstance(shape, ListOf):
        yield from _table_names(shape.item)
    elif isinstance(shape, Structure):
        for member in shape.members:
            yield from (member.name,) if member.sensitive else _table_names(member.shape)


def secret_names() -> list[str]:
    """Return the members that the service model marks sensitive."""
    table = {name for each in OPERATIONS for shape in (each.input, each.output) for name in _table_names(shape)}
    return sorted(table | _added)


_added: set[str] = set()
"""Secret members of operations that are not in the table."""


def add_secret_names(names: Iterable[str]) -> None:
    """Mask the values of members with these *names* from now on."""
    new = {name for name in names if re.fullmatch(r"\w+", name)} - _added
    if new:
        _added.update(new)
        _pattern.cache_clear()


def secret_structures() -> list[str]:
    """Return the secret members that contain other members. All of their content is masked."""
    members = {member for each in OPERATIONS for member in (*each.input.members, *each.output.members)}
    return sorted({member.name for member in members if member.sensitive and isinstance(member.shape, Structure)})


_SCHEMES = r"(?:AWS4-\S+|Bearer|Basic|DPoP)\s+"
_PATTERNS = {
    # the end of the content is only known in XML; elsewhere it is the rest of the text
    "content": rf"(?<!/)(STRUCTURES)([\"']?\s*[>:=])(?!\s*{re.escape(MASK)}).*?(?:(?=</\1)|\Z)",
    # a name, followed by a character that is not part of a word: a secret may follow
    "beginning": "(?<![A-Za-z0-9])(?:NAMES)[\"']?\\s*[^\\w\\s\"']",
    "named": r"((?<![A-Za-z0-9])(?:NAMES))"
    rf"(?:(\s*>)([^<]*)|([\"']?\s*[:=]\s*)({_SCHEMES}[^\r\n\"']*|\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|[^\s\"'&,;<>)}}\]]+))",
    "token": r"eyJ[\w-]{8,}(?:\.[\w-]*)*"  # a JSON Web Token, or the beginning of one
    r"|\b(?:IQo[A-Z]|FwoG|FQoG|AQoD)[\w+/=%-]{24,}",  # a session token
    "key": r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|(?<![\w+/])(?=[\w+/]*[a-z])(?=[\w+/]*[A-Z])(?=[\w+/]*[0-9])[A-Za-z0-9+/]{40}(?![\w+/=])"  # a secret access key
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*",
    "header": r"()(?<=x-amz-security-token)()()(\s*[:=]\s*)(\S+)",  # in the canonical request that STS shows
}
"""Regular expressions by kind. NAMES and STRUCTURES are replaced by the names in the table."""

_ANY_CASE = ("beginning", "named", "header")


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    # Compile on first use: compiling takes milliseconds, and most programs never need these.
    text = _PATTERNS[kind].replace("NAMES", "|".join([*secret_names(), *_OTHER_NAMES]))
    text = text.replace("STRUCTURES", "|".join(secret_structures()))
    return re.compile(text, re.DOTALL if kind == "content" else re.IGNORECASE if kind in _ANY_CASE else 0)


def mask(text: str, values: Iterable[str] = ()) -> str:
    """Return *text* without *values*, the text after names of secrets, and text that has the form of a secret."""
    text = _pattern("named").sub(_masked_pair, _pattern("content").sub(rf"\1\2 {MASK}", mask_values(text, values)))
    return _pattern("key").sub(MASK, _pattern("token").sub(MASK, text))


def mask_tokens(text: str) -> str:
    """Return *text* without tokens but with key ids, for messages of the service, which people need to read."""
    return _pattern("token").sub(MASK, _pattern("header").sub(_masked_pair, text))


def mask_values(text: str, values: Iterable[str]) -> str:
    """
    Return *text* without *values*: plain, percent-encoded, or escaped for XML or JSON, also inside words.

    Long values are also replaced in pieces, because the other side may have truncated them. Values shorter than `SHORTEST` are
    not masked. Neither is a number inside a longer one: a six-digit code may be part of an account number.
    """
    for value in sorted({each for each in values if len(each) >= SHORTEST}, key=len, reverse=True):
        if max(_words(value), key=len, default="") in text:  # a quick test: no encoding changes a word
            text = _value_pattern(value).sub(MASK, text)
        if len(value) >= LONG and _is_opaque(value):
            text = _without_pieces(text, value)
    return text


_words = re.compile("[A-Za-z0-9]+").findall
_is_opaque = re.compile(r"[\w+/=.~%-]+", re.ASCII).fullmatch


@lru_cache(maxsize=20)
def _value_pattern(value: str) -> re.Pattern[str]:
    text = "".join([character if character.isascii() and character.isalnum() else _any_form(character) for character in value])
    return re.compile(rf"(?<![0-9]){text}(?![0-9])" if value.isdecimal() else text)


@cache
def _any_form(character: str) -> str:
    """Return a regular expression for *character* as written in forms, queries, XML, JSON and Python."""
    data = character.encode("utf-8", "surrogatepass")
    units = character.encode("utf-16-be", "surrogatepass")
    number = ord(character)
    forms = [
        re.escape(character),
        rf"\\+{re.escape(character)}",
        "".join([f"%(?:25)*(?i:{byte:02x})" for byte in data]),
        rf"&#0*{number};",
        f"&#[xX]0*(?i:{number:x});",
        "".join([rf"\\+u(?i:{units[at]:02x}{units[at + 1]:02x})" for at in range(0, len(units), 2)]),
        *_SHORT_FORMS.get(character, ()),
    ]
    return f"(?:{'|'.join(forms)})"


_SHORT_FORMS = {
    "&": ("&amp;",),
    "<": ("&lt;",),
    ">": ("&gt;",),
    '"': ("&quot;",),
    "'": ("&apos;",),
    " ": (r"\+",),
    "\n": (r"\\+n",),
    "\r": (r"\\+r",),
    "\t": (r"\\+t",),
}


def _without_pieces(text: str, value: str) -> str:
    for start in range(0, len(value) - PIECE + 1, PIECE):
        at = text.find(value[start : start + PIECE])
        while at >= 0:
            begin, end = _extent(text, at, value, start)
            text = f"{text[:begin]}{MASK}{text[end:]}"
            at = text.find(value[start : start + PIECE], begin + len(MASK))
    return text


def _extent(text: str, at: int, value: str, start: int) -> tuple[int, int]:
    """Return the start and end in *text* of the part of *value* around the piece (from index *start*) that was found *at*."""
    before = after = 0
    while before < min(at, start) and text[at - before - 1] == value[start - before - 1]:
        before += 1
    longest = min(len(text) - at, len(value) - start)
    while after < longest and text[at + after] == value[start + after]:
        after += 1
    return at - before, at + after


def before_secrets(text: str) -> str:
    """Return *text* up to the first possible named secret, without text that has the form of a secret."""
    found = _pattern("beginning").search(text)
    return mask(text[: found.start()] if found else text)


def _masked_pair(match: re.Match[str]) -> str:
    name, bracket, _, separator, value = match.groups()
    if bracket:
        return f"{name}{bracket}{MASK}"
    mark = value[0] if value[0] in "\"'" else ""
    return f"{name}{separator}{mark}{MASK}{mark}"


def masked(shape: Shape, value: Any, mask: str = MASK) -> Any:
    """Return *value* with every sensitive or unknown member replaced by *mask*."""
    if isinstance(shape, Structure) and isinstance(value, Mapping):
        shown = {name: inner for name, inner, _, _, secret in shape.plan if not secret}
        return {name: masked(shown[name], item, mask) if name in shown else mask for name, item in value.items()}
    if isinstance(shape, ListOf) and isinstance(value, (list, tuple)):
        return [masked(shape.item, item, mask) for item in value]
    return value


def secrets_in(shape: Shape, value: Any) -> Iterator[str]:
    """Yield the strings in *value* that `masked` would replace."""
    if isinstance(shape, Structure) and isinstance(value, Mapping):
        shown = {name: inner for name, inner, _, _, secret in shape.plan if not secret}
        for name, item in value.items():
            yield from secrets_in(shown[name], item) if name in shown else _texts_in(item)
    elif isinstance(shape, ListOf) and isinstance(value, (list, tuple)):
        for item in value:
            yield from secrets_in(shape.item, item)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (Mapping, list, tuple)):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts_in(item)
