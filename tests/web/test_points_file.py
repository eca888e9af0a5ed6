"""Points by hand from a file: what it would change, that nothing else is done, all or nothing, and the way there and back."""

import csv
import io
import re
from html import unescape

import pytest
from django.urls import reverse

from grader.web import adjustments, grades, points_file, specs
from grader.web.adjustments import Given
from grader.web.models import Adjustment, Entry, Membership
from tests.web.pages_ground import graded, handed_in, open_assignment, text_of

pytestmark = pytest.mark.django_db
WHY = "viva of 3 December"


@pytest.fixture
def assignment(course, alice, bob, person):
    """An assignment of a course with Alice, Bob and Dave."""
    person("dave", course)
    return open_assignment(course)


@pytest.fixture
def address(assignment, course):
    return reverse("points", args=[course.slug])


@pytest.fixture
def client(ta, logged_in):
    return logged_in(ta)


@pytest.fixture
def give(assignment, ta, course):
    member = Membership.objects.get(user=ta, course=course)
    return lambda user, points: adjustments.give(assignment, user, member, Given(points, comment="c"), specs.now())


def upload(client, address, content, reason=WHY):
    file = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    file.name = "points.csv"
    return client.post(address, {"file": file, "reason": reason})


def confirm(client, address, shown):
    """Send the form of a preview as a browser would."""
    fields = dict(re.findall(r'<input type="hidden" name="(deed|seen|reason)" value="([^"]*)"', shown.content.decode()))
    return client.post(address, fields | {"text": text_in(shown)}, follow=True)


def text_in(shown):
    return unescape(re.search(r'name="text" value="([^"]*)"', shown.content.decode())[1])


def totals(course):
    return {s.user.username: s.total for s in grades.of_all(course)}


def counts(shown):
    return [int(n) for n in re.findall(r"<li><b>(\d+)</b> (?:new|changed|unchanged|refused)", shown.content.decode())]


def test_a_preview_changes_nothing_and_confirmed_all_of_it_counts(address, client, give, alice, course):
    give(alice, 1)
    shown = upload(client, address, "user,linear-zero by hand,comment\nalice,2.5,Well drawn\nbob,3,\ndave,,\n")
    assert shown.status_code == 200
    assert counts(shown) == [1, 1, 0, 0]
    assert "changed 1 → 2.5" in text_of(shown)
    assert "new none → 3" in text_of(shown)
    assert totals(course) == {"alice": 1, "bob": 0, "dave": 0}
    done = confirm(client, address, shown)
    assert "Points of 2 students are written down" in text_of(done)
    assert totals(course) == {"alice": 2.5, "bob": 3, "dave": 0}
    made = Adjustment.objects.order_by("pk").last(), Adjustment.objects.get(student__username="alice", points=1.5)
    assert (made[0].student.username, made[0].points, made[0].reason, made[0].by.username) == ("bob", 3, WHY, "tessa")
    assert made[1].comment == "Well drawn"
    entry = Entry.objects.get(action="score.import")
    assert {k: entry.after[k] for k in ("new", "changed", "unchanged", "refused")} == {
        "new": 1, "changed": 1, "unchanged": 0, "refused": 0}
    assert Entry.objects.filter(action="score.adjust", reason=WHY).count() == 2


def test_the_gradebooks_own_file_sent_back_changes_nothing_and_edited_what_was_edited(address, client, give, alice, bob, course):
    graded(handed_in(course.assignments.get(), alice))
    give(alice, 1 / 3)
    give(bob, -2)
    bob.first_name = "=1+1"
    bob.save()
    file = client.get(reverse("gradebook_csv", args=[course.slug])).content
    shown = upload(client, address, file)
    assert counts(shown) == [0, 0, 2, 0]
    assert "Nothing would change." in text_of(shown)
    rows = list(csv.DictReader(io.StringIO(file.decode())))
    rows[1]["linear-zero by hand"], rows[2]["linear-zero by hand"] = "0", "4"
    text = io.StringIO()
    sheet = csv.DictWriter(text, rows[0].keys(), delimiter=";")
    sheet.writeheader()
    sheet.writerows(rows)
    shown = upload(client, address, text.getvalue().encode("utf-8-sig"))
    assert counts(shown) == [1, 1, 1, 0]
    confirm(client, address, shown)
    assert totals(course) == {"alice": 2.333333, "bob": 0, "dave": 4}
    again = upload(client, address, client.get(reverse("gradebook_csv", args=[course.slug])).content)
    assert counts(again)[:2] == [0, 0]


@pytest.mark.parametrize("content", [
    "user;linear-zero by hand\r\nalice;1,5\r\n", "\ufeffuser\tlinear-zero by hand\nalice\t1.5\n",
    "sep=;\nUser;Linear-Zero By Hand\nALICE;1.5", "e-mail,linear-zero by hand\nAlice@example.edu,1.5\n",
    '\n"user","name","linear-zero by hand"\n"alice","a ""quoted""\nname","1.5"\n'])
def test_whatever_program_wrote_it_is_understood(content, address, client):
    shown = upload(client, address, content)
    assert counts(shown) == [1, 0, 0, 0]
    assert "none → 1.5" in text_of(shown)


@pytest.mark.parametrize(("row", "line", "who", "why"), [
    ("alcie,1", 4, "alcie", "no student of this course is called alcie; did you mean alice?"),
    ("zzz,1", 4, "zzz", "no student of this course is called zzz"), (",1", 4, "nobody", "neither user nor e-mail"),
    ("alice,x", 4, "alice", "linear-zero: Points 'x': write a number"), ("alice,=1+1", 4, "alice", "Points '=1+1'"),
    ("alice,1e9", 4, "alice", "between -1000 and 1000"), ("alice,1_5", 4, "alice", "write a number"),
    ("bob,2", 4, "bob", "bob stands in line 3"),
    ("alice,1,c,d", 4, "alice", "more cells"), ("tessa,1", 4, "tessa", "no student of this course"),
    ("<b>eve</b>,1", 4, "<b>eve</b>", "no student"), ('"=HYPERLINK(""x"")",1', 4, '=HYPERLINK("x")', "no student")])
