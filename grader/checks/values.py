"""values: outputs lie close to the reference's."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from grader.checks.base import Case, Check
from grader.tolerance import Layout, Tolerance, compare
from grader.verdict import Outcome


class Close(Check):
    """The shared body of values, gradients and parameters: compare every output with the reference's."""

    of: list[str] = Field(min_length=1)
    tolerance: Tolerance
    layout: Layout = "loose"

    def refs(self) -> list[str]:
        """List the outputs compared."""
        return self.of

    def answered(self) -> list[str]:
        """Compare all of them with the reference."""
        return self.of

    def outcome(self, case: Case) -> Outcome:
        """Compare elementwise; the output that used most of its tolerance speaks."""
        compared = [(name, got, want, compare(got, want, self.tolerance))
                    for ref in self.of for name, got, want in case.pairs(ref, self.layout)]
        name, got, want, worst = max(compared, key=lambda c: c[3].used)
        place = f"{name}{list(worst.where)}" if got.size > 1 else name
        because = f"{place}: {worst.sentence()}"
        if not all(c[3].is_close for c in compared):
            return Outcome(False, because + self.explain(got, want), worst.sentence(), worst.used)
        return Outcome(True, because, worst.sentence(), worst.used)

    def explain(self, got: object, want: object) -> str:  # noqa: ARG002 - for kinds that can say more
        """Say more about a failed comparison, as a clause that starts with a semicolon; nothing by default."""
        return ""


class Values(Close):
    """Outputs of a function or a script lie within the tolerance of the reference's."""

    kind: Literal["values"]
