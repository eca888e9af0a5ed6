"""Rubrics: items and who edits them, ticks and where they count, and what a change of points moves."""

import re

import pytest
from django.urls import reverse

from grader.web import grades, rubrics, specs
from grader.web.models import Assignment, Attempt, Course, Entry, Membership, RubricItem, RubricTick
from tests.web.pages_ground import graded, handed_in, hiding, open_assignment, text_of, today, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(alice, course):
    """Alice's attempt, with 2 of 4 points."""
    return graded(handed_in(open_assignment(course), alice))


@pytest.fixture
def page(attempt, course):
    return reverse("rubric", args=[course.slug, "linear-zero"])


@pytest.fixture
def client(ta, logged_in):
    return logged_in(ta)


@pytest.fixture
def add(page, client):
    def make(name="It is drawn", points="1.5", description="A plot of the cost."):
        answer = client.post(page, {"name": name, "points": points, "description": description})
        assert answer.status_code == 302, text_of(answer)
        return RubricItem.objects.get(name=name, retired_at=None)
    return make


@pytest.fixture
def tick(client, attempt):
    def send(item, on=None, deed="tick"):
        return client.post(reverse("tick", args=[(on or attempt).pk]), {deed: item.pk})
    return send


def change(client, item, **said):
    said = {"deed": "edit", "name": item.name, "points": item.points, "description": item.description} | said
    return client.post(reverse("rubric_item", args=[item.assignment.course.slug, item.assignment.slug, item.pk]), said)


def seen_in(answer):
    return re.search(r'name="seen" value="([^"]*)"', answer.content.decode())[1]


def totals(course):
    return {s.user.username: s.total for s in grades.of_all(course)}


def test_what_is_ticked_counts_everywhere_and_is_written_down(attempt, add, tick, client, course, logged_in):
    item = add()
    assert tick(item).url == f"{reverse('attempt', args=[attempt.pk])}#rubric"
    assert totals(course) == {"alice": 3.5}
    student = logged_in(attempt.submission.user)
    said = text_of(student.get(reverse("attempt", args=[attempt.pk])))
    assert "Rubric +1.5 points It is drawn +1.5 A plot of the cost." in said
    assert "+1.5 points by the rubric." in said
    assert "3.5 of 4" in text_of(student.get(reverse("course", args=[course.slug])))
    assert student.get("/api/v1/courses/dl-2026/grades/mine").json()[0]["score"] == 3.5
    assert "3.5 by hand" in text_of(client.get(reverse("gradebook", args=[course.slug])))
    entry = Entry.objects.get(action="rubric.tick")
    assert (entry.actor_name, entry.object) == ("tessa", "submission 1 of user alice in linear-zero")
    assert entry.after["name"] == "It is drawn"


def test_ticked_twice_it_counts_once_and_unticked_not_at_all(add, tick, course):
    item = add()
    for _ in range(2):
        tick(item)
    assert totals(course) == {"alice": 3.5}
    for _ in range(2):
        tick(item, deed="untick")
    assert totals(course) == {"alice": 2}
    tick(item)
    assert totals(course) == {"alice": 3.5}
    assert [t.undone_at is None for t in RubricTick.objects.order_by("pk")] == [False, True]
    assert Entry.objects.filter(action__startswith="rubric.").exclude(action="rubric.add").count() == 3


def test_it_outlives_a_regrade_and_follows_the_submission_that_counts(attempt, add, tick, alice, course):
    tick(add())
    again = Attempt.objects.create(submission=attempt.submission, number=2, version=attempt.version, seed=2, created_at=today())
    graded(again, verdict("predict"), verdict("train"))
    assert totals(course) == {"alice": 5.5}
    better = graded(handed_in(attempt.submission.assignment, alice, b"x = 1\n"), verdict("predict", points=5.0))
    assert totals(course) == {"alice": 5}
    tick(RubricItem.objects.get(), better)
    assert totals(course) == {"alice": 6.5}


def test_where_no_attempt_counts_the_newest_ticked_submission_does(attempt, add, tick, course):
    tick(add())
    Attempt.objects.update(state="broken", status="broken", score=None)
    assert totals(course) == {"alice": 1.5}


