"""News of grades and announcements, gathered into one letter a person and course, at the pace that the person chose.

Whatever gives rise to news writes its rows in the same transaction. The sweeper's postman gathers them: at once means after some
minutes, so that many points given in a row are one mail; daily means after 18:00 by the course's clock. What was taken back or
is held by then is not told. Rows are taken by compare-and-set together with the letter that tells them, so that nothing is told
twice. A letter names no scores: it leads to the page, which shows what the person may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Min

from grader.shown import line
from grader.web import audit, holds, post
from grader.web.accounts import mail
from grader.web.models import Adjustment, Announcement, Assignment, Counted, Course, Membership, News, User

PAUSE = timedelta(minutes=3)  # before news are told "at once"
HOUR = 18  # of the day at which daily digests are due
PEOPLE = 200  # letters of a round
SHOWN = timedelta(days=30)  # on the course's page
LONGEST = 10_000  # characters of an announcement
TEXT = """Hello {name},

news of the course "{course}":

{news}

You find it at {link}
How often you get such mail you choose at {account}
"""


def of_release(assignment: Assignment, at: datetime) -> None:
    """Note for everybody who has something in an assignment that its grades are released."""
    users = Counted.objects.filter(assignment=assignment).values_list("student", flat=True)
    _write(News(user_id=u, course_id=assignment.course_id, assignment=assignment, is_release=True, at=at,
                key=f"release {assignment.pk} {at.isoformat()} {u}") for u in users)


def of_adjustments(found: Iterable[Adjustment], at: datetime, deed: str) -> None:
    """Note for students that something was given to them by hand, or withdrawn."""
    _write(News(user_id=a.student_id, course_id=a.assignment.course_id, assignment=a.assignment, at=at,
                key=f"adjustment {a.pk} {deed}") for a in found)


def announce(member: Membership, title: str, text: str, section: str, at: datetime) -> Announcement:
    """Tell a course, or one section of it and the staff, something."""
    with transaction.atomic():
        made = Announcement.objects.create(course=member.course, section=section, title=title, text=text, by=member.user, at=at)
        audit.record(member.user, "announcement.make", course=member.course, about=f"announcement {made.pk}",
                     after={"title": title, "section": section})
        people = [m for m in member.course.memberships.filter(is_active=True) if is_for(made, m) and m.user_id != member.user_id]
        _write(News(user_id=m.user_id, course=member.course, announcement=made, at=at, key=f"announcement {made.pk} {m.user_id}")
               for m in people)
    return made


def withdraw(found: Announcement, member: Membership, at: datetime) -> None:
    """Show an announcement to nobody any more; what is mailed is mailed."""
    with transaction.atomic():
        if Announcement.objects.filter(pk=found.pk, withdrawn_at=None).update(withdrawn_at=at):
            audit.record(member.user, "announcement.withdraw", course=member.course, about=f"announcement {found.pk}")


def is_for(announcement: Announcement, member: Membership) -> bool:
    """Whether a member reads an announcement."""
    return member.is_staff or announcement.section in ("", member.section)


def shown(member: Membership, since: datetime | None = None) -> list[Announcement]:
    """List the announcements a member reads, the newest first."""
    found = Announcement.objects.filter(course=member.course, withdrawn_at=None).select_related("by")
    found = found.filter(at__gte=since) if since else found
    return [a for a in found if is_for(a, member)]


def gather(now: datetime) -> int:
    """Write the letters that are due; returns how many."""
    waiting = News.objects.filter(is_over=False)
    waiting.filter(user__mail_pace=User.Pace.NONE).update(is_over=True)
    first = waiting.values_list("user", "course", "user__mail_pace").annotate(Min("at")).order_by("user", "course")
    zones = dict(Course.objects.values_list("pk", "time_zone"))
    ready = [(u, c) for u, c, pace, at in first if at <= due(pace, zones[c], now)][:PEOPLE]
    users, courses = User.objects.in_bulk({u for u, _ in ready}), Course.objects.in_bulk({c for _, c in ready})
    return sum(_tell(users[u], courses[c], now) for u, c in ready)


def due(pace: str, zone: str, now: datetime) -> datetime:
    """Work out up to which moment news are due at a pace, by the clock of a time zone."""
    if pace == User.Pace.NOW:
        return now - PAUSE
    local = now.astimezone(ZoneInfo(zone))
    at = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return (at if at <= local else at - timedelta(days=1)).astimezone(UTC)


def _tell(user: User, course: Course, now: datetime) -> bool:
    """Write one person's letter of one course; False where nothing is due."""
    with transaction.atomic():
        rows = list(News.objects.select_for_update(of=("self",)).filter(
            user=user, course=course, is_over=False, at__lte=due(user.mail_pace, course.time_zone, now)).select_related(
                "assignment", "announcement__by").order_by("at", "pk"))
        if not rows:
            return False
        News.objects.filter(pk__in=[r.pk for r in rows]).update(is_over=True)
        told = _told(user, course, rows, now)
        if not told:
            return False
        text = TEXT.format(name=line(user.shown_name, 150), course=line(course.title, 200), news="\n\n".join(told),
                           link=mail.link("course", course.slug), account=mail.link("account"))
        letter = post.write(user.email, _subject(course, rows), text, f"news {rows[0].pk} to {rows[-1].pk} of {user.pk}", now,
                            user=user)
        News.objects.filter(pk__in=[r.pk for r in rows]).update(letter=letter)
    return True


def _told(user: User, course: Course, rows: Sequence[News], now: datetime) -> list[str]:
    """Say what there is to say still, each assignment once."""
    if not Membership.objects.filter(course=course, user=user, is_active=True, user__is_active=True).exists():
        return []
    of = {r.assignment_id: r.assignment for r in rows if r.assignment is not None}
    held = {a for a, _ in holds.of(of.values(), [user.pk])}
    said: dict[object, str] = {}
    for row in rows:
        if row.announcement is not None and row.announcement.withdrawn_at is None:
            said["announcement", row.announcement_id] = _announced(row.announcement)
        elif row.assignment is not None and row.assignment_id not in held:
            is_out = row.assignment.released_at is not None and row.assignment.released_at <= now
            if row.is_release and is_out:
                said["grade", row.assignment_id] = f"* {line(row.assignment.title, 200)}: the grades are released."
            elif not row.is_release:
                said.setdefault(("grade", row.assignment_id), f"* {line(row.assignment.title, 200)}: staff gave you points or a "
                                                              "comment by hand, or took some back.")
    return list(said.values())


def _announced(found: Announcement) -> str:
    by = f" ({line(found.by.shown_name, 150)})" if found.by else ""
    return f"{line(found.title, 120)}{by}\n\n" + "\n".join(line(part, 2000) for part in found.text.splitlines())


def _subject(course: Course, rows: Sequence[News]) -> str:
    titles = {r.announcement.title for r in rows if r.announcement is not None}
    return f"{course.title}: {titles.pop()}" if len(titles) == 1 and len(rows) == 1 else f"News of {course.title}"


def _write(rows: Iterable[News]) -> None:
    News.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
