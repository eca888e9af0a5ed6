"""The page on which the service's staff see how it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from grader.web import progress, specs
from grader.web.models import Attempt, Incident, State
from tests.web.pages_ground import handed_in, open_assignment

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture
def staff(person, logged_in):
    user = person("olga")
    user.is_staff = True
    user.save()
    return logged_in(user)


def test_it_is_found_by_staff_of_the_service_and_by_nobody_else(staff, logged_in, alice, instructor):
    assert staff.get(reverse("service")).status_code == 200
    assert 'href="/service/"' in staff.get("/").text
    for user in (alice, instructor):
        assert logged_in(user).get(reverse("service")).status_code == 404
        assert "/service/" not in logged_in(user).get("/").text


def test_an_empty_service_without_redis_says_so(staff):
    text = staff.get(reverse("service")).text
    assert "Redis does not answer" in text
    assert "None has said so" in text


def test_it_shows_queues_workers_and_incidents_in_few_queries(staff, course, person, redis_server,
                                                                       django_assert_max_num_queries):
    now, assignment = specs.now(), open_assignment(course)
    for number in range(40):
        attempt = handed_in(assignment, person(f"student{number}", course))
        state = (State.QUEUED, State.RUNNING, State.DONE, State.BROKEN)[number % 4]
        started = None if state is State.QUEUED else now - timedelta(seconds=60)
        Attempt.objects.filter(pk=attempt.pk).update(
            state=state, created_at=now - timedelta(seconds=90), started_at=started,
            finished_at=now if state in {State.DONE, State.BROKEN} else None)
        Incident.objects.create(kind="broken", began_at=now, seen_at=now, ended_at=now, count=number)
    progress.be_present(redis_server, "host:1:2", 4, 60)
    facts = {"engine": "docker", "slots": 4, "queues": ["cpu"], "faults": 2, "boxes": 4, "idle": 3, "oldest_s": 71.0,
             "started": 9, "discarded": {"timeout": 5}}
    progress.say_how(redis_server, "host:1:<b>", facts, 60)
    with django_assert_max_num_queries(MOST_QUERIES):
        text = staff.get(reverse("service")).text
    assert '<td class="number">10</td><td class="number">10</td>' in text
    assert "10 were graded, 10 broken" in text
    assert "5 timeout" in text
    assert "host:1:&lt;b&gt;" in text
    assert "2 faults in a row" in text
    part = staff.get(reverse("service"), headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "Queues" in part
