"""Courses made in the browser, their settings, and their people: who may, what is kept, and who is told."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from grader.errors import GraderError
from grader.web import courses, post, roster, specs
from grader.web.models import Course, Entry, Invitation, Letter, Membership, Role, User
from tests.web.pages_ground import text_of

pytestmark = pytest.mark.django_db
NEW = {"title": "Deep learning 2027", "slug": "dl-2027", "time_zone": "Europe/Berlin", "late_days": 2}


@pytest.fixture
def site_staff(person):
    user = person("sophie")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def see(instructor, course, logged_in):
    client = logged_in(instructor)
    return lambda name="people", *args, query="": client.get(reverse(name, args=[course.slug, *args]) + query)


@pytest.fixture
def send(instructor, course, logged_in):
    client = logged_in(instructor)
    return lambda name, *args, **said: client.post(reverse(name, args=[course.slug, *args]), said)


def names(answer):
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', answer.content.decode())


def place_of(user):
    return Membership.objects.values_list("role", "section", "is_active").get(user=user)


def test_the_services_staff_make_a_course_with_any_instructor(site_staff, alice, logged_in):
    client = logged_in(site_staff)
    assert reverse("course_new") in client.get(reverse("home")).content.decode()
    answer = client.post(reverse("course_new"), NEW | {"instructor": "ALICE@example.edu"})
    assert answer.status_code == 302
    made = Course.objects.get(slug="dl-2027")
    assert (made.time_zone, made.late_days) == ("Europe/Berlin", 2)
    assert Membership.objects.get(course=made).role == Role.INSTRUCTOR
    assert Membership.objects.get(course=made).user == alice
    assert Entry.objects.get(action="course.create").actor == site_staff


@pytest.mark.parametrize("who", ["alice", "ta", "instructor"])
def test_nobody_else_makes_one(who, logged_in, request):
    client = logged_in(request.getfixturevalue(who))
    assert client.get(reverse("course_new")).status_code == 404
    assert client.post(reverse("course_new"), NEW | {"instructor": "ines"}).status_code == 404
    assert not Course.objects.filter(slug="dl-2027").exists()


@pytest.mark.parametrize(("wrong", "told"), [
    ({"slug": "dl-2026"}, "exists already"), ({"slug": "a b"}, "slug"), ({"time_zone": "Mars/North"}, "valid choice"),
    ({"late_days": -1}, "greater"), ({"instructor": "nobody"}, "no account of this name")])
def test_a_course_that_can_not_be_is_refused_with_the_reason(site_staff, course, wrong, told, logged_in):
    answer = logged_in(site_staff).post(reverse("course_new"), NEW | {"instructor": "sophie"} | wrong)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Course.objects.count() == 1


def test_settings_are_kept_with_what_they_were(send, course):
    assert send("course_settings", title="Deep learning", time_zone="Asia/Seoul", late_days=0).status_code == 302
    course.refresh_from_db()
    assert (course.title, course.time_zone) == ("Deep learning", "Asia/Seoul")
    entry = Entry.objects.get(action="course.change")
    assert entry.before == {"title": "Deep learning 2026", "time_zone": "UTC"}
    assert send("course_settings", title="", time_zone="Asia/Seoul", late_days=0).status_code == 422


def test_people_are_listed_searched_and_filtered(see, alice, bob, ta, course):
    Membership.objects.filter(user=alice).update(section="Monday")
    Membership.objects.filter(user=bob).update(is_active=False)
    assert names(see()) == ["Alice", "Ines", "Tessa"]
    assert names(see(query="?search=ali")) == names(see(query="?section=Monday")) == ["Alice"]
    assert names(see(query="?role=ta")) == ["Tessa"]
    assert names(see(query="?state=left")) == ["Bob"]
    assert names(see(query="?state=all")) == ["Alice", "Bob", "Ines", "Tessa"]
    assert "Nobody is like that." in text_of(see(query="?search=%00zoe&page=x"))


def test_a_ta_sees_the_list_and_changes_nothing(ta, alice, course, logged_in):
    client = logged_in(ta)
    page = client.get(reverse("people", args=[course.slug])).content.decode()
    assert "alice@example.edu" in page
    assert reverse("roster", args=[course.slug]) not in page
    assert client.post(reverse("person", args=[course.slug, "alice"]), {"role": "ta", "is_active": "on"}).status_code == 404


def test_a_place_is_changed_with_a_reason(send, alice):
    assert send("person", "alice", role="ta", section="Monday", is_active="on", reason="helps out").status_code == 302
    assert place_of(alice) == ("ta", "Monday", True)
    entry = Entry.objects.get(action="role.set")
    assert (entry.before["role"], entry.after["section"], entry.reason) == ("student", "Monday", "helps out")
    send("person", "alice", role="ta", section="Monday")
    assert place_of(alice) == ("ta", "Monday", False)
    assert Entry.objects.filter(action="role.remove").count() == 1


@pytest.mark.parametrize("said", [{"role": "student", "is_active": "on"}, {"role": "instructor"}])
def test_the_last_instructor_stays(send, instructor, said):
    answer = send("person", "ines", **said)
    assert answer.status_code == 422
    assert "A course needs an instructor" in answer.content.decode()
    assert place_of(instructor) == ("instructor", "", True)
    assert not Entry.objects.exists()


def test_one_of_two_instructors_may_go(instructor, person, course):
    person("iris", course, Role.INSTRUCTOR)
    assert courses.remove(course, instructor, by=instructor)
    with pytest.raises(GraderError, match="needs an instructor"), transaction.atomic():
        courses.remove(course, User.objects.get(username="iris"), by=None)


def test_people_are_invited_by_mail_each_once(send, alice, course, mailoutbox):
    send("people_invite", emails="Dora@Example.edu, erin@example.edu\nalice@example.edu", role="student", section="Monday")
    assert sorted(Invitation.objects.values_list("email", "section", "uses_left")) == [
        ("dora@example.edu", "Monday", 1), ("erin@example.edu", "Monday", 1)]
    send("people_invite", emails="dora@example.edu", role="ta")
    assert Invitation.objects.count() == 2
    assert post.send_due(specs.now()) == 2
    assert sorted(m.to[0] for m in mailoutbox) == ["dora@example.edu", "erin@example.edu"]
    assert send("people_invite", emails="dora, x@y", role="student").status_code == 422


def test_whoever_follows_the_mailed_link_stands_in_the_section(send, course, person, logged_in, mailoutbox):
    dora = person("dora")
    send("people_invite", emails="dora@example.edu", role="student", section="Monday")
    post.send_due(specs.now())
    link = re.search(r"(/accounts/join/\S+)", mailoutbox[0].body)[1]
    assert logged_in(dora).post(link).status_code == 302
    assert place_of(dora) == ("student", "Monday", True)


def test_an_invitation_sent_again_has_a_new_link_and_the_old_one_ends(send, see, course, instructor, mailoutbox, client):
    now = specs.now()
    made = roster.invite(course, "dora@example.edu", "student", "", instructor, now)
    assert "waiting to be sent" in text_of(see())
    send("invite_again", made.pk)
    assert Letter.objects.count() == 1  # it is on its way still
    post.send_due(specs.now())
    send("invite_again", made.pk)
    post.send_due(specs.now())
    old, new = (re.search(r"(/accounts/join/\S+)", m.body)[1] for m in mailoutbox)
    assert (client.get(old).status_code, client.get(new).status_code) == (410, 200)
    assert "sent" in text_of(see())


def test_a_withdrawn_invitation_is_not_mailed(course, instructor, mailoutbox):
    made = roster.invite(course, "dora@example.edu", "student", "", instructor, specs.now())
    Invitation.objects.filter(pk=made.pk).update(expires_at=specs.now() - timedelta(minutes=1))
    assert post.send_due(specs.now()) == 0
    assert (Letter.objects.get().state, len(mailoutbox)) == ("refused", 0)


def test_its_queries_are_few_however_many_people_there_are(see, person, course, instructor, django_assert_max_num_queries):
    for k in range(60):
        person(f"student-{k}", course)
        roster.invite(course, f"new-{k}@example.edu", "student", "", instructor, specs.now())
    with django_assert_max_num_queries(9):
        assert "Page 1 of 2" in text_of(see())
