"""Grades: one's own, and for staff everybody's, as JSON or as CSV."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Query, Router

from grader.shown import points
from grader.table import cell
from grader.web import access, audit, grades, specs
from grader.web.api import shapes
from grader.web.api.callers import Call, by
from grader.web.api.schema import also
from grader.web.grade_files import csv_file, lines, number
from grader.web.models import Adjustment

Form = Annotated[Literal["json", "csv"], Query(description="csv gives a file for spreadsheets")]
CSV = {"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}}

router = Router(tags=["grades"])


@router.get("/courses/{course}/grades/mine", auth=by("read"), response=list[shapes.GradeShape], summary="My grades",
            openapi_extra=also() | CSV)
def my_grades(request: Call, course: str, form: Form = "json") -> Any:
    """Give the caller's own grades, as far as they are shown."""
    member = access.membership(request.auth.user, course)
    found = [_own(g) for g in grades.of_one(member, specs.now())]
    if form == "json":
        return found
    head = ["assignment", "title", "score", "points", "hidden points"]
    return csv_file([head, *([g.assignment, cell(g.title), number(g.score), points(g.points), points(g.hidden_points)]
                         for g in found)], f"{course}-my-grades.csv")


@router.get("/courses/{course}/grades", auth=by("grades"), response=shapes.CourseGrades, summary="Everybody's grades",
            openapi_extra=also() | CSV)
def course_grades(request: Call, course: str, form: Form = "json") -> Any:
    """Give all students' grades of a course in which the caller is staff; hidden checks are counted in."""
    member = access.member_as(request.auth.user, course, *access.STAFF)
    found = grades.of_all(member.course)
    audit.record(member.user, "grades.export", course=member.course, after={"form": form, "students": len(found)})
    if form == "csv":
        return csv_file(lines(member.course, found), f"{course}-grades.csv")
    return shapes.CourseGrades(course=course, points=grades.points_of(member.course), students=[
        shapes.StudentGrades(student=s.user.username, name=s.user.shown_name, section=s.member.section, scores=s.scores,
                             total=s.total) for s in found])


@router.get("/courses/{course}/adjustments", auth=by("grades"), response=list[shapes.AdjustmentShape],
            summary="What was given by hand")
def course_adjustments(request: Call, course: str, assignment: str | None = None,
                       student: str | None = None) -> list[shapes.AdjustmentShape]:
    """List what staff gave by hand, withdrawn ones too, the oldest first; of one `assignment` or `student` on request."""
    member = access.member_as(request.auth.user, course, *access.STAFF)
    wanted = {"assignment": access.assignment(member.user, course, assignment)[1]} if assignment is not None else {}
    found = Adjustment.objects.filter(assignment__course=member.course, **wanted).select_related(
        "assignment", "student", "by", "withdrawn_by")
    if student is not None:
        found = found.filter(student=access.student(member, student))
    audit.record(member.user, "grades.export", course=member.course, after={"form": "adjustments", "count": found.count()})
    return [_adjustment(a) for a in found]


def _own(grade: grades.Own) -> shapes.GradeShape:
    return shapes.GradeShape(assignment=grade.assignment.slug, title=grade.assignment.title, score=grade.score,
                             points=grade.points, attempt=grade.attempt.pk if grade.attempt else None,
                             received_at=grade.attempt.submission.received_at if grade.attempt else None,
                             hidden_points=grade.hidden_points, is_held=grade.is_held)


def _adjustment(found: Adjustment) -> shapes.AdjustmentShape:
    return shapes.AdjustmentShape(
        id=found.pk, assignment=found.assignment.slug, student=found.student.username, points=found.points,
        is_override=found.is_override, comment=found.comment, reason=found.reason, by=found.by.username if found.by else "",
        at=found.at, withdrawn_at=found.withdrawn_at, withdrawn_by=found.withdrawn_by.username if found.withdrawn_by else "")
