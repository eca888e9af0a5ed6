"""Dates and rules of a whole course in one table, saved together; where something was handed in, what it does is shown first."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from grader.errors import GraderError
from grader.web import access, effects, specs, timetable
from grader.web.models import Assignment, Membership, Role
from grader.web.timetable import Cells, Reading
from grader.web.views.gate import Request, members

SHOWN = 100  # scores that would move


@members
@require_http_methods(["GET", "HEAD", "POST"])
def dates(request: Request, course: str) -> HttpResponse:
    """Show the table; a POST moves all dates, or shows what the changes do, or saves them."""
    member = access.member_as(request.user, course, Role.INSTRUCTOR)
    zone = ZoneInfo(member.course.time_zone)
    rows = list(member.course.assignments.select_related("course", "version"))
    stored = timetable.cells(rows, zone)
    if request.method != "POST":
        return _page(request, member, rows, {"said": stored, "seen": stored})
    said = {k: request.POST.get(k, v)[:40] for k, v in stored.items()}
    seen = _seen(request, stored)
    if request.POST.get("deed") == "shift":
        return _shift(request, member, rows, {"said": said, "seen": seen})
    return _change(request, member, rows, said, seen)


def _change(request: Request, member: Membership, rows: list[Assignment], said: Cells, seen: Cells) -> HttpResponse:
    zone = ZoneInfo(member.course.time_zone)
    reading = timetable.read(rows, said, seen, zone)
    if reading.faults:
        told = {"said": said, "seen": timetable.cells(rows, zone), "faults": reading.faults,
                "wrong": "Nothing was saved: the cells that are marked say why."}
        return _page(request, member, rows, told)
    if not reading.changes:
        messages.success(request, "Nothing was changed.")
        return redirect("dates", member.course.slug)
    touched = list({c.assignment.pk: c.assignment for c in reading.changes}.values())
    effect = effects.of(member.course, rows, timetable.changed(rows, reading), touched)
    if effect.submissions and request.POST.get("confirmed") != _name_of(reading, effect):
        return render(request, "course/dates_preview.html", {
            "course": member.course, "member": member, "changes": reading.changes, "effect": effect, "names": timetable.NAMES,
            "moves": effect.moves[:SHOWN], "said": said, "seen": json.dumps(seen), "confirmed": _name_of(reading, effect)})
    try:
        timetable.save(member.course, reading, by=member.user)
    except GraderError as e:
        return _page(request, member, rows, {"said": said, "seen": seen, "wrong": str(e)})
    messages.success(request, f"Saved: {len(reading.changes)} cell{'s' if len(reading.changes) != 1 else ''} changed.")
    return redirect("dates", member.course.slug)


def _shift(request: Request, member: Membership, rows: list[Assignment], told: dict[str, Any]) -> HttpResponse:
    """Show the table with all dates moved; nothing is saved yet."""
    text = request.POST.get("days", "").strip().replace("\N{MINUS SIGN}", "-")
    if not (text.removeprefix("-").isdecimal() and text.isascii() and abs(int(text[:6])) <= timetable.SHIFT):
        return _page(request, member, rows, told | {"wrong": f"Days: a whole number between -{timetable.SHIFT} and "
                                                            f"{timetable.SHIFT}, as 7 or -1."})
    moved = timetable.shifted(told["said"], int(text))
    return _page(request, member, rows, told | {"said": moved, "days": text, "note": f"All dates are moved by {text} days in the "
                                                "table below. Nothing is saved yet."})


def _page(request: Request, member: Membership, rows: list[Assignment], told: dict[str, Any]) -> HttpResponse:
    usual: dict[str, Any] = {"faults": {}, "wrong": "", "note": "", "days": ""}
    return render(request, "course/dates.html", {
        "course": member.course, "member": member, "rows": rows, "names": timetable.NAMES, "now": specs.now(),
        "counting": Assignment.Counting.choices} | usual | told | {
        "seen": json.dumps(told["seen"])}, status=422 if told.get("wrong") else 200)


def _seen(request: Request, stored: Cells) -> Cells:
    """Read how the table was shown; what can't be read counts as what is stored."""
    try:
        found = json.loads(request.POST.get("seen", ""))
    except ValueError:
        return stored
    return {k: str(v) for k, v in found.items()} if isinstance(found, dict) else stored


def _name_of(reading: Reading, effect: effects.Effect) -> str:
    return f"{reading.digest}:{effect.up}:{effect.down}:{effect.submissions}"
