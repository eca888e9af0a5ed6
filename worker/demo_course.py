"""The demo course: every shipped assignment, one account per role, and a few attempts that are really graded."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import transaction

from grader.catalog import slugs
from grader.errors import GraderError
from grader.example import examples_of
from grader.settings import Settings
from grader.store import write_atomically
from grader.web import intake, specs
from grader.web.models import Assignment, Course, Membership, Role, User

SLUG = "demo"
PEOPLE = {"instructor": ("Ines", Role.INSTRUCTOR), "ta": ("Tariq", Role.TA), "alice": ("Alice", Role.STUDENT),
          "bob": ("Bob", Role.STUDENT)}
HANDED_IN = {"alice": [("linear-zero", "gradients-kept"), ("linear-zero", ""), ("softmax", ""), ("xor-2-3-1", "")],
             "bob": [("linear-zero", "sum-for-mean"), ("logistic", "")]}  # "": the first right example


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the demo course, with its password, which only this machine knows."""

    name: str
    role: str
    password: str


def accounts_file(settings: Settings) -> Path:
    """Where the demo accounts are written down."""
    return settings.data / "demo-accounts.json"


def read_accounts(settings: Settings) -> list[Account]:
    """Return the demo accounts; none where there is no demo course."""
    file = accounts_file(settings)
    return [Account(**a) for a in json.loads(file.read_text())] if file.is_file() else []


def add(settings: Settings) -> list[Account]:
    """Make the demo course with its accounts and hand in for its students; raises GraderError where it is there."""
    if Course.objects.filter(slug=SLUG).exists():
        raise GraderError(f"there is a course {SLUG} already; remove it with: grader demo-course remove")
    if taken := list(User.objects.filter(username__in=PEOPLE).values_list("username", flat=True)):
        raise GraderError(f"there is a {', '.join(taken)} already; the demo course wants accounts of its own")
    accounts = [Account(name, role.value, secrets.token_urlsafe(9)) for name, (_, role) in PEOPLE.items()]
    with transaction.atomic():
        course = Course.objects.create(slug=SLUG, title="Deep learning basics (demo)", is_demo=True, late_days=2)
        for account in accounts:
            first, role = PEOPLE[account.name]
            user = User.objects.create_user(account.name, f"{account.name}@demo.invalid", account.password, first_name=first,
                                            last_name="Demo")
            User.objects.filter(pk=user.pk, username="instructor").update(is_staff=True)  # who may make courses, too
            Membership.objects.create(course=course, user=user, role=role)
        _set_assignments(settings, course)
    write_atomically(accounts_file(settings), json.dumps([{"name": a.name, "role": a.role, "password": a.password}
                                                          for a in accounts]).encode())
    accounts_file(settings).chmod(0o600)
    _hand_in(course)
    return accounts


def remove(settings: Settings) -> None:
    """Remove the demo course with all that belongs to it; raises GraderError where there is none."""
    course = Course.objects.filter(slug=SLUG, is_demo=True).first()
    if course is None:
        raise GraderError("there is no demo course")
    with transaction.atomic():
        course.delete()
        User.objects.filter(username__in=PEOPLE, email__endswith="@demo.invalid").delete()
    accounts_file(settings).unlink(missing_ok=True)


def _set_assignments(settings: Settings, course: Course) -> None:
    now = specs.now()
    for position, slug in enumerate(slugs(settings.assignments)):
        version = specs.publish(settings.assignments / slug)
        due = now + timedelta(days=7 + 3 * position)
        Assignment.objects.create(course=course, slug=slug, title=version.title, version=version, position=position, due_at=due,
                                  late_until=due + timedelta(days=3), penalty_percent=10, max_attempts=20)


def _hand_in(course: Course) -> None:
    """Hand in examples as the demo's students would; a worker grades them like any other."""
    for name, wanted in HANDED_IN.items():
        user = User.objects.get(username=name)
        for slug, example in wanted:
            assignment = course.assignments.get(slug=slug)
            folder = specs.folder(assignment.version)
            examples = [e for e in examples_of(folder.root, folder.spec) if (e.name == example if example else e.expected.right)]
            raw, suffix = examples[0].submission.raw, examples[0].submission.name.rpartition(".")[2]
            intake.receive(assignment, user, intake.Upload(f"{slug}.{suffix}", raw, "demo"), specs.now())
