"""Frames and arrays survive the trip, and nothing else gets through."""

from __future__ import annotations

import contextlib
import json
import os
import select
import struct
import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from worker.inside import wire

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe, closed afterwards."""
    ends = os.pipe()
    yield ends
    for fd in ends:
        with contextlib.suppress(OSError):
            os.close(fd)


def test_a_frame_larger_than_the_pipe_arrives_whole(pipe: tuple[int, int]) -> None:
    blob = os.urandom(300_000)
    deadline = time.monotonic() + 5
    thread = threading.Thread(target=wire.write_frame, args=(pipe[1], "E", {"n": 1, "x": 0.5}, blob, deadline))
    thread.start()
    assert wire.read_frame(pipe[0], deadline) == ("E", {"n": 1, "x": 0.5}, blob)
    thread.join()


def test_end_between_frames_is_none_and_in_the_middle_an_error(pipe: tuple[int, int]) -> None:
    os.write(pipe[1], wire.pack_frame("F", {}) + wire.pack_frame("F", {"a": 1})[:-3])
    os.close(pipe[1])
    assert wire.read_frame(pipe[0]) == ("F", {}, b"")
    with pytest.raises(wire.WireError, match="middle"):
        wire.read_frame(pipe[0])


def test_reader_and_writer_give_up_at_the_deadline(pipe: tuple[int, int]) -> None:
    with pytest.raises(wire.WireError, match="late"):
        wire.read_frame(pipe[0], time.monotonic() + 0.05)
    with pytest.raises(wire.WireError, match="late"):
        wire.write_frame(pipe[1], "E", {}, bytes(1 << 20), time.monotonic() + 0.05)


def test_writing_to_nobody_is_an_error(pipe: tuple[int, int]) -> None:
    os.close(pipe[0])
    with pytest.raises(wire.WireError, match="gone"):
        wire.write_frame(pipe[1], "E", {})


def test_a_length_above_the_cap_is_refused_before_its_bytes(pipe: tuple[int, int]) -> None:
    os.write(pipe[1], wire.HEAD.pack(b"DLG1", b"E", 2, 1 << 60))
    with pytest.raises(wire.WireError, match="allowed"):
        wire.read_frame(pipe[0])


@pytest.mark.parametrize(
    "text",
    [
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b"[1]",
        b'{"a": 1, "a": 2}',
        b'{"a": "\\ud800"}',
        b"\xff",
        b"{",
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": ' + b"9" * 5_000 + b"}",
    ],
    ids=range(10),
)
def test_json_that_is_not_plain_is_refused(text: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.parse_meta(text)


def test_decoder_gives_frames_from_any_cut() -> None:
    stream = wire.pack_frame("E", {"n": 1}, b"abc") + wire.pack_frame("F", {})
    decoder = wire.Decoder()
    frames = [frame for byte in stream for frame in decoder.feed(bytes([byte]))]
    assert frames == [("E", {"n": 1}, b"abc"), ("F", {}, b"")]


@pytest.mark.parametrize("data", [b"x", b"DLG2", b"hello world and more than a head"])
def test_decoder_refuses_garbage_after_what_was_whole(data: bytes) -> None:
    decoder = wire.Decoder()
    whole = wire.pack_frame("F", {})
    frames = decoder.feed(whole + data)
    assert next(frames) == ("F", {}, b"")
    with pytest.raises(wire.WireError):
        next(frames)


@pytest.mark.parametrize("code", ["f8", "f4", "i8", "i4", "?", "u1", ">f8", ">i4"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3)])
def test_arrays_come_back_equal(code: str, shape: tuple[int, ...]) -> None:
    array = np.ones(shape, code)
    back = wire.unpack_arrays(wire.pack_arrays({"a": array, "b": array.T}))
    assert list(back) == ["a", "b"]
    np.testing.assert_array_equal(back["a"], array)
    assert back["a"].dtype.newbyteorder("=") == array.dtype.newbyteorder("=")
    assert back["b"].shape == array.T.shape


def test_infinities_and_nan_survive_in_arrays() -> None:
    array = np.array([np.nan, np.inf, -np.inf, -0.0])
    np.testing.assert_array_equal(wire.unpack_arrays(wire.pack_arrays({"a": array}))["a"], array)


@pytest.mark.parametrize("array", [np.array(["x"]), np.array([1j]), np.array([None]), np.ones(2, "f2")])
def test_other_dtypes_are_not_packed(array: np.ndarray[Any, Any]) -> None:
    with pytest.raises(TypeError, match="cannot be packed"):
        wire.pack_arrays({"a": array})


def forge(header: object, data: bytes = b"") -> bytes:
    """Arrays with any header."""
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"\xff" * 8,
        forge([]),
        forge({"a": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}}),
        forge({"a": {"dtype": "F64", "shape": [1 << 62, 8], "data_offsets": [0, 8]}}, bytes(8)),
        forge({"a": {"dtype": "F64", "shape": [-1], "data_offsets": [0, -8]}}),
        forge({"a": {"dtype": "F64", "shape": [True], "data_offsets": [0, 8]}}, bytes(8)),
        forge({"a": {"dtype": "O", "shape": [1], "data_offsets": [0, 8]}}, bytes(8)),
        forge({"a": {"dtype": "F64", "shape": [1], "data_offsets": [8, 16]}}, bytes(16)),
        forge({"a": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}}, bytes(9)),
        forge({"a": {"dtype": "U8", "shape": [1] * 40, "data_offsets": [0, 1]}}, bytes(1)),
        forge({"a": {"dtype": "BOOL", "shape": [1], "data_offsets": [0, 1]}}, b"\x02"),
        forge({"a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1], "more": 1}}, b"\x02"),
        forge({"__metadata__": {"a": "b"}}),
    ],
    ids=range(14),
)
def test_forged_arrays_are_refused(blob: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.unpack_arrays(blob)


def test_evidence_is_held_back_until_something_follows_and_never_when_it_is_large(pipe):
    send = wire.Sender(pipe[1])
    send("E", {"probe": "a"}, b"1")
    assert not select.select([pipe[0]], [], [], 0)[0]
    send("P", {"event": "phase"})
    assert [(f.kind, f.blob) for f in (wire.read_frame(pipe[0]), wire.read_frame(pipe[0]))] == [("E", b"1"), ("P", b"")]
    send("E", {"probe": "b"}, b"2")
    send("E", {"probe": "c"}, bytes(wire.SMALL))
    assert [len(f.blob) for f in (wire.read_frame(pipe[0]), wire.read_frame(pipe[0]))] == [1, wire.SMALL]
