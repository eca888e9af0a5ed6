"""Points and comments by hand from a student's page, where there is no attempt too; and what programs read of them."""

import pytest
from django.urls import reverse

from grader.web import courses, grades
from grader.web.models import Adjustment, Entry, Membership, SpecVersion
from tests.web.pages_ground import open_assignment, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment(course):
    return open_assignment(course)


@pytest.fixture
def address(assignment, course, alice):
    return reverse("give", args=[course.slug, assignment.slug, alice.username])


def test_points_are_given_without_any_attempt_and_count(address, alice, ta, course, assignment, logged_in):
    client, page = logged_in(ta), reverse("student", args=[course.slug, "alice"])
    assert "Give points or a comment" in text_of(client.get(page))
    assert client.post(address, {"points": "3", "comment": "Shown at the board"}).url == f"{page}#a{assignment.pk}"
    [student] = grades.of_all(course)
    assert student.total == 3
    assert "+3 points by hand by Tessa" in text_of(client.get(page))
    assert "3 of 10" in text_of(logged_in(alice).get(reverse("course", args=[course.slug])))
    made = Adjustment.objects.get()
    assert Entry.objects.get(action="score.adjust").object == f"adjustment {made.pk}: linear-zero of user alice"


def test_a_score_is_set_without_any_attempt_and_withdrawn(address, ta, course, logged_in):
    client = logged_in(ta)
    client.post(address, {"way": "set", "points": "7", "reason": "handed in on paper"})
    assert [s.total for s in grades.of_all(course)] == [7]
    made = Adjustment.objects.get()
    back = reverse("give_withdraw", args=[course.slug, "linear-zero", "alice", made.pk])
    assert "It is withdrawn" in text_of(client.post(back, follow=True))
    assert "It was withdrawn before." in text_of(client.post(back, follow=True))
    assert [s.total for s in grades.of_all(course)] == [0]


def test_what_is_wrong_opens_its_own_form_and_no_other(address, ta, course, logged_in):
    open_assignment(course, "logistic")
    answer = logged_in(ta).post(address, {"points": "many", "comment": "keep me"})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert body.count("Nothing was given.") == body.count("keep me") == body.count('id="wrong"') == 1
    assert not Adjustment.objects.exists()


def test_somebody_who_left_is_still_given_points_and_a_stranger_is_not(address, alice, carol, ta, course, logged_in):
    Membership.objects.filter(user=alice).update(is_active=False)
    assert logged_in(ta).post(address, {"points": "1", "comment": "c"}).status_code == 302
    stranger = reverse("give", args=[course.slug, "linear-zero", carol.username])
    assert logged_in(ta).post(stranger, {"points": "1", "comment": "c"}).status_code == 404


def test_nobody_gives_to_themselves_or_sees_a_form_for_it(ta, course, assignment, logged_in):
    client = logged_in(ta)
    own = reverse("give", args=[course.slug, assignment.slug, ta.username])
    assert client.post(own, {"points": "1", "comment": "c"}).status_code == 404
    assert "Give points" not in text_of(client.get(reverse("student", args=[course.slug, ta.username])))


def test_an_adjustment_of_another_is_not_found_under_a_student(address, bob, ta, course, logged_in):
    client = logged_in(ta)
    client.post(address, {"points": "1", "comment": "c"})
    wrong = reverse("give_withdraw", args=[course.slug, "linear-zero", "bob", Adjustment.objects.get().pk])
    assert client.post(wrong).status_code == 404


def test_no_assignment_takes_the_name_of_these_pages(course):
    for name in ("gradebook", "by-hand", "rubric"):
        with pytest.raises(Exception, match="rename the folder"):
            courses.assign(course, SpecVersion(slug=name), courses.Rules())


def test_programs_of_staff_read_what_was_given(address, alice, bob, ta, course, logged_in, django_assert_max_num_queries):
    client, where = logged_in(ta), "/api/v1/courses/dl-2026/adjustments"
    for _ in range(3):
        client.post(address, {"points": "1.5", "comment": "A plot", "reason": "viva"})
    client.post(reverse("give_withdraw", args=[course.slug, "linear-zero", "alice", Adjustment.objects.first().pk]))
    client.post(reverse("give", args=[course.slug, "linear-zero", "bob"]), {"points": "9", "way": "set", "reason": "paper"})
    with django_assert_max_num_queries(10):
        told = client.get(where).json()
    assert [(t["student"], t["points"], t["is_override"], t["by"], t["withdrawn_by"]) for t in told] == [
        ("alice", 1.5, False, "tessa", "tessa"), ("alice", 1.5, False, "tessa", ""), ("alice", 1.5, False, "tessa", ""),
        ("bob", 9, True, "tessa", "")]
    assert (told[0]["assignment"], told[0]["comment"], told[0]["reason"]) == ("linear-zero", "A plot", "viva")
    assert [t["student"] for t in client.get(f"{where}?student=bob&assignment=linear-zero").json()] == ["bob"]
    assert client.get(f"{where}?student=zoe").status_code == client.get(f"{where}?assignment=zoe").status_code == 404
    assert logged_in(alice).get(where).status_code == 404
    assert Entry.objects.filter(action="grades.export", actor=ta).count() == 2
