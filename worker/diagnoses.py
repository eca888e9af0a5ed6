"""How far a diagnosis can be trusted: mistakes made by other hands, whose cause is known, against what is said of them.

A mutant of a right example is a mistake that somebody else made in another style. Those whose name is that of one of the
folder's own mistakes are the held-back variants. On half of the seeds the likelihoods are measured, on the other half the
diagnoses are counted; or all seeds count, with the likelihoods that the service uses. A style in which nothing that is measured
early on has an answer to be compared with is left out: there nothing is ever said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
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


@dataclass(frozen=True, slots=True)
class Found:
    """What one variant left on one seed, and what it is compared with."""

    got: dict[str, Measured]
    right: dict[str, Measured]
    known: list[Known]


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
    examples = [e for e in examples_of(assignment.root, assignment.spec)
                if not e.expected.slow and is_answered(assignment, e.expected.style)]
    names = {e.name: e for e in examples if e.expected.hint}
    for example in (e for e in examples if e.expected.right):
        yield Variant(assignment, example.name, "", example.submission, example.expected.style)
        made = Counter(m.name for m in mutants(example.submission.source))
        for mutant in mutants(example.submission.source):
            cause = cause_of(mutant.name, example, names)
            if made[mutant.name] == 1 and cause:
                submission = read_submission("submission.py", mutant.source.encode())
                yield Variant(assignment, f"{example.name}: {mutant.name}", cause, submission, example.expected.style)


def is_answered(assignment: Assignment, style: str) -> bool:
    """Tell whether anything that is measured early on has an answer that it is compared with."""
    late = {p.name for p in assignment.spec.probes_of(style) if p.late}
    return any(ref.partition(".")[0] not in late for c in assignment.spec.checks_of(style) for ref in c.answered())


def cause_of(mutation: str, example: Example, names: dict[str, Example]) -> str:
    """Find the folder's own mistake of that name in the example's style; empty where it has none."""
    style = example.expected.style
    wanted = [f"{n}{end}" for n in SAME.get(mutation, ()) for end in ("", "-script")]
    return next((n for n in wanted if n in names and names[n].expected.style == style), "")


def weigh(cause: str, found: Found, counted: Counted) -> None:
    """Add one variant's scores to the bins."""
    for mistake in found.known:
        value = score(found.got, mistake.evidence, found.right)
        if value is not None and cause:
            (counted.own if mistake.name == cause else counted.other)[bin_of(value)] += 1


def ask(cause: str, found: Found, likelihood: Likelihood, counted: Counted) -> None:
    """Count what is said of one variant."""
    told: Diagnosis | None = diagnose(found.got, found.right, found.known, likelihood)
    counted.said[cause, told.mistake if told else ""] += 1


def measure(variant: Variant, seed: int, places: Places, boxes: Boxes) -> Found:
    """Measure a variant, the right answers and the folder's mistakes on one seed."""
    got = evidence(variant.assignment, variant.submission, seed, places, boxes)
    attempt = Short(variant.assignment, variant.submission, seed, places)
    attempt.trials[0] = got
    right = early_of(attempt, answers(variant.assignment, variant.style, seed, places))
    return Found(got, right, mistakes(variant.assignment, variant.style, seed, places, boxes))


def trust(every: Sequence[Variant], places: Places, boxes: Boxes, seeds: Sequence[int],
          on_done: Callable[[], None] = lambda: None, *, jobs: int = 1,
          likelihood: Likelihood | None = None) -> tuple[Likelihood, Counted]:
    """Measure the likelihoods on every other seed and count the diagnoses on the others; with a likelihood, all seeds count.

    Calls `on_done` after each variant and seed. The mistakes that all variants share are measured first, once.
    """
    counted = Counted()
    with ThreadPoolExecutor(jobs) as pool:
        def on(seed: int) -> Iterator[tuple[Variant, Found]]:
            for assignment, style in dict.fromkeys((v.assignment, v.style) for v in every):
                mistakes(assignment, style, seed, places, boxes)
            for variant, found in zip(every, pool.map(lambda v: measure(v, seed, places, boxes), every), strict=True):
                on_done()
                yield variant, found
        if likelihood is None:
            for seed in seeds[::2]:
                for variant, found in on(seed):
                    weigh(variant.cause, found, counted)
            told = f"{len(every)} variants of the mistakes of {len({v.assignment.slug for v in every})} assignments"
            likelihood = Likelihood(own=counted.own, other=counted.other, measured=f"{told} on {len(seeds[::2])} seeds")
            seeds = seeds[1::2]
        for seed in seeds:
            for variant, found in on(seed):
                ask(variant.cause, found, likelihood, counted)
    return likelihood, counted
