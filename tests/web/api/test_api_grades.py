"""Grades: one's own as far as they are shown, and everybody's for staff alone."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from grader.web.models import Entry, Membership, Submission

pytestmark = pytest.mark.django_db
GRADES = "courses/dl-2026/grades"


@pytest.fixture
def graded(program, alice, bob, work, grade):
    """Alice has full marks, a day and a bit late; Bob has nothing."""
    program(alice).hand_in()
    attempt = grade()
    late = work.due_at + timedelta(days=1, seconds=5)
    Submission.objects.filter(pk=attempt.submission_id).update(received_at=late)
    return attempt


def rows(answer):
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_ones_own_grade_counts_the_penalty_in(graded, program, alice):
    [told] = program(alice).get(f"{GRADES}/mine").json()
    assert (told["score"], told["points"], told["attempt"]) == (pytest.approx(graded.score * 0.8), graded.points, graded.pk)
    [row] = rows(program(alice).get(f"{GRADES}/mine?form=csv"))
    assert float(row["score"]) == pytest.approx(told["score"])


def test_ones_own_grade_leaves_hidden_checks_out(program, alice, hide, grade):
    hide("curve")
    program(alice).hand_in()
    attempt = grade()
    [told] = program(alice).get(f"{GRADES}/mine").json()
    assert told["hidden_points"] > 0
    assert told["score"] == pytest.approx(attempt.score - told["hidden_points"])
    assert told["points"] == attempt.points


def test_staff_get_everybodys_grades_and_it_is_written_down(graded, program, ta):
    told = program(ta, ["grades"]).get(GRADES).json()
    assert [(s["student"], s["scores"]["linear-zero"]) for s in told["students"]] == [
        ("alice", pytest.approx(graded.score * 0.8)), ("bob", None)]
    assert Entry.objects.filter(action="grades.export", actor=ta).count() == 1


@pytest.mark.parametrize("who", ["alice", "carol", "other_ta"])
def test_nobody_else_gets_them(graded, program, refuses, request, who):
    refuses(program(request.getfixturevalue(who), ["grades"]).get(GRADES), 404, "not_found")


def test_csv_has_no_cell_that_a_spreadsheet_calculates(graded, program, ta, alice):
    alice.first_name = '=HYPERLINK("http://a.example")'
    alice.save()
    Membership.objects.filter(user=alice).update(section="@SUM(A1)")
    row = rows(program(ta, ["grades"]).get(f"{GRADES}?form=csv"))[0]
    assert row["name"].startswith("'=")
    assert row["section"].startswith("'@")
    assert float(row["total"]) == pytest.approx(graded.score * 0.8)


def test_another_form_is_refused(program, alice, work, refuses):
    refuses(program(alice).get(f"{GRADES}/mine?form=xml"), 422, "invalid")
