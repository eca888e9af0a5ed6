"""`grader user`, `grader course` and `grader invite`: the first steps on a fresh service, and what instructors do in a shell."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from grader.catalog import folder_of
from grader.errors import GraderError
from grader.settings import Settings
from worker.tables import prepare

if TYPE_CHECKING:
    from grader.web.models import Course, User

out = Console()
user_app = typer.Typer(no_args_is_help=True, help="The accounts of the service.")
course_app = typer.Typer(no_args_is_help=True, help="The courses of the service.")
RoleOption = Annotated[str, typer.Option(help="student, ta or instructor")]
ReasonOption = Annotated[str, typer.Option(help="kept in the audit log")]
TimeOption = Annotated[str, typer.Option(help="by the course's clock, as in '2026-11-09 23:59'")]


@user_app.command("create")
def user_create(name: str, email: Annotated[str, typer.Option()], first: Annotated[str, typer.Option(help="first name")] = "",
                last: Annotated[str, typer.Option(help="last name")] = "") -> None:
    """Make an account; the password is asked for, or read from standard input."""
    begin()
    from grader.web.accounts.creation import create
    password = typer.prompt("password", hide_input=True, confirmation_prompt=True) if sys.stdin.isatty() else sys.stdin.readline()
    made = create(name, email, password.rstrip("\n"), first_name=first, last_name=last)
    say(f"account {made.username} is made")


@user_app.command("staff")
def user_staff(name: str, take_away: Annotated[bool, typer.Option("--take-away", help="no longer")] = False) -> None:
    """Let a person make courses and read the whole audit log; it gives no place in any course."""
    begin()
    from grader.web.accounts.creation import set_site_staff
    user = person(name)
    set_site_staff(user, is_staff=not take_away)
    say(f"{user.username} {'is no longer' if take_away else 'is'} of the service's staff")


@course_app.command("create")
def course_create(slug: str, title: Annotated[str, typer.Option()], instructor: Annotated[str, typer.Option(help="user name")],
                  time_zone: Annotated[str, typer.Option(help="as in Europe/Berlin")] = "UTC",
                  late_days: Annotated[int, typer.Option(help="free late days of each student", min=0)] = 0) -> None:
    """Make a course and its first instructor."""
    begin()
    from grader.web import courses
    made = courses.create(slug, title, person(instructor), time_zone=time_zone, late_days=late_days)
    say(f"course {made.slug} is made; invite its students with: grader invite {made.slug} --uses 100")


@course_app.command("assign")
def course_assign(  # noqa: PLR0913, PLR0917 - one parameter an option
        course: str, assignment: Annotated[str, typer.Argument(help="slug or folder")], due: TimeOption = "",
        opens: TimeOption = "", late_until: TimeOption = "",
        penalty: Annotated[int, typer.Option(help="percent a day late", min=0, max=100)] = 0,
        attempts: Annotated[int | None, typer.Option(help="at most; none: as many as one likes", min=1)] = None,
        cooldown: Annotated[int, typer.Option(help="seconds between two submissions", min=0)] = 0) -> None:
    """Set an assignment in a course, or set its version, dates and rules anew."""
    settings = begin()
    from grader.web import courses, specs
    where = of(course)
    version = specs.publish(folder_of(assignment, settings.assignments))
    courses.assign(where, version, courses.Rules(
        opens_at=time(opens, where), due_at=time(due, where), late_until=time(late_until, where), penalty_percent=penalty,
        max_attempts=attempts, cooldown_s=cooldown))
    say(f"{version.slug}, version {version.number}, is set in {where.slug}")


@course_app.command("role")
def course_role(course: str, name: str, role: RoleOption = "student", reason: ReasonOption = "") -> None:
    """Make a person a member of a course, or give a member another role."""
    begin()
    from grader.web import courses
    user = person(name)
    courses.set_role(of(course), user, role_named(role), by=None, reason=reason)
    say(f"{user.username} is {role} in {course}")


@course_app.command("extend")
def course_extend(course: str, assignment: str, name: str, due: TimeOption = "", late_until: TimeOption = "",
                  attempts: Annotated[int, typer.Option(help="more attempts", min=0)] = 0, reason: ReasonOption = "") -> None:
    """Give one student more time or attempts; it takes the place of an earlier extension."""
    begin()
    from grader.web import courses
    where, user = of(course), person(name)
    courses.extend(courses.assignment_of(where, assignment), courses.student_of(where, user), by=None, due_at=time(due, where),
                   late_until=time(late_until, where), extra_attempts=attempts, reason=reason)
    say(f"{user.username} has the extension for {assignment}")


def invite_command(course: str, role: RoleOption = "student",
                   email: Annotated[str, typer.Option(help="who alone may use it")] = "",
                   uses: Annotated[int, typer.Option(help="how many people", min=1)] = 1,
                   days: Annotated[int, typer.Option(help="how long it is valid", min=1, max=180)] = 14) -> None:
    """Make a link by which people join a course, and print it; with --email it is also sent there."""
    begin()
    from grader.web.accounts import invitations, mail
    if email and uses > 1:
        raise GraderError("an invitation to one address is for one person: leave out --email or --uses")
    until = datetime.now(UTC) + timedelta(days=days)
    made, secret = invitations.make(of(course), None, until, role=role_named(role), email=email, uses=uses)
    link = mail.link("join", secret)
    if made.email and not mail.send(mail.invitation(made, link)):
        say("the mail could not be sent: pass the link on yourself")
    say(link)


def begin() -> Settings:
    """Make the tables usable, and on a fresh service make them; raises GraderError where they are older than the program."""
    settings = prepare()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    executor = MigrationExecutor(connection)
    if not executor.loader.applied_migrations:
        call_command("migrate", verbosity=0, interactive=False)
    elif executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise GraderError("the tables are those of an older version; `grader serve` brings them up to date when it starts")
    return settings


def person(name: str) -> User:
    """Return an account by user name or address."""
    from grader.web.accounts.backend import find
    if (found := find(name)) is None:
        raise GraderError(f"account {name}: there is none; make it with: grader user create {name} --email ADDRESS")
    return found


def of(slug: str) -> Course:
    """Return a course."""
    from grader.web.models import Course
    if (found := Course.objects.filter(slug=slug).first()) is None:
        there = ", ".join(Course.objects.order_by("slug").values_list("slug", flat=True)) or "none"
        raise GraderError(f"course {slug}: there is none of this name; there are: {there}")
    return found


def role_named(role: str) -> str:
    """Check the name of a role."""
    from grader.web.models import Role
    if role not in Role.values:
        raise GraderError(f"role {role}: there is none of this name; there are {', '.join(Role.values)}")
    return role


def time(text: str, course: Course) -> datetime | None:
    """Read a time by a course's clock; None where nothing is said."""
    from grader.web.times import read_time, read_zone
    return read_time(text, read_zone(course.time_zone)) if text else None


def say(text: str) -> None:
    """Print a line as it is."""
    out.print(text, markup=False, highlight=False, soft_wrap=True)
