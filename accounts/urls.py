"""Pages of accounts."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-up", views.sign_up, name="sign-up"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("account", views.profile, name="profile"),
    path("account/password", views.password, name="password"),
    path("account/theme", views.theme, name="theme"),
    path("account/columns", views.columns, name="columns"),
    path("account/tokens", views.token_list, name="tokens"),
    path("account/tokens/<uuid:pk>/revoke", views.token_revoke, name="token-revoke"),
]
