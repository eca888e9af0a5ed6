"""Tokens: signing in for one, making, listing and revoking them."""

from __future__ import annotations

from django.contrib.auth import authenticate
from django.http import HttpRequest
from ninja import Router, Status

from grader.web import specs, tokens
from grader.web.accounts import signing
from grader.web.api import shapes, shown
from grader.web.api.callers import Call, Session, by
from grader.web.api.problems import Problem
from grader.web.api.schema import also
from grader.web.models import Token, User

router = Router(tags=["tokens"])


@router.post("/sign-in", auth=None, response={201: shapes.MadeToken}, summary="A token for a user name and password",
             openapi_extra=also("bad_credentials", "rate_limited", "too_many_tokens"))
def sign_in(request: HttpRequest, body: shapes.SignIn) -> Status[shapes.MadeToken]:
    """Exchange a user name (or e-mail address) and password for a token; the password is not kept."""
    if (wait_s := signing.wait_s(request, body.user, specs.now())) is not None:
        raise Problem("rate_limited", "Too many attempts to sign in; wait a few minutes.", retry_after_s=wait_s)
    user = authenticate(request, username=body.user, password=body.password)
    if not isinstance(user, User):
        signing.failed(request, body.user)
        raise Problem("bad_credentials", "User name and password don't belong together.")
    return _made(user, shapes.NewToken(name=body.name, scopes=body.scopes, days=body.days))


@router.post("/tokens", auth=Session(), response={201: shapes.MadeToken}, summary="Make a token",
             openapi_extra=also("too_many_tokens"))
def make_token(request: Call, body: shapes.NewToken) -> Status[shapes.MadeToken]:
    """Make a token; a session can, a token can't make others. The secret is told this once."""
    return _made(request.auth.user, body)


@router.get("/tokens", auth=by("read"), response=list[shapes.TokenShape], summary="My tokens")
def my_tokens(request: Call) -> list[shapes.TokenShape]:
    """List the caller's tokens, without their secrets."""
    return [shown.token(t) for t in Token.objects.filter(user=request.auth.user).order_by("-created_at", "-pk")]


@router.delete("/tokens/current", auth=by("read"), response=shapes.Revoked, summary="Revoke the token of this call")
def revoke_this_token(request: Call) -> shapes.Revoked:
    """Revoke the token that this call is made with, as `grader logout` does."""
    if request.auth.token is None:
        raise Problem("not_found", "This call came with a session, not with a token.")
    return _revoked(request, request.auth.token)


@router.delete("/tokens/{token}", auth=by("read"), response=shapes.Revoked, summary="Revoke a token")
def revoke_token(request: Call, token: int) -> shapes.Revoked:
    """Revoke one of the caller's tokens; what was handed in with it stands."""
    found = Token.objects.filter(user=request.auth.user, pk=token).first()
    if found is None:
        raise Problem("not_found", f"There is no token {token} of yours.")
    return _revoked(request, found)


def _made(user: User, wanted: shapes.NewToken) -> Status[shapes.MadeToken]:
    try:
        token, secret = tokens.make(user, wanted.name, wanted.scopes, wanted.days, specs.now())
    except tokens.TokenRefused as e:
        raise Problem(e.code, str(e)) from e
    return Status(201, shapes.MadeToken(**shown.token(token).model_dump(), secret=secret))


def _revoked(request: Call, token: Token) -> shapes.Revoked:
    tokens.revoke(token, request.auth.user, specs.now())
    return shapes.Revoked(id=token.pk)
