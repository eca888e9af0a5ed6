"""The pages of regrades: whose they are, what they show, and that they do what they say."""

import csv
import io
import re

import pytest
from django.urls import reverse

from grader.web import grades
from grader.web.models import Assignment, Attempt, Entry, Promotion, Regrade, RegradeItem, RegradeRequest, Submission
from grader.web.regrades import promotion
from tests.web.pages_ground import text_of, today

pytestmark = pytest.mark.django_db


@pytest.fixture
def see(klass, instructor, logged_in):
    """Let the instructor open a page; gives the answer."""
    client = logged_in(instructor)
    return lambda name="regrade", *args, query="": client.get(address(klass, name, *args) + query)


@pytest.fixture
def send(klass, instructor, logged_in):
    client = logged_in(instructor)
    return lambda name, *args, follow=False, **said: client.post(address(klass, name, *args), said, follow=follow)


def address(klass, name, *args):
    return reverse(name, args=[klass.course.slug, *args])


def scores(klass):
    return {s.user.username: s.total for s in grades.of_all(klass.course)}


def seal(answer):
    return re.search(r'name="seal" value="(\w+)"', answer.content.decode())[1]


@pytest.mark.parametrize("who", ["alice", "carol", "other_ta"])
def test_nobody_but_the_courses_staff_finds_them(who, klass, judged, logged_in, request):
    client = logged_in(request.getfixturevalue(who))
    for name, args in (("regrades", []), ("regrade_new", []), ("regrade", [judged.pk]), ("regrade_progress", [judged.pk]),
                       ("regrade_csv", [judged.pk]), ("regrade_promote", [judged.pk])):
        assert client.get(address(klass, name, *args)).status_code == 404
    for name in ("regrade_cancel", "regrade_again", "regrade_answer", "regrade_promote"):
        assert client.post(address(klass, name, judged.pk)).status_code == 404


def test_a_ta_looks_and_an_instructor_promotes(klass, judged, ta, logged_in):
    client = logged_in(ta)
    said = text_of(client.get(address(klass, "regrade", judged.pk)))
    assert "An instructor can promote this." in said
    assert "Promote all" not in said
    assert client.get(address(klass, "regrade_promote", judged.pk)).status_code == 404
    assert client.post(address(klass, "regrade_promote", judged.pk), {"mode": "all", "reason": "x"}).status_code == 404
    assert not Promotion.objects.exists()


def test_a_regrade_of_another_course_is_not_found(klass, judged, person, other_course, logged_in):
    client = logged_in(person("oona", other_course, "instructor"))
    assert client.get(reverse("regrade", args=[other_course.slug, judged.pk])).status_code == 404
    assert client.post(reverse("regrade_promote", args=[other_course.slug, judged.pk]), {"mode": "all"}).status_code == 404


def test_from_the_courses_page_to_a_regrade(klass, see, send, instructor, logged_in):
    assert f'href="{address(klass, "regrades")}"' in logged_in(instructor).get(
        reverse("course", args=[klass.course.slug])).content.decode()
    assert "Nothing was graded again yet." in text_of(see("regrades"))
    form = see("regrade_new", query="?assignment=linear-zero&version=2")
    assert "version 1: 4 submissions current" in text_of(form)
    assert '<option value="2" selected>' in form.content.decode()
    answer = send("regrade_new", assignment="linear-zero", version="2", choice="all", way="judge", reason="too narrow")
    made = Regrade.objects.get()
    assert answer.url == address(klass, "regrade", made.pk)
    assert f"Regrade {made.pk}" in text_of(see("regrades"))
    assert see("regrade_new", query="?assignment=nothing").status_code == 404


def test_what_is_wrong_comes_back_with_what_was_chosen(see, send, klass):
    answer = send("regrade_new", assignment="linear-zero", version="2", choice="failing", way="run", reason="keep me")
    assert answer.status_code == 422
    assert "Say which check the submissions failed." in text_of(answer)
    assert "keep me" in answer.content.decode()
    assert 'value="run" checked' in answer.content.decode()
    assert not Regrade.objects.exists()


def test_it_says_how_far_it_is_and_asks_again_until_it_is_over(klass, see, send, work):
    made = klass.regrade("ines")
    page = see("regrade", made.pk).content.decode()
    assert f'hx-get="{address(klass, "regrade_progress", made.pk)}"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "0 of 4 attempts" in text_of(see("regrade_progress", made.pk))
    work()
    assert see("regrade_progress", made.pk)["HX-Redirect"] == address(klass, "regrade", made.pk)
    assert "hx-get" not in see("regrade", made.pk).content.decode()


