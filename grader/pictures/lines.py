"""Lines over days: one full, one dashed, on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Sequence

from grader.axes import Scale, cost_axis, label
from grader.pictures.columns import HEIGHT as TALL_AS_COLUMNS
from grader.pictures.columns import LEFT, TALL, TOP, WIDE, labels
from grader.pictures.drawn import Drawn
from grader.pictures.svg import path, picture, tag, words

LOOKS = ("yours", "reference")
Line = tuple[str, Sequence[float | None]]  # its name, and a value for each day; None where there is none


def draw(title: str, days: Sequence[str], lines: Sequence[Line], unit: str, key: str) -> Drawn | None:
    """Draw at most two lines; None where there is no value."""
    values = [v for _, line in lines for v in line if v is not None]
    if not values:
        return None
    scale = cost_axis(values)
    drawn = [shape for (_, line), look in zip(lines, LOOKS, strict=False) for shape in one(line, scale, look)]
    caption = f"{title}, {unit}; the axis is logarithmic."
    svg = picture(key, TALL_AS_COLUMNS, title, caption, *axis(scale), *labels(days), *drawn, *legend([n for n, _ in lines]))
    rows = [[day, *("" if line[at] is None else label(line[at] or 0.0) for _, line in lines)] for at, day in enumerate(days)]
    return Drawn(svg, caption, ["day", *(f"{name}, {unit}" for name, _ in lines)], rows)


def one(line: Sequence[float | None], scale: Scale, look: str) -> list[str]:
    """Draw one line, with a dot at each day of the first kind."""
    slot = WIDE / len(line)
    places = [(LEFT + slot * (at + 0.5), TOP + TALL * (1 - scale.share(v))) for at, v in enumerate(line) if v is not None]
    dots = [tag("circle", cx=x, cy=y, r=3, class_="dot") for x, y in places] if look == LOOKS[0] else []
    return [path(places, class_=look), *dots]


def axis(scale: Scale) -> list[str]:
    """Draw lines at round numbers."""
    drawn = []
    for value in scale.ticks(4):
        y = TOP + TALL * (1 - scale.share(value))
        drawn += [tag("line", x1=LEFT, x2=LEFT + WIDE, y1=y, y2=y, class_="grid"),
                  words(LEFT - 6, y + 4, label(value), class_="tick", text_anchor="end")]
    return drawn


def legend(names: Sequence[str]) -> list[str]:
    """Name the lines."""
    drawn = []
    for at, (name, look) in enumerate(zip(names, LOOKS, strict=False)):
        x = LEFT + 185 * at
        drawn += [tag("line", x1=x, x2=x + 24, y1=10, y2=10, class_=look), words(x + 30, 14, name, class_="key")]
    return drawn