def test_a_row_that_cannot_be_is_refused_with_line_and_reason_and_the_others_stand(row, line, who, why, address, client, course):
    shown = upload(client, address, f"user,linear-zero by hand,comment\ndave,1,\nbob,1,\n{row}\n")
    assert counts(shown) == [2, 0, 0, 1]
    assert f"line {line} {who}" in text_of(shown)
    assert why in text_of(shown)
    assert "<b>eve" not in shown.content.decode()
    confirm(client, address, shown)
    assert totals(course) == {"alice": 0, "bob": 1, "dave": 1}


@pytest.mark.parametrize(("content", "why"), [
    ("", "The file is empty."), ("\n;;\n", "The file is empty."), ("name,points\nalice,1", "no column “user”"),
    ("user,points\nalice,1", "No column says points"), ("user,user,linear-zero by hand\nalice,,1", "stands twice"),
    (b"user,linear-zero by hand\nJ\xf6rg,1", "Line 2 is not UTF-8"), (b"PK\x03\x04", "a workbook"),
    (b"\xff\xfeu\x00", "Line 1 is not UTF-8"),
    ("user,linear-zero by hand\nal\0ice,1", "zero bytes"), (b"x" * (1024 * 1024 + 1), "is the most"),
    ("user,linear-zero by hand\n" + "a,\n" * 5001, "more than 5,000 rows"),
    ('user,linear-zero by hand\n"' + "x" * 200_000, "Line 2")])
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(content, why, address, client):
    shown = upload(client, address, content)
    assert shown.status_code == 422
    assert why in text_of(shown)


def test_nothing_chosen_no_reason_or_both_are_told(address, client):
    assert "Nothing is chosen yet" in text_of(client.post(address, {"reason": WHY}))
    pasted = client.post(address, {"text": "user\tlinear-zero by hand\nalice\t1", "reason": " "})
    assert "Say what the points are for" in text_of(pasted)
    assert "alice\t1" in pasted.content.decode()
    both = client.post(address, {"text": "user", "file": io.BytesIO(b"user"), "reason": WHY})
    assert "send one of the two" in text_of(both)
    assert counts(client.post(address, {"text": "user\tlinear-zero by hand\nalice\t1", "reason": WHY})) == [1, 0, 0, 0]


def test_what_changed_since_is_not_done_and_shown_anew(address, client, give, bob, course):
    shown = upload(client, address, "user,linear-zero by hand\nalice,2\nbob,3\n")
    give(bob, 1)
    anew = confirm(client, address, shown)
    assert anew.status_code == 422
    assert "Nothing was done" in text_of(anew)
    assert counts(anew) == [1, 1, 0, 0]
    assert totals(course) == {"alice": 0, "bob": 1, "dave": 0}
    confirm(client, address, anew)
    assert totals(course) == {"alice": 2, "bob": 3, "dave": 0}


def test_confirmed_twice_it_is_done_once(address, client, course):
    shown = upload(client, address, "user,linear-zero by hand\nalice,2\n")
    confirm(client, address, shown)
    assert "Nothing was done" in text_of(confirm(client, address, shown))
    assert totals(course)["alice"] == 2
    assert Adjustment.objects.count() == 1


def test_what_is_not_read_is_told(address, client, alice, assignment, course):
    graded(handed_in(assignment, alice))
    shown = text_of(upload(client, address, "user,linear-zero,linear-zer by hand,linear-zero by hand\nalice,9,1,\nbob,,,\n"))
    assert "The column “linear-zer by hand” is not read; did you mean “linear-zero by hand”?" in shown
    assert "1 score in the file is not what counts now." in shown


def test_a_score_that_is_set_stays_set_and_points_are_added_to_it(address, client, alice, assignment, ta, course):
    member = Membership.objects.get(user=ta, course=course)
    adjustments.give(assignment, alice, member, Given(5, is_override=True, reason="r"), specs.now())
    confirm(client, address, upload(client, address, "user,linear-zero by hand\nalice,2\n"))
    assert totals(course)["alice"] == 7


@pytest.mark.parametrize("who", ["alice", "carol", "other_ta"])
def test_nobody_but_the_courses_staff_gets_there(who, address, logged_in, request):
    client = logged_in(request.getfixturevalue(who))
    assert client.get(address).status_code == 404
    assert upload(client, address, "user,linear-zero by hand\nalice,2\n").status_code == 404


def test_its_queries_are_few_however_many_rows_there_are(address, client, person, course, django_assert_max_num_queries):
    for k in range(40):
        person(f"student-{k}", course)
    rows = "".join(f"student-{k},{k + 1}\n" for k in range(40))
    with django_assert_max_num_queries(12):
        shown = upload(client, address, f"user,linear-zero by hand\n{rows}")
    assert counts(shown) == [40, 0, 0, 0]
    text = text_in(shown)
    member = Membership.objects.get(user__username="tessa")
    seen = re.search(r'name="seen" value="([^"]*)"', shown.content.decode())[1]
    with django_assert_max_num_queries(24):
        assert points_file.confirm(course, text, WHY, seen, member) == 40
    assert Adjustment.objects.count() == Entry.objects.filter(action="score.adjust").count() == 40


def test_the_gradebook_leads_there(address, client, course):
    body = client.get(reverse("gradebook", args=[course.slug])).content.decode()
    assert f'action="{address}"' in body
    assert client.get(address).status_code == 200