def test_a_set_score_gets_the_rubrics_points_added_and_nothing_goes_below_zero(attempt, add, tick, client, course):
    tick(add("A copy", "-9"))
    assert totals(course) == {"alice": 0}
    client.post(reverse("adjust", args=[attempt.pk]), {"way": "set", "points": "10", "reason": "r"})
    assert totals(course) == {"alice": 1}


def test_its_student_sees_nothing_of_it_before_the_whole_grade_is_shown(alice, ta, course, tmp_path, logged_in):
    assignment = hiding(course, tmp_path, "few_steps", visibility="after_release")
    attempt = graded(handed_in(assignment, alice), verdict("predict"), verdict("few_steps", visibility="after_release"))
    member = Membership.objects.get(user=ta, course=course)
    item = rubrics.add(assignment, rubrics.Said("It is drawn", 1.5), member)
    assert rubrics.tick(attempt.submission, item, member, specs.now())
    client, pages = logged_in(alice), [reverse("attempt", args=[attempt.pk]), reverse("course", args=[course.slug])]
    said = " ".join(text_of(client.get(p)) for p in pages)
    assert "drawn" not in said
    assert "2 of 2" in said
    Assignment.objects.update(released_at=today())
    said = " ".join(text_of(client.get(p)) for p in pages)
    assert "It is drawn" in said
    assert "5.5 of 4" in said


@pytest.mark.parametrize(("said", "why"), [
    ({"points": "1"}, "Name the item"), ({"name": "x" * 121, "points": "1"}, "at most 120"),
    ({"name": "a", "points": "x"}, "write a number"),
    ({"name": "a", "points": "1", "description": "x" * 2001}, "at most 120 characters, the description at most 2000"),
    ({"name": "it IS drawn", "points": "1"}, "already"), ({"name": "a", "points": "nan"}, "between")])
def test_what_cannot_be_an_item_is_refused_and_comes_back(said, why, add, page, client):
    add()
    answer = client.post(page, said)
    assert answer.status_code == 422
    assert why in text_of(answer)
    assert f'value="{said.get("name", "")}"' in answer.content.decode()
    assert RubricItem.objects.count() == 1


def test_other_points_show_what_they_move_before_they_count(attempt, add, tick, client, bob, person, course):
    item, assignment = add(points="-1"), attempt.submission.assignment
    tick(item)
    tick(item, graded(handed_in(assignment, bob), verdict("predict", passed=False)))  # at zero, and stays there
    graded(handed_in(assignment, person("dave", course)))  # without a tick
    shown = change(client, item, points="-1.5", name="Drawn by hand")
    assert shown.status_code == 200
    said = text_of(shown)
    assert "1 mark would move: 0 up, 1 down. 1 would stay." in said
    assert "Alice: 1 → 0.5" in said
    assert totals(course)["alice"] == 1
    done = change(client, item, points="-1.5", name="Drawn by hand", seen=seen_in(shown))
    assert done.status_code == 302
    assert totals(course) == {"alice": 0.5, "bob": 0, "dave": 2}
    entry = Entry.objects.get(action="rubric.edit")
    assert (entry.before["points"], entry.after["points"], entry.after["name"]) == (-1, -1.5, "Drawn by hand")


def test_what_moves_something_else_by_now_is_shown_anew(attempt, add, tick, client, bob, course):
    item = add()
    tick(item)
    shown = change(client, item, points="3")
    tick(item, graded(handed_in(attempt.submission.assignment, bob)))
    anew = change(client, item, points="3", seen=seen_in(shown))
    assert "2 marks would move: 2 up, 0 down." in text_of(anew)
    assert totals(course) == {"alice": 3.5, "bob": 3.5}
    assert change(client, item, points="3", seen=seen_in(anew)).status_code == 302
    assert totals(course) == {"alice": 5, "bob": 5}


def test_a_change_that_moves_nothing_needs_no_second_look(add, tick, client, course):
    item = add()
    assert change(client, item, points="9").status_code == 302
    item.refresh_from_db()
    tick(item)
    assert change(client, item, name="Drawn", description="x").status_code == 302
    assert totals(course) == {"alice": 11}


