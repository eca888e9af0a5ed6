"""JSON from the other side of a wall: an object of finite numbers, read strictly or not at all."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

MAX_NESTING = 16  # of brackets: whoever writes or walks the object later may have less of the stack left
PARTS = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)  # a string without an end reaches to the text's


def read(text: bytes) -> dict[str, Any]:
    """Read an object, not nested deeply, finite numbers, no key twice, text that can be written again; raises ValueError."""
    if text.count(b"[") + text.count(b"{") > MAX_NESTING and nesting(text) > MAX_NESTING:
        raise ValueError(f"nested more than {MAX_NESTING} deep")
    found = json.loads(
        text.decode(), parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_no_duplicates
    )
    json.dumps(found, ensure_ascii=False).encode()
    if not isinstance(found, dict):
        raise ValueError(f"no object but {type(found).__name__}")  # noqa: TRY004 - whoever sent it is wrong, not whoever called
    return found


def nesting(text: bytes) -> int:
    """Count how deep a JSON text's brackets stand in each other, those within its strings left out."""
    depth = deepest = 0
    for part in PARTS.findall(text):
        depth += (part in b"[{") - (part in b"]}")
        deepest = max(deepest, depth)
    return deepest


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no finite number")


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(f"{word:.40} is no finite number")
    return number


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key appears twice")
    return found
