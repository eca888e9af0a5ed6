"""Scores of a discriminator: one panel each for real images, fakes and noise, told apart by place, label and fill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.axes import label, numbers
from grader.pictures.drawn import Drawn
from grader.pictures.svg import WIDTH, picture, stripes, tag, words

SETS = (("real", "real images"), ("fake", "generated images"), ("noise", "noise"))
LEFT, TOP, TALL, STEP, FOOT = 4.0, 26.0, 54.0, 88.0, 22.0
WIDE = WIDTH - 2 * LEFT


def draw(picture_: Mapping[str, Any], key: str) -> Drawn | None:
    """Draw how the scores of each set are spread over 0 to 1, one panel below the other on one axis."""
    told = [(name, title, counts) for name, title in SETS if sum(counts := numbers(picture_.get(name))) > 0]
    if not told or len({len(c) for _, _, c in told}) > 1:
        return None
    said = sentence([(title, c) for _, title, c in told])
    defs = tag("defs", stripes(f"{key}-fake"), stripes(f"{key}-noise", is_dotted=True))
    panels = [panel(title, c, TOP + k * STEP, f"url(#{key}-{name})" if name != "real" else None)
              for k, (name, title, c) in enumerate(told)]
    svg = picture(key, TOP + len(told) * STEP + FOOT - 12, "Scores of your discriminator", said, defs, *panels,
                  axis(TOP + (len(told) - 1) * STEP + TALL))
    return Drawn(svg, said, *table([(title, c) for _, title, c in told]))


def mean(counts: list[float]) -> float:
    """Estimate the mean score from the bins' middles."""
    return sum(c * (k + 0.5) / len(counts) for k, c in enumerate(counts)) / sum(counts)


def sentence(told: list[tuple[str, list[float]]]) -> str:
    """Say in words where the scores lie."""
    means = ", ".join(f"{mean(c):.2f} for {title}" for title, c in told)
    return f"The mean score is about {means}; 1 means that D takes an image for real."


def panel(title: str, counts: list[float], top: float, fill: str | None) -> str:
    """Draw one set: a bar per bin, and a mark at the mean."""
    slot, most, base = WIDE / len(counts), max(counts), top + TALL
    look = {"class_": "fill-yours"} if fill is None else {"class_": "outlined", "fill": fill}
    bars = [tag("rect", x=LEFT + k * slot + 1, y=base - TALL * max(0.0, c) / most, width=slot - 2,
                height=TALL * max(0.0, c) / most, **look) for k, c in enumerate(counts) if c > 0]
    x = LEFT + WIDE * mean(counts)
    return "".join([words(LEFT, top - 8, title, class_="key"),
                    words(LEFT + WIDE, top - 8, f"{sum(counts):.0f} scores, mean {mean(counts):.2f}", class_="tick",
                          text_anchor="end"),
                    *bars, tag("line", x1=LEFT, x2=LEFT + WIDE, y1=base, y2=base, class_="frame"),
                    tag("path", d=f"M{x:.1f} {base + 1}l-5 8h10z", class_="pointer")])


def axis(base: float) -> str:
    """Number the axis that all panels share, below the last one."""
    sides = {0.0: "start", 0.25: "middle", 0.5: "middle", 0.75: "middle", 1.0: "end"}
    return "".join(words(LEFT + WIDE * v, base + 24, label(v), class_="tick", text_anchor=side)
                   for v, side in sides.items())


def table(told: list[tuple[str, list[float]]]) -> tuple[list[str], list[list[str]]]:
    """List the counts, a row a bin."""
    bins = len(told[0][1])
    return ["score", *(title for title, _ in told)], [
        [f"{k / bins:.2f} to {(k + 1) / bins:.2f}", *(f"{c[k]:.0f}" for _, c in told)] for k in range(bins)]
