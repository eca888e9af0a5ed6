"""What the proof of an assignment folder found: every example's verdicts beside those it must get, and what bands promise."""

from __future__ import annotations

from collections.abc import Sequence

from grader.example import Example
from grader.report import Report
from grader.strict import Model

LONGEST = 2000  # characters kept of one sentence


class Row(Model):
    """A check's verdict on an example beside the one it must give."""

    check: str
    about: str
    got: str
    wanted: str
    because: str

    @property
    def is_expected(self) -> bool:
        """Tell whether it is what the example says."""
        return self.got == self.wanted


class Proven(Model):
    """One example's outcome."""

    name: str
    about: str
    is_right: bool
    style: str
    seconds: float
    surprises: list[str]
    status: str = ""
    score: float | None = None
    points: float | None = None
    rows: list[Row] = []

    @property
    def holds(self) -> bool:
        """Tell whether it got what it had to get."""
        return not self.surprises


class Bands(Model):
    """What a calibration promises."""

    seeds: int
    seconds: float
    chance_of_loss: float  # of right submissions, at most this share loses a mark by chance
    is_new: bool  # measured in this proof
    checks: dict[str, str]  # where each check's bands come from


class Mutants(Model):
    """What mistakes made by machine, and many right submissions, told of the checks."""

    runs: int
    mistakes: int
    survivors: list[str]
    excused: list[str]
    rejected: dict[str, int]  # right submissions turned away, by check
    unchanged: int


class ProofReport(Model):
    """All that a proof found."""

    problems: list[str] = []  # with the folder itself: then nothing was run
    where: str = ""
    examples: list[Proven] = []
    bands: Bands | None = None
    mutants: Mutants | None = None
    engine: str = ""
    seconds: float = 0

    @property
    def holds(self) -> bool:
        """Tell whether the folder has proven itself."""
        survives = bool(self.mutants and self.mutants.survivors)
        return bool(self.examples) and not self.problems and not survives and all(e.holds for e in self.examples)

    @property
    def seconds_an_attempt(self) -> float:
        """The longest that a right example took."""
        return max((e.seconds for e in self.examples if e.is_right), default=0.0)


def rows_of(example: Example, report: Report) -> list[Row]:
    """Put every verdict beside the one that the example says."""
    wanted = dict.fromkeys(example.expected.failed, "failed") | dict.fromkeys(example.expected.skipped, "skipped")
    return [Row(check=v.name, about=v.about[:LONGEST], got=str(v.verdict), wanted=wanted.get(v.name, "passed"),
                because=v.because[:LONGEST]) for v in report.checks]


def cut(texts: Sequence[str], most: int = 200) -> list[str]:
    """Keep texts short enough to be kept: what examples raise may be long."""
    return [t[:LONGEST] for t in texts[:most]]
