"""Grades as files for spreadsheets, which pages and the API hand out alike."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from grader.shown import points
from grader.table import cell
from grader.web import grades
from grader.web.models import Course
from grader.web.points_table import BY_HAND


def lines(course: Course, found: Sequence[grades.Student]) -> Iterable[list[str]]:
    """Make a header and a line for each student: scores, the sum, points that were added by hand, and what is held back.

    The columns of points by hand can be changed and sent back (grader/web/points_file.py).
    """
    slugs = list(grades.points_of(course))
    yield ["user", "name", "e-mail", "section", *slugs, "total", *(f"{slug}{BY_HAND}" for slug in slugs), "held"]
    for s in found:
        yield [*map(cell, (s.user.username, s.user.shown_name, s.user.email, s.member.section)),
               *(number(s.scores[slug]) for slug in slugs), points(s.total),
               *(points(added) if (added := s.grades[slug].manual.added) else "" for slug in slugs),
               "; ".join(slug for slug in slugs if s.grades[slug].is_held)]


def number(score: float | None) -> str:
    """Write a score; nothing where there is none."""
    return "" if score is None else points(score)


def csv_file(rows: Iterable[list[str]], name: str) -> HttpResponse:
    """Answer with rows as a file to save."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8",
                        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"})
