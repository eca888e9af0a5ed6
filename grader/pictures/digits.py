"""A sheet of generated digits, and how the generated ones spread over the kinds of digit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from grader.axes import items, numbers
from grader.pictures.drawn import Drawn
from grader.pictures.png import data_uri, png
from grader.pictures.svg import WIDTH, picture, tag, words

ROWS, COLUMNS = 4, 10
GAP, EDGE = 2, 96  # pixels between two digits, and their grey
BARS = 74.0


def draw(picture_: Mapping[str, Any], key: str) -> Drawn | None:
    """Draw up to 4 x 10 images, and below them the share of each kind of digit."""
    images = [numbers(i) for i in items(picture_.get("images"))[:ROWS * COLUMNS]]
    side = math.isqrt(len(images[0])) if images else 0
    images = [i for i in images if side and len(i) == side * side]
    if not images:
        return None
    shares = numbers(picture_.get("shares"))[:20]
    told = sentence(len(images), shares)
    rows = sheet(images, side)
    tall = WIDTH * len(rows) / len(rows[0])
    image = tag("image", href=data_uri(png(rows, 1)), width=WIDTH, height=tall, class_="pixels")
    height = tall + (BARS + 50 if shares else 0)
    return Drawn(picture(key, height, "Generated digits", told, image, *coverage(shares, tall + 26)), told,
                 ["digit", "share of the samples"], [[str(k), f"{s:.1%}"] for k, s in enumerate(shares)])


def sentence(count: int, shares: list[float]) -> str:
    """Say in words what the sheet shows."""
    if not shares:
        return f"{count} of the generated images."
    most = max(range(len(shares)), key=shares.__getitem__)
    none = [str(k) for k, s in enumerate(shares) if s < 0.01]
    missing = f"; hardly any look like {', '.join(none)}" if none else ""
    return f"{count} of the generated images. Most often they look like a {most} ({shares[most]:.0%}){missing}."


def sheet(images: list[list[float]], side: int) -> list[bytes]:
    """Lay images out in rows of ten with grey lines between; missing ones stay grey."""
    columns = min(COLUMNS, len(images))
    step = side + GAP
    rows = [bytearray([EDGE]) * (columns * step + GAP) for _ in range(-(-len(images) // columns) * step + GAP)]
    for k, image in enumerate(images):
        top, left = GAP + (k // columns) * step, GAP + (k % columns) * step
        for y in range(side):
            pixels = image[y * side:(y + 1) * side]
            rows[top + y][left:left + side] = bytes(min(255, max(0, round(p))) for p in pixels)
    return [bytes(r) for r in rows]


def coverage(shares: list[float], top: float) -> Iterator[str]:
    """Draw a bar per kind of digit."""
    if not shares:
        return
    slot, most = WIDTH / len(shares), max(0.01, *shares)
    yield words(0, top - 8, "Which digits they look like", class_="key")
    yield tag("line", x1=0, x2=WIDTH, y1=top + BARS, y2=top + BARS, class_="frame")
    for k, share in enumerate(shares):
        tall = (BARS - 14) * min(1.0, max(0.0, share / most))
        middle = slot * (k + 0.5)
        yield tag("rect", x=middle - slot * 0.32, y=top + BARS - tall, width=slot * 0.64, height=tall,
                  class_="fill-yours")
        yield words(middle, top + BARS - tall - 3, f"{share:.0%}", class_="tick", text_anchor="middle")
        yield words(middle, top + BARS + 16, k, class_="tick strong", text_anchor="middle")
