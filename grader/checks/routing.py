"""routing: a discriminator step moves only D, a generator step only G, and both in the right direction."""

from __future__ import annotations

import math
from typing import Literal

from grader.checks.base import Case, Check
from grader.verdict import Outcome


class Routing(Check):
    """Each training step moves the network it trains, leaves the other alone, and lowers its own loss."""

    kind: Literal["routing"]

    of: str  # the name of a routing probe
    still: float = 0.0  # how far the other network may move

    def refs(self) -> list[str]:
        """Name the probe's outputs."""
        return [f"{self.of}.{o}" for o in ("g_in_d_step", "d_in_d_step", "d_in_g_step", "g_in_g_step", "d_loss_change",
                                           "g_score_change")]

    def outcome(self, case: Case) -> Outcome:
        """Read six numbers and name the first that is wrong."""
        g_in_d, d_in_d, d_in_g, g_in_g, d_loss, g_score = numbers = [case.number(r) for r in self.refs()]
        problems = [
            (all(map(math.isfinite, numbers)), "after a training step, weights or scores are NaN or infinite"),
            (d_in_d > 0, "the discriminator step does not change D"),
            (g_in_d <= self.still, f"the discriminator step changes G (by {g_in_d:.3g}): detach the fake images"),
            (g_in_g > 0, "the generator step does not change G"),
            (d_in_g <= self.still, f"the generator step changes D (by {d_in_g:.3g}): its optimizer must own only G"),
            (d_loss < 0, "the discriminator step makes D worse at telling real from fake: check the sign and the targets"),
            (g_score > 0, "the generator step makes D believe the fakes less: check the sign and the target of its loss"),
        ]
        wrong = [text for is_right, text in problems if not is_right]
        return Outcome(not wrong, wrong[0] if wrong else "each step moves its own network, in the right direction")
