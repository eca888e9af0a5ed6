"""Frames over pipes, and arrays as bytes: all that ever crosses the wall of a box.

A frame is `DLG1`, one ascii letter for its kind, the lengths of its two parts (big endian, 4 and 8 bytes), a
JSON object in utf-8 with finite numbers only, and a blob. Nothing here trusts the other side: a length is
compared with a cap before a byte is kept for it, and every wait has a deadline on the monotonic clock.
Standard library and numpy only.
"""

from __future__ import annotations

import json
import math
import os
import select
import struct
import time
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from .strict import read

MAGIC = b"DLG1"
HEAD = struct.Struct(">4scIQ")
MAX_META = 1 << 20
MAX_BLOB = 256 << 20
MAX_RANK = 8
CHUNK = 1 << 16
SMALL = 1 << 15  # bytes that go out in one write with what stands before them

DTYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "BOOL": "|b1", "U8": "|u1"}
NAMES = {np.dtype(code): name for name, code in DTYPES.items()}


class WireError(Exception):
    """The other side sent something that is no frame, too large, or late."""


class LateError(WireError):
    """A deadline passed before the other side was done."""


class Order(NamedTuple):
    """A message whose blob has not been read yet."""

    kind: str
    meta: dict[str, Any]
    size: int  # of the blob, in bytes


class Frame(NamedTuple):
    """One message: what it is, what it says, and the bytes it carries."""

    kind: str
    meta: dict[str, Any]
    blob: bytes


def pack_frame(kind: str, meta: Mapping[str, Any], blob: bytes = b"") -> bytes:
    """Turn one message into bytes."""
    return pack_head(kind, meta, len(blob)) + blob


def pack_head(kind: str, meta: Mapping[str, Any], blob_size: int) -> bytes:
    """Turn all of a message but its blob into bytes."""
    text = json.dumps(meta, allow_nan=False, separators=(",", ":")).encode()
    return HEAD.pack(MAGIC, kind.encode("ascii"), len(text), blob_size) + text


def write_frame(
    fd: int, kind: str, meta: Mapping[str, Any], blob: bytes = b"", deadline: float | None = None
) -> None:
    """Write one frame, all of it, before `deadline` (time.monotonic; None waits for ever)."""
    if deadline is not None:
        os.set_blocking(fd, False)
    head = pack_head(kind, meta, len(blob))
    if len(blob) <= SMALL:  # one call of the kernel, and the reader is woken once
        write_all(fd, head + blob, deadline)
    else:
        write_all(fd, head, deadline)
        write_all(fd, blob, deadline)


class Sender:
    """Frames to one reader, evidence held back until something follows it: two frames then wake the reader once.

    Nothing of the student's runs between a probe's evidence and the next frame, which tells of the next probe or the end.
    """

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.held = b""

    def __call__(self, kind: str, meta: Mapping[str, Any], blob: bytes = b"") -> None:
        """Send a frame, or hold it; raises WireError where the other side is gone."""
        data = self.held + pack_frame(kind, meta, blob)
        if kind == "E" and len(data) <= SMALL:
            self.held = data
        else:
            self.held = b""
            write_all(self.fd, data, None)


def write_all(fd: int, data: bytes | memoryview, deadline: float | None) -> None:
    """Write all of `data` before `deadline`; WireError where the other side is gone or late."""
    rest = memoryview(data)
    while rest:
        _wait(fd, select.POLLOUT, deadline)
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:
            continue
        except OSError as error:
            raise WireError(f"the other side is gone ({error.strerror})") from error


def write_pair(fd: int, head: bytes, rest: memoryview) -> None:
    """Write a head and what belongs behind it in one call, without a copy; WireError where the other side is gone."""
    try:
        sent = os.writev(fd, [head, rest])
    except OSError as error:
        raise WireError(f"the other side is gone ({error.strerror})") from error
    write_all(fd, head[sent:], None)
    write_all(fd, rest[max(0, sent - len(head)) :], None)


def read_frame(
    fd: int, deadline: float | None = None, max_meta: int = MAX_META, max_blob: int = MAX_BLOB
) -> Frame | None:
    """Read one frame before `deadline`; None where the stream ended between two frames."""
    order = read_order(fd, deadline, max_meta, max_blob)
    return None if order is None else Frame(order.kind, order.meta, read_blob(fd, order.size, deadline))


def read_order(
    fd: int, deadline: float | None = None, max_meta: int = MAX_META, max_blob: int = MAX_BLOB
) -> Order | None:
    """Read a frame up to its blob, which stays in the stream for `read_blob`, in this process or a child."""
    head = _read(fd, HEAD.size, deadline)
    if not head:
        return None
    kind, text_size, blob_size = unpack_head(head, max_meta, max_blob)
    text = _read(fd, text_size, deadline)
    if len(text) < text_size:
        raise WireError(f"frame {kind}: the stream ended in the middle")
    return Order(kind, parse_meta(text), blob_size)


def read_blob(fd: int, size: int, deadline: float | None = None) -> bytes:
    """Read the blob that an order announced."""
    blob = _read(fd, size, deadline)
    if len(blob) < size:
        raise WireError(f"the stream ended after {len(blob)} of {size} bytes")
    return blob


