"""What the tests of drafts, proofs and versions make: a draft with few examples, proofs that end as if by a worker, zips."""

import io
import zipfile

from grader.proof import ProofReport, Proven
from grader.web import drafts, proofs, specs
from grader.web.models import Proof
from tests.web.pages_ground import today

FEW = ("autograd", "lecture-script", "zeros")


def begin(course, by, slug="linear-zero", source="linear-zero", only=FEW):
    """Begin a draft of a shipped assignment, with these of its examples."""
    origin = drafts.shipped(source)
    files = {p: c for p, c in origin.files.items() if not p.startswith("examples/") or p.split("/")[1] in only}
    return drafts.start(course, slug, drafts.Origin(files, told=f"{source}, as shipped"), by=by, now=today())


def write(draft, path, old, new, by):
    """Replace a part of a file."""
    row = draft.files.get(path=path)
    text = specs.objects().get(row.content).decode()
    assert old in text
    return drafts.save(draft, path, text.replace(old, new).encode(), seen=row.content, by=by, now=today())


def proven(draft, by, *, holds=True, calibration=None):
    """Let a draft be proven as if by a worker, through the queue."""
    asked = proofs.ask(draft, by=by, now=today())
    return ended(asked, holds=holds, calibration=calibration)


def ended(asked, *, holds=True, calibration=None):
    row = proofs.claim(["cpu", "gpu"], "a worker", today())
    assert row.pk == asked.pk
    report = ProofReport(engine="bubblewrap (chosen)", seconds=4.2, examples=[
        Proven(name="autograd", about="as it should be", is_right=True, style="function", seconds=0.25, surprises=[]),
        Proven(name="zeros", about="zeros <everywhere>", is_right=False, style="function", seconds=0.1,
               surprises=[] if holds else ["predict passed, expected failed (0 off)"])])
    assert proofs.finish(row, today(), report, calibration)
    return Proof.objects.get(pk=asked.pk)


def zipped(files):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return raw.getvalue()
