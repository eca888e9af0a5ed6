"""What a child says, heard outside: whole frames count, nothing else does, and no number of them takes memory."""

from __future__ import annotations

import pytest

from grader.errors import Broken
from grader.spec import Limits
from worker.engines.hearing import MAX_PROGRESS, Heard
from worker.inside import wire


@pytest.fixture
def told():
    return []


@pytest.fixture
def heard(told):
    made = Heard(Limits(evidence_mb=1), 2, told.append)
    made.take(wire.pack_frame("S", {}))
    return made


def test_evidence_and_progress_are_kept_and_told_in_order(heard, told):
    heard.take(wire.pack_frame("E", {"a": 1}, b"x") + wire.pack_frame("P", {"b": 2}) + wire.pack_frame("F", {}))
    assert (heard.frames, told, heard.wrong) == ([({"a": 1}, b"x")], [{"b": 2}], "")


def test_surplus_and_large_progress_is_dropped(heard, told):
    heard.take(wire.pack_frame("P", {"text": "x" * 5000}))
    for _ in range(MAX_PROGRESS + 10):
        heard.take(wire.pack_frame("P", {}))
    assert (len(told), heard.wrong) == (MAX_PROGRESS - 1, "")


@pytest.mark.parametrize(("sent", "said"), [
    (wire.pack_frame("F", {}) + wire.pack_frame("E", {}), "after its end"),
    (3 * wire.pack_frame("E", {}), "more than 2 probes"),
    (wire.pack_frame("D", {}), "unknown kind D"),
    (wire.HEAD.pack(b"DLG1", b"E", 4, 0) + b"{}}}", "cannot be read"),
    (wire.HEAD.pack(b"DLG1", b"E", 41, 0) + b'{"a":' + b"[" * 17 + b"1" + b"]" * 17 + b"}", "nested more than 16"),
    (wire.HEAD.pack(b"DLG1", b"E", 60_008, 0) + b'{"a":' + b"1" * 60_000 + b".0}", "1" * 40 + " is no finite number"),
])
def test_wrong_bytes_are_said_in_few_words_and_nothing_behind_them_counts(heard, sent, said):
    heard.take(sent)
    assert said in heard.wrong
    assert len(heard.wrong) < 200
    kept = list(heard.frames)
    heard.take(wire.pack_frame("E", {}))
    assert heard.frames == kept


def test_child_that_could_not_be_confined_says_why():
    heard = Heard(Limits(), 0, print)
    heard.take(wire.pack_frame("B", {"because": "no filter"}))
    assert heard.unconfined == "no filter"


def test_supervisor_that_lets_too_much_through_is_broken(heard):
    heard.take(wire.HEAD.pack(b"DLG1", b"E", 2, 1 << 20) + b"{}")
    with pytest.raises(Broken, match="more evidence than it may"):
        heard.take(bytes((1 << 20) + wire.CHUNK))
