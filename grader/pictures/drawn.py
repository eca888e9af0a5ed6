"""What a picture is made of: the SVG, a caption, and its numbers as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
ROWS = 40  # of the table behind a picture


@dataclass(frozen=True, slots=True)
class Drawn:
    """One picture, ready for a page. `svg` is markup; all else is plain text, to be escaped where it is shown."""

    svg: str
    caption: str
    head: list[str]
    rows: list[list[str]]


def thinned(rows: list[T], most: int = ROWS) -> list[T]:
    """Keep at most `most` rows, evenly spaced, the first and the last among them."""
    if len(rows) <= most:
        return rows
    return [rows[round(i * (len(rows) - 1) / (most - 1))] for i in range(most)]
