"""The page of one's tokens: made once, shown once, revoked when no longer wanted, and nobody else's."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from grader.web import specs, tokens
from grader.web.accounts import limits
from grader.web.models import Token

pytestmark = pytest.mark.django_db
FORM = {"name": "laptop", "scopes": ["read", "submit"], "days": 30}


def secrets(answer):
    return re.findall(r"dlg_[\w-]{43}", answer.content.decode())


def test_who_is_not_logged_in_is_sent_to_the_login(client):
    answer = client.get(reverse("tokens"))
    assert (answer.status_code, reverse("login") in answer.url) == (302, True)


def test_a_token_is_shown_once_and_works(alice, logged_in, client):
    browser = logged_in(alice)
    [secret] = secrets(browser.post(reverse("tokens"), FORM))
    again = browser.get(reverse("tokens"))
    assert secrets(again) == []
    assert "laptop" in again.content.decode()
    assert "no-store" in again.headers["Cache-Control"]
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).json()["user"] == "alice"


@pytest.mark.parametrize("wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["root"]}, {"days": 3650}, {"days": "x"}])
def test_a_wrong_form_makes_nothing(alice, logged_in, wrong):
    answer = logged_in(alice).post(reverse("tokens"), FORM | wrong)
    assert (answer.status_code, secrets(answer), Token.objects.count()) == (422, [], 0)


def test_only_staff_are_offered_the_grades(alice, ta, logged_in):
    assert b'value="grades"' not in logged_in(alice).get(reverse("tokens")).content
    assert b'value="grades"' in logged_in(ta).get(reverse("tokens")).content


def test_without_a_csrf_token_nothing_is_made_or_revoked(alice, logged_in):
    browser = logged_in(alice, asks_for_tokens=True)
    token, _ = tokens.make(alice, "mine", ["read"], 30, specs.now())
    assert browser.post(reverse("tokens"), FORM).status_code == 403
    assert browser.post(reverse("token_revoke", args=[token.pk])).status_code == 403
    assert Token.objects.filter(revoked_at=None).count() == 1


def test_a_revoked_token_is_listed_as_such(alice, logged_in):
    token, _ = tokens.make(alice, "old laptop", ["read"], 30, specs.now())
    answer = logged_in(alice).post(reverse("token_revoke", args=[token.pk]), follow=True)
    assert "revoked" in answer.content.decode()
    assert Token.objects.get(pk=token.pk).revoked_at is not None


def test_somebody_elses_token_is_not_found(alice, bob, logged_in):
    token, _ = tokens.make(bob, "bob's", ["read"], 30, specs.now())
    assert logged_in(alice).post(reverse("token_revoke", args=[token.pk])).status_code == 404
    assert "bob's" not in logged_in(alice).get(reverse("tokens")).content.decode()
    assert Token.objects.get(pk=token.pk).revoked_at is None


def test_too_many_tokens_are_refused(alice, logged_in, redis_server, monkeypatch):
    monkeypatch.setattr(limits, "TOKENS", limits.Limit("tokens", 1, 3600))
    browser = logged_in(alice)
    assert browser.post(reverse("tokens"), FORM).status_code == 200
    assert browser.post(reverse("tokens"), FORM).status_code == 429


def test_names_with_markup_are_only_names(alice, logged_in):
    page = logged_in(alice).post(reverse("tokens"), FORM | {"name": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page
