"""Every address of the service, tried by everybody on Alice's things: what is not one's own is not found.

An address with an id in it is tried without being named here, and is held to be Alice's alone; one that all of a course may
open is named in COURSE. An id of a new kind must get an example, or the test fails.
"""

from __future__ import annotations

import re
from asyncio import iscoroutinefunction
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from grader.web import drafts, specs, tokens
from grader.web.accounts import invitations
from grader.web.models import (
    Accommodation,
    Adjustment,
    Announcement,
    Extension,
    LineComment,
    Notice,
    Pair,
    Promotion,
    Proof,
    Regrade,
    RegradeRequest,
    RubricItem,
    WorkItem,
)
from tests.web.pages_ground import graded, handed_in, open_assignment

pytestmark = pytest.mark.django_db
METHODS = ("get", "head", "post", "put", "patch", "delete")
ID = re.compile(r"<(?:\w+:)?(\w+)>")

COURSE = {"course", "assignment", "starter", "compare", "api course_assignments", "api assignment", "api statement",
          "api starter", "api submit", "api assignment_attempts", "api my_grades"}  # for all members, who find their own there
INSTRUCTORS = {"release", "invitations", "invitation_withdraw"}
STAFF = {"api course_grades", "gradebook", "gradebook_csv", "student", "adjust", "adjustment_withdraw",
         "api course_adjustments", "give", "give_withdraw", "hold", "points",
         "evidence", "evidence_array", "replay", "replay_count", "beside", "rubrics", "rubric", "rubric_item", "tick", "comment"}
STAFF |= {"mend", "rubric_copy", "api assignment_rubric", "api attempt_rubric", "api set_rubric"}
INSTRUCTORS |= {"records", "records_csv", "dates", "extension_give", "accommodate", "extension_withdraw", "accommodation_end"}
STAFF |= {"extensions", "announcement_withdraw"}
COURSE |= {"announcements"}
INSTRUCTORS |= {"course_settings", "person", "people_invite", "invite_again", "roster", "api send_roster"}
STAFF |= {"people", "people_csv", "api people"}
INSTRUCTORS |= {"regrade_promote", "regrade_revert", "person_copy"}
STAFF |= {f"api {name}" for name in (
    "regrades", "begin_regrade", "one_regrade", "regrade_attempts", "regrade_plan", "promote_regrade", "revert_promotion",
    "cancel_regrade", "run_regrade_again", "answer_requests")}
STAFF |= {"regrades", "regrade_new", "regrade", "regrade_progress", "regrade_csv", "regrade_cancel", "regrade_again",
          "regrade_answer"}
STAFF |= {"work", "work_split", "work_item", "work_of_attempt", "pair", "statistics", "assignment_statistics"}
INSTRUCTORS |= {"groups_choose", "group_set_change"}
STAFF |= {"api groups", "api send_groups", "group_set", "groups_csv", "groups_file", "group_place"}
COURSE |= {"groups", "group_own"}
INSTRUCTORS |= {"clone", "version_use", "proof_cancel", "draft_start", "draft_discard", "draft_add", "draft_upload", "draft_move",
                "draft_save", "draft_check", "draft_prove", "draft_publish"}
STAFF |= {"specs", "draft", "draft_zip", "draft_file", "proof", "proof_live", "versions", "versions_compare", "version",
          "version_zip"}
SITE = {"erase_person", "whole_copy"}  # for the staff of the service alone
BY_SECRET = {"join", "password_reset_confirm"}  # for whoever has the link, which nobody guesses
# of calls of the API, by a part of the address; others have one body
BODIES = {"/messages": {"text": "Why?"}, "/promote": {"reason": "x"}, "/revert": {}, "/answer": {"requests": [1], "text": "x"},
          "/regrades?": {"assignment": "linear-zero"}, "/roster": {"csv": "user\nalice"},
          "/groups": {"csv": "group,user\nreds,alice"}}
