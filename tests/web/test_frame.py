"""What the web tests stand on: folders of their own, a real database file, a Redis that comes and goes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from grader.web import audit, progress
from grader.web.models import Entry


def test_nothing_of_this_machines_own_service_is_touched():
    assert settings.GRADER.data == Path(os.environ["GRADER_DATA"])
    assert not settings.GRADER.data.is_relative_to(Path.home())
    assert len(settings.GRADER.redis_url) < 100  # a socket's path has 108 bytes


@pytest.mark.django_db
def test_sqlite_is_a_file_with_a_write_ahead_log():
    if connection.vendor != "sqlite":
        pytest.skip("another database")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)


@pytest.mark.parametrize("round_", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_entries_of_one_test_are_not_found_by_the_next(round_):
    assert not Entry.objects.exists()
    audit.record(None, "login")


@pytest.mark.parametrize("round_", [1, 2])
def test_every_test_has_an_empty_redis(round_, redis_server):
    assert redis_server.keys() == []
    progress.tell(progress.connect(settings.GRADER.redis_url), 1, "queued")
    assert redis_server.keys() == [progress.key_of(1)]


def test_the_assignment_is_a_published_version(assignment, now):
    assert assignment.version.title == assignment.title
    assert assignment.opens_at < now < assignment.due_at
