"""The roster as a file: the preview says exactly what happens, and only that happens, all of it or nothing."""

import csv
import io

import pytest
from django.urls import reverse

from grader.errors import GraderError
from grader.web import courses, roster, sheets, specs
from grader.web.models import Entry, Invitation, Letter, Membership, Role
from grader.web.plans import Stale
from tests.web.pages_ground import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def kinds(course):
    """Say what each line of a file comes to."""
    return lambda *lines: [(x.kind, x.who) for x in roster.plan(course, "\n".join(lines)).lines]


@pytest.fixture
def applied(course, instructor):
    def apply(*lines, **more):
        text = "\n".join(lines)
        return roster.apply(course, text, roster.plan(course, text).digest, instructor, specs.now(), **more)
    return apply


@pytest.fixture
def page(course, instructor, logged_in):
    client = logged_in(instructor)
    return lambda **said: client.post(reverse("roster", args=[course.slug]), said)


def places(course):
    return {m.user.username: (m.role, m.section, m.is_active) for m in course.memberships.select_related("user")}


def test_every_kind_of_line_is_told_apart(kinds, alice, bob, ta, person, course, instructor):
    dave, erin = person("dave", course), person("erin", course)
    Membership.objects.filter(user=dave).update(is_active=False)
    roster.invite(course, "flo@example.edu", "student", "", instructor, specs.now())
    assert erin.pk
    assert kinds("e-mail;user;role;section", "ALICE@example.edu;;student;", ";bob;TA;Monday", "dave@example.edu;;;",
                 "new@example.edu;;;Monday", "flo@example.edu;;ta;", "nonsense;;;", ";bobb;;", "bob@example.edu;;;",
                 "alice@example.edu;bob;;", "x@example.edu;;king;") == [
        ("same", "alice"), ("changed", "bob"), ("back", "dave"), ("new", "new@example.edu"), ("pending", "flo@example.edu"),
        ("refused", "nonsense"), ("refused", "bobb"), ("refused", "bob@example.edu"),
        ("refused", "bob"), ("refused", "x@example.edu"), ("missing", "erin")]


def test_refused_lines_say_why_and_name_who_is_near(course, alice, instructor):
    found = roster.plan(course, "user,section\nalise,\nalice,x\nALICE,y\n,\ningrid," + "\n")
    assert [(x.line, x.why) for x in found.lines if x.kind == "refused"] == [
        (2, "nobody of this course is called alise; did you mean alice?"), (4, "the same person stands in line 3"),
        (6, "nobody of this course is called ingrid")]


def test_what_the_plan_says_is_done_at_once(applied, alice, bob, course, instructor, mailoutbox):
    applied("email,section", "alice@example.edu,Monday", "new@example.edu,Tuesday")
    assert places(course)["alice"] == ("student", "Monday", True)
    assert places(course)["bob"] == ("student", "", True)
    assert Invitation.objects.values_list("email", "section").get() == ("new@example.edu", "Tuesday")
    assert Letter.objects.get().address == "new@example.edu"
    assert mailoutbox == []
    assert Entry.objects.filter(action="roster.apply", actor=instructor).count() == 1


def test_students_who_are_not_in_the_file_go_only_where_asked_and_staff_never(applied, alice, bob, ta, course):
    applied("user", "alice", removes=True)
    assert {name: p[2] for name, p in places(course).items()} == {"alice": True, "bob": False, "ines": True, "tessa": True}


def test_a_column_that_is_not_there_leaves_what_it_is_about(applied, alice, course):
    Membership.objects.filter(user=alice).update(section="Monday", role=Role.TA)
    applied("user,section", "alice,Tuesday")
    assert places(course)["alice"] == ("ta", "Tuesday", True)
    applied("user,role", "alice,student")
    assert places(course)["alice"] == ("student", "Tuesday", True)
    applied("user,section", "alice,")
    assert places(course)["alice"] == ("student", "", True)


def test_the_last_instructor_is_kept_and_two_may_swap(kinds, applied, alice, instructor, course):
    assert kinds("user,role", "ines,student") == [("refused", "ines"), ("missing", "alice")]
    applied("user,role", "ines,student", "alice,instructor")
    assert (places(course)["ines"][0], places(course)["alice"][0]) == ("student", "instructor")


def test_a_plan_that_is_old_is_not_done(course, alice, instructor, page):
    text = "user,section\nalice,Monday\n"
    digest = roster.plan(course, text).digest
    courses.set_role(course, alice, Role.TA, by=instructor)
    with pytest.raises(Stale):
        roster.apply(course, text, digest, instructor, specs.now())
    answer = page(text=text, digest=digest)
    assert answer.status_code == 422
    assert "nothing was done" in text_of(answer)
    assert "TA, Monday" in text_of(answer)
    assert places(course)["alice"] == ("ta", "", True)


def test_a_fault_in_the_middle_leaves_nothing_behind(course, alice, instructor, monkeypatch):
    text = "email,section\nalice@example.edu,Monday\nnew@example.edu,\n"

    def fail(*_, **__):
        raise OSError
    digest = roster.plan(course, text).digest
    monkeypatch.setattr("grader.web.post.write", fail)
    with pytest.raises(OSError):  # noqa: PT011 - it is our own
        roster.apply(course, text, digest, instructor, specs.now())
    assert places(course)["alice"] == ("student", "", True)
    assert not Invitation.objects.exists()


def test_the_page_shows_first_and_does_then(page, alice, course):
    answer = page(text="user;section\r\nalice;Monday\r\n")
    assert "1 changed" in text_of(answer)
    assert places(course)["alice"] == ("student", "", True)
    digest = roster.plan(course, "user;section\nalice;Monday\n").digest
    assert f'value="{digest}"' in answer.content.decode()
    assert page(text="user;section\r\nalice;Monday\r\n", digest=digest).status_code == 302
    assert places(course)["alice"] == ("student", "Monday", True)


@pytest.mark.parametrize(("said", "told"), [
    ({}, "Nothing is chosen yet"), ({"text": "a,b\n1,2"}, "must name the columns"), ({"text": 'user\n"x'}, "Line 2"),
    ({"text": "user,user\na,b"}, "Two columns"), ({"text": "user\na,b"}, "2 cells, the header 1")])
def test_a_file_that_can_not_be_read_changes_nothing_and_says_where(page, said, told):
    answer = page(**said)
    assert answer.status_code == 422
    assert told in text_of(answer)


@pytest.mark.parametrize("raw", ["user\nalice\n".encode("utf-8-sig"), "user\nalice\n".encode("utf-16"), b"user\r\nalice\r\n"])
def test_files_of_all_spreadsheets_are_read(raw):
    assert [r["user"] for r in sheets.read(sheets.decoded(raw), roster.COLUMNS, ("user",))] == ["alice"]


@pytest.mark.parametrize("raw", [b"user\n\xe9\n", b"user\n\0\n", b"x" * (sheets.MOST_BYTES + 1)])
def test_files_that_are_no_text_are_refused(raw):
    with pytest.raises(GraderError):
        sheets.decoded(raw)


def test_what_is_handed_out_changes_nothing_when_it_is_sent_back(alice, bob, ta, course, instructor, logged_in):
    Membership.objects.filter(user=alice).update(section="=1+1")
    answer = logged_in(ta).get(reverse("people_csv", args=[course.slug]))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert rows[1]["section"] == "'=1+1"
    plan = roster.plan(course, answer.content.decode())
    assert set(plan.counts) == {"same"}
    assert plan.is_idle
    assert Entry.objects.filter(action="roster.export", actor=ta).count() == 1