OPEN = {"login", "logout", "password_reset", "password_reset_sent", "api openapi-json", "api openapi-view", "api sign_in",
        "api api-root"}


def patterns(resolver, before=""):
    """Walk through all addresses: yields route, name, and whether the view is asynchronous, as the API's may be."""
    for found in resolver.url_patterns:
        route = f"{before}{found.pattern}"
        if isinstance(found, URLPattern):
            name = f"api {found.name}" if route.startswith("api/") else found.name or route
            yield route, name, route.startswith("api/") or iscoroutinefunction(found.callback)
        else:
            yield from patterns(found, route)


def param(route, name, is_async):
    """An asynchronous view asks the database in another thread, which sees only what is committed."""
    return pytest.param(route, name, id=name, marks=pytest.mark.django_db(transaction=True) if is_async else ())


ROUTES = sorted(patterns(get_resolver()))
OWN = [param(*r) for r in ROUTES if ID.search(r[0]) and r[1] not in BY_SECRET]
WITHOUT_ID = [param(*r) for r in ROUTES if not ID.search(r[0]) and r[1] not in OPEN]


@pytest.fixture
def things(course, alice, instructor):
    """Give every kind of id an example, which is Alice's or her course's."""
    attempt = graded(handed_in(open_assignment(course), alice))
    again = handed_in(attempt.submission.assignment, alice, b"x = 2\n").submission
    pair = Pair.objects.create(first=attempt.submission, second=again, share=0.9, common=20, at=specs.now())
    item = WorkItem.objects.create(course=course, assignment=attempt.submission.assignment, student=alice, attempt=attempt,
                                   kind="near", created_at=specs.now())
    draft = drafts.start(course, "linear-zero", drafts.shipped("linear-zero"), by=instructor, now=specs.now())
    invitation, _ = invitations.make(course, instructor, specs.now() + timedelta(days=1), email="dora@example.edu")
    regrade = Regrade.objects.create(assignment=attempt.submission.assignment, version=attempt.version, created_at=specs.now())
    promotion = Promotion.objects.create(regrade=regrade, at=specs.now())
    return {"regrade": regrade.pk, "promotion": promotion.pk, "notice": Notice.objects.create(
                promotion=promotion, user=alice, assignment=regrade.assignment, is_ready=True, at=specs.now(),
                mail_at=specs.now()).pk,
            "course": course.slug, "group_set": course.group_sets.create(name="pairs").pk,
            "slug": attempt.submission.assignment.slug, "pk": attempt.pk, "name": "train",
            "username": alice.username, "pair": pair.pk, "entry": item.pk,
            "path": "starter.py", "version": attempt.version.number,
            "proof": Proof.objects.create(course=course, slug=draft.slug, draft=draft, content=attempt.version.content,
                                          created_at=specs.now()).pk,
            "invitation": invitation.pk, "assignment": attempt.submission.assignment.slug, "attempt": attempt.pk,
            "number": RegradeRequest.objects.create(attempt=attempt, check_name="predict", created_at=specs.now()).pk,
            "announcement": Announcement.objects.create(course=course, title="x", text="y", at=specs.now()).pk,
            "extension": Extension.objects.create(assignment=attempt.submission.assignment, user=alice).pk,
            "accommodation": Accommodation.objects.create(course=course, user=alice, days=1).pk,
            "adjustment": Adjustment.objects.create(assignment=attempt.submission.assignment, student=alice, points=1,
                                                    at=specs.now()).pk,
            "item": RubricItem.objects.create(assignment=attempt.submission.assignment, name="It is drawn", points=1).pk,
            "comment": LineComment.objects.create(submission=attempt.submission, part="line.py", line=1, text="Why?",
                                                  at=specs.now()).pk,
            "token": tokens.make(alice, "laptop", ["read"], 1, specs.now())[0].pk}


