"""Numbers about many attempts: how long they waited, how well a check tells students apart, and whether it seems wrong.

The alarm's rule. An attempt looks right to a check when every other check of it passed (those skipped because of this one
aside), no known mistake explains it, and this check passed or was missed by less than the allowed distance once more.
Calibration promises that a right submission fails a check by chance in less than 1 of 1,000 cases. Of n attempts that look right,
one of each student, k fail this check; the alarm is raised from the least k that a check which keeps the promise
reaches with a probability of at most 1 in 10,000. So a check that is as it should be raises a false alarm in at most one of
10,000 classes. A single failure never raises it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.verdict import Result

FIRST_S, RATIO, LAST = 0.1, 1.25, 90  # of the bins of waiting times: the last one begins at a year
WRONGLY = 1e-3  # right submissions that a check may fail by chance
CHANCE = 1e-4  # of a false alarm, of one check in one class
FAR = 2.0  # a share of the allowed distance from which on a failure doesn't look right
FEWEST = 10  # students, for a coefficient to mean anything
MARGINS = (0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 2.0, 5.0)  # ends of the bins of shares used


@dataclass(frozen=True, slots=True)
class Row:
    """One check of one attempt."""

    verdict: str
    points: float
    max_points: float
    used: float | None


Attempts = Sequence[tuple[Mapping[str, Row], str]]  # the checks of each by name, and the known mistake that explains it


def wait_bin(seconds: float) -> int:
    """Tell the bin of a waiting time; each is a quarter longer than the one before."""
    return 0 if seconds <= FIRST_S else min(LAST, math.ceil(math.log(seconds / FIRST_S) / math.log(RATIO)))


def bin_end_s(number: int) -> float:
    """Return the longest time of a bin, in seconds."""
    return FIRST_S * RATIO**number


def quantile_s(counts: Mapping[int, int], share: float) -> float | None:
    """Return the end of the bin that this share of the waiting times doesn't exceed, in seconds; None of none."""
    left = share * sum(counts.values())
    for number in sorted(counts):
        left -= counts[number]
        if left <= 1e-9:
            return bin_end_s(number)
    return None


def discrimination(passed: Sequence[bool], rest: Sequence[float]) -> float | None:
    """Correlate passing a check with the points of all others (point-biserial, -1 to 1); None where it says nothing."""
    n, hits = len(passed), sum(passed)
    if n < FEWEST or hits in (0, n):
        return None
    mean = math.fsum(rest) / n
    spread = math.sqrt(math.fsum((r - mean)**2 for r in rest) / n)
    if spread <= 1e-9:
        return None
    with_it = math.fsum(r for r, p in zip(rest, passed, strict=True) if p) / hits
    without = math.fsum(r for r, p in zip(rest, passed, strict=True) if not p) / (n - hits)
    return (with_it - without) / spread * math.sqrt(hits * (n - hits)) / n


def looks_right(checks: Mapping[str, Row], mistake: str, name: str) -> bool:
    """Tell whether an attempt looks right to a check; see the rule above."""
    own = checks[name]
    others = [r.verdict for n, r in checks.items() if n != name]
    is_failed = own.verdict == Result.FAILED
    allowed = {Result.PASSED, Result.SKIPPED} if is_failed else {Result.PASSED}
    is_near = own.used is None or own.used <= FAR
    return Result.PASSED in others and set(others) <= allowed and (
        own.verdict == Result.PASSED or (is_failed and not mistake and is_near))


def suspected(attempts: Attempts, name: str) -> tuple[int, int]:
    """Count the attempts that look right to a check, and those of them that fail it."""
    right = [checks[name] for checks, mistake in attempts if name in checks and looks_right(checks, mistake, name)]
    return len(right), sum(r.verdict == Result.FAILED for r in right)


def alarm_from(count: int) -> int:
    """Return how many of so many right-looking attempts must fail a check for the alarm."""
    chance, below, k = (1 - WRONGLY)**count, 0.0, 0
    while 1 - below > CHANCE and k <= count:
        below += chance
        chance *= (count - k) / (k + 1) * WRONGLY / (1 - WRONGLY)
        k += 1
    return max(2, k)


def margins(used: Sequence[float]) -> list[int]:
    """Count the shares used of the allowed distance by bins that end at MARGINS; the last one has no end."""
    counts = [0] * (len(MARGINS) + 1)
    for share in used:
        counts[next((k for k, end in enumerate(MARGINS) if share <= end), len(MARGINS))] += 1
    return counts


def scores(found: Sequence[float], points: float) -> list[int]:
    """Count scores by tenths of the points; full marks and more are counted by themselves, at the end."""
    counts = [0] * 11
    for score in found:
        counts[10 if score >= points - 1e-9 else max(0, int(10 * score / points))] += 1
    return counts
