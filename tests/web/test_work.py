"""The list of work: what comes on it, what takes it off, whose it is, and its page."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from grader.web import outcomes, queue, regrade_requests, work, work_list
from grader.web.models import Attempt, Entry, Membership, RegradeRequest, Role, WorkItem, WorkRules
from grader.web.regrade_requests import Message
from tests.web.pages_ground import graded, handed_in, open_assignment, text_of, today, verdict

pytestmark = pytest.mark.django_db


def used(share, **more):
    return verdict("train", **more).model_copy(update={"used": share})


def near(assignment, user, share=0.9, **more):
    """Let somebody hand in what is near the line."""
    number = assignment.submissions.count()
    return graded(handed_in(assignment, user, f"x = {number}\n".encode()), used(share, **more))


def kinds(state="open", **of):
    return sorted(WorkItem.objects.filter(state=state, **of).values_list("kind", flat=True))


@pytest.fixture
def member(ta):
    return Membership.objects.get(user=ta)


@pytest.fixture
def desk(ta, course, logged_in):
    """Let the TA open the list, and do something about an item."""
    client = logged_in(ta)

    class Desk:
        def see(self, query=""):
            return client.get(reverse("work", args=[course.slug]) + query)

        def do(self, item, deed, **said):
            return client.post(reverse("work_item", args=[course.slug, item.pk]), {"deed": deed, **said}, follow=True)

        def split(self, way, **said):
            return client.post(reverse("work_split", args=[course.slug]), {"way": way, **said}, follow=True)

        def bar(self, attempt):
            return client.get(reverse("work_of_attempt", args=[course.slug, attempt.pk]))
    return Desk()


@pytest.mark.parametrize(("share", "passed", "is_near"), [
    (0.79, True, False), (0.8, True, True), (1.0, True, True), (1.25, False, True), (1.26, False, False), (None, True, False)])
def test_what_is_near_the_line_is_on_the_list(share, passed, is_near, alice, course):
    near(open_assignment(course), alice, share, passed=passed)
    assert kinds() == (["near"] if is_near else [])


@pytest.mark.parametrize(("status", "kind"), [
    ("timeout", "timeout"), ("crashed", "crashed"), ("memory", "crashed"), ("output", "crashed"), ("broken", "broken")])
def test_what_did_not_run_to_its_end_is_on_the_list_with_its_reason(status, kind, alice, course):
    graded(handed_in(open_assignment(course), alice), status=status, because="stopped after 60 s (limit 60 s)")
    item = WorkItem.objects.get()
    assert (item.kind, item.reason) == (kind, "stopped after 60 s (limit 60 s)")


def test_an_attempt_that_breaks_in_the_queue_is_on_the_list(alice, course):
    attempt = handed_in(open_assignment(course), alice)
    for _ in range(queue.MAX_TRIES):
        queue.give_back(queue.claim(["cpu"], "a worker", today()), "disk full", today())
    assert Attempt.objects.get(pk=attempt.pk).state == "broken"
    assert WorkItem.objects.get().reason == "disk full"


def test_what_is_too_good_stays_until_somebody_has_looked(alice, course):
    assignment = open_assignment(course)
    graded(handed_in(assignment, alice), verdict("cost").model_copy(update={"flag": "too good: a final cost of 0"}))
    near(assignment, alice, 0.1)
    assert WorkItem.objects.get(state="open").reason == "cost: too good: a final cost of 0"


def test_a_score_near_a_boundary_of_the_course_is_on_the_list(alice, bob, course):
    WorkRules.objects.create(course=course, boundaries=[50.0], within=5.0)
    assignment = open_assignment(course)
    graded(handed_in(assignment, alice), verdict("a"), verdict("b", passed=False))
    graded(handed_in(assignment, bob, b"x = 1\n"), verdict("a"), verdict("b"), verdict("c", passed=False))
    item = WorkItem.objects.get()
    assert (item.student, item.reason) == (alice, "the score, 50 %, is near the boundary at 50 %")


@pytest.mark.parametrize(("counting", "points", "left"), [
    ("best", 4.0, ["near"]), ("best", 2.0, ["near"]), ("best", 1.0, ["near", "near"]), ("latest", 1.0, ["near"])])
def test_a_newer_attempt_takes_the_place_of_an_older_one_where_it_counts_instead(counting, points, left, alice, course):
    assignment = open_assignment(course, counting=counting)
    near(assignment, alice, points=2.0)
    near(assignment, alice, points=points)
    assert kinds() == left
    assert len(kinds("gone")) == 2 - len(left)


def test_a_crash_goes_when_the_next_attempt_runs_and_not_when_it_breaks(alice, course):
    assignment = open_assignment(course)
    graded(handed_in(assignment, alice), verdict(passed=False), status="crashed")
    graded(handed_in(assignment, alice, b"x = 1\n"), verdict(passed=False), status="broken")
    assert kinds() == ["broken", "crashed"]
    near(assignment, alice, 0.1)
    assert kinds() == []


def test_what_is_done_stays_done_until_a_new_attempt(alice, course, desk):
    assignment = open_assignment(course)
    near(assignment, alice)
    desk.do(WorkItem.objects.get(), "done", note="looked at it")
    assert (kinds(), kinds("done")) == ([], ["near"])
    near(assignment, alice)
    assert (kinds(), kinds("done")) == (["near"], ["near"])


def test_an_attempt_that_counts_for_nothing_is_not_on_the_list(alice, course):
    attempt = handed_in(open_assignment(course), alice)
    Attempt.objects.filter(pk=attempt.pk).update(counts=False)
    graded(attempt, used(1.0))
    assert kinds() == []


def test_a_request_is_on_the_list_as_long_as_it_is_open(alice, member, course):
    attempt = graded(handed_in(open_assignment(course), alice))
    own = Membership.objects.get(user=alice)
    regrade_requests.write(attempt, "train", own, Message("Why?"), today())
    assert kinds() == ["request"]
    regrade_requests.write(attempt, "train", member, Message("Let me see."), today())
    assert kinds() == ["request"]
    regrade_requests.write(attempt, "train", member, Message("No.", "decline"), today())
    assert (kinds(), kinds("done")) == ([], ["request"])
    regrade_requests.write(attempt, "train", own, Message("But why?"), today())
    assert (kinds(), kinds("done")) == (["request"], [])


def test_work_goes_in_turn_to_who_has_least_and_one_students_stays_in_one_hand(alice, bob, person, ta, course, desk):
    second, dave = person("theo", course, Role.TA), person("dave", course)
    one, other = open_assignment(course), open_assignment(course, "logistic")
    desk.split("round")
    for user in (alice, bob, dave):
        near(one, user)
    near(one, alice, points=1.0)
    near(other, alice)
    whose = {(i.student.username, i.assignment.slug): i.taken_by for i in WorkItem.objects.filter(state="open")}
    assert whose == {("alice", "linear-zero"): ta, ("bob", "linear-zero"): second, ("dave", "linear-zero"): ta,
                     ("alice", "logistic"): second}
    assert len(set(WorkItem.objects.filter(student=alice, assignment=one).values_list("taken_by", flat=True))) == 1


def test_work_goes_by_section_and_what_is_nobodys_section_in_turn(alice, bob, person, ta, course, desk):
    second = person("theo", course, Role.TA)
    for user, section in ((alice, "Monday"), (ta, "Monday"), (bob, "Friday"), (second, "Friday")):
        Membership.objects.filter(user=user).update(section=section)
    assignment, dave = open_assignment(course), person("dave", course)
    for user in (alice, bob, dave):
        near(assignment, user)
    assert set(WorkItem.objects.values_list("taken_by", flat=True)) == {None}
    desk.split("section")
    assert {i.student: i.taken_by for i in WorkItem.objects.all()} == {alice: ta, bob: second, dave: ta}
    assert Entry.objects.filter(action="work.split").count() == 1


def test_without_a_ta_the_instructors_share_the_work(alice, instructor, course):
    WorkRules.objects.create(course=course, way="round")
    near(open_assignment(course), alice)
    assert WorkItem.objects.get().taken_by == instructor


def test_dealing_leaves_what_somebody_has_unless_asked_to_deal_all_anew(alice, bob, person, ta, course, desk):
    second, assignment = person("theo", course, Role.TA), open_assignment(course)
    for user in (alice, bob):
        near(assignment, user)
    WorkItem.objects.update(taken_by=ta)
    desk.split("round")
    assert set(WorkItem.objects.values_list("taken_by", flat=True)) == {ta.pk}
    assert "2 items dealt" in text_of(desk.split("round", anew="1"))
    assert set(WorkItem.objects.values_list("taken_by", flat=True)) == {ta.pk, second.pk}


@pytest.mark.parametrize(("way", "boundaries", "told"), [
    ("round", "fifty", "no number"), ("round", "101", "from 0 to 100"), ("round", "nan", "from 0 to 100"),
    ("magic", "", "Choose how"), ("round", " ".join(map(str, range(21))), "is the most")])
def test_rules_that_cannot_be_are_refused_with_what_was_written(way, boundaries, told, course, desk):
    answer = desk.split(way, boundaries=boundaries)
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert not WorkRules.objects.exists()


def test_boundaries_are_read_with_commas_and_percent_signs(course, desk):
    desk.split("none", boundaries="90 %, 50;75", within="0.5")
    rules = WorkRules.objects.get()
    assert (rules.boundaries, rules.within) == ([50.0, 75.0, 90.0], 0.5)


def test_an_item_is_taken_left_given_and_opened_again_and_all_of_it_is_written_down(alice, person, ta, course, desk):
    second = person("theo", course, Role.TA)
    near(open_assignment(course), alice)
    item = WorkItem.objects.get()
    for deed, said, whose in (("take", {}, ta), ("leave", {}, None), ("give", {"to": "theo"}, second)):
        desk.do(item, deed, **said)
        item.refresh_from_db()
        assert item.taken_by == whose
    assert "Choose somebody" in text_of(desk.do(item, "give", to="alice"))
    desk.do(item, "done")
    assert "It is no longer open." in text_of(desk.do(item, "done"))
    desk.do(item, "reopen")
    item.refresh_from_db()
    assert (item.state, item.done_by) == ("open", None)
    assert [e.action for e in Entry.objects.filter(action__startswith="work.").order_by("pk")] == [
        *["work.give"] * 3, "work.done", "work.reopen"]


def test_the_way_back_leads_nowhere_else(alice, course, ta, logged_in):
    near(open_assignment(course), alice)
    address = reverse("work_item", args=[course.slug, WorkItem.objects.get().pk])
    for back in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert logged_in(ta).post(address, {"deed": "take", "back": back}).url == reverse("work", args=[course.slug])


def test_the_page_shows_the_own_share_first_and_is_filtered(alice, bob, ta, course, desk):
    one, other = open_assignment(course), open_assignment(course, "logistic")
    near(one, alice)
    graded(handed_in(other, bob), status="timeout", because="stopped after 60 s")
    WorkItem.objects.filter(student=bob).update(taken_by=ta)
    Membership.objects.filter(user=alice).update(section="Monday")

    def who(query=""):
        return re.findall(r'data-label="Who"><a[^>]*>([^<]*)</a>', desk.see(query).content.decode())
    assert who() == ["Bob", "Alice"]
    assert who("?kind=near") == who("?section=Monday") == who("?assignment=linear-zero") == ["Alice"]
    assert who("?state=mine") == ["Bob"]
    assert who("?state=done") == []
    assert who("?kind=made-up&state=x&page=99") == ["Bob", "Alice"]
    assert "train used 90% of the allowed distance" in text_of(desk.see("?kind=near"))


def test_an_empty_list_says_so(course, desk):
    assert "Nothing is on the list." in text_of(desk.see())
    assert "Nothing is on the list like that." in text_of(desk.see("?state=done"))


def test_an_attempts_page_says_why_it_is_on_the_list_and_what_comes_next(alice, bob, course, desk):
    assignment = open_assignment(course)
    first, second = near(assignment, alice), near(assignment, bob)
    said = desk.bar(first)
    assert "train used 90%" in text_of(said)
    assert f'href="{reverse("attempt", args=[second.pk])}"' in said.content.decode()
    WorkItem.objects.all().delete()
    assert text_of(desk.bar(first)) == ""


@pytest.mark.parametrize("query", ["", "?state=mine", "?kind=near&section=Monday"])
def test_its_queries_are_few_however_long_it_is(query, person, course, ta, desk, django_assert_max_num_queries, monkeypatch):
    assignment = open_assignment(course)
    monkeypatch.setattr(work_list, "PAGE", 10)
    for k in range(15):
        user = person(f"student-{k}", course)
        Membership.objects.filter(user=user).update(section="Monday")
        near(assignment, user)
    WorkItem.objects.filter(student__username__lt="student-5").update(taken_by=ta)
    with django_assert_max_num_queries(14):
        assert desk.see(query).status_code == 200


def test_items_are_as_old_as_what_they_are_about(alice, course):
    attempt = near(open_assignment(course), alice)
    assert WorkItem.objects.get().created_at == attempt.finished_at
    assert today() - attempt.finished_at < timedelta(minutes=1)


def test_what_stood_open_before_there_was_a_list_comes_on_it(alice, bob, course):
    assignment = open_assignment(course)
    asked, broken = graded(handed_in(assignment, alice)), handed_in(assignment, bob, b"x = 1\n")
    for state, check in (("open", "train"), ("declined", "predict")):
        RegradeRequest.objects.create(attempt=asked, check_name=check, state=state, created_at=today())
    Attempt.objects.filter(pk=broken.pk).update(state="broken", status="broken", because="disk full")
    assert (work.catch_up(), work.catch_up()) == (2, 0)
    assert {(i.student, i.kind, i.reason) for i in WorkItem.objects.all()} == {
        (alice, "request", "about train"), (bob, "broken", "disk full")}


def test_what_is_made_to_count_comes_on_the_list_and_what_no_longer_counts_goes(alice, course):
    attempt = handed_in(open_assignment(course), alice)
    Attempt.objects.filter(pk=attempt.pk).update(counts=False)
    graded(attempt, used(1.0))
    for counts, expected in ((True, ["near"]), (False, []), (True, ["near"])):
        Attempt.objects.filter(pk=attempt.pk).update(counts=counts)
        outcomes.changed([attempt.pk])
        assert kinds() == expected
