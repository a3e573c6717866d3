"""Addresses of the pages."""

from django.urls import URLPattern, URLResolver, path

from metrics import views

app_name = "metrics"
urlpatterns: list[URLPattern | URLResolver] = [
    path("metrics", views.system, name="system"),
    path("metrics/now", views.now, name="now"),
]
