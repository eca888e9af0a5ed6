"""The audit log: complete, with before and after, and unchangeable by model, by query and by plain SQL."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from grader.web import audit
from grader.web.courses import extend, remove, set_role
from grader.web.models import Entry, Extension, Membership, Role
from grader.web.models.audit import Unchangeable

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(instructor, course):
    return audit.record(instructor, "extension.give", course=course, about="linear-zero of user alice", after={"due_at": "x"},
                        reason="ill")


def test_an_entry_says_who_what_when_and_why(entry, instructor, course):
    found = Entry.objects.get()
    assert (found.actor, found.actor_name, found.role, found.course) == (instructor, "ines", "instructor", course)
    assert (found.action, found.object, found.after, found.reason) == (
        "extension.give", "linear-zero of user alice", {"due_at": "x"}, "ill")
    assert found.at.tzinfo is not None


def test_what_nobody_did_was_the_service(db):
    assert audit.record(None, "sweep").actor_name == "the service"


def test_texts_that_are_too_long_are_cut_not_lost(db):
    found = audit.record(None, "x", about="a" * 999, reason="r" * 999)
    found.refresh_from_db()
    assert (len(found.object), len(found.reason)) == (200, 500)


def test_an_entry_is_not_saved_again(entry):
    entry.reason = "well"
    with pytest.raises(Unchangeable, match="append-only"):
        entry.save()
    with pytest.raises(Unchangeable):
        Entry.objects.get().save(update_fields=["reason"])


def test_an_entry_under_the_number_of_another_is_refused(entry):
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry(pk=entry.pk, action="other", at=entry.at).save()
    assert Entry.objects.get().reason == "ill"


def test_an_entry_is_not_removed(entry):
    with pytest.raises(Unchangeable):
        entry.delete()


@pytest.mark.parametrize("change", [
    lambda rows: rows.update(reason="well"), lambda rows: rows.delete(), lambda rows: rows.bulk_update(list(rows), ["reason"]),
    lambda rows: rows.filter(action="extension.give").delete(),
    lambda rows: rows.update_or_create(pk=rows.get().pk, defaults={"reason": ""})])
def test_no_query_changes_entries(entry, change):
    with pytest.raises(Unchangeable):
        change(Entry.objects.all())
    assert Entry.objects.get().reason == "ill"


@pytest.mark.parametrize("statement", ["UPDATE web_entry SET reason = ''", "DELETE FROM web_entry",
                                       "UPDATE web_entry SET at = at WHERE id > 0"])
def test_the_database_itself_refuses(entry, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.get().reason == "ill"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("statement", ["TRUNCATE web_entry", "TRUNCATE web_entry, web_session CASCADE"])
def test_the_log_is_not_emptied_at_once(entry, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.get().reason == "ill"


def test_the_log_outlives_the_account_and_the_course(entry, instructor, course):
    instructor.delete()
    course.delete()
    assert Entry.objects.values_list("actor_name", "role", "action").get() == ("ines", "instructor", "extension.give")


def test_what_fails_is_not_written(alice, course):
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        audit.record(alice, "x", course=course)
        1 / 0  # noqa: B018
    assert not Entry.objects.exists()


def test_a_new_role_is_written_with_the_one_before(course, alice, instructor):
    set_role(course, alice, Role.TA, by=instructor, reason="helps out")
    entry = Entry.objects.get()
    assert (entry.action, entry.object, entry.reason) == ("role.set", "user alice", "helps out")
    assert (entry.before, entry.after) == ({"role": "student", "is_active": True}, {"role": "ta", "is_active": True})


def test_a_role_that_stays_writes_nothing(course, alice, instructor):
    set_role(course, alice, Role.STUDENT, by=instructor)
    assert not Entry.objects.exists()


def test_a_place_is_taken_away_once_and_given_back(course, alice, instructor):
    assert remove(course, alice, by=instructor, reason="left")
    assert not remove(course, alice, by=instructor)
    assert not Membership.objects.get(user=alice).is_active
    set_role(course, alice, Role.STUDENT, by=instructor)
    assert Membership.objects.get(user=alice).is_active
    assert list(Entry.objects.order_by("id").values_list("action", flat=True)) == ["role.remove", "role.set"]


def test_an_extension_is_written_with_the_one_before(assignment, alice, instructor):
    later = assignment.due_at + timedelta(days=3)
    extend(assignment, alice, by=instructor, due_at=later, reason="ill")
    extend(assignment, alice, by=instructor, extra_attempts=2, reason="still ill")
    assert Extension.objects.get().extra_attempts == 2
    second, first = Entry.objects.all()
    assert (first.before, first.after["due_at"]) == (None, later.isoformat())
    assert second.before["due_at"] == later.isoformat()
    assert second.after == {"due_at": None, "late_until": None, "extra_attempts": 2}
    assert first.object == "linear-zero of user alice"
