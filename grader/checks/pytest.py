"""pytest: the instructor's own tests over evidence, in a process of their own, outside the box.

A test file in the assignment's folder asks for the fixtures `evidence`, `answers` and `data`: dictionaries of
plain arrays by `probe.output` (`published.W`, `train.weights.0`). They travel as safetensors bytes, never as pickle.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from grader.checks.base import Case, Check
from grader.errors import Broken
from grader.evidence import Measured
from grader.own_tests import shared
from grader.tolerance import Array
from grader.verdict import Outcome


class Pytest(Check):
    """All tests of one file pass; the first failing one's assertion message is what the student reads."""

    kind: Literal["pytest"]

    file: str = Field(pattern=r"^[\w-]+\.py$")
    of: list[str] = []
    seconds: float = Field(20, gt=0, le=300)

    def refs(self) -> list[str]:
        """Name the outputs the tests look at."""
        return self.of

    def answered(self) -> list[str]:
        """Hand the reference's outputs to the tests."""
        return self.of

    def outcome(self, case: Case) -> Outcome:
        """Run the file's tests over the evidence."""
        for ref in self.of:
            case.got(ref)
        file = case.root / self.file
        if not file.is_file():
            raise Broken(f"check {self.name}: {file.name} is not in the assignment's folder")
        tables = {"evidence": lambda: flat(case.evidence), "answers": lambda: flat(case.answers), "data": lambda: case.data}
        try:
            told = shared().run(file, tables, self.seconds)
        except Broken as e:
            raise Broken(f"check {self.name}: {e}") from e
        margin = f"{told.tests - told.failed} of {told.tests} tests"
        if told.failed:
            return Outcome(False, _message(told.because), margin)
        return Outcome(True, f"{margin} pass", margin)


def flat(evidence: Mapping[str, Measured]) -> dict[str, Array]:
    """Name every array `probe.output`."""
    return {f"{probe}.{name}": a for probe, m in evidence.items() for name, a in m.arrays.items()}


def _message(text: str) -> str:
    return text.removeprefix("AssertionError: ").split("\nassert ")[0].strip()[:500]
