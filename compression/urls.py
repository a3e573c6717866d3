"""Pages."""

from django.urls import URLPattern

app_name = "compression"
urlpatterns: list[URLPattern] = []
