"""samples: generated images look like the real ones as a set, cover the classes, and are not copies."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field

from grader.checks.base import Case, Check, NotJudged
from grader.strokes import classes, known, strokes
from grader.tolerance import Array, Band
from grader.verdict import Outcome

COVERED = 0.01  # a class is covered when at least this share of the samples is of it
SHEET = 40
ROWS = 2000  # of the samples that are looked at: every one is compared with every real image


class Seen(NamedTuple):
    """What was measured on a set of samples."""

    distance: float
    pixel_std: float
    classes: int
    copies: float
    shares: Array  # of each class
    images: Array


class Samples(Check):
    """Generated images against real ones: distance of the two sets, spread, classes covered, copies.

    The distance is the squared maximum mean discrepancy of the images' strokes with a Gaussian kernel whose width is the
    median distance of the real images (Gretton et al. 2012); a sample's class is what our own classifier says.
    """

    kind: Literal["samples"]

    of: str
    real: str
    labels: str
    distance: Band
    pixel_std: Band  # standard deviation over samples, mean over pixels: alike samples have little
    classes: Band  # how many are covered
    copy_below: float = Field(1e-3, gt=0)  # mean squared pixel distance below which a sample copies a training image
    copies_at_most: float = Field(0.02, ge=0, le=1)

    def refs(self) -> list[str]:
        """Name samples and real images."""
        return [self.of, self.real, self.labels]

    def statistics(self, case: Case) -> dict[str, float]:
        """Give what has a band."""
        seen = self.see(case)
        return {"distance": seen.distance, "pixel_std": seen.pixel_std, "classes": float(seen.classes)}

    def outcome(self, case: Case) -> Outcome:
        """Measure the samples; the first number outside speaks."""
        seen, band = self.see(case), self.distance
        picture = {"type": "digits", "images": sheet(seen.images), "shares": np.round(seen.shares, 3).tolist()}
        problem = self._problem(seen)
        said = f"distance to real images {seen.distance:.4f}, {seen.classes} classes covered, pixel spread {seen.pixel_std:.3f}"
        is_better = seen.distance < band.low
        flag = f"too good: samples nearer to real images ({seen.distance:.4f}) than any right run's ({band.low:.4f})"
        return Outcome(not problem, problem or said, f"{seen.distance:.4f} in {band.low:.4f} .. {band.high:.4f}",
                       seen.distance / band.high if band.high > 0 else None, picture, flag=flag if is_better else "")

    def see(self, case: Case) -> Seen:
        """Measure the samples against the real images."""
        real, labels = case.array(self.real), case.array(self.labels)
        fake = images(case, self.of, real.shape[1])
        of_real, weights = known(real, labels)
        found = strokes(fake)
        shares = np.bincount(classes(found, weights), minlength=10) / len(fake)
        gap = nearest(fake, real)
        return Seen(discrepancy(found, of_real), float(fake.std(axis=0).mean()), int(np.sum(shares >= COVERED)),
                    float(np.mean(gap <= self.copy_below)), shares, fake)

    def _problem(self, seen: Seen) -> str:
        if not seen.copies <= self.copies_at_most:
            return f"{seen.copies:.0%} of the samples are copies of training images"
        if not self.pixel_std.holds(seen.pixel_std):
            low, high = self.pixel_std.low, self.pixel_std.high
            return f"the samples' pixel spread is {seen.pixel_std:.3f}; right programs lie between {low:.3f} and {high:.3f}"
        if seen.classes < self.classes.low:
            return f"the samples cover {seen.classes} kinds of digit, {math.ceil(self.classes.low)} needed"
        if not (self.distance.holds(seen.distance) or self.distance.is_too_good(seen.distance)):
            low, high = self.distance.low, self.distance.high
            ends = f"right programs lie between {low:.4f} and {high:.4f}"
            return f"the samples' distance to real images is {seen.distance:.4f}; {ends}"
        return ""


def images(case: Case, ref: str, pixels: int) -> Array:
    """Read generated images as (N, pixels) in [0, 1]; raises NotJudged otherwise."""
    a = case.one(ref)
    if a.ndim < 2 or a.shape[0] < 2 or np.prod(a.shape[1:]) != pixels:
        raise NotJudged(f"the samples have shape {a.shape}, expected (N, {pixels}), one image a row")
    a = a.reshape(len(a), -1)[:ROWS].astype(np.float64)
    if not np.all((a >= 0) & (a <= 1)):
        raise NotJudged(f"the samples lie between {a.min():.3g} and {a.max():.3g}; pixels are numbers from 0 to 1")
    return a


def squared_distances(a: Array, b: Array) -> Array:
    """Mean squared distance of every row of a to every row of b, (N, M)."""
    d = (a**2).mean(axis=1)[:, None] + (b**2).mean(axis=1)[None, :] - 2 * (a @ b.T) / a.shape[1]
    return np.asarray(np.maximum(d, 0.0))


def nearest(a: Array, b: Array) -> Array:
    """For every row of a the distance of the nearest row of b."""
    return np.asarray(squared_distances(a, b).min(axis=1))


def discrepancy(a: Array, b: Array) -> float:
    """Squared maximum mean discrepancy of two sets of rows, Gaussian kernel, at most 1,000 rows of each."""
    a, b = a[:1000], b[:: max(1, len(b) // 1000)][:1000]
    bb = squared_distances(b, b)
    width = float(np.median(bb[bb > 0]))
    k_aa, k_bb, k_ab = (np.exp(-d / width) for d in (squared_distances(a, a), bb, squared_distances(a, b)))
    n, m = len(a), len(b)
    return float((k_aa.sum() - n) / (n * (n - 1)) + (k_bb.sum() - m) / (m * (m - 1)) - 2 * k_ab.mean())


def sheet(fake: Array) -> list[list[int]]:
    """Keep the first images for the report, as bytes 0..255."""
    kept: list[list[int]] = np.round(fake[:SHEET] * 255).astype(int).tolist()
    return kept
