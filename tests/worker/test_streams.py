"""The supervisor keeps little of what a child sends, counts all of it, and leaves none of it in its memory."""

from __future__ import annotations

import pytest

from worker.inside import streams, wire


def bring(sink, data):
    """Let a sink take bytes in as from a pipe."""
    while data:
        space = sink.space()
        piece, data = data[: len(space)], data[len(space) :]
        space[: len(piece)] = piece
        sink.took(len(piece))


def shown(text):
    return streams.show(bytes(text.kept()), text.total)


def test_short_text_is_kept_whole():
    text = streams.Text()
    for piece in (b"a", "\N{LATIN SMALL LETTER E WITH ACUTE}".encode(), b"\xff"):
        bring(text, piece)
    assert shown(text) == "a\N{LATIN SMALL LETTER E WITH ACUTE}\ufffd"


def test_long_text_keeps_its_ends_and_says_what_is_missing():
    text = streams.Text()
    bring(text, b"a" * streams.KEEP)
    bring(text, b"b" * 10)
    for _ in range(5):
        bring(text, b"c" * streams.KEEP)
    assert text.total == 6 * streams.KEEP + 10
    assert shown(text) == "a" * streams.KEEP + f"\n[{4 * streams.KEEP + 10} bytes left out]\n" + "c" * streams.KEEP


@pytest.mark.parametrize("sizes", [[1] * 200, [streams.CHUNK] * 4, [streams.KEEP - 1, 2, streams.KEEP, 7, streams.CHUNK]])
def test_text_in_pieces_of_any_size_keeps_its_two_ends(sizes):
    text, whole = streams.Text(), b""
    for at, size in enumerate(sizes):
        piece = bytes([65 + at % 26]) * size
        whole += piece
        bring(text, piece)
    rest = whole[streams.KEEP:][-streams.KEEP:]
    assert bytes(text.kept()) == whole[: streams.KEEP] + rest


@pytest.fixture
def evidence():
    passed = []
    made = streams.Evidence(1, 2, lambda piece: passed.append(bytes(piece)))
    made.passed = passed
    return made


def test_fault_before_confinement_is_ours_and_after_it_the_childs(evidence):
    bring(evidence, wire.pack_frame("B", {"because": "no filter"}))
    assert not evidence.is_confined
    bring(evidence, wire.pack_frame("S", {}))
    with pytest.raises(streams.Stop, match="unknown kind B") as stop:
        bring(evidence, wire.pack_frame("B", {"because": "not me"}))
    assert stop.value.status == "crashed"


def test_everything_is_passed_on_as_it_came(evidence):
    told = [("S", {}, b""), ("E", {"a": 1}, b"x"), ("P", {"b": 2}, b""), ("M", {}, b"")]
    sent = b"".join(wire.pack_frame(*frame) for frame in told)
    for byte in sent:
        bring(evidence, bytes([byte]))
    assert b"".join(evidence.passed) == sent
    assert (evidence.is_finished, evidence.end) == (True, streams.OUT_OF_MEMORY)
    with pytest.raises(streams.Stop, match="after its end"):
        bring(evidence, wire.pack_frame("E", {}))


def test_end_that_is_cut_is_no_end(evidence):
    bring(evidence, wire.pack_frame("S", {}) + wire.pack_frame("F", {})[:-1])
    assert not evidence.is_finished


def test_evidence_of_more_probes_than_were_asked_for_stops_the_child(evidence):
    bring(evidence, wire.pack_frame("S", {}) + 2 * wire.pack_frame("E", {}))
    with pytest.raises(streams.Stop, match="more than 2 probes"):
        bring(evidence, wire.pack_frame("E", {}))


def test_head_that_announces_too_much_stops_the_child_before_it_comes(evidence):
    bring(evidence, wire.pack_frame("S", {}))
    for text, blob in ((streams.MAX_CHILD_META + 1, 0), (2, (1 << 20) + 1)):
        with pytest.raises(streams.Stop, match="no evidence"):
            bring(evidence, wire.HEAD.pack(b"DLG1", b"E", text, blob))


def test_more_than_the_cap_stops_the_child(evidence):
    bring(evidence, wire.pack_frame("S", {}) + wire.HEAD.pack(b"DLG1", b"E", 2, 1 << 20))
    with pytest.raises(streams.Stop, match="more than 1 MiB"):
        bring(evidence, bytes((1 << 20) + 1))


def test_memory_is_given_back_also_after_a_wrong_byte(evidence):
    bring(evidence, wire.pack_frame("S", {}))
    with pytest.raises(streams.Stop):
        bring(evidence, b"what is no frame, but long enough")
    evidence.room.close()
    assert evidence.room.map.closed
