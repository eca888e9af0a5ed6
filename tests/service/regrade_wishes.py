"""What tests/service/desk.py does about regrades: the web's part of them, asked for over its standard input."""

from datetime import UTC, datetime
from pathlib import Path

from django.db.models import F

from grader.web import grades, specs
from grader.web.models import Assignment, Course, Membership, Notice, Promotion, Regrade
from grader.web.regrades import claims, promotion, start


def publish(folder):
    return specs.publish(Path(folder)).number


def set_version(folder):
    Assignment.objects.update(version=specs.publish(Path(folder)))


def totals(course="dl"):
    return {s.user.username: s.total for s in grades.of_all(Course.objects.get(slug=course))}


def regrade(by, **said):
    assignment = Assignment.objects.select_related("course", "version").get()
    wish = start.read(assignment, {k: str(v) for k, v in said.items()})
    return start.start(assignment, staff(by), wish, specs.now()).pk


def regrade_of(pk):
    found = Regrade.objects.get(pk=pk)
    items = found.items.values("state", "outcome", "because", student=F("old__submission__user__username"))
    return {"pk": pk, "state": found.state, "items": list(items)}


def run_again(by, pk):
    return start.run_again(Regrade.objects.get(pk=pk), staff(by))


def promote(by, pk, mode, **said):
    regrade = Regrade.objects.select_related("assignment__course", "version").get(pk=pk)
    return promotion.promote(regrade, staff(by), promotion.Pick(mode), promotion.Said(**said), specs.now()).pk


def revert(by, pk):
    return promotion.revert(Promotion.objects.get(pk=pk), staff(by), "", specs.now())


def notices():
    return list(Notice.objects.values("user__username", "is_ready", "is_void", "mailed_at"))


def mail_is_due():
    return Notice.objects.filter(is_void=False).update(mail_at=specs.now())


def claim_items_and_die(pk):
    """Take a regrade's work as a worker does that is killed then, long enough ago for its lease to be over."""
    return len([i for i in claims.claim("a killed worker", datetime(2020, 1, 1, tzinfo=UTC)) if i.regrade_id == pk])


def staff(name):
    return Membership.objects.select_related("course", "user").get(user__username=name)


WISHES = {f.__name__: f for f in (publish, set_version, totals, regrade, regrade_of, run_again, promote, revert, notices,
                                  mail_is_due, claim_items_and_die)}
