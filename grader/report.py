"""All verdicts of one attempt, with score, output and provenance: what a student learns from and a TA defends."""

from __future__ import annotations

from typing import Any, Literal

from grader.diagnose import Diagnosis
from grader.strict import Model
from grader.verdict import Result, Verdict

NEAR = (0.8, 1.25)  # the share of its tolerance from which to which a check is near the line
StatusName = Literal["finished", "timeout", "memory", "output", "crashed", "broken"]


class Report(Model):
    """One attempt's report. `status` is about the run, `checks` about the submission."""

    assignment: str
    title: str
    file: str
    style: str
    status: StatusName
    because: str
    score: float
    points: float
    checks: list[Verdict]
    diagnosis: Diagnosis | None = None  # the known mistake that explains what failed
    notes: list[str]
    stdout: str
    stderr: str
    provenance: dict[str, Any]

    @property
    def failed(self) -> list[Verdict]:
        """List the checks that did not pass, in order."""
        return [c for c in self.checks if c.verdict is not Result.PASSED]

    @property
    def near(self) -> list[str]:
        """Name the checks that used about all of their tolerance."""
        return [v.name for v in self.checks if v.verdict is not Result.SKIPPED and v.used is not None
                and NEAR[0] <= v.used <= NEAR[1]]

    @property
    def flags(self) -> list[str]:
        """List what staff should look at: evidence better than that of any right run."""
        return [f"{c.name}: {c.flag}" for c in self.checks if c.flag]


def score_of(checks: list[Verdict]) -> float:
    """Add up the points, without the noise of binary fractions."""
    return round(sum(c.points for c in checks), 6)
