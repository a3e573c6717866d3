"""Start page and what is made from all apps."""

from django.urls import URLPattern

app_name = "pages"
urlpatterns: list[URLPattern] = []
