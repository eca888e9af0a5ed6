"""Measuring a subject: the same probes on a student's module in the box and on the reference outside it.

`serve` is what the supervisor's child runs: it reads the request, loads the submission, and emits one `E` frame per
probe. `measure` is the part both subjects share. It knows no answer, no tolerance and no check.
"""

from __future__ import annotations

import json
import random
import struct
import sys
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from . import accelerator, stand_ins, wire
from .load import StudentError, guarded, run_units, write_files
from .probes import VERBS
from .recorder import Recorder
from .rewrite import WATCH, Rewriter
from .ticker import Emit, Ticker
from .turn import Round, Subject, Unmeasured
from .values import MAX_BYTES, Array, Unreadable, to_array, to_arrays


def pack_request(request: Mapping[str, Any], inputs: Mapping[str, Array]) -> bytes:
    """Pack a request for the child: JSON, then the input arrays."""
    text = json.dumps(request).encode()
    return struct.pack("<I", len(text)) + text + wire.pack_arrays(dict(inputs))


def unpack_request(blob: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """Undo pack_request."""
    size = struct.unpack_from("<I", blob)[0]
    return json.loads(blob[4:4 + size]), wire.unpack_arrays(blob[4 + size:])


def serve(blob: bytes, emit: Emit) -> None:
    """Load the submission of a request and emit the evidence of each of its probes."""
    request, inputs = unpack_request(blob)
    sys.path.insert(0, str(Path.cwd()))
    stand_ins.install()
    if accelerator.is_given() and "torch" in sys.modules:
        accelerator.settle(sys.modules["torch"], request.get("place", ""))
    write_files(request["files"], Path.cwd())
    seed_all(request["seed"])
    ticker = Ticker(emit)
    subject = open_subject(request, ticker)
    turn = Round(subject, inputs, request["seed"], shift=request.get("shift", 0), ticker=ticker)
    for header, arrays in measure(turn, request["probes"]):
        emit("E", header, wire.pack_arrays(arrays))


def open_subject(request: Mapping[str, Any], ticker: Ticker) -> Subject:
    """Run a function-style submission's top level once; a script is run by its own probes."""
    units, as_tensor = request["units"], request["as_tensor"]
    if request["style"] == "script":
        return Subject({}, units, as_tensor)
    recorder = Recorder()  # records nothing here: it only notes which statements add up
    try:
        watch = Rewriter(None, {*request["watch"]}, recorder).watch
        names = run_units(units, "submission", watch, {WATCH: ticker.watcher(recorder.sums)})
        return Subject(names, units, as_tensor)
    except StudentError as e:
        return Subject({}, units, as_tensor, broken=e)


def measure(turn: Round, probes: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Array]]]:
    """Measure probe after probe; yields each one's header and arrays, whatever the subject does."""
    for at, probe in enumerate(probes, 1):
        start = time.perf_counter()
        header: dict[str, Any] = {"probe": probe["name"], "status": "ok", "seed": turn.seed}
        arrays: dict[str, Array] = {}
        try:
            with turn.ticker.probe(probe["name"], at, len(probes)):
                values = measure_one(turn, probe)
            with guarded(turn.subject.units):  # reading a value may run the student's own __array__ or __getattr__
                arrays = export(probe, values)
        except Unmeasured as e:
            header |= {"status": e.status, "because": printable(str(e)), "where": printable(e.where)}
        except StudentError as e:
            header |= {"status": "raised", "because": printable(e.what), "where": printable(e.where)}
        except Unreadable as e:
            header |= {"status": "unreadable", "because": printable(str(e))}
        header["seconds"] = round(time.perf_counter() - start, 6)
        yield header, arrays


def measure_one(turn: Round, probe: dict[str, Any]) -> dict[str, Any]:
    """Seed, run one verb, and keep what it handed back for later probes."""
    if turn.subject.broken:
        raise turn.subject.broken
    seed_all(turn.seed + zlib.crc32(probe["name"].encode()) % 100_000)
    values = VERBS[probe["do"]](turn, probe)
    turn.kept[probe["name"]] = values
    return values


def export(probe: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Array]:
    """Turn a probe's values into arrays; names ending in `!` stay in the box, `[]` become several arrays."""
    arrays: dict[str, Array] = {}
    for output in probe["outputs"]:
        name = output.rstrip("[]!")
        if output.endswith("[]"):
            arrays |= {f"{name}.{i}": a for i, a in enumerate(to_arrays(values[name], name))}
        elif not output.endswith("!"):
            arrays[name] = to_array(values[name], name)
    size = sum(a.nbytes for a in arrays.values())
    if size > MAX_BYTES:
        raise Unreadable(f"{', '.join(probe['outputs'])}: {size} bytes together, {MAX_BYTES} allowed")
    return arrays


def seed_all(seed: int) -> None:
    """Seed Python, NumPy and, where it is loaded, torch.

    Where torch is built without CUDA the processor's generator is all there is; `manual_seed` would write down where it was
    called for every other kind of device, which takes 0.3 ms.
    """
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 - submissions use the global generator
    if (torch := sys.modules.get("torch")) is not None:
        seeded = torch if torch.backends.cuda.is_built() else torch.default_generator
        seeded.manual_seed(seed)


def printable(text: str) -> str:
    """Make control characters visible and cap the text, which may have grown by that."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text[:2000])[:2000]
