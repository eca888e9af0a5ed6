"""The supervisor keeps little of what a child sends, and counts all of it."""

from __future__ import annotations

import pytest

from worker.inside import streams, wire


def test_short_text_is_kept_whole():
    text = streams.Text()
    for piece in (b"a", "\N{LATIN SMALL LETTER E WITH ACUTE}".encode(), b"\xff"):
        text.take(piece)
    assert text.show() == "a\N{LATIN SMALL LETTER E WITH ACUTE}\ufffd"


def test_long_text_keeps_its_ends_and_says_what_is_missing():
    text = streams.Text()
    text.take(b"a" * streams.KEEP)
    text.take(b"b" * 10)
    for _ in range(5):
        text.take(b"c" * streams.KEEP)
    assert text.total == 6 * streams.KEEP + 10
    assert text.show() == "a" * streams.KEEP + f"\n[{4 * streams.KEEP + 10} bytes left out]\n" + "c" * streams.KEEP


@pytest.fixture
def evidence():
    passed = []
    made = streams.Evidence(1, lambda *frame: passed.append(frame))
    made.passed = passed
    return made


def test_fault_before_confinement_is_ours_and_after_it_the_childs(evidence):
    evidence.take(wire.pack_frame("B", {"because": "no filter"}))
    assert (evidence.is_confined, evidence.broken) == (False, "no filter")
    evidence.take(wire.pack_frame("S", {}))
    with pytest.raises(streams.Stop, match="unknown kind B") as stop:
        evidence.take(wire.pack_frame("B", {"because": "not me"}))
    assert stop.value.status == "crashed"


def test_frames_pass_in_order_until_the_end(evidence):
    evidence.take(wire.pack_frame("S", {}) + wire.pack_frame("E", {"a": 1}, b"x") + wire.pack_frame("P", {"b": 2}))
    evidence.take(wire.pack_frame("F", {"memory": True}))
    assert evidence.passed == [("E", {"a": 1}, b"x"), ("P", {"b": 2}, b"")]
    assert evidence.is_finished
    assert evidence.is_out_of_memory
    with pytest.raises(streams.Stop, match="after its end"):
        evidence.take(wire.pack_frame("E", {}))


def test_surplus_and_large_progress_is_dropped(evidence):
    evidence.take(wire.pack_frame("S", {}) + wire.pack_frame("P", {"text": "x" * 5000}))
    for _ in range(streams.MAX_PROGRESS + 10):
        evidence.take(wire.pack_frame("P", {}))
    assert len(evidence.passed) == streams.MAX_PROGRESS - 1


def test_more_than_the_cap_stops_the_child(evidence):
    with pytest.raises(streams.Stop, match="more than 1 MiB"):
        evidence.take(bytes((1 << 20) + 1))
