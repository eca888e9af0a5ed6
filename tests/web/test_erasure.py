"""Erasing a person: no byte of who they are stays in the database or the store, and what the class rests on stays as it is."""

import zlib

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from grader.errors import GraderError
from grader.web import (
    accommodations,
    adjustments,
    audit,
    counted,
    grades,
    holds,
    leftovers,
    likenesses,
    line_comments,
    news,
    regrade_requests,
    specs,
    tokens,
)
from grader.web.adjustments import Given
from grader.web.models import (
    Attempt,
    Counted,
    Digest,
    Entry,
    Erasure,
    Extension,
    Invitation,
    Leftover,
    Letter,
    Membership,
    Outcome,
    Pair,
    Session,
    State,
    Submission,
    User,
)
from grader.web.personal import erasure
from grader.web.personal.names import Names
from grader.web.regrade_requests import Message
from tests.web.evidence_ground import with_evidence
from tests.web.groups_ground import group_set, group_work, placed
from tests.web.pages_ground import SOURCE, graded, handed_in, open_assignment, text_of

pytestmark = pytest.mark.django_db
TRACES = (b"wilhelmina", b"featherstone", b"wfeather77")


@pytest.fixture
def site_staff(person):
    user = person("sophie")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def wilhelmina(person, course):
    user = person("wfeather77", course)
    User.objects.filter(pk=user.pk).update(first_name="Wilhelmina", last_name="Featherstone", email="w.featherstone@example.edu")
    return User.objects.get(pk=user.pk)


@pytest.fixture
def life(course, wilhelmina, bob, ta, instructor, logged_in, client):
    """All that happens to a student: handed in, graded, talked about, mailed, logged, waiting."""
    found = open_assignment(course)
    code = b"# Wilhelmina Featherstone\n" + SOURCE
    first = with_evidence(graded(handed_in(found, wilhelmina, code, "wfeather77.py"), stdout="hello Wilhelmina"))
    graded(handed_in(found, bob))
    handed_in(found, wilhelmina, SOURCE)  # waits, and is Bob's content too
    member, own = Membership.objects.get(user=ta), Membership.objects.get(user=wilhelmina)
    now = specs.now()
    praise = Given(2, comment="Well done, Wilhelmina", reason="Featherstone explained it")
    adjustments.give(found, wilhelmina, member, praise, now)
    adjustments.give(found, bob, member, Given(1, comment="as w.featherstone@example.edu had it", reason="like wfeather77"), now)
    holds.hold(found, wilhelmina, member, "Ms Featherstone is heard on Monday", now)
    line_comments.write(first.submission, ("wfeather77.py", 1), "no name in code, Wilhelmina", member, now)
    regrade_requests.write(first, "predict", own, Message("This is Wilhelmina: look again"), now)
    accommodations.give(course, wilhelmina, accommodations.Given(days=1), by=instructor, reason="Wilhelmina is ill")
    Extension.objects.create(assignment=found, user=wilhelmina, extra_attempts=1, reason="for Wilhelmina")
    tokens.make(wilhelmina, "Wilhelmina's laptop", ["read"], 1, now)
    news.announce(Membership.objects.get(user=instructor), "Talk", "Wilhelmina Featherstone speaks on Monday.", "", now)
    Letter.objects.create(address=wilhelmina.email, subject="x", text="Hello Wilhelmina", key="k", due_at=now, created_at=now)
    Invitation.objects.create(course=course, email=wilhelmina.email, digest="d", expires_at=now)
    Pair.objects.create(first=first.submission, second=Submission.objects.get(user=bob), share=0.9, common=20, at=now)
    likenesses.pairs(found)
    audit.record(instructor, "roster.apply", course=course, after={"names": ["Featherstone, Wilhelmina"]},
                 reason="wfeather77 left")
    audit.record(None, "login.failed", about="user wfeather77", after={"from": "192.0.2.77"})
    client.force_login(wilhelmina)
    logged_in(ta).get(reverse("gradebook", args=[course.slug]) + "?search=Wilhelmina+Featherstone")
    return first


