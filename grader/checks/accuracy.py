"""accuracy: the share of rows classified rightly, counted outside the box from the returned probabilities."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from grader.checks.base import Case, Check, NotJudged, shaped
from grader.checks.cost import modelled
from grader.formulas import ModelName, from_scores
from grader.tolerance import Array
from grader.verdict import Outcome

SIDE = 128  # of the largest surface a report keeps


class Accuracy(Check):
    """At least this share of the rows is right; probabilities above (never at) the threshold are class 1.

    The probabilities are handed back, or computed from the model's weights.
    """

    kind: Literal["accuracy"]

    labels: str
    predictions: str | None = None
    model: ModelName | None = None
    x: str | None = None
    params: list[str] = []
    at_least: float = Field(gt=0, le=1)
    at_most: float = Field(1.0, gt=0, le=1)  # below 1 where more is impossible (XOR with one unit)
    threshold: float = 0.5
    or_scores: bool = False  # predictions outside [0, 1] are scores before the sigmoid
    surface: str | None = None  # predictions on a square grid over [-0.5, 1.5]^2, for the picture
    shown: bool = True

    @model_validator(mode="after")
    def _complete(self) -> Accuracy:
        if (self.predictions is None) == (self.model is None or self.x is None or len(self.params) != 2):
            msg = "give either predictions, or model, x and params = [weight, bias]"
            raise ValueError(msg)
        return self

    def refs(self) -> list[str]:
        """Name predictions or what they are computed from, labels and the grid."""
        return [r for r in (self.predictions, self.x, *self.params, self.labels, self.surface) if r is not None]

    def outcome(self, case: Case) -> Outcome:
        """Count the right rows."""
        labels = case.array(self.labels)
        predictions = shaped("predictions", self._predictions(case, labels), labels.shape, "loose")
        if not np.all(np.isfinite(predictions)):
            msg = "the predictions contain NaN or infinity"
            raise NotJudged(msg)
        predictions = from_scores(predictions) if self.or_scores else predictions
        right = classes(predictions, self.threshold) == classes(labels, 0.5)
        share, rows = float(np.mean(right)), right.size
        picture = self._surface(case)
        margin = f"{int(right.sum())} of {rows} right, {self.at_least:.4g} of all needed"
        if share > self.at_most:
            because = f"{share:.4g} right is more than this model can reach ({self.at_most:.4g})"
            return Outcome(False, because, margin, picture=picture)
        because = f"{int(right.sum())} of {rows} rows right ({share:.4g})"
        return Outcome(share >= self.at_least, because, margin, picture=picture)

    def _predictions(self, case: Case, labels: Array) -> Array:
        if self.predictions is not None:
            return case.one(self.predictions)
        return modelled(case, self.model or "logistic", self.x or "", self.params, labels)

    def _surface(self, case: Case) -> dict[str, Any]:
        probe, _, output = (self.surface or "").partition(".")
        grids = case.evidence[probe].get(output) if probe in case.evidence else []  # no picture costs no mark
        grid = grids[0].astype(np.float64).ravel() if grids else np.zeros(0)
        grid = from_scores(grid) if self.or_scores else grid
        side = int(grid.size**0.5)
        is_square = side * side == grid.size and 1 < side <= SIDE and bool(np.all(np.isfinite(grid)))
        return {"type": "surface", "side": side, "values": np.round(grid, 3).tolist()} if is_square else {}


def classes(p: Array, threshold: float) -> Array:
    """Turn probabilities into classes: argmax over more than one column, else strictly above the threshold."""
    if p.ndim == 2 and p.shape[1] > 1:
        return np.asarray(np.argmax(p, axis=1))
    return (p.ravel() > threshold).astype(np.int64)
