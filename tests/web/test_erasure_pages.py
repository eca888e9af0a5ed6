"""The pages on which the staff of the service look a person up and erase them."""

import pytest
from django.urls import reverse

from grader.web import specs
from grader.web.models import Entry, Erasure, Leftover, User
from tests.web.pages_ground import graded, handed_in, open_assignment, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def site_staff(person):
    user = person("sophie")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def client(site_staff, logged_in):
    return logged_in(site_staff)


def test_the_page_says_what_goes_and_what_stays_before_anything_does(client, course, alice):
    graded(handed_in(open_assignment(course), alice))
    handed_in(alice.submissions.get().assignment, alice, b"x = 2\n")
    said = text_of(client.get(reverse("erase_person", args=["alice"])))
    assert "submissions' files 2" in said
    assert "reports 1" in said
    assert "attempts under way, which are cancelled 1" in said
    assert f"under the name “erased person {alice.pk}”" in said
    assert User.objects.filter(username="alice").exists()


@pytest.mark.parametrize("said", [{"name": "alice"}, {"name": "Alice", "reason": "asked"}, {"reason": "asked"}, {}])
def test_without_the_exact_name_and_a_reason_nothing_happens(said, client, alice):
    answer = client.post(reverse("erase_person", args=["alice"]), said)
    assert answer.status_code == 422
    assert "Nothing was erased" in text_of(answer)
    assert not Erasure.objects.exists()


def test_it_erases_at_once_and_says_so(client, course, alice):
    attempt = graded(handed_in(open_assignment(course), alice, b"of_alice = 1\n"))
    answer = client.post(reverse("erase_person", args=["alice"]), {"name": "alice", "reason": "asked"}, follow=True)
    assert f"erased person {alice.pk}" in text_of(answer)
    assert not Leftover.objects.exists()
    assert attempt.submission.content not in specs.objects().names()
    assert attempt.report not in specs.objects().names()
    there = text_of(client.get(reverse("erase_person", args=[f"erased-{alice.pk}"])))
    assert "by sophie: asked" in there
    assert "Erase for good" not in there
    assert client.get(reverse("erase_person", args=["alice"])).status_code == 404


def test_who_grades_is_refused_with_the_reason(client, course, ta):
    said = text_of(client.get(reverse("erase_person", args=["tessa"])))
    assert "end that role first" in said
    assert "Erase for good" not in said
    answer = client.post(reverse("erase_person", args=["tessa"]), {"name": "tessa", "reason": "x"})
    assert answer.status_code == 422
    assert User.objects.filter(username="tessa").exists()


def test_people_are_found_by_name_and_the_list_costs_few_queries(client, course, person, django_assert_max_num_queries):
    for k in range(120):
        person(f"student{k}", course)
    with django_assert_max_num_queries(6):
        answer = client.get(reverse("everybody") + "?search=student&page=2")
    assert "120 accounts" in text_of(answer)
    assert "Page 2 of 3" in text_of(answer)
    assert "Nobody is called like that" in text_of(client.get(reverse("everybody") + "?search=zzz"))


@pytest.mark.parametrize("who", ["alice", "ta", "instructor"])
def test_nobody_else_finds_the_pages(who, logged_in, alice, request):
    theirs = logged_in(request.getfixturevalue(who))
    for where in (reverse("everybody"), reverse("erase_person", args=["alice"]), reverse("whole_copy", args=["alice"])):
        assert theirs.get(where).status_code == 404
    assert theirs.post(reverse("erase_person", args=["alice"]), {"name": "alice", "reason": "x"}).status_code == 404
    assert User.objects.filter(username="alice").exists()


def test_site_staff_take_a_copy_of_all(client, course, alice):
    assert b"".join(client.get(reverse("whole_copy", args=["alice"])).streaming_content).startswith(b"PK")
    entry = Entry.objects.get(action="person.export")
    assert (entry.actor_name, entry.object, entry.course) == ("sophie", "user alice", None)
