"""News by mail and announcements: who is told what, at which pace, once, and nothing of what is held or taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from grader.web import adjustments, courses, holds, news, post, specs
from grader.web.adjustments import Given
from grader.web.models import Adjustment, Announcement, Entry, Letter, Membership, News, Role, User
from tests.web.pages_ground import graded, handed_in, open_assignment, text_of

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=10)


@pytest.fixture
def member(instructor, course):
    return Membership.objects.get(course=course, user=instructor)


@pytest.fixture
def mailed(mailoutbox):
    """Gather and send what is due ten minutes from now, or later; gives the mails by address."""
    def send(after=LATER):
        del mailoutbox[:]
        at = specs.now() + after
        news.gather(at)
        post.send_due(at)
        return {m.to[0].partition("@")[0]: m for m in mailoutbox}
    return send


@pytest.fixture
def work(course, alice, bob):
    """An assignment in which Alice has a grade, and Bob nothing."""
    assignment = open_assignment(course)
    graded(handed_in(assignment, alice))
    return assignment


def paced(user, pace):
    User.objects.filter(pk=user.pk).update(mail_pace=pace)


def test_a_release_is_told_to_whoever_has_a_grade_once_and_without_scores(work, instructor, mailed):
    courses.release(work, specs.now(), by=instructor)
    assert mailed(timedelta(0)) == {}  # it waits some minutes
    told = mailed()
    assert list(told) == ["alice"]
    assert "Linear regression from zero weights: the grades are released." in told["alice"].body
    assert "/courses/dl-2026/" in told["alice"].body
    assert mailed() == {}


def test_a_release_that_is_taken_back_at_once_is_told_to_nobody(work, instructor, mailed):
    courses.release(work, specs.now(), by=instructor)
    courses.release(work, None, by=instructor)
    assert mailed() == {}
    assert not News.objects.filter(is_over=False).exists()


def test_many_points_given_in_a_row_are_one_mail(work, alice, member, mailed):
    for points in (1.0, 2.0, -1.0):
        adjustments.give(work, alice, member, Given(points, reason="x"), specs.now())
    adjustments.withdraw(Adjustment.objects.first(), member, specs.now())
    told = mailed()
    assert told["alice"].body.count("by hand") == 1
    assert News.objects.count() == 4
    assert mailed() == {}


def test_nothing_is_told_of_a_grade_that_is_held(work, alice, member, mailed):
    adjustments.give(work, alice, member, Given(1.0, reason="x"), specs.now())
    holds.hold(work, alice, member, "an open question", specs.now())
    assert mailed() == {}


def test_whoever_wants_none_gets_none_and_whoever_left_neither(work, course, alice, bob, member, mailed):
    paced(alice, "none")
    Membership.objects.filter(user=bob).update(is_active=False)
    for student in (alice, bob):
        adjustments.give(work, student, member, Given(1.0, reason="x"), specs.now())
    assert mailed() == {}
    assert not News.objects.filter(is_over=False).exists()


@pytest.mark.parametrize(("at", "due"), [
    (datetime(2026, 11, 9, 16, 59, tzinfo=UTC), datetime(2026, 11, 8, 17, tzinfo=UTC)),
    (datetime(2026, 11, 9, 17, 0, tzinfo=UTC), datetime(2026, 11, 9, 17, tzinfo=UTC)),
    (datetime(2026, 7, 9, 16, 30, tzinfo=UTC), datetime(2026, 7, 9, 16, tzinfo=UTC))])
def test_a_digest_is_due_in_the_evening_of_the_course(at, due):
    assert news.due("daily", "Europe/Berlin", at) == due


def test_a_daily_digest_holds_the_day_and_comes_once(work, alice, member, mailed, instructor):
    paced(alice, "daily")
    adjustments.give(work, alice, member, Given(1.0, reason="x"), specs.now())
    news.announce(member, "Room changed", "We meet in room 7.", "", specs.now())
    told = mailed(timedelta(days=1))
    assert "by hand" in told["alice"].body
    assert "We meet in room 7." in told["alice"].body
    assert mailed(timedelta(days=2)) == {}


def test_news_that_two_senders_gather_are_told_once(work, alice, member):
    adjustments.give(work, alice, member, Given(1.0, reason="x"), specs.now())
    at = specs.now() + LATER
    assert (news.gather(at), news.gather(at)) == (1, 0)
    assert Letter.objects.count() == 1
    assert News.objects.get().letter == Letter.objects.get()


def test_an_announcement_stands_on_the_page_and_is_mailed_to_its_section(course, alice, bob, ta, member, logged_in, mailed):
    Membership.objects.filter(user=alice).update(section="Monday")
    answer = logged_in(ta).post(reverse("announcements", args=[course.slug]), {
        "title": "Room\nchanged", "text": "We meet in <b>room 7</b>.\n\nBring paper.", "section": "Monday"})
    assert answer.status_code == 302
    told = mailed()
    assert set(told) == {"alice", "ines"}
    assert "Room changed (Tessa)" in told["alice"].body
    assert "\n" not in told["alice"].subject
    page = logged_in(alice).get(reverse("course", args=[course.slug]))
    assert "We meet in &lt;b&gt;room 7" in page.content.decode()
    assert "room 7" not in text_of(logged_in(bob).get(reverse("course", args=[course.slug])))
    assert "room 7" not in text_of(logged_in(bob).get(reverse("announcements", args=[course.slug])))
    assert Entry.objects.get(action="announcement.make").actor == ta


@pytest.mark.parametrize("said", [
    {"title": "", "text": "x"}, {"title": "x", "text": ""}, {"title": "x", "text": "x", "section": "No"}])
def test_an_announcement_that_says_nothing_is_refused(course, instructor, logged_in, said):
    assert logged_in(instructor).post(reverse("announcements", args=[course.slug]), said).status_code == 422
    assert not Announcement.objects.exists()


def test_students_announce_and_withdraw_nothing(course, alice, member, logged_in):
    made = news.announce(member, "Hello", "x", "", specs.now())
    client = logged_in(alice)
    assert client.post(reverse("announcements", args=[course.slug]), {"title": "x", "text": "y"}).status_code == 404
    assert client.post(reverse("announcement_withdraw", args=[course.slug, made.pk])).status_code == 404
    assert "<form" not in client.get(reverse("announcements", args=[course.slug])).content.decode().split("<main")[1]


def test_what_is_withdrawn_in_time_is_neither_shown_nor_mailed(course, alice, member, logged_in, instructor, mailed):
    made = news.announce(member, "Hello", "the text", "", specs.now())
    logged_in(instructor).post(reverse("announcement_withdraw", args=[course.slug, made.pk]))
    assert mailed() == {}
    assert "the text" not in text_of(logged_in(alice).get(reverse("course", args=[course.slug])))
    assert Entry.objects.filter(action="announcement.withdraw").count() == 1


def test_the_pace_is_chosen_on_the_accounts_page(alice, logged_in):
    client = logged_in(alice)
    assert client.post(reverse("mail_pace"), {"pace": "daily"}).status_code == 302
    assert User.objects.get(pk=alice.pk).mail_pace == "daily"
    client.post(reverse("mail_pace"), {"pace": "hourly"})
    assert User.objects.get(pk=alice.pk).mail_pace == "daily"
    assert '<option value="daily" selected>' in client.get(reverse("account")).content.decode()


def test_gathering_asks_little_where_nothing_is_due(person, course, member, django_assert_max_num_queries):
    for k in range(30):
        paced(person(f"student-{k}", course, Role.STUDENT), "daily")
    at = datetime(2026, 11, 9, 19, tzinfo=UTC)
    news.announce(member, "Hello", "x", "", at)
    with django_assert_max_num_queries(5):
        assert news.gather(at + LATER) == 0
    assert news.gather(at + timedelta(days=1)) == 30
