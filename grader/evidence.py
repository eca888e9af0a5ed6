"""Reading what the probes left: untrusted bytes become arrays, or a sentence that says why not.

Theory of operation. A box hands back one frame per probe: a JSON header and a blob in the safetensors layout (8
bytes little-endian header length, a JSON header `name -> {dtype, shape, data_offsets}`, then raw bytes). Both come
from a process in which student code ran, so nothing in them is believed: names must be announced by the spec, dtypes
come from a list of six, sizes are multiplied with care and compared with the bytes really there, the parts must tile
the blob exactly, and arrays are views of that blob: nothing is allocated on its word. Any deviation turns the probe
into `forged`, which no check can pass.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, ValidationError

from grader.strict import Model
from grader.tolerance import Array

DTYPES = MappingProxyType({"F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8", "BOOL": "|b1",
                           "U8": "|u1"})
MAX_HEADER = 1 << 18
MAX_PROBE = 16 << 20
MAX_LIST = 64
MAX_AXES = 4
MAX_TEXT = 8192

Told = Literal["ok", "raised", "missing", "signature", "unreadable", "unswapped", "skipped"]  # by the box
ProbeStatus = Told | Literal["forged", "absent"]


class Header(Model):
    """The JSON part of one probe's evidence; everything in it is only shown, never believed."""

    probe: str = Field(max_length=200)
    status: Told
    because: str = Field("", max_length=MAX_TEXT)
    where: str = Field("", max_length=MAX_TEXT)
    seconds: float = Field(0, ge=0, allow_inf_nan=False)
    seed: int = 0


class _Entry(Model):
    dtype: str
    shape: list[Annotated[int, Field(ge=0, le=MAX_PROBE)]] = Field(max_length=MAX_AXES)
    data_offsets: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """One probe's evidence: arrays by output name (`W`, `weights.0`), or why there are none."""

    status: ProbeStatus
    because: str = ""
    where: str = ""
    arrays: Mapping[str, Array] = field(default_factory=dict)
    seconds: float = 0.0
    seed: int = 0

    @property
    def is_ok(self) -> bool:
        """Tell whether the probe was measured."""
        return self.status == "ok"

    def get(self, output: str) -> list[Array]:
        """Return an output's arrays: one, or all parts of a list, in order."""
        if output in self.arrays:
            return [self.arrays[output]]
        return [self.arrays[f"{output}.{i}"] for i in range(MAX_LIST) if f"{output}.{i}" in self.arrays]


def read_evidence(frames: Iterable[tuple[Mapping[str, Any], bytes]],
                  promised: Mapping[str, list[str]]) -> dict[str, Measured]:
    """Turn the frames of a run into evidence by probe; a probe that left nothing is `absent`.

    `promised` names each probe's outputs. A second frame for a probe makes both worthless.
    """
    found: dict[str, Measured] = {}
    for head, blob in frames:
        header = read_header(head)
        if header is None or header.probe not in promised:
            continue
        is_second = header.probe in found
        found[header.probe] = _forged("two results came for one probe") if is_second else \
            _read(header, blob, promised[header.probe])
    absent = Measured("absent", "nothing came back")
    return {name: found.get(name, absent) for name in promised}


def read_header(head: Mapping[str, Any]) -> Header | None:
    """Read a frame's JSON part; None where it is none."""
    try:
        return Header.model_validate({k: v for k, v in head.items() if k in Header.model_fields})
    except ValidationError:
        return None


def _forged(because: str) -> Measured:
    return Measured("forged", f"the evidence is not in order: {because}")


def _read(header: Header, blob: bytes, promised: list[str]) -> Measured:
    if header.status != "ok":
        return Measured(header.status, header.because, header.where, {}, header.seconds, header.seed)
    try:
        arrays = read_arrays(blob)
        _check_names(arrays, promised)
    except ValueError as e:
        return _forged(str(e))
    return Measured("ok", "", "", arrays, header.seconds, header.seed)


def _check_names(arrays: Mapping[str, Array], outputs: list[str]) -> None:
    wanted = {o for o in outputs if not o.endswith(("[]", "!"))}
    for base in (o[:-2] for o in outputs if o.endswith("[]")):
        count = sum(name.rpartition(".")[0] == base for name in arrays)
        wanted |= {f"{base}.{i}" for i in range(min(max(count, 1), MAX_LIST))}  # in order, without a gap
    surplus, missing = sorted(arrays.keys() - wanted), sorted(wanted - arrays.keys())
    if surplus:
        raise ValueError(f"{surplus[0]!r:.60} was not asked for")
    if missing:
        raise ValueError(f"{', '.join(missing)} is missing")


def pack_arrays(arrays: Mapping[str, Array]) -> bytes:
    """Write what read_arrays reads; TypeError for a dtype that is not one of the six."""
    names = {np.dtype(code): name for name, code in DTYPES.items()}
    header: dict[str, Any] = {}
    parts: list[bytes] = []
    end = 0
    for name, array in arrays.items():
        if array.dtype not in names:
            raise TypeError(f"{name}: {array.dtype} is none of {', '.join(map(str, names))}")
        parts.append(array.tobytes())
        start, end = end, end + len(parts[-1])
        header[name] = {"dtype": names[array.dtype], "shape": array.shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    return b"".join([len(text).to_bytes(8, "little"), text, *parts])


def read_arrays(blob: bytes, limit: int = MAX_PROBE) -> dict[str, Array]:
    """Read safetensors bytes from an untrusted source; raises ValueError on any deviation."""
    if len(blob) > limit + MAX_HEADER:
        raise ValueError(f"{len(blob)} bytes, {limit} allowed")
    length = int.from_bytes(blob[:8], "little")
    if len(blob) < 8 or length > min(MAX_HEADER, len(blob) - 8):
        raise ValueError("the header is cut")
    entries = _entries(blob[8:8 + length])
    body = memoryview(blob)[8 + length:]
    _check_tiling(entries, len(body))
    return {name: _array(e, body) for name, e in entries.items()}


def _entries(raw: bytes) -> dict[str, _Entry]:
    try:
        table = json.loads(raw.decode(), object_pairs_hook=_once)
        return {k: _Entry.model_validate(v) for k, v in table.items()}
    except (ValidationError, ValueError, AttributeError, RecursionError) as e:
        raise ValueError("the header is not readable") from e


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key appears twice")
    return found


def _check_tiling(entries: Mapping[str, _Entry], size: int) -> None:
    end = 0
    for name, e in sorted(entries.items(), key=lambda item: item[1].data_offsets):
        if e.dtype not in DTYPES:
            raise ValueError(f"{name!r:.60} has dtype {e.dtype!r:.20}")
        start, stop = e.data_offsets
        if start != end or stop - start != math.prod(e.shape) * np.dtype(DTYPES[e.dtype]).itemsize:
            raise ValueError(f"{name!r:.60} does not fill its place")
        end = stop
    if end != size:
        raise ValueError(f"the arrays need {end} bytes, there are {size}")


def _array(entry: _Entry, body: memoryview) -> Array:
    start, stop = entry.data_offsets
    if entry.dtype == "BOOL":  # a byte that is neither 0 nor 1 is no bool to NumPy
        return np.asarray(np.frombuffer(body[start:stop], np.uint8) != 0).reshape(entry.shape)
    return np.frombuffer(body[start:stop], DTYPES[entry.dtype]).reshape(entry.shape)
