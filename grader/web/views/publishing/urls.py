"""The addresses of drafts, proofs and versions, below a course."""

from __future__ import annotations

from django.urls import URLPattern, path

from grader.web.views.publishing import clone, drafts, files, proofs, publish, versions

DRAFT = "specs/drafts/<slug:slug>/"
VERSIONS = "specs/versions/<slug:slug>/"

urlpatterns: list[URLPattern] = [
    path("specs/", drafts.index, name="specs"),
    path("specs/start", drafts.start, name="draft_start"),
    path(DRAFT, drafts.draft, name="draft"),
    path(f"{DRAFT}zip", drafts.download, name="draft_zip"),
    path(f"{DRAFT}discard", drafts.discard, name="draft_discard"),
    path(f"{DRAFT}add", files.add, name="draft_add"),
    path(f"{DRAFT}upload", files.upload, name="draft_upload"),
    path(f"{DRAFT}move", files.move, name="draft_move"),
    path(f"{DRAFT}files/<path:path>", files.file, name="draft_file"),
    path(f"{DRAFT}save/<path:path>", files.save, name="draft_save"),
    path(f"{DRAFT}check/<path:path>", files.check, name="draft_check"),
    path(f"{DRAFT}prove", proofs.prove, name="draft_prove"),
    path(f"{DRAFT}publish", publish.publish, name="draft_publish"),
    path("specs/proofs/<int:proof>/", proofs.proof, name="proof"),
    path("specs/proofs/<int:proof>/live", proofs.live, name="proof_live"),
    path("specs/proofs/<int:proof>/cancel", proofs.cancel, name="proof_cancel"),
    path(VERSIONS, versions.versions, name="versions"),
    path(f"{VERSIONS}compare", versions.compare, name="versions_compare"),
    path(f"{VERSIONS}<int:version>/", versions.version, name="version"),
    path(f"{VERSIONS}<int:version>/zip", versions.download, name="version_zip"),
    path(f"{VERSIONS}<int:version>/use", versions.use, name="version_use"),
    path("clone/", clone.clone, name="clone"),
]
