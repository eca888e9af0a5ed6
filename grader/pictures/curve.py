"""The cost curve: the student's over the reference's, dashed, or over the bands of right programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.axes import Curves, label, read_curves
from grader.pictures.drawn import Drawn, thinned
from grader.pictures.svg import WIDTH, path, picture, tag, words

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 262.0, 58.0, 16.0, 34.0, 30.0
WIDE, TALL = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM


def draw(picture_: Mapping[str, Any], key: str) -> Drawn | None:
    """Draw the cost over the steps, the cost on a logarithmic axis."""
    curves = read_curves(picture_)
    if curves is None:
        return None
    told = sentence(curves)
    svg = picture(key, HEIGHT, "Cost over the steps", told, *axes(curves), *bands(curves), *lines(curves),
                  *legend(curves))
    return Drawn(svg, told, *table(curves))


def sentence(curves: Curves) -> str:
    """Say in words what the curves do."""
    told = [f"{whose} goes from {label(c[0][1])} to {label(c[-1][1])} at step {label(c[-1][0])}"
            for whose, c in (("Your cost", curves.got), ("the reference's", curves.want)) if c]
    bands = [f"right programs lie in the bars at {len(curves.bands)} steps"] if curves.bands else []
    none = [] if curves.got else ["Your curve has no finite cost"]
    return "; ".join([*none, *told, *bands]) + "."


def place(curves: Curves, step: float, cost: float) -> tuple[float, float]:
    """Turn a step and a cost into a place in the picture."""
    return LEFT + WIDE * curves.x.share(step), TOP + TALL * (1 - curves.y.share(cost))


def axes(curves: Curves) -> list[str]:
    """Draw grid lines, the numbers beside them, and what they mean."""
    drawn = [words(LEFT - 14, TOP + TALL + 19, "step", class_="axis", text_anchor="end"),
             words(2, TOP - 18, "cost" if curves.y.is_log else "cost (not logarithmic)", class_="axis")]
    for value in curves.y.ticks(6):
        y = place(curves, 0, value)[1]
        drawn += [tag("line", x1=LEFT, x2=LEFT + WIDE, y1=y, y2=y, class_="grid"),
                  words(LEFT - 6, y + 4, label(value), class_="tick", text_anchor="end")]
    for step in curves.x.ticks(4):
        x = place(curves, step, 0)[0]
        drawn += [tag("line", x1=x, x2=x, y1=TOP + TALL, y2=TOP + TALL + 5, class_="frame"),
                  words(x, TOP + TALL + 19, label(step), class_="tick", text_anchor="middle")]
    return [*drawn, tag("path", d=f"M{LEFT} {TOP}V{TOP + TALL}H{LEFT + WIDE}", fill="none", class_="frame")]


def bands(curves: Curves) -> list[str]:
    """Draw the range of right programs at each named step."""
    drawn = []
    for step, low, high in curves.bands:
        x, top = place(curves, step, high)
        bottom = place(curves, step, low)[1]
        drawn.append(tag("rect", x=x - 5, y=top, width=10, height=max(2.0, bottom - top), rx=2, class_="band"))
    return drawn


def lines(curves: Curves) -> list[str]:
    """Draw the reference's curve, then the student's over it, with a dot where it ends."""
    want, got = ([place(curves, *p) for p in c] for c in (curves.want, curves.got))
    end = [tag("circle", cx=got[-1][0], cy=got[-1][1], r=4, class_="dot")] if got else []
    return [path(want, class_="reference"), path(got, class_="yours"), *end]


def legend(curves: Curves) -> list[str]:
    """Name the lines, at the top right."""
    y = TOP - 22
    x = LEFT + WIDE - (190 if curves.bands else 168)
    drawn = [tag("line", x1=x, x2=x + 24, y1=y, y2=y, class_="yours"), words(x + 30, y + 4, "yours", class_="key")]
    if curves.want:
        drawn += [tag("line", x1=x + 78, x2=x + 104, y1=y, y2=y, class_="reference"),
                  words(x + 110, y + 4, "reference", class_="key")]
    elif curves.bands:
        drawn += [tag("rect", x=x + 84, y=y - 7, width=10, height=14, rx=2, class_="band"),
                  words(x + 100, y + 4, "right programs", class_="key")]
    return drawn


def table(curves: Curves) -> tuple[list[str], list[list[str]]]:
    """List the drawn points, a row a step."""
    if curves.bands:
        return ["step", "yours, nearest", "lowest", "highest"], [
            [label(s), label(nearest(curves, s)) if curves.got else "none", label(lo), label(hi)]
            for s, lo, hi in curves.bands]
    want = dict(curves.want)
    got = dict(curves.got)
    return ["step", "yours", "reference"], [
        [label(s), label(got[s]) if s in got else "", label(want[s]) if s in want else ""]
        for s in thinned(sorted({*got, *want}))]


def nearest(curves: Curves, step: float) -> float:
    """Return the student's cost at the drawn step nearest to this one."""
    return min(curves.got, key=lambda p: abs(p[0] - step))[1]
