"""Probabilities of a few rows: the student's bars, filled, beside the reference's, hollow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from grader.axes import Scale, label, numbers
from grader.pictures.drawn import Drawn
from grader.pictures.svg import WIDTH, picture, tag, words

MOST_ROWS, MOST_CLASSES = 8, 16
TOP, GAP, TALL, STEP = 38.0, 26.0, 66.0, 112.0  # of a panel: bars, then class numbers

Rows = list[list[float]]


def draw(picture_: Mapping[str, Any], key: str) -> Drawn | None:
    """Draw a panel per row, in two columns when there are several."""
    got, want = matrix(picture_.get("got")), matrix(picture_.get("want"))
    rows = min(len(got), len(want))
    if not rows or len(got[0]) != len(want[0]):
        return None
    got, want = got[:rows], want[:rows]
    columns = 1 if rows == 1 else 2
    told = sentence(got, want)
    scale = Scale(min(0.0, *(v for r in got for v in r)), max(1.0, *(v for r in got for v in r)))
    wide = (WIDTH - GAP * (columns - 1)) / columns
    panels = [panel(got[k], want[k], scale, ((wide + GAP) * (k % columns), TOP + k // columns * STEP), wide, k)
              for k in range(rows)]
    height = TOP - 24 + -(-rows // columns) * STEP
    svg = picture(key, height, "Probabilities, row by row", told, *legend(scale), *panels)
    return Drawn(svg, told, *table(got, want))


def matrix(raw: object) -> Rows:
    """Read rows of numbers of one length; a single row may come without its brackets."""
    if not isinstance(raw, list) or not raw:
        return []
    rows = [numbers(r)[:MOST_CLASSES] for r in (raw if isinstance(raw[0], list) else [raw])[:MOST_ROWS]]
    return rows if rows[0] and all(len(r) == len(rows[0]) for r in rows) else []


def largest(row: list[float]) -> int:
    """Return the class with the largest value."""
    return max(range(len(row)), key=row.__getitem__)


def sentence(got: Rows, want: Rows) -> str:
    """Say in words how far the two agree."""
    same = sum(largest(g) == largest(w) for g, w in zip(got, want, strict=True))
    worst = max(abs(a - b) for g, w in zip(got, want, strict=True) for a, b in zip(g, w, strict=True))
    shown = "The first row" if len(got) == 1 else f"The first {len(got)} rows"
    return f"{shown}: the same class is largest in {same} of {len(got)}; the largest difference is {label(worst)}."


def panel(got: list[float], want: list[float], scale: Scale, at: tuple[float, float], wide: float, row: int) -> str:
    """Draw one row: two bars a class, the class numbers below, the student's largest in bold."""
    left, top = at
    slot = wide / len(got)
    bar = min(22.0, slot * 0.4)
    base = top + TALL * (1 - scale.share(0))
    drawn = [words(left, top - 7, f"row {row}", class_="key"),
             tag("line", x1=left, x2=left + wide, y1=base, y2=base, class_="frame")]
    for k, (mine, right) in enumerate(zip(got, want, strict=True)):
        middle = left + slot * (k + 0.5)
        drawn += [column(middle - bar - 0.5, bar, mine, scale, top, "fill-yours"),
                  column(middle + 0.5, bar, right, scale, top, "fill-reference"),
                  words(middle, top + TALL + 15, k, class_="tick strong" if k == largest(got) else "tick",
                        text_anchor="middle")]
    return "".join(drawn)


def column(x: float, wide: float, value: float, scale: Scale, top: float, look: str) -> str:
    """Draw one bar, from 0 up or down to its value."""
    ends = sorted(top + TALL * (1 - scale.share(v)) for v in (0.0, value))
    return tag("rect", x=x, y=ends[0], width=wide, height=max(1.0, ends[1] - ends[0]), class_=look)


def legend(scale: Scale) -> Iterator[str]:
    """Name the two kinds of bar, and the axis when it is not 0 to 1."""
    yield tag("rect", x=0, y=1, width=12, height=11, class_="fill-yours")
    yield words(18, 11, "yours", class_="key")
    yield tag("rect", x=70, y=1, width=12, height=11, class_="fill-reference")
    yield words(88, 11, "reference", class_="key")
    if (scale.low, scale.high) != (0.0, 1.0):
        yield words(WIDTH, 11, f"axis from {label(scale.low)} to {label(scale.high)}", class_="tick", text_anchor="end")


def table(got: Rows, want: Rows) -> tuple[list[str], list[list[str]]]:
    """List both, a line a row."""
    head = ["row", "whose", *(f"class {k}" for k in range(len(got[0])))]
    return head, [[str(k), whose, *map(label, rows[k])]
                  for k in range(len(got)) for whose, rows in (("yours", got), ("reference", want))]
