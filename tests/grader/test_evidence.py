"""Untrusted bytes become the arrays that were promised, or a sentence that says why not, and nothing else."""

from __future__ import annotations

import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.evidence import MAX_LIST, MAX_PROBE, Measured, pack_arrays, read_arrays, read_evidence
from worker.inside import wire

CODES = ["f4", "f8", "i4", "i8", "?", "u1"]
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4))
DIMENSION = st.integers(-2, 5) | st.integers(-(2**70), 2**70)
ENTRY = st.fixed_dictionaries({}, optional={
    "dtype": st.sampled_from(["F32", "F64", "I64", "BOOL", "U8", "F16", "O"]) | JSON,
    "shape": st.lists(DIMENSION, max_size=6) | JSON,
    "data_offsets": st.lists(DIMENSION, min_size=2, max_size=2) | JSON})


def blob_of(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def entry(dtype="F64", shape=(1,), offsets=(0, 8), **more):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets), **more}


def read(*frames, promised=("W", "b")):
    told = read_evidence([({"probe": "p", "status": "ok"} | head, blob) for head, blob in frames],
                         {"p": list(promised)})
    return told["p"]


WB = pack_arrays({"W": np.ones((2, 1)), "b": np.zeros(1)})


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.sampled_from(CODES).flatmap(
    lambda code: hnp.arrays(np.dtype(code), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)))))
def test_what_the_box_packs_is_read_back(arrays):
    for pack in (pack_arrays, wire.pack_arrays):
        back = read_arrays(pack(arrays))
        assert list(back) == list(arrays)
        for name, array in arrays.items():
            assert (back[name].dtype, back[name].shape) == (array.dtype, array.shape)
            np.testing.assert_array_equal(back[name], array)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | st.binary(max_size=100).map(blob_of)
       | st.tuples(JSON, st.binary(max_size=64)).map(lambda t: blob_of(*t)))
def test_any_bytes_are_arrays_or_a_value_error(blob):
    try:
        arrays = read_arrays(blob)
    except ValueError:
        return
    assert sum(a.nbytes for a in arrays.values()) <= len(blob)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=8), ENTRY, max_size=4), st.binary(max_size=64))
def test_any_header_is_arrays_or_a_value_error(header, body):
    try:
        arrays = read_arrays(blob_of(header, body))
    except ValueError:
        return
    assert sum(a.nbytes for a in arrays.values()) == len(body)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_flipped_or_missing_byte_is_other_arrays_or_a_value_error(data):
    blob = bytearray(WB)
    at = data.draw(st.integers(0, len(blob) - 1))
    blob[at] = data.draw(st.integers(0, 255))
    del blob[data.draw(st.integers(0, len(blob))):]
    try:
        read_arrays(bytes(blob))
    except ValueError:
        return


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.dictionaries(
    st.sampled_from(["probe", "status", "because", "where", "seconds", "seed", "nonce"]),
    JSON | st.sampled_from(["p", "ok", "raised", "forged"]), max_size=7), st.binary(max_size=40)), max_size=3))
def test_any_frames_leave_every_promised_probe_with_a_status(frames):
    told = read_evidence(frames, {"p": ["W"], "q": []})
    assert list(told) == ["p", "q"]
    assert all(isinstance(m, Measured) for m in told.values())


@pytest.mark.parametrize(("blob", "because"), [
    (b"", "the header is cut"),
    (b"\x07" * 7, "the header is cut"),
    (b"\xff" * 8, "the header is cut"),
    ((1 << 62).to_bytes(8, "little") + b"{}", "the header is cut"),
    (blob_of([]), "the header is not readable"),
    (blob_of(b"{"), "the header is not readable"),
    (blob_of(b"\xff\xfe{\x00}\x00"), "the header is not readable"),
    (blob_of(b"[" * 100_000), "the header is not readable"),
    (blob_of(b'{"a":' * 30_000 + b"1" + b"}" * 30_000), "the header is not readable"),
    (blob_of(b'{"a": ' + b"9" * 5000 + b"}"), "the header is not readable"),
    (blob_of({"a": entry(more=1)}, bytes(8)), "the header is not readable"),
    (blob_of({"a": entry(shape=[1] * 5)}, bytes(8)), "the header is not readable"),
    (blob_of({"a": entry(shape=[-1], offsets=[0, -8])}), "the header is not readable"),
    (blob_of({"a": entry(shape=[0, 2**62], offsets=[0, 0])}), "the header is not readable"),
    (blob_of({"a": entry(shape=[2.5])}, bytes(8)), "the header is not readable"),
    (blob_of({"__metadata__": {"a": "b"}}), "the header is not readable"),
    (blob_of(b'{"a": %s, "a": %s}' % ((json.dumps(entry()).encode(),) * 2), bytes(8)), "not readable"),
    (blob_of({"a": entry("O")}, bytes(8)), "'a' has dtype 'O'"),
    (blob_of({"a": entry("F16", offsets=[0, 2])}, bytes(2)), "'a' has dtype 'F16'"),
    (blob_of({"a": entry(offsets=[8, 16])}, bytes(16)), "'a' does not fill its place"),
    (blob_of({"a": entry(), "b": entry()}, bytes(8)), "'b' does not fill its place"),
    (blob_of({"a": entry(shape=[1 << 24, 1 << 24])}, bytes(8)), "'a' does not fill its place"),
    (blob_of({"a": entry()}, bytes(9)), "the arrays need 8 bytes, there are 9"),
    (blob_of({"a": entry()}), "the arrays need 8 bytes, there are 0"),
    (bytes(MAX_PROBE + (1 << 19)), "16777216 allowed"),
], ids=range(25))
def test_forged_bytes_are_refused_with_the_reason(blob, because):
    with pytest.raises(ValueError, match=because):
        read_arrays(blob)


