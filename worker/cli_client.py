"""The commands of a student's machine: `login`, `logout`, `submit`, `status` and `grades`, against a service anywhere."""

from __future__ import annotations

import getpass
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from grader import shown
from grader.errors import Broken, GraderError
from grader.report import Report
from grader.wording import nearest
from worker.client import LOCAL, Login, Refused, Server, address, file_of_login, keep_login, read_login
from worker.console import show
from worker.follow import LIVE, follow

MAX_FILE = 10_000_000
SCOPES = ("read", "submit", "grades")
out, err = Console(), Console(stderr=True)

UrlArgument = Annotated[str, typer.Argument(metavar="URL", help="address of the service, as https://grader.example.edu")]
TokenOption = Annotated[str | None, typer.Option(help="a token made on the page Tokens; - reads it from standard input")]
WaitOption = Annotated[bool, typer.Option("--wait", help="follow the grading and print the report")]


def login_command(url: UrlArgument, token: TokenOption = None,
                  user: Annotated[str | None, typer.Option(help="user name or e-mail address; none: asked for")] = None) -> None:
    """Log in to a service and keep the login for the other commands."""
    server = Server(Login(address(url), ""), _warn)
    if urlsplit(server.url).scheme == "http" and urlsplit(server.url).hostname not in LOCAL:
        _warn(f"{server.url} is not encrypted: others on the way can read what you send")
    is_asked = token is None and (user is not None or sys.stdin.isatty())
    server.token = _signed_in(server, user) if is_asked else _read_token(token)
    me = server.get("me")
    keep_login(Login(server.url, server.token))
    courses = ", ".join(c["course"] for c in me["courses"]) or "no course yet: follow the invitation of your instructor"
    _say(f"logged in at {server.url} as {me['user']} ({courses}) until {str(me['token']['expires_at'])[:10]}")


def logout_command() -> None:
    """Revoke the token of this login and forget it."""
    login = read_login()
    try:
        Server(login, _warn).call("DELETE", "tokens/current", tries=2)
    except Refused:
        pass  # it did not work any more, which is what is wanted
    except Broken as e:
        _warn(f"{e}\nThe login is forgotten here, but its token still works until you revoke it: {login.url}/tokens/")
    file_of_login().unlink(missing_ok=True)
    _say(f"logged out of {login.url}")


def submit_command(
        assignment: Annotated[str, typer.Argument(help="COURSE/ASSIGNMENT, or ASSIGNMENT alone where only one course has it")],
        file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
        is_waiting: WaitOption = False) -> None:
    """Hand in a .py file, a notebook or a small zip of them."""
    raw = file.read_bytes()
    if len(raw) > MAX_FILE:
        raise GraderError(f"{file}: {len(raw)} bytes, {MAX_FILE} allowed; hand in the program alone, without data")
    server = Server(read_login(), _warn)
    work = _find(assignment, server.get("assignments"))
    path = f"courses/{work['course']}/assignments/{work['assignment']}"
    try:
        attempt = server.json(server.call("POST", f"{path}/submissions", files={"file": (file.name, raw)},
                                          headers={"Idempotency-Key": uuid.uuid4().hex}))
    except KeyboardInterrupt:
        _warn("interrupted while handing in; it may have arrived all the same: see grader status before you hand in again")
        raise SystemExit(130) from None
    pk, left = attempt["id"], _left(work)
    with _standing(pk):
        number = attempt["submission"]["number"]
        _tell(f"handed in: {work['course']}/{work['assignment']}, submission {number}, attempt {pk}{_for(attempt)}{left}")
        if is_waiting:
            _show_end(server, pk, follow(server, pk, err))
        else:
            _tell(f"see what becomes of it: grader status {pk} --wait")


