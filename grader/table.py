"""Many reports as rows of a spreadsheet, in which no cell is ever taken for a formula."""

from __future__ import annotations

from collections.abc import Sequence

from grader.report import Report
from grader.shown import line, points, to_do

HEAD = ("file", "assignment", "style", "status", "score", "points")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last four: full-width


def csv_rows(reports: Sequence[Report]) -> list[list[str]]:
    """Make a header and a row per report: points of each check in a column of its own, flags for staff, what went wrong first.

    A check that a submission's style does not have leaves its cell empty.
    """
    names = list(dict.fromkeys(c.name for r in reports for c in r.checks))
    head = [*HEAD, *map(cell, names), "flags", "because"]
    return [head, *(_row(r, names) for r in reports)]


def _row(report: Report, names: Sequence[str]) -> list[str]:
    got = {c.name: points(c.points) for c in report.checks}
    first = report.because or next((f"{c.name}: {c.because}" for c in to_do(report)), "")
    return [cell(report.file), cell(report.assignment), cell(report.style), report.status,
            "" if report.status == "broken" else points(report.score), points(report.points),
            *(got.get(n, "") for n in names), cell("; ".join(report.flags)), cell(first)]


def cell(text: str) -> str:
    """Make a text safe for spreadsheets: one visible line, quoted with an apostrophe if it looks like a formula."""
    said = line(text)
    return f"'{said}" if text.startswith(FORMULA) or said.lstrip().startswith(FORMULA) else said