def test_an_item_in_use_is_retired_and_not_removed(add, tick, client, attempt, page, course):
    item, never = add(), add("Never ticked", "1")
    tick(item)
    address = reverse("rubric_item", args=[course.slug, "linear-zero", item.pk])
    refused = client.post(address, {"deed": "remove"})
    assert (refused.status_code, "not removed: retire it" in text_of(refused)) == (422, True)
    assert change(client, never, deed="remove").status_code == 302
    assert "is offered no more" in text_of(client.post(address, {"deed": "retire"}, follow=True))
    assert totals(course) == {"alice": 3.5}
    assert "retired" in text_of(client.get(reverse("attempt", args=[attempt.pk])))
    tick(item, deed="untick")
    tick(item)
    assert totals(course) == {"alice": 2}
    assert "It is drawn" not in text_of(client.get(reverse("attempt", args=[attempt.pk])))
    assert "is offered again" in text_of(client.post(address, {"deed": "restore"}, follow=True))
    tick(item)
    assert totals(course) == {"alice": 3.5}


def test_a_retired_name_can_be_used_again_and_then_is_not_restored(add, client, tick):
    item = add()
    tick(item)
    change(client, item, deed="retire")
    assert add().pk != item.pk
    refused = change(client, item, deed="restore")
    assert "already" in text_of(refused)


def test_the_order_is_that_of_the_keys(add, client, attempt):
    one, two, three = add("one"), add("two"), add("three")
    change(client, three, deed="up")
    change(client, one, deed="down")
    change(client, one, deed="up")
    change(client, two, deed="down")
    assert [i.name for i in rubrics.items(one.assignment)] == ["one", "three", "two"]
    body = client.get(reverse("attempt", args=[attempt.pk])).content.decode()
    assert re.findall(r'value="(\d+)" aria-pressed="false" data-key="(\d)"', body) == [
        (str(one.pk), "1"), (str(three.pk), "2"), (str(two.pk), "3")]


def test_an_item_of_another_assignment_or_none_ticks_nothing(attempt, add, tick, client, course):
    member = Membership.objects.get(user__username="tessa")
    other = rubrics.add(open_assignment(course, "logistic"), rubrics.Said("Other", 1), member)
    assert "no such item" in text_of(client.post(reverse("tick", args=[attempt.pk]), {"tick": other.pk}, follow=True))
    for said in ({}, {"tick": "x"}, {"untick": "9" * 40}):
        assert client.post(reverse("tick", args=[attempt.pk]), said).status_code == 302
    assert client.post(reverse("rubric_item", args=[course.slug, "linear-zero", other.pk])).status_code == 404
    assert not RubricTick.objects.exists()


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "other_ta"])
def test_nobody_but_the_courses_staff_edits_or_ticks(who, attempt, add, page, logged_in, request):
    item, client = add(), logged_in(request.getfixturevalue(who))
    assert client.get(page).status_code == client.post(page, {"name": "x", "points": "1"}).status_code == 404
    assert change(client, item, points="100").status_code == 404
    assert client.post(reverse("tick", args=[attempt.pk]), {"tick": item.pk}).status_code == 404
    assert RubricItem.objects.get().points == 1.5


def test_nobody_ticks_at_their_own_submission(ta, add, attempt, client):
    item, own = add(), graded(handed_in(attempt.submission.assignment, ta))
    assert client.post(reverse("tick", args=[own.pk]), {"tick": item.pk}).status_code == 404


def test_the_course_leads_to_its_rubrics(course, client, attempt, add):
    add()
    page = reverse("rubrics", args=[course.slug])
    assert page in client.get(reverse("course", args=[course.slug])).content.decode()
    assert "Linear regression from zero weights 1" in text_of(client.get(page))


@pytest.fixture
def ticked(attempt, add, tick, person, course):
    """Six items, ticked at the submissions of six more students."""
    made = [add(f"item {k}", "1") for k in range(6)]
    for k in range(6):
        on = graded(handed_in(attempt.submission.assignment, person(f"student-{k}", course)))
        for item in made:
            tick(item, on)
    return made


@pytest.mark.parametrize("late_days", [0, 2])
def test_its_queries_are_few_however_many_items_and_ticks(late_days, ticked, client, page, django_assert_max_num_queries):
    Course.objects.update(late_days=late_days)
    with django_assert_max_num_queries(9):
        client.get(page)
    with django_assert_max_num_queries(31):
        shown = change(client, ticked[0], points="2")
    assert "6 marks would move: 6 up" in text_of(shown)
    with django_assert_max_num_queries(31):
        client.get(reverse("attempt", args=[Attempt.objects.last().pk]))