def test_the_preview_shows_scores_grades_and_verdicts(klass, judged, see):
    said = text_of(see("regrade", judged.pk))
    assert "2 up 2 down 0 unchanged" in said
    assert "curve 2 now failed; few_steps 2 now passed" in said
    assert "Alice" in said
    assert "8 of 10 10 of 10 8 → 10 few_steps failed → passed" in said
    assert "3 of 10 1 of 10 3 → 1 curve passed → failed" in said


@pytest.mark.parametrize(("query", "those"), [
    ("?show=up", ["Alice", "Dave"]), ("?show=down", ["Bob", "Dave"]), ("?check=curve", ["Bob", "Dave"]),
    ("?search=ALI", ["Alice"]), ("?show=unchanged", []), ("?show=near", []), ("?show=promoted", []), ("?check=%00", None),
    ("?show=made-up&page=x", ["Alice", "Bob", "Dave", "Dave"]), ("?page=99", ["Alice", "Bob", "Dave", "Dave"])])
def test_attempts_are_filtered(query, those, judged, see):
    answer = see("regrade", judged.pk, query=query)
    found = re.findall(r'<th scope="row"><a href="[^"]*gradebook[^"]*">([^<]*)</a>', answer.content.decode())
    assert answer.status_code == 200
    assert those is None or found == those


def test_looking_promoting_and_taking_back(klass, judged, see, send):
    look = see("regrade_promote", judged.pk, query="?mode=all")
    said = text_of(look)
    assert "4 new gradings will count. 2 grades will rise, 1 will fall." in said
    assert "Grades that will fall Student Assignment Grade now Afterwards Bob Linear regression from zero weights 3 1" in said
    assert scores(klass)["alice"] == 8
    answer = send("regrade_promote", judged.pk, mode="all", reason="a wrong tolerance", seal=seal(look), sets_version="yes")
    assert answer.url.endswith("#promotions")
    assert scores(klass) == {"alice": 10, "bob": 1, "dave": 10}
    assert Assignment.objects.get().version == klass.right
    one = Promotion.objects.get()
    assert "version was set from 1 to 2" in text_of(see("regrade", judged.pk))
    for _ in range(2):
        assert send("regrade_revert", judged.pk, one.pk).status_code == 302
    assert scores(klass) == {"alice": 8, "bob": 3, "dave": 8}
    assert "taken back" in text_of(see("regrade", judged.pk))
    assert Entry.objects.filter(action="regrade.revert").count() == 1


def test_picked_attempts_alone(klass, judged, see, send):
    item = judged.items.get(old=klass.attempts["alice"])
    look = see("regrade_promote", judged.pk, query=f"?mode=ticked&item={item.pk}&item=x")
    assert "1 new grading will count" in text_of(look)
    assert f'name="item" value="{item.pk}"' in look.content.decode()
    send("regrade_promote", judged.pk, mode="ticked", item=item.pk, reason="r", seal=seal(look))
    assert scores(klass) == {"alice": 10, "bob": 3, "dave": 8}
    assert "Nothing is picked" in text_of(see("regrade_promote", judged.pk, query="?mode=ticked"))


def test_a_stale_look_and_a_missing_reason_do_nothing(klass, judged, send):
    stale = send("regrade_promote", judged.pk, mode="all", reason="keep me", seal="0" * 32)
    assert stale.status_code == 409
    assert "Something changed since you looked at it" in text_of(stale)
    assert "keep me" in stale.content.decode()
    assert send("regrade_promote", judged.pk, mode="all", reason="", seal="").status_code == 422
    assert not Promotion.objects.exists()


def test_students_see_it_once_it_counts_and_not_before(klass, judged, alice, head, logged_in, send, see):
    client, new = logged_in(alice), judged.items.get(old=klass.attempts["alice"]).new
    page = reverse("attempt", args=[new.pk])
    assert client.get(page).status_code == 404
    assert client.get(f"/api/v1/attempts/{new.pk}").status_code == 404
    send("regrade_promote", judged.pk, mode="all", reason="r", seal=seal(see("regrade_promote", judged.pk, query="?mode=all")))
    assert "10 of 10 points" in text_of(client.get(page))
    assert "Staff had your submission graded again" in text_of(client.get(page))
    assert "promoted by" not in text_of(client.get(page))
    [told] = client.get("/api/v1/courses/dl-2026/grades/mine").json()
    assert (told["score"], told["attempt"]) == (10, new.pk)
    assert "the newer grading stands in place of this one" in text_of(
        client.get(reverse("attempt", args=[klass.attempts["alice"].pk])))


