"""The API's description: every call, every code, and a page that shows it without leaving the server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import OperationalError

from grader.errors import Broken
from grader.web.api.problems import CODES
from grader.web.policy_headers import POLICY
from grader.web.tokens import SCOPES

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[3]


@pytest.fixture
def schema(client):
    return client.get("/api/openapi.json").json()


def calls(schema):
    return [(f"{method.upper()} {path}", call) for path, methods in schema["paths"].items() for method, call in methods.items()]


def test_every_call_says_what_it_does_gives_and_refuses(schema):
    assert len(calls(schema)) >= 20
    for name, call in calls(schema):
        assert call["summary"], name
        assert call["description"], name
        good = [r for status, r in call["responses"].items() if status.startswith("2")]
        assert good, name
        assert all(r["content"] for r in good), name
        assert {"400", "500", "503"} <= set(call["responses"]), name


def test_every_refusal_is_a_problem_document(schema):
    for name, call in calls(schema):
        for status, answer in call["responses"].items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], (name, status)
                assert re.findall(r"`(\w+)`:", answer["description"]), (name, status)


def test_calls_that_need_a_token_say_so(schema):
    free = [name for name, call in calls(schema) if not call.get("security")]
    assert free == ["POST /api/v1/sign-in"]
    assert set(schema["components"]["securitySchemes"]) == {"Bearer", "Session"}


def test_every_code_is_listed_and_used(schema):
    assert schema["components"]["schemas"]["ProblemDetails"]["properties"]["code"]["enum"] == list(CODES)
    told = {c for _, call in calls(schema) for a in call["responses"].values() for c in re.findall(r"`(\w+)`:", a["description"])}
    everywhere = {"method_not_allowed", "no_length", "broken"}  # not of one call
    assert set(CODES) - told <= everywhere
    assert all(f"`{code}`" in schema["info"]["description"] for code in [*CODES, *SCOPES])


def test_every_code_in_the_sources_is_in_the_table():
    sources = [*(ROOT / "grader/web/api").glob("*.py"), *(ROOT / "grader/web").glob("*.py")]
    raised = {c for f in sources for c in re.findall(r"(?:Problem|Refused|TokenRefused)\(\s*\"(\w+)\"", f.read_text())}
    assert {"bad_file", "token_revoked", "not_waiting"} <= raised
    assert raised <= set(CODES)


def test_the_readme_lists_every_code_and_no_other():
    table = (ROOT / "README.md").read_text().split("## API")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \| (\d+) \|", table, re.MULTILINE) == [(c, str(status)) for c, (status, _) in CODES.items()]


def test_operations_have_names_of_their_own(schema):
    names = [call["operationId"] for _, call in calls(schema)]
    assert len(names) == len(set(names))


def test_the_page_that_shows_it_loads_nothing_from_elsewhere(client):
    answer = client.get("/api/docs")
    assert answer.headers["Content-Security-Policy"] == POLICY
    page = answer.content.decode()
    assert not re.findall(r"https?://", page)
    assert not re.findall(r"<script(?![^>]*(?:src=|application/json))", page)
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert client.get(address).status_code == 200, address


def test_an_address_that_is_none_is_a_problem(nobody, refuses):
    refuses(nobody.get("/api/v1/nonsense"), 404, "not_found")
    refuses(nobody.get("/api/"), 404, "not_found")


def test_another_method_is_a_problem_that_names_the_right_ones(nobody, refuses):
    answer = nobody.call("DELETE", "me")
    refuses(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET"


def test_another_host_is_a_problem(nobody, refuses):
    refuses(nobody.get("me", Host="attacker.example"), 400, "bad_request")


@pytest.mark.parametrize(("fault", "status", "code"), [
    (RuntimeError("a bug"), 500, "internal"), (Broken("a damaged object"), 500, "broken"),
    (OperationalError("database is locked"), 503, "busy")])
def test_faults_of_ours_are_problems_that_tell_nothing_inside(program, alice, refuses, monkeypatch, fault, status, code):
    found = program(alice)

    def fail(_):
        raise fault
    monkeypatch.setattr("grader.web.access.courses", fail)
    answer = found.get("courses")
    assert str(fault) not in refuses(answer, status, code)["detail"]
    assert ("Retry-After" in answer.headers) == (status == 503)
