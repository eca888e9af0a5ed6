"""What reports say, in columns: written with the report, and later for reports that came without."""

import math
from datetime import timedelta

import pytest

from grader.diagnose import Diagnosis
from grader.verdict import Result
from grader.web import marks, outcomes, queue, specs
from grader.web.models import Attempt, Digest, Membership, Outcome
from tests.web.pages_ground import graded, handed_in, hiding, open_assignment, report_of, today, verdict

pytestmark = pytest.mark.django_db


def used(name, share, **more):
    return verdict(name, **more).model_copy(update={"used": share})


def test_a_report_leaves_a_row_for_each_check_and_one_for_the_attempt(alice, course):
    attempt = graded(handed_in(open_assignment(course), alice), used("predict", 0.2), used("train", 1.1, passed=False),
                     verdict("curve").model_copy(update={"flag": "too good: " + "x" * 400}))
    rows = list(attempt.outcomes.order_by("place"))
    assert [(r.name, r.verdict, r.points, r.max_points, r.used) for r in rows] == [
        ("predict", "passed", 2, 2, 0.2), ("train", "failed", 0, 2, 1.1), ("curve", "passed", 2, 2, None)]
    assert len(rows[2].flag) == 300
    digest = attempt.digest
    assert (digest.nearest, digest.nearest_check, digest.flags, digest.mistake) == (1.1, "train", 1, "")
    assert (digest.assignment, digest.student) == (attempt.submission.assignment, alice)


def test_the_day_is_that_of_the_courses_clock(alice, course):
    course.time_zone = "Pacific/Kiritimati"  # 14 hours ahead
    course.save()
    attempt = handed_in(open_assignment(course), alice)
    Attempt.objects.filter(pk=attempt.pk).update(created_at=today().replace(hour=12, minute=30))
    graded(attempt)
    assert attempt.digest.day == (today() + timedelta(days=1)).date()
    assert attempt.digest.hour == 2


def test_a_named_mistake_and_the_time_on_a_gpu_are_kept(alice, course):
    told = {"diagnosis": Diagnosis(mistake="wrong-sign", about="the sign", hint="Turn it.", confidence=0.99),
            "provenance": {"device": "cuda", "seconds": 12.5}}
    attempt = graded(handed_in(open_assignment(course), alice), update=told)
    assert (attempt.digest.mistake, attempt.digest.gpu_s) == ("wrong-sign", 12.5)


@pytest.mark.parametrize(("shares", "name"), [
    ([0.5, 0.9], "b"), ([1.3, 0.9], "b"), ([1.05, 0.5], "a"), ([None, 9.0], "b"), ([0.0, 1e-9], "b"), ([math.inf, None], None)])
def test_the_nearest_to_the_line_is_found_on_either_side(shares, name):
    checks = [used(n, s) for n, s in zip("ab", shares, strict=True)]
    found = outcomes.nearest(checks)
    assert (found.name if found else None) == name


def test_a_check_that_was_not_judged_is_not_near_the_line():
    assert outcomes.nearest([used("a", 1.0).model_copy(update={"verdict": Result.SKIPPED})]) is None


def test_reports_that_came_without_columns_get_them_later_and_a_lost_one_is_not_tried_for_ever(alice, bob, course):
    assignment = open_assignment(course)
    whole, lost = graded(handed_in(assignment, alice)), graded(handed_in(assignment, bob, b"x = 1\n"))
    Outcome.objects.all().delete()
    Digest.objects.all().delete()
    Attempt.objects.filter(pk=lost.pk).update(report="0" * 64)
    assert outcomes.catch_up(1) == 1
    assert Outcome.objects.filter(attempt=whole).count() == 2
    assert outcomes.catch_up() == 1
    assert not Outcome.objects.filter(attempt=lost).exists()
    assert outcomes.catch_up() == 0


def test_who_lost_the_lease_writes_no_columns_either(alice, course):
    attempt = handed_in(open_assignment(course), alice)
    late = queue.claim(["cpu"], "a slow worker", today())
    Attempt.objects.filter(pk=attempt.pk).update(tries=2)
    name = specs.objects().put(report_of(attempt).model_dump_json().encode())
    assert not queue.finish(late, today(), {"status": "finished", "report": name, "score": 1.0, "points": 2.0})
    assert not Digest.objects.exists()


def test_a_students_scores_with_hidden_checks_are_read_from_the_columns(alice, course, tmp_path, monkeypatch):
    assignment = hiding(course, tmp_path, "few_steps")
    attempts = [graded(handed_in(assignment, alice, f"x = {k}\n".encode()), verdict("predict"),
                       verdict("few_steps", visibility="after_due")) for k in range(3)]
    member = Membership.objects.get(user=alice)
    with monkeypatch.context() as patch:
        patch.setattr("grader.web.reports.read", lambda _: pytest.fail("a report was read"))
        found = marks.record(assignment, alice, member, today())
    assert [(m.score, m.points) for m in found.marks] == [(2, 2)] * 3
    Outcome.objects.filter(attempt=attempts[0]).delete()
    again = marks.record(assignment, alice, member, today())
    assert [(m.score, m.points) for m in again.marks] == [(2, 2)] * 3
    after = marks.record(assignment, alice, member, today() + timedelta(days=30))
    assert {(m.score, m.points) for m in after.marks} == {(4, 4)}
