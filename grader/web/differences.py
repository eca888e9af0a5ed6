"""What changed between two attempts: lines of the source, and verdicts."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from grader.errors import SubmissionError
from grader.report import Report
from grader.shown import visible
from grader.submission import read_submission
from grader.verdict import Verdict
from grader.web import specs
from grader.web.models import Submission

CONTEXT = 3  # unchanged lines around a change
MAX_LINES = 6000  # of one file; more takes too long to compare
WIDTH = 400  # characters shown of a line


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comparison, with its number before and after; both are None where unchanged lines are left out."""

    sign: str  # "+", "-" or " "
    before: int | None
    after: int | None
    text: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """What changed in one file of a submission."""

    name: str
    lines: list[Line]
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Change:
    """A check whose verdict or points differ; None where a report doesn't have it."""

    about: str
    before: Verdict | None
    after: Verdict | None


def files(before: Submission, after: Submission) -> list[FileChange]:
    """Compare two submissions file by file; files without a change are left out."""
    old, new = sources(before), sources(after)
    found = [compared(name, old.get(name, ""), new.get(name, "")) for name in dict.fromkeys([*old, *new])]
    return [f for f in found if f.lines]


def sources(submission: Submission) -> dict[str, str]:
    """Read a submission's program and, of a zip, its other files; a notebook's cells are one program."""
    if not submission.content:  # no longer kept
        return {}
    raw = specs.objects().get(submission.content)
    try:
        read = read_submission(submission.name, raw)
    except SubmissionError:  # it was taken under older rules
        return {"the program": raw.decode(errors="replace")}
    return {"the program": read.source, **read.files}


def changes(before: Report | None, after: Report | None) -> list[Change]:
    """List the checks whose verdict or points changed, in the order of the newer report."""
    old = {c.name: c for c in before.checks} if before else {}
    new = {c.name: c for c in after.checks} if after else {}
    found = [(new.get(n) or old[n], old.get(n), new.get(n)) for n in dict.fromkeys([*new, *old])]
    return [Change(c.about, a, b) for c, a, b in found if _told(a) != _told(b)]


def _told(check: Verdict | None) -> tuple[str, float] | None:
    return None if check is None else (str(check.verdict), check.points)


def compared(name: str, old: str, new: str) -> FileChange:
    """Compare two texts line by line."""
    a, b = old.splitlines()[:MAX_LINES], new.splitlines()[:MAX_LINES]
    lines = list(_lines(a, b))
    return FileChange(name, lines, sum(line.sign == "+" for line in lines), sum(line.sign == "-" for line in lines))


def _lines(a: list[str], b: list[str]) -> Iterator[Line]:
    for k, group in enumerate(difflib.SequenceMatcher(None, a, b).get_grouped_opcodes(CONTEXT)):
        if k:
            yield Line(" ", None, None, "")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (Line(" ", i1 + n + 1, j1 + n + 1, _cut(text)) for n, text in enumerate(a[i1:i2]))
                continue
            yield from (Line("-", i1 + n + 1, None, _cut(text)) for n, text in enumerate(a[i1:i2]))
            yield from (Line("+", None, j1 + n + 1, _cut(text)) for n, text in enumerate(b[j1:j2]))


def _cut(text: str) -> str:
    return visible(text[:WIDTH].expandtabs(4)) + (" …" if len(text) > WIDTH else "")
