"""How far a diagnosis can be trusted: mistakes made by other hands, whose cause is known, against what is said of them.

A mutant of a right example is a mistake that somebody else made in another style. Those whose name is that of one of the
folder's own mistakes are the held-back variants. On half of the seeds the likelihoods are measured, on the other half the
diagnoses are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import MappingProxyType

from grader.catalog import Assignment
from grader.diagnose import EDGES, Diagnosis, Known, Likelihood, bin_of, diagnose, score
from grader.evidence import Measured
from grader.example import Example, examples_of
from grader.settings import Places
from grader.submission import Submission, read_submission
from worker.answers import answers
from worker.box import Boxes
from worker.known import early_of, evidence, mistakes
from worker.mutants import mutants
from worker.power import Short

SAME: MappingProxyType[str, tuple[str, ...]] = MappingProxyType({  # a mutant's name, and the same mistake's names in folders
    "gradients not cleared": ("gradients-kept", "gradients-not-cleared"),
    "sum for mean": ("sum-for-mean",), "one step fewer": ("one-step-short", "one-step-fewer"),
    "one step more": ("one-step-more",), "rate tenfold": ("tenfold-rate", "lr-tenfold", "rate-tenfold"),
    "activation left out": ("no-sigmoid", "sigmoid-left-out", "softmax-left-out", "no-output-sigmoid"),
    "wrong axis": ("wrong-axis", "wrong-axis-everywhere")})


@dataclass(frozen=True, slots=True)
class Variant:
    """A submission whose mistake is known; `cause` is empty for a right one."""

    assignment: Assignment
    name: str
    cause: str
    submission: Submission
    style: str


@dataclass
class Counted:
    """What was said of the variants: (true cause, said), in how many cases; and the scores by bin."""

    said: Counter[tuple[str, str]] = field(default_factory=Counter)
    own: list[int] = field(default_factory=lambda: [0] * (len(EDGES) + 1))
    other: list[int] = field(default_factory=lambda: [0] * (len(EDGES) + 1))

    @property
    def right(self) -> tuple[int, int]:
        """Count the diagnoses that were right, and all that were made of mistakes."""
        made = [(pair, n) for pair, n in self.said.items() if pair[0] and pair[1]]
        return sum(n for (cause, said), n in made if cause == said), sum(n for _, n in made)

    @property
    def accused(self) -> tuple[int, int]:
        """Count the right submissions that were diagnosed with anything, and all right ones."""
        right = [(said, n) for (cause, said), n in self.said.items() if not cause]
        return sum(n for said, n in right if said), sum(n for _, n in right)


def variants(assignment: Assignment) -> Iterator[Variant]:
    """Make the held-back variants of a folder's mistakes, and its right submissions."""
    examples = [e for e in examples_of(assignment.root, assignment.spec) if not e.expected.slow]
    names = {e.name: e for e in examples if e.expected.hint}
    for example in (e for e in examples if e.expected.right):
        yield Variant(assignment, example.name, "", example.submission, example.expected.style)
        made = Counter(m.name for m in mutants(example.submission.source))
        for mutant in mutants(example.submission.source):
            cause = cause_of(mutant.name, example, names)
            if made[mutant.name] == 1 and cause:
                submission = read_submission("submission.py", mutant.source.encode())
                yield Variant(assignment, f"{example.name}: {mutant.name}", cause, submission, example.expected.style)


def cause_of(mutation: str, example: Example, names: dict[str, Example]) -> str:
    """Find the folder's own mistake of that name in the example's style; empty where it has none."""
    style = example.expected.style
    wanted = [f"{n}{end}" for n in SAME.get(mutation, ()) for end in ("", "-script")]
    return next((n for n in wanted if n in names and names[n].expected.style == style), "")


def weigh(variant: Variant, seed: int, places: Places, boxes: Boxes, counted: Counted) -> None:
    """Add one variant's scores to the bins."""
    got, right, known = measure(variant, seed, places, boxes)
    for mistake in known:
        value = score(got, mistake.evidence, right)
        if value is not None and variant.cause:
            (counted.own if mistake.name == variant.cause else counted.other)[bin_of(value)] += 1


def ask(variant: Variant, seed: int, places: Places, boxes: Boxes, likelihood: Likelihood, counted: Counted) -> None:
    """Count what is said of one variant."""
    got, right, known = measure(variant, seed, places, boxes)
    told: Diagnosis | None = diagnose(got, right, known, likelihood)
    counted.said[variant.cause, told.mistake if told else ""] += 1


def measure(variant: Variant, seed: int, places: Places,
            boxes: Boxes) -> tuple[dict[str, Measured], dict[str, Measured], list[Known]]:
    """Give a variant's evidence, the right answers, and the folder's mistakes, on one seed."""
    got = evidence(variant.assignment, variant.submission, seed, places, boxes)
    attempt = Short(variant.assignment, variant.submission, seed, places)
    attempt.trials[0] = got
    right = early_of(attempt, answers(variant.assignment, variant.style, seed, places))
    return got, right, mistakes(variant.assignment, variant.style, seed, places, boxes)


def trust(assignments: list[Assignment], places: Places, boxes: Boxes, seeds: list[int],
          on_done: Callable[[], None] = lambda: None) -> tuple[Likelihood, Counted]:
    """Measure the likelihoods on every other seed, and count the diagnoses on the others."""
    every = [v for a in assignments for v in variants(a)]
    counted = Counted()
    for seed in seeds[::2]:
        for variant in every:
            weigh(variant, seed, places, boxes, counted)
            on_done()
    measured = f"{len(every)} variants of the mistakes of {len(assignments)} assignments on {len(seeds[::2])} seeds"
    likelihood = Likelihood(own=counted.own, other=counted.other, measured=measured)
    for seed in seeds[1::2]:
        for variant in every:
            ask(variant, seed, places, boxes, likelihood, counted)
            on_done()
    return likelihood, counted
