"""What one round asks of a box: the probes with their arguments, and the inputs they mention; never an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.probes import Call, Probe, Script, style_of
from grader.spec import Spec
from grader.submission import Submission
from grader.tolerance import Array
from worker.inside.measure import pack_request

COSTS = {"cost", "loss", "cost_value", "loss_value", "total_loss", "train_loss"}
TRIAL = 1_000_003  # seeds of further trials are this far apart


def trial_seed(seed: int, trial: int) -> int:
    """Return the seed of a trial; trial 0 is the attempt's own."""
    return (seed + trial * TRIAL) % 2**31


def with_dependencies(spec: Spec, style: str, names: Sequence[str]) -> list[Probe]:
    """Return the probes of these names and all whose outputs they use, in the spec's order."""
    probes = {p.name: p for p in spec.probes_of(style)}
    wanted, queue = set(), [n for n in names if n in probes]
    while queue:
        name = queue.pop()
        wanted.add(name)
        used = [m[1:].partition(".")[0] for m in probes[name].mentions() if m.startswith("$")]
        queue += [u for u in used if u not in wanted]
    return [p for p in spec.probes_of(style) if p.name in wanted]


def promised(spec: Spec, probes: Sequence[Probe], wanted: Sequence[str]) -> dict[str, list[str]]:
    """Say which outputs each probe must leave; a probe run only because another needs it leaves none."""
    return {p.name: kept(spec, p) if p.name in wanted else [] for p in probes}


def kept(spec: Spec, probe: Probe) -> list[str]:
    """List the outputs a probe exports."""
    outputs = spec.outputs(probe)
    if isinstance(probe, Call) and probe.keep is not None:
        return [o for o in outputs if o.rstrip("[]!") in probe.keep]
    return [o for o in outputs if not o.endswith("!")]


def request(spec: Spec, submission: Submission, probes: Sequence[Probe], outputs: Mapping[str, list[str]],
            data: Mapping[str, Array], seed: int, trial: int) -> bytes:
    """Pack everything the box's child gets: the submission, the probes, their inputs and the seed."""
    bare = [bare_probe(spec, p, outputs[p.name], data) for p in probes]
    style = style_of(probes[0])
    return pack_request({"style": style, "units": [list(u) for u in submission.units], "files": dict(submission.files),
                         "as_tensor": submission.imports_torch, "watch": watched(spec),
                         "seed": trial_seed(seed, trial), "shift": trial, "probes": bare}, mentioned(spec, probes, data))


def watched(spec: Spec) -> list[str]:
    """List the names that costs go by, for the curve shown while functions train."""
    return sorted({n for names in (spec.script.watch if spec.script else {}).values() for n in names} or COSTS)


def bare_probe(spec: Spec, probe: Probe, outputs: list[str], data: Mapping[str, Array]) -> dict[str, Any]:
    """Describe one probe for the box, in plain JSON."""
    bare = probe.model_dump() | {"outputs": outputs}
    if isinstance(probe, Call):
        bare["returns"] = spec.outputs(probe)
    if isinstance(probe, Script) and spec.script:
        bare |= spec.script.model_dump() | {"swap": swaps(probe, data), "files": files(spec, probe, data)}
    return bare


def swaps(probe: Script, data: Mapping[str, Array]) -> list[list[str]]:
    """Pair the published arrays with the ones that stand in for them in this probe's run."""
    if probe.data == "published":
        return []
    keys = [k.partition(".")[2] for k in data if k.startswith("published.")]
    return [[k, f"published.{k}", f"{probe.data}.{k}"] for k in keys
            if f"{probe.data}.{k}" in data and data[f"published.{k}"].shape == data[f"{probe.data}.{k}"].shape
            and data[f"published.{k}"].ndim > 0]


def files(spec: Spec, probe: Script, data: Mapping[str, Array]) -> list[dict[str, Any]]:
    """List the data files beside the script, with this run's data in them where the data set has them."""
    def place(ref: str) -> str:
        mine = f"{probe.data}.{ref.partition('.')[2]}"
        return mine if mine in data else ref
    return [{"name": f.name, "arrays": {k: place(r.lstrip("@")) for k, r in f.arrays.items()}} for f in spec.files]


def mentioned(spec: Spec, probes: Sequence[Probe], data: Mapping[str, Array]) -> dict[str, Array]:
    """Pick the inputs these probes mention: nothing else goes into the box."""
    refs = {m.lstrip("@") for p in probes for m in p.mentions() if m.startswith("@")}
    if any(isinstance(p, Script) for p in probes):
        refs |= {"published.", *(r.lstrip("@") for f in spec.files for r in f.arrays.values())}
    sets = {r for r in refs if r.endswith(".")}
    return {k: v for k, v in data.items() if k in refs or f"{k.partition('.')[0]}." in sets}
