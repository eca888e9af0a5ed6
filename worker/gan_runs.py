"""A GAN's runs for calibration: one after the other, each kept on disk whole, so that nothing is trained twice.

Two nets of this size fill a core by themselves, so many at once gain nothing (five cost five times one). What a run left,
weights and costs, is kept apart from what checks make of it: other bands, noise or features take no new training.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from grader.calibration import Gan, code_of
from grader.evidence import Measured
from grader.settings import cache_folder
from grader.tolerance import Array
from reference import gan


def evidence(plan: Gan, seed: int, data: Mapping[str, Array]) -> Mapping[str, Measured]:
    """Give what a right submission leaves on this seed, training it unless it was trained before."""
    run = trained(plan, seed, data[plan.images.lstrip("@")])
    told = {"d_costs": run["d_costs"], "g_costs": run["g_costs"]} | asked(plan, run, data)
    found: dict[str, dict[str, Array]] = {}
    for ref, name in plan.leaves.items():
        probe, _, output = ref.partition(".")
        found.setdefault(probe, {})[output] = told[name]
    return {probe: Measured("ok", arrays=arrays) for probe, arrays in found.items()}


def trained(plan: Gan, seed: int, images: Array) -> dict[str, Array]:
    """Return a run's weights and costs, from the disk or by training."""
    file = file_of(plan, seed, images)
    if not file.exists():
        G, D, d_costs, g_costs = gan.train(torch.tensor(images), plan.steps, plan.batch, seed)
        weights = {f"{name}.{i}": p.numpy(force=True) for name, net in (("G", G), ("D", D))
                   for i, p in enumerate(net.parameters())}
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".part")
        with unfinished.open("wb") as f:
            np.savez(f, allow_pickle=False, d_costs=d_costs.numpy(), g_costs=g_costs.numpy(), **weights)
        unfinished.rename(file)
    with np.load(file, allow_pickle=False) as kept:
        return {key: kept[key] for key in kept.files}


def file_of(plan: Gan, seed: int, images: Array) -> Path:
    """Name the file of a run by all that it depends on."""
    h = hashlib.sha256(code_of(inspect.getsource(gan)) + np.ascontiguousarray(images).tobytes())
    h.update(f"{plan.steps} {plan.batch} {torch.__version__}".encode())
    return cache_folder() / "calibrate" / f"gan-{h.hexdigest()[:32]}" / f"{seed}.npz"


@torch.no_grad()
def asked(plan: Gan, run: Mapping[str, Array], data: Mapping[str, Array]) -> dict[str, Array]:
    """Let a run's nets draw images, and score real digits, their own and noise."""
    nets = {"G": gan.generator(0), "D": gan.discriminator(0)}
    for name, net in nets.items():
        for i, p in enumerate(net.parameters()):
            p.copy_(torch.as_tensor(run[f"{name}.{i}"]))
    z, real, noise = (torch.tensor(data[ref.lstrip("@")]) for ref in (plan.z, plan.real, plan.noise))
    images = nets["G"](z)
    scores = {"real": nets["D"](real), "fake": nets["D"](images), "noise": nets["D"](noise)}
    return {"images": images.numpy()} | {name: s.numpy() for name, s in scores.items()}
