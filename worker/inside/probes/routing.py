"""routing: take one discriminator and one generator step and record which parameters each one moved."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..load import guarded
from ..turn import Round, Unmeasured
from ..values import Array, to_array, to_arrays
from . import call

TINY = 1e-12


def run(turn: Round, probe: dict[str, Any]) -> dict[str, Any]:
    """Build both networks, warm up with one step of each, then measure one further step of each.

    The first step of each leaves gradients behind, so a step that does not clear the other's shows. Returns the
    largest change of G and D in each step (`g_in_d_step`, ...), the change of D's cost in its own step
    (`d_loss_change`, below 0 when it learns) and of the mean D(G(z)) in G's step (`g_score_change`, above 0).
    """
    names = ["G", "D", "g_opt", "d_opt"]
    nets = call.once(turn, {"call": probe["build"], "args": {"seed": "@seed"}, "returns": names})
    g, d, given = nets["G"], nets["D"], nets | {key: turn.argument(probe[key]) for key in ("x", "z")}

    def step(key: str, *wanted: str) -> None:
        function = call.find(turn, probe[key])
        in_order, by_name = call.arrange(function, {name: given[name] for name in wanted}, probe[key])
        function(*in_order, **by_name)

    with guarded(turn.subject.units):
        step("d_step", "G", "D", "d_opt", "x", "z")
        step("g_step", "G", "D", "g_opt", "z")
        start_g, start_d = snapshot(g, "G"), snapshot(d, "D")
        loss = discriminator_cost(g, d, given["x"], given["z"])
        step("d_step", "G", "D", "d_opt", "x", "z")
        mid_g, mid_d = snapshot(g, "G"), snapshot(d, "D")
        loss_after, score = discriminator_cost(g, d, given["x"], given["z"]), mean_score(g, d, given["z"])
        step("g_step", "G", "D", "g_opt", "z")
        end_g, end_d = snapshot(g, "G"), snapshot(d, "D")
        score_after = mean_score(g, d, given["z"])
    return {"g_in_d_step": moved(start_g, mid_g), "d_in_d_step": moved(start_d, mid_d),
            "d_in_g_step": moved(mid_d, end_d), "g_in_g_step": moved(mid_g, end_g),
            "d_loss_change": loss_after - loss, "g_score_change": score_after - score}


def snapshot(net: Any, name: str) -> list[Array]:
    """Copy a network's parameters."""
    if not hasattr(net, "parameters"):
        raise Unmeasured("unreadable", f"{name} has no parameters(); make it an nn.Module")
    return to_arrays(net, name)


def moved(before: list[Array], after: list[Array]) -> float:
    """Largest change of any parameter; NaN when one is NaN."""
    if [a.shape for a in before] != [a.shape for a in after]:
        raise Unmeasured("unreadable", "a training step changes the shapes of a network's parameters")
    return float(np.max([np.max(np.abs(a - b), initial=0.0) for a, b in zip(before, after, strict=True)]))


def discriminator_cost(g: Any, d: Any, x: Any, z: Any) -> float:
    """-mean(log D(x)) - mean(log(1 - D(G(z)))). Source: lecture, GAN; Goodfellow et al. 2014."""
    real, fake = to_array(d(x), "D(x)"), to_array(d(g(z)), "D(G(z))")
    return float(-np.mean(np.log(np.maximum(real, TINY))) - np.mean(np.log(np.maximum(1 - fake, TINY))))


def mean_score(g: Any, d: Any, z: Any) -> float:
    """Mean D(G(z))."""
    return float(np.mean(to_array(d(g(z)), "D(G(z))")))
