"""What a spec may ask to be measured: one model per verb of worker/inside/probes.

An argument is a number, a text, a list of numbers, or a reference: `@published.x` is an array of a data set,
`@seed` the trial's seed, `$build.G` what an earlier probe of the same round handed back, or a part of it
(`$build.G.parameters`). A list of references becomes a list of what they stand for:
`weights = ["@hidden.W1", "@hidden.b1"]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from grader.strict import Model

Argument = float | int | bool | str | list[float] | list[int] | list[str]


def texts(args: Mapping[str, Argument]) -> Iterator[str]:
    """Yield every text among the arguments, those in lists too."""
    for value in args.values():
        yield from (v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str))


class Call(Model):
    """Call a function of the submission, or something an earlier probe handed back (`$build.G`)."""

    do: Literal["call"] = "call"
    name: str
    late: bool = False  # costly: measured only once the checks that use it have what they need
    call: str
    args: dict[str, Argument] = {}
    returns: list[str] | None = None  # default: what the spec's [[function]] entry says
    keep: list[str] | None = None  # export only these outputs as evidence; default all
    times: int | None = Field(None, ge=2, le=32)  # call it so often with @seed, @seed + 1, ...; each output is stacked

    def mentions(self) -> list[str]:
        """List every text that may be a reference."""
        return [self.call, *texts(self.args)]


class Gradient(Model):
    """Differentiate the sum of a function's output with respect to one of its arguments."""

    do: Literal["gradient"]
    name: str
    late: bool = False  # costly: measured only once the checks that use it have what they need
    call: str
    args: dict[str, Argument]
    wrt: str

    def mentions(self) -> list[str]:
        """List every text that may be a reference."""
        return [self.call, *texts(self.args)]


class Routing(Model):
    """Take one discriminator and one generator step and record which parameters each one moved.

    `build` makes (G, D, g_opt, d_opt) from a seed; `d_step(G, D, d_opt, x, z)` and `g_step(G, D, g_opt, z)` train.
    """

    do: Literal["routing"]
    name: str
    late: bool = False  # costly: measured only once the checks that use it have what they need
    build: str
    d_step: str
    g_step: str
    x: str
    z: str

    def mentions(self) -> list[str]:
        """List every text that may be a reference."""
        return [self.x, self.z]


class Script(Model):
    """Run the submission as a plain script on one data set and read its variables (see the spec's [script])."""

    do: Literal["script"]
    name: str
    late: bool = False  # costly: measured only once the checks that use it have what they need
    data: str = "published"

    def mentions(self) -> list[str]:
        """List every text that may be a reference."""
        return [f"@{self.data}."]


def _verb(value: Any) -> str:
    found: str = value.get("do", "call") if isinstance(value, dict) else getattr(value, "do", "call")
    return found


Probe = Annotated[Annotated[Call, Tag("call")] | Annotated[Gradient, Tag("gradient")] | Annotated[Routing, Tag("routing")]
                  | Annotated[Script, Tag("script")], Discriminator(_verb)]

OUTPUTS = {"gradient": ["value", "gradient"], "routing": ["g_in_d_step", "d_in_d_step", "d_in_g_step", "g_in_g_step",
                                                          "d_loss_change", "g_score_change"]}


def style_of(probe: Call | Gradient | Routing | Script) -> str:
    """Tell which style of submission a probe measures."""
    return "script" if isinstance(probe, Script) else "function"
