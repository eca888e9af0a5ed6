"""Pictures of a report: SVG by hand, one kind of picture a file, each with words and numbers for who can't see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from grader.pictures import bars, curve, digits, histogram, surface, trials
from grader.pictures.drawn import Drawn
from grader.verdict import Verdict

KINDS: MappingProxyType[str, Callable[[Mapping[str, Any], str], Drawn | None]] = MappingProxyType({
    "bars": bars.draw, "curve": curve.draw, "digits": digits.draw, "histogram": histogram.draw,
    "surface": surface.draw})


def draw(picture: Mapping[str, Any], key: str) -> Drawn | None:
    """Draw what a check left for its picture; None when there is nothing to draw."""
    kind = KINDS.get(str(picture.get("type", "")))
    return kind(picture, key) if kind else None


def pictures(check: Verdict, key: str) -> list[Drawn]:
    """Draw all pictures of one check: what it looked at, and its trials when there were several."""
    drawn = [draw(check.picture, key), trials.draw(check.trials, f"{key}-trials")]
    return [d for d in drawn if d is not None]


__all__ = ["Drawn", "draw", "pictures"]
