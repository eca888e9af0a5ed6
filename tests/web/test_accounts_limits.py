"""How often something may be tried, with Redis and without."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from grader.web import audit, specs
from grader.web.accounts import limits
from grader.web.models import Entry

pytestmark = pytest.mark.django_db


def log_in(name, password, **headers):
    return Client(**headers).post(reverse("login"), {"username": name, "password": password})


def fail(name, times):
    return [log_in(name, "wrong").status_code for _ in range(times)]


def test_no_stretch_of_five_minutes_has_more_tries_than_allowed(redis_server, now):
    """One try a second for an hour; refused ones are not counted, so ten pass in any 300 seconds, wherever they begin."""
    passed = [s for s in range(3600) if limits.count(redis_server, limits.LOGIN, "alice", now + timedelta(seconds=s)) is None]
    assert passed == [300 * stretch + n for stretch in range(12) for n in range(10)]


def test_the_wait_is_told_to_the_second(redis_server, now):
    for s in range(10):
        assert limits.count(redis_server, limits.LOGIN, "alice", now + timedelta(seconds=s)) is None
    assert limits.count(redis_server, limits.LOGIN, "alice", now + timedelta(seconds=20)) == 280
    assert limits.count(redis_server, limits.LOGIN, "alice", now + timedelta(seconds=300)) is None


def test_tries_at_once_are_all_counted(redis_server, now):
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: limits.count(redis_server, limits.LOGIN, "alice", now), range(100)))
    assert found.count(None) == 10
    assert redis_server.keys("grader:limit:*")


def test_the_eleventh_login_in_five_minutes_has_to_wait(redis_server, alice, password):
    assert fail("alice", 10) == [200] * 10
    answer = log_in("alice", password)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 300
    assert "Too many tries" in answer.text


def test_both_names_of_an_account_are_counted_together(redis_server, alice, password):
    assert fail("alice", 5) + fail("ALICE@example.edu", 5) == [200] * 10
    assert log_in("alice@example.edu", password).status_code == 429


def test_one_account_is_not_held_up_by_tries_on_another(redis_server, alice, bob, password):
    fail("alice", 11)
    assert log_in("bob", password).status_code == 302


def test_names_that_nobody_has_are_limited_as_well(redis_server):
    assert fail("nobody", 11)[-1] == 429


def test_trying_many_names_from_one_address_ends(redis_server, alice, password, monkeypatch):
    monkeypatch.setattr(limits, "LOGIN_FROM", limits.Limit("login-from", 3, 300))
    assert [log_in(f"name{n}", "x").status_code for n in range(3)] == [200] * 3
    assert log_in("alice", password).status_code == 429
    assert log_in("alice", password, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_without_redis_people_log_in(alice, password):
    assert log_in("alice", password).status_code == 302


def test_without_redis_guessing_is_held_up_all_the_same(alice, password):
    assert fail("alice", 10) == [200] * 10
    answer = log_in("alice", password)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 300


def test_without_redis_the_wait_is_over_after_five_minutes(alice, password):
    for _ in range(10):
        audit.record(None, "login.failed", about="user alice")
    now = specs.now()
    logged = Entry.objects.filter(action="login.failed")
    assert 1 <= limits.wait_by_log(limits.LOGIN, logged, now) <= 300
    assert limits.wait_by_log(limits.LOGIN, logged, now + timedelta(seconds=301)) is None


def test_without_redis_other_limits_are_open_and_the_log_says_so(caplog):
    request = RequestFactory().get("/")
    assert all(limits.refusal(request, limits.Limit("x", 1, 60), "a") is None for _ in range(3))
    assert "Redis doesn't count tries of x" in caplog.text


def test_links_for_new_passwords_are_limited_whether_there_is_an_account_or_not(redis_server, alice):
    for address in (alice.email, "nobody@example.edu"):
        found = [Client().post(reverse("password_reset"), {"email": address}).status_code for _ in range(6)]
        assert found == [302] * 5 + [429]


def test_a_stolen_session_cannot_guess_the_password(redis_server, logged_in, alice):
    client = logged_in(alice)
    found = [client.post(reverse("password_change"), {"old_password": "x"}).status_code for _ in range(11)]
    assert found == [200] * 10 + [429]


def test_invitations_are_limited_for_each_instructor(redis_server, logged_in, instructor, monkeypatch):
    monkeypatch.setattr(limits, "INVITE", limits.Limit("invite", 2, 3600))
    client, asked = logged_in(instructor), {"role": "student", "uses": 1, "days": 1}
    found = [client.post(reverse("invitations", args=["dl-2026"]), asked).status_code for _ in range(3)]
    assert found == [200, 200, 429]


def test_a_refusal_is_a_page_that_says_how_long(redis_server, client):
    request = RequestFactory().get("/")
    limit = limits.Limit("x", 1, 3600)
    assert limits.refusal(request, limit, "a") is None
    answer = limits.refusal(request, limit, "A")
    assert answer.status_code == 429
    assert "minute" in answer.content.decode()
