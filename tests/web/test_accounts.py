"""Logging in and out: by either name, rotated sessions, own addresses only, sessions that can be seen and ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse

from grader.web import sessions, specs
from grader.web.models import Entry, Session, User

WRONG = "No account has this name and password"
pytestmark = pytest.mark.django_db


def log_in(client, name, password, **more):
    return client.post(reverse("login"), {"username": name, "password": password, **more})


def is_in(client):
    return client.get(reverse("account")).status_code == 200


@pytest.mark.parametrize("name", ["alice", "Alice", "alice@example.edu", "ALICE@Example.edu", " alice "])
def test_somebody_logs_in_by_name_or_address_however_written(client, alice, password, name):
    answer = log_in(client, name, password)
    assert (answer.status_code, answer.url) == (302, reverse("home"))
    assert is_in(client)


@pytest.mark.parametrize(("name", "word"), [("alice", "wrong"), ("nobody", "correct horse battery"), ("alice", ""), ("", "x")])
def test_what_was_wrong_is_not_said(client, alice, name, word):
    answer = log_in(client, name, word)
    assert answer.status_code == 200
    assert (WRONG in answer.text) == bool(name and word)
    assert not is_in(client)


def test_the_answer_is_the_same_for_an_unknown_a_closed_and_a_wrongly_given_account(client, alice, bob, password):
    User.objects.filter(pk=bob.pk).update(is_active=False)
    faults = {log_in(client, name, word).text.partition('role="alert">')[2].partition("</div>")[0]
              for name, word in [("alice", "wrong"), ("bob", password), ("nobody", password)]}
    assert len(faults) == 1


def test_a_name_that_could_mean_two_people_lets_nobody_in(client, person, password):
    person("dora")
    User.objects.create(username="dora@example.edu", email="d@example.edu")
    log_in(client, "dora@example.edu", password)
    assert not is_in(client)


def test_the_session_gets_a_new_key_at_login(client, alice, password):
    planted = sessions.SessionStore()
    planted["color"] = "red"
    planted.create()
    client.cookies["sessionid"] = planted.session_key
    log_in(client, "alice", password)
    assert client.session.session_key != planted.session_key
    assert not Session.objects.filter(pk=planted.session_key).exists()
    assert SESSION_KEY not in sessions.SessionStore(planted.session_key)


@pytest.mark.parametrize(("asked", "goes"), [
    ("/courses/dl-2026/", "/courses/dl-2026/"), ("https://evil.example/", "/"), ("//evil.example/", "/"),
    ("/\\evil.example", "/"), ("javascript:alert(1)", "/"), ("http:///evil.example", "/"), ("", "/")])
def test_login_leads_only_to_own_addresses(client, alice, password, asked, goes):
    assert log_in(client, "alice", password, next=asked).url == goes


def test_the_form_keeps_the_address_one_came_for(client):
    page = client.get(reverse("account"), follow=True)
    assert page.redirect_chain == [(f"{reverse('login')}?next={reverse('account')}", 302)]
    assert f'name="next" value="{reverse("account")}"' in page.text


@pytest.mark.parametrize("name", ["login", "logout", "log_out_everywhere", "password_change", "password_reset"])
def test_a_change_without_csrf_token_is_refused(logged_in, alice, name):
    client = Client(enforce_csrf_checks=True) if name in ("login", "password_reset") else logged_in(alice, asks_for_tokens=True)
    assert client.post(reverse(name), {"username": "alice"}).status_code == 403


def test_a_form_with_its_token_is_taken(alice, password):
    client = Client(enforce_csrf_checks=True)
    client.get(reverse("login"))
    assert log_in(client, "alice", password, csrfmiddlewaretoken=client.cookies["csrftoken"].value).status_code == 302


def test_log_out_is_by_post_alone(logged_in, alice):
    client = logged_in(alice)
    assert client.get(reverse("logout")).status_code == 405
    assert is_in(client)
    assert client.post(reverse("logout")).url == reverse("login")
    assert not is_in(client)


def test_log_out_everywhere_ends_the_other_sessions_of_the_account_and_no_one_elses(alice, bob, password):
    here, there, other = Client(), Client(), Client()
    for client, name in ((here, "alice"), (there, "alice"), (other, "bob")):
        log_in(client, name, password)
    here.post(reverse("log_out_everywhere"))
    assert [is_in(c) for c in (here, there, other)] == [True, False, True]


def test_people_see_where_they_are_logged_in(alice, bob, password):
    here, there = Client(headers={"User-Agent": "Links<b>/2.0"}), Client(headers={"User-Agent": "Elinks " + "9" * 300})
    log_in(here, "alice", password)
    log_in(there, "alice", password)
    page = here.get(reverse("account")).text
    assert "Links&lt;b&gt;" in page
    assert "Elinks 9999" in page
    log_in(Client(headers={"User-Agent": "Lynx"}), "bob", password)
    assert "Lynx" not in here.get(reverse("account")).text


@pytest.mark.parametrize(("device", "name"), [
    ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
     "Edge on Windows"),
    ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
     "Chrome on Android"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1",
     "Safari on iPhone"),
    ("curl/8.0", "curl"), ("", "an unknown browser")])
def test_a_browser_is_named_in_short(device, name):
    assert sessions.named(device) == name


def test_a_session_ends_after_two_weeks(client, alice, password):
    log_in(client, "alice", password)
    row = Session.objects.get(user=alice)
    assert timedelta(days=13, hours=23) < row.expire_date - specs.now() <= timedelta(days=14)
    Session.objects.update(expire_date=specs.now() - timedelta(seconds=1))
    assert not is_in(client)


def test_an_account_that_is_closed_is_out_at_once(logged_in, alice):
    client = logged_in(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert not is_in(client)


def test_the_log_knows_who_came_and_went_and_no_password(client, alice, password):
    log_in(client, "alice", "a secret slip")
    log_in(client, "a secret slip", "alice")
    log_in(client, "alice", password)
    client.post(reverse("logout"))
    entries = list(Entry.objects.order_by("id"))
    assert [(e.action, e.actor_name, e.object) for e in entries] == [
        ("login.failed", "the service", "user alice"), ("login", "alice", "user alice"), ("logout", "alice", "user alice")]
    assert entries[0].after == {"from": "127.0.0.1"}
    assert "secret slip" not in json.dumps([[e.object, e.before, e.after, e.reason] for e in entries])


PRODUCTION = """
import json, django; django.setup()
from django.core.management import call_command
from django.test import Client
from grader.web.models import User
call_command("migrate", verbosity=0)
User.objects.create_user("alice", "alice@example.edu", "correct horse battery")
client = Client(headers={"host": "grader.example.edu", "x-forwarded-proto": "https"})
client.get("/accounts/login/")
answer = client.post("/accounts/login/", {"username": "alice", "password": "correct horse battery"})
foreign = Client(headers={"host": "evil.example"}).get("/accounts/login/")
print(json.dumps([answer.status_code, {k: [c["secure"], c["httponly"], c["samesite"]] for k, c in client.cookies.items()},
                  answer.headers["Strict-Transport-Security"], foreign.status_code, answer.headers["X-Frame-Options"]]))
