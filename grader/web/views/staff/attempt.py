"""What staff do from an attempt's page: look at the evidence, save it, replay the attempt, go on to the next student."""

from __future__ import annotations

import csv
import io

import numpy as np
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from grader.errors import Broken, GraderError
from grader.tolerance import Array
from grader.web import access, kept_runs, neighbours, replays, specs
from grader.web.models import LIVE, Attempt, Membership
from grader.web.regrades import single
from grader.web.views.assignment import attachment
from grader.web.views.gate import Request, members
from grader.web.views.staff.graded import graded_by

MOST_CELLS = 200_000  # of a table; larger arrays come as .npy alone


@members
@require_safe
def evidence(request: Request, pk: int) -> HttpResponse:
    """Show what the attempt's runs left, array by array."""
    member, found = _of_staff(request, pk)
    return render(request, "web/evidence.html", {
        "attempt": found, "submission": found.submission, "assignment": found.submission.assignment, "course": member.course,
        "member": member, "now": specs.now(), "runs": kept_runs.runs(found), "is_live": found.state in LIVE,
        "most_cells": MOST_CELLS, "limits": specs.folder(found.version).spec.limits})


@members
@require_safe
def array(request: Request, pk: int) -> HttpResponse:
    """Hand out one array, as NumPy's own file or as a table; what is asked for and not there leads back to what is."""
    _, found = _of_staff(request, pk)
    said = {k: request.GET.get(k, "") for k in ("run", "probe", "name", "form")}
    run = int(said["run"]) if said["run"].isascii() and said["run"].isdigit() and len(said["run"]) < 6 else -1
    try:
        values = kept_runs.array(found, run, said["probe"], said["name"])
    except Broken:  # which the page says
        values = None
    is_table = said["form"] == "csv"
    if values is None or (is_table and values.size > MOST_CELLS):
        messages.error(request, "There is no such array in what this attempt left.")
        return redirect("evidence", pk)
    name = f"attempt-{pk}-run-{run + 1}-{said['probe'][:60]}-{said['name'][:60]}"
    return attachment(_table(values), f"{name}.csv") if is_table else attachment(_npy(values), f"{name}.npy")


@members
@require_POST
def replay(request: Request, pk: int) -> HttpResponse:
    """Run the submission again with the attempt's seeds and spec."""
    member, found = _of_staff(request, pk)
    if found.state in LIVE:
        messages.error(request, "It is still being graded; replay it when it is over.")
        return redirect("attempt", pk)
    made = replays.replay(found, member, specs.now())
    messages.success(request, "This is the replay: the same seeds and the same spec, behind all submissions. It counts for "
                              "nothing, and the student doesn't see it.")
    return redirect("attempt", made.pk)


@members
@require_POST
def count(request: Request, pk: int) -> HttpResponse:
    """Let a replay be looked at as a grading that may count: in a regrade of its own, with its preview."""
    member, found = graded_by(request, pk)
    try:
        made = single.of_replay(found, member, specs.now())
    except GraderError as e:
        messages.error(request, str(e))
        return redirect("attempt", pk)
    messages.success(request, "Nothing counts yet: see what it changes, and promote it.")
    return redirect("regrade", member.course.slug, made.pk)


@members
@require_POST
def mend(request: Request, pk: int) -> HttpResponse:
    """Grade a submission again whose grading broke."""
    member, found = graded_by(request, pk)
    try:
        made = single.mend(found, member, specs.now())
    except GraderError as e:
        messages.error(request, str(e))
        return redirect("attempt", pk)
    messages.success(request, "It is graded again, and counts as if nothing had happened: the time of handing in stays.")
    return redirect("attempt", made.pk)


@members
@require_safe
def beside(request: Request, pk: int) -> HttpResponse:
    """Go to the attempt of the next or the previous student in the assignment, as the gradebook was last shown."""
    member, found = _of_staff(request, pk)
    is_next, page = request.GET.get("way") != "before", "source" if request.GET.get("page") == "source" else "attempt"
    address = request.session.get(neighbours.seen_in(member.course.slug), "")
    other = neighbours.beside(found, 1 if is_next else -1, address, specs.now())
    if other is None:
        of = " of those that the gradebook last showed" if address.strip("?") else ""
        messages.info(request, f"This is the {'last' if is_next else 'first'} student{of} who handed in here.")
    return redirect(reverse(page, args=[other or pk]))


def _of_staff(request: Request, pk: int) -> tuple[Membership, Attempt]:
    """Find an attempt of a course whose staff the viewer is; Http404 else."""
    member, found = access.attempt(request.user, pk)
    if not member.is_staff:
        raise Http404
    return member, found


def _npy(values: Array) -> bytes:
    target = io.BytesIO()
    np.save(target, values, allow_pickle=False)
    return target.getvalue()


def _table(values: Array) -> bytes:
    """Write an array as a table: a row for each entry along its first axis."""
    target = io.StringIO()
    csv.writer(target).writerows(values.reshape(values.shape[0] if values.ndim else 1, -1).tolist() if values.size else [])
    return target.getvalue().encode()
