"""The kinds of check, one small file each; adding one means adding its file and its line here."""

from __future__ import annotations

from grader.checks.accuracy import Accuracy
from grader.checks.cost import Cost
from grader.checks.curve import Curve
from grader.checks.descent import Descent
from grader.checks.gradients import Gradients
from grader.checks.learns import Learns
from grader.checks.parameters import Parameters
from grader.checks.pytest import Pytest
from grader.checks.routing import Routing
from grader.checks.samples import Samples
from grader.checks.scores import Scores
from grader.checks.softmax import Softmax
from grader.checks.source import Source
from grader.checks.values import Values

AnyCheck = (Accuracy | Cost | Curve | Descent | Gradients | Learns | Parameters | Pytest | Routing | Samples | Scores
            | Softmax | Source | Values)

__all__ = ["AnyCheck"]
