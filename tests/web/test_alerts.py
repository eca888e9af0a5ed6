"""Mail to the service's staff: once an incident begins, once it is over, however many attempts and sweepers."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core import mail

from grader.web import alerts
from grader.web.models import Attempt, Incident, State
from tests.web.pages_ground import handed_in, open_assignment

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def service():
    return django_settings.GRADER.model_copy(update={"alerts": "ops@example.edu, ines@example.edu", "alert_wait_s": 600})


@pytest.fixture
def attempts(course, person, now):
    """Make attempts in a state, each of another student's."""
    assignment, numbers = open_assignment(course), itertools.count()

    def make(count, **values):
        made = [handed_in(assignment, person(f"student{next(numbers)}", course)) for _ in range(count)]
        Attempt.objects.filter(pk__in=[a.pk for a in made]).update(**values)
    return make


def subjects():
    return [m.subject.partition("] ")[2] for m in mail.outbox]


def test_thirty_broken_attempts_are_one_mail_and_one_when_it_is_over(service, attempts, now):
    alerts.look(now, service)
    for minute in range(6):
        attempts(5, state=State.BROKEN, finished_at=now + minute * MINUTE - timedelta(seconds=5))
        alerts.look(now + minute * MINUTE, service)
        alerts.look(now + minute * MINUTE, service)  # by another sweeper
    assert subjects() == ["attempts are broken"]
    assert mail.outbox[0].to == ["ops@example.edu", "ines@example.edu"]
    assert "/service/" in mail.outbox[0].body
    alerts.look(now + 40 * MINUTE, service)
    alerts.look(now + 41 * MINUTE, service)
    assert subjects() == ["attempts are broken", "over: attempts are broken"]
    assert "In all 30 were" in mail.outbox[1].body
    attempts(1, state=State.BROKEN, finished_at=now + 50 * MINUTE)
    alerts.look(now + 50 * MINUTE, service)
    assert subjects()[2:] == ["attempts are broken"]


def test_a_wait_beyond_the_limit_is_one_mail_that_names_the_longest(service, attempts, now):
    attempts(3, created_at=now - 9 * MINUTE)
    alerts.look(now, service)
    assert subjects() == []
    for minute in (2, 3, 20):
        alerts.look(now + minute * MINUTE, service)
    assert subjects() == ["attempts wait long"]
    Attempt.objects.update(state=State.DONE)
    alerts.look(now + 60 * MINUTE, service)
    assert subjects() == ["attempts wait long", "over: attempts wait long"]
    assert f"The longest wait was {29 * 60} s" in mail.outbox[1].body


def test_regrades_may_wait(service, attempts, now):
    attempts(1, created_at=now - 600 * MINUTE, priority=1)
    alerts.look(now, service)
    assert Incident.objects.count() == 0


def test_a_mail_server_that_is_down_is_tried_again(service, attempts, now, settings):
    attempts(1, created_at=now - 60 * MINUTE)
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    alerts.look(now, service)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    alerts.look(now + MINUTE, service)
    alerts.look(now + 2 * MINUTE, service)
    assert subjects() == ["attempts wait long"]


def test_without_addresses_an_incident_is_noted_and_nothing_is_sent(attempts, now):
    attempts(1, created_at=now - 60 * MINUTE)
    alerts.look(now, django_settings.GRADER)
    assert (Incident.objects.count(), mail.outbox) == (1, [])
