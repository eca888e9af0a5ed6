"""What the desk is asked about a class: what is kept beside reports, and what resembles what."""

from grader.web import counted
from grader.web.models import Counted, Course, Digest, Outcome, Pair, WorkItem


def kept():
    """Say how much is kept."""
    return {"digests": Digest.objects.count(), "outcomes": Outcome.objects.count(), "scores": list(
        Counted.objects.order_by("student__username").values_list("student__username", "score"))}


def mended():
    """Work all scores out anew; gives how many kept ones differed."""
    return sum(map(counted.recount, Course.objects.all()))


def pairs():
    """List the similar pairs with the share that they have in common."""
    return [[p.first.user.username, p.second.user.username, p.share]
            for p in Pair.objects.select_related("first__user", "second__user")]


def work():
    """List what is open on the list of work."""
    return list(WorkItem.objects.filter(state="open").order_by("pk").values_list("student__username", "kind"))


def forget():
    """Take all columns away, as if the reports were from before there were any."""
    Outcome.objects.all().delete()
    Counted.objects.all().delete()
    return Digest.objects.all().delete()[0]


WISHES = {f.__name__: f for f in (kept, mended, pairs, work, forget)}
