"""API addresses of accounts."""

from django.urls import URLPattern

app_name = "auth"
urlpatterns: list[URLPattern] = []
