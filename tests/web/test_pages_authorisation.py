"""Another student's anything is not found, whatever the address, and neither is anything of another course."""

import pytest
from django.urls import reverse

from grader.web.models import Attempt, Membership, RegradeRequest, Submission
from grader.web.urls import urlpatterns
from tests.web.pages_ground import graded, handed_in, open_assignment, text_of

pytestmark = pytest.mark.django_db
OF_AN_ATTEMPT = {"attempt": (), "result": (), "file": (), "cancel": (), "check": ("train",), "adjust": (),
                 "adjustment_withdraw": (1,)}
OF_A_COURSE = {"course", "assignment", "starter", "compare", "release"}
FOR_STAFF = {"gradebook": (), "gradebook_csv": (), "student": ("alice",)}


@pytest.fixture
def attempt(alice, course):
    return graded(handed_in(open_assignment(course), alice))


def addresses(attempt):
    course, assignment = attempt.submission.assignment.course, attempt.submission.assignment
    found = [reverse(name, args=[attempt.pk, *more]) for name, more in OF_AN_ATTEMPT.items()]
    found += [reverse(name, args=[course.slug, *([] if name == "course" else [assignment.slug])]) for name in OF_A_COURSE]
    found += [reverse(name, args=[course.slug, *more]) for name, more in FOR_STAFF.items()]
    return [f"{a}?before={attempt.pk}&after={attempt.pk}" if a.endswith("compare") else a for a in found]


def test_every_page_is_tried_below():
    names = {p.name for p in urlpatterns if getattr(p, "name", None)}
    assert names - {"home", "login", "logout", "events"} == set(OF_AN_ATTEMPT) | OF_A_COURSE | set(FOR_STAFF)


def test_another_student_of_the_course_finds_no_attempt_of_it(bob, attempt, logged_in):
    for address in addresses(attempt):
        if address.startswith("/attempts/") or "compare" in address:
            assert logged_in(bob).get(address).status_code in (404, 405), address
            assert logged_in(bob).post(address, {"text": "x"}).status_code in (404, 405), address
    assert not RegradeRequest.objects.exists()


@pytest.mark.parametrize("who", ["carol", "other_ta"])
def test_people_of_another_course_find_nothing(who, attempt, logged_in, request):
    client = logged_in(request.getfixturevalue(who))
    for address in addresses(attempt):
        assert client.get(address).status_code in (404, 405), address
        assert client.post(address, {"text": "x = 1"}).status_code in (404, 405), address
    assert (Submission.objects.count(), RegradeRequest.objects.count()) == (1, 0)


def test_what_is_not_ones_own_looks_like_what_is_not_there(bob, attempt, logged_in):
    there, not_there = (logged_in(bob).get(reverse("attempt", args=[pk])) for pk in (attempt.pk, attempt.pk + 1000))
    assert text_of(there) == text_of(not_there)
    assert there.status_code == not_there.status_code == 404


def test_somebody_who_left_a_course_finds_nothing_of_it_any_more(alice, attempt, logged_in):
    Membership.objects.filter(user=alice).update(is_active=False)
    for address in addresses(attempt):
        assert logged_in(alice).get(address).status_code in (404, 405), address


def test_whoever_is_not_logged_in_is_sent_to_the_login(client, attempt):
    for address in addresses(attempt):
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer.url.startswith(reverse("login")), address


def test_staff_of_the_course_see_a_students_attempt(ta, attempt, logged_in):
    for name in ("attempt", "result", "file", "check"):
        assert logged_in(ta).get(reverse(name, args=[attempt.pk, *OF_AN_ATTEMPT[name]])).status_code == 200


def test_nothing_is_cancelled_by_another(bob, alice, course, logged_in):
    waiting = handed_in(open_assignment(course, "logistic"), alice)
    assert logged_in(bob).post(reverse("cancel", args=[waiting.pk])).status_code == 404
    assert Attempt.objects.get(pk=waiting.pk).state == "queued"
