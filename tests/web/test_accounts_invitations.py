"""Invitations: made by instructors, shown once, used by the right people as often as they say."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections
from django.urls import reverse

from grader.web import specs
from grader.web.accounts import invitations
from grader.web.courses import remove
from grader.web.models import Entry, Invitation, Membership, Role, User

pytestmark = pytest.mark.django_db
NEW = {"first_name": "Dora", "last_name": "Dent", "username": "dora", "email": "Dora@Example.edu", "password1": "a longer staple",
       "password2": "a longer staple"}


@pytest.fixture
def invite(course, instructor):
    """Make an invitation into the course; gives the page it leads to."""
    def make(days=1, **more):
        made, secret = invitations.make(course, instructor, specs.now() + timedelta(days=days), **more)
        return made, reverse("join", args=[secret])
    return make


def ask(client, course="dl-2026", **more):
    return client.post(reverse("invitations", args=[course]), {"role": "student", "email": "", "uses": 1, "days": 14, **more})


def link_in(page):
    return re.search(rf'{settings.GRADER.address}(/\S+?)"', page.text)[1]


def role_of(user, course):
    return Membership.objects.filter(course=course, user=user, is_active=True).values_list("role", flat=True).first()


def test_an_instructors_link_is_shown_once_and_only_its_digest_kept(logged_in, instructor, alice):
    client = logged_in(instructor)
    page = ask(client, uses=30)
    secret = link_in(page).split("/")[-2]
    made = Invitation.objects.get()
    assert (made.uses_left, made.digest) == (30, invitations.digest_of(secret))
    assert "no-store" in page.headers["Cache-Control"]
    again = client.get(reverse("invitations", args=["dl-2026"]))
    assert secret not in again.text
    assert "whoever has the link" in again.text
    assert not any(secret in str(e.after) for e in Entry.objects.all())


@pytest.mark.parametrize("who", ["alice", "ta", "carol", "other_ta"])
def test_only_the_courses_instructors_invite(who, logged_in, request):
    client = logged_in(request.getfixturevalue(who))
    request.getfixturevalue("course")
    assert ask(client).status_code == 404
    assert client.get(reverse("invitations", args=["dl-2026"])).status_code == 404
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("wrong", [{"role": "king"}, {"uses": 0}, {"days": 181}, {"email": "x"},
                                   {"email": "a@example.edu", "uses": 2}])
def test_an_invitation_that_makes_no_sense_is_refused_with_the_reason(logged_in, instructor, wrong):
    page = ask(logged_in(instructor), **wrong)
    assert 'class="errorlist"' in page.text
    assert not Invitation.objects.exists()


def test_an_invitation_to_an_address_goes_there_by_mail(logged_in, instructor, mailoutbox):
    page = ask(logged_in(instructor), email="Dora@Example.edu", role="ta")
    [message] = mailoutbox
    assert message.to == ["dora@example.edu"]
    assert link_in(page) in message.body
    assert "Ines invites you" in message.body
    assert "as TA" in message.body


def test_a_mail_that_cannot_be_sent_is_said_and_the_link_shown(logged_in, instructor, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    page = ask(logged_in(instructor), email="dora@example.edu")
    assert "could not be sent" in page.text
    assert link_in(page)


def test_a_member_of_another_course_joins_by_post_alone(logged_in, carol, course, invite):
    _, link = invite()
    client = logged_in(carol)
    assert "Join the course" in client.get(link).text
    assert role_of(carol, course) is None
    assert client.post(link).url == reverse("home")
    assert role_of(carol, course) == Role.STUDENT


def test_who_has_no_account_makes_one_and_is_in(client, course, invite):
    _, link = invite(role=Role.TA)
    page = client.get(link)
    assert f'{reverse("login")}?next={link}' in page.text
    assert client.post(link, NEW).url == reverse("home")
    dora = User.objects.get(username="dora")
    assert (dora.email, role_of(dora, course)) == ("dora@example.edu", Role.TA)
    assert "Dora Dent" in client.get(reverse("account")).text
    assert list(Entry.objects.filter(actor=dora).order_by("id").values_list("action", flat=True)) == [
        "user.create", "role.set", "invitation.use"]


@pytest.mark.parametrize("wrong", [
    {"username": "a@b.edu"}, {"username": "ALICE"}, {"email": "ALICE@example.edu"}, {"email": "x"}, {"password2": "other"},
    {"password1": "dora", "password2": "dora"}, {"first_name": ""}, {"username": "<b>"}])
def test_a_new_account_that_cannot_be_is_refused_and_uses_nothing_up(client, alice, invite, wrong):
    made, link = invite()
    page = client.post(link, NEW | wrong)
    assert page.status_code == 200
    assert 'class="errorlist"' in page.text
    made.refresh_from_db()
    assert made.uses_left == 1
    assert not User.objects.filter(username=(NEW | wrong)["username"]).exclude(pk=alice.pk).exists()


def test_the_address_an_invitation_names_cannot_be_changed(client, invite):
    _, link = invite(email="dora@example.edu")
    client.post(link, NEW | {"email": "mallory@example.edu"})
    assert User.objects.get(username="dora").email == "dora@example.edu"


def test_an_invitation_for_somebody_else_says_so_and_names_nobody(logged_in, carol, course, invite):
    made, link = invite(email="dora@example.edu")
    client = logged_in(carol)
    for page in (client.get(link), client.post(link)):
        assert page.status_code == 410
        assert "another e-mail address" in page.text
        assert "dora" not in page.text
    made.refresh_from_db()
    assert (made.uses_left, role_of(carol, course)) == (1, None)


@pytest.mark.parametrize("method", ["get", "post"])
def test_used_up_expired_withdrawn_and_made_up_links_say_so(logged_in, carol, course, instructor, invite, method):
    (used, first), (_, old), (gone, third) = invite(), invite(days=-1), invite()
    Invitation.objects.filter(pk=used.pk).update(uses_left=0)
    logged_in(instructor).post(reverse("invitation_withdraw", args=["dl-2026", gone.pk]))
    client = logged_in(carol)
    for link, told in [(first, "used up"), (old, "expired"), (third, "used up"), (reverse("join", args=["x"]), "no invitation")]:
        page = getattr(client, method)(link)
        assert (page.status_code, told in page.text) == (410, True)
    assert role_of(carol, course) is None


def test_a_member_who_gains_nothing_uses_nothing_up(logged_in, alice, instructor, course, invite):
    made, link = invite()
    for user, role in ((alice, Role.STUDENT), (instructor, Role.INSTRUCTOR)):
        client = logged_in(user)
        assert "in this course already" in client.get(link).text
        client.post(link)
        assert role_of(user, course) == role
    made.refresh_from_db()
    assert made.uses_left == 1


def test_a_student_who_is_invited_as_ta_becomes_one_and_the_log_has_both_roles(logged_in, alice, course, invite):
    _, link = invite(role=Role.TA)
    logged_in(alice).post(link)
    assert role_of(alice, course) == Role.TA
    entry = Entry.objects.get(action="role.set")
    assert (entry.before["role"], entry.after["role"], entry.course) == ("student", "ta", course)


def test_who_was_removed_does_not_come_back_by_a_link_for_all(logged_in, alice, course, instructor, invite):
    remove(course, alice, by=instructor)
    _, for_all = invite()
    assert "taken away" in logged_in(alice).post(for_all).text
    assert role_of(alice, course) is None
    _, personal = invite(email=alice.email)
    logged_in(alice).post(personal)
    assert role_of(alice, course) == Role.STUDENT


def test_another_courses_instructor_withdraws_nothing(logged_in, person, other_course, invite):
    made, _ = invite()
    client = logged_in(person("otto", other_course, Role.INSTRUCTOR))
    for course in ("dl-2026", "ml-2026"):
        assert client.post(reverse("invitation_withdraw", args=[course, made.pk])).status_code == 404
    made.refresh_from_db()
    assert made.uses_left == 1


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_follow_a_link_for_three_at_once_three_are_in(person, course, invite):
    made, _ = invite(uses=3)
    people = [person(f"p{n}") for n in range(10)]

    def follow(user):
        try:
            invitations.join(Invitation.objects.get(pk=made.pk), user, specs.now())
        except invitations.Unusable:
            return False
        finally:
            connections.close_all()
        return True
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(follow, people))
    assert sum(found) == 3
    assert Membership.objects.filter(course=course, user__in=people).count() == 3
    assert Entry.objects.filter(action="invitation.use").count() == 3