def test_an_attempt_says_to_staff_where_it_comes_from_and_who_let_it_count(klass, judged, head, ta, logged_in):
    client, new = logged_in(ta), reverse("attempt", args=[judged.items.get(old=klass.attempts["alice"]).new_id])
    assert f"It comes from regrade {judged.pk} with version 2, which is not promoted" in text_of(client.get(new))
    made = promotion.promote(judged, head, promotion.Pick("all"), promotion.Said("a wrong tolerance"), today())
    assert "promoted by Ines" in text_of(client.get(new))
    assert ": a wrong tolerance" in text_of(client.get(new))
    promotion.revert(made, head, "", today())
    assert ": a wrong tolerance taken back" in text_of(client.get(new))
    assert client.get(f"{new}result").status_code == 200


def test_the_file_has_every_attempt_quotes_formulas_and_is_written_down(klass, judged, alice, see):
    alice.first_name = "=1+1"
    alice.save()
    answer = see("regrade_csv", judged.pk)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(r["user"], r["outcome"], r["old score"], r["new score"], r["grade before"], r["grade after"]) for r in rows] == [
        ("alice", "up", "8", "10", "8", "10"), ("bob", "down", "3", "1", "3", "1"), ("dave", "down", "3", "1", "8", "10"),
        ("dave", "up", "8", "10", "8", "10")]
    assert rows[0]["name"] == "'=1+1"
    assert "few_steps failed → passed" in rows[0]["changes"]
    assert len(list(csv.DictReader(io.StringIO(see("regrade_csv", judged.pk, query="?show=up").content.decode())))) == 2
    assert Entry.objects.filter(action="regrade.export").count() == 2


def test_cancelling_and_running_again(klass, send, see):
    made = klass.regrade("ines")
    assert send("regrade_cancel", made.pk).status_code == 302
    said = text_of(see("regrade", made.pk))
    assert "This regrade was cancelled." in said
    assert "Promote all" not in said
    assert "It could not be cancelled" in text_of(send("regrade_cancel", made.pk, follow=True))
    other = klass.regrade("ines")
    RegradeItem.objects.filter(regrade=other).update(state="again", because="probe published: changed")
    Regrade.objects.filter(pk=other.pk).update(state="ready")
    said = text_of(see("regrade", other.pk))
    assert "4 attempts could not be judged from what was kept" in said
    assert "4: probe published: changed" in said
    send("regrade_again", other.pk)
    assert set(other.items.values_list("state", "way")) == {("waiting", "run")}
    assert Entry.objects.get(action="regrade.run").after == {"attempts": 4}


def test_requests_are_answered_from_it(klass, judged, send, see, alice, logged_in):
    asked = RegradeRequest.objects.create(attempt=klass.attempts["alice"], check_name="few_steps", created_at=today())
    assert "few_steps : failed → passed (not promoted)" in text_of(see("regrade", judged.pk))
    send("regrade_answer", judged.pk, request=asked.pk, text="", answer="grant")
    asked.refresh_from_db()
    assert asked.state == "open"
    send("regrade_answer", judged.pk, request=asked.pk, text="You were right.", answer="grant")
    asked.refresh_from_db()
    assert (asked.state, asked.messages.get().text) == ("granted", "You were right.")
    assert Attempt.objects.filter(submission=klass.attempts["alice"].submission).count() == 2
    assert "You were right." in text_of(logged_in(alice).get(reverse("check", args=[klass.attempts["alice"].pk, "few_steps"])))
    assert "Students' requests" not in text_of(see("regrade", judged.pk))


def test_its_queries_are_few_however_many_attempts_there_are(klass, judged, see, person, course, django_assert_max_num_queries):
    old = klass.attempts["alice"]
    for k in range(60):
        user = person(f"student-{k}", course)
        submission = Submission.objects.create(assignment=klass.assignment, user=user, number=1, name="a.py", content="0" * 64,
                                               size=1, received_at=today())
        done = {"submission": submission, "version": klass.wrong, "state": "done", "status": "finished", "seed": 1, "points": 10,
                "created_at": today(), "report": old.report}
        first = Attempt.objects.create(**done, score=8)
        new = Attempt.objects.create(**done, score=10, number=2, counts=False)
        RegradeItem.objects.create(regrade=judged, old=first, new=new, state="done", outcome="up", old_score=8, new_score=10,
                                   old_points=10, new_points=10)
    for name, query, most in (("regrade", "", 28), ("regrade", "?show=up&search=stud&page=2", 28), ("regrade_csv", "", 24),
                              ("regrade_promote", "?mode=all", 24), ("regrades", "", 12),
                              ("regrade_new", "?assignment=linear-zero", 14), ("regrade_progress", "", 10)):
        args = [] if name in ("regrades", "regrade_new") else [judged.pk]
        see(name, *args, query=query)  # specs are read once
        with django_assert_max_num_queries(most):
            assert see(name, *args, query=query).status_code == 200
