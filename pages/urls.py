"""Start page and what is made from all apps."""

from django.urls import path

from pages import views

app_name = "pages"
urlpatterns = [
    path("", views.start, name="start"),
    path("components", views.components, name="components"),
]