class Decoder:
    """Frames out of a stream that arrives in pieces."""

    def __init__(self, max_meta: int = MAX_META, max_blob: int = MAX_BLOB) -> None:
        """Refuse, at its head, a frame with parts larger than these."""
        self.max_meta = max_meta
        self.max_blob = max_blob
        self.rest = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take in a piece; give the frames that are whole, then raise WireError at a wrong byte."""
        self.rest += data
        while (frame := self._next()) is not None:
            yield frame

    def _next(self) -> Frame | None:
        if not MAGIC.startswith(self.rest[: len(MAGIC)]):
            raise WireError(f"not a frame: starts with {bytes(self.rest[:8])!r}")
        if len(self.rest) < HEAD.size:
            return None
        kind, text_size, blob_size = unpack_head(bytes(self.rest[: HEAD.size]), self.max_meta, self.max_blob)
        end = HEAD.size + text_size + blob_size
        if len(self.rest) < end:
            return None
        text = bytes(self.rest[HEAD.size : HEAD.size + text_size])
        blob = bytes(self.rest[HEAD.size + text_size : end])
        del self.rest[:end]
        return Frame(kind, parse_meta(text), blob)


def unpack_head(head: bytes, max_meta: int, max_blob: int) -> tuple[str, int, int]:
    """Check a frame's first bytes; give its kind and the sizes of its two parts."""
    if len(head) < HEAD.size:
        raise WireError("the stream ended in the middle of a frame's head")
    magic, letter, text_size, blob_size = HEAD.unpack(head)
    if magic != MAGIC or not letter.isalpha():
        raise WireError(f"not a frame: starts with {head[:8]!r}")
    kind = letter.decode("ascii")
    if text_size > max_meta:
        raise WireError(f"frame {kind}: {text_size} bytes of JSON, {max_meta} allowed")
    if blob_size > max_blob:
        raise WireError(f"frame {kind}: a blob of {blob_size} bytes, {max_blob} allowed")
    return kind, text_size, blob_size


def parse_meta(text: bytes) -> dict[str, Any]:
    """Read a frame's JSON (strict.py), or raise WireError."""
    try:
        return read(text)
    except ValueError as error:
        raise WireError(f"a frame's JSON cannot be read: {error}") from error


def pack_arrays(arrays: Mapping[str, np.ndarray[Any, Any]]) -> bytes:
    """Write named arrays as safetensors bytes: f8 f4 i8 i4 b1 u1, any shape; TypeError for other kinds."""
    header: dict[str, dict[str, Any]] = {}
    parts: list[bytes] = []
    start = 0
    for name, array in arrays.items():
        dtype = NAMES.get(array.dtype.newbyteorder("<"))
        if dtype is None:
            raise TypeError(f"{name}: {array.dtype} cannot be packed, only f8 f4 i8 i4 b1 u1")
        part = array.astype(DTYPES[dtype], copy=False).tobytes()
        end = start + len(part)
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [start, end]}
        start = end
        parts.append(part)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([struct.pack("<Q", len(text)), text, *parts])


def unpack_arrays(blob: bytes, max_header: int = MAX_META) -> dict[str, np.ndarray[Any, Any]]:
    """Read what `pack_arrays` wrote: every byte accounted for, in order, or WireError."""
    if len(blob) < 8:
        raise WireError(f"arrays: {len(blob)} bytes are too few for a header")
    (size,) = struct.unpack_from("<Q", blob)
    if size > min(max_header, len(blob) - 8):
        raise WireError(f"arrays: a header of {size} bytes in {len(blob)}")
    header = parse_meta(blob[8 : 8 + size])
    arrays = {}
    start = 8 + size
    for name, entry in header.items():
        arrays[name], start = _unpack_array(blob, 8 + size, start, name, entry)
    if start != len(blob):
        raise WireError(f"arrays: {len(blob) - start} bytes belong to no array")
    return arrays


def _unpack_array(
    blob: bytes, base: int, start: int, name: str, entry: object
) -> tuple[np.ndarray[Any, Any], int]:
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise WireError(f"arrays: {name} is not described by dtype, shape and data_offsets")
    dtype, shape = entry["dtype"], entry["shape"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise WireError(f"arrays: {name} has dtype {dtype!r}, one of {', '.join(DTYPES)} expected")
    is_shape = isinstance(shape, list) and all(type(n) is int and n >= 0 for n in shape)
    if not is_shape or len(shape) > MAX_RANK:
        raise WireError(f"arrays: {name} has shape {shape!r}")
    count = math.prod(shape)
    end = start + count * np.dtype(DTYPES[dtype]).itemsize
    if entry["data_offsets"] != [start - base, end - base] or end > len(blob):
        raise WireError(f"arrays: {name} {dtype} {shape} does not fill the bytes {entry['data_offsets']}")
    array = np.frombuffer(blob, np.uint8, end - start, start).copy()
    if dtype == "BOOL" and (array > 1).any():
        raise WireError(f"arrays: {name} has booleans that are neither 0 nor 1")
    return array.view(DTYPES[dtype]).reshape(shape), end


def _read(fd: int, size: int, deadline: float | None) -> bytes:
    """Read `size` bytes; fewer only where the stream ends."""
    data = bytearray()
    while len(data) < size:
        _wait(fd, select.POLLIN, deadline)
        try:
            piece = os.read(fd, min(CHUNK, size - len(data)))
        except BlockingIOError:
            continue
        except OSError as error:
            raise WireError(f"the other side is gone ({error.strerror})") from error
        if not piece:
            break
        data += piece
    return bytes(data)


def _wait(fd: int, event: int, deadline: float | None) -> None:
    timeout_ms = None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000
    poll = select.poll()
    poll.register(fd, event)
    if not poll.poll(timeout_ms):
        raise LateError("the other side is late")
