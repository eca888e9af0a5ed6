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


def _own(grade: grades.Own) -> shapes.GradeShape:
    return shapes.GradeShape(assignment=grade.assignment.slug, title=grade.assignment.title, score=grade.score,
                             points=grade.points, attempt=grade.attempt.pk if grade.attempt else None,
                             received_at=grade.attempt.submission.received_at if grade.attempt else None,
                             hidden_points=grade.hidden_points)
