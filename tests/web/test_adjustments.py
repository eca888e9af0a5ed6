"""Points and comments by hand: who gives them, where they count, that no regrade takes them away, and the release of grades."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grader.errors import GraderError
from grader.web import adjustments, grades, specs
from grader.web.adjustments import Given, Manual
from grader.web.models import Adjustment, Assignment, Attempt, Entry, Membership, Role
from tests.web.pages_ground import graded, handed_in, hiding, open_assignment, page_of, text_of, today, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(alice, course):
    """Alice's attempt, with 2 of 4 points."""
    return graded(handed_in(open_assignment(course), alice))


@pytest.fixture
def give(ta, course, attempt):
    """Let the TA give Alice something by hand."""
    member = Membership.objects.get(user=ta, course=course)

    def make(points=0.0, **what):
        s = attempt.submission
        return adjustments.give(s.assignment, s.user, member, Given(points, **what), specs.now())
    return make


def send(client, attempt, **said):
    return client.post(reverse("adjust", args=[attempt.pk]), said)


def total(course):
    [student] = grades.of_all(course)
    return student.total


@pytest.mark.parametrize(("manual", "score", "want"), [
    (Manual(), None, None), (Manual(), 2.0, 2.0), (Manual(added=1.5), 2.0, 3.5), (Manual(added=1.5), None, 1.5),
    (Manual(override=3.0), 2.0, 3.0), (Manual(override=0.0), 2.0, 0.0), (Manual(override=3.0, added=-1.0), None, 2.0),
    (Manual(added=-5.0), 2.0, 0.0), (Manual(count=1), None, None)])
def test_a_set_score_takes_the_place_and_points_are_added_to_either(manual, score, want):
    assert manual.applied(score) == want


def test_the_newest_set_score_holds_and_what_is_withdrawn_does_not():
    one, two = Adjustment(points=3, is_override=True), Adjustment(points=5, is_override=True)
    three, four = Adjustment(points=9, is_override=True, withdrawn_at=today()), Adjustment(points=-1)
    assert adjustments.effect([one, two, three, four]) == Manual(5, -1, 3)


@pytest.mark.parametrize(("said", "what"), [
    ({}, "write a number"), ({"points": "x", "reason": "r"}, "write a number"), ({"points": "nan", "reason": "r"}, "between"),
    ({"points": "1e9", "reason": "r"}, "between"), ({"points": "1"}, "what the points are for"),
    ({"points": "3", "way": "set", "comment": "c"}, "audit log"), ({"points": "-1", "way": "set", "reason": "r"}, "0 or more"),
    ({"way": "set", "comment": "c", "reason": "r"}, "write a number"), ({"comment": "x" * 4001}, "at most 4000")])
def test_what_cannot_be_given_is_refused_with_what_to_write(said, what):
    with pytest.raises(GraderError, match=what):
        adjustments.read(said)


def test_a_comma_and_a_comment_alone_are_understood():
    assert adjustments.read({"points": "1,5", "comment": "well drawn"}) == Given(1.5, comment="well drawn")
    assert adjustments.read({"comment": "see line 3"}) == Given(comment="see line 3")


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "other_ta"])
def test_nobody_but_the_courses_staff_gives_or_withdraws(who, attempt, give, logged_in, request):
    client, made = logged_in(request.getfixturevalue(who)), give(1, comment="c")
    assert send(client, attempt, points="1", comment="c").status_code == 404
    assert client.post(reverse("adjustment_withdraw", args=[attempt.pk, made.pk])).status_code == 404
    assert "Give points" not in text_of(client.get(reverse("attempt", args=[attempt.pk])))
    assert list(Adjustment.objects.values_list("pk", "withdrawn_at")) == [(made.pk, None)]


def test_staff_give_nothing_to_themselves(ta, course, logged_in):
    own = graded(handed_in(open_assignment(course), ta))
    assert send(logged_in(ta), own, points="1", comment="c").status_code == 404


def test_points_count_on_every_page_and_are_written_down(attempt, alice, ta, course, logged_in):
    client = logged_in(ta)
    assert send(client, attempt, points="1.5", comment="A fine <plot>", reason="viva").status_code == 302
    entry = Entry.objects.get(action="score.adjust")
    assert (entry.actor, entry.after["points"], entry.reason) == (ta, 1.5, "viva")
    assert total(course) == 3.5
    student = logged_in(alice)
    assert "3.5 of 4" in text_of(student.get(reverse("course", args=[course.slug])))
    assert "3.5 of 4 points" in text_of(student.get(page_of(attempt.submission.assignment)))
    said = text_of(student.get(reverse("attempt", args=[attempt.pk])))
    assert "1.5 points added by Tessa" in said
    assert "A fine <plot>" in said
    assert "viva" not in said
    [told] = student.get("/api/v1/courses/dl-2026/grades/mine").json()
    assert told["score"] == 3.5
    assert student.get("/api/v1/courses/dl-2026/assignments/linear-zero").json()["score"] == 3.5
    book = client.get(reverse("gradebook", args=[course.slug]))
    assert ">3.5</a>" in book.content.decode()
    assert "by hand" in text_of(book)
    assert "+1.5 points by hand by Tessa" in text_of(client.get(reverse("student", args=[course.slug, "alice"])))