def dumped():
    """Write the whole database out as text, as a backup would."""
    if connection.vendor == "sqlite":
        return "\n".join(connection.connection.iterdump()).encode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        parts = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            parts += [row[0] for row in cursor.fetchall()]
    return "\n".join(parts).encode()


def stored():
    objects = specs.objects()
    return b"\n".join(zlib.decompress(objects._path(n).read_bytes()) for n in objects.names())


def class_of(course):
    """What statistics, gradebook and counted scores say, by attempt and by student's id."""
    return (list(Counted.objects.order_by("pk").values_list("student", "assignment", "score", "is_late", "by_hand", "attempt")),
            list(Outcome.objects.order_by("pk").values()), list(Digest.objects.order_by("pk").values()),
            [(s.user.pk, s.total, s.scores) for s in sorted(grades.of_all(course), key=lambda s: s.user.pk)],
            list(Attempt.objects.order_by("pk").exclude(state=State.CANCELLED).values_list("pk", "state", "score", "points")))


def test_no_byte_stays_and_the_class_is_as_before(life, course, wilhelmina, bob, site_staff):
    before = dumped() + stored()
    assert all(t in before.lower() for t in TRACES)
    Attempt.objects.filter(state=State.QUEUED).update(state=State.CANCELLED)
    told = class_of(course)
    erasure.erase(wilhelmina, site_staff, "asked for by Wilhelmina Featherstone", specs.now())
    leftovers.clear(specs.now())
    for place, after in (("database", dumped()), ("store", stored())):
        for trace in (*TRACES, b"192.0.2.77", b"hello wilhelmina"):
            assert trace not in after.lower(), (place, trace, after.lower().partition(trace)[0][-300:])
    assert class_of(course) == told
    counted.audit(course)
    assert class_of(course) == told
    assert specs.objects().get(Submission.objects.get(user=bob).content) == SOURCE
    assert not Leftover.objects.exists()
    assert Entry.objects.filter(action="person.erase", object=f"user erased-{wilhelmina.pk}").count() == 1


def test_nothing_goes_to_or_comes_from_whoever_is_erased(life, wilhelmina, site_staff, client, password):
    erasure.erase(wilhelmina, site_staff, "asked", specs.now())
    wilhelmina.refresh_from_db()
    assert not wilhelmina.is_active
    assert not wilhelmina.check_password(password)
    assert not Session.objects.filter(user=wilhelmina).exists()
    assert not wilhelmina.tokens.exists()
    assert client.get(reverse("account")).status_code == 302
    assert not Letter.objects.filter(user=wilhelmina).exists()
    assert not Attempt.objects.filter(submission__user=wilhelmina, state__in=("queued", "running")).exists()


def test_texts_about_others_keep_all_but_the_name(life, wilhelmina, bob, site_staff):
    erasure.erase(wilhelmina, site_staff, "asked", specs.now())
    given = bob.adjustments.get()
    assert given.comment == f"as erased-{wilhelmina.pk} had it"
    assert given.reason == f"like erased-{wilhelmina.pk}"
    entry = Entry.objects.get(action="roster.apply")
    assert entry.after == {"names": [f"erased-{wilhelmina.pk}"]}
    assert Entry.objects.get(action="login.failed").object == f"user erased-{wilhelmina.pk}"


def test_a_crash_after_the_commit_leaves_nothing_behind_for_ever(life, wilhelmina, site_staff):
    erasure.erase(wilhelmina, site_staff, "asked", specs.now())
    assert b"wilhelmina" in stored().lower()  # nobody came to it yet
    assert Leftover.objects.count() >= 3
    while leftovers.clear(specs.now(), most=1) or Leftover.objects.exists():
        pass
    assert b"wilhelmina" not in stored().lower()


def test_what_fails_half_way_changes_nothing(life, wilhelmina, site_staff, monkeypatch):
    before = dumped()
    with pytest.raises(GraderError, match="Write why"):
        erasure.erase(wilhelmina, site_staff, "  ", specs.now())
    User.objects.create(username=f"erased-{wilhelmina.pk}", email="x@example.edu")  # the tombstone's name is taken
    before = dumped()
    with pytest.raises(DatabaseError):
        erasure.erase(wilhelmina, site_staff, "asked", specs.now())
    assert dumped() == before


