"""From evidence and answers to verdicts: the only place where a mark is made, and it runs outside every box."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from grader.checks import AnyCheck
from grader.checks.base import Case
from grader.spec import Spec
from grader.verdict import Result, Verdict


def judge(spec: Spec, style: str, trials: Sequence[Case]) -> list[Verdict]:
    """Judge every check of a style; `trials[0]` is the first trial, later ones hold what was measured again.

    A check whose `needs` did not pass is skipped and says which.
    """
    done: dict[str, Verdict] = {}
    for check in in_order(spec.checks_of(style)):
        failed = [n for n in check.needs if n not in done or done[n].verdict is not Result.PASSED]
        done[check.name] = check.skip(f"not judged, because {failed[0]} did not pass") if failed else \
            check.judge([c for c in trials if is_measured(check, c)] or trials[:1])
    return [done[c.name] for c in spec.checks_of(style)]


def in_order(checks: Sequence[AnyCheck]) -> list[AnyCheck]:
    """Put every check behind those it needs."""
    ordered: list[AnyCheck] = []
    waiting = list(checks)
    while waiting:
        names = {c.name for c in waiting}
        ready = [c for c in waiting if not names & set(c.needs)] or waiting[:1]
        ordered += ready
        waiting = [c for c in waiting if c not in ready]
    return ordered


def needed(spec: Spec, style: str, names: Collection[str]) -> list[AnyCheck]:
    """List these checks of a style and all that they need, however indirectly."""
    wanted = set(names)
    for check in reversed(in_order(spec.checks_of(style))):
        wanted |= set(check.needs) if check.name in wanted else set()
    return [c for c in spec.checks_of(style) if c.name in wanted]


def is_measured(check: AnyCheck, case: Case) -> bool:
    """Tell whether a trial measured all probes a check looks at."""
    return all(p in case.evidence for p in check.probes())


def due(spec: Spec, style: str, verdicts: Mapping[str, Verdict], measured: set[str]) -> list[str]:
    """Name the probes to measure next: all that are not late, then late ones of checks whose needs passed."""
    late = {p.name for p in spec.probes_of(style) if p.late}
    def is_due(check: AnyCheck) -> bool:
        return all(n in verdicts and verdicts[n].verdict is Result.PASSED for n in check.needs)
    return list(dict.fromkeys(p for c in spec.checks_of(style) for p in c.probes()
                              if p not in measured and (p not in late or is_due(c))))


def retried(spec: Spec, style: str, verdicts: Mapping[str, Verdict]) -> list[str]:
    """Name the probes to measure again with another seed: of checks that failed and have trials left."""
    checks = [c for c in spec.checks_of(style) if c.name in verdicts and verdicts[c.name].verdict is Result.FAILED
              and 0 < len(verdicts[c.name].trials) < c.trials]
    return list(dict.fromkeys(p for c in checks for p in c.probes()))


def shown_first(spec: Spec, style: str, names: Sequence[str]) -> list[str]:
    """Of probes that are due take those whose checks a student sees at once; what hidden checks alone look at waits for them.

    A round's probes travel together, and a program can read all that its round carries: what it measured for a check that it is
    told about would be a way to tell the inputs of one that it isn't.
    """
    seen = {p for c in spec.checks_of(style) if c.visibility == "always" for p in c.probes()}
    return [n for n in names if n in seen] or list(names)
