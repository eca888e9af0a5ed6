"""How much two programs have in common, whatever their names, numbers, comments and layout.

A program is read as a row of tokens: names, numbers and texts stand for any of their kind, while keywords, built-in names,
signs and what follows a dot stay. Each K tokens in a row are hashed; of each WINDOW hashes the smallest is kept
(winnowing; Schleimer, Wilkerson and Aiken 2003, as in MOSS), so that every stretch of K + WINDOW - 1 tokens that two programs
share leaves a common fingerprint. What is in the starter or in the course's own listings, and what many students have, says
nothing and is left out by whoever compares. The result is a hint to a human.
"""

from __future__ import annotations

import builtins
import hashlib
import io
import keyword
import tokenize
from collections.abc import Collection, Sequence
from dataclasses import dataclass

METHOD = 1  # counts up whenever fingerprints come out otherwise
K = 14  # tokens of one fingerprint
WINDOW = 8
KEPT = frozenset({*keyword.kwlist, *keyword.softkwlist, *dir(builtins)})
SIGNS = {tokenize.NUMBER: "0", tokenize.STRING: '""', tokenize.INDENT: ">", tokenize.DEDENT: "<", tokenize.NEWLINE: ";"}
TEXTS = {getattr(tokenize, name, -1): '""' for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")}
LEFT_OUT = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}


@dataclass(frozen=True, slots=True)
class Token:
    """What a token stands for, and the line it begins on."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Mark:
    """One fingerprint, and the first and last line of what left it."""

    number: int
    first: int
    last: int


def tokens(source: str) -> list[Token]:
    """Read a program; what can't be read any further ends it."""
    found: list[Token] = []
    try:
        for t in tokenize.generate_tokens(io.StringIO(source).readline):
            if t.type not in LEFT_OUT:
                is_attribute = bool(found) and found[-1].text == "."
                found.append(Token(_stands_for(t, is_attribute=is_attribute), t.start[0]))
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def marks(source: str) -> list[Mark]:
    """Take a program's fingerprints, in its order."""
    row = tokens(source)
    hashes = [_hash([t.text for t in row[at:at + K]]) for at in range(len(row) - K + 1)]
    places: dict[int, None] = {}
    for start in range(max(1, len(hashes) - WINDOW + 1) if hashes else 0):
        window = hashes[start:start + WINDOW]
        least = min(window)
        places[start + len(window) - 1 - window[::-1].index(least)] = None
    return [Mark(hashes[at], row[at].line, row[at + K - 1].line) for at in places]


def numbers(source: str) -> set[int]:
    """Take a program's fingerprints without their places."""
    return {m.number for m in marks(source)}


def lines_of(source: str, common: Collection[int]) -> set[int]:
    """List the lines of a program that left fingerprints which it has in common with another."""
    there = {t.line for t in tokens(source)}
    return {line for m in marks(source) if m.number in common for line in range(m.first, m.last + 1) if line in there}


def share(one: Collection[int], other: Collection[int], common: int) -> float:
    """Return how much of the shorter program's fingerprints both have, 0 to 1."""
    least = min(len(one), len(other))
    return common / least if least else 0.0


def _stands_for(token: tokenize.TokenInfo, *, is_attribute: bool) -> str:
    if token.type == tokenize.NAME:
        return token.string if is_attribute or token.string in KEPT else "x"
    return SIGNS.get(token.type) or TEXTS.get(token.type) or token.string


def _hash(texts: Sequence[str]) -> int:
    """Hash tokens to 48 bits, the same in every process, which JSON keeps exactly."""
    return int.from_bytes(hashlib.blake2b("\0".join(texts).encode(), digest_size=6).digest(), "big")
