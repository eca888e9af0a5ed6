"""samples: generated images look like the real ones as a set, cover the classes, and are not copies."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from grader.checks.base import Case, Check, NotJudged
from grader.tolerance import Array, Band
from grader.verdict import Outcome

COVERED = 0.01  # a class is covered when at least this share of the samples is nearest to it
SHEET = 40
ROWS = 2000  # of the samples that are looked at: every one is compared with every real image


class Samples(Check):
    """Generated images against real ones: distance of the two sets, spread, classes covered, copies.

    The distance is the squared maximum mean discrepancy with a Gaussian kernel whose width is the median distance of
    the real images (Gretton et al. 2012); a sample's class is that of its nearest real image.
    """

    kind: Literal["samples"]

    of: str
    real: str
    labels: str
    distance_at_most: float = Field(gt=0)
    pixel_std: Band  # standard deviation over samples, mean over pixels: alike samples have little
    classes_at_least: int = Field(ge=1)
    copy_below: float = Field(1e-3, gt=0)  # mean squared pixel distance below which a sample copies a training image
    copies_at_most: float = Field(0.02, ge=0, le=1)

    def refs(self) -> list[str]:
        """Name samples and real images."""
        return [self.of, self.real, self.labels]

    def outcome(self, case: Case) -> Outcome:
        """Compute the four numbers; the first outside speaks."""
        real, labels = case.array(self.real), case.array(self.labels)
        fake = images(case, self.of, real.shape[1])
        nearest, gap = nearest_rows(fake, real)
        shares = np.bincount(labels[nearest].ravel().astype(int), minlength=10) / len(fake)
        covered, copies = int(np.sum(shares >= COVERED)), float(np.mean(gap <= self.copy_below))
        spread, distance = float(fake.std(axis=0).mean()), discrepancy(fake, real)
        picture = {"type": "digits", "images": sheet(fake), "shares": np.round(shares, 3).tolist()}
        problem = self._problem(spread, distance, covered, copies)
        said = f"distance to real images {distance:.4f}, {covered} classes covered, pixel spread {spread:.3f}"
        return Outcome(not problem, problem or said, f"{distance:.4f} of {self.distance_at_most:.4f} allowed",
                       distance / self.distance_at_most, picture)

    def _problem(self, spread: float, distance: float, covered: int, copies: float) -> str:
        if not copies <= self.copies_at_most:
            return f"{copies:.0%} of the samples are copies of training images"
        if not self.pixel_std.holds(spread):
            low, high = self.pixel_std.low, self.pixel_std.high
            return f"the samples' pixel spread is {spread:.3f}; right programs lie between {low} and {high}"
        if covered < self.classes_at_least:
            return f"the samples cover {covered} kinds of digit, {self.classes_at_least} needed"
        if not distance <= self.distance_at_most:
            return f"the samples' distance to real images is {distance:.4f}, {self.distance_at_most:.4f} allowed"
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
    """Mean squared pixel distance of every row of a to every row of b, (N, M)."""
    d = (a**2).mean(axis=1)[:, None] + (b**2).mean(axis=1)[None, :] - 2 * (a @ b.T) / a.shape[1]
    return np.asarray(np.maximum(d, 0.0))


def nearest_rows(a: Array, b: Array) -> tuple[Array, Array]:
    """For every row of a the index of the nearest row of b, and its distance."""
    d = squared_distances(a, b)
    at = d.argmin(axis=1)
    return at, d[np.arange(len(a)), at]


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
