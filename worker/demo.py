"""The demonstration: a right submission and a mistake of every assignment, graded for real, with progress."""

from __future__ import annotations

from collections.abc import Sequence

from rich.progress import Progress

from grader.catalog import Assignment
from grader.example import Example, examples_of
from grader.settings import Places
from worker.box import Boxes
from worker.verify import Proof, prove


def demonstrate(assignments: Sequence[Assignment], boxes: Boxes, places: Places, jobs: int,
                progress: Progress) -> list[Proof]:
    """Grade the chosen examples; returns one proof each, right before mistake, in the assignments' order."""
    chosen = {id(e): e for a in assignments for e in choice(examples_of(a.root, a.spec))}
    names = {(e.name, e.submission.digest) for e in chosen.values()}
    task = progress.add_task(f"grading in {boxes.name} boxes", total=len(chosen))
    def done(proof: Proof) -> None:
        progress.advance(task)
        score = f"{proof.report.score:g} of {proof.report.points:g}" if proof.report else "broken"
        progress.console.print(f"{proof.assignment:24} {proof.about:60.60} {score}", markup=False, highlight=False)
    proofs = prove(assignments, boxes, places, jobs, done, lambda e: (e.name, e.submission.digest) in names)
    return sorted(proofs, key=lambda p: (p.assignment, not p.is_right))


def choice(examples: Sequence[Example]) -> list[Example]:
    """Choose the first right example and the first typical mistake that has a hint."""
    right = [e for e in examples if e.expected.right]
    mistakes = [e for e in examples if not e.expected.right and not e.expected.slow]
    hinted = [e for e in mistakes if e.expected.hint] or mistakes
    return right[:1] + hinted[:1]
