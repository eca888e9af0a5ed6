"""The mistakes of an assignment's folder, measured on the inputs of an attempt, and what they say about it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from grader.catalog import Assignment
from grader.diagnose import Diagnosis, Known, diagnose, read_likelihood
from grader.errors import Broken, SpecError
from grader.evidence import Measured
from grader.example import Example, examples_of
from grader.settings import Places
from grader.style import style_of
from grader.submission import Submission
from grader.tolerance import Array
from grader.verdict import Result
from worker import cache
from worker.answers import answers, own_seed
from worker.attempt import Attempt
from worker.box import Boxes
from worker.grade import measured
from worker.power import Short

AT_ONCE = 2


def explain(attempt: Attempt, boxes: Boxes) -> Diagnosis | None:
    """Name the known mistake that explains a failing attempt; None where nothing failed or nothing explains it.

    A fault of ours, or of the folder's examples, is no diagnosis: the report stands without it.
    """
    if all(v.verdict is Result.PASSED for v in attempt.verdicts.values()) or not attempt.trials[0]:
        return None
    try:
        known = mistakes(attempt.assignment, attempt.style, attempt.seed, attempt.places, boxes)
        right = answers(attempt.assignment, attempt.style, attempt.seed, attempt.places)
    except (Broken, SpecError):
        return None
    early = early_of(attempt, right)
    return diagnose(attempt.trials[0], early, known, read_likelihood()) if early else None


def early_of(attempt: Attempt, right: Mapping[str, Measured]) -> dict[str, Measured]:
    """Keep the answers of probes that are always measured: mistakes are not trained to the end."""
    late = {p.name for p in attempt.assignment.spec.probes_of(attempt.style) if p.late}
    return {name: m for name, m in right.items() if name not in late and name in attempt.trials[0]}


def mistakes(assignment: Assignment, style: str, seed: int, places: Places, boxes: Boxes) -> list[Known]:
    """Measure the folder's mistakes of a style on one seed's inputs, or take them from the cache."""
    wrong = [e for e in examples_of(assignment.root, assignment.spec)
             if e.expected.hint and e.expected.style == style and not e.expected.slow]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda e: evidence(assignment, e.submission, seed, places, boxes), wrong))
    return [_known(e, f) for e, f in zip(wrong, found, strict=True)]


def _known(example: Example, found: Mapping[str, Measured]) -> Known:
    return Known(name=example.name, about=example.expected.about, hint=example.expected.hint, evidence=found)


def evidence(assignment: Assignment, submission: Submission, seed: int, places: Places, boxes: Boxes) -> dict[str, Measured]:
    """Measure what one submission leaves early on; the same question is answered once."""
    seed = same_seed(assignment, submission, seed)
    key = cache.key_of("known", assignment.digest, submission.digest, seed, cache.identity(places))
    kept = cache.load(key)
    if kept is None:
        attempt = measured(Short(assignment, submission, seed, places), boxes)
        kept = cache.frozen({f"{probe} {output}": array for probe, m in attempt.trials[0].items() if m.is_ok
                             for output, array in m.arrays.items()})
        cache.save(key, kept)
    found: dict[str, dict[str, Array]] = {}
    for name, array in kept.items():
        probe, _, output = name.partition(" ")
        found.setdefault(probe, {})[output] = array
    return {probe: Measured("ok", arrays=arrays) for probe, arrays in found.items()}


def same_seed(assignment: Assignment, submission: Submission, seed: int) -> int:
    """Return the smallest seed that measures the same; a script draws from its seed, so each is its own."""
    style = style_of(submission, assignment.spec)
    return seed if style == "script" else own_seed(assignment.spec, assignment.spec.probes_of(style), seed)
