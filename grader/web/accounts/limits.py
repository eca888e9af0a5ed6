"""How often something may be tried in any stretch of so many seconds, over all web processes.

Redis keeps the times of the tries as a sorted set, so that the stretch slides: counting in fixed stretches, as rate limiters
commonly do, lets twice as many through around the end of one. A try that is refused isn't kept, or hammering on
an account would lock it for good.

Where Redis doesn't answer, people can still log in: what protects an account is then counted from the audit log, which has
every failed login anyway, and other limits are left open with a line in the log. Nobody is locked out by a fault of ours,
and no fault of ours makes guessing passwords cheap.
"""

from __future__ import annotations

import hashlib
import logging
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import RedisError

from grader.web import progress, specs
from grader.web.models import Entry

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` of an action in `seconds`, by one account or from one address."""

    action: str
    count: int
    seconds: int


LOGIN = Limit("login", 10, 300)
LOGIN_FROM = Limit("login-from", 300, 300)  # a full lecture hall behind one address
JOIN_FROM = Limit("join-from", 300, 300)
RESET = Limit("reset", 5, 3600)
RESET_FROM = Limit("reset-from", 60, 3600)
PASSWORD = Limit("password", 10, 300)
INVITE = Limit("invite", 60, 3600)
CALLS = Limit("api", 600, 60)  # of one person, over all tokens and sessions
TOKENS = Limit("tokens", 30, 3600)


def address_of(request: HttpRequest) -> str:
    """Tell the network address a request comes from."""
    return str(request.META.get("REMOTE_ADDR") or "unknown")


def refusal(request: HttpRequest, limit: Limit, key: str, logged: QuerySet[Entry] | None = None) -> HttpResponse | None:
    """Count one try and return the answer 429 where it is one too many; `logged` are the entries of such tries."""
    seconds = wait_s(limit, key, specs.now(), logged)
    if seconds is None:
        return None
    log.warning("%s: more than %s tries in %s s", limit.action, limit.count, limit.seconds)
    answer = render(request, "accounts/too_many.html", {"minutes": -(-seconds // 60)}, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def wait_s(limit: Limit, key: str, now: datetime, logged: QuerySet[Entry] | None = None) -> int | None:
    """Count a try, by the log where Redis doesn't answer; returns the seconds to wait where it is one too many."""
    try:
        return count(progress.connect(settings.GRADER.redis_url), limit, key, now)
    except (RedisError, OSError) as e:
        log.warning("Redis doesn't count tries of %s: %s; %s", limit.action, e,
                    "no limit" if logged is None else "counted from the audit log")
        return None if logged is None else wait_by_log(limit, logged, now)


def count(server: redis.Redis, limit: Limit, key: str, now: datetime) -> int | None:
    """Count a try of this account or address; returns the seconds to wait where it is one too many."""
    name = f"grader:limit:{limit.action}:{hashlib.sha256(key.casefold().encode()).hexdigest()}"
    mine, at = secrets.token_hex(8), now.timestamp()
    pipe = server.pipeline()
    pipe.zremrangebyscore(name, "-inf", at - limit.seconds)
    pipe.zadd(name, {mine: at})
    pipe.zrange(name, 0, -1, withscores=True)
    pipe.expire(name, limit.seconds)
    tries = pipe.execute()[2]
    if len(tries) <= limit.count:
        return None
    server.zrem(name, mine)
    return _wait(limit, tries[-limit.count - 1][1] - at)


def wait_by_log(limit: Limit, logged: QuerySet[Entry], now: datetime) -> int | None:
    """Count tries from the audit log; returns the seconds to wait where one more is too many."""
    times = logged.filter(at__gt=now - timedelta(seconds=limit.seconds)).order_by("-at").values_list("at", flat=True)
    found = list(times[: limit.count])
    return _wait(limit, (found[-1] - now).total_seconds()) if len(found) == limit.count else None


def _wait(limit: Limit, since_s: float) -> int:
    return max(1, math.ceil(since_s + limit.seconds))
