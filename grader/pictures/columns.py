"""Columns: how many of something there are in each bin or on each day; several kinds stand on one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from grader.axes import Scale, label
from grader.pictures.drawn import Drawn
from grader.pictures.svg import WIDTH, picture, stripes, tag, words

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 216.0, 46.0, 8.0, 34.0, 30.0
WIDE, TALL = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
MOST_LABELS = 7
GAP, ROW = 120.0, 18.0  # between the names of two kinds beside and below each other
SHORT = 12  # characters of names that stand beside each other


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of what is counted, a value for each column; kinds differ by fill, not by colour alone."""

    name: str
    values: Sequence[float]
    look: Literal["full", "striped", "hollow"] = "full"


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: the columns' labels and kinds; `mark` is a column before which a limit stands."""

    title: str
    bins: str  # what a label is, as in "day"
    labels: Sequence[str]
    kinds: Sequence[Kind]
    caption: str = ""
    mark: int | None = None


def draw(chart: Chart, key: str) -> Drawn | None:
    """Draw columns; None where there is nothing to count."""
    totals = [sum(values) for values in zip(*(k.values for k in chart.kinds), strict=True)]
    if not totals or max(totals) <= 0:
        return None
    scale = Scale(0.0, max(totals))
    bars = [bar for at in range(len(totals)) for bar in column(chart, at, scale, key)]
    defs = tag("defs", stripes(f"{key}-stripes"))
    more = ROW * (len(chart.kinds) - 1) if are_long(chart.kinds) else 0.0
    plot = tag("g", *axis(scale), *bars, *labels(chart.labels), *limit(chart), transform=f"translate(0 {more:g})")
    svg = picture(key, HEIGHT + more, chart.title, chart.caption or chart.title, defs, plot, *legend(chart.kinds, key))
    rows = [[name, *(label(k.values[at]) for k in chart.kinds)] for at, name in enumerate(chart.labels)]
    return Drawn(svg, chart.caption, [chart.bins, *(k.name for k in chart.kinds)], rows)


def column(chart: Chart, at: int, scale: Scale, key: str) -> list[str]:
    """Draw one column, its kinds on one another."""
    slot = WIDE / len(chart.labels)
    room = min(2.0, 0.1 * slot)
    base, drawn = 0.0, []
    for kind in chart.kinds:
        low, high = (TOP + TALL * (1 - scale.share(v)) for v in (base, base + kind.values[at]))
        base += kind.values[at]
        if kind.values[at] > 0:
            drawn.append(tag("rect", x=LEFT + slot * at + room, y=high, width=slot - 2 * room, height=max(1.0, low - high),
                             **look(kind.look, key)))
    return drawn


def look(name: str, key: str) -> dict[str, str]:
    """Return the attributes of a fill."""
    if name == "striped":
        return {"class_": "outlined", "fill": f"url(#{key}-stripes)"}
    return {"class_": "fill-yours" if name == "full" else "fill-reference"}


def axis(scale: Scale) -> list[str]:
    """Draw lines at round numbers."""
    drawn = []
    for value in scale.ticks(4):
        y = TOP + TALL * (1 - scale.share(value))
        drawn += [tag("line", x1=LEFT, x2=LEFT + WIDE, y1=y, y2=y, class_="grid"),
                  words(LEFT - 6, y + 4, label(value), class_="tick", text_anchor="end")]
    return drawn


def labels(names: Sequence[str]) -> list[str]:
    """Write some of the labels, evenly spaced, below the columns."""
    slot, every = WIDE / len(names), -(-len(names) // MOST_LABELS)
    return [words(LEFT + slot * (at + 0.5), TOP + TALL + 18, name, class_="tick", text_anchor="middle")
            for at, name in enumerate(names) if at % every == 0]


def limit(chart: Chart) -> list[str]:
    """Draw the limit before a column."""
    if chart.mark is None:
        return []
    x = LEFT + WIDE / len(chart.labels) * chart.mark
    return [tag("line", x1=x, x2=x, y1=TOP - 4, y2=TOP + TALL + 4, class_="limit")]


def legend(kinds: Sequence[Kind], key: str) -> list[str]:
    """Name the kinds, where there are several."""
    drawn, is_below = [], are_long(kinds)
    for at, kind in enumerate(kinds if len(kinds) > 1 else []):
        x, y = (LEFT, 4 + ROW * at) if is_below else (LEFT + GAP * at, 4.0)
        drawn += [tag("rect", x=x, y=y, width=12, height=12, **look(kind.look, key)),
                  words(x + 18, y + 11, kind.name, class_="key")]
    return drawn


def are_long(kinds: Sequence[Kind]) -> bool:
    """Tell whether the kinds' names have no room beside each other."""
    return len(kinds) > 1 and any(len(k.name) > SHORT for k in kinds)
