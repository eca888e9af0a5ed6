"""A TA of one course tries another course's things through the own course's addresses, and names them in every form.

The ids of the address are mixed (the own course, the others' things), and each field that any form or view knows is filled with
the others' ids and names. Nothing of the other course changes, and nothing of it is said.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.forms.models import model_to_dict

from grader.web.models import Assignment, Entry, Session, User
from tests.web.pages_ground import graded, handed_in, open_assignment
from tests.web.test_addresses import BODIES, ID, ROUTES, things  # noqa: F401 - the fixture

pytestmark = pytest.mark.django_db
WEB = Path(__file__).parents[2] / "grader" / "web"
MIXED = [r for r in ROUTES if "<slug:course>" in r[0] or "{course}" in r[0]]
FIELD = re.compile(r'name="(\w+)"|(?:POST|said|form)\.get(?:list)?\("(\w+)"|said\["(\w+)"\]')
DEEDS = ("done", "take", "give", "edit", "retire", "remove", "hold", "lift", "release")
SECRET = "Zanzibar"


def fields():
    """List the names of all fields that templates have or views read."""
    files = [*WEB.glob("templates/**/*.html"), *WEB.glob("views/**/*.py"), *WEB.glob("*.py")]
    return sorted({a or b or c for f in files for a, b, c in FIELD.findall(f.read_text())} - {"csrfmiddlewaretoken"})


def rows(but=None):
    """Read every row of the service, without what a visit alone writes, and without those of a course."""
    kept = [m for m in apps.get_app_config("web").get_models() if m not in (Entry, Session, User)]
    found = {(m.__name__, o.pk): {k: str(v) for k, v in model_to_dict(o).items()} for m in kept for o in m._default_manager.all()}
    tasks = {str(pk) for pk in Assignment.objects.filter(course=but).values_list("pk", flat=True)}
    return {k: row for k, row in found.items() if not but or not (
        str(but.pk) == row.get("course") or k == ("Course", but.pk) or row.get("assignment") in tasks
        or (k[0] == "Assignment" and str(k[1]) in tasks))}


@pytest.fixture
def theirs(things):  # noqa: F811
    """What is Alice's or her course's, with a name that nobody else has, and all rows as they are."""
    User.objects.filter(username="alice").update(first_name=SECRET)
    Assignment.objects.update(title=SECRET)
    return things


@pytest.fixture
def own(theirs, other_course, other_ta, person):
    """Oscar's own course has an assignment of the same name, and a student who handed in."""
    task = open_assignment(other_course)
    return graded(handed_in(task, person("eve", other_course), b"z = 3\n"))


def address_of(route, theirs, other_course, **own):
    known = theirs | {"course": other_course.slug} | own
    return f"/{ID.sub(lambda m: str(known[m[1]]), route)}"


def changed(before):
    now = rows()
    return {k for k, row in before.items() if now.get(k) != row}


def test_the_fields_are_found():
    assert {"student", "assignment", "version", "request", "item", "from", "tick", "to", "points", "deed"} <= set(fields())


@pytest.mark.parametrize(("route", "name"), [pytest.param(r, n, id=n) for r, n, _ in MIXED if not r.startswith("api/")])
def test_their_things_in_ones_own_addresses(route, name, theirs, other_course, other_ta, own, logged_in):
    client, before, where = logged_in(other_ta), rows(other_course), address_of(route, theirs, other_course)
    every = {f: str(theirs["pk"]) for f in fields()} | {
        "student": "alice", "to": "alice", "username": "alice", "user": "alice", "assignment": theirs["slug"],
        "version": str(theirs["version"]), "request": str(theirs["number"]), "item": str(theirs["item"]),
        "from": str(Assignment.objects.get(course__slug="dl-2026").pk), "reason": "x", "text": "x", "comment": "x"}
    answers = [client.get(where), client.get(where, every), client.post(where, every)]
    answers += [client.post(where, every | {"deed": deed}) for deed in DEEDS]
    assert max(a.status_code for a in answers) < 500
    for answer in answers:
        said = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert SECRET.encode() not in said, (answer.status_code, where)
    assert changed(before) == set()


@pytest.mark.parametrize("field", ["student", "assignment", "version", "check"])
def test_a_regrade_is_begun_of_nothing_of_theirs(field, theirs, other_course, other_ta, own, logged_in):
    said = {"assignment": "linear-zero", "way": "judge", "choice": "all", "reason": "x"}
    said[field] = {"student": "alice", "assignment": "logistic", "version": "999", "check": "no such check"}[field]
    said |= {"choice": "failing"} if field == "check" else {}
    before = rows()
    answer = logged_in(other_ta).post(f"/courses/{other_course.slug}/regrades/new", said)
    assert answer.status_code in {404, 422}
    assert rows().keys() == before.keys()


@pytest.mark.parametrize(("route", "name"), [pytest.param(r, n, id=n) for r, n, a in ROUTES if r.startswith("api/v1/courses/<")])
def test_a_program_reaches_nothing_of_theirs_through_ones_own_course(route, name, theirs, other_course, other_ta, own, logged_in):
    client, before = logged_in(other_ta), rows(other_course)
    where = address_of(route, theirs, other_course)
    body = next((b for part, b in BODIES.items() if part in f"{where}?"), {"text": "x"}) | {
        "student": "alice", "assignment": "linear-zero", "requests": [theirs["number"]], "items": [theirs["item"]]}
    answers = [client.get(where, {"student": "alice"}), client.get(where),
               client.post(where, body, content_type="application/json")]
    assert max(a.status_code for a in answers) < 500
    assert not any(SECRET.encode() in a.content for a in answers)
    assert changed(before) == set()