@pytest.fixture
def address(things):
    def of(route):
        new = set(ID.findall(route)) - set(things)
        assert not new, f"{route} has ids of a new kind, {new}: give them an example in `things`"
        known = things | ({"pk": things["token"]} if route.startswith("tokens/") else {})
        pair = things["version"] if "/versions/" in route else things["pk"]
        return f"/{ID.sub(lambda m: str(known[m[1]]), route)}?before={pair}&after={pair}"
    return of


def tried(client, address):
    """Try an address with every method; gives the answers' status by method."""
    found = {m: getattr(client, m)(address).status_code for m in METHODS}
    if address.startswith("/api/"):  # whose calls look at the body first
        body = next((b for part, b in BODIES.items() if part in address), {"text": "Why?", "check": "train"})
        found["post"] = client.post(address, body, content_type="application/json").status_code
        found["put"] = client.put(address, {"ticked": []}, content_type="application/json").status_code
    return found


def is_refused(found):
    """Whether no method found anything, and one at least looked for it."""
    return set(found.values()) <= {404, 405} and 404 in found.values()


@pytest.mark.parametrize("who", ["carol", "other_ta"])
@pytest.mark.parametrize(("route", "name"), OWN)
def test_people_of_another_course_find_nothing(route, name, who, address, logged_in, request):
    found = tried(logged_in(request.getfixturevalue(who)), address(route))
    assert is_refused(found), found


@pytest.mark.parametrize(("route", "name"), OWN)
def test_another_student_finds_what_is_for_the_whole_course_and_nothing_else(route, name, address, logged_in, bob):
    found = tried(logged_in(bob), address(route))
    assert name in COURSE or is_refused(found), found


@pytest.mark.parametrize(("route", "name"), OWN)
def test_alice_or_her_instructor_or_site_staff_finds_it(route, name, address, logged_in, alice, instructor, person):
    """Else the tests above would hold for addresses that nobody finds."""
    if name in SITE:
        assert is_refused(tried(logged_in(instructor), address(route)))
        assert is_refused(tried(logged_in(alice), address(route)))
        instructor = person("sophie")
        instructor.is_staff = True
        instructor.save()
    found = tried(logged_in(instructor if name in INSTRUCTORS | STAFF | SITE else alice), address(route))
    assert not is_refused(found), found
    assert max(found.values()) < 500


@pytest.mark.parametrize("who", ["alice", "ta"])
@pytest.mark.parametrize(("route", "name"), [p for p in OWN if p.id in INSTRUCTORS])
def test_what_is_for_instructors_is_for_nobody_else(route, name, who, address, logged_in, request):
    found = tried(logged_in(request.getfixturevalue(who)), address(route))
    assert is_refused(found), found


@pytest.mark.parametrize(("route", "name"), OWN + WITHOUT_ID)
def test_whoever_is_not_logged_in_is_told_to_log_in(route, name, address):
    """A page leads to the login, the API says so, and a stream of events ends without a word."""
    client, where = Client(), address(route)
    for method in METHODS:
        answer = getattr(client, method)(where)
        assert answer.status_code in {302, 401, 405, 204}, (method, answer.status_code)
        assert answer.status_code != 302 or answer.url.startswith(reverse("login"))
        assert answer.status_code != 204 or answer.content == b""


@pytest.mark.parametrize("secret", ["x", "0" * 43, "..", "%00", "a" * 5000])
@pytest.mark.parametrize("who", ["nobody", "alice"])
def test_no_made_up_secret_opens_anything(secret, who, client, logged_in, request):
    client = client if who == "nobody" else logged_in(request.getfixturevalue(who))
    for route in (r for r, name, _ in ROUTES if name in BY_SECRET):
        found = client.get(f"/{ID.sub(lambda _: secret, route)}")
        assert found.status_code in {200, 404, 410}
        assert "csrfmiddlewaretoken" not in found.text or who == "alice"


def test_what_is_named_here_exists():
    assert {name for _, name, _ in ROUTES} >= COURSE | INSTRUCTORS | STAFF | SITE | BY_SECRET | OPEN