def status_command(attempt: Annotated[int | None, typer.Argument(help="number of an attempt; none: the newest ones")] = None,
                   is_waiting: WaitOption = False) -> None:
    """Show where your attempts stand, or the report of one."""
    server = Server(read_login(), _warn)
    if attempt is None:
        _list(server.get("attempts", limit=20))
        return
    told = server.get(f"attempts/{attempt}")
    if told["state"] in LIVE and not is_waiting:
        place = f", place {told['place']} in the queue" if told["place"] else ""
        _say(f"attempt {attempt} of {told['course']}/{told['assignment']}{_for(told)}: {_state(told)}{place}")
        return
    with _standing(attempt):
        _show_end(server, attempt, follow(server, attempt, err) if told["state"] in LIVE else told["state"])


def grades_command(course: Annotated[str | None, typer.Argument(help="a course; none: your only one")] = None,
                   table: Annotated[Path | None, typer.Option("--csv", help="write them to this file")] = None) -> None:
    """Show your grades, or as staff everybody's."""
    server = Server(read_login(), _warn)
    chosen = _course(course, server.get("me")["courses"])
    is_staff = chosen["role"] != "student"
    path = f"courses/{chosen['course']}/grades" + ("" if is_staff else "/mine")
    if table is not None:
        text = server.text(path, form="csv")
        try:
            table.write_text(text, encoding="utf-8", newline="")
        except OSError as e:
            raise GraderError(f"{table} cannot be written: {e.strerror}") from e
        _tell(f"{table}: {max(0, len(text.splitlines()) - 1)} rows")
    else:
        found = server.get(path)
        out.print(_everybodys(found) if is_staff else _ones_own(found))


def _signed_in(server: Server, user: str | None) -> str:
    """Exchange a user name and a password for a token; the password is read without being shown."""
    name = user or input("User name or e-mail: ")
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    body = {"user": name, "password": password, "name": "grader login", "scopes": SCOPES}
    try:
        return str(server.json(server.call("POST", "sign-in", json=body, tries=1))["secret"])
    except Refused as e:
        raise GraderError(str(e).partition(" Log in again")[0]) from e


def _read_token(given: str | None) -> str:
    typed = getpass.getpass if sys.stdin.isatty() else lambda _: sys.stdin.readline()
    token = (typed("Token: ") if given in (None, "-") else str(given)).strip()
    if not token.isascii() or not token.startswith("dlg_"):
        raise GraderError("no token was given; a token begins with dlg_ and is made on the page Tokens of the service")
    return token


