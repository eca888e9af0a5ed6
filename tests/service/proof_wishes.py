"""What tests/service/desk.py does about drafts and their proofs."""

from grader.web import drafts, proofs, specs
from grader.web.models import Course, Draft, Proof, User


def draft(slug, source, by, only=()):
    """Begin a draft from a shipped assignment, with these of its examples alone."""
    origin = drafts.shipped(source)
    files = {p: c for p, c in origin.files.items() if not only or not p.startswith("examples/") or p.split("/")[1] in only}
    user = User.objects.get(username=by)
    drafts.start(Course.objects.get(), slug, drafts.Origin(files, told=f"{source}, as shipped"), by=user, now=specs.now())


def edit(slug, path, by, old="", new=""):
    """Put another text in a draft's file."""
    found, user = Draft.objects.get(slug=slug), User.objects.get(username=by)
    content = drafts.files_of(found)[path]
    assert old in content.decode()
    seen = found.files.get(path=path).content
    drafts.save(found, path, content.decode().replace(old, new).encode(), seen=seen, by=user, now=specs.now())


def prove(slug, by, has_mutants=False):
    user = User.objects.get(username=by)
    return proofs.ask(Draft.objects.get(slug=slug), by=user, now=specs.now(), has_mutants=has_mutants).pk


def proof(pk):
    found = Proof.objects.get(pk=pk)
    report = proofs.report_of(found)
    return {"state": found.state, "holds": found.holds, "tries": found.tries, "because": found.because, "phase": found.phase,
            "told": found.told, "is_of_the_draft": found.draft is not None and found.proven == drafts.digest(found.draft),
            "report": report.model_dump(mode="json") if report else None}


def cancel_proof(pk, by):
    return proofs.cancel(Proof.objects.get(pk=pk), by=User.objects.get(username=by), now=specs.now())


WISHES = {f.__name__: f for f in (draft, edit, prove, proof, cancel_proof)}
