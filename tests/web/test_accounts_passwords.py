"""Changing and forgetting a password."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.urls import reverse

from grader.web import specs, tokens
from grader.web.accounts import mail
from grader.web.models import Entry, Session, User

NEW = "a longer staple for me"
pytestmark = pytest.mark.django_db


def change(client, old, new, again=None):
    return client.post(reverse("password_change"), {"old_password": old, "new_password1": new, "new_password2": again or new})


def ask(client, address):
    return client.post(reverse("password_reset"), {"email": address})


def mails(outbox, count=1):
    """Wait for mail, which is sent behind the answer."""
    until = time.monotonic() + 60
    while len(outbox) < count:
        assert time.monotonic() < until
        time.sleep(.02)
    return outbox


def nothing_more_is_sent(outbox, count=0):
    mail._postman().submit(lambda: None).result(60)  # one thread: what was to be sent before is sent
    return len(outbox) == count


def link_in(message):
    return re.search(rf"{settings.GRADER.address}(/\S+)", message.body)[1]


def reset(client, link, word=NEW):
    form = client.get(link, follow=True)
    return client.post(form.redirect_chain[-1][0], {"new_password1": word, "new_password2": word})


def is_in(client):
    return client.get(reverse("account")).status_code == 200


def test_a_changed_password_ends_all_other_sessions(logged_in, alice, bob, password):
    here, there, other = logged_in(alice), logged_in(alice), logged_in(bob)
    key = here.session.session_key
    assert change(here, password, NEW).url == reverse("account")
    assert [is_in(c) for c in (here, there, other)] == [True, False, True]
    assert here.session.session_key != key
    assert Session.objects.filter(user=alice).count() == 1
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert Entry.objects.filter(action="password.change", actor=alice).count() == 1


def test_the_old_password_is_asked_for(logged_in, alice, password):
    assert change(logged_in(alice), "wrong", NEW).status_code == 200
    alice.refresh_from_db()
    assert alice.check_password(password)


@pytest.mark.parametrize("word", ["short", "password123", "alice@example.edu"])
def test_an_easy_password_is_refused_with_the_reason(logged_in, alice, password, word):
    answer = change(logged_in(alice), password, word)
    assert 'class="errorlist"' in answer.text
    assert "At least 10 characters" in answer.text
    assert "&lt;" not in answer.text
    alice.refresh_from_db()
    assert alice.check_password(password)


def test_a_new_password_by_mail_ends_every_token(client, alice, mailoutbox):
    _, secret = tokens.make(alice, "laptop", ["read"], 30, specs.now())
    ask(client, alice.email)
    reset(client, link_in(mails(mailoutbox)[0]))
    with pytest.raises(tokens.TokenRefused, match="revoked"):
        tokens.find(secret, specs.now())


def test_a_forgotten_password_is_set_by_a_link_once(client, alice, logged_in, mailoutbox):
    old = logged_in(alice)
    ask(client, "Alice@Example.edu")
    [message] = mails(mailoutbox)
    assert message.to == ["alice@example.edu"]
    assert "alice" in message.body
    link = link_in(message)
    assert reset(client, link).url == reverse("login")
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert not is_in(old)
    assert not is_in(client)
    assert "holds no longer" in Client().get(link, follow=True).text
    assert list(Entry.objects.order_by("id").values_list("action", flat=True)) == ["password.ask", "password.reset"]


def test_the_secret_of_the_link_is_not_in_the_forms_address(client, alice, mailoutbox):
    ask(client, alice.email)
    link = link_in(mails(mailoutbox)[0])
    form = client.get(link, follow=True)
    assert form.redirect_chain[-1][0].endswith("/set-password/")
    assert form.headers["Referrer-Policy"] == "same-origin"


def test_nobody_learns_who_has_an_account(client, alice, bob, mailoutbox):
    User.objects.filter(pk=bob.pk).update(is_active=False)
    answers = [ask(client, a) for a in ("alice@example.edu", "bob@example.edu", "nobody@example.edu")]
    assert {(a.status_code, a.url, a.text) for a in answers} == {(302, reverse("password_reset_sent"), "")}
    mails(mailoutbox)
    assert nothing_more_is_sent(mailoutbox, 1)


def test_the_link_leads_to_the_service_whatever_the_request_says(client, alice, mailoutbox):
    foreign = {"host": "localhost:9999", "x-forwarded-host": "evil.example"}
    client.post(reverse("password_reset"), {"email": alice.email}, headers=foreign)
    found = re.findall(r"https?://\S+", mails(mailoutbox)[0].body)
    assert all(address.startswith(settings.GRADER.address) for address in found)
    assert len(found) == 2


@pytest.mark.parametrize("path", ["MQ/c0ffee-00000000000000000000000000000000/", "!!/x-y/", "OTk5OTk/set-password/"])
def test_a_made_up_link_sets_nothing(client, alice, path):
    assert "holds no longer" in client.get(f"{reverse('password_reset')}{path}", follow=True).text


def test_a_link_ends_after_two_hours(alice, monkeypatch):
    token = default_token_generator.make_token(alice)
    assert default_token_generator.check_token(alice, token)
    later = datetime.now() + timedelta(hours=2, seconds=2)  # noqa: DTZ005 - as Django's own clock
    monkeypatch.setattr(default_token_generator, "_now", lambda: later)
    assert not default_token_generator.check_token(alice, token)


def test_a_mail_server_that_is_away_is_our_fault_and_no_page_of_errors(client, alice, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert ask(client, alice.email).status_code == 302
    mail._postman().submit(lambda: None).result(60)
    assert "is not sent" in caplog.text
