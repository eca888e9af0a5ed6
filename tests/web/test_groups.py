"""Group sets and groups: who may make and change them, by page and by file, and until when students may."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from grader.errors import GraderError
from grader.web import group_file, groups
from grader.web.groups import Rules
from grader.web.models import Assignment, Entry, Group, GroupSet, Membership
from grader.web.plans import Stale
from tests.web.groups_ground import group_set, group_work, placed
from tests.web.pages_ground import graded, handed_in, open_assignment, text_of, today, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def dave(person, course):
    return person("dave", course)


@pytest.fixture
def pairs(course, instructor):
    return group_set(course, instructor, size=2, is_open=True)


@pytest.fixture
def reds(pairs, instructor, alice, bob):
    """The group in which Alice and Bob are."""
    placed(pairs, instructor, reds=[alice, bob])
    return pairs.groups.get()


@pytest.fixture
def own(course, logged_in):
    """Let a student do something with their own group; gives the page that comes."""
    return lambda user, pairs, deed, said="": logged_in(user).post(
        reverse("group_own", args=[course.slug, pairs.pk]), {"deed": deed, "said": said}, follow=True)


def there(found):
    """Read who is where."""
    return {g.name: [m.user.username for m in g.members.select_related("user")] for g in found.groups.all()}


def kinds(found, *lines):
    return [(x.kind, x.who) for x in group_file.plan(found, "\n".join(lines)).lines]


@pytest.mark.parametrize("name", ["groups", "groups_choose"])
def test_only_instructors_make_sets_and_choose_them(name, ta, instructor, course, logged_in):
    assert logged_in(ta).post(reverse(name, args=[course.slug]), {"name": "pairs"}).status_code == 404
    assert not GroupSet.objects.exists()
    assert logged_in(instructor).post(reverse(name, args=[course.slug]), {"name": "pairs"}).status_code == 302


def test_a_set_is_made_chosen_for_an_assignment_changed_and_removed(instructor, course, logged_in):
    client, _ = logged_in(instructor), open_assignment(course)
    client.post(reverse("groups", args=[course.slug]), {"name": "pairs", "size": "2", "is_open": "on"})
    made = GroupSet.objects.get()
    client.post(reverse("groups_choose", args=[course.slug]), {"set.linear-zero": made.pk})
    assert Assignment.objects.get().group_set == made
    change = reverse("group_set_change", args=[course.slug, made.pk])
    client.post(change, {"name": "trios", "size": "3"})
    made.refresh_from_db()
    assert (made.name, made.size, made.is_open) == ("trios", 3, False)
    assert "goes by this set" in text_of(client.post(change, {"deed": "remove"}, follow=True))
    client.post(reverse("groups_choose", args=[course.slug]), {"set.linear-zero": ""})
    client.post(change, {"deed": "remove"})
    assert not GroupSet.objects.exists()
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True)) == [
        "groups.make", "groups.choose", "groups.change", "groups.choose", "groups.remove"]


def test_a_set_of_another_course_cannot_be_chosen(instructor, course, other_course, logged_in):
    open_assignment(course)
    other = GroupSet.objects.create(course=other_course, name="theirs")
    said = {"set.linear-zero": other.pk}
    assert logged_in(instructor).post(reverse("groups_choose", args=[course.slug]), said).status_code == 404
    assert logged_in(instructor).get(reverse("group_set", args=[course.slug, other.pk])).status_code == 404


def test_two_sets_cannot_have_one_name_nor_a_group_room_for_one(course, instructor, pairs):
    for rules in (Rules("PAIRS"), Rules(""), Rules("x", 1), Rules("x" * 61)):
        with pytest.raises(GraderError):
            groups.make(course, rules, by=instructor)


def test_work_handed_in_together_stays_so(pairs, instructor, alice, bob, course):
    placed(pairs, instructor, reds=[alice, bob])
    work = group_work(pairs)
    graded(handed_in(work, alice), verdict(points=3.0))
    with pytest.raises(GraderError, match="groups have handed in already"):
        groups.choose(work, None, by=instructor)
    other = group_set(course, instructor, "others")
    assert groups.choose(work, other, by=instructor)
    assert [m.user.username for m in pairs.groups.get().members.select_related("user")] == ["alice", "bob"]


def test_tas_move_people_and_it_is_written_down(pairs, ta, alice, course, logged_in):
    client, place = logged_in(ta), reverse("group_place", args=[course.slug, pairs.pk])
    client.post(place, {"student": "alice@example.edu", "group": " the  Reds "})
    client.post(place, {"student": "alice", "group": "blues", "reason": "asked for it"})
    assert there(pairs) == {"blues": ["alice"]}
    entry = Entry.objects.filter(action="group.set").latest("pk")
    assert (entry.actor_name, entry.before, entry.after, entry.reason) == ("tessa", "the Reds", "blues", "asked for it")
    client.post(place, {"student": "alice", "group": ""})
    assert not Group.objects.exists()


@pytest.mark.parametrize(("who", "name"), [("tessa", "reds"), ("nobody", "reds"), ("carol", "reds"), ("alice", "x" * 61)])
@pytest.mark.usefixtures("alice", "carol")
def test_nobody_else_gets_into_a_group(who, name, pairs, ta, course, logged_in):
    answer = logged_in(ta).post(reverse("group_place", args=[course.slug, pairs.pk]), {"student": who, "group": name})
    assert answer.status_code == 422
    assert not Group.objects.exists()


def test_students_form_join_and_leave(pairs, own, alice, bob, dave):
    group_work(pairs)
    assert "Your group is made" in text_of(own(alice, pairs, "form", "Reds"))
    code = Group.objects.get().code
    assert "You are in Reds now" in text_of(own(bob, pairs, "join", f" {code[:5].upper()} {code[5:]}"))
    assert "is full" in text_of(own(dave, pairs, "join", code))
    assert "There is a group reds already" in text_of(own(dave, pairs, "form", "reds"))
    own(bob, pairs, "leave")
    assert there(pairs) == {"Reds": ["alice"]}
    assert "No group here has this code" in text_of(own(dave, pairs, "join", "abc\0defghij"))
    assert Entry.objects.filter(action="group.set", actor=bob).count() == 2


def test_a_student_sees_the_code_of_their_own_group_alone(pairs, instructor, alice, bob, course, logged_in):
    placed(pairs, instructor, reds=[alice])
    code, page = Group.objects.get().code, reverse("groups", args=[course.slug])
    assert code in text_of(logged_in(alice).get(page))
    said = text_of(logged_in(bob).get(page))
    assert code not in said
    assert "Alice" not in said


@pytest.mark.parametrize("what", ["closed", "due", "sent", "theirs"])
def test_students_change_nothing_once_it_is_too_late(what, pairs, reds, own, alice, bob, dave):
    work = group_work(pairs)
    if what == "closed":
        GroupSet.objects.update(is_open=False)
    if what == "due":
        Assignment.objects.update(due_at=today() - timedelta(minutes=1))
    if what in ("sent", "theirs"):
        handed_in(work, alice if what == "sent" else dave)
    for user, deed, said in ((dave, "join", reds.code), (dave, "form", "x"), (bob, "leave", "")):
        if (what, user) != ("theirs", bob) and (what, deed) != ("sent", "form"):
            assert own(user, pairs, deed, said).status_code == 422, (user, deed)
    assert there(pairs).get("reds") == ["alice", "bob"]


def test_staff_do_nothing_by_the_students_way(pairs, ta, course, logged_in):
    said = {"deed": "form", "said": "x"}
    assert logged_in(ta).post(reverse("group_own", args=[course.slug, pairs.pk]), said).status_code == 404


def test_a_file_tells_every_kind_of_line_apart(pairs, instructor, alice, bob, dave, person, course):
    erin = person("erin", course)
    placed(pairs, instructor, reds=[alice, bob], blues=[erin])
    assert kinds(pairs, "group;user;e-mail", "Reds;alice;", "blues;;BOB@example.edu", "reds;dave;", "x;daev;", "x;;", "y;dave;",
                 "z;alice;bob@example.edu") == [
        ("same", "alice"), ("changed", "bob"), ("new", "dave"), ("refused", "daev"), ("refused", "nobody"), ("refused", "dave"),
        ("refused", "alice"), ("missing", "erin")]
    why = {x.line: x.why for x in group_file.plan(pairs, "group,user\nx,daev\n").lines}
    assert why[2] == "no student of this course is called daev; did you mean dave?"


@pytest.mark.parametrize("text", ["", "user\nalice", "name,group\nx,y", 'group,user\n"x'])
def test_a_file_that_is_none_is_refused(text, pairs, alice):
    with pytest.raises(GraderError):
        group_file.plan(pairs, text)


def test_a_file_is_previewed_applied_and_handed_out_again(pairs, instructor, alice, bob, dave, course, logged_in):
    placed(pairs, instructor, blues=[dave])
    client, page = logged_in(instructor), reverse("groups_file", args=[course.slug, pairs.pk])
    text = "group,user\nreds,alice\n=cmd,bob\n"
    said = client.post(page, {"text": text})
    assert "2 new" in text_of(said)
    assert there(pairs) == {"blues": ["dave"]}
    digest = group_file.plan(pairs, text).digest
    client.post(page, {"text": text, "digest": digest, "removes": "on"})
    assert there(pairs) == {"=cmd": ["bob"], "reds": ["alice"]}
    answer = client.get(reverse("groups_csv", args=[course.slug, pairs.pk]))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1:] == [["", "dave", "dave@example.edu", "Dave"], ["'=cmd", "bob", "bob@example.edu", "Bob"],
                        ["reds", "alice", "alice@example.edu", "Alice"]]
    assert kinds(pairs, *(",".join(r) for r in rows)) == [("same", "dave"), ("same", "bob"), ("same", "alice")]


def test_nothing_else_is_applied_than_what_was_seen(pairs, instructor, alice, bob, course):
    digest = group_file.plan(pairs, "group,user\nreds,alice\n").digest
    placed(pairs, instructor, reds=[alice])
    with pytest.raises(Stale):
        group_file.apply(pairs, "group,user\nreds,alice\n", digest, Membership.objects.get(user=instructor))


def test_pages_and_files_ask_as_often_for_many_as_for_few(pairs, instructor, person, course, logged_in,
                                                          django_assert_max_num_queries):
    people = [person(f"s{k:02}", course) for k in range(30)]
    for slug in ("linear-zero", "logistic"):
        group_work(pairs, slug)
    text = "group,user\n" + "".join(f"g{k // 2},s{k:02}\n" for k in range(28))
    digest, place = group_file.plan(pairs, text).digest, Membership.objects.select_related("course", "user").get(user=instructor)
    with django_assert_max_num_queries(40):
        group_file.apply(pairs, text, digest, place)
    client = logged_in(instructor)
    for address in (reverse("groups", args=[course.slug]), reverse("group_set", args=[course.slug, pairs.pk])):
        with django_assert_max_num_queries(14):
            assert client.get(address).status_code == 200, address
    student = logged_in(people[0])
    with django_assert_max_num_queries(14):
        assert "g0" in text_of(student.get(reverse("groups", args=[course.slug])))
