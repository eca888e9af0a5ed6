"""Telling students of scores that a regrade changed: on their pages, and in one letter for all that changed in a course.

Whom it concerns is written down with the promotion. A worker then works out what of it a student may see: a score of checks that
are hidden from them changes nothing they know of, and is told to nobody. A mail goes out some minutes later, so that a promotion
that is taken back at once is told to nobody either, or in the evening to those who chose one mail a day. It names scores only
where the grades are released and not held.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Min, Q, QuerySet

from grader.shown import line, points
from grader.web import bell, holds, marks, news, post
from grader.web.accounts import mail
from grader.web.models import Assignment, Course, Hold, Membership, Notice, Promotion, User

HOLD = timedelta(minutes=5)  # between a promotion and its mails
SHOWN = timedelta(days=30)  # on a page, unless it is put away
CHUNK = 25
TEXT = """Hello {name},

work of yours in the course "{course}" was graded again, and this changed:

{changes}

{message}You find it at {link}
"""


def prepare(promotion: Promotion, concerned: Collection[tuple[int, int]], now: datetime) -> None:
    """Write down whom a promotion may concern, by student and assignment."""
    Notice.objects.bulk_create([Notice(promotion=promotion, user_id=user, assignment_id=assignment, at=now, mail_at=now + HOLD)
                                for user, assignment in sorted(concerned)], 500)
    transaction.on_commit(bell.ring_for_regrades)


def take_back(promotion: Promotion, now: datetime) -> None:
    """Tell those that were told of a promotion that it is taken back: by mail whom a mail told, else on their page."""
    mine = promotion.notices.filter(is_revert=False, is_void=False)
    told = list(mine.filter(Q(mailed_at__isnull=False) | Q(is_ready=True, mail_at__lte=now)).values_list(
        "user", "assignment", "mailed_at"))
    mine.update(is_void=True)
    Notice.objects.bulk_create([Notice(
        promotion=promotion, user_id=user, assignment_id=assignment, is_revert=True, at=now, mail_at=now + HOLD,
        mailed_at=None if mailed else now) for user, assignment, mailed in told], 500)
    transaction.on_commit(bell.ring_for_regrades)


def settle(now: datetime) -> int:
    """Work out of some notices what their students may see; returns how many were worked on."""
    waiting = Notice.objects.filter(is_ready=False, is_void=False).select_related(
        "promotion", "user", "assignment__course", "assignment__version").order_by("id")[:CHUNK]
    return sum(_settled(notice, now) for notice in waiting)


def to_settle() -> bool:
    """Whether there are notices to work on."""
    return Notice.objects.filter(is_ready=False, is_void=False).exists()


def gather(now: datetime) -> int:
    """Write the letters that are due at each person's pace, one a student and course, for the post to send; returns how many."""
    waiting = _to_mail(now)
    waiting.filter(user__mail_pace=User.Pace.NONE).update(mailed_at=now)  # their pages told them
    first = waiting.values_list("user", "assignment__course", "assignment__course__time_zone", "user__mail_pace").annotate(
        Min("mail_at")).order_by("user", "assignment__course")
    ready = [(user, course) for user, course, zone, pace, at in first if at <= _due(pace, zone, now)]
    return sum(_written(user, course, now) for user, course in ready)


def text_of(notices: Sequence[Notice], now: datetime) -> str:
    """Write one student's letter about one course."""
    first = notices[0]
    course = first.assignment.course
    said = list(dict.fromkeys(n.promotion.message for n in notices if n.promotion.message and not n.is_revert))
    return TEXT.format(
        name=line(first.user.shown_name, 150), course=line(course.title, 200),
        changes="\n".join(f"* {told(n, now)}" for n in notices), message="".join(f"{m}\n\n" for m in said),
        link=mail.link("course", course.slug))


def told(notice: Notice, now: datetime) -> str:
    """Say what changed; the scores only where they may be named."""
    what = "an earlier change was taken back" if notice.is_revert else "graded again"
    title = line(notice.assignment.title, 200)
    if not may_name(notice.assignment, notice.user, now):
        return f"{title}: {what}"
    old, new = ("no score" if s is None else points(s) for s in (notice.old_score, notice.new_score))
    return f"{title}: {what}, your score was {old} and is now {new}"


def may_name(assignment: Assignment, user: User, now: datetime) -> bool:
    """Whether a student's scores in an assignment may be named to them."""
    return assignment.released_at is not None and assignment.released_at <= now and not holds.is_held(assignment, user)


def for_student(user: User, course: Course, now: datetime) -> list[Notice]:
    """List what a student's pages of a course tell; nothing of a grade that is held back."""
    found = Notice.objects.filter(user=user, assignment__course=course, is_ready=True, is_void=False, seen_at=None,
                                  at__gt=now - SHOWN).select_related("assignment__course", "promotion", "user")
    held = Hold.objects.filter(student=user, assignment__course=course, lifted_at=None)
    return list(found.exclude(assignment__in=held.values("assignment")))


def put_away(pk: int, user: User, now: datetime) -> bool:
    """Show a notice no more; False where it is not this user's."""
    return bool(Notice.objects.filter(pk=pk, user=user, is_ready=True).update(seen_at=now))


def _settled(notice: Notice, now: datetime) -> bool:
    viewer = Membership.objects.select_related("course").filter(user=notice.user, course=notice.assignment.course).first()
    if viewer is None:
        return bool(Notice.objects.filter(pk=notice.pk).update(is_void=True))
    other = dict.fromkeys(notice.promotion.attempts, notice.is_revert)
    old = marks.record(notice.assignment, notice.user, viewer, now, as_if=other).score
    new = marks.record(notice.assignment, notice.user, viewer, now).score
    return bool(Notice.objects.filter(pk=notice.pk, is_ready=False).update(
        is_ready=True, is_void=F("is_void") if old != new else True, old_score=old, new_score=new))


def _to_mail(now: datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(is_ready=True, is_void=False, mailed_at=None, mail_at__lte=now,
                                 user__is_active=True).order_by()


def _due(pace: str, zone: str, now: datetime) -> datetime:
    """Work out up to which moment notices are mailed at a pace: they have waited their minutes already."""
    return now if pace == User.Pace.NOW else news.due(pace, zone, now)


def _written(user: int, course: int, now: datetime) -> bool:
    """Write one student's letter of what waits, in one transaction with taking it off what waits; False where nothing does."""
    with transaction.atomic():
        waiting = _to_mail(now).filter(user=user, assignment__course=course)
        found = list(waiting.select_for_update(of=("self",)).select_related("user", "assignment__course", "promotion").order_by(
            "assignment__position", "at"))
        found = [n for n in found if n.mail_at <= _due(n.user.mail_pace, n.assignment.course.time_zone, now)]
        if not found:  # another was faster, or the pace has changed
            return False
        Notice.objects.filter(pk__in=[n.pk for n in found]).update(mailed_at=now)
        key = f"notices {min(n.pk for n in found)} to {max(n.pk for n in found)} of user {user}"
        post.write(found[0].user.email, f"Changed scores in {found[0].assignment.course.title}", text_of(found, now), key, now,
                   user=found[0].user)
    return True
