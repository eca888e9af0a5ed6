"""What is going on in an attempt, for people to watch: phases of ours, and what its child tells, made clean.

A child's words are a student's: of them only the name of a probe that is due and pairs of step and cost get through, as
far as they make sense, and no more than an honest child would say. Nothing here is evidence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from grader.spec import Spec
from worker.plan import with_dependencies

Sink = Callable[[str, dict[str, Any]], None]  # an event's name (`phase`, `costs`) and what belongs to it

MOST_POINTS = 5000  # of an attempt
MOST_EVENTS = 1000  # costs events of an attempt
IN_ONE = 200
LARGEST = 1e300
LAST_STEP = 10**9


def silent(event: str, what: dict[str, Any]) -> None:
    """Tell nobody."""


class Live:
    """Tells a sink of one attempt: `phase` with `text`, and of probes `at` and `of`; `costs` with `points`.

    Steps begin anew behind each phase of a probe. A probe that only hidden checks look at is not named and its costs are
    not told.
    """

    def __init__(self, spec: Spec, style: str, sink: Sink = silent) -> None:
        self.spec = spec
        self.style = style
        self.sink = sink
        seen = [c for c in spec.checks_of(style) if c.visibility == "always"]
        self.about = {p: c.about for c in reversed(seen) for p in c.probes()}
        self.hidden = {p for c in spec.checks_of(style) for p in c.probes()} - self.about.keys()
        self.points = self.events = 0
        self.begin([], 0)

    def say(self, text: str) -> None:
        """Tell a phase of our own; the child's costs have to wait for its next probe."""
        self.probe = ""
        self.sink("phase", {"text": text})

    def begin(self, names: Sequence[str], trial: int) -> None:
        """Expect a round: the probes of these names and those they need, in their order."""
        self.order = [p.name for p in with_dependencies(self.spec, self.style, names)]
        self.trial = trial
        self.at = 0  # how many of them have begun
        self.probe = ""  # the one under way
        self.step = 0  # the last one told

    def hear(self, told: dict[str, Any]) -> None:
        """Pass on what a child told, as far as it is progress."""
        if told.get("event") == "phase":
            self._phase(told.get("probe"))
        elif told.get("event") == "costs":
            self._costs(told.get("points"))

    def _phase(self, probe: object) -> None:
        if not isinstance(probe, str) or probe not in self.order[self.at:]:
            return
        self.at, self.probe, self.step = self.order.index(probe) + 1, probe, 0
        which = f"measuring, trial {self.trial + 1}" if self.trial else "measuring"
        about = f": {self.about[probe]}" if probe in self.about else ""
        text = f"{which}{about} ({self.at} of {len(self.order)})"
        self.sink("phase", {"text": text, "at": self.at, "of": len(self.order)})

    def _costs(self, points: object) -> None:
        if not self.probe or self.probe in self.hidden or not isinstance(points, list):
            return
        clean = []
        for point in points[:IN_ONE]:
            if is_point(point) and point[0] > self.step:
                self.step = point[0]
                clean.append([point[0], float(point[1])])
        clean = clean[:MOST_POINTS - self.points]
        if clean and self.events < MOST_EVENTS:
            self.points += len(clean)
            self.events += 1
            self.sink("costs", {"points": clean})


def is_point(point: object) -> bool:
    """Tell whether something is a step, counted from 1, with a finite cost."""
    if not isinstance(point, list) or len(point) != 2 or type(point[0]) is not int or type(point[1]) not in {int, float}:
        return False
    return 0 < point[0] <= LAST_STEP and abs(point[1]) <= LARGEST and math.isfinite(point[1])
