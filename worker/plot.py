"""A cost curve in a terminal: yours in braille dots, the reference's in points or the bands as bars, cost logarithmic.

The two differ by their characters, so that nothing is lost without colour; where they meet, yours is on top.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.text import Text

from grader.axes import Curves, label, read_curves

BRAILLE = 0x2800
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # by row and column in a cell
MARGIN = 9  # columns for the numbers at the left
YOURS, OTHER = "cyan", "dim"


@dataclass(slots=True)
class Canvas:
    """A grid of cells; dots are set in braille at twice the width and four times the height."""

    width: int
    height: int
    is_ascii: bool
    signs: dict[tuple[int, int], str] = field(default_factory=dict)  # (row, column)
    dots: dict[tuple[int, int], int] = field(default_factory=dict)

    def sign(self, x: float, y: float, character: str) -> None:
        """Put a character at shares 0..1 of width and height, y upwards."""
        self.signs[self._row(y), round(x * (self.width - 1))] = character

    def dot(self, x: float, y: float) -> None:
        """Set one dot of the curve."""
        column, row = round(x * (2 * self.width - 1)), round((1 - y) * (4 * self.height - 1))
        cell = row // 4, column // 2
        self.dots[cell] = self.dots.get(cell, 0) | DOTS[row % 4][column % 2]

    def bar(self, x: float, low: float, high: float) -> None:
        """Draw an upright bar."""
        for row in range(self._row(high), self._row(low) + 1):
            self.signs[row, round(x * (self.width - 1))] = "|" if self.is_ascii else "┃"

    def line(self, row: int) -> Text:
        """Write one row of cells."""
        text = Text()
        for cell in ((row, column) for column in range(self.width)):
            dots = self.dots.get(cell)
            yours = "*" if self.is_ascii else chr(BRAILLE + (dots or 0))
            text.append(yours if dots else self.signs.get(cell, " "), style=YOURS if dots else OTHER)
        return text

    def _row(self, y: float) -> int:
        return round((1 - y) * (self.height - 1))


def plot(picture: Mapping[str, Any], width: int, height: int = 10, *, is_ascii: bool = False) -> list[Text]:
    """Draw a curve check's picture in at most `width` columns: a legend, `height` rows and the steps."""
    curves = read_curves(picture)
    if curves is None:
        return []
    canvas = Canvas(max(10, width - MARGIN - 2), height, is_ascii)
    for step, low, high in curves.bands:
        canvas.bar(curves.x.share(step), curves.y.share(low), curves.y.share(high))
    for x, y in traced(curves, curves.want, canvas.width):
        canvas.sign(x, y, "." if is_ascii else "·")
    for x, y in traced(curves, curves.got, 4 * canvas.width):
        canvas.dot(x, y)
    return [legend(curves, is_ascii=is_ascii), *rows(curves, canvas), foot(curves, canvas)]


def traced(curves: Curves, points: list[tuple[float, float]], steps: int) -> list[tuple[float, float]]:
    """Fill the gaps between points along straight lines, as shares of the axes."""
    places = [(curves.x.share(x), curves.y.share(y)) for x, y in points]
    filled = places[:1]
    for (x0, y0), (x1, y1) in itertools.pairwise(places):
        n = max(1, round(steps * max(abs(x1 - x0), abs(y1 - y0))))
        filled += [(x0 + (x1 - x0) * k / n, y0 + (y1 - y0) * k / n) for k in range(1, n + 1)]
    return filled


def legend(curves: Curves, *, is_ascii: bool) -> Text:
    """Name the signs."""
    yours, other, bar = ("***", "...", "|") if is_ascii else ("⠤⠤⠒", "···", "┃")
    text = Text(" " * MARGIN + "  ").append(yours, style=YOURS).append(" yours")
    if curves.want:
        text.append(f"   {other}", style=OTHER).append(" reference")
    if curves.bands:
        text.append(f"   {bar}", style=OTHER).append(" right programs")
    return text.append("" if curves.y.is_log else "   (cost not logarithmic)", style="dim")


def rows(curves: Curves, canvas: Canvas) -> list[Text]:
    """Write the rows, with the cost beside those that stand for a round number."""
    frame = "|" if canvas.is_ascii else "│"
    told: dict[int, str] = {}
    for value in curves.y.ticks(max(2, canvas.height // 2)):
        told[round((1 - curves.y.share(value)) * (canvas.height - 1))] = label(value)
    return [Text(f"{told.get(row, ''):>{MARGIN}} ").append(frame, style="dim").append_text(canvas.line(row))
            for row in range(canvas.height)]


def foot(curves: Curves, canvas: Canvas) -> Text:
    """Write the axis of steps."""
    last = f"step {label(curves.x.high)}"
    return Text(" " * (MARGIN + 2) + "0" + last.rjust(canvas.width - 1), style="dim")
