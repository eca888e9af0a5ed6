"""What n runs promise about all others, whatever their distribution: tolerance intervals, bounds of shares, and trials."""

from __future__ import annotations

import math

CONFIDENCE = 0.95
FALSE_REJECTIONS = 1e-3  # of right submissions, over all checks and trials together
MOST_TRIALS = 20


def bound(lost: int, runs: int, numbers: int, confidence: float = CONFIDENCE) -> float:
    """Bound the share of right runs that a check turns away in one trial, after `lost` of `runs`.

    numbers: how many least-to-greatest bands were made of these very runs; 0 where bands were there before.
    """
    if numbers == 0:
        return upper_share(lost, runs, confidence)
    each = (1 + confidence) / 2 if lost else confidence  # two bounds that are to hold together
    left, outside = runs - lost, 2 * numbers
    beyond = 1.0 if outside >= left else 1 - coverage(left, outside, each)
    return min(1.0, beyond + (upper_share(lost, runs, each) if lost else 0.0))


def coverage(runs: int, outside: int = 2, confidence: float = CONFIDENCE) -> float:
    """Give the share of a distribution that lies between order statistics, with `outside` intervals beyond them.

    Least to greatest leaves 2.  The coverage has the distribution Beta(runs + 1 - outside, outside), whatever the values'.
    For the bands of k numbers together, 2 k lie beyond.
    Source: Wilks 1941; Tukey 1947; David and Nagaraja 2003, section 7.3.
    """
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        is_held = at_most(outside - 1, runs, 1 - middle) <= 1 - confidence
        low, high = (middle, high) if is_held else (low, middle)
    return low


def at_most(successes: int, n: int, p: float) -> float:
    """Give the probability of at most so many successes in n tries of probability p."""
    if p <= 0 or successes >= n:
        return 1.0
    if p >= 1:
        return 0.0
    logs = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(p) + (n - k) * math.log1p(-p)
            for k in range(successes + 1)]
    return min(1.0, math.fsum(math.exp(x) for x in logs))


def upper_share(found: int, n: int, confidence: float = CONFIDENCE) -> float:
    """Bound a share from above after `found` of `n`.  Source: Clopper and Pearson 1934."""
    if found >= n:
        return 1.0
    low, high = found / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(found, n, middle) > 1 - confidence else (low, middle)
    return high


def trials_for(bound: float, checks: int, rate: float = FALSE_REJECTIONS) -> int:
    """Say how many trials a check needs so that all `checks` together turn away at most `rate` of right submissions.

    bound: the share that one trial turns away at most.
    A clear failure gets its further trials, too. Right runs that got stuck lie far out: 19 to 39 standard deviations of
    the others' final cost (XOR 2-3-1, 128 of 4,000 runs), 2,258 to 4,517 with ReLU. A rule that spares those more than
    some distance away would turn away exactly them, 3.2 % of right submissions. What does save trials is more runs: 60
    without a loss ask for 3, 163 for 2, and 9,000 for 1 (three checks, bands set by hand).
    """
    if bound >= 1:
        return MOST_TRIALS
    return max(1, min(MOST_TRIALS, math.ceil(math.log(rate / checks) / math.log(bound))))