def test_reading_allocates_no_more_than_the_header_needs():
    blob = pack_arrays({"W": np.ones(1_000_000)})
    tracemalloc.start()
    read_arrays(blob)
    with pytest.raises(ValueError, match="does not fill"):
        read_arrays(blob_of({"a": entry(shape=[1 << 24] * 4)}, bytes(8)))
    assert tracemalloc.get_traced_memory()[1] < 300_000
    tracemalloc.stop()


def test_arrays_that_are_read_cannot_be_written():
    with pytest.raises(ValueError, match="read-only"):
        read_arrays(WB)["W"][0] = 5


def test_what_was_promised_is_measured():
    told = read(({"seconds": 0.5, "seed": 7}, WB))
    assert (told.status, told.seconds, told.seed) == ("ok", 0.5, 7)
    np.testing.assert_array_equal(told.get("W")[0], np.ones((2, 1)))
    assert told.get("h") == []


@pytest.mark.parametrize(("promised", "because"), [
    (["W"], "'b' was not asked for"), (["W", "b", "h"], "h is missing"), (["W[]"], "'W' was not asked for"),
    ([], "'W' was not asked for"), (["W", "b!"], "'b' was not asked for")])
def test_names_beyond_or_short_of_the_promise_are_forged(promised, because):
    told = read(({}, WB), promised=promised)
    assert told.status == "forged"
    assert because in told.because
    assert not told.arrays


@pytest.mark.parametrize("names", [
    [], ["w.1"], ["w.0", "w.2"], ["w.00"], ["w.²"], ["w.\u0660"], ["w.-1"], ["w.0.0"], ["w"], ["w."],
    [f"w.{i}" for i in range(MAX_LIST + 1)]])
def test_a_list_with_a_gap_or_a_strange_index_is_forged(names):
    blob = pack_arrays({name: np.ones(1) for name in names})
    assert read(({}, blob), promised=["w[]"]).status == "forged"


def test_a_list_is_read_in_order():
    blob = pack_arrays({f"w.{i}": np.full(1, i) for i in (10, 2, 0, 1, *range(3, 10))})
    assert [float(a[0]) for a in read(({}, blob), promised=["w[]"]).get("w")] == list(range(11))


def test_two_results_for_one_probe_make_both_worthless():
    for heads in ([{}, {}], [{"status": "raised"}, {}], [{}, {}, {}]):
        told = read(*((head, WB) for head in heads))
        assert told.status == "forged"
        assert "two results came for one probe" in told.because


@pytest.mark.parametrize("head", [
    {"probe": "other"}, {"probe": None}, {"status": "passed"}, {"status": "forged"}, {"status": None},
    {"seconds": float("nan")}, {"seconds": float("inf")}, {"seconds": -1}, {"seconds": "soon"},
    {"because": "x" * 10_000}, {"seed": "many"}, {"probe": ["p"]}])
def test_a_frame_that_is_none_of_ours_counts_as_nothing(head):
    assert read((head, WB)) == Measured("absent", "nothing came back")


def test_arrays_beside_a_failure_are_not_read():
    told = read(({"status": "raised", "because": "ValueError: no", "where": "submission.py, line 3"}, WB))
    assert (told.status, told.because, told.where) == ("raised", "ValueError: no", "submission.py, line 3")
    assert not told.arrays


def test_bytes_that_are_no_truth_value_become_one():
    array = read_arrays(blob_of({"a": entry("BOOL", [2], [0, 2])}, b"\x00\x07"))["a"]
    np.testing.assert_array_equal(array, [False, True])


def test_only_six_kinds_of_number_are_packed():
    with pytest.raises(TypeError, match="a: complex128 is none of"):
        pack_arrays({"a": np.ones(2, complex)})
