"""A check's outcome, as students read it and as reports keep it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from grader.strict import Model


class Result(StrEnum):
    """What a check came to: a check that could not be judged because another failed is skipped."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check says of one trial, before points: `used` is the share of the allowed distance."""

    is_passed: bool
    because: str
    margin: str = ""
    used: float | None = None
    picture: dict[str, Any] = field(default_factory=dict)
    flag: str = ""  # what staff should look at: better than any right run


class Trial(Model):
    """One trial of a check: its seed, whether it passed, and its margin."""

    seed: int
    is_passed: bool
    margin: str


class Verdict(Model):
    """One check's outcome in a report."""

    name: str
    about: str
    kind: str
    verdict: Result
    points: float
    max_points: float
    because: str
    hint: str
    margin: str
    used: float | None
    visibility: str
    trials: list[Trial]
    picture: dict[str, Any]
    flag: str = ""  # for staff: better than any right run
