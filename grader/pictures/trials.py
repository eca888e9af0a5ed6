"""Several trials of a stochastic check: what each seed came to, against the band of right programs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.axes import Scale, is_number, label
from grader.pictures.drawn import Drawn
from grader.pictures.svg import WIDTH, picture, tag, words
from grader.verdict import Trial

IN_BAND = re.compile(r"^(\S+) in (\S+) \.\. (\S+)$")  # `0.12 in 0.1 .. 0.2`
LEFT, RIGHT, TOP, STEP = 92.0, 60.0, 28.0, 24.0
WIDE = WIDTH - LEFT - RIGHT

Place = tuple[float, float, float]


def draw(trials: Sequence[Trial], key: str) -> Drawn | None:
    """Draw a line per trial when their margins name one band; None for a single trial."""
    read = [band(t.margin) for t in trials[:20]]
    told = [r for r in read if r is not None]
    if len(trials) < 2 or len(told) < len(read) or len({r[1:] for r in told}) > 1:
        return None
    _, low, high = told[0]
    values = [r[0] for r in told]
    room = 0.06 * (max(high, *values) - min(low, *values)) or 1.0
    scale = Scale(min(low, *values) - room, max(high, *values) + room)
    passed = sum(t.is_passed for t in trials)
    said = (f"{len(trials)} trials with other seeds; {passed} inside the band of right programs, "
            f"{label(low)} to {label(high)}.")
    bottom = TOP + len(told) * STEP
    left, right = (LEFT + WIDE * scale.share(v) for v in (low, high))
    shade = tag("rect", x=left, y=TOP - 8, width=max(2.0, right - left), height=bottom - TOP + 8, class_="band")
    ends = [words(left, TOP - 14, label(low), class_="tick", text_anchor="middle" if right - left > 50 else "end"),
            words(right, TOP - 14, label(high), class_="tick", text_anchor="middle" if right - left > 50 else "start")]
    rows = [row(t, v[0], scale, TOP + k * STEP + 8) for k, (t, v) in enumerate(zip(trials, told, strict=False))]
    return Drawn(picture(key, bottom + 6, "Trials against the band", said, shade, *ends, *rows), said, *table(trials))


def band(margin: str) -> Place | None:
    """Read value, low and high from a margin; None when it names no band."""
    found = IN_BAND.match(margin)
    if found is None:
        return None
    try:
        value, low, high = (float(g) for g in found.groups())
    except ValueError:
        return None
    return (value, low, high) if all(map(is_number, (value, low, high))) else None


def row(trial: Trial, value: float, scale: Scale, y: float) -> str:
    """Draw one trial: a dot when it passed, a cross when it did not."""
    x = LEFT + WIDE * scale.share(value)
    mark = (tag("circle", cx=x, cy=y, r=5.5, class_="dot") if trial.is_passed
            else tag("path", d=f"M{x - 5:.1f} {y - 5}l10 10m0 -10l-10 10", fill="none", class_="cross"))
    return "".join([tag("line", x1=LEFT, x2=LEFT + WIDE, y1=y, y2=y, class_="grid"),
                    words(0, y + 4, f"seed {trial.seed}", class_="tick"), mark,
                    words(WIDTH, y + 4, label(value), class_="tick", text_anchor="end")])


def table(trials: Sequence[Trial]) -> tuple[list[str], list[list[str]]]:
    """List the trials."""
    words_ = {True: "passed", False: "failed"}
    return ["seed", "verdict", "margin"], [[str(t.seed), words_[t.is_passed], t.margin] for t in trials]
