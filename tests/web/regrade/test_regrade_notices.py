"""What students are told of it: those whose visible score changes, on their pages and in one mail, and nobody else."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from grader.web import holds, post
from grader.web.models import Assignment, Letter, Notice, User
from grader.web.regrades import notices, promotion
from grader.web.regrades.notices import HOLD
from grader.web.regrades.promotion import Pick, Said
from tests.web.pages_ground import page_of, text_of, today
from tests.web.regrade.conftest import version

pytestmark = pytest.mark.django_db


@pytest.fixture
def promoted(judged, head):
    """The class judged again, and all of it counts."""
    made = promotion.promote(judged, head, Pick("all"), Said("why", "A tolerance was <b>wrong</b>."), today())
    notices.settle(today())
    return made


def send(at):
    """Do what the sweeper's postman does; returns how many letters were written."""
    written = notices.gather(at)
    post.send_due(at)
    return written


def later():
    return today() + HOLD + timedelta(seconds=1)


def course_page(client, klass):
    return text_of(client.get(reverse("course", args=[klass.course.slug])))


def test_one_mail_goes_to_each_affected_student_some_minutes_later(promoted):
    assert send(today()) == 0
    assert send(later()) == 3
    assert send(later()) == 0
    assert sorted(m.to[0] for m in mail.outbox) == ["alice@example.edu", "bob@example.edu", "dave@example.edu"]
    said = next(m for m in mail.outbox if m.to == ["alice@example.edu"]).body
    assert "Linear regression from zero weights: graded again\n" in said
    assert "A tolerance was <b>wrong</b>." in said
    assert "/courses/dl-2026/" in said
    assert not re.search(r"\b(8|10)\b", said)


def test_scores_are_named_where_the_grades_are_released(promoted):
    Assignment.objects.update(released_at=today() - timedelta(hours=1))
    send(later())
    said = next(m for m in mail.outbox if m.to == ["alice@example.edu"]).body
    assert "graded again, your score was 8 and is now 10" in said


def test_whose_score_stays_is_not_told(klass, judged, head):
    promotion.promote(judged, head, Pick("rises"), Said("why"), today())
    notices.settle(today())
    assert send(later()) == 2
    assert {m.to[0] for m in mail.outbox} == {"alice@example.edu", "dave@example.edu"}


def test_a_change_of_checks_that_are_hidden_is_told_to_nobody(klass, work, head, tmp_path):
    hidden = [(f'name = "{n}"\nkind', f'name = "{n}"\nvisibility = "after_release"\nkind') for n in ("few_steps", "curve")]
    right = version(tmp_path, *hidden)
    wrong = version(tmp_path, *hidden, ('["few.W", "few.b"]\ntolerance = { atol = 1e-5, rtol = 1e-5,',
                                        '["few.W", "few.b"]\ntolerance = { atol = 1e-12,'))
    for v in (wrong, right):
        made = klass.regrade("ines", version=v)
        work()
        promotion.promote(made, head, Pick("all"), Said("why"), today())
        Notice.objects.filter(promotion__regrade=made, is_ready=False)
        notices.settle(today())
    last = Notice.objects.filter(promotion__regrade=made)
    assert last.count() >= 2
    assert set(last.values_list("is_void", flat=True)) == {True}


def test_a_promotion_taken_back_at_once_is_told_to_nobody(promoted, head):
    promotion.revert(promoted, head, "", today())
    notices.settle(today())
    assert send(later()) == 0


def test_a_promotion_taken_back_later_is_told_to_those_who_were_told(promoted, head):
    send(later())
    promotion.revert(promoted, head, "", today())
    notices.settle(today())
    Assignment.objects.update(released_at=today() - timedelta(hours=1))
    assert send(later()) == 3
    said = [m for m in mail.outbox if m.to == ["alice@example.edu"]][1].body
    assert "an earlier change was taken back, your score was 10 and is now 8" in said
    assert "A tolerance" not in said


