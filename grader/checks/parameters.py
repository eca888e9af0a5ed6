"""parameters: trained weights lie close to the reference's, in whatever layout they are kept."""

from __future__ import annotations

from typing import Literal

from grader.checks.values import Close
from grader.tolerance import Layout


class Parameters(Close):
    """Weights and biases after training lie within the tolerance of the reference's; a transposed weight is accepted."""

    kind: Literal["parameters"]
    layout: Layout = "any"
