"""Group work: for whom a submission counts, whose attempts it uses up, what members have apart, and who sees it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grader.web import accommodations, adjustments, counted, courses, gradebook, grades, groups, holds, intake, marks, rubrics
from grader.web.accommodations import Given as Always
from grader.web.adjustments import Given
from grader.web.gradebook import WORDS, Asked
from grader.web.intake import Refused, Upload
from grader.web.models import Counted, Membership, Partner, Submission
from tests.web.groups_ground import group_set, group_work, placed
from tests.web.pages_ground import SOURCE, graded, handed_in, open_assignment, text_of, today, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def dave(person, course):
    return person("dave", course)


@pytest.fixture
def pairs(course, instructor):
    return group_set(course, instructor)


@pytest.fixture
def work(pairs, instructor, alice, bob):
    """An assignment in which Alice and Bob work together."""
    placed(pairs, instructor, reds=[alice, bob])
    return group_work(pairs)


def member(user, course):
    return Membership.objects.get(user=user, course=course)


def scores(course):
    return {s.user.username: s.scores["linear-zero"] for s in grades.of_all(course)}


def kept():
    return {r.student.username: r.score for r in Counted.objects.select_related("student")}


def records(assignment, user, viewer=None):
    return marks.record(assignment, user, member(viewer or user, assignment.course), today())


def test_a_submission_counts_for_all_who_are_in_the_group(work, alice, bob, dave, course):
    attempt = graded(handed_in(work, bob), verdict(points=3.0))
    assert scores(course) == {"alice": 3.0, "bob": 3.0, "dave": None}
    assert kept() == {"alice": 3.0, "bob": 3.0}
    assert [m.attempt.pk for m in records(work, alice).marks] == [attempt.pk]
    assert records(work, dave).marks == []
    assert list(Partner.objects.values_list("user__username", flat=True)) == ["alice"]


def test_who_works_alone_counts_alone_in_the_same_assignment(work, alice, dave, course):
    graded(handed_in(work, dave))
    assert scores(course) == {"alice": None, "bob": None, "dave": 2.0}


def test_in_an_assignment_of_its_own_nobody_has_partners(work, alice, course):
    handed_in(open_assignment(course, "logistic"), alice)
    assert not Partner.objects.exists()


def test_who_has_left_the_course_or_grades_in_it_gets_nothing(work, alice, bob, dave, pairs, instructor, course):
    placed(pairs, instructor, reds=[dave])
    courses.set_role(course, bob, "ta", by=None)
    courses.remove(course, dave, by=None)
    handed_in(work, alice)
    assert not Partner.objects.exists()


def test_numbers_run_over_the_whole_group(work, alice, bob):
    found = [handed_in(work, user, f"x = {k}\n".encode()).submission.number for k, user in enumerate([alice, bob, alice])]
    assert found == [1, 2, 3]


def test_the_latest_of_the_group_counts_whoever_handed_it_in(pairs, instructor, alice, bob, course):
    placed(pairs, instructor, reds=[alice, bob])
    work = group_work(pairs, counting="latest")
    graded(handed_in(work, alice), verdict(points=4.0))
    graded(handed_in(work, bob, b"x = 1\n"), verdict(points=1.0))
    assert kept() == scores(course) == {"alice": 1.0, "bob": 1.0}


def test_the_group_has_the_attempts_and_waits_of_one(pairs, instructor, alice, bob):
    placed(pairs, instructor, reds=[alice, bob])
    work = group_work(pairs, max_attempts=2, cooldown_s=600)
    handed_in(work, alice, at=today() - timedelta(hours=2))
    assert intake.standing(work, bob, today()).left == 1
    handed_in(work, bob, b"x = 1\n")
    with pytest.raises(Refused, match="All 2 attempts are used"):
        handed_in(work, alice, b"x = 2\n")
    assert intake.standing(work, alice, today()) == intake.standing(work, bob, today()) == records(work, alice).standing
    assert intake.standing(work, alice, today()).next_at is not None


def test_whoever_changes_groups_keeps_what_was_and_gets_nothing_new(work, pairs, instructor, alice, bob, dave, course):
    graded(handed_in(work, alice), verdict(points=3.0))
    placed(pairs, instructor, blues=[dave, bob])
    assert scores(course) == {"alice": 3.0, "bob": 3.0, "dave": None}
    graded(handed_in(work, dave, b"x = 1\n"), verdict(points=4.0))
    assert scores(course) == {"alice": 3.0, "bob": 4.0, "dave": 4.0}
    assert [m.attempt.submission.number for m in records(work, bob).marks] == [2, 1]
    assert [m.attempt.submission.number for m in records(work, alice).marks] == [1]
    assert [m.attempt.submission.number for m in records(work, dave).marks] == [2]


def test_nobody_has_more_attempts_that_count_than_are_allowed(pairs, instructor, alice, bob, dave):
    placed(pairs, instructor, reds=[alice, bob])
    work = group_work(pairs, max_attempts=2)
    handed_in(work, alice)
    handed_in(work, alice, b"x = 1\n")
    placed(pairs, instructor, blues=[dave, bob])
    with pytest.raises(Refused, match="All 2 attempts"):
        handed_in(work, dave, b"x = 2\n")
    placed(pairs, instructor, greens=[bob])
    assert intake.standing(work, dave, today()).left == 2


def test_more_time_for_one_is_more_time_for_all_they_work_with(pairs, instructor, alice, bob, course):
    placed(pairs, instructor, reds=[alice, bob])
    hour = timedelta(hours=1)
    work = group_work(pairs, due_at=today() - hour, late_until=today() + 9 * hour, penalty_percent=50)
    graded(handed_in(work, alice), verdict(points=4.0))
    assert kept() == {"alice": 2.0, "bob": 2.0}
    courses.extend(work, bob, by=None, due_at=today() + hour)
    assert kept() == scores(course) == {"alice": 4.0, "bob": 4.0}
    placed(pairs, instructor, blues=[bob])
    assert kept() == {"alice": 4.0, "bob": 4.0}  # it was handed in together


def test_an_accommodation_of_one_holds_for_the_group(pairs, instructor, alice, bob, course):
    placed(pairs, instructor, reds=[alice, bob])
    work = group_work(pairs, max_attempts=2, cooldown_s=600)
    accommodations.give(course, bob, Always(days=2, attempts_percent=50, is_cooldown_free=True), by=instructor)
    handed_in(work, alice)
    found = intake.standing(work, alice, today())
    assert (found.allowed, found.next_at, found.window.due_at) == (3, None, work.due_at + timedelta(days=2))


def test_what_staff_decide_by_hand_is_each_members_own(work, ta, alice, bob, course):
    graded(handed_in(work, alice), verdict(points=3.0))
    adjustments.give(work, bob, member(ta, course), Given(1.0, is_override=True, reason="did nothing"), today())
    assert kept() == {"alice": 3.0, "bob": 1.0}
    holds.hold(work, bob, member(ta, course), "a talk is due", today())
    assert records(work, bob).score is None
    assert records(work, alice).score == 3.0


def test_a_tick_of_the_rubric_counts_for_all(work, ta, alice, bob, course):
    attempt = graded(handed_in(work, alice), verdict(points=3.0))
    item = rubrics.add(work, rubrics.Said("It is drawn", 0.5), member(ta, course))
    rubrics.tick(attempt.submission, item, member(ta, course), today())
    assert kept() == scores(course) == {"alice": 3.5, "bob": 3.5}
    assert {m.student.username for m in rubrics.moves(item, 2.0).moved} == {"alice", "bob"}


def test_late_days_are_each_members_own(work, alice, bob, course):
    course.late_days = 1
    course.save()
    work.late_until, work.due_at, work.penalty_percent = today() + timedelta(days=3), today() - timedelta(hours=1), 10
    work.save()
    other = open_assignment(course, "logistic", due_at=today() - timedelta(hours=3), late_until=today() + timedelta(days=3),
                            penalty_percent=10)
    graded(handed_in(other, bob))
    graded(handed_in(work, alice), verdict(points=4.0))
    found = dict(Counted.objects.filter(assignment=work).values_list("student__username", "score"))
    assert found == {"alice": 4.0, "bob": 3.6}
    assert counted.audit(course) == 0


def test_every_member_finds_attempt_report_and_who_handed_it_in(work, alice, bob, dave, carol, logged_in):
    attempt = graded(handed_in(work, alice))
    for name in ("attempt", "result", "file", "source"):
        address = reverse(name, args=[attempt.pk])
        assert [logged_in(u).get(address).status_code for u in (alice, bob, dave, carol)] == [200, 200, 404, 404], name
    said = text_of(logged_in(bob).get(reverse("attempt", args=[attempt.pk])))
    assert "Alice, you (handed in by Alice)" in said
    assert "by Alice" in text_of(logged_in(bob).get(reverse("assignment", args=["dl-2026", "linear-zero"])))


def test_an_old_member_still_finds_it_and_a_new_one_does_not(work, pairs, instructor, alice, bob, dave, logged_in):
    attempt = handed_in(work, alice)
    placed(pairs, instructor, greens=[bob], reds=[dave])
    address = reverse("attempt", args=[attempt.pk])
    assert [logged_in(u).get(address).status_code for u in (bob, dave)] == [200, 404]


def test_any_member_cancels_asks_again_and_reads_the_answer(work, alice, bob, ta, logged_in):
    attempt = graded(handed_in(work, alice))
    check = reverse("check", args=[attempt.pk, "train"])
    assert logged_in(bob).post(check, {"text": "Why?"}).status_code == 302
    assert "Why?" in text_of(logged_in(alice).get(check))
    waiting = handed_in(work, bob, b"x = 1\n")
    logged_in(alice).post(reverse("cancel", args=[waiting.pk]))
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"


def test_staff_give_to_all_or_to_one_and_see_each_ones_marks(work, alice, bob, ta, logged_in):
    attempt, client = graded(handed_in(work, alice), verdict(points=3.0)), logged_in(ta)
    adjust, page = reverse("adjust", args=[attempt.pk]), reverse("attempt", args=[attempt.pk])
    client.post(adjust, {"points": "1", "comment": "well done"})
    assert kept() == {"alice": 4.0, "bob": 4.0}
    client.post(adjust, {"points": "-2", "comment": "late to the talk", "to": "bob"})
    assert kept() == {"alice": 4.0, "bob": 2.0}
    assert "late to the talk" not in text_of(client.get(page))
    assert "late to the talk" in text_of(client.get(f"{page}?student=bob"))
    assert client.post(adjust, {"points": "1", "comment": "x", "to": "ta"}).status_code == 404


def test_the_gradebook_and_its_filters_say_the_same_of_every_member(work, pairs, instructor, alice, bob, dave, course):
    graded(handed_in(work, alice))
    placed(pairs, instructor, blues=[bob, dave])
    handed_in(work, dave, b"x = 1\n")
    every = gradebook.read(course, Asked(), today()).rows
    assert {r.member.user.username: r.cells[0].states for r in every} == {
        "alice": ("graded",), "bob": ("graded", "waiting"), "dave": ("waiting",)}
    for state in WORDS:
        told = {r.member.user.username for r in every if any(state in c.states for c in r.cells)}
        assert {r.member.user.username for r in gradebook.read(course, Asked(state=state), today()).rows} == told, state


def test_the_same_sending_twice_is_one_submission_with_its_partners(work, alice):
    for _ in range(2):
        intake.receive(work, alice, Upload("line.py", SOURCE, key="k"), today())
    assert (Submission.objects.count(), Partner.objects.count()) == (1, 1)


def test_the_gradebook_asks_as_often_for_ten_groups_as_for_one(pairs, instructor, person, course, django_assert_max_num_queries):
    people = [person(f"s{k}", course) for k in range(20)]
    placed(pairs, instructor, **{f"g{k}": people[2 * k:2 * k + 2] for k in range(10)})
    works = [group_work(pairs), group_work(pairs, "logistic"), group_work(pairs, "softmax")]
    for k in range(0, 20, 2):
        for work in works:
            graded(handed_in(work, people[k], f"x = {k}\n".encode()))
    courses.extend(works[0], people[0], by=None, extra_attempts=1)
    with django_assert_max_num_queries(20):
        assert len(gradebook.read(course, Asked(), today()).rows) == 20
    with django_assert_max_num_queries(20):
        assert len(marks.of_course(people[1], member(people[1], course), today())) == 3
    assert groups.of(pairs)[people[3].pk] == "g1"