def _find(name: str, there: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Choose the assignment that is meant; raises GraderError with the nearest name, or with the courses to choose from."""
    full = {f"{a['course']}/{a['assignment']}": a for a in there}
    found = [full[name]] if name in full else [a for a in there if a["assignment"] == name]
    if not found:
        raise GraderError(f"no assignment {name} in your courses{nearest(name, [a['assignment'] for a in there] + list(full))}")
    if len(found) > 1:
        raise GraderError(f"{name} is in several of your courses; say which: "
                          + " or ".join(f"{a['course']}/{name}" for a in found))
    return found[0]


def _course(name: str | None, there: Sequence[dict[str, Any]]) -> dict[str, Any]:
    names = [c["course"] for c in there]
    if name is None and len(there) == 1:
        return there[0]
    if name not in names:
        raise GraderError(f"no course {name} of yours{nearest(name, names)}" if name else
                          f"say which course: {', '.join(names) or 'you are in none'}")
    return there[names.index(name)]


def _left(work: dict[str, Any]) -> str:
    left = work["attempts_left"]
    return "" if left is None else f" ({max(0, left - 1)} of {work['attempts_allowed']} attempts left)"


def _for(attempt: dict[str, Any]) -> str:
    """Say for whom a submission counts, where that is a group."""
    members = attempt["submission"].get("members", [])
    return f", for {', '.join(members)}" if len(members) > 1 else ""


@contextmanager
def _standing(attempt: int) -> Iterator[None]:
    """Say that the submission stands, whatever ends the waiting for it."""
    stands = f"The submission stands and is graded all the same: grader status {attempt}"
    try:
        yield
    except KeyboardInterrupt:
        _warn(f"no longer waiting. {stands}")
        raise SystemExit(130) from None
    except Refused as e:
        raise GraderError(f"{e}\n{stands}") from e
    except Broken as e:
        raise Broken(f"{e}\n{stands}") from e


def _show_end(server: Server, attempt: int, state: str) -> None:
    """Print the report of an attempt that is over; without one, say why."""
    told = server.get(f"attempts/{attempt}")
    if state == "cancelled":
        raise GraderError(f"attempt {attempt} was cancelled; it uses up no attempt")
    if shared := _for(told):
        _tell(f"handed in by {told['submission']['student']}{shared}")
    if told.get("is_held"):
        _say("it is graded; staff of the course hold the grade back, and it is shown when they no longer do")
        return
    if state == "broken" or told["report"] is None:
        raise Broken(f"attempt {attempt} could not be graded: {told['because'] or 'there is no report'}; hand in again")
    try:
        show(Report.model_validate(told["report"]), out)
    except ValidationError:
        raise GraderError(f"this version can't show the service's report; see {server.url}/attempts/{attempt}/") from None
    for hidden in told["hidden"]:
        _say(f"{_count(hidden['count'], 'more check')} worth {shown.points(hidden['points'])} points: shown {hidden['when']}")
    if told["factor"] < 1:
        score, points = shown.points(told["score"]), shown.points(told["points"])
        _say(f"late: {told['factor']:.0%} of the score counts, {score} of {points} points")


def _held(told: dict[str, Any]) -> str:
    """Say why there is no score, where staff hold it back."""
    return "held back" if told.get("is_held") else ""


def _list(attempts: Sequence[dict[str, Any]]) -> None:
    if not attempts:
        _say("nothing handed in yet; hand in with: grader submit ASSIGNMENT FILE --wait")
        return
    names = Column("assignment", overflow="fold"), Column("file", overflow="fold")
    table = Table("no.", *names, "handed in (UTC)", "state", "score")
    for a in attempts:
        score = _held(a) if a["score"] is None else f"{shown.points(a['score'])} / {shown.points(a['points'])}"
        table.add_row(str(a["id"]), Text(f"{a['course']}/{a['assignment']}"), Text(shown.line(a["submission"]["name"], 40)),
                      str(a["submission"]["received_at"])[5:16].replace("T", " "), _state(a), score)
    out.print(table)


def _state(attempt: dict[str, Any]) -> str:
    words = {"queued": "waiting", "running": "being graded", "done": attempt["status"], "broken": "broken, our fault"}
    return str(words.get(attempt["state"], attempt["state"]))


def _ones_own(grades: Sequence[dict[str, Any]]) -> Table:
    table = Table("assignment", "title", "score", "points", "not shown yet")
    for g in grades:
        score = _held(g) if g["score"] is None else shown.points(g["score"])
        hidden = shown.points(g["hidden_points"]) if g["hidden_points"] else ""
        table.add_row(Text(g["assignment"]), Text(shown.line(g["title"])), score, shown.points(g["points"]), hidden)
    return table


def _everybodys(grades: dict[str, Any]) -> Table:
    slugs = list(grades["points"])
    table = Table("student", "name", *slugs, "total")
    for s in grades["students"]:
        scores = ("" if s["scores"][slug] is None else shown.points(s["scores"][slug]) for slug in slugs)
        table.add_row(Text(shown.line(s["student"])), Text(shown.line(s["name"])), *scores, shown.points(s["total"]))
    return table


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _say(text: str) -> None:
    out.print(shown.visible(text), markup=False, highlight=False, soft_wrap=True)


def _tell(text: str) -> None:
    err.print(shown.visible(text), markup=False, highlight=False, soft_wrap=True)


def _warn(text: str) -> None:
    err.print(shown.visible(text), style="yellow", markup=False, highlight=False, soft_wrap=True)


CLIENT: tuple[tuple[str, Callable[..., None]], ...] = (
    ("login", login_command), ("logout", logout_command), ("submit", submit_command), ("status", status_command),
    ("grades", grades_command))
