"""Two submissions that resemble each other, side by side, with what they have in common."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grader.likeness import lines_of, numbers
from grader.shown import visible
from grader.web import access, likenesses, specs
from grader.web.models import Membership, Pair, Submission, WorkItem
from grader.web.views.gate import Request, members

MOST, WIDTH = 3000, 300  # lines of a file, characters of a line


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a program, and whether the other one has it."""

    number: int
    text: str
    is_common: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two; without lines where it is another course's, whose staff the viewer is not."""

    submission: Submission
    is_open: bool
    lines: list[Line]


@members
@require_safe
def pair(request: Request, course: str, pair: int) -> HttpResponse:
    """Show a pair of which one at least was handed in to this course."""
    member = access.member_as(request.user, course, *access.STAFF)
    found = Pair.objects.filter(pk=pair).select_related(
        "first__assignment__course", "first__assignment__version", "first__user", "second__assignment__course",
        "second__assignment__version", "second__user").first()
    if found is None or member.course_id not in {s.assignment.course_id for s in (found.first, found.second)}:
        raise Http404
    mine, other = sorted((found.first, found.second), key=lambda s: (s.assignment.course_id != member.course_id, s.pk))
    texts = [likenesses.source(s) for s in (mine, other)]
    common = (numbers(texts[0]) & numbers(texts[1])) - likenesses.known(mine.assignment)
    sides = [_side(s, text, common, member) for s, text in zip((mine, other), texts, strict=True)]
    items = WorkItem.objects.filter(course=member.course, pair=found).select_related("student", "taken_by", "done_by")
    return render(request, "web/pair.html", {
        "course": member.course, "member": member, "now": specs.now(), "pair": found, "sides": sides, "items": list(items),
        "assignment": mine.assignment, "here": request.get_full_path()})


def _side(submission: Submission, text: str, common: set[int], member: Membership) -> Side:
    course = submission.assignment.course
    is_open = course.pk == member.course_id or Membership.objects.filter(
        course=course, user=member.user, is_active=True, role__in=access.STAFF).exists()
    if not is_open:
        return Side(submission, is_open=False, lines=[])
    marked = lines_of(text, common)
    lines = [Line(number, visible(line[:WIDTH].expandtabs(4)), number in marked)
             for number, line in enumerate(text.split("\n")[:MOST], 1)]
    return Side(submission, is_open=True, lines=lines)
