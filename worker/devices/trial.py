"""A tiny computation on the device, in the very box that an attempt is to run in: what NVML can't tell, it tells."""

from __future__ import annotations

from grader.evidence import read_evidence
from grader.spec import Limits
from worker.box import Box, Job, Status
from worker.inside.measure import pack_request

SECONDS = 30.0  # a first context takes a few
ON_DEVICE = """
import torch

def compute():
    total = (torch.arange(4096.0, device="cuda") * 2).sum()
    torch.cuda.synchronize()
    return total.cpu()
"""
EXPECTED = 4095 * 4096  # every partial sum is an even whole number below 2**25: exact in any order
PROBE = {"do": "call", "name": "device", "call": "compute", "args": {}, "returns": ["total"], "outputs": ["total"]}


def request(source: str) -> bytes:
    """Pack the computation as a submission of ours."""
    return pack_request({"style": "function", "units": [["device.py", source]], "files": {}, "as_tensor": True, "watch": [],
                         "seed": 0, "shift": 0, "probes": [PROBE]}, {})


def fault(box: Box, limits: Limits, source: str = ON_DEVICE) -> str:
    """Compute in a box; say what is wrong with its device. Raises Broken where the box itself fails."""
    run = box.run(Job(request(source), limits.model_copy(update={"seconds": SECONDS}), 1))
    if run.status is not Status.FINISHED:
        return f"a small computation ended as {run.status}: {run.because}"
    found = read_evidence(run.frames, {"device": ["total"]})["device"]
    if not found.is_ok:
        return f"a small computation failed: {found.because}"
    total = float(found.arrays["total"])
    return "" if total == EXPECTED else f"a small computation gave {total:g}, not {EXPECTED}"