def test_what_is_wrong_comes_back_with_what_was_written(attempt, ta, logged_in):
    answer = send(logged_in(ta), attempt, points="many", comment="keep me")
    assert answer.status_code == 422
    assert "Nothing was given." in text_of(answer)
    assert "keep me" in answer.content.decode()
    assert not Adjustment.objects.exists()


def test_it_outlives_a_regrade(attempt, give, course):
    give(1, comment="c")
    Attempt.objects.create(submission=attempt.submission, number=2, version=attempt.version, state="done", seed=2,
                           created_at=today(), status="finished", score=4, points=4)
    assert total(course) == 5
    give(3, is_override=True, reason="copied the plot")
    assert total(course) == 4


def test_a_set_score_is_shown_of_all_points_and_withdrawn_again(attempt, alice, ta, course, logged_in):
    client = logged_in(ta)
    send(client, attempt, way="set", points="9", reason="the check was wrong")
    assert Entry.objects.get(action="score.override").reason == "the check was wrong"
    assert "9 of 10 points to gain" in text_of(logged_in(alice).get(reverse("course", args=[course.slug])))
    send(client, attempt, points="1", comment="and the last one")
    assert "10 of 10 done" in text_of(logged_in(alice).get(reverse("course", args=[course.slug])))
    Adjustment.objects.exclude(is_override=True).delete()
    made = Adjustment.objects.get()
    address = reverse("adjustment_withdraw", args=[attempt.pk, made.pk])
    assert client.post(address).status_code == client.post(address).status_code == 302
    assert Entry.objects.filter(action="score.withdraw").count() == 1
    assert total(course) == 2
    page = reverse("attempt", args=[attempt.pk])
    assert "withdrawn" in text_of(client.get(page))
    assert "by hand" not in text_of(logged_in(alice).get(page))
    made.refresh_from_db()
    assert (made.points, made.withdrawn_by) == (9, ta)


def test_an_adjustment_of_another_student_is_not_found_under_an_attempt(attempt, give, bob, ta, logged_in):
    made = give(1, comment="c")
    theirs = graded(handed_in(attempt.submission.assignment, bob))
    assert logged_in(ta).post(reverse("adjustment_withdraw", args=[theirs.pk, made.pk])).status_code == 404


def test_lateness_takes_nothing_off_what_is_given_by_hand(attempt, give, course):
    Assignment.objects.update(due_at=today() - timedelta(hours=1), late_until=today() + timedelta(days=1), penalty_percent=50)
    give(1, comment="c")
    assert total(course) == 2


def test_an_instructor_releases_and_holds_back_and_students_see_it(alice, ta, instructor, course, tmp_path, logged_in):
    assignment = hiding(course, tmp_path, "few_steps", visibility="after_release")
    attempt = graded(handed_in(assignment, alice), verdict("predict"), verdict("few_steps", visibility="after_release"))
    client, address = logged_in(instructor), reverse("release", args=[course.slug, assignment.slug])
    assert "Hold back" not in text_of(logged_in(ta).get(reverse("gradebook", args=[course.slug])))
    assert logged_in(ta).post(address, {"deed": "release"}).status_code == 404
    assert logged_in(alice).post(address, {"deed": "release"}).status_code == 404
    page = reverse("attempt", args=[attempt.pk])
    assert client.post(address, {"deed": "release"}).status_code == 302
    assert "of 4 points" in text_of(logged_in(alice).get(page))
    assert "Hold back" in text_of(client.get(reverse("gradebook", args=[course.slug])))
    client.post(address, {"deed": "hold"})
    assert "of 2 points" in text_of(logged_in(alice).get(page))
    assert list(Entry.objects.filter(action__startswith="grades.").order_by("pk").values_list("action", "object", "actor")) == [
        ("grades.release", "linear-zero", instructor.pk), ("grades.hold", "linear-zero", instructor.pk)]
    assert Membership.objects.get(user=instructor).role == Role.INSTRUCTOR


def test_after_giving_one_goes_on_to_the_next_student(attempt, bob, ta, logged_in):
    other = graded(handed_in(attempt.submission.assignment, bob))
    client = logged_in(ta)
    answer = client.post(reverse("adjust", args=[attempt.pk]), {"points": "1", "comment": "Drawn.", "then": "next"}, follow=True)
    assert [where for where, _ in answer.redirect_chain][-1] == reverse("attempt", args=[other.pk])
    assert "Given to Alice" in text_of(answer)
    refused = client.post(reverse("adjust", args=[other.pk]), {"points": "one", "then": "next"})
    assert refused.status_code == 422
    assert Adjustment.objects.count() == 1