def test_staff_are_not_erased_and_nobody_twice(life, course, wilhelmina, ta, site_staff):
    for who, why in ((ta, "end that role first"), (site_staff, "take that away first")):
        with pytest.raises(GraderError, match=why):
            erasure.erase(who, site_staff, "asked", specs.now())
    erasure.erase(wilhelmina, site_staff, "asked", specs.now())
    with pytest.raises(GraderError, match="already"):
        erasure.erase(wilhelmina, site_staff, "asked", specs.now())


@pytest.mark.parametrize("change", ["actor_id = 1", "role = 'x'", "action = 'x'", "at = '2020-01-01'", "course_id = NULL"])
def test_the_way_into_the_log_lets_only_texts_be_replaced(change, life, wilhelmina, site_staff):
    def run(statement):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    row = Erasure.objects.create(user=wilhelmina, by=site_staff, reason="x", at=specs.now(), is_rewriting=True)
    run("UPDATE web_entry SET reason = 'y'")
    for statement in (f"UPDATE web_entry SET {change}", "DELETE FROM web_entry"):
        with pytest.raises(DatabaseError, match="append-only"):
            run(statement)
    Erasure.objects.filter(pk=row.pk).update(is_rewriting=False)
    with pytest.raises(DatabaseError, match="append-only"):
        run("UPDATE web_entry SET reason = 'z'")


@pytest.mark.parametrize(("text", "after"), [
    ("wfeather77's file", "erased-{}'s file"), ("WFEATHER77", "erased-{}"), ("wfeather777", "wfeather777"),
    ("Featherstone, Wilhelmina!", "erased-{}!"), ("user wfeather77 in x", "user erased-{} in x"), ("Wilhelm", "Wilhelm")])
def test_names_are_found_as_words(text, after, wilhelmina):
    assert Names.of(wilhelmina).replaced(text) == after.format(wilhelmina.pk)


def test_a_user_name_that_is_a_word_of_ours_is_replaced_only_where_it_names(person):
    names = Names.of(person("student"))
    assert names.replaced({"role": "student", "by": "user student"})["role"] == "student"
    assert names.replaced("linear-zero of user student").endswith(f"of user {names.tombstone}")


def test_migrations_say_what_models_say():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_staff_still_open_what_is_left(life, course, wilhelmina, ta, site_staff, logged_in):
    erasure.erase(wilhelmina, site_staff, "asked", specs.now())
    client = logged_in(ta)
    assert f"erased person {wilhelmina.pk}" in text_of(client.get(reverse("gradebook", args=[course.slug])))
    name = f"erased-{wilhelmina.pk}"
    for where in (reverse("student", args=[course.slug, name]), reverse("attempt", args=[life.pk]),
                  reverse("source", args=[life.pk]), reverse("evidence", args=[life.pk])):
        assert client.get(where).status_code == 200, where
    assert client.get(reverse("file", args=[life.pk])).status_code == 404


def test_what_a_group_handed_in_stays_until_the_last_of_them_is_erased(course, wilhelmina, bob, instructor, site_staff):
    pairs = group_set(course, instructor, size=2)
    placed(pairs, instructor, reds=[wilhelmina, bob])
    attempt = graded(handed_in(group_work(pairs), wilhelmina, SOURCE, "wfeather77.py"))
    member = Membership.objects.get(user=instructor)
    line_comments.write(attempt.submission, ("wfeather77.py", 1), "a better name?", member, specs.now())
    told = class_of(course)
    erasure.erase(wilhelmina, site_staff, "asked", specs.now())
    leftovers.clear(specs.now())
    attempt.refresh_from_db()
    assert attempt.report in specs.objects().names()
    assert attempt.submission.name == attempt.submission.line_comments.get().part == "erased.py"
    assert specs.objects().get(attempt.submission.content) == SOURCE
    assert class_of(course) == told
    erasure.erase(bob, site_staff, "asked", specs.now())
    leftovers.clear(specs.now())
    attempt.submission.refresh_from_db()
    assert attempt.submission.content == ""
    assert attempt.report not in specs.objects().names()
    assert class_of(course) == told
