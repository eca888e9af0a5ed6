"""The audit log's pages: whose entries each reads, filters, pages and the file."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from grader.web import audit
from grader.web.models import Course, Entry, User
from tests.web.pages_ground import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def site_staff(person):
    user = person("sophie")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def entries(course, other_course, instructor, other_ta):
    audit.record(instructor, "score.adjust", course=course, about="linear-zero of user alice", before={"points": 1},
                 after={"points": 2, "note": None}, reason="=1+1")
    audit.record(instructor, "role.set", course=course, about="user bob")
    audit.record(other_ta, "score.adjust", course=other_course, about="linear-zero of user carol")
    audit.record(None, "login", about="user alice")


def read(client, name, *args, query=""):
    answer = client.get(reverse(name, args=args) + query)
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def actions(rows):
    return [r["what"] for r in rows]


def test_instructors_read_their_course_and_no_other(entries, instructor, course, logged_in):
    client = logged_in(instructor)
    said = text_of(client.get(reverse("records", args=[course.slug])))
    assert "2 entries" in said
    assert "points: 1" in said
    assert "note: none, points: 2" in said
    assert "carol" not in said
    assert "carol" not in text_of(client.get(reverse("records", args=[course.slug]) + "?course=ml-2026&about=user"))
    assert client.get(reverse("audit_log")).status_code == 404
    assert client.get(reverse("audit_log_csv")).status_code == 404


def test_site_staff_read_all(entries, site_staff, logged_in):
    client = logged_in(site_staff)
    assert "4 entries" in text_of(client.get(reverse("audit_log")))
    assert actions(read(client, "audit_log_csv", query="?course=ml-2026")) == ["score.adjust"]


@pytest.mark.parametrize("who", ["alice", "ta", "other_ta"])
def test_nobody_else_reads_any(who, course, logged_in, request):
    client = logged_in(request.getfixturevalue(who))
    for name, args in (("records", [course.slug]), ("records_csv", [course.slug]), ("audit_log", []), ("audit_log_csv", [])):
        assert client.get(reverse(name, args=args)).status_code == 404


@pytest.mark.parametrize(("query", "found"), [
    ("?who=INES", ["role.set", "score.adjust"]), ("?what=score", ["score.adjust"]), ("?about=user+alice", ["score.adjust"]),
    ("?who=nobody", []), ("?since=2020-01-01&until=2020-12-31", []), ("?who=%00ines", ["role.set", "score.adjust"])])
def test_entries_are_filtered(query, found, entries, instructor, course, logged_in):
    assert actions(read(logged_in(instructor), "records_csv", course.slug, query=query)) == found


def test_days_are_those_of_the_course_both_ends_included(course, instructor, logged_in, monkeypatch):
    Course.objects.update(time_zone="Asia/Seoul")
    for hour in (14, 15):
        at = datetime(2026, 11, 9, hour, 30, tzinfo=UTC)  # 23:30 of the 9th, and 0:30 of the 10th
        Entry.objects.create(actor_name="x", course=course, action=f"at.{hour}", at=at)
    client = logged_in(instructor)
    assert actions(read(client, "records_csv", course.slug, query="?since=2026-11-09&until=2026-11-09")) == ["at.14"]
    assert actions(read(client, "records_csv", course.slug, query="?since=2026-11-10&what=at")) == ["at.15"]
    wrong = client.get(reverse("records", args=[course.slug]) + "?since=yesterday")
    assert wrong.status_code == 422
    assert "write it as 2026-11-09" in text_of(wrong)
    assert client.get(reverse("records_csv", args=[course.slug]) + "?until=9999-12-31").status_code == 422


def test_the_file_quotes_formulas_and_is_itself_written_down(entries, instructor, course, logged_in):
    rows = read(logged_in(instructor), "records_csv", course.slug)
    assert rows[-1]["reason"] == "'=1+1"
    assert rows[-1]["course"] == course.slug
    assert Entry.objects.get(action="audit.export").after == {"entries": 2}


def test_its_queries_are_few_and_pages_hold_fifty(course, instructor, logged_in, django_assert_max_num_queries):
    for k in range(120):
        audit.record(instructor, f"x.{k}", course=course)
    client = logged_in(instructor)
    with django_assert_max_num_queries(5):
        answer = client.get(reverse("records", args=[course.slug]) + "?page=2&who=ines")
    assert "Page 2 of 3" in text_of(answer)
    assert "?who=ines&amp;page=3" in answer.content.decode().replace("&page", "&amp;page").replace("&amp;amp;", "&amp;")
