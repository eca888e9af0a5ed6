"""The addresses under accounts/."""

from __future__ import annotations

from django.urls import path

from grader.web.accounts import joining, views
from grader.web.personal import views as personal

urlpatterns = [
    path("", views.account, name="account"),
    path("login/", views.LogInPage.as_view(), name="login"),
    path("logout/", views.LogOutPage.as_view(), name="logout"),
    path("logout/everywhere/", views.log_out_everywhere, name="log_out_everywhere"),
    path("mail/", views.choose_pace, name="mail_pace"),
    path("data/", personal.own, name="own_data"),
    path("data/zip", personal.own_copy, name="own_copy"),
    path("password/", views.ChangePassword.as_view(), name="password_change"),
    path("reset/", views.AskResetPage.as_view(), name="password_reset"),
    path("reset/sent/", views.reset_sent, name="password_reset_sent"),
    path("reset/<uidb64>/<token>/", views.ResetPassword.as_view(), name="password_reset_confirm"),
    path("join/<str:secret>/", joining.join, name="join"),
    path("invitations/<slug:course>/", joining.invite, name="invitations"),
    path("invitations/<slug:course>/<int:invitation>/withdraw/", joining.withdraw, name="invitation_withdraw"),
]
