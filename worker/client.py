"""The service as a program on another machine sees it: one HTTPS API, a token, and a network that may fail at any time.

What is asked again after a fault must not count twice: reading never does, and a submission carries a key by which
the service knows it when it comes again.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from grader.errors import Broken, GraderError
from grader.store import write_atomically

AGAIN_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # pauses before a call is made again
TIMEOUT_S = (10.0, 60.0)  # to connect, to answer
LONGEST_S = 120  # a service that wants more patience than this is not waited for
AGAIN = {502, 503, 504}  # what a proxy says while the service is restarted; 503 also a database that is busy
LOCAL = {"localhost", "127.0.0.1", "::1"}


class Refused(GraderError):
    """The service says no; `code` is one of the API's."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        self.status, self.code = status, code
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Login:
    """Where one is logged in."""

    url: str
    token: str


def file_of_login() -> Path:
    """Return the file that keeps the login: in XDG_CONFIG_HOME, else ~/.config."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "dlgrader" / "login.json"


def read_login() -> Login:
    """Read where one is logged in; raises GraderError that says how to log in."""
    try:
        return Login(**json.loads(file_of_login().read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise GraderError("you are not logged in; run: grader login https://YOUR-GRADER") from None
    except (OSError, ValueError, TypeError) as e:
        raise GraderError(f"{file_of_login()} cannot be read ({e}); run: grader login https://YOUR-GRADER") from e


def keep_login(login: Login) -> None:
    """Keep a login where only its owner reads it."""
    file = file_of_login()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    earlier = os.umask(0o077)
    try:
        write_atomically(file, json.dumps(asdict(login)).encode())
    finally:
        os.umask(earlier)
    file.chmod(0o600)


def address(given: str) -> str:
    """Complete an address as people type it; raises GraderError where it is none."""
    is_local = given.partition("/")[0].rpartition(":")[0] in LOCAL or given in LOCAL
    url = given if "://" in given else f"{'http' if is_local else 'https'}://{given}"
    parts = urlsplit(url)
    is_one = parts.scheme in ("http", "https") and parts.hostname and not any(c.isspace() for c in url)
    if not is_one or parts.query or parts.fragment or parts.username:
        raise GraderError(f"{given}: not an address of a grader; it looks like https://grader.example.edu")
    return url.rstrip("/")


class Server:
    """The service at one address, as the owner of a token."""

    def __init__(self, login: Login, say: Callable[[str], None]) -> None:
        self.url, self.token, self.say = login.url, login.token, say
        self.session = requests.Session()
        self.session.auth = self._sign  # given here, because requests would take another one from ~/.netrc

    def get(self, path: str, **query: Any) -> Any:
        """Read something as JSON."""
        return self.json(self.call("GET", path, params=query))

    def text(self, path: str, **query: Any) -> str:
        """Read something as text."""
        return self.call("GET", path, params=query).text

    def call(self, method: str, path: str, *, tries: int = len(AGAIN_S) + 1, **what: Any) -> requests.Response:
        """Make a call, again after faults of the network; raises Refused or Broken."""
        answer, because, wait_s = self._try(method, path, what)
        for pause_s in AGAIN_S[:tries - 1]:
            if answer is not None:
                break
            self.say(f"{because}; trying again in {max(pause_s, wait_s):g} s")
            time.sleep(max(pause_s, wait_s))
            answer, because, wait_s = self._try(method, path, what)
        if answer is not None:
            return self._checked(answer)
        raise Broken(f"{because}; is the network there, and is {self.url} the right address? Then run the same command again")

    def json(self, answer: requests.Response) -> Any:
        """Read an answer's document; raises Broken where it is something else."""
        try:
            return answer.json()
        except ValueError:
            raise Broken(f"{answer.url} answers with something that is not the grader's; is the address right?") from None

    def _try(self, method: str, path: str, what: dict[str, Any]) -> tuple[requests.Response | None, str, float]:
        """Call once; without an answer that can be used: why, and how long the service wants us to wait."""
        try:
            answer = self.session.request(method, f"{self.url}/api/v1/{path}", timeout=TIMEOUT_S, allow_redirects=False, **what)
        except requests.exceptions.SSLError as e:
            raise Broken(f"{self.url}: its certificate can't be trusted ({_last(e)}); ask who runs it, or set "
                         "REQUESTS_CA_BUNDLE") from e
        except (requests.exceptions.ConnectionError, requests.exceptions.Timeout, requests.exceptions.ChunkedEncodingError) as e:
            return None, f"{self.url} doesn't answer ({_last(e)})", 0
        except requests.exceptions.RequestException as e:
            raise GraderError(f"{self.url}: {_last(e)}") from e
        wait_s = _seconds(answer.headers.get("Retry-After"))
        is_slowed = answer.status_code == 429 and _code(answer) == "rate_limited" and wait_s <= LONGEST_S
        if answer.status_code in AGAIN or is_slowed:
            return None, f"{self.url} is busy ({answer.status_code})", min(wait_s, LONGEST_S)
        return answer, "", 0

    def _checked(self, answer: requests.Response) -> requests.Response:
        if answer.is_redirect or answer.is_permanent_redirect:
            there = answer.headers.get("Location", "")[:200]
            raise GraderError(f"{self.url} has moved to {there}; run grader login with that address")
        if answer.status_code < 400:
            return answer
        told = _problem(answer)
        if answer.status_code >= 500 or not told:
            raise Broken(f"{self.url}: {told.get('detail') or f'status {answer.status_code}'}")
        detail = str(told.get("detail", ""))
        if answer.status_code == 401:
            detail += f" Log in again: grader login {self.url}"
        raise Refused(answer.status_code, str(told.get("code", "")), detail)

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def _problem(answer: requests.Response) -> dict[str, Any]:
    """Read a problem document; empty where the answer is none, as a proxy's page."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) and "code" in found else {}


def _code(answer: requests.Response) -> str:
    return str(_problem(answer).get("code", ""))


def _seconds(said: str | None) -> float:
    return float(said) if said and said.isdigit() else 0.0


def _last(fault: BaseException) -> str:
    """Say what lies at the bottom of a fault in few words."""
    while (below := fault.__cause__ or fault.__context__) is not None:
        fault = below
    return str(fault)[:200] or type(fault).__name__
