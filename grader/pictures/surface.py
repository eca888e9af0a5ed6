"""The decision surface over XOR's square: what the network answers everywhere, the four points, the 0.5 line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from grader.axes import numbers
from grader.pictures.drawn import Drawn, thinned
from grader.pictures.png import data_uri, png
from grader.pictures.svg import WIDTH, picture, tag, words

LOW, HIGH = -0.5, 1.5  # of both inputs
SIDE, LEFT, TOP = 250.0, 52.0, 12.0
POINTS = ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0))  # x1, x2, class
STOPS = ((0.0, (33, 84, 148)), (0.5, (247, 244, 238)), (1.0, (201, 98, 26)))  # blue, paper, orange

Grid = list[list[float]]
Place = tuple[float, float]


def draw(picture_: Mapping[str, Any], key: str) -> Drawn | None:
    """Draw outputs on a square grid; row by row from x2 = -0.5 upwards, x1 running fastest."""
    values, side = numbers(picture_.get("values")), picture_.get("side")
    if not isinstance(side, int) or side < 2 or len(values) != side * side:
        return None
    grid = [values[i * side:(i + 1) * side] for i in range(side)]
    told = sentence(grid)
    svg = picture(key, TOP + SIDE + 46, "Decision surface", told, heat(grid), contour(grid), *marks(), *axes(),
                  *scale())
    return Drawn(svg, told, *table(grid))


def sentence(grid: Grid) -> str:
    """Say in words what the network answers at the four points."""
    told = ", ".join(f"{at(grid, x1, x2):.2f} at ({x1}, {x2})" for x1, x2, _ in POINTS)
    right = sum((at(grid, x1, x2) > 0.5) == bool(c) for x1, x2, c in POINTS)
    return f"Your network answers about {told}: {right} of 4 on the right side of 0.5."


def at(grid: Grid, x1: float, x2: float) -> float:
    """Read the grid at the node nearest to a place."""
    last = len(grid) - 1
    row, column = (round((x - LOW) / (HIGH - LOW) * last) for x in (x2, x1))
    return grid[row][column]


def place(x1: float, x2: float) -> Place:
    """Turn two inputs into a place in the picture; x2 points up."""
    return LEFT + SIDE * (x1 - LOW) / (HIGH - LOW), TOP + SIDE * (HIGH - x2) / (HIGH - LOW)


def colour(value: float) -> bytes:
    """Mix the colour of an output: blue for 0, paper for 0.5, orange for 1."""
    v = min(1.0, max(0.0, value))
    (a, low), (b, high) = STOPS[:2] if v < 0.5 else STOPS[1:]
    return bytes(round(p + (q - p) * (v - a) / (b - a)) for p, q in zip(low, high, strict=True))


def heat(grid: Grid) -> str:
    """Draw the outputs, a pixel a node; the outermost nodes lie on the frame."""
    image = png([b"".join(map(colour, row)) for row in reversed(grid)], 3)
    cell = SIDE / (len(grid) - 1)
    inner = tag("image", href=data_uri(image), x=-cell / 2, y=-cell / 2, width=SIDE + cell, height=SIDE + cell,
                preserveAspectRatio="none")
    return tag("svg", inner, x=LEFT, y=TOP, width=SIDE, height=SIDE, overflow="hidden")


def contour(grid: Grid) -> str:
    """Draw the line on which the output is 0.5."""
    d = "".join(f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}" for (x0, y0), (x1, y1) in segments(grid))
    return tag("path", d=d, fill="none", class_="halo") + tag("path", d=d, fill="none", class_="contour") if d else ""


def segments(grid: Grid, level: float = 0.5) -> Iterator[tuple[Place, Place]]:
    """Yield the pieces of a contour line, cell by cell (marching squares; a saddle is cut in reading order)."""
    last = len(grid) - 1
    step = (HIGH - LOW) / last
    for i in range(last):
        for j in range(last):
            corners = ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))
            cuts = [c for k in range(4) if (c := cut(grid, corners[k], corners[(k + 1) % 4], level)) is not None]
            ends = [place(LOW + x * step, LOW + y * step) for x, y in cuts]
            yield from zip(ends[::2], ends[1::2], strict=True)


def cut(grid: Grid, a: tuple[int, int], b: tuple[int, int], level: float) -> Place | None:
    """Find where a cell's edge crosses the level, as (column, row) of the grid."""
    va, vb = grid[a[0]][a[1]], grid[b[0]][b[1]]
    if (va > level) == (vb > level):
        return None
    share = (level - va) / (vb - va)
    return a[1] + share * (b[1] - a[1]), a[0] + share * (b[0] - a[0])


def marks() -> Iterator[str]:
    """Draw the four points: a ring for class 0, a square for class 1."""
    for x1, x2, is_one in POINTS:
        x, y = place(x1, x2)
        yield (tag("rect", x=x - 7, y=y - 7, width=14, height=14, class_="point") if is_one
               else tag("circle", cx=x, cy=y, r=8, class_="point"))
        yield words(x, y + 4, is_one, class_="inked", text_anchor="middle")


def axes() -> Iterator[str]:
    """Number both inputs."""
    yield tag("rect", x=LEFT, y=TOP, width=SIDE, height=SIDE, fill="none", class_="frame")
    for value in (-0.5, 0, 0.5, 1, 1.5):
        yield words(place(value, 0)[0], TOP + SIDE + 18, f"{value:g}", class_="tick", text_anchor="middle")
        yield words(LEFT - 7, place(0, value)[1] + 4, f"{value:g}", class_="tick", text_anchor="end")
    yield words(LEFT + SIDE / 2, TOP + SIDE + 38, "x1", class_="axis", text_anchor="middle")
    yield words(0, TOP + SIDE / 2 + 4, "x2", class_="axis")


def scale() -> Iterator[str]:
    """Draw the colour scale with its meaning, and name the marks."""
    x, steps, tall = LEFT + SIDE + 20, 32, 120
    column = png([colour(1 - k / (steps - 1)) for k in range(steps)], 3)
    yield tag("image", href=data_uri(column), x=x, y=TOP, width=14, height=tall, preserveAspectRatio="none")
    yield tag("rect", x=x, y=TOP, width=14, height=tall, fill="none", class_="frame")
    for value, said in ((1, "1"), (0.5, "0.5"), (0, "0")):
        yield words(x + 20, TOP + tall * (1 - value) + 4 + 4 * (value - 0.5), said, class_="tick")
    yield tag("line", x1=x, x2=x + 22, y1=TOP + 152, y2=TOP + 152, class_="contour")
    yield words(x + 28, TOP + 156, "0.5 line", class_="key")
    for k, (shape, said) in enumerate((("circle", "class 0"), ("rect", "class 1"))):
        y = TOP + 178 + 24 * k
        yield (tag("circle", cx=x + 8, cy=y, r=7, class_="point") if shape == "circle"
               else tag("rect", x=x + 1, y=y - 7, width=14, height=14, class_="point"))
        yield words(min(x + 28, WIDTH - 60), y + 4, said, class_="key")


def table(grid: Grid) -> tuple[list[str], list[list[str]]]:
    """List the outputs at some of the nodes, the topmost row first."""
    last = len(grid) - 1
    picked = thinned(list(range(last + 1)), 9)
    def coordinate(k: int) -> str:
        return f"{LOW + (HIGH - LOW) * k / last:.2f}"
    return ["x2 \\ x1", *map(coordinate, picked)], [
        [coordinate(i), *(f"{grid[i][j]:.2f}" for j in picked)] for i in reversed(picked)]
