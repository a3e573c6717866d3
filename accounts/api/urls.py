"""API addresses of accounts."""

from django.urls import path

from accounts.api import views

app_name = "auth"
urlpatterns = [
    path("register", views.Register.as_view(), name="register"),
    path("login", views.Login.as_view(), name="login"),
    path("logout", views.Logout.as_view(), name="logout"),
    path("profile", views.Profile.as_view(), name="profile"),
    path("password", views.Password.as_view(), name="password"),
    path("preferences", views.PreferencesView.as_view(), name="preferences"),
    path("tokens", views.TokenList.as_view(), name="tokens"),
    path("tokens/<uuid:pk>", views.TokenDetail.as_view(), name="token"),
]
