"""What an assignment's checks can tell: how many right submissions they turn away, and which mistakes they let through.

Right submissions are the folder's right examples, which write the same thing in different ways, on many seeds and hidden
cases. What trains long is left out here: its chance of a false rejection is in the calibration; only a mistake that nothing
else catches is trained to the end. Mistakes are the folder's own and those that `mutants` makes of the right examples. A
mutant whose evidence is the right one's changes nothing that could be judged; one that changes it and still gets full marks
is a survivor: a defect of the spec. Some changes leave what a right submission may leave as well (`EXCUSED`): they are
listed with the reason, and are no defect.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from grader.bounds import upper_share
from grader.catalog import Assignment
from grader.errors import SubmissionError
from grader.evidence import Measured
from grader.example import Example, examples_of
from grader.report import score_of
from grader.settings import Places
from grader.submission import Submission, read_submission
from grader.verdict import Result
from worker.attempt import Attempt
from worker.box import Boxes, Status
from worker.grade import measured
from worker.mutants import Mutant, mutants

RUNS = 300
SEED = 20
ALLOWED = {"script": ("one step fewer", "one step more")}  # a listing's own loop may print one moment or the next
EXCUSED = {"script": {  # of mutants that every check lets pass: what a right script can leave just as well
    "start scaled tenfold": "it begins and ends at costs that a start from N(0, 1) leaves too; a run tells no more of it"}}
NEAR = 1e-6  # two evidences that differ by less are the same: another order of sums differs by less


@dataclass
class Power:
    """What was found about one assignment."""

    assignment: str
    runs: int = 0
    rejected: Counter[str] = field(default_factory=Counter)  # right submissions turned away, by check
    judged: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)  # mistakes, by check
    mistakes: int = 0
    survivors: list[str] = field(default_factory=list)
    excused: list[str] = field(default_factory=list)  # mutants that survive because they leave what is right, and why
    unchanged: int = 0  # mutants that change no evidence, or nothing that a script may not do

    def bound(self, check: str) -> float:
        """Bound the share of right submissions that a check turns away, at 95 % confidence."""
        return upper_share(self.rejected[check], self.judged[check]) if self.judged[check] else 1.0


class Short(Attempt):
    """An attempt without what trains long, and without further trials."""

    def plan(self) -> bool:
        """Measure once, all that is not late."""
        if self.runs or not super().plan():
            return False
        late = {p.name for p in self.assignment.spec.probes_of(self.style) if p.late}
        self.names = [n for n in self.names if n not in late]
        return bool(self.names)


def power(assignment: Assignment, boxes: Boxes, places: Places, jobs: int, on_done: Callable[[], None],
          runs: int = RUNS) -> Power:
    """Measure one assignment; calls `on_done` after each submission (see `work`)."""
    found = Power(assignment.slug)
    examples = examples_of(assignment.root, assignment.spec)
    right = [e for e in examples if e.expected.right and not e.expected.slow]
    wrong = [e for e in examples if not e.expected.right and not e.expected.slow]

    def each(submission: Submission, seed: int) -> Short:
        attempt = Short(assignment, submission, seed, places)
        measured(attempt, boxes)
        on_done()
        return attempt

    with ThreadPoolExecutor(jobs) as pool:
        tried = list(pool.map(lambda k: each(right[k % len(right)].submission, SEED + k), range(runs)))
        for attempt in tried:
            _count(attempt, found.rejected, found.judged)
        found.runs = len(tried)
        own = pool.map(lambda e: each(e.submission, SEED), wrong)
        made = pool.map(lambda m: (m[0], m[1], each(m[2], SEED)), made_of(right))
        for attempt in own:
            found.mistakes += 1
            _count(attempt, found.caught, Counter())
        honest = {e.name: measured(Short(assignment, e.submission, SEED, places), boxes) for e in right}
        doubtful = [(e, m, a.submission) for e, m, a in made if _weigh(found, a, m, honest[e.name])]
        whole = pool.map(lambda d: measured(Attempt(assignment, d[2], SEED, places), boxes), doubtful)
        for (example, mutant, _), trained in zip(doubtful, whole, strict=True):
            if not _is_caught(found, trained):
                survived(found, trained.style, example.name, mutant)
    return found


def work(assignment: Assignment, runs: int = RUNS) -> int:
    """Count the submissions that `power` will run."""
    examples = [e for e in examples_of(assignment.root, assignment.spec) if not e.expected.slow]
    return runs + sum(not e.expected.right for e in examples) + len(made_of([e for e in examples if e.expected.right]))


def made_of(right: Sequence[Example]) -> list[tuple[Example, Mutant, Submission]]:
    """Make the mutants of right examples that are one Python file."""
    made = []
    for example in right:
        for mutant in mutants(example.submission.source):
            try:
                made.append((example, mutant, read_submission("submission.py", mutant.source.encode())))
            except SubmissionError:
                continue
    return made


def _count(attempt: Attempt, failed: Counter[str], judged: Counter[str]) -> None:
    seen = attempt.trials[0].keys()
    checks = {c.name: c for c in attempt.assignment.spec.checks_of(attempt.style)}
    for name, verdict in attempt.verdicts.items():
        if verdict.verdict is not Result.SKIPPED and set(checks[name].probes()) <= seen:
            judged[name] += 1
            failed[name] += verdict.verdict is Result.FAILED


def _weigh(found: Power, attempt: Attempt, mutant: Mutant, honest: Attempt) -> bool:
    """Count a mutant; True where only its whole training can tell whether it survives."""
    is_allowed = mutant.name in ALLOWED.get(honest.style, ())
    if is_allowed or (attempt.style == honest.style and is_same(attempt.trials[0], honest.trials[0])):
        found.unchanged += 1
        return False
    found.mistakes += 1
    _count(attempt, found.caught, Counter())
    is_whole = attempt.runs and attempt.runs[-1].status is Status.FINISHED
    return bool(is_whole and score_of(list(attempt.verdicts.values())) >= score_of(list(honest.verdicts.values())))


def survived(found: Power, style: str, example: str, mutant: Mutant) -> None:
    """Write down a mutant that gets full marks: a defect of the spec, or excused with its reason."""
    told, reason = f"{example}, line {mutant.line}: {mutant.name}", EXCUSED.get(style, {}).get(mutant.name)
    if reason is None:
        found.survivors.append(told)
    else:
        found.excused.append(f"{told} ({reason})")


def _is_caught(found: Power, attempt: Attempt) -> bool:
    """Tell whether a mutant that was trained to the end loses a mark, and count by which checks."""
    failed = [v.name for v in attempt.verdicts.values() if v.verdict is Result.FAILED]
    found.caught.update(failed)
    return bool(failed) or attempt.runs[-1].status is not Status.FINISHED


def is_same(one: dict[str, Measured], other: dict[str, Measured]) -> bool:
    """Tell whether two evidences are the same but for rounding."""
    if one.keys() != other.keys():
        return False
    return all(_is_same(one[name], other[name]) for name in one)


def _is_same(a: Measured, b: Measured) -> bool:
    if a.status != b.status or a.arrays.keys() != b.arrays.keys():
        return False
    return all(a.arrays[k].shape == b.arrays[k].shape and
               np.allclose(a.arrays[k].astype(float), b.arrays[k].astype(float), rtol=NEAR, atol=NEAR, equal_nan=True)
               for k in a.arrays)
