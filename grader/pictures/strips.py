"""Two small pictures without axes: points check by check, and how much of an allowed distance was used."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.pictures.svg import stripes, tag
from grader.shown import result
from grader.verdict import Result, Verdict

LONG = 1000.0
LOOK = {Result.PASSED: "fill-passed", Result.FAILED: "hollow-failed"}


def score_strip(checks: Sequence[Verdict]) -> str:
    """Draw a segment per check, as long as its points: full when passed, hollow when failed, striped when skipped."""
    worth = [max(0.0, c.max_points) for c in checks]
    total = sum(worth)
    if not total or not math.isfinite(total):
        return ""
    drawn, x = [tag("defs", stripes("skipped"))], 0.0
    for check, points in zip(checks, worth, strict=True):
        wide = LONG * points / total
        look = LOOK.get(result(check))
        drawn.append(tag("rect", x=x + 2, y=2, width=max(0.0, wide - 4), height=16, rx=3, class_=look or "outlined",
                         fill=None if look else "url(#skipped)"))
        x += wide
    return tag("svg", *drawn, viewBox=f"0 0 {LONG:g} 20", preserveAspectRatio="none", aria_hidden="true",
               class_="strip")


def meter(used: float | None) -> str:
    """Draw the share of the allowed distance that was used; what is over ends in an arrow past the limit."""
    if used is None or math.isnan(used):
        return ""
    wide = 100 * min(max(used, 0.0), 1.0)
    over = tag("path", d="M103 5l7 0m-4 -4l4 4l-4 4", fill="none", class_="cross") if used > 1 else ""
    return tag("svg", tag("rect", x=0.5, y=1.5, width=99, height=7, rx=2, class_="trough"),
               tag("rect", x=0.5, y=1.5, width=max(1.5, wide - 1), height=7, rx=2,
                   class_="fill-failed" if used > 1 else "fill-passed"),
               tag("line", x1=100, x2=100, y1=0, y2=10, class_="limit"), over, viewBox="0 0 112 10",
               aria_hidden="true", class_="meter")
