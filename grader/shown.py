"""Words as reports show them: text that a student may have made becomes visible, short and harmless."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from typing import Any

from grader.report import Report
from grader.verdict import Result, Verdict

LINE = 600  # characters of one sentence
SIGNS = {Result.PASSED: "✓", Result.FAILED: "✗", Result.SKIPPED: "–"}  # noqa: RUF001 - a dash as wide as the others

STATUS = {
    "finished": "Your program ran to its end.",
    "timeout": "Your program was stopped because it took too long.",
    "memory": "Your program was stopped because it needed too much memory.",
    "output": "Your program was stopped because it wrote too much.",
    "crashed": "Your program ended before it was done.",
    "broken": "The fault is ours, not yours. It costs no mark and no attempt; the grading is repeated.",
}


def visible(text: str) -> str:
    """Write out every character that has no shape of its own; line ends and tabs stay."""
    return "".join(c if c in "\n\t" or c.isprintable() else _named(c) for c in text.replace("\r\n", "\n"))


def _named(c: str) -> str:
    code = ord(c)
    if unicodedata.category(c) == "Zs":
        return " "
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def line(text: object, limit: int = LINE) -> str:
    """Bring any text on one visible line of at most `limit` characters, and say how many more there are."""
    said = str(text)
    kept = visible(said[:limit]).replace("\n", " ").replace("\t", " ")
    return kept if len(said) <= limit else f"{kept} … ({len(said) - limit:,} more characters)"


def head(text: str, lines: int, width: int = LINE) -> str:
    """Keep the first lines of a program's output, each on one visible line, and say how many more there are."""
    rows = text[:lines * width].replace("\r\n", "\n").split("\n")[:lines]
    more = text.rstrip().count("\n") + 1 - len(rows)
    end = [f"… ({more:,} more lines)"] if more > 0 else []
    return "\n".join([*(_cut(row.expandtabs(4), width) for row in rows), *end]).rstrip()


def _cut(row: str, width: int) -> str:
    return visible(row) if len(row) <= width else visible(row[:width]) + " …"


def points(value: float) -> str:
    """Write points without needless zeros."""
    return f"{value:.6g}" if math.isfinite(value) else "?"


def result(check: Verdict) -> Result:
    """Read a check's verdict, also where it was written as a plain word."""
    return Result(check.verdict)


def score(report: Report) -> str:
    """Say the score, or that there is none because the fault is ours."""
    return "not graded" if report.status == "broken" else f"{points(report.score)} / {points(report.points)} points"


def to_do(report: Report) -> list[Verdict]:
    """List the checks a student can do something about: those that failed, in order."""
    return [c for c in report.checks if result(c) is Result.FAILED]


def margin(check: Verdict) -> str:
    """Say a margin, unless the reason says it already."""
    return "" if check.margin in check.because else check.margin


def used(check: Verdict) -> str:
    """Say how much of the allowed distance was used; a check that was exact, or has no distance, says nothing."""
    share = check.used
    if share is None or not 0 < share < math.inf:
        return ""
    if share <= 1:
        return f"{100 * share:.2g} % of the allowed distance used"
    return f"{share:,.2g} times the allowed distance" if share < 100 else f"{share:,.0f} times the allowed distance"


def trials(check: Verdict) -> str:
    """Say how many trials it took, when it took several."""
    count = len(check.trials)
    return f"{sum(t.is_passed for t in check.trials)} of {count} trials passed" if count > 1 else ""


def facts(provenance: Mapping[str, Any]) -> dict[str, str]:
    """Name what the verdicts rest on, as short words; what is not known is left out."""
    p = provenance
    told = {
        "engine": p.get("engine"), "runtime": p.get("runtime"), "device": p.get("device"), **device(p),
        "isolation": p.get("isolation"), "seed": p.get("seed"), "time": _unit(p.get("seconds"), "s"),
        "peak memory": _unit(p.get("peak_memory_mb"), "MB"), "rounds": p.get("rounds"), "trials": p.get("trials"),
        "Python": p.get("python"), "torch": p.get("torch"), "NumPy": p.get("numpy"), "grader": p.get("grader"),
        "spec": _short(p.get("spec")), "submission": _short(p.get("submission")), "box": _short(p.get("digest")),
    }
    return {name: line(value, 80) for name, value in told.items() if value not in (None, "")}


def device(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Name the GPU that a submission ran on, if it ran on one."""
    p = provenance
    return {"GPU": p.get("device_name"), "GPU id": p.get("device_uuid"), "part of GPU": p.get("mig"),
            "driver": p.get("driver"), "CUDA": p.get("cuda"), "compute capability": p.get("compute_capability"),
            "peak GPU memory": _unit(p.get("gpu_peak_mb"), "MB"), "bands": p.get("bands")}


def weaker(provenance: Mapping[str, Any]) -> list[str]:
    """List the limits that the engine could not hold as strictly as it should."""
    told = provenance.get("weaker") or []
    return [line(w, 300) for w in ([told] if isinstance(told, str) else told)][:20]


def _unit(value: object, unit: str) -> str | None:
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return f"{value:.3g} {unit}" if abs(value) < 1000 else f"{value:.0f} {unit}"


def _short(digest: object) -> str | None:
    return str(digest).removeprefix("sha256:")[:12] if digest else None
