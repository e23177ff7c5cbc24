"""Random values for the form YAML: text that is hard to quote and to fold, nested, with objects that occur twice."""

from __future__ import annotations

import random
from typing import Any

MARKS = [*"abZ019_ -:#'\"\\./+=,[]{}&*!|>%@`?~<", " ", "é", "日", "word ", "longer word "]
ANY = [
    *MARKS,
    *"\n\t\r\x85\u2028\u2029\ufeff\ufffe\uffff\ud7ff\ue000😀\0\x1b\x7f\xa0",
    "---",
    "...",
    "null",
    "2030-01-01",
    "12:30:45",
]
WORDS = ["word ", "a", "b", " ", ". ", "é", "'", ":"]
NUMBERS = list("0123456789+-_.eExobTZ: abf")
SCALARS = [None, True, False, 0, -5, 7, 1.5, 1e16, 1e-7, 10**30, float("inf"), -2.5e300]


def value(choose: random.Random, *, shared: bool) -> Any:
    """Return a random value; *shared*: with mappings and lists that occur more than once."""
    pool: list[Any] = []

    def nested(depth: int) -> Any:
        kind = choose.random()
        if depth > 3 or kind >= 0.5:
            return choose.choice(SCALARS) if kind < 0.6 else text(choose)
        size = choose.randrange(4)
        made: Any = [nested(depth + 1) for _ in range(size)]
        if kind < 0.3:
            made = {text(choose): one for one in made}
        pool.append(made)
        return choose.choice(pool) if shared and choose.random() < 0.1 else made

    return nested(0)


def text(choose: random.Random) -> str:
    """Return a random text of one of four kinds."""
    alphabet = choose.choice([ANY, MARKS, WORDS, NUMBERS])
    return "".join(choose.choice(alphabet) for _ in range(choose.choice([0, 1, 1, 2, 3, 5, 8, 20, 60, 120])))