def test_the_students_pages_tell_it_until_it_is_put_away(klass, promoted, alice, bob, logged_in):
    client = logged_in(alice)
    for said in (course_page(client, klass), text_of(client.get(page_of(klass.assignment)))):
        assert "it was graded again, your score was 8 and is now 10" in said
        assert "A tolerance was <b>wrong</b>." in said
    one = Notice.objects.get(user=alice)
    put_away = reverse("notice_seen", args=[klass.course.slug, one.pk])
    assert logged_in(bob).post(put_away).status_code == 404
    assert client.post(put_away).status_code == 302
    assert "graded again" not in course_page(client, klass)
    assert "is now 1" in course_page(logged_in(bob), klass)


def test_several_promotions_are_one_letter_a_student(klass, judged, head, work):
    for mode, asked in (("rises", klass.right), ("all", klass.wrong)):
        made = judged if asked == klass.right else klass.regrade("ines", version=asked)
        work()
        promotion.promote(made, head, Pick(mode), Said("why"), today())
        notices.settle(today())
    Assignment.objects.update(released_at=today() - timedelta(hours=1))
    assert send(later()) == 2
    [said] = [m.body for m in mail.outbox if m.to == ["alice@example.edu"]]
    assert said.count("graded again, your score was") == 2
    assert Letter.objects.filter(state="sent").count() == 2


def test_whoever_left_the_service_gets_no_mail(promoted, alice):
    alice.is_active = False
    alice.save()
    assert send(later()) == 2


def test_a_grade_that_is_held_back_is_told_nowhere(klass, promoted, alice, head, logged_in):
    Assignment.objects.update(released_at=today() - timedelta(hours=1))
    holds.hold(klass.assignment, alice, head, "copied", today())
    assert "graded again" not in course_page(logged_in(alice), klass)
    send(later())
    said = next(m for m in mail.outbox if m.to == ["alice@example.edu"]).body
    assert "your score" not in said


def test_a_grade_that_is_held_back_before_is_not_told_of_at_all(klass, judged, alice, head):
    holds.hold(klass.assignment, alice, head, "copied", today())
    promotion.promote(judged, head, Pick("all"), Said("why"), today())
    notices.settle(today())
    assert send(later()) == 2
    assert Notice.objects.get(user=alice).is_void


def evening(moment):
    """Move all that waits to half past five of the afternoon before, by the course's clock; gives a time of that day."""
    Notice.objects.update(mail_at=datetime(2026, 11, 2, 17, 30, tzinfo=UTC))
    return datetime(2026, 11, 2, *moment, tzinfo=UTC)


def test_whoever_wants_one_mail_a_day_gets_it_in_the_evening(promoted, alice):
    User.objects.filter(pk=alice.pk).update(mail_pace=User.Pace.DAILY)
    assert send(evening((17, 59))) == 2
    assert alice.email not in {m.to[0] for m in mail.outbox}
    assert send(evening((18, 1))) == 1
    assert mail.outbox[-1].to == [alice.email]
    assert send(evening((18, 2))) == 0


def test_evening_is_by_the_courses_clock(klass, promoted, alice):
    User.objects.update(mail_pace=User.Pace.DAILY)
    klass.course.time_zone = "America/New_York"
    klass.course.save()
    assert send(evening((22, 59))) == 0
    assert send(evening((23, 1))) == 3


def test_whoever_wants_no_mail_gets_none_of_the_past_when_that_changes(promoted, alice):
    User.objects.filter(pk=alice.pk).update(mail_pace=User.Pace.NONE)
    assert send(later()) == 2
    User.objects.filter(pk=alice.pk).update(mail_pace=User.Pace.NOW)
    assert send(later()) == 0


def test_what_a_page_alone_has_told_is_taken_back_on_the_page_alone(klass, promoted, alice, head, logged_in):
    User.objects.update(mail_pace=User.Pace.DAILY)
    Assignment.objects.update(released_at=today() - timedelta(hours=1))
    promotion.revert(promoted, head, "", later())
    notices.settle(later())
    assert "an earlier change of your score was taken back" in course_page(logged_in(alice), klass)
    assert send(later() + timedelta(days=2)) == 0
