"""Error pages, headers, statements' safety, and bodies that are too large to be read."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.http import Http404
from django.test import RequestFactory

from grader.web.body_limit import ROOM, limited
from grader.web.statement import rendered
from grader.web.views import errors
from tests.web.pages_ground import SHIPPED, text_of

MOST = 1000


@pytest.mark.django_db
def test_an_address_without_a_page_gets_a_page_that_leads_on(client):
    answer = client.get("/nothing/here")
    assert answer.status_code == 404
    assert "There is no such page" in text_of(answer)
    assert 'href="/"' in answer.content.decode()
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_fault_of_ours_is_said_to_be_ours_without_asking_anything():
    answer = errors.broken(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "The fault is ours" in text_of(answer)


@pytest.mark.parametrize(("answer", "status"), [
    (lambda r: errors.bad_request(r, ValueError()), 400), (lambda r: errors.forbidden(r, ValueError()), 403),
    (lambda r: errors.not_found(r, Http404()), 404)])
def test_every_error_has_a_page(answer, status):
    said = answer(RequestFactory().get("/"))
    assert said.status_code == status
    assert f"Error {status}" in text_of(said)


def send(path="/", headers=(), parts=((b"", False),)):
    """Send a request to an application behind the limit; gives what it was called with, and what was answered."""
    called, answered, left = [], [], [{"type": "http.request", "body": b, "more_body": m} for b, m in parts]

    async def application(scope, _receive, _send):
        called.append(scope["path"])

    async def receive():
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def take(message):
        answered.append(message)

    scope = {"type": "http", "path": path, "headers": [(k.encode(), v.encode()) for k, v in headers]}
    with ThreadPoolExecutor(1) as thread:  # of its own, because a browser's test may have left a loop running in this one
        thread.submit(asyncio.run, limited(application, MOST)(scope, receive, take)).result()
    return called, answered, left


def test_a_body_within_the_limit_is_let_through():
    assert send(headers=[("content-length", str(MOST + ROOM))])[0] == ["/"]
    assert send()[0] == ["/"]


def test_a_body_over_the_limit_is_thrown_away_and_answered_with_a_page():
    called, answered, left = send(headers=[("content-length", str(MOST + ROOM + 1))], parts=[(b"x" * 500, True), (b"x", False)])
    assert not called
    assert not left  # all of it was read, or the browser would show a broken connection
    assert answered[0]["status"] == 413
    assert b"At most 10 MB" in answered[1]["body"]


@pytest.mark.parametrize("length", ["-1", "1e9", "", "0x10"])
def test_a_length_that_is_no_number_is_refused(length):
    assert send(headers=[("content-length", length)])[1][0]["status"] == 413


def test_a_body_without_a_length_is_refused():
    assert send(headers=[("transfer-encoding", "chunked")])[1][0]["status"] == 411


def test_the_api_gets_problem_details():
    _, answered, _ = send("/api/v1/submissions", headers=[("content-length", "99999999")])
    assert (b"content-type", b"application/problem+json") in answered[0]["headers"]
    assert json.loads(answered[1]["body"])["code"] == "too_large"


def test_markup_links_and_pictures_in_a_statement_are_harmless():
    said = rendered("<script>alert(1)</script> <b onclick=x>b</b> [x](javascript:alert(1)) [y](https://a.example) "
                    "![p](http://b.example/p)")
    assert "<script" not in said
    assert "<b " not in said
    assert "javascript:alert" not in said.replace("(javascript:alert(1))", "")
    assert "<img" not in said
    assert 'rel="noopener noreferrer"' in said


@pytest.mark.parametrize("tex", [
    r"\frac", r"x_{", r"\unknown{x}", "<img src=x>", r"\begin{matrix}", r"\href{javascript:alert(1)}{x}"])
def test_a_formula_that_cannot_be_read_breaks_no_page(tex):
    said = rendered(f"before ${tex}$ after")
    assert "before" in said
    assert "after" in said
    assert "<img" not in said
    assert "href" not in said.replace(r"\href", "")


@pytest.mark.parametrize("statement", sorted(SHIPPED.glob("*/statement.md")), ids=lambda p: p.parent.name)
def test_every_formula_of_the_course_is_drawn(statement):
    said = rendered(statement.read_text())
    assert "$" not in said
    assert "<code>\\" not in said
    assert " style=" not in said


def test_only_what_was_escaped_or_cleaned_before_is_marked_safe_in_a_page():
    folder = SHIPPED.parent / "grader" / "web" / "templates" / "web"
    found = {e for file in folder.glob("*.html") for e in re.findall(r"\{\{\s*([\w.]+)\s*\|\s*safe", file.read_text())}
    assert found == {"drawn.svg", "row.meter", "strip"}


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "kind"), [
    ("report.css", "text/css"), ("web/upload.js", "text/javascript"), ("web/mark.svg", "image/svg+xml"),
    ("django_htmx/htmx-2.min.js", "text/javascript"), ("django_htmx/ext/hx-sse-2.min.js", "text/javascript")])
def test_what_stands_beside_the_pages_is_sent_whole_and_kept(name, kind, client):
    answer = client.get(f"/static/{name}")
    assert answer.status_code == 200
    assert not answer.streaming
    assert answer["Content-Type"].startswith(kind)
    assert len(answer.content) == int(answer["Content-Length"]) > 100
    assert client.get(f"/static/{name}", headers={"If-Modified-Since": answer["Last-Modified"]}).status_code == 304


@pytest.mark.django_db
def test_a_files_path_leads_nowhere_else(client):
    for path in ("/static/../settings.py", "/static/web/..%2f..%2fsettings.py", "/static/report.html"):
        assert client.get(path).status_code in (400, 404)
