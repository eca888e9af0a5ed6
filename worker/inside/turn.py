"""What a round of probes works on: the subject, its inputs, and what earlier probes handed back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .load import ProbeError, StudentError, Units, guarded
from .ticker import Ticker
from .values import Array, to_input


class Unmeasured(ProbeError):
    """A probe could not be measured: `status` says in which way, the message why."""

    def __init__(self, status: str, because: str, where: str = "") -> None:
        self.status = status
        self.where = where
        super().__init__(because)


@dataclass
class Subject:
    """What is measured: names to call, the units they came from, and whether it wants tensors or NumPy arrays."""

    names: Mapping[str, Any]
    units: Units = field(default_factory=list)
    as_tensor: bool = True
    broken: StudentError | None = None


@dataclass
class Round:
    """One round of probes on one subject: inputs, seed, and what each probe handed back so far."""

    subject: Subject
    inputs: Mapping[str, Array]
    seed: int
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    shift: int = 0  # added to seeds that a script sets itself, so that a further trial is another run
    ticker: Ticker = field(default_factory=Ticker)

    def argument(self, value: Any) -> Any:
        """Make a fresh argument: `@set.key` from the inputs, `@seed`, `$probe.output` as it was handed back.

        A list becomes a list of such arguments.
        """
        if isinstance(value, list):
            return [self.argument(v) for v in value]
        if not isinstance(value, str) or not value.startswith(("@", "$")):
            return value
        if value == "@seed":
            return self.seed
        if value.startswith("@"):
            return to_input(self.inputs[value[1:]], as_tensor=self.subject.as_tensor)
        return self.handed_back(value[1:])

    def handed_back(self, ref: str) -> Any:
        """Return what an earlier probe of this round handed back under `probe.output`, or a part of it.

        `build.G.parameters` is the method of the network G; None where there is no such part.
        """
        probe, output, *parts = ref.split(".")
        if probe not in self.kept:
            msg = f"not measured, because {probe} failed"
            raise Unmeasured("skipped", msg)
        value = self.kept[probe][output]
        with guarded(self.subject.units):
            for part in parts:
                value = getattr(value, part, None)
        return value
