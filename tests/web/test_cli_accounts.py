"""The first steps on a fresh service, in a shell."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.db.migrations.recorder import MigrationRecorder
from typer.testing import CliRunner

from grader.errors import GraderError
from grader.web.models import Assignment, Course, Entry, Extension, Invitation, Membership, User
from worker.cli import app

PASSWORD = "correct horse battery"


def test_from_nothing_to_an_invitation(tmp_path):
    """The console script, on a service that has no database yet."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GRADER_")} | {"GRADER_DATA": str(tmp_path / "data")}

    def grader(*words, stdin=""):
        done = subprocess.run([sys.executable, "-m", "worker.cli", *words], env=env, input=stdin, capture_output=True, text=True,
                              check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout
    grader("user", "create", "ines", "--email", "Ines@example.edu", stdin=PASSWORD + "\n")
    grader("course", "create", "dl", "--title", "Deep learning", "--instructor", "ines")
    link = grader("invite", "dl", "--role", "ta", "--uses", "3")
    assert link.startswith("http://localhost:8000/accounts/join/")
    with sqlite3.connect(tmp_path / "data" / "grader.sqlite3") as database:
        assert database.execute("SELECT role, uses_left, email FROM web_invitation").fetchall() == [("ta", 3, "")]
        assert database.execute("SELECT username, email FROM web_user").fetchall() == [("ines", "ines@example.edu")]
        assert [a for a, in database.execute("SELECT action FROM web_entry ORDER BY id")] == [
            "user.create", "course.create", "role.set", "invitation.make"]


@pytest.fixture
def grader(db, monkeypatch):
    """Run a command on the tests' database; gives what it printed, or raises what it raised."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "grader.web.settings")  # so that what the command sets is put back

    def run(*words, stdin=""):
        done = CliRunner().invoke(app, words, input=stdin)
        if done.exception is not None:
            raise done.exception
        return done.stdout
    return run


@pytest.fixture
def fresh(grader):
    """A service with an instructor and a course in Berlin."""
    grader("user", "create", "ines", "--email", "Ines@example.edu", stdin=PASSWORD + "\n")
    grader("course", "create", "dl", "--title", "Deep learning", "--instructor", "ines", "--time-zone", "Europe/Berlin")
    return grader


def test_an_account_has_its_password_and_a_course_its_instructor(fresh):
    ines = User.objects.get()
    assert ines.check_password(PASSWORD)
    assert Membership.objects.get(course=Course.objects.get(time_zone="Europe/Berlin")).user == ines


def test_an_invitation_to_an_address_is_mailed(fresh, mailoutbox):
    link = fresh("invite", "dl", "--email", "Dora@example.edu").strip()
    assert link in mailoutbox[0].body
    assert link.split("/")[-2] not in Invitation.objects.get(email="dora@example.edu").digest


def test_an_assignment_is_set_and_extended_by_the_courses_clock(fresh):
    fresh("course", "assign", "dl", "linear-zero", "--due", "2026-11-09 23:59", "--penalty", "10")
    fresh("course", "assign", "dl", "linear-zero", "--due", "2026-11-10 23:59")
    found = Assignment.objects.get()
    assert (found.slug, found.due_at, found.penalty_percent) == ("linear-zero", datetime(2026, 11, 10, 22, 59, tzinfo=UTC), 0)
    second, first = Entry.objects.filter(action="assignment.set")
    assert (first.before, second.before["due_at"], second.before["penalty_percent"]) == (None, "2026-11-09T22:59:00+00:00", 10)
    fresh("user", "create", "alice", "--email", "a@example.edu", stdin=PASSWORD)
    with pytest.raises(GraderError, match="not a member of dl"):
        fresh("course", "extend", "dl", "linear-zero", "alice", "--attempts", "1")
    fresh("course", "role", "dl", "alice")
    fresh("course", "extend", "dl", "linear-zero", "alice", "--due", "2027-07-01 23:59", "--reason", "ill")
    assert Extension.objects.get().due_at == datetime(2027, 7, 1, 21, 59, tzinfo=UTC)
    assert Entry.objects.get(action="extension.give").reason == "ill"


@pytest.mark.parametrize(("words", "told"), [
    (["invite", "ml"], "course ml: there is none of this name; there are: dl"),
    (["invite", "dl", "--role", "king"], "role king: there is none of this name; there are student, ta, instructor"),
    (["invite", "dl", "--email", "a@b.edu", "--uses", "2"], "for one person"),
    (["course", "create", "dl", "--title", "x", "--instructor", "ines"], r"course dl: .*already exists"),
    (["course", "create", "d l", "--title", "x", "--instructor", "ines"], "course d l: Enter a valid"),
    (["course", "create", "x", "--title", "x", "--instructor", "otto"], "grader user create otto"),
    (["course", "create", "x", "--title", "x", "--instructor", "ines", "--time-zone", "Mars"], "as in Europe/Berlin"),
    (["course", "assign", "dl", "linear-zero", "--due", "2026-11-09"], "say the time of day too, as in 2026-11-09 23:59"),
    (["course", "assign", "dl", "linear-zero", "--due", "soon"], "write it as 2026-11-09 23:59"),
    (["course", "assign", "dl", "linear-zero", "--due", "2027-03-28 02:30"], "the clocks go forward over it in Europe/Berlin"),
    (["course", "extend", "dl", "logistic", "ines"], "assignment logistic: not set in dl; there are: none")])
def test_what_cannot_be_is_refused_with_what_to_say_instead(fresh, words, told):
    with pytest.raises(GraderError, match=told):
        fresh(*words)


def test_an_account_that_cannot_be_is_refused_with_all_that_is_wrong(fresh):
    with pytest.raises(GraderError, match=r"(?s)Letters, digits.*valid email.*too short"):
        fresh("user", "create", "a@b", "--email", "x", stdin="short")
    with pytest.raises(GraderError, match="is taken"):
        fresh("user", "create", "INES", "--email", "other@example.edu", stdin=PASSWORD)
    assert User.objects.count() == 1


def test_tables_of_an_older_version_are_left_alone(fresh):
    MigrationRecorder.Migration.objects.filter(app="web").order_by("-id")[0].delete()  # names do not tell the order
    with pytest.raises(GraderError, match="`grader serve` brings them up to date"):
        fresh("invite", "dl")
