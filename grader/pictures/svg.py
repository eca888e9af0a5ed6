"""SVG by hand: elements whose texts are escaped and whose numbers are always finite."""

from __future__ import annotations

import math
from xml.sax.saxutils import escape, quoteattr

from grader.shown import line

WIDTH = 420  # of every picture, in user units: a phone shows them nearly one to one


def tag(name: str, *inside: str, **attributes: object) -> str:
    """Write one element. `inside` is SVG already; an underscore in an attribute's name stands for a hyphen."""
    said = "".join(f" {k.rstrip('_').replace('_', '-')}={quoteattr(_value(v))}" for k, v in attributes.items()
                   if v is not None)
    return f"<{name}{said}>{''.join(inside)}</{name}>" if inside else f"<{name}{said}/>"


def words(x: float, y: float, text: object, **attributes: object) -> str:
    """Write text at a place."""
    return tag("text", escape(line(text, 120)), x=x, y=y, **attributes)


def path(points: list[tuple[float, float]], **attributes: object) -> str:
    """Draw a line through points; none for fewer than two."""
    d = "M" + "L".join(f"{_value(x)} {_value(y)}" for x, y in points)
    return tag("path", d=d, fill="none", **attributes) if len(points) > 1 else ""


def picture(key: str, height: float, title: str, about: str, *inside: str) -> str:
    """Frame a picture, with the title and the description that screen readers say; `key` is unique in its page."""
    return tag("svg", tag("title", escape(line(title)), id=f"{key}-title"),
               tag("desc", escape(line(about, 2000)), id=f"{key}-about"), *inside,
               xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH} {_value(height)}", role="img",
               aria_labelledby=f"{key}-title {key}-about")


def stripes(identity: str, *, is_dotted: bool = False) -> str:
    """Define a fill that differs without colour: slanted stripes, or dots."""
    mark = (tag("circle", cx=2.5, cy=2.5, r=1.3, class_="mark") if is_dotted
            else tag("path", d="M0 6L6 0M-1 1L1 -1M5 7L7 5", class_="stripe"))
    side = 5 if is_dotted else 6
    return tag("pattern", tag("rect", width=side, height=side, class_="paper"), mark, id=identity, width=side,
               height=side, patternUnits="userSpaceOnUse")


def _value(value: object) -> str:
    if not isinstance(value, int | float):
        return str(value)
    held = min(1e6, max(-1e6, value)) if math.isfinite(value) else 0.0
    return f"{held:.2f}".rstrip("0").rstrip(".")