"""


def in_production(code, data, missing=None):
    settings = {"GRADER_MODE": "production", "GRADER_URL": "https://grader.example.edu", "GRADER_SECRET_KEY": "s" * 60}
    settings.pop(missing, None)
    settings |= {"GRADER_DATA": str(data), "DJANGO_SETTINGS_MODULE": "grader.web.settings"}
    return subprocess.run([sys.executable, "-c", code], env=os.environ | settings, capture_output=True, text=True, check=False)


def test_in_production_cookies_are_for_https_alone(tmp_path):
    run = in_production(PRODUCTION, tmp_path)
    assert run.returncode == 0, run.stderr
    status, cookies, hsts, foreign, frames = json.loads(run.stdout.splitlines()[-1])
    assert (status, foreign, frames) == (302, 400, "DENY")
    assert cookies["sessionid"] == [True, True, "Lax"]
    assert cookies["csrftoken"] == [True, "", "Lax"]
    assert hsts == "max-age=31536000"


@pytest.mark.parametrize("missing", ["GRADER_SECRET_KEY", "GRADER_URL"])
def test_production_without_a_secret_or_an_https_address_does_not_start(tmp_path, missing):
    run = in_production("import django; django.setup()", tmp_path, missing)
    assert run.returncode != 0
    assert missing in run.stderr
