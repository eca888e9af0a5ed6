"""The checked content of one assignment.toml, frozen; unknown keys are errors."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from grader.calibration import Plan
from grader.checks import AnyCheck
from grader.probes import OUTPUTS, Call, Probe, Script, style_of
from grader.strict import Model
from grader.syntax import parse

Gpu = Literal["none", "preferred", "required"]
Style = Literal["function", "script"]


class Limits(Model):
    """What one run in the box may use."""

    seconds: float = Field(60, gt=0, le=7200)
    memory_mb: int = Field(2048, ge=256, le=65536)
    processes: int = Field(64, ge=8, le=1024)
    output_kb: int = Field(1024, ge=1, le=65536)
    evidence_mb: int = Field(64, ge=1, le=64)
    gpu: Gpu = "none"
    gpu_mb: int | None = Field(None, ge=64, le=1 << 20)  # of a device's memory


class Function(Model):
    """A function the student must define, called with its arguments in the order of the signature.

    In `returns` a name with `[]` is a list of arrays, one with `!` an object that stays in the box.
    """

    name: str = Field(pattern=r"^[A-Za-z_]\w*$")
    signature: str
    returns: list[str] = Field(min_length=1)
    about: str = ""

    @model_validator(mode="after")
    def _readable(self) -> Function:
        try:
            parse(f"def {self.signature}: pass")
        except SyntaxError as e:
            msg = f"signature {self.signature!r} is not Python; write it as train(x, y, lr=0.01)"
            raise ValueError(msg) from e
        return self


class Variables(Model):
    """How a plain script's results are read: an output's name, then the variable names looked for, in order."""

    reads: dict[str, list[str]]
    watch: dict[str, list[str]] = {}  # recorded at every assignment, as the cost in a training loop
    optional: list[str] = []  # outputs left empty when the script has none, as those that are only shown


class Reference(Model):
    """Our own implementation: a module of reference/, or a Python file in the assignment's folder."""

    module: str | None = None
    file: str | None = Field(None, pattern=r"^[\w-]+\.py$")  # in the folder, and nowhere else
    names: dict[str, str] = {}

    @model_validator(mode="after")
    def _one_of(self) -> Reference:
        if (self.module is None) == (self.file is None):
            msg = "give either module (one of ours) or file (a Python file in this folder)"
            raise ValueError(msg)
        return self


class Draw(Model):
    """One array drawn anew for every hidden case."""

    draw: Literal["uniform", "normal", "integers", "one_hot", "choice"]
    shape: list[int] = Field(max_length=4)
    low: float = -1.0
    high: float = 1.0
    scale: float = 1.0
    of: list[float] = []


class Tables(Model):
    """A data set: arrays written here, or `source`, a function of reference/ that makes them.

    `source = "hidden_cases:hidden_linear"` is called with the case's seed when the set is hidden.
    """

    source: str | None = None
    arrays: dict[str, int | float | list[Any] | Draw] = {}
    hidden: bool = False
    cases: int = Field(16, ge=1, le=1024)


class DataFile(Model):
    """A file put beside the running script: a table as CSV, or arrays as .npz."""

    name: str = Field(pattern=r"^[A-Za-z0-9][\w.-]*\.(csv|npz)$")
    arrays: dict[str, str]


class Spec(Model):
    """One assignment, as its folder's assignment.toml says it."""

    title: str
    lecture: str = ""
    models: list[int] = []
    runtimes: list[str] = Field(["pytorch"], min_length=1)
    styles: list[Style] = Field(["function"], min_length=1)
    summary: str = ""
    limits: Limits = Limits()
    isolation: Literal["warm", "fresh"] = "warm"
    reference: Reference
    calibration: Plan | None = None
    functions: list[Function] = Field([], alias="function")
    script: Variables | None = None
    data: dict[str, Tables] = {}
    files: list[DataFile] = Field([], alias="file")
    probes: list[Probe] = Field(alias="probe", min_length=1)
    checks: list[Annotated[AnyCheck, Field(discriminator="kind")]] = Field(alias="check", min_length=1)

    def probe(self, name: str, style: str) -> Probe:
        """Return the probe of this name and style; a KeyError when there is none."""
        found = [p for p in self.probes_of(style) if p.name == name]
        if not found:
            raise KeyError(name)
        return found[0]

    def probes_of(self, style: str) -> list[Probe]:
        """List the probes that measure this style of submission."""
        return [p for p in self.probes if style_of(p) == style]

    def checks_of(self, style: str) -> list[AnyCheck]:
        """List the checks that count for this style of submission."""
        return [c for c in self.checks if c.style in (None, style)]

    def points(self, style: str) -> float:
        """Add up the points a submission of this style can get."""
        return sum(c.points for c in self.checks_of(style))

    def outputs(self, probe: Probe) -> list[str]:
        """Name what a probe leaves, in order, with its `[]` and `!` marks."""
        if isinstance(probe, Script):
            return sorted({*self.script.reads, *self.script.watch}) if self.script else []
        if isinstance(probe, Call):
            return self._returns(probe)
        return OUTPUTS[probe.do]

    def _returns(self, probe: Call) -> list[str]:
        if probe.returns is not None:
            return probe.returns
        return next((f.returns for f in self.functions if f.name == probe.call), ["value"])
