"""Every error the service raises on purpose.

GraderError
├── SpecError        the instructor's: what is wrong in an assignment folder, all of it at once
├── SubmissionError  the student's, before any run: too large, not a notebook, a syntax error
└── Broken           ours: engine gone, image missing, bug; retried, never a mark
    └── Unwritten    nothing can be kept just now: the disk is full or out of reach
"""

from __future__ import annotations


class GraderError(Exception):
    """The root of all errors raised on purpose."""


class SpecError(GraderError):
    """An assignment folder is wrong; `problems` lists everything found, in the instructor's words."""

    def __init__(self, where: str, problems: list[str]) -> None:
        self.where = where
        self.problems = problems
        super().__init__(f"{where}: " + "; ".join(problems))


class SubmissionError(GraderError):
    """What was handed in cannot be run at all; the message says what, where and what instead."""


class Broken(GraderError):
    """The fault is ours; it is retried and never costs a mark."""


class Unwritten(Broken):
    """Something could not be written down; the same may do later."""
