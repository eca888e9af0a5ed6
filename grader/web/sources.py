"""A submission as people read it: its files, or a notebook's cells, line by line as they were handed in."""

from __future__ import annotations

from dataclasses import dataclass

from grader.errors import SubmissionError
from grader.notebook import read_all
from grader.shown import visible
from grader.submission import read_submission
from grader.web import specs
from grader.web.models import Submission

MAX_LINES = 6000  # shown of one part
WIDTH = 400  # characters shown of a line


@dataclass(frozen=True, slots=True)
class Part:
    """A file or a cell: `name` is what comments are anchored to."""

    name: str
    kind: str  # code, or what else a cell is
    lines: list[str]
    left_out: int = 0  # lines beyond those


def parts(submission: Submission) -> list[Part]:
    """Read a submission's parts in their order, none of one that is no longer kept; raises Broken where the store is damaged."""
    if not submission.content:
        return []
    raw = specs.objects().get(submission.content)
    if submission.name.lower().endswith(".ipynb"):
        try:
            return [_part(f"cell {n}", kind, text) for n, kind, text in read_all(raw.decode("utf-8-sig"), submission.name)]
        except (SubmissionError, UnicodeDecodeError):  # it was taken under older rules
            return [_part(submission.name, "code", raw.decode(errors="replace"))]
    try:
        read = read_submission(submission.name, raw)
    except SubmissionError:
        return [_part(submission.name, "code", raw.decode(errors="replace"))]
    return [_part(name, "code", text) for name, text in (*read.units, *read.files.items())]


def _part(name: str, kind: str, text: str) -> Part:
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    kept = [_cut(line) for line in lines[:MAX_LINES]]
    return Part(name[:120], kind, kept, len(lines) - len(kept))


def _cut(text: str) -> str:
    return visible(text[:WIDTH].expandtabs(4)) + (" …" if len(text) > WIDTH else "")
