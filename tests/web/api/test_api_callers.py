"""Who may call: tokens with scopes that end and are revoked, sessions with CSRF tokens, and nobody else's things."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from grader.web import specs, tokens
from grader.web.accounts import limits
from grader.web.models import Entry, Token
from tests.web.api.conftest import WORK

pytestmark = pytest.mark.django_db


def test_without_a_token_nobody_is_let_in(nobody, refuses):
    answer = nobody.get("me")
    refuses(answer, 401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_tells_who_its_owner_is(program, alice):
    me = program(alice).get("me").json()
    assert (me["user"], [c["course"] for c in me["courses"]]) == ("alice", ["dl-2026"])
    assert me["token"]["scopes"] == ["read", "submit"]


def test_only_the_hash_of_a_token_is_kept(alice):
    token, secret = tokens.make(alice, "laptop", ["read"], 30, specs.now())
    assert secret.startswith("dlg_")
    kept = {str(v) for v in Token.objects.values().get(pk=token.pk).values()}
    assert not any(secret in v for v in kept)
    assert secret not in str(list(Entry.objects.values()))


@pytest.mark.parametrize("secret", ["dlg_", "dlg_" + "a" * 43, "x", "dlg_\N{SNOWMAN}", "a" * 10_000])
def test_a_token_nobody_has_is_unknown(nobody, refuses, secret):
    nobody.token = secret.encode().decode("latin-1")
    refuses(nobody.get("me"), 401, "token_unknown")


def test_a_token_ends(program, alice, refuses):
    found = program(alice, days=1, at=specs.now() - timedelta(days=1, seconds=1))
    assert "expired at" in refuses(found.get("me"), 401, "token_expired")["detail"]


def test_a_revoked_token_is_refused_and_says_so(program, alice, refuses):
    found = program(alice)
    assert found.call("DELETE", "tokens/current").status_code == 200
    refuses(found.get("me"), 401, "token_revoked")


def test_the_tokens_of_a_closed_account_are_refused(program, alice, refuses):
    found = program(alice)
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    refuses(found.get("me"), 401, "token_revoked")


@pytest.mark.parametrize(("scopes", "method", "path"), [
    (["submit"], "GET", "me"), (["submit"], "GET", "attempts"), (["read"], "POST", f"{WORK}/submissions"),
    (["read"], "POST", "attempts/1/cancel"), (["read", "submit"], "GET", "courses/dl-2026/grades")])
def test_a_token_without_the_scope_is_told_which(program, ta, refuses, scopes, method, path):
    assert "scope" in refuses(program(ta, scopes).call(method, path), 403, "scope")["detail"]


def test_when_a_token_was_last_used_is_kept(program, alice):
    program(alice).get("me")
    assert Token.objects.get(user=alice).used_at is not None


def test_a_session_reads_and_changes_with_its_csrf_token_alone(alice, work, refuses):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.get("/api/v1/me").json()["token"] is None
    refuses(client.post("/api/v1/tokens", {"name": "n", "scopes": ["read"]}, content_type="application/json"), 403, "csrf")
    client.get("/api/docs")
    token = client.cookies["csrftoken"].value
    made = client.post("/api/v1/tokens", {"name": "n", "scopes": ["read"]}, content_type="application/json",
                       headers={"X-CSRFToken": token})
    assert (made.status_code, made.json()["secret"][:4]) == (201, "dlg_")


def test_a_bad_token_is_not_made_good_by_a_session(alice, refuses, logged_in):
    refuses(logged_in(alice).get("/api/v1/me", headers={"Authorization": "Bearer dlg_x"}), 401, "token_unknown")


def test_a_token_makes_no_other_token(program, alice, refuses):
    refuses(program(alice).post("tokens", {"name": "n", "scopes": ["grades"]}), 401, "not_signed_in")


def test_a_password_gives_a_token_that_works(nobody, alice, password):
    made = nobody.post("sign-in", {"user": "alice", "password": password}).json()
    nobody.token = made["secret"]
    assert nobody.get("me").json()["user"] == "alice"


def test_an_address_is_as_good_as_a_user_name(nobody, alice, password):
    assert nobody.post("sign-in", {"user": "Alice@example.edu", "password": password}).status_code == 201


def test_a_wrong_password_and_an_unknown_name_say_the_same(nobody, alice, refuses):
    told = [refuses(nobody.post("sign-in", {"user": name, "password": "wrong"}), 401, "bad_credentials")
            for name in ("alice", "mallory")]
    assert told[0] == told[1]


def test_guessing_passwords_ends_after_ten_tries(nobody, alice, redis_server, refuses):
    answers = [nobody.post("sign-in", {"user": name, "password": "wrong"}) for name in ["alice", "ALICE"] * 6]
    assert [a.status_code for a in answers] == [401] * 10 + [429] * 2
    refuses(answers[-1], 429, "rate_limited")
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 300
    assert Entry.objects.filter(action="login.failed", object="user alice").count() == 10


def test_somebody_elses_token_is_not_found(program, alice, bob, refuses):
    token, _ = tokens.make(bob, "b", ["read"], 30, specs.now())
    refuses(program(alice).call("DELETE", f"tokens/{token.pk}"), 404, "not_found")
    assert [t["name"] for t in program(alice).get("tokens").json()] == ["a program", "a program"]


def test_making_and_revoking_are_written_down(alice):
    token, _ = tokens.make(alice, "laptop", ["read"], 30, specs.now())
    assert tokens.revoke(token, alice, specs.now())
    assert not tokens.revoke(token, alice, specs.now())
    assert list(Entry.objects.order_by("id").values_list("action", flat=True)) == ["token.make", "token.revoke"]


def test_too_many_calls_are_slowed_down(program, alice, redis_server, refuses, monkeypatch):
    monkeypatch.setattr(limits, "CALLS", limits.Limit("api", 3, 3600))
    found = program(alice)
    assert {found.get("me").status_code for _ in range(3)} == {200}
    answer = found.get("me")
    refuses(answer, 429, "rate_limited")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600


def test_without_redis_calls_are_not_counted_and_not_kept_out(program, alice, monkeypatch):
    monkeypatch.setattr(limits, "CALLS", limits.Limit("api", 1, 3600))
    found = program(alice)
    assert {found.get("me").status_code for _ in range(3)} == {200}
